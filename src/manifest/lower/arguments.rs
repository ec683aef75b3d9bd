//! The arguments of a command, or those that all commands of a backend take.

use super::{Lowering, contracts::patterns, place};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    manifest::{Argument, ArgumentKind, PathArgument, Within, file},
    name::Word,
    pattern::PathPattern,
    source::Spanned,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Lowering<'_> {
    pub(super) fn arguments(
        &mut self,
        node: Option<&Node>,
        args: BTreeMap<String, file::Argument>,
        is_shared: bool,
    ) -> Vec<Argument> {
        let mut found = Vec::new();
        for (key, file) in args {
            let Some(entry) = node.and_then(|node| node.entry(&key)) else { continue };
            let Some(name) = self.name::<Word>(&key, entry.key, Code::InvalidName) else {
                continue;
            };
            found.push(self.argument(name, entry, file, is_shared));
        }
        found
    }

    fn argument(
        &mut self,
        name: Word,
        entry: &Entry,
        mut file: file::Argument,
        is_shared: bool,
    ) -> Argument {
        let node = &entry.value;
        let kind = self.kind(node, &mut file);
        if matches!(kind, ArgumentKind::Path(_)) {
            file.schema.entry("type").or_insert_with(|| json!("string"));
        }
        let schema = self.contract(node, file.schema, "an argument");
        if let (Some(schema), Some(default)) = (&schema, &file.default)
            && let Err(error) = schema.validator.validate(default)
        {
            let message = format!("the default does not fit: {error}");
            self.invalid(place(node, "default"), message, "write a value that the schema allows");
        }
        Argument {
            name,
            span: entry.key,
            is_optional: file.optional && file.default.is_none(),
            default: file.default,
            // What is wrong with a schema is reported, and enough.
            patterns: schema.as_ref().map(|_| patterns(node)).unwrap_or_default(),
            schema,
            kind,
            is_shared,
        }
    }

    fn kind(&mut self, node: &Node, file: &mut file::Argument) -> ArgumentKind {
        if file.within.is_some() && file.path.is_none() {
            let span = node.entry("within").map_or(node.span, |entry| entry.key);
            self.invalid(span, "`within` belongs to a path", "add `path: file` or `path: dir`");
        }
        if file.overflow.is_some() && file.channel.is_none() {
            let span = node.entry("overflow").map_or(node.span, |entry| entry.key);
            let help = "add `channel: { type: string }`, or another schema of its messages";
            self.invalid(span, "`overflow` belongs to a channel", help);
        }
        if let Some(schema) = file.channel.take() {
            let excess = ["path", "default", "type"].into_iter().find_map(|key| node.entry(key));
            if let Some(excess) = excess {
                let help = "write the schema of its messages under `channel`";
                self.invalid(excess.key, "a channel has no value of its own", help);
            }
            file.schema = serde_json::Map::new();
            let messages =
                node.find("channel").and_then(|node| self.contract(node, schema, "a channel"));
            return ArgumentKind::Channel { messages, overflow: file.overflow };
        }
        let Some(kind) = file.path else { return ArgumentKind::Value };
        if let Some(Value::String(text)) = file.schema.get("type")
            && text != "string"
        {
            self.invalid(place(node, "type"), "a path is a text", "leave `type` out");
            file.schema.remove("type");
        }
        let items = node.find("within").map(Node::items).unwrap_or_default();
        let within = file.within.take().map(|texts| {
            texts.iter().zip(items).filter_map(|(text, item)| self.within(text, item)).collect()
        });
        ArgumentKind::Path(PathArgument { kind, within })
    }

    fn within(&mut self, text: &str, item: &Node) -> Option<Spanned<Within>> {
        if text == "picked" {
            return Some(Spanned::new(Within::Picked, item.span));
        }
        self.path_pattern(text, item)
            .map(|pattern| Spanned::new(Within::Pattern(pattern), item.span))
    }

    /// Reads a glob over paths; what is wrong with it is reported.
    pub(super) fn path_pattern(&mut self, text: &str, item: &Node) -> Option<PathPattern> {
        let error = match text.parse() {
            Ok(pattern) => return Some(pattern),
            Err(error) => error,
        };
        let error: crate::pattern::PatternError = error;
        let message = match text {
            "" => error.message,
            _ => format!("`{}` is not a pattern of paths: {}", text.escape_debug(), error.message),
        };
        self.report(Diagnostic::new(Code::InvalidGlob, item.span, message).maybe_help(error.help));
        None
    }
}
