//! Hover: a command with who may call it, and for keys what the schema says about them.

use super::{
    analysis::Analysis,
    callers, describe,
    naming::{Declared, Target, command, wire_name},
    outline::Part,
    schema,
};

/// More names than this are counted and not shown.
const MOST_NAMES: usize = 20;

/// What is known about the key or word at an offset, as Markdown.
pub(super) fn hover(
    analysis: &Analysis,
    declared: &Declared<'_>,
    at: Target<'_>,
    part: Part,
    offset: usize,
) -> Option<String> {
    let path = at.outline.path(at.index);
    let subjects = declared.subjects(at, part, offset);
    match subjects.as_slice() {
        [] => match part {
            Part::Key => schema::describe(&path).map(str::to_owned),
            Part::Scalar => meaning(&path, at.entry()?.scalar.as_deref()?),
        },
        [one] => about(analysis, *one, part),
        many => {
            let names = describe::listed(many.iter().take(MOST_NAMES).map(name));
            let more = match many.len().saturating_sub(MOST_NAMES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            Some(format!("It stands for {names}{more}."))
        }
    }
}

fn about(analysis: &Analysis, at: Target<'_>, part: Part) -> Option<String> {
    let path = at.outline.path(at.index);
    let is_command = command(&path).is_some_and(|command| command.len() == path.len());
    if is_command {
        let name = wire_name(&path)?;
        let callers = callers::describe(analysis, &name);
        return Some(format!("{}\n\n{callers}", describe::command(&name, at)));
    }
    if command(&path).is_some() {
        return Some(describe::argument(at));
    }
    let about = schema::describe(&path).unwrap_or_default();
    Some(match part {
        Part::Key => about.to_owned(),
        Part::Scalar => {
            let line = at.source.position(at.entry()?.range().start).line;
            format!("`{}`, declared in line {line}. {about}", name(&at))
        }
    })
}

fn name<'a>(at: &Target<'a>) -> &'a str {
    at.entry().map(|entry| entry.name.as_str()).unwrap_or_default()
}

/// What one of the words means that a key can be set to.
fn meaning(path: &[&str], text: &str) -> Option<String> {
    let words = schema::words(path);
    words.into_iter().find(|(word, _)| word == text)?.1.map(str::to_owned)
}
