//! What the host runs in a page: calls of `__TAURI_INTERNALS__.runCallback`, with nothing but JSON in them.

use crate::{
    gateway::{EventCall, PageCall},
    ipc::InvokeResponse,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

/// Runs a page's callback. JSON is a subset of JavaScript (ECMA-262, since 2019), so the text needs no escaping; what came
/// from commands is a string in it, which the bridge parses, because `__proto__` in a literal is more than a key.
fn run(id: u32, payload: &str, kind: &str) -> String {
    format!("globalThis.__TAURI_INTERNALS__?.runCallback({id},{payload},\"{kind}\");")
}

/// Settles a call that came over the message lane.
pub fn callback(id: u32, response: &InvokeResponse) -> String {
    match response {
        InvokeResponse::Json(text) => run(id, &json!(text).to_string(), "json"),
        InvokeResponse::Raw(bytes) => run(id, &json!(STANDARD.encode(bytes)).to_string(), "bytes"),
    }
}

/// Delivers one event; the id is no callback's, because it is for several.
fn event(EventCall { event, ids, payload }: &EventCall) -> String {
    run(0, &json!({ "event": event, "ids": ids, "payload": payload }).to_string(), "event")
}

/// Delivers one step of a channel, or events.
pub fn page_call(call: &PageCall) -> String {
    match call {
        PageCall::Message { channel, index, payload: InvokeResponse::Json(text) } => {
            let payload = json!({ "index": index, "message": text });
            run(*channel, &payload.to_string(), "channel-json")
        }
        PageCall::Message { channel, index, payload: InvokeResponse::Raw(bytes) } => {
            let payload = json!({ "index": index, "message": STANDARD.encode(bytes) });
            run(*channel, &payload.to_string(), "channel-bytes")
        }
        PageCall::Fetch { channel, index, id } => run(
            *channel,
            &json!({ "index": index, "id": id.to_string() }).to_string(),
            "channel-fetch",
        ),
        PageCall::End { channel, index } => run(
            *channel,
            &json!(json!({ "index": index, "end": true }).to_string()).to_string(),
            "json",
        ),
        PageCall::Events(events) => events.iter().map(event).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_commands_is_one_string_in_the_script() {
        let text = json!({ "__proto__": "\"); alert(1); //\u{2028}" }).to_string();
        let script = callback(1, &InvokeResponse::Json(text.clone()));
        let literal = script
            .strip_prefix("globalThis.__TAURI_INTERNALS__?.runCallback(1,")
            .and_then(|rest| rest.strip_suffix(",\"json\");"))
            .unwrap();
        assert_eq!(serde_json::from_str::<String>(literal).unwrap(), text);
        let payload = InvokeResponse::Json(text.clone());
        let script = page_call(&PageCall::Message { channel: 1, index: 0, payload });
        assert!(script.contains(&json!(text).to_string()), "{script}");
        let call = EventCall {
            event: "e".parse().unwrap(),
            ids: vec![1, 2],
            payload: text.as_str().into(),
        };
        let script = page_call(&PageCall::Events(vec![call.clone(), call]));
        assert_eq!(script.matches(&json!(text).to_string()).count(), 2, "{script}");
    }
}
