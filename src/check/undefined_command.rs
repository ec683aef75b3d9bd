//! `undefined-command` and `undefined-plugin`: a permission about something that does not exist.

use crate::{
    diagnostic::{Code, Diagnostic, Suggestions, surely_meant},
    manifest::{Entry, Manifest, builtin},
    name::{CommandName, Word},
    pattern::{CommandPattern, CommandTable},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut suggestions = Suggestions::default();
    let table = CommandTable::new(manifest.commands.keys());
    let permissions = manifest.permissions.iter();
    let listed = permissions.flat_map(|permission| permission.allow.iter().chain(&permission.deny));
    let grouped = manifest.groups.values().flat_map(|group| &group.entries);
    // What a group stands for is reported where the group says it, once.
    for entry in listed.chain(grouped).filter(|entry| entry.group.is_none()) {
        diagnostics.extend(check_entry(manifest, entry, &table, &mut suggestions));
    }
}

fn check_entry(
    manifest: &Manifest,
    entry: &Entry,
    table: &CommandTable<'_>,
    suggestions: &mut Suggestions,
) -> Option<Diagnostic> {
    let text = entry.value.as_str();
    if let Some(plugin) = entry.value.plugin()
        && manifest.broken.plugins.contains(plugin)
    {
        return None;
    }
    if let Some(plugin) = entry.value.plugin()
        && !manifest.plugins.contains_key(plugin)
        && !builtin(plugin).is_some_and(|builtin| builtin.is_core)
    {
        return Some(undefined_plugin(manifest, entry, plugin, suggestions));
    }
    let is_declared = match &entry.value {
        CommandPattern::Star => true,
        CommandPattern::Literal(name) => {
            manifest.commands.contains_key(name) || manifest.broken.commands.contains(name.as_str())
        }
        CommandPattern::Glob { .. } => {
            table.denied(&entry.value).next().is_some() || !manifest.broken.commands.is_empty()
        }
    };
    if is_declared {
        return None;
    }
    if manifest.groups.contains_key(text) || manifest.broken.groups.has_entry(text) {
        let message = format!("`{text}` is a group, and no command");
        let group = format!("@{text}");
        return Some(
            Diagnostic::new(Code::UndefinedCommand, entry.span, message)
                .help(format!("write `\"{group}\"`"))
                .did_you_mean(entry.span, text, Some(&group)),
        );
    }
    Some(undefined_command(manifest, entry, suggestions))
}

fn undefined_plugin(
    manifest: &Manifest,
    entry: &Entry,
    plugin: &str,
    suggestions: &mut Suggestions,
) -> Diagnostic {
    let text = entry.value.as_str();
    let names = || manifest.plugins.keys().map(Word::as_str);
    let near = suggestions.nearest(plugin, names());
    let help = match (near, builtin(plugin)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(_)) => format!("declare it: `plugins: {{ {plugin}: {{ use: {plugin} }} }}`"),
        (None, None) => format!("declare it: `plugins: {{ {plugin}: {{ commands: … }} }}`"),
    };
    let message = format!("the plugin `{plugin}` is not declared");
    let command = text.rsplit_once('|').map_or("", |(_, command)| command);
    let sure = near.and_then(|_| surely_meant(plugin, names()));
    let renamed = sure.map(|near| format!("plugin:{near}|{command}"));
    Diagnostic::new(Code::UndefinedPlugin, entry.span, message).help(help).did_you_mean(
        entry.span,
        text,
        renamed.as_deref(),
    )
}

fn undefined_command(
    manifest: &Manifest,
    entry: &Entry,
    suggestions: &mut Suggestions,
) -> Diagnostic {
    let text = entry.value.as_str();
    let names = || manifest.commands.keys().map(CommandName::as_str);
    let near = suggestions.nearest(text, names());
    let sure = near.and_then(|_| surely_meant(text, names()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if entry.value.plugin().is_some() => {
            "declare it under the plugin's `commands:`".to_owned()
        }
        None => format!("declare it: `commands: {{ {text}: {{ run: … }} }}`"),
    };
    let message = match &entry.value {
        CommandPattern::Glob { .. } => format!("no declared command matches `{text}`"),
        _ => format!("the command `{text}` is not declared"),
    };
    Diagnostic::new(Code::UndefinedCommand, entry.span, message)
        .help(help)
        .did_you_mean(entry.span, text, sure)
}
