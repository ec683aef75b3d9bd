//! The messages of JSON-RPC 2.0, as far as a gateway needs them.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value, json, value::RawValue};
use std::{borrow::Cow, cell::RefCell, fmt};

/// The notification by which a sidecar sends through a channel.
pub(super) const CHANNEL: &str = "$/channel";

/// The code for a method that is not there (JSON-RPC 2.0, section 5.1).
const METHOD_NOT_FOUND: i32 = -32601;

/// Arguments may be large; they are written from where they are.
#[derive(Serialize)]
struct Request<'a> {
    jsonrpc: &'static str,
    id: u64,
    method: &'a str,
    params: &'a Map<String, Value>,
}

/// A call.
pub(super) fn request(id: u64, method: &str, params: &Map<String, Value>) -> String {
    let request = Request { jsonrpc: "2.0", id, method, params };
    // A map with texts as its keys can always be written.
    serde_json::to_string(&request).unwrap_or_default()
}

/// Nobody waits for this call's answer any more.
pub(super) fn cancel(id: u64) -> String {
    json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }).to_string()
}

/// The answer to a call that the sidecar makes itself.
pub(super) fn not_found(id: &Value, method: &str) -> String {
    let message = format!("the gateway has no method `{method}`");
    let error = json!({ "code": METHOD_NOT_FOUND, "message": message });
    json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string()
}

/// What a sidecar says.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// The answer to a call.
    Answer(u64, Answer),
    /// Something that wants no answer; its parameters are JSON text, as it was written.
    Notification { method: String, params: Option<String> },
    /// A call to the gateway.
    Call { id: Value, method: String },
}

/// What an answer holds.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// JSON text, as it was written.
    Result(String),
    Error(Value),
    /// Neither of them, or both.
    Malformed,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default, deserialize_with = "given")]
    id: Option<Value>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given_raw")]
    result: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "given")]
    error: Option<Value>,
}

/// A member that is there, also if it is null.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

fn given_raw<'de: 'a, 'a, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(value).map(Some)
}

/// Reads a message; the error says what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Incoming, &'static str> {
    let message: Message<'_> =
        serde_json::from_slice(bytes).map_err(|_| "it wrote what is no JSON-RPC message")?;
    if let Some(method) = message.method {
        return Ok(match message.id {
            None => {
                let params = message.params.map(|params| params.get().to_owned());
                Incoming::Notification { method, params }
            }
            Some(id) => Incoming::Call { id, method },
        });
    }
    let Some(id) = message.id else { return Err("it wrote what is no JSON-RPC message") };
    let id = id.as_u64().ok_or("it answered a call that was never made")?;
    let answer = match (message.result, message.error) {
        // Some write the member that they do not mean as null.
        (Some(result), None | Some(Value::Null)) => Answer::Result(result.get().to_owned()),
        (None, Some(error)) => Answer::Error(error),
        (Some(result), Some(error)) if result.get() == "null" => Answer::Error(error),
        _ => Answer::Malformed,
    };
    Ok(Incoming::Answer(id, answer))
}

/// What a sidecar sends through a channel.
#[derive(Deserialize)]
pub(super) struct ChannelParams<'a> {
    /// The token that stands for the channel.
    #[serde(borrow)]
    pub(super) channel: Cow<'a, str>,
    /// JSON text, as it was written.
    #[serde(borrow)]
    pub(super) message: &'a RawValue,
}

/// What is known of a message of which only the start was read.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) id: Option<u64>,
    method: Option<String>,
    /// `params.channel`, if the message begins with it.
    pub(super) channel: Option<String>,
}

impl Head {
    /// Whether it is an answer, as far as its start tells.
    pub(super) fn is_answer(&self) -> bool {
        self.method.is_none() && self.id.is_some()
    }

    /// Whether it is a notification, as far as its start tells.
    pub(super) fn is_notification(&self) -> bool {
        self.method.is_some() && self.id.is_none()
    }

    pub(super) fn is(&self, method: &str) -> bool {
        self.method.as_deref() == Some(method)
    }
}

/// Reads the start of a message, as far as it goes.
pub(super) fn head(bytes: &[u8]) -> Head {
    /// Fills a head from the members of the message, or from those of its `params`.
    struct Members<'a> {
        head: &'a RefCell<Head>,
        is_params: bool,
    }

    impl<'de> Visitor<'de> for Members<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(name) = members.next_key::<String>()? {
                match (name.as_str(), self.is_params) {
                    ("id", false) => {
                        let id = members.next_value::<Value>()?;
                        self.head.borrow_mut().id = id.as_u64();
                    }
                    ("method", false) => {
                        let method = members.next_value::<String>()?;
                        self.head.borrow_mut().method = Some(method);
                    }
                    ("params", false) => {
                        members.next_value_seed(Members { head: self.head, is_params: true })?;
                    }
                    ("channel", true) => {
                        let token = members.next_value::<String>()?;
                        self.head.borrow_mut().channel = Some(token);
                    }
                    _ => drop(members.next_value::<IgnoredAny>()?),
                }
            }
            Ok(())
        }
    }

    impl<'de> DeserializeSeed<'de> for Members<'_> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
            value.deserialize_map(self)
        }
    }

    let found = RefCell::default();
    let members = Members { head: &found, is_params: false };
    // It ends with an error: the text is cut.
    let _ = members.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    found.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Answer {
        match parse(text.as_bytes()) {
            Ok(Incoming::Answer(7, answer)) => answer,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn answers_pass_as_they_were_written() {
        let result = |text: &str| Answer::Result(text.to_owned());
        assert_eq!(
            answer(r#"{"jsonrpc":"2.0","id":7,"result":{"b":1.00,"a": 2}}"#),
            result(r#"{"b":1.00,"a": 2}"#)
        );
        assert_eq!(answer(r#"{"id":7,"result":null}"#), result("null"));
        assert_eq!(answer(r#"{"result":1,"error":null,"id":7}"#), result("1"));
        let error = json!({"code": -1, "message": "no", "data": [1]});
        assert_eq!(
            answer(&json!({"id": 7, "error": error}).to_string()),
            Answer::Error(error.clone())
        );
        assert_eq!(
            answer(&json!({"id": 7, "error": error, "result": null}).to_string()),
            Answer::Error(error)
        );
        for text in [r#"{"id":7}"#, r#"{"id":7,"result":1,"error":{}}"#] {
            assert_eq!(answer(text), Answer::Malformed);
        }
    }

    #[test]
    fn calls_and_notifications_are_told_from_answers() {
        assert_eq!(
            parse(br#"{"method":"x","params":{"b": 1.00}}"#),
            Ok(Incoming::Notification {
                method: "x".to_owned(),
                params: Some(r#"{"b": 1.00}"#.to_owned())
            })
        );
        assert_eq!(
            parse(br#"{"method":"x"}"#),
            Ok(Incoming::Notification { method: "x".to_owned(), params: None })
        );
        let call = Incoming::Call { id: json!("a"), method: "x".to_owned() };
        assert_eq!(parse(br#"{"method":"x","id":"a"}"#), Ok(call));
        for bad in
            ["", "x", "1", "[]", "{}", r#"{"level":"info"}"#, "{\"id\":1,\"result\":\"\u{0}\"}"]
        {
            assert_eq!(parse(bad.as_bytes()), Err("it wrote what is no JSON-RPC message"), "{bad}");
        }
        for bad in
            [r#"{"id":null,"error":{}}"#, r#"{"id":"7","result":1}"#, r#"{"id":-7,"result":1}"#]
        {
            assert_eq!(
                parse(bad.as_bytes()),
                Err("it answered a call that was never made"),
                "{bad}"
            );
        }
        assert!(parse(b"{\"id\":7,\"result\":\"\xff\"}").is_err());
    }

    #[test]
    fn the_start_of_a_message_tells_whose_it_is() {
        let answer =
            |text: &[u8]| Some(head(text)).filter(Head::is_answer).and_then(|head| head.id);
        assert_eq!(answer(br#"{"jsonrpc":"2.0","id":7,"result":"xxxx"#), Some(7));
        assert_eq!(answer(br#"{"id":7,"#), Some(7));
        assert_eq!(answer(br#"{"result":"xxxx"#), None);
        assert_eq!(answer(br#"{"id":7,"method":"log","params":"xx"#), None);
        assert_eq!(answer(b"\xff\xff"), None);
        let text =
            br#"{"jsonrpc":"2.0","method":"$/channel","params":{"channel":"7/x","message":"xx"#;
        let cut = head(text);
        assert!(cut.is_notification() && cut.is(CHANNEL), "{cut:?}");
        assert_eq!(cut.channel.as_deref(), Some("7/x"));
        assert!(head(br#"{"method":"indexed","params":["xx"#).is_notification());
        assert!(!head(br#"{"id":7,"method":"log","params":"xx"#).is_notification());
    }
}
