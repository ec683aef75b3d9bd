//! Stage 7, arguments: what came is held against what the manifest declares; nothing runs before it fits.

use crate::{
    channel::channel_id,
    diagnostic::nearest,
    ipc::{InvokeBody, Rejection, RejectionCode},
    manifest::{Argument, ArgumentKind},
    policy::Route,
};
use serde_json::{Map, Value};

pub(super) fn check(route: &Route, body: InvokeBody) -> Result<InvokeBody, Rejection> {
    let Some(declared) = &route.args else { return Ok(body) };
    let mut given = match body {
        InvokeBody::Json(Value::Object(given)) => given,
        InvokeBody::Json(Value::Null) => Map::new(),
        InvokeBody::Json(_) => {
            return Err(Rejection::new(
                RejectionCode::InvalidArgument,
                "arguments are an object, by name",
            )
            .at(&route.place));
        }
        InvokeBody::Raw(_) => {
            return Err(Rejection::new(
                RejectionCode::RawBody,
                "the command takes arguments by name",
            )
            .at(&route.place));
        }
    };
    if let Some(name) = given.keys().find(|name| declared.iter().all(|d| d.name.as_str() != *name))
    {
        return Err(unknown(name, declared).at(&route.place));
    }
    for argument in declared {
        check_one(argument, &mut given).map_err(|rejection| rejection.at(&route.place))?;
    }
    Ok(InvokeBody::Json(Value::Object(given)))
}

fn check_one(argument: &Argument, given: &mut Map<String, Value>) -> Result<(), Rejection> {
    let name = argument.name.as_str();
    let Some(value) = given.get(name) else {
        return match &argument.default {
            Some(default) => {
                given.insert(name.to_owned(), default.clone());
                Ok(())
            }
            None if argument.is_optional => Ok(()),
            None => {
                Err(Rejection::new(RejectionCode::MissingArgument, format!("`{name}` is missing")))
            }
        };
    };
    if matches!(argument.kind, ArgumentKind::Channel { .. }) && channel_id(value).is_none() {
        let message = format!("`{name}` is not a channel");
        return Err(Rejection::new(RejectionCode::InvalidArgument, message)
            .help("pass a `Channel` of `@tauri-apps/api/core`"));
    }
    let Some(schema) = &argument.schema else { return Ok(()) };
    schema.validator.validate(value).map_err(|error| {
        let place = error.instance_path();
        // The value itself is the page's and may be long.
        let message = format!("`{name}{place}` does not fit: {}", error.masked_with("the value"));
        Rejection::new(RejectionCode::InvalidArgument, message)
    })
}

fn unknown(name: &str, declared: &[Argument]) -> Rejection {
    let near = nearest(name, declared.iter().map(|argument| argument.name.as_str()));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Rejection::new(
        RejectionCode::UnknownArgument,
        format!("`{}` is not an argument{hint}", name.escape_debug()),
    )
}
