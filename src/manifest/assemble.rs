//! One tree from several files: a manifest, its includes, its guardrails and the profile that was chosen.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, nearest},
    document::{Entry, Kind, Node},
    source::{Span, Spanned},
};

/// Sections that an include may hold.
const INCLUDED: [&str; 5] = ["backends", "commands", "groups", "origins", "permissions"];

/// What a manifest or one of its includes names under `include`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// A path or glob, from the folder of the file that it stands in.
    pub path: Spanned<String>,
    /// Whether it may match nothing.
    pub is_optional: bool,
}

/// The files that a document names. What is malformed is left out: the structure's check reports it.
pub fn includes(document: &Node) -> Vec<Include> {
    let items = document.find("include").map(Node::items).unwrap_or_default();
    let include = |item: &Node| {
        let text = item.as_str().map(|text| (text, item.span));
        let path = text.or_else(|| {
            let path = item.find("path")?;
            Some((path.as_str()?, path.span))
        });
        let is_optional =
            item.find("optional").is_some_and(|node| matches!(node.kind, Kind::Bool(true)));
        path.map(|(text, span)| Include { path: Spanned::new(text.to_owned(), span), is_optional })
    };
    items.iter().filter_map(include).collect()
}

/// Whether a document holds only what an include may hold.
pub fn may_be_included(document: &Node) -> bool {
    let is_included = |name: &str| name == "include" || INCLUDED.contains(&name);
    document.entries().next().is_some() && document.entries().all(|(name, _)| is_included(name))
}

/// The profiles that a document declares.
pub fn profiles(document: &Node) -> Vec<&str> {
    document.find("profiles").into_iter().flat_map(Node::entries).map(|(name, _)| name).collect()
}

/// Adds what an include says to a manifest's tree. Names that both define are reported with both places.
pub fn add_include(manifest: &mut Node, include: Node, diagnostics: &mut Diagnostics) {
    let Kind::Map(sections) = include.kind else {
        diagnostics.push(
            Diagnostic::new(Code::WrongType, include.span, "an include is a mapping of sections")
                .help("for example `commands: { version: { run: { value: \"1.0.0\" } } }`"),
        );
        return;
    };
    for (name, section) in *sections {
        if name == "include" {
            merge_list(manifest, &name, section);
        } else if INCLUDED.contains(&name.as_str()) {
            add_section(manifest, &name, section, diagnostics);
        } else {
            diagnostics.push(not_included(&name, section.key));
        }
    }
}

/// Adds the guardrails of a file that holds nothing else.
pub fn add_guardrails(manifest: &mut Node, file: Node, diagnostics: &mut Diagnostics) {
    let span = file.span;
    let Kind::Map(sections) = file.kind else {
        let message = "a file of guardrails is a mapping with the key `never`";
        diagnostics.push(Diagnostic::new(Code::WrongType, span, message));
        return;
    };
    for (name, section) in *sections {
        if name == "never" {
            merge_list(manifest, &name, section);
        } else {
            let message = format!("a file of guardrails cannot hold `{}`", name.escape_debug());
            diagnostics.push(
                Diagnostic::new(Code::UnknownKey, section.key, message)
                    .help("its only key is `never`"),
            );
        }
    }
}

fn not_included(name: &str, key: Span) -> Diagnostic {
    let known = INCLUDED.into_iter().chain(["include"]);
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("an include may hold `{}` and `include`", INCLUDED.join("`, `")),
    };
    let message = format!("an include cannot hold `{}`", name.escape_debug());
    Diagnostic::new(Code::UnknownKey, key, message).help(help)
}

fn add_section(manifest: &mut Node, name: &str, section: Entry, diagnostics: &mut Diagnostics) {
    let Kind::Map(sections) = &mut manifest.kind else { return };
    let Some(existing) = sections.get_mut(name) else {
        sections.insert(name.to_owned(), section);
        return;
    };
    match (&mut existing.value.kind, section.value.kind) {
        (Kind::Map(known), Kind::Map(added)) => {
            for (key, entry) in *added {
                if let Some(first) = known.get(&key) {
                    let message = format!("`{}` is defined in two files", key.escape_debug());
                    diagnostics.push(
                        Diagnostic::new(Code::DuplicateName, entry.key, message)
                            .help("give one of them another name, or remove one")
                            .related(first.key, "first defined here"),
                    );
                } else {
                    known.insert(key, entry);
                }
            }
        }
        // A section of the wrong type is reported where it stands; only one of them can.
        (Kind::Map(_), kind) => {
            existing.value = Node { span: section.value.span, kind };
            existing.key = section.key;
        }
        _ => {}
    }
}

/// Appends a list to one of a manifest's, so that what stands there first stays.
fn merge_list(manifest: &mut Node, name: &str, section: Entry) {
    let Kind::Map(sections) = &mut manifest.kind else { return };
    let Some(existing) = sections.get_mut(name) else {
        sections.insert(name.to_owned(), section);
        return;
    };
    match (&mut existing.value.kind, section.value.kind) {
        (Kind::Seq(items), Kind::Seq(added)) => items.extend(added),
        (Kind::Seq(_), kind) => existing.value = Node { span: section.value.span, kind },
        _ => {}
    }
}

/// Puts a profile's overlay over a manifest: mappings merge by key, lists and values replace, `null` removes,
/// `never` only grows. False if the manifest has no profile of that name.
pub fn apply_profile(manifest: &mut Node, name: &str, diagnostics: &mut Diagnostics) -> bool {
    let overlay = manifest.find("profiles").and_then(|profiles| profiles.find(name)).cloned();
    let Some(overlay) = overlay else { return false };
    let Kind::Map(sections) = overlay.kind else { return true };
    for (key, entry) in *sections {
        match key.as_str() {
            // By now the files have been read.
            "include" | "profiles" | "version" => {
                let message = format!("a profile cannot change `{key}`");
                diagnostics
                    .push(Diagnostic::new(Code::UnknownKey, entry.key, message).help("remove it"));
            }
            "never" => merge_list(manifest, &key, entry),
            _ => merge(manifest, key, entry),
        }
    }
    true
}

fn merge(owner: &mut Node, key: String, entry: Entry) {
    let Kind::Map(entries) = &mut owner.kind else { return };
    if matches!(entry.value.kind, Kind::Null) {
        entries.shift_remove(&key);
        return;
    }
    match entries.get_mut(&key) {
        Some(existing)
            if matches!(
                (&existing.value.kind, &entry.value.kind),
                (Kind::Map(_), Kind::Map(_))
            ) =>
        {
            let Kind::Map(inner) = entry.value.kind else { return };
            for (key, entry) in *inner {
                merge(&mut existing.value, key, entry);
            }
        }
        Some(existing) => *existing = entry,
        None => {
            entries.insert(key, entry);
        }
    }
}
