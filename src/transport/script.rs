//! What the host runs in a page: calls of `__TAURI_INTERNALS__.runCallback`, with nothing but JSON in them.

use crate::{gateway::PageCall, ipc::InvokeResponse};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

/// Runs a page's callback. JSON is a subset of JavaScript (ECMA-262, since 2019), so the text needs no escaping.
fn run(id: u32, payload: &str, kind: &str) -> String {
    format!("globalThis.__TAURI_INTERNALS__?.runCallback({id},{payload},\"{kind}\");")
}

/// Settles a call that came over the message lane.
pub fn callback(id: u32, response: &InvokeResponse) -> String {
    match response {
        InvokeResponse::Json(text) => run(id, text, "json"),
        InvokeResponse::Raw(bytes) => run(id, &json!(STANDARD.encode(bytes)).to_string(), "bytes"),
    }
}

/// Delivers one step of a channel.
pub fn page_call(call: &PageCall) -> String {
    match call {
        PageCall::Message { channel, index, payload: InvokeResponse::Json(text) } => {
            run(*channel, &format!("{{\"index\":{index},\"message\":{text}}}"), "json")
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
        PageCall::End { channel, index } => {
            run(*channel, &json!({ "index": index, "end": true }).to_string(), "json")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_json_reaches_the_script() {
        let payload = InvokeResponse::Json(json!("\"); alert(1); //\u{2028}").to_string());
        let script = page_call(&PageCall::Message { channel: 1, index: 0, payload });
        assert_eq!(
            script,
            "globalThis.__TAURI_INTERNALS__?.runCallback(1,{\"index\":0,\"message\":\"\\\"); alert(1); //\u{2028}\"},\"json\");"
        );
    }
}
