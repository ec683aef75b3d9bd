//! Arguments are held against the manifest, and nothing runs before they fit.

use super::Ticks;
use crate::support::gateway::{Call, Gateway, Lane, Settled};
use portcullis::serde_json::{Value, json};

const MANIFEST: &str = "
commands:
  sum:
    args:
      name: { type: string, minLength: 1 }
      max: { type: integer, default: 20 }
      note: { type: string, optional: true }
      list: { type: array, items: { type: object, properties: { n: { type: integer } } }, optional: true }
      any: { optional: true }
      none: { default: null }
      mail: { type: string, format: email, optional: true }
    run: { native: tick }
  bare: { run: { value: 1 } }
  free: { run: { native: tick } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";

#[tokio::test]
async fn defaults_are_filled_in_and_optional_arguments_left_out() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    let cases = [
        (json!({"name": "a"}), json!({"name": "a", "max": 20, "none": null})),
        (json!({"name": "a", "max": 1, "none": 2}), json!({"name": "a", "max": 1, "none": 2})),
        (
            json!({"name": "ä", "note": "", "any": {"x": []}, "list": [{"n": 1}, {}]}),
            json!({"name": "ä", "note": "", "any": {"x": []}, "list": [{"n": 1}, {}], "max": 20, "none": null}),
        ),
    ];
    for (given, expected) in cases {
        for lane in Lane::ALL {
            let answer = gateway.call_over(lane, &main, &Call::new("sum").json(&given)).await;
            assert_eq!(answer, Settled::Json(expected.clone()), "{given}");
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_runs_nothing() {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    let cases = [
        (json!({}), "missing_argument", "`name` is missing"),
        (json!(null), "missing_argument", "`name` is missing"),
        (json!({"nme": "a"}), "unknown_argument", "`nme` is not an argument; did you mean `name`?"),
        (
            json!({"name": "a", "maxx": 1}),
            "unknown_argument",
            "`maxx` is not an argument; did you mean `max`?",
        ),
        (
            json!({"name": "a", "zebra crossing": 1}),
            "unknown_argument",
            "`zebra crossing` is not an argument",
        ),
        (json!({"name": "a", "\n": 1}), "unknown_argument", "`\\n` is not an argument"),
        (
            json!({"name": 1}),
            "invalid_argument",
            "`name` does not fit: the value is not of type \"string\"",
        ),
        (json!({"name": ""}), "invalid_argument", "`name` does not fit: "),
        (json!({"name": null}), "invalid_argument", "`name` does not fit: "),
        (json!({"name": "a", "note": null}), "invalid_argument", "`note` does not fit: "),
        (json!({"name": "a", "max": 1.5}), "invalid_argument", "`max` does not fit: "),
        (json!({"name": "a", "mail": "no"}), "invalid_argument", "`mail` does not fit: "),
        (
            json!({"name": "a", "list": [{"n": 1}, {"n": "2"}]}),
            "invalid_argument",
            "`list/1/n` does not fit: ",
        ),
        (json!([]), "invalid_argument", "arguments are an object, by name"),
        (json!("name"), "invalid_argument", "arguments are an object, by name"),
        (json!(0), "invalid_argument", "arguments are an object, by name"),
    ];
    for (given, code, message) in cases {
        for lane in Lane::ALL {
            let answer = gateway.call_over(lane, &main, &Call::new("sum").json(&given)).await;
            assert_eq!(answer.code(), code, "{given}");
            let told = answer.rejection()["message"].as_str().unwrap();
            assert!(told.starts_with(message), "{given}: {told}");
            assert_eq!(answer.rejection()["command"], "sum");
        }
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn bytes_are_no_arguments() {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    for bytes in [b"".as_slice(), b"{\"name\":\"a\"}", b"\0"] {
        for lane in Lane::ALL {
            for command in ["sum", "bare"] {
                let answer = gateway.call_over(lane, &main, &Call::new(command).raw(bytes)).await;
                assert_eq!(answer.code(), "raw_body", "{command}");
            }
        }
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn without_args_a_value_takes_none_and_a_function_whatever_comes() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    for given in [json!({}), json!(null)] {
        let answer = gateway.call(&main, &Call::new("bare").json(&given)).await;
        assert_eq!(answer, Settled::Json(json!(1)));
    }
    let extra = gateway.call(&main, &Call::new("bare").json(&json!({"a": 1}))).await;
    assert_eq!(extra.code(), "unknown_argument");
    for given in [json!({"a": [1]}), json!([1]), json!("text"), Value::Null, json!(1.5)] {
        let answer = gateway.call(&main, &Call::new("free").json(&given)).await;
        assert_eq!(answer, Settled::Json(given));
    }
}

#[tokio::test]
async fn an_argument_given_twice_counts_as_its_last_value() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    let twice = Call::new("sum").body("application/json", br#"{"name":"a","name":1}"#);
    assert_eq!(gateway.call(&main, &twice).await.code(), "invalid_argument");
    let twice = Call::new("sum").body("application/json", br#"{"name":1,"name":"a"}"#);
    let expected = json!({"name": "a", "max": 20, "none": null});
    assert_eq!(gateway.call(&main, &twice).await, Settled::Json(expected));
}
