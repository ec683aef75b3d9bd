//! A program's environment: variables that it inherits, and variables with a value.

use super::{Lowering, templates::Uses};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    plan::Template,
    source::Span,
};

/// Names of inherited variables, and variables with their values.
pub(super) type Environment = (Vec<String>, Vec<(String, Template)>);

impl Lowering<'_> {
    pub(super) fn environment(
        &mut self,
        owner: &Node,
        items: Vec<String>,
        uses: &mut Uses,
    ) -> Environment {
        let nodes = owner.find("env").map(Node::items).unwrap_or_default();
        let (mut inherited, mut set) = (Vec::new(), Vec::new());
        for (item, node) in items.into_iter().zip(nodes) {
            let Some((name, value)) = item.split_once('=') else {
                if self.is_variable(&item, node.span) {
                    inherited.push(item);
                }
                continue;
            };
            if !self.is_variable(name, node.span) {
                continue;
            }
            self.variable_secret(name, value, &item, node);
            let Some(template) = self.template(value, node.span) else { continue };
            // What a page chooses could change what the program is, as `LD_PRELOAD` does.
            if let Some(argument) = template.arguments().next() {
                uses.argument(argument, value, node.span, true);
                let message =
                    format!("`{argument}` would become part of the program's environment");
                self.report(
                    Diagnostic::new(Code::UnsafeArgument, node.span, message)
                        .help("pass it as an argument, or through `stdin`"),
                );
                continue;
            }
            uses.template(value, &template, node.span, false);
            set.push((name.to_owned(), template));
        }
        (inherited, set)
    }

    /// Whether a text names an environment variable; if not, that is reported.
    pub(super) fn is_variable(&mut self, name: &str, span: Span) -> bool {
        let is_name = !name.is_empty() && !name.contains(['=', '\0', '{', '}', ' ', '$']);
        if let Some(bare) = name.strip_prefix('$').filter(|bare| is_word(bare)) {
            let message = format!("`{name}` is not the name of an environment variable");
            self.report(
                Diagnostic::new(Code::InvalidValue, span, message)
                    .help(format!("write `{bare}`, without `$`"))
                    .did_you_mean(
                        span,
                        name,
                        (span.range().len() <= name.len() + 2).then_some(bare),
                    ),
            );
        } else if !is_name {
            self.invalid(
                span,
                format!("`{}` is not the name of an environment variable", name.escape_debug()),
                "name a variable that the program inherits, such as `HOME`, or set it: `NAME=text`",
            );
        }
        is_name
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
