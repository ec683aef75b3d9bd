//! `tests/edit/change/NAME.yaml`: a text, changes of it, and the text after them; nothing else may have changed.

use super::layout::comments;
use crate::support::{
    manifest::{json, manifests, text},
    property::config,
};
use portcullis::{
    diagnostic::apply,
    edit::{Change, EditError, edits},
    source::{Source, Sources},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn change(value: &Value) -> Change {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    if let Some(list) = text("append") {
        Change::Append { list, item: value["item"].clone() }
    } else if let Some(mapping) = text("insert") {
        let key = text("key").expect("a key");
        Change::Insert { mapping, key, value: value["value"].clone() }
    } else if let Some(place) = text("remove") {
        Change::Remove { place }
    } else {
        let place = text("replace").unwrap_or_else(|| panic!("no change: {value}"));
        Change::Replace { place, value: value["value"].clone() }
    }
}

fn changed(text: &str, change: &Change) -> Result<String, EditError> {
    let source = Source::new("gateway.yaml", text);
    let file = Sources::default().add(source.clone());
    Ok(apply(text, &edits(&source, file, change)?))
}

#[test]
fn texts_are_changed_as_the_cases_say() {
    for path in manifests("tests/edit/change") {
        let name = path.display();
        let case = json(&text(&path)).unwrap_or_else(|| panic!("{name}"));
        let mut text = case["before"].as_str().expect("before").to_owned();
        for value in case["changes"].as_array().expect("changes") {
            text = changed(&text, &change(value)).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert_eq!(text, case["after"].as_str().expect("after"), "{name}");
    }
}

#[test]
fn line_ends_are_those_of_the_file() {
    let append = Change::Append { list: "/a".into(), item: json!("y") };
    assert_eq!(changed("a:\r\n  - x\r\n", &append).unwrap(), "a:\r\n  - x\r\n  - y\r\n");
    assert_eq!(changed("a:\n  - x", &append).unwrap(), "a:\n  - x\n  - y");
}

#[test]
fn a_change_that_cannot_be_made_says_why() {
    let text = "a: [x]\nb: { c: 1 }\n";
    let append = |list: &str| Change::Append { list: list.into(), item: json!("y") };
    let insert = |mapping: &str, key: &str| Change::Insert {
        mapping: mapping.into(),
        key: key.into(),
        value: json!(1),
    };
    assert!(matches!(changed(text, &append("/b")), Err(EditError::Place(place)) if place == "/b"));
    assert!(matches!(changed(text, &insert("/b", "c")), Err(EditError::Exists(key)) if key == "c"));
    assert!(matches!(changed(text, &insert("/a", "c")), Err(EditError::Place(_))));
    let remove = |place: &str| Change::Remove { place: place.into() };
    assert!(matches!(changed(text, &remove("/a/1")), Err(EditError::Place(_))));
    assert!(matches!(changed("a: *x\n", &append("/a")), Err(EditError::Faults(_))));
    // The line that comes behind would become a part of the text, and the text would get a line end.
    assert!(matches!(changed("a: |\n  x", &insert("", "b")), Err(EditError::Unfaithful)));
}

/// Every place of a tree as a pointer, with what is there.
fn places(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    let mut add = |token: &str, value: &Value| {
        let place = format!("{at}/{token}");
        found.push((place.clone(), value.clone()));
        places(value, &place, found);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| add(&at.to_string(), item));
        }
        _ => {}
    }
}

/// What the change should come to, reckoned on values alone.
fn expected(before: &Value, change: &Change) -> Value {
    let mut after = before.clone();
    match change {
        Change::Append { list, item } => {
            after.pointer_mut(list).unwrap().as_array_mut().unwrap().push(item.clone());
        }
        Change::Insert { mapping, key, value } => {
            let entries = after.pointer_mut(mapping).unwrap().as_object_mut().unwrap();
            entries.insert(key.clone(), value.clone());
        }
        Change::Remove { place } => {
            let (outer, key) = place.rsplit_once('/').unwrap();
            match after.pointer_mut(outer).unwrap() {
                Value::Object(entries) => drop(entries.shift_remove(key).unwrap()),
                Value::Array(items) => drop(items.remove(key.parse::<usize>().unwrap())),
                other => panic!("{other}"),
            }
        }
        Change::Replace { place, value } => *after.pointer_mut(place).unwrap() = value.clone(),
    }
    after
}

/// The changes that fit a value at a place.
fn fitting(place: &str, value: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    match value {
        Value::Object(_) => found.push(Change::Insert {
            mapping: place.to_owned(),
            key: "new".into(),
            value: json!({ "windows": ["*"], "allow": [] }),
        }),
        Value::Array(_) => {
            found.push(Change::Append { list: place.to_owned(), item: json!("plugin:a|b") });
        }
        _ => found.push(Change::Replace { place: place.to_owned(), value: json!("# new") }),
    }
    if !place.is_empty() {
        found.push(Change::Remove { place: place.to_owned() });
    }
    found
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_change_changes_what_it_says_and_an_addition_keeps_every_comment(
        text in super::generate::file(),
        at in any::<proptest::sample::Index>(),
    ) {
        let source = Source::new("gateway.yaml", &text);
        let mut faults = Vec::new();
        let root = portcullis::document::parse(&source, Sources::default().add(source.clone()), &mut faults);
        let Some(root) = root.filter(|_| faults.is_empty()) else { return Ok(()) };
        let before = root.to_json();
        let mut all = vec![(String::new(), before.clone())];
        places(&before, "", &mut all);
        let (place, value) = at.get(&all);
        for change in fitting(place, value) {
            // A refusal is no fault; a wrong text is.
            let Ok(after) = changed(&text, &change) else { continue };
            prop_assert_eq!(json(&after).unwrap().to_string(), expected(&before, &change).to_string());
            if matches!(change, Change::Append { .. } | Change::Insert { .. }) {
                prop_assert_eq!(comments(&text), comments(&after), "{:?}", change);
            }
        }
    }
}

/// The property above would say nothing if most changes were refused.
#[test]
fn additions_to_shipped_manifests_are_never_refused() {
    let mut count = 0;
    for path in manifests("config") {
        let text = text(&path);
        let before = json(&text).unwrap();
        let mut all = vec![(String::new(), before.clone())];
        places(&before, "", &mut all);
        for (place, value) in all {
            for change in fitting(&place, &value) {
                let after = changed(&text, &change);
                let after = after.unwrap_or_else(|error| panic!("{path:?} {change:?}: {error}"));
                let expected = expected(&before, &change).to_string();
                assert_eq!(json(&after).unwrap().to_string(), expected, "{change:?}");
                count += 1;
            }
        }
    }
    assert!(count > 300, "{count}");
}
