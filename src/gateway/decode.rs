//! Stage 6, read and decode: the body becomes a value, or stays bytes.

use super::{ContentType, RequestHead};
use crate::ipc::{InvokeBody, Rejection, RejectionCode};
use serde_json::Value;

pub(super) fn decode(head: &RequestHead, body: Vec<u8>) -> Result<InvokeBody, Rejection> {
    match head.content_type {
        Some(ContentType::Raw) => Ok(InvokeBody::Raw(body)),
        Some(ContentType::Json) if body.is_empty() => Ok(InvokeBody::Json(Value::Null)),
        Some(ContentType::Json) => {
            serde_json::from_slice(&body).map(InvokeBody::Json).map_err(|error| {
                Rejection::new(RejectionCode::InvalidJson, format!("the body is not JSON: {error}"))
            })
        }
        None => Err(Rejection::new(
            RejectionCode::InvalidRequest,
            "the content type is neither application/json nor application/octet-stream",
        )),
    }
}
