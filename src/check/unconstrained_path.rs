//! `unconstrained-path`: a path that a page gives, and nothing says where it may lead.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{ArgumentKind, Manifest, PathKind},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for argument in manifest.arguments() {
        let ArgumentKind::Path(path) = &argument.kind else { continue };
        // Every path has a schema; without one, a misspelt key in it was reported.
        if path.within.is_some() || argument.schema.is_none() {
            continue;
        }
        let kind = match path.kind {
            PathKind::File => "file",
            PathKind::Dir => "folder",
        };
        let message = format!("`{}` may lead to any {kind} of this machine", argument.name);
        diagnostics.push(
            Diagnostic::new(Code::UnconstrainedPath, argument.span, message).help(
                "say where it may lead: `within: [\"$HOME/src/**\"]`; `within: [\"/**\"]` is everywhere",
            ),
        );
    }
}
