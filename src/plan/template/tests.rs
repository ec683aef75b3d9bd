//! Templates: what fills them, and what is refused.

use super::*;
use crate::plan::{JsonTemplate, SecretStore, SecretText};
use serde_json::json;

fn argv(slots: &[(&str, bool)], arguments: &Value) -> Result<Vec<String>, RenderError> {
    let mut out = Vec::new();
    for (text, may_be_option) in slots {
        let slot = Slot::parse(text, *may_be_option).unwrap();
        slot.render(arguments.as_object().unwrap(), &mut out)?;
    }
    Ok(out)
}

#[test]
fn a_placeholder_fills_one_slot_whatever_it_holds() {
    let out = argv(&[("{a}", false), ("x={a}", false)], &json!({"a": "b c; rm -rf $(x) \"'"}));
    assert_eq!(out.unwrap(), ["b c; rm -rf $(x) \"'", "x=b c; rm -rf $(x) \"'"]);
}

#[test]
fn a_spread_fills_one_slot_an_item() {
    assert_eq!(
        argv(&[("{a...}", false)], &json!({"a": ["x", 2, true]})).unwrap(),
        ["x", "2", "true"]
    );
    assert!(argv(&[("{a...}", false)], &json!({"a": []})).unwrap().is_empty());
    assert!(matches!(argv(&[("{a...}", false)], &json!({"a": "x"})), Err(RenderError::NotList(_))));
    assert!(Slot::parse("-{a...}", false).is_err());
}

#[test]
fn what_begins_with_a_dash_is_refused_unless_the_manifest_says_otherwise() {
    let dashed = json!({"a": "--upload-pack=x", "l": ["ok", "-x"]});
    assert!(matches!(argv(&[("{a}", false)], &dashed), Err(RenderError::OptionLike(_))));
    assert!(matches!(argv(&[("{l...}", false)], &dashed), Err(RenderError::OptionLike(_))));
    assert!(argv(&[("{a}", true)], &dashed).is_ok());
    assert!(argv(&[("--x={a}", false)], &dashed).is_ok());
    // An empty placeholder must not hide what follows it.
    assert!(argv(&[("{a}-x", false)], &json!({"a": ""})).is_err());
}

#[test]
fn nul_never_reaches_a_program() {
    assert!(matches!(argv(&[("x{a}", false)], &json!({"a": "\0"})), Err(RenderError::Nul(_))));
}

#[test]
fn braces_are_doubled() {
    assert_eq!(argv(&[("{{a}}", false)], &json!({})).unwrap(), ["{a}"]);
    for bad in ["{", "}", "{a", "a}", "{}", "{a b}", "{{a}", "{a..}"] {
        assert!(Slot::parse(bad, false).is_err(), "{bad}");
    }
}

#[test]
fn a_whole_placeholder_keeps_its_json_type() {
    let template = JsonTemplate::parse(&json!({"n": "{n}", "t": "n={n}", "l": ["{l}"]})).unwrap();
    let out = template.render(json!({"n": 3, "l": [1]}).as_object().unwrap()).unwrap();
    assert_eq!(out, json!({"n": 3, "t": "n=3", "l": [[1]]}));
}

#[test]
fn a_value_without_placeholders_is_one_literal() {
    let template = JsonTemplate::parse(&json!({"a": ["{{x}}"]})).unwrap();
    assert_eq!(template, JsonTemplate::Literal(json!({"a": ["{x}"]})));
}

#[test]
fn captures_and_secrets_stand_where_they_are_bound() {
    let template: Template = "{origin:tenant}/{secret:ops}/{a}".parse().unwrap();
    let arguments = json!({"a": 1});
    let bindings = Bindings::from(arguments.as_object().unwrap());
    let unbound = |bindings| template.render(bindings).unwrap_err().to_string();
    assert_eq!(unbound(bindings), "`{origin:tenant}` is not known here");
    let captures = [("tenant".to_owned(), "acme".to_owned())];
    assert_eq!(unbound(bindings.captures(&captures)), "`{secret:ops}` is not known here");
    let secrets: SecretStore =
        [("ops".parse().unwrap(), SecretText::new("hunter2"))].into_iter().collect();
    let bindings = bindings.captures(&captures).secrets(&secrets);
    assert_eq!(template.render(bindings).unwrap(), "acme/hunter2/1");
    assert!(template.is_secret() && !"{a}".parse::<Template>().unwrap().is_secret());
}

#[test]
fn a_capture_is_no_option_either() {
    let arguments = json!({});
    let captures = [("tenant".to_owned(), "-rf".to_owned())];
    let bindings = Bindings::from(arguments.as_object().unwrap()).captures(&captures);
    let slot = Slot::parse("{origin:tenant}", false).unwrap();
    let refused = slot.render(bindings, &mut Vec::new());
    assert_eq!(refused, Err(RenderError::OptionLike("tenant".parse().unwrap())));
}
