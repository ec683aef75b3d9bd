//! `undefined-event`: a permission names an event that is not declared. An event's senders are declared too.

use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{Manifest, SharedKind},
    name::{EventName, Word},
    source::Spanned,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let permissions = manifest.permissions.iter();
    let named = permissions.flat_map(|permission| permission.listen.iter().chain(&permission.emit));
    diagnostics.extend(named.filter_map(|event| check_event(manifest, event)));
    let senders = manifest.events.values().flat_map(|event| &event.from);
    diagnostics.extend(senders.filter_map(|sender| check_sender(manifest, sender)));
}

fn check_event(manifest: &Manifest, event: &Spanned<EventName>) -> Option<Diagnostic> {
    let name = event.value.as_str();
    if manifest.events.contains_key(name) || manifest.broken.events.contains(name) {
        return None;
    }
    let near = nearest(name, manifest.events.keys().map(EventName::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare it: `events: {{ {name}: {{ payload: {{ type: string }} }} }}`"),
    };
    let message = format!("the event `{name}` is not declared");
    Some(
        Diagnostic::new(Code::UndefinedEvent, event.span, message)
            .help(help)
            .did_you_mean(event.span, name, near),
    )
}

/// A sender is a plugin, or a backend that runs as long as the app.
fn check_sender(manifest: &Manifest, sender: &Spanned<Word>) -> Option<Diagnostic> {
    let name = sender.value.as_str();
    let diagnostic = |message: String| Diagnostic::new(Code::UndefinedPlugin, sender.span, message);
    if manifest.plugins.contains_key(name)
        || manifest.broken.plugins.contains(name)
        || manifest.broken.backends.contains(name)
    {
        return None;
    }
    match manifest.backends.get(name) {
        Some(backend) if matches!(backend.kind, SharedKind::Sidecar(_)) => None,
        Some(backend) => Some(
            diagnostic(format!("the backend `{name}` is no sidecar, and sends no events"))
                .help("name a plugin, or a backend with a `sidecar`")
                .related(backend.span, "the backend"),
        ),
        None => {
            let sidecars = manifest.backends.iter().filter_map(|(name, backend)| {
                matches!(backend.kind, SharedKind::Sidecar(_)).then_some(name)
            });
            let near = nearest(name, manifest.plugins.keys().chain(sidecars).map(Word::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a plugin, or a backend with a `sidecar`".to_owned(),
            };
            Some(
                diagnostic(format!("`{name}` is neither a plugin nor a backend"))
                    .help(help)
                    .did_you_mean(sender.span, name, near),
            )
        }
    }
}
