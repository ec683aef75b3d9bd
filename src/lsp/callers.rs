//! Who may call a command, asked of the same authority that decides at run time.

use super::{analysis::Analysis, describe::listed};
use crate::{
    ipc::Caller,
    manifest::{Manifest, Permission, Window},
    name::{CommandName, Label},
    pattern::{Budget, LabelPattern, Origin, label_classes},
    policy::Policy,
    source::Sources,
};

/// More lines than this are counted and not shown.
const MOST_LINES: usize = 12;
/// What looking for the labels of a template may cost.
const STEPS: usize = 200_000;

/// The permissions that name the command, and the declared webviews and origins from which it can be called.
pub(super) fn describe(analysis: &Analysis, name: &str) -> String {
    let (Some(manifest), Some(policy)) = (&analysis.loaded.manifest, analysis.policy()) else {
        return "Who may call it is known when the manifest has no errors.".to_owned();
    };
    let Ok(command) = name.parse::<CommandName>() else { return String::new() };
    let allows = |it: &Permission| it.allow.iter().any(|entry| entry.value.allows(&command));
    let denies = |it: &Permission| it.deny.iter().any(|entry| entry.value.denies(&command));
    let permissions = manifest.permissions.iter();
    let naming: Vec<&Permission> = permissions.filter(|it| allows(it) || denies(it)).collect();
    let mut lines = vec!["**Who may call it**".to_owned()];
    let rows = rows(manifest, policy, name, &naming);
    if rows.is_empty() {
        lines.push("- no page of a declared window".to_owned());
    }
    let more = rows.len().saturating_sub(MOST_LINES);
    lines.extend(rows.into_iter().take(MOST_LINES));
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    let sources = &analysis.loaded.sources;
    for (verb, is_cause) in
        [("allowed by", &allows as &dyn Fn(&Permission) -> bool), ("denied by", &denies)]
    {
        let causes: Vec<&Permission> = naming.iter().copied().filter(|it| is_cause(it)).collect();
        let shown = causes.iter().take(MOST_LINES);
        lines.extend(shown.map(|it| format!("- {verb} {}", place(it, sources))));
        if causes.len() > MOST_LINES {
            lines.push(format!("- {verb} {} more", causes.len() - MOST_LINES));
        }
    }
    lines.join("\n")
}

fn place(permission: &Permission, sources: &Sources) -> String {
    let place = sources.place(permission.span);
    let file = place.file.file_name().unwrap_or_default().to_string_lossy();
    format!("`{}` ({file}:{})", permission.id, place.position.line)
}

/// A line for each webview that may call, with the origins that it may show then.
fn rows(
    manifest: &Manifest,
    policy: &Policy,
    command: &str,
    naming: &[&Permission],
) -> Vec<String> {
    let origins = origins(manifest);
    let mut rows = Vec::new();
    for window in &manifest.windows {
        let labels = labels(window, naming);
        let webviews = window.webviews.iter().map(|webview| Some(&webview.label));
        let own = window.webviews.is_empty().then_some(None);
        for webview in webviews.chain(own) {
            let from = |label: &Label| -> Vec<&str> {
                let may_call = |origin: &Origin| {
                    let caller = Caller {
                        window: label.clone(),
                        webview: webview.unwrap_or(label).clone(),
                        origin: Some(origin.clone()),
                    };
                    policy.authority.decide(&caller, command).is_allowed
                };
                let allowed = origins.iter().filter(|(_, origin)| may_call(origin));
                allowed.map(|(name, _)| *name).collect()
            };
            let mut found: Vec<(&Label, Vec<&str>)> = Vec::new();
            for label in &labels {
                let from = from(label);
                if !found.iter().any(|(_, known)| *known == from) {
                    found.push((label, from));
                }
            }
            let is_one = found.len() == 1;
            found.retain(|(_, from)| !from.is_empty());
            let row = |(label, from): &(&Label, Vec<&str>)| {
                row(window, webview, (!is_one).then_some(*label), from)
            };
            rows.extend(found.iter().map(row));
        }
    }
    rows
}

/// The line of one webview; of those that a template names, one label may stand for others like it.
fn row(window: &Window, webview: Option<&Label>, like: Option<&Label>, from: &[&str]) -> String {
    let template = window.template().map(|template| template.value.as_str());
    let like = like.map(|label| format!(" (such as `{label}`)")).unwrap_or_default();
    let window = format!("`{}`{like}", template.unwrap_or(window.label.as_str()));
    let webview = webview.map(|webview| format!("`{webview}` in ")).unwrap_or_default();
    format!("- {webview}{window} at {}", listed(from.iter().copied()))
}

/// The labels of a window: for a template one of each sort that the permissions tell apart.
fn labels(window: &Window, naming: &[&Permission]) -> Vec<Label> {
    let Some(template) = window.template().map(|template| &template.value) else {
        return vec![window.label.clone()];
    };
    let Ok(form) = template.as_str().parse::<LabelPattern>() else { return Vec::new() };
    let named = naming.iter().flat_map(|it| it.windows.iter().chain(&it.webviews)).flatten();
    let patterns: Vec<&LabelPattern> =
        std::iter::once(&form).chain(named.map(|it| &it.value)).collect();
    let classes = label_classes(&patterns, &mut Budget::new(STEPS)).unwrap_or_default();
    let of_form = classes.into_iter().filter(|class| class.members.contains(0));
    let labels: Vec<Label> = of_form.map(|class| class.witness).collect();
    if labels.is_empty() {
        // The permissions tell too many labels apart; an ordinary one stands for all.
        return template.as_str().replacen('*', "1", 1).parse().into_iter().collect();
    }
    labels
}

/// An origin for each name that permissions can give one.
fn origins(manifest: &Manifest) -> Vec<(&str, Origin)> {
    let mut origins = vec![("app", Origin::app())];
    let named = manifest.origins.iter();
    origins.extend(named.filter_map(|(name, it)| Some((name.as_str(), it.value.example()?))));
    let sites = manifest.sites.iter().filter(|(_, site)| !site.is_opaque());
    origins.extend(
        sites.filter_map(|(name, _)| Some((name.as_str(), format!("site://{name}").parse().ok()?))),
    );
    // An origin under a name that is kept from everybody stands for all the others.
    origins.extend("https://other.invalid".parse().ok().map(|origin| ("remote", origin)));
    origins
}
