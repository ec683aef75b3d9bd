//! Which texts the schema of an argument lets pass.

use crate::{
    check::unanchored_pattern::is_anchored,
    manifest::{Argument, ArgumentKind},
};
use regex_syntax::hir::{Class, Hir, HirKind, literal::Extractor};
use serde_json::Value;

/// Formats whose texts begin with no `-`.
const FORMATS: [&str; 9] =
    ["date", "date-time", "duration", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"];

/// Schemas within schemas: more than anybody writes.
const MAX_DEPTH: usize = 16;

/// Whether the argument's schema says which options it may be. A path is whole when it gets to a program, and begins
/// with no `-` then.
pub(super) fn is_constrained(argument: &Argument) -> bool {
    if matches!(argument.kind, ArgumentKind::Path(_)) {
        return true;
    }
    let Some(contract) = &argument.schema else { return false };
    serde_json::from_str::<Value>(&contract.text).is_ok_and(|schema| {
        let is_list = schema.get("type").and_then(Value::as_str) == Some("array");
        let items = schema.get("items").filter(|_| is_list);
        is_limited(&schema, 0) || items.is_some_and(|items| is_limited(items, 0))
    })
}

fn is_limited(schema: &Value, depth: usize) -> bool {
    let word = |key| schema.get(key).and_then(Value::as_str);
    let list = |key| schema.get(key).and_then(Value::as_array);
    let is_below = |schema: &Value| depth < MAX_DEPTH && is_limited(schema, depth + 1);
    let is_plain =
        |kind: &Value| matches!(kind.as_str(), Some("integer" | "number" | "boolean" | "null"));
    schema.get("enum").is_some()
        || schema.get("const").is_some()
        || schema.get("type").is_some_and(is_plain)
        || list("type").is_some_and(|kinds| kinds.iter().all(is_plain))
        || word("pattern").is_some_and(is_limiting)
        || word("format").is_some_and(|format| FORMATS.contains(&format))
        || list("allOf").is_some_and(|all| all.iter().any(is_below))
        || ["anyOf", "oneOf"]
            .iter()
            .filter_map(|key| list(key))
            .any(|some| !some.is_empty() && some.iter().all(is_below))
}

/// Whether a pattern stands for whole texts that are no options, or options that it names.
fn is_limiting(pattern: &str) -> bool {
    if !is_anchored(pattern) {
        return false;
    }
    let Ok(parsed) = regex_syntax::parse(pattern) else {
        // Look-around is beyond this parser; this is how one says that a text is no option.
        return pattern.starts_with("^(?!-)");
    };
    if !begins(&parsed).0 {
        return true;
    }
    let prefixes = Extractor::new().extract(&parsed);
    prefixes.literals().is_some_and(|literals| {
        // What is the whole option, or has its name in it.
        literals.iter().all(|literal| {
            let bytes = literal.as_bytes();
            literal.is_exact() || bytes.contains(&b'=') || bytes.first().is_some_and(|b| *b != b'-')
        })
    })
}

/// Whether a match may begin with `-`, and whether it may be empty.
fn begins(hir: &Hir) -> (bool, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (false, true),
        HirKind::Literal(literal) => (literal.0.first() == Some(&b'-'), false),
        HirKind::Class(Class::Unicode(class)) => {
            (class.iter().any(|range| range.start() <= '-' && range.end() >= '-'), false)
        }
        HirKind::Class(Class::Bytes(class)) => {
            (class.iter().any(|range| range.start() <= b'-' && range.end() >= b'-'), false)
        }
        HirKind::Repetition(repeated) => {
            let (is_dash, is_empty) = begins(&repeated.sub);
            (is_dash, is_empty || repeated.min == 0)
        }
        HirKind::Capture(group) => begins(&group.sub),
        HirKind::Concat(parts) => {
            let mut is_dash = false;
            for part in parts {
                let (begins_so, is_empty) = begins(part);
                is_dash |= begins_so;
                if !is_empty {
                    return (is_dash, false);
                }
            }
            (is_dash, true)
        }
        HirKind::Alternation(parts) => parts
            .iter()
            .map(begins)
            .fold((false, false), |(is_dash, is_empty), (begins_so, may_be)| {
                (is_dash || begins_so, is_empty || may_be)
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_says_which_options_there_are_or_that_there_are_none() {
        for schema in [
            json!({ "enum": ["--size", "--time"] }),
            json!({ "type": "integer" }),
            json!({ "type": ["integer", "null"] }),
            json!({ "pattern": "^[a-z]+$" }),
            json!({ "pattern": "^([a-z0-9][-a-z]*)?$" }),
            json!({ "pattern": "^(?!-).+$" }),
            json!({ "pattern": "^--(size|time)$" }),
            json!({ "pattern": "^--sort=[a-z]+$" }),
            json!({ "format": "uuid" }),
            json!({ "allOf": [{}, { "const": "-a" }] }),
            json!({ "anyOf": [{ "enum": ["-a"] }, { "type": "number" }] }),
        ] {
            assert!(is_limited(&schema, 0), "{schema}");
        }
        for schema in [
            json!(true),
            json!({}),
            json!({ "type": "string" }),
            json!({ "type": ["integer", "string"] }),
            json!({ "pattern": "[a-z]" }),
            json!({ "pattern": "^.*$" }),
            json!({ "pattern": "^-[a-z]+$" }),
            json!({ "pattern": "^[a-z-]+$" }),
            json!({ "pattern": "^(?!-)[a-z]+|.*$" }),
            json!({ "format": "zzz" }),
            json!({ "allOf": [{}] }),
            json!({ "anyOf": [{}, { "const": "a" }] }),
            json!({ "oneOf": [] }),
            json!({ "$ref": "#" }),
        ] {
            assert!(!is_limited(&schema, 0), "{schema}");
        }
    }
}
