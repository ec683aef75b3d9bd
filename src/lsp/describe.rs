//! Commands and arguments in words, as far as they are written.

use super::naming::Target;

/// Words in backticks, with commas between them.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// What a command does, takes and runs.
pub(super) fn command(name: &str, at: Target<'_>) -> String {
    let outline = at.outline;
    let mut parts = vec![format!("**command** `{name}`")];
    parts.extend(outline.scalar(at.index, &["description"]).map(str::to_owned));
    if let Some(args) = outline.part(Some(at.index), "args") {
        let arguments = outline.parts(Some(args));
        let lines: Vec<String> =
            arguments.map(|(index, _)| format!("- {}", argument(Target { index, ..at }))).collect();
        let is_empty = lines.is_empty();
        parts.push(if is_empty { "It takes no arguments.".to_owned() } else { lines.join("\n") });
    }
    parts.extend(backend(at).map(|backend| format!("It {backend}.")));
    parts.join("\n\n")
}

/// An argument with its type, and whether it must be given.
pub(super) fn argument(at: Target<'_>) -> String {
    let name = at.entry().map(|entry| entry.name.as_str()).unwrap_or_default();
    let scalar = |key: &str| at.outline.scalar(at.index, &[key]);
    let need = match scalar("default") {
        Some(default) => format!("default `{default}`"),
        None if at.outline.part(Some(at.index), "default").is_some() => "with a default".to_owned(),
        None if scalar("optional") == Some("true") => "optional".to_owned(),
        None => "required".to_owned(),
    };
    let about = scalar("description").map(|text| format!(": {text}")).unwrap_or_default();
    format!("`{name}` {}, {need}{about}", kind(at))
}

/// The type that a schema asks for.
fn kind(at: Target<'_>) -> String {
    let part = |key: &str| at.outline.part(Some(at.index), key);
    let texts = |index: usize| {
        at.outline.parts(Some(index)).filter_map(|(_, entry)| entry.scalar.as_deref())
    };
    let own = at.outline.scalar(at.index, &["type"]);
    if let Some(words) = part("enum") {
        return format!("one of {}", listed(texts(words)));
    }
    match (own, part("type"), part("items")) {
        (Some("array"), _, Some(index)) => format!("list of {}", kind(Target { index, ..at })),
        (Some("array"), ..) => "list".to_owned(),
        (Some(""), ..) | (None, None, _) => "any value".to_owned(),
        (Some(own), ..) => own.to_owned(),
        (None, Some(choice), _) => texts(choice).collect::<Vec<_>>().join(" or "),
    }
}

/// What runs, as the end of a sentence that begins with "It".
fn backend(at: Target<'_>) -> Option<String> {
    let outline = at.outline;
    let run = outline.part(Some(at.index), "run")?;
    let (index, backend) = outline.parts(Some(run)).next()?;
    Some(match backend.name.as_str() {
        "value" => match &backend.scalar {
            Some(text) if !text.contains('{') => format!("answers with the constant `{text}`"),
            Some(text) => format!("answers with `{text}`"),
            None => "answers with a value".to_owned(),
        },
        "process" => {
            let program = outline.scalar(index, &["program"]).unwrap_or_default();
            let args = outline.part(Some(index), "args");
            let items = args.into_iter().flat_map(|args| outline.parts(Some(args)));
            let items = items.map(|(_, entry)| entry.scalar.as_deref().unwrap_or("…"));
            let line = std::iter::once(program).chain(items).collect::<Vec<_>>().join(" ");
            let output = outline.scalar(index, &["output"]).unwrap_or("text");
            format!("starts `{line}` and answers with its output as {output}")
        }
        "native" => {
            let function = backend.scalar.as_deref().unwrap_or_default();
            format!("calls the registered function `{function}`")
        }
        other => format!("runs `{other}`"),
    })
}
