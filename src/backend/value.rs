//! Commands that answer with a value written in the manifest: nothing runs.

use super::{arguments, unfilled};
use crate::{
    command::{BoxFuture, Command, Invocation},
    ipc::{InvokeBody, InvokeResponse, Reply},
    plan::{Bindings, JsonTemplate},
};
use serde_json::Map;

/// Answers with a JSON value, in which the call's arguments may stand.
#[derive(Debug)]
pub struct Value {
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    /// The same for every call: serialised once.
    Fixed(String),
    Filled(JsonTemplate),
}

impl Value {
    /// The command that answers with `template`.
    pub fn new(template: JsonTemplate) -> Self {
        let fixed = template.is_constant().then(|| template.render(&Map::new()));
        let answer = match fixed {
            Some(Ok(value)) => Answer::Fixed(value.to_string()),
            _ => Answer::Filled(template),
        };
        Self { answer }
    }

    fn answer(&self, body: InvokeBody, captures: &[(String, String)]) -> Reply {
        let arguments = arguments(body)?;
        match &self.answer {
            Answer::Fixed(text) => Ok(InvokeResponse::Json(text.clone())),
            Answer::Filled(template) => {
                let value = template
                    .render(Bindings::from(&arguments).captures(captures))
                    .map_err(|error| unfilled(&error))?;
                InvokeResponse::json(&value)
            }
        }
    }
}

impl Command for Value {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(std::future::ready(self.answer(invocation.body, &invocation.captures)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backend::tests::invocation, ipc::RejectionCode};
    use serde_json::json;

    async fn answer(template: serde_json::Value, arguments: serde_json::Value) -> Reply {
        let value = Value::new(JsonTemplate::parse(&template).unwrap());
        value.call(invocation(InvokeBody::Json(arguments))).await
    }

    fn json_text(text: &str) -> InvokeResponse {
        InvokeResponse::Json(text.to_owned())
    }

    #[tokio::test]
    async fn a_fixed_value_is_serialised_once() {
        let value = Value::new(JsonTemplate::parse(&json!({"a": ["{{x}}", 1]})).unwrap());
        assert!(matches!(&value.answer, Answer::Fixed(text) if text == r#"{"a":["{x}",1]}"#));
        assert_eq!(answer(json!("1.0.0"), json!({})).await.unwrap(), json_text(r#""1.0.0""#));
    }

    #[tokio::test]
    async fn arguments_stand_where_the_template_names_them() {
        let template = json!({"hello": "hello {name}", "n": "{n}"});
        let reply = answer(template, json!({"name": "Ada", "n": [1, null]})).await;
        assert_eq!(reply.unwrap(), json_text(r#"{"hello":"hello Ada","n":[1,null]}"#));
    }

    #[tokio::test]
    async fn a_null_body_has_no_arguments() {
        assert_eq!(answer(json!(7), json!(null)).await.unwrap(), json_text("7"));
        let missing = answer(json!("hello {name}"), json!(null)).await.unwrap_err();
        assert_eq!(missing.to_string(), "missing_argument: `name` is missing");
    }

    #[tokio::test]
    async fn what_cannot_stand_in_text_is_refused() {
        let refused = answer(json!("hello {name}"), json!({"name": ["Ada"]})).await.unwrap_err();
        assert_eq!(refused.code(), Some(RejectionCode::InvalidArgument));
    }

    #[tokio::test]
    async fn bytes_are_refused_even_where_nothing_is_filled() {
        for template in [json!(1), json!("{name}")] {
            let value = Value::new(JsonTemplate::parse(&template).unwrap());
            let refused = value.call(invocation(InvokeBody::Raw(vec![1]))).await.unwrap_err();
            assert_eq!(refused.code(), Some(RejectionCode::RawBody));
        }
    }
}
