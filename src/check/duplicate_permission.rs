//! `duplicate-permission`: two permissions say the same, so that a change of one would have no effect.

use super::access::{Origins, ScopeId, Scopes, Sites, Subjects};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Permission},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(manifest: &Manifest, sites: &Sites, diagnostics: &mut Vec<Diagnostic>) {
    for (at, first) in duplicates(manifest, sites) {
        let permissions = &manifest.permissions;
        let (Some(permission), Some(first)) = (permissions.get(at), permissions.get(first)) else {
            continue;
        };
        let message = format!("`{}` says the same as `{}`", permission.id, first.id);
        diagnostics.push(
            Diagnostic::new(Code::DuplicatePermission, permission.span, message)
                .help("remove one of them, or say for whom this one is")
                .related(first.span, "the same callers, commands and events"),
        );
    }
}

/// The places of permissions that say what an earlier one says, with the place of the first.
pub(super) fn duplicates(manifest: &Manifest, sites: &Sites) -> BTreeMap<usize, usize> {
    let origins = Origins { manifest, sites };
    let mut scopes = Scopes::default();
    let mut first = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (at, permission) in manifest.permissions.iter().enumerate() {
        // What was left out may be the difference.
        if manifest.broken.permissions.contains(permission.id.as_str()) {
            continue;
        }
        let (subjects, _) = origins.permission(permission);
        if subjects.has_unknown {
            continue;
        }
        let before = *first.entry(Content::new(permission, subjects, &mut scopes)).or_insert(at);
        if before != at {
            found.insert(at, before);
        }
    }
    found
}

/// What a permission says, whatever the order and however often.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Content<'a> {
    subjects: Subjects<'a>,
    allow: BTreeSet<(&'a str, Option<ScopeId>)>,
    deny: BTreeSet<&'a str>,
    listen: BTreeSet<&'a str>,
    emit: BTreeSet<&'a str>,
}

impl<'a> Content<'a> {
    fn new(permission: &'a Permission, subjects: Subjects<'a>, scopes: &mut Scopes) -> Self {
        let allow = permission.allow.iter().map(|entry| {
            let scope = entry.scope.as_ref().map(|scope| scopes.id(scope));
            (entry.value.as_str(), scope)
        });
        Self {
            subjects,
            allow: allow.collect(),
            deny: permission.deny.iter().map(|entry| entry.value.as_str()).collect(),
            listen: permission.listen.iter().map(|event| event.value.as_str()).collect(),
            emit: permission.emit.iter().map(|event| event.value.as_str()).collect(),
        }
    }
}
