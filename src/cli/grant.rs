//! Which permission to extend so that one caller may call one command, and proof that nobody else is let in.

use super::suggestion::suggestion;
use crate::{
    check::Checked,
    edit::{Change, EditError, apply, edits, format},
    ipc::Caller,
    manifest::{Manifest, OriginName, Permission},
    name::{CommandName, Label},
    pattern::{LabelPattern, Origin, OriginPattern},
    policy::Authority,
    source::{FileId, Source, Sources, Spanned},
};
use serde_json::Value;
use std::cmp::Reverse;

/// A grant as a change of one file.
#[derive(Debug)]
pub(super) struct Grant {
    /// The file that changes.
    pub(super) file: FileId,
    /// What changes in it.
    pub(super) changes: Vec<Change>,
    /// Whether the permission that grants it matches this caller and no other.
    pub(super) is_exact: bool,
}

impl Grant {
    /// A command more in a permission that is there.
    pub(super) fn extend(permission: &Permission, command: &str, is_exact: bool) -> Self {
        let list = format!("/permissions/{}/allow", permission.id);
        let item = Value::from(command);
        let file = permission.span.file;
        Self { file, changes: vec![Change::Append { list, item }], is_exact }
    }

    /// A permission of its own, and a name for the origin if it has none.
    pub(super) fn add(
        manifest: &Manifest,
        caller: &Caller,
        origin: &Origin,
        command: &str,
        id: Option<&str>,
    ) -> Self {
        let sections = suggestion(manifest, caller, origin, command, id);
        let sections = sections.as_object().into_iter().flatten();
        let changes = sections.flat_map(|(section, entries)| {
            let entries = entries.as_object().into_iter().flatten();
            entries.map(move |(key, value)| Change::Insert {
                mapping: format!("/{section}"),
                key: key.clone(),
                value: value.clone(),
            })
        });
        Self { file: manifest.start.file, changes: changes.collect(), is_exact: true }
    }

    /// The text of the changed file; one that was in canonical layout is so again.
    pub(super) fn text(&self, source: &Source) -> Result<String, EditError> {
        let mut text = source.text().to_owned();
        for change in &self.changes {
            let (source, file) = alone(source, &text);
            text = apply(&text, &edits(&source, file, change)?);
        }
        let in_layout = |text: &str| {
            let (source, file) = alone(source, text);
            format(&source, file).ok()
        };
        match in_layout(source.text()) {
            Some(canonical) if canonical == source.text() => Ok(in_layout(&text).unwrap_or(text)),
            _ => Ok(text),
        }
    }
}

fn alone(source: &Source, text: &str) -> (Source, FileId) {
    let source = Source::new(source.path(), text);
    let file = Sources::default().add(source.clone());
    (source, file)
}

/// The permission that matches this caller and nobody else; the one that says most if there are several.
pub(super) fn own_permission<'a>(
    manifest: &'a Manifest,
    caller: &Caller,
) -> Option<&'a Permission> {
    let own =
        manifest.permissions.iter().filter(|permission| is_only_for(manifest, permission, caller));
    own.min_by_key(|permission| {
        let dimensions =
            usize::from(permission.windows.is_some()) + usize::from(permission.webviews.is_some());
        (Reverse(dimensions), permission.allow.is_empty())
    })
}

/// Whether a permission matches a caller and, now and after any edit of other sections, no other one.
pub(super) fn is_only_for(manifest: &Manifest, permission: &Permission, caller: &Caller) -> bool {
    // A label that is left out stands for all, of which there is one only where window and webview are the same.
    let is_one = caller.window == caller.webview;
    let is_only = |patterns: Option<&[Spanned<LabelPattern>]>, label: &Label| {
        patterns.map_or(is_one, |patterns| {
            patterns.iter().all(|pattern| pattern.value.literal().as_ref() == Some(label))
        })
    };
    let is_origin = |name: &OriginName| {
        let literal = match name {
            OriginName::App => Some(Origin::app()),
            OriginName::Remote => None,
            OriginName::Named(name) => {
                manifest.origins.get(name).and_then(|pattern| pattern.value.literal())
            }
        };
        literal.is_some() && literal == caller.origin
    };
    is_only(permission.windows.as_deref(), &caller.window)
        && is_only(permission.webviews.as_deref(), &caller.webview)
        && permission.origins.iter().all(|name| is_origin(&name.value))
}

/// A decision that is another after an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) caller: Caller,
    pub(super) command: CommandName,
    pub(super) is_allowed: bool,
}

/// The decisions that an edit of permissions changes, over every command and all callers that differ by anything the
/// manifest speaks of.
pub(super) fn differences(
    manifest: &Checked<Manifest>,
    before: &Authority,
    after: &Authority,
    caller: &Caller,
) -> Vec<Difference> {
    let mut found = Vec::new();
    for caller in callers(manifest, caller) {
        let (old, new) = (before.row(&caller), after.row(&caller));
        for (name, id) in after.commands() {
            let was_allowed =
                before.command(name.as_str()).is_some_and(|id| old.authorize(id).is_some());
            let is_allowed = new.authorize(id).is_some();
            if was_allowed != is_allowed {
                let (caller, command) = (caller.clone(), name.clone());
                found.push(Difference { caller, command, is_allowed });
            }
        }
    }
    found
}

/// One caller of each kind: every window, a window that is not declared, and an origin for every pattern and for none.
fn callers(manifest: &Manifest, wanted: &Caller) -> Vec<Caller> {
    let mut surfaces: Vec<(Label, Label)> = manifest.surfaces().collect();
    surfaces.extend("undeclared".parse::<Label>().map(|label| (label.clone(), label)));
    let patterns = manifest.origins.values().filter_map(|pattern| witness(&pattern.value));
    let mut origins: Vec<Origin> = patterns.collect();
    origins.push(Origin::app());
    origins.extend("https://undeclared.invalid".parse::<Origin>());
    let mut callers = vec![wanted.clone()];
    for (window, webview) in &surfaces {
        for origin in &origins {
            let caller = Caller {
                window: window.clone(),
                webview: webview.clone(),
                origin: Some(origin.clone()),
            };
            if !callers.contains(&caller) {
                callers.push(caller);
            }
        }
    }
    callers
}

/// An origin that a pattern stands for.
fn witness(pattern: &OriginPattern) -> Option<Origin> {
    pattern.literal().or_else(|| {
        let mut text = pattern.as_str().replace("://*.", "://x.").replace(":*", ":1");
        while let Some((before, rest)) = text.split_once('{') {
            text = format!("{before}x{}", rest.split_once('}')?.1);
        }
        text.parse().ok()
    })
}
