//! Texts with placeholders, and what they refer to.

use super::Lowering;
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{Reference, Use},
    name::Word,
    plan::{self, Template, TemplateError},
    source::Span,
};
use std::collections::BTreeSet;

/// What the texts of a command refer to.
#[derive(Debug, Clone, Default)]
pub(super) struct Uses {
    pub(super) arguments: Vec<Use>,
    pub(super) captures: Vec<Reference>,
    pub(super) secrets: Vec<Reference>,
    /// Channels that output is sent through.
    pub(super) streams: Vec<Reference>,
}

impl Uses {
    /// Takes note of a template, which was read from a text at a place.
    pub(super) fn template(
        &mut self,
        text: &str,
        template: &Template,
        span: Span,
        takes_absence: bool,
    ) {
        // One that is wrong is wrong once in a text.
        for name in template.arguments().collect::<BTreeSet<_>>() {
            self.argument(name, text, span, takes_absence);
        }
        self.references(template.references(), span);
    }

    pub(super) fn references<'r>(
        &mut self,
        references: impl Iterator<Item = &'r plan::Reference>,
        span: Span,
    ) {
        for reference in references {
            match reference {
                plan::Reference::Capture(name) => {
                    self.captures.push(Reference { name: name.clone(), span });
                }
                plan::Reference::Secret(name) => {
                    self.secrets.push(Reference { name: name.clone(), span });
                }
            }
        }
    }

    pub(super) fn argument(&mut self, name: &Word, text: &str, span: Span, takes_absence: bool) {
        self.arguments.push(Use {
            name: name.clone(),
            span,
            takes_absence,
            guard: None,
            text: text.to_owned(),
            is_item: false,
        });
    }
}

impl Lowering<'_> {
    /// Reads a text with placeholders; what is wrong with it is reported.
    pub(super) fn template(&mut self, text: &str, span: Span) -> Option<Template> {
        text.parse().map_err(|error| self.report_template(span, &error)).ok()
    }

    pub(super) fn report_template(&mut self, span: Span, error: &TemplateError) {
        let help = match error {
            TemplateError::LoneBrace(brace) => {
                format!("a literal `{brace}` is written `{brace}{brace}`")
            }
            TemplateError::Malformed(inner) if inner.contains(':') => {
                "write `{name}` for an argument, `{origin:name}` for a capture of the caller's origin, or `{secret:name}`".to_owned()
            }
            TemplateError::Malformed(_) => {
                "a placeholder is `{name}`; literal braces are written `{{` and `}}`".to_owned()
            }
            TemplateError::Spread => {
                "write it as an item of its own: `args: [\"{name...}\"]`".to_owned()
            }
        };
        self.report(Diagnostic::new(Code::InvalidPlaceholder, span, error.to_string()).help(help));
    }

    /// The placeholders of a value, each with the text that it is in. A whole one may be absent: it is null then.
    pub(super) fn value_uses(&mut self, node: &Node, uses: &mut Uses) {
        if let Some(text) = node.as_str() {
            self.text_secret(text, node.span);
        }
        if let Some(text) = node.as_str()
            && let Some(template) = self.template(text, node.span)
        {
            self.refuse_secret(&template, node.span, "what pages and services are sent");
            uses.template(text, &template, node.span, template.whole().is_some());
        }
        node.items().iter().for_each(|item| self.value_uses(item, uses));
        node.entries().for_each(|(_, entry)| self.value_uses(&entry.value, uses));
    }
}
