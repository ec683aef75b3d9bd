//! From a plan and a call's arguments to the request that is sent. An argument fills its place and cannot leave it.

use crate::{
    backend::unfilled,
    ipc::{Rejection, RejectionCode},
    plan::{Bindings, HttpPlan, JsonTemplate, Method, RenderError, Template},
};
use http::{HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

/// Everything but what RFC 3986 (section 2.3) never gives a meaning.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parts of a request.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) method: http::Method,
    pub(super) url: Url,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Option<String>,
}

/// Fills a plan. `bindings` have no secrets, `private` have them: they stand in headers alone.
pub(super) fn parts(
    plan: &HttpPlan,
    bindings: Bindings<'_>,
    private: Bindings<'_>,
) -> Result<Parts, Rejection> {
    let headers = headers(plan, private)?;
    let mut parts =
        Parts { method: method(plan.method), url: url(plan, bindings)?, headers, body: None };
    if let Some(body) = &plan.body {
        let is_text = parts.headers.get(header::CONTENT_TYPE).is_some_and(is_text);
        parts
            .headers
            .entry(header::CONTENT_TYPE)
            .or_insert(HeaderValue::from_static("application/json"));
        parts.body = Some(text_of(body, bindings, is_text)?);
    }
    Ok(parts)
}

/// What a retry may do once more without harm (RFC 9110, section 9.2.2).
pub(super) fn is_idempotent(method: Method) -> bool {
    !matches!(method, Method::Post | Method::Patch)
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}

fn is_text(kind: &HeaderValue) -> bool {
    kind.as_bytes().get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"text/"))
}

/// JSON; but a text is sent as it is where the plan's `content-type` says that it is text.
fn text_of(
    body: &JsonTemplate,
    bindings: Bindings<'_>,
    is_text: bool,
) -> Result<String, Rejection> {
    match body.render(bindings).map_err(|error| unfilled(&error))? {
        Value::String(text) if is_text => Ok(text),
        value => Ok(value.to_string()),
    }
}

fn url(plan: &HttpPlan, bindings: Bindings<'_>) -> Result<Url, Rejection> {
    let path = path(&plan.path, bindings)?;
    let mut url = plan.base.clone();
    url.set_path(&format!("{}{path}", plan.base.path().trim_end_matches('/')));
    if !plan.query.is_empty() {
        let mut query = url.query_pairs_mut();
        for (name, template) in &plan.query {
            if template.whole().is_some_and(|argument| !bindings.has_argument(argument)) {
                continue;
            }
            let value = template.render(bindings).map_err(|error| unfilled(&error))?;
            query.append_pair(name, &value);
        }
    }
    if url.query() == Some("") {
        url.set_query(None);
    }
    Ok(url)
}

/// The path, in which each value is a part of one segment.
fn path(template: &Template, bindings: Bindings<'_>) -> Result<String, Rejection> {
    /// Stands around a value while the path is put together; in it the character is escaped.
    const MARK: char = '\u{0}';
    let marked = template.render_with(bindings, |out, name, value| {
        if value.contains('\0') {
            return Err(RenderError::Nul(name.clone()));
        }
        out.push(MARK);
        out.extend(utf8_percent_encode(value, ESCAPED));
        Ok(())
    });
    let marked = marked.map_err(|error| unfilled(&error))?;
    for segment in marked.split('/').filter(|segment| segment.contains(MARK)) {
        // No escape helps here: `%2e` is a dot to whoever reads the address. An empty one would name what is above.
        let plain = segment.replace(MARK, "").to_ascii_lowercase().replace("%2e", ".");
        if matches!(plain.as_str(), "" | "." | "..") {
            let message = format!("`{plain}` cannot be a part of the path");
            return Err(Rejection::new(RejectionCode::InvalidArgument, message));
        }
    }
    Ok(marked.replace(MARK, ""))
}

fn headers(plan: &HttpPlan, bindings: Bindings<'_>) -> Result<http::HeaderMap, Rejection> {
    let mut headers = http::HeaderMap::new();
    for (name, template) in &plan.headers {
        let text = template.render(bindings).map_err(|error| unfilled(&error))?;
        let value =
            HeaderValue::from_str(&text).or_else(|_| HeaderValue::from_bytes(text.as_bytes()));
        let (Ok(header), Ok(mut value)) = (HeaderName::from_bytes(name.as_bytes()), value) else {
            // The text may be a secret.
            let message = format!("the value of the header `{name}` holds a control character");
            return Err(Rejection::new(RejectionCode::InvalidArgument, message));
        };
        value.set_sensitive(template.is_secret());
        headers.insert(header, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Addresses, Output, SecretStore, SecretText};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    pub(super) fn plan(path: &str) -> HttpPlan {
        HttpPlan {
            base: "https://api.example.com/v1/".parse().unwrap(),
            addresses: Addresses::Public,
            method: Method::Get,
            path: path.parse().unwrap(),
            query: BTreeMap::new(),
            headers: BTreeMap::new(),
            body: None,
            output: Output::Json,
            stream: None,
            status: BTreeMap::new(),
        }
    }

    fn fill(plan: &HttpPlan, arguments: &Value) -> Result<Parts, String> {
        let secrets: SecretStore =
            [("ops".parse().unwrap(), SecretText::new("hunter2"))].into_iter().collect();
        let captures = [("tenant".to_owned(), "acme".to_owned())];
        let bindings = Bindings::from(arguments.as_object().unwrap()).captures(&captures);
        parts(plan, bindings, bindings.secrets(&secrets)).map_err(|error| error.to_string())
    }

    fn address(path: &str, arguments: &Value) -> String {
        fill(&plan(path), arguments).unwrap().url.to_string()
    }

    #[test]
    fn an_argument_is_a_part_of_one_segment() {
        let address = |id: &str| address("/t/{origin:tenant}/x-{id}/end", &json!({ "id": id }));
        assert_eq!(address("a b"), "https://api.example.com/v1/t/acme/x-a%20b/end");
        assert_eq!(
            address("../a/b?c#d\\e%2f;é"),
            "https://api.example.com/v1/t/acme/x-..%2Fa%2Fb%3Fc%23d%5Ce%252f%3B%C3%A9/end"
        );
        assert_eq!(address(""), "https://api.example.com/v1/t/acme/x-/end");
    }

    #[test]
    fn no_argument_is_the_way_up_or_nothing() {
        for (path, id) in [
            ("/{id}", "."),
            ("/a/{id}/b", ".."),
            ("/{id}", ""),
            ("/%2e{id}", "."),
            ("/{id}{id}", "."),
            ("/.{id}", ""),
        ] {
            let refused = fill(&plan(path), &json!({ "id": id })).unwrap_err();
            assert!(refused.starts_with("invalid_argument: "), "{path} {id}: {refused}");
        }
        let nul = fill(&plan("/{id}"), &json!({ "id": "a\0b" })).unwrap_err();
        assert_eq!(nul, "invalid_argument: `id` holds a NUL character");
        assert_eq!(address("/{id}", &json!({ "id": "..." })), "https://api.example.com/v1/...");
    }

    proptest! {
        #![proptest_config(crate::property::config(256))]

        #[test]
        fn whatever_an_argument_holds_the_path_keeps_its_form(id in "[./\\\\%?#&:@\u{e9}a2eE-]{0,6}") {
            let filled = fill(&plan("/a/{id}/b"), &json!({ "id": id }));
            let Ok(parts) = filled else {
                prop_assert!(["", ".", ".."].contains(&id.as_str()), "{id}");
                return Ok(());
            };
            let segments: Vec<_> = parts.url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 4);
            let held = percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap();
            prop_assert_eq!(held, id);
            prop_assert_eq!((parts.url.host_str(), parts.url.query(), parts.url.fragment()), (Some("api.example.com"), None, None));
        }
    }

    #[test]
    fn the_query_leaves_out_what_was_not_given() {
        let mut plan = plan("/");
        for (name, text) in [("a", "{a}"), ("b", "x {b}"), ("fixed", "1&2")] {
            plan.query.insert(name.to_owned(), text.parse().unwrap());
        }
        let query =
            |arguments| fill(&plan, &arguments).map(|parts| parts.url.query().unwrap().to_owned());
        assert_eq!(query(json!({"a": "=&é", "b": 2})).unwrap(), "a=%3D%26%C3%A9&b=x+2&fixed=1%262");
        assert_eq!(query(json!({"a": null, "b": true})).unwrap(), "b=x+true&fixed=1%262");
        assert_eq!(query(json!({"a": 1})).unwrap_err(), "missing_argument: `b` is missing");
        plan.query = [("a".to_owned(), "{a}".parse().unwrap())].into();
        assert_eq!(fill(&plan, &json!({})).unwrap().url.as_str(), "https://api.example.com/v1/");
    }

    #[test]
    fn a_secret_stands_in_a_header_and_shows_nowhere() {
        let mut plan = plan("/{id}");
        plan.headers.insert("authorization".to_owned(), "Bearer {secret:ops}".parse().unwrap());
        plan.headers.insert("x-id".to_owned(), "{id}".parse().unwrap());
        let parts = fill(&plan, &json!({ "id": "é" })).unwrap();
        assert_eq!(parts.headers["authorization"], "Bearer hunter2");
        assert!(
            parts.headers["authorization"].is_sensitive() && !parts.headers["x-id"].is_sensitive()
        );
        assert!(!format!("{parts:?}").contains("hunter2"));
        for id in ["a\r\nx: y", "a\nb", "a\0"] {
            plan.path = "/".parse().unwrap();
            let refused = fill(&plan, &json!({ "id": id })).unwrap_err();
            assert_eq!(
                refused,
                "invalid_argument: the value of the header `x-id` holds a control character"
            );
        }
        plan.headers.insert("x-other".to_owned(), "{secret:other}".parse().unwrap());
        assert_eq!(
            fill(&plan, &json!({"id": 1})).unwrap_err(),
            "missing_secret: the secret `other` is not on this machine"
        );
        plan.headers.clear();
        plan.path = "/{secret:ops}".parse().unwrap();
        assert_eq!(
            fill(&plan, &json!({})).unwrap_err(),
            "missing_secret: the secret `ops` is not on this machine"
        );
    }

    #[test]
    fn a_body_is_json_unless_the_header_says_text() {
        let mut plan = plan("/");
        plan.body =
            Some(JsonTemplate::parse(&json!({"n": "{n}", "t": "{origin:tenant}"})).unwrap());
        let parts = fill(&plan, &json!({"n": 3})).unwrap();
        assert_eq!(parts.body.as_deref(), Some(r#"{"n":3,"t":"acme"}"#));
        assert_eq!(parts.headers["content-type"], "application/json");
        plan.body = Some(JsonTemplate::parse(&json!("{n}")).unwrap());
        assert_eq!(fill(&plan, &json!({"n": "a"})).unwrap().body.as_deref(), Some("\"a\""));
        plan.headers.insert("content-type".to_owned(), "Text/plain".parse().unwrap());
        assert_eq!(fill(&plan, &json!({"n": "a"})).unwrap().body.as_deref(), Some("a"));
        assert_eq!(fill(&plan, &json!({"n": [1]})).unwrap().body.as_deref(), Some("[1]"));
    }
}
