//! Hover: a command with who may call it, other names with what they stand for, keys with what the schema says.

use super::{
    analysis::Analysis,
    callers,
    declared::{Declared, Named, Section, Target},
    describe,
    outline::Part,
    place::without_profile,
    schema,
};

/// More names than this are counted and not shown.
const MOST_NAMES: usize = 20;

/// What is known about the key or word at an offset, as Markdown.
pub(super) fn hover(
    analysis: &Analysis,
    declared: &Declared<'_>,
    at: Target<'_>,
    subjects: &[Named<'_>],
    part: Part,
) -> Option<String> {
    let path = at.outline.path(at.index);
    let path = without_profile(&path);
    match subjects {
        [] => match part {
            Part::Key => schema::describe(path).map(str::to_owned),
            Part::Scalar => meaning(path, at.entry()?.scalar.as_deref()?),
        },
        // A window's key is also its webview's name.
        [one] | [one, Named { section: Section::Webviews, .. }]
            if part == Part::Key || subjects.len() == 1 =>
        {
            about(analysis, declared, one, part)
        }
        many => {
            let own = |named| own_name(named);
            let names = describe::listed(many.iter().take(MOST_NAMES).map(own));
            let more = match many.len().saturating_sub(MOST_NAMES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            Some(format!("It stands for {names}{more}."))
        }
    }
}

fn about(
    analysis: &Analysis,
    declared: &Declared<'_>,
    named: &Named<'_>,
    part: Part,
) -> Option<String> {
    match named.section {
        Section::Commands => {
            let callers = callers::describe(analysis, &named.name);
            return Some(format!("{}\n\n{callers}", describe::command(named, declared)));
        }
        Section::Arguments => return named.at.map(describe::argument),
        _ => {}
    }
    let what = describe::declaration(named);
    let Some(at) = named.at else { return what };
    let path = at.outline.path(at.index);
    let about = schema::describe(without_profile(&path)).map(str::to_owned);
    if part == Part::Key {
        let parts: Vec<String> = what.into_iter().chain(about).collect();
        return (!parts.is_empty()).then(|| parts.join("\n\n"));
    }
    let line = at.source.position(at.entry()?.range().start).line;
    let is_here = analysis.loaded.sources.iter().count() == 1;
    let file = at.source.path().file_name().unwrap_or_default().to_string_lossy();
    let place = if is_here { format!("line {line}") } else { format!("{file}:{line}") };
    let what = what.or(about).unwrap_or_default();
    Some(format!("`{}`, declared in {place}. {what}", own_name(named)).trim_end().to_owned())
}

/// A name as its declaration has it: commands of plugins stand below their namespace.
fn own_name<'a>(named: &'a Named<'_>) -> &'a str {
    named.name.rsplit('|').next().unwrap_or_default()
}

/// What one of the words means that a key can be set to.
fn meaning(path: &[&str], text: &str) -> Option<String> {
    let words = schema::words(path);
    words.into_iter().find(|(word, _)| word == text)?.1.map(str::to_owned)
}
