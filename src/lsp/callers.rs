//! Who may call a command, asked of the same authority that decides at run time.

use super::{analysis::Analysis, describe::listed};
use crate::{
    ipc::Caller,
    manifest::{Manifest, Permission},
    name::{CommandName, Label},
    pattern::{Origin, OriginPattern},
    policy::Policy,
    source::Sources,
};
use std::collections::BTreeMap;

/// More lines than this are counted and not shown.
const MOST_LINES: usize = 12;

/// The permissions that name the command, and the declared windows and origins from which it can be called.
pub(super) fn describe(analysis: &Analysis, name: &str) -> String {
    let (Some(manifest), Some(policy)) = (&analysis.loaded.manifest, analysis.policy()) else {
        return "Who may call it is known when the manifest has no errors.".to_owned();
    };
    let Ok(command) = name.parse::<CommandName>() else { return String::new() };
    let mut lines = vec!["**Who may call it**".to_owned()];
    let rows = rows(manifest, policy, name);
    if rows.is_empty() {
        lines.push("- no page of a declared window".to_owned());
    }
    let more = rows.len().saturating_sub(MOST_LINES);
    let shown = rows.into_iter().take(MOST_LINES);
    lines.extend(shown.map(|(origins, labels)| {
        format!("- {} at {}", listed(labels.iter().map(|label| label.as_str())), listed(origins))
    }));
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    let naming = |verb: &str, is_named: &dyn Fn(&Permission) -> bool| -> Vec<String> {
        let named = manifest.permissions.iter().filter(|permission| is_named(permission));
        named.map(|it| format!("- {verb} {}", place(it, &analysis.loaded.sources))).collect()
    };
    lines.extend(naming("allowed by", &|it| it.allow.iter().any(|p| p.value.allows(&command))));
    lines.extend(naming("denied by", &|it| it.deny.iter().any(|p| p.value.denies(&command))));
    lines.join("\n")
}

fn place(permission: &Permission, sources: &Sources) -> String {
    let place = sources.place(permission.span);
    let file = place.file.file_name().unwrap_or_default().to_string_lossy();
    format!("`{}` ({file}:{})", permission.id, place.position.line)
}

/// The windows that may call, by the origins that they may show then.
fn rows<'a>(
    manifest: &'a Manifest,
    policy: &Policy,
    command: &str,
) -> BTreeMap<Vec<&'a str>, Vec<&'a Label>> {
    let mut origins = vec![("app", Origin::app())];
    let named = manifest.origins.iter();
    origins.extend(named.filter_map(|(name, it)| Some((name.as_str(), witness(&it.value)?))));
    // An origin under a name that is kept from everybody stands for all the others.
    origins.extend("https://other.invalid".parse().ok().map(|origin| ("remote", origin)));
    let mut rows = BTreeMap::<Vec<&str>, Vec<&Label>>::new();
    for window in &manifest.windows {
        let may_call = |origin: &Origin| {
            let caller = Caller {
                window: window.label.clone(),
                webview: window.label.clone(),
                origin: Some(origin.clone()),
            };
            policy.authority.decide(&caller, command).is_allowed
        };
        let from: Vec<&str> =
            origins.iter().filter(|(_, origin)| may_call(origin)).map(|(name, _)| *name).collect();
        if !from.is_empty() {
            rows.entry(from).or_default().push(&window.label);
        }
    }
    rows
}

/// One of the origins that a pattern stands for.
fn witness(pattern: &OriginPattern) -> Option<Origin> {
    let mut text = String::new();
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (_, after) = after.split_once('}')?;
        text = format!("{text}{before}some-host");
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("*.", "some-host.");
    let origin = text.strip_suffix(":*").unwrap_or(&text).parse().ok()?;
    pattern.matches(&origin).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_is_an_origin_of_its_pattern() {
        for (pattern, expected) in [
            ("https://docs.example.com", "https://docs.example.com"),
            ("https://*.example.com", "https://some-host.example.com"),
            ("https://{tenant}.ops.example.com:*", "https://some-host.ops.example.com"),
        ] {
            let found = witness(&pattern.parse().unwrap()).map(|origin| origin.to_string());
            assert_eq!(found.as_deref(), Some(expected));
        }
    }
}
