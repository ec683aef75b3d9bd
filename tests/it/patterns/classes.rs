//! Classes against a naive oracle: every label and every origin that is short enough is tried.

use super::generate;
use fixedbitset::FixedBitSet;
use portcullis::{
    name::{Label, MAX_NAME_BYTES},
    pattern::{
        Budget, Class, LabelPattern, Origin, OriginPattern, TooManyClasses, label_classes,
        origin_classes,
    },
};
use proptest::prelude::*;
use std::collections::HashSet;

fn members<P, W>(patterns: &[P], item: &W, matches: impl Fn(&P, &W) -> bool) -> FixedBitSet {
    let mut members = FixedBitSet::with_capacity(patterns.len());
    members.extend((0..patterns.len()).filter(|at| matches(&patterns[*at], item)));
    members
}

fn of_labels(patterns: &[LabelPattern]) -> Vec<Class<Label>> {
    let patterns: Vec<_> = patterns.iter().collect();
    label_classes(&patterns, &mut Budget::default()).expect("few classes")
}

fn of_origins(patterns: &[OriginPattern]) -> Vec<Class<Origin>> {
    let patterns: Vec<_> = patterns.iter().collect();
    origin_classes(&patterns, &Origin::app(), &mut Budget::default()).expect("few classes")
}

fn parsed<P: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[&str]) -> Vec<P> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn witnesses<W: ToString>(classes: &[Class<W>]) -> Vec<String> {
    classes.iter().map(|class| class.witness.to_string()).collect()
}

proptest! {
    #![proptest_config(crate::support::property::config(256))]

    #[test]
    fn every_label_is_in_the_class_of_its_vector(patterns in generate::label_patterns()) {
        let classes = of_labels(&patterns);
        let found: HashSet<_> = classes.iter().map(|class| &class.members).collect();
        prop_assert_eq!(found.len(), classes.len());
        for class in &classes {
            let vector = members(&patterns, &class.witness, LabelPattern::matches);
            prop_assert_eq!(&vector, &class.members, "{}", class.witness);
        }
        for label in generate::LABELS.iter() {
            let vector = members(&patterns, label, LabelPattern::matches);
            prop_assert!(found.contains(&vector), "{label}");
        }
    }

    #[test]
    fn every_origin_is_in_the_class_of_its_vector(patterns in generate::origin_patterns()) {
        let app = Origin::app();
        let classes = of_origins(&patterns);
        let (own, others) = classes.split_first().expect("the app's class");
        prop_assert_eq!(&own.witness, &app);
        let found: HashSet<_> = others.iter().map(|class| &class.members).collect();
        prop_assert_eq!(found.len(), others.len());
        for class in &classes {
            let vector = members(&patterns, &class.witness, OriginPattern::matches);
            prop_assert_eq!(&vector, &class.members, "{}", class.witness);
            let again = class.witness.to_string().parse::<Origin>();
            prop_assert_eq!(again.as_ref(), Ok(&class.witness));
        }
        prop_assert!(others.iter().all(|class| class.witness != app));
        for origin in generate::ORIGINS.iter().filter(|origin| **origin != app) {
            let vector = members(&patterns, origin, OriginPattern::matches);
            prop_assert!(found.contains(&vector), "{origin}");
        }
    }
}

#[test]
fn witnesses_are_short_and_readable() {
    let labels = parsed(&["main", "diff-*", "diff-1*", "*-x", "[0-9]?"]);
    assert_eq!(
        witnesses(&of_labels(&labels)),
        ["other", "0a", "-x", "main", "diff-a", "diff-x", "diff-1", "diff-1-x"]
    );
    let origins = parsed(&[
        "https://docs.example.com",
        "https://*.example.com",
        "https://{tenant}.example.com:*",
        "http://localhost:*",
        "http://127.0.0.{n}",
    ]);
    assert_eq!(
        witnesses(&of_origins(&origins)),
        [
            "app://localhost",
            "https://other.example",
            "http://localhost",
            "http://127.0.0.1",
            "https://docs.example.com",
            "https://other.other.example.com",
            "https://other.example.com:8080",
            "https://other.example.com",
        ]
    );
}

/// The language of a pattern may be used up by others, or be longer than a label can be.
#[test]
fn a_class_without_labels_is_not_there() {
    assert_eq!(witnesses(&of_labels(&parsed(&["{a,b}", "a", "b", "*"]))), ["a", "b", "other"]);
    let long = "?".repeat(MAX_NAME_BYTES);
    let classes = of_labels(&parsed(&[&format!("{}*", "?".repeat(200)), &long, "*-*"]));
    assert_eq!(classes.len(), 6);
    assert!(of_labels(&parsed(&["[,]", "a,b", "x"])).iter().all(|class| !class.members[0]));
}

/// Of an address, only so many numbers can stand in one place.
#[test]
fn a_class_without_origins_is_not_there() {
    let all: Vec<_> = (0..=255).map(|n| format!("http://{n}.0.0.1")).collect();
    let mut texts: Vec<&str> = all.iter().map(String::as_str).collect();
    texts.push("http://{n}.0.0.1");
    let classes = of_origins(&parsed(&texts));
    assert!(classes.iter().all(|class| !class.members[256] || class.members.count_ones(..) == 2));
    assert_eq!(classes.len(), 2 + 256);
    texts.remove(7);
    assert!(witnesses(&of_origins(&parsed(&texts))).contains(&"http://7.0.0.1".to_owned()));
    for nobody in ["http://{a}.1", "http://{a}.2.3.4.5", "http://{a}.0.0.256"] {
        assert!(nobody.parse::<OriginPattern>().is_err(), "{nobody}");
    }
}

#[test]
fn the_apps_origin_is_alone_in_its_class() {
    let app = Origin::app().to_string();
    let classes = of_origins(&parsed(&[&app, &format!("{app}:*"), "app://{host}:*"]));
    assert_eq!(classes[0].witness, Origin::app());
    let vectors: Vec<Vec<_>> = classes.iter().map(|class| class.members.ones().collect()).collect();
    assert_eq!(vectors, [vec![0, 1, 2], vec![], vec![1, 2], vec![2]]);
}

#[test]
fn sets_with_too_many_classes_have_no_answer() {
    let overlapping: Vec<String> = ('a'..='z').map(|c| format!("*{c}*")).collect();
    let deep = ["*a".to_owned() + &"?".repeat(200)];
    for texts in [overlapping.as_slice(), &deep] {
        let patterns: Vec<LabelPattern> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let patterns: Vec<_> = patterns.iter().collect();
        let classes = label_classes(&patterns, &mut Budget::default());
        assert_eq!(classes.unwrap_err(), TooManyClasses);
    }
    let texts: Vec<_> = (0..24)
        .map(|at| {
            let labels = (0..24).map(|n| if n == at { "x".into() } else { format!("{{c{n}}}") });
            format!("https://{}", labels.collect::<Vec<_>>().join("."))
        })
        .collect();
    let patterns: Vec<OriginPattern> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let patterns: Vec<_> = patterns.iter().collect();
    let classes = origin_classes(&patterns, &Origin::app(), &mut Budget::default());
    assert_eq!(classes.unwrap_err(), TooManyClasses);
}

#[test]
fn simple_patterns_by_the_thousand_are_within_the_budget() {
    let labels: Vec<String> =
        (0..1000).flat_map(|n| [format!("w{n}"), format!("w{n}-*")]).collect();
    let labels: Vec<LabelPattern> = labels.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(of_labels(&labels).len(), 1 + 2000);
    let origins: Vec<String> = (0..500).map(|n| format!("https://s{n}.example")).collect();
    let origins: Vec<OriginPattern> = origins.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(of_origins(&origins).len(), 2 + 500);
}
