//! Which permission to extend so that one caller may call one command, and proof that nobody else is let in.

use super::{suggestion::suggestion, views::Views};
use crate::{
    check::Checked,
    diagnostic::apply,
    edit::{Change, EditError, edits, format},
    ipc::Caller,
    manifest::{Manifest, OriginName, Permission},
    name::{CommandName, Label},
    pattern::{LabelPattern, Origin},
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
    /// The permission that grants it then.
    pub(super) permission: String,
    /// What changes in the file.
    pub(super) changes: Vec<Change>,
    /// Whether the permission matches this caller and no other.
    pub(super) is_exact: bool,
}

/// Why no edit of the manifest's text would do.
#[derive(Debug)]
pub(super) struct Obstacle(pub(super) String);

impl Grant {
    /// The edit after which a caller may call a command: of the permission `id` if it is given, else of one that is
    /// this caller's own, else a new permission.
    pub(super) fn find(
        views: &Views,
        caller: &Caller,
        origin: &Origin,
        command: &str,
        id: Option<&str>,
    ) -> Result<Self, Obstacle> {
        if let Some(id) = id {
            return match views.base().permission(id) {
                Some(permission) => Self::extend(views, permission, command, caller),
                None if views.all().any(|view| view.permission(id).is_some()) => Err(Obstacle(
                    format!("only a profile has the permission `{id}`: edit it there"),
                )),
                None => Ok(Self::add(views, caller, origin, command, Some(id))),
            };
        }
        let is_own = |permission: &&Permission| is_own(views, permission.id.as_str(), caller);
        let own =
            views.base().manifest.permissions.iter().filter(is_own).min_by_key(|permission| {
                let id = permission.id.as_str();
                let dimensions = usize::from(permission.windows.is_some())
                    + usize::from(permission.webviews.is_some());
                let is_replaced = views.chosen.replaces_allow(id).is_some();
                (is_replaced, Reverse(dimensions), permission.allow.is_empty())
            });
        match own {
            Some(permission) => Self::extend(views, permission, command, caller),
            None => Ok(Self::add(views, caller, origin, command, None)),
        }
    }

    /// A command more in a permission that the text has.
    fn extend(
        views: &Views,
        permission: &Permission,
        command: &str,
        caller: &Caller,
    ) -> Result<Self, Obstacle> {
        let id = permission.id.to_string();
        if let Some(profile) = views.chosen.replaces_allow(&id) {
            let message =
                format!("the profile `{profile}` replaces `allow` of `{id}`: edit it there");
            return Err(Obstacle(message));
        }
        let list = format!("/permissions/{id}/allow");
        let changes = vec![Change::Append { list, item: Value::from(command) }];
        let is_exact = is_own(views, &id, caller);
        Ok(Self { file: permission.span.file, permission: id, changes, is_exact })
    }

    /// A permission of its own, and a name for the origin if it has none.
    fn add(
        views: &Views,
        caller: &Caller,
        origin: &Origin,
        command: &str,
        id: Option<&str>,
    ) -> Self {
        let sections = suggestion(views, caller, origin, command, id);
        let ids = sections.get("permissions").and_then(Value::as_object);
        let permission = ids.and_then(|ids| ids.keys().next()).cloned().unwrap_or_default();
        let sections = sections.as_object().into_iter().flatten();
        let changes = sections.flat_map(|(section, entries)| {
            let entries = entries.as_object().into_iter().flatten();
            entries.map(move |(key, value)| Change::Insert {
                mapping: format!("/{section}"),
                key: key.clone(),
                value: value.clone(),
            })
        });
        let changes = changes.collect();
        Self { file: views.base().manifest.start.file, permission, changes, is_exact: true }
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

/// Whether a permission matches this caller and nobody else, whichever profile is over it.
fn is_own(views: &Views, id: &str, caller: &Caller) -> bool {
    let mut found = views.all().filter_map(|view| Some((view, view.permission(id)?)));
    found.all(|(view, permission)| is_only_for(&view.manifest, permission, caller))
}

/// Whether a permission matches a caller and, now and after any edit of other sections, no other one.
fn is_only_for(manifest: &Manifest, permission: &Permission, caller: &Caller) -> bool {
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
    let patterns = manifest.origins.values().filter_map(|pattern| pattern.value.example());
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
