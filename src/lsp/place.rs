//! What stands at a place of the manifest, told by the names that lead to it from the top.

/// What a word at a place of the manifest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Commands, where `*` is every app command.
    Allowed,
    /// Commands, where `*` is every command.
    Denied,
    /// Windows, by glob.
    Window,
    /// Webviews, by glob.
    Webview,
    /// One window.
    Opener,
    Origin,
    Event,
    /// A plugin or a backend.
    Sender,
    Backend,
    /// A plugin that is built in.
    Builtin,
    Argument,
}

/// The names without the profile in which they may stand: it holds what the top of the file holds.
pub(super) fn without_profile<'a, 'b>(path: &'a [&'b str]) -> &'a [&'b str] {
    match path {
        ["profiles", _, rest @ ..] if !rest.is_empty() => rest,
        _ => path,
    }
}

/// What the scalar at the end of some names stands for.
pub(super) fn sort(path: &[&str]) -> Option<Sort> {
    Some(match without_profile(path) {
        ["permissions", _, "allow", _]
        | ["permissions", _, "allow", _, "commands", _]
        | ["groups", _, _] => Sort::Allowed,
        ["permissions", _, "deny", _] | ["never", _, "commands", _] => Sort::Denied,
        ["permissions" | "never", _, "windows", _] => Sort::Window,
        ["permissions" | "never", _, "webviews", _] => Sort::Webview,
        ["permissions" | "never", _, "origins", _] | ["windows", _, "navigate", _] => Sort::Origin,
        ["permissions", _, "listen" | "emit", _] => Sort::Event,
        ["windows", _, "openers", _] => Sort::Opener,
        ["events", _, "from", _] => Sort::Sender,
        ["plugins", _, "use"] => Sort::Builtin,
        [.., "when"] | [.., "stream", "to"] if in_run(path) => Sort::Argument,
        bare => match command(bare).and_then(|command| bare.get(command.len()..)) {
            Some(["run", "use"]) => Sort::Backend,
            _ => return None,
        },
    })
}

/// The names that lead to the command which an entry is a part of.
pub(super) fn command<'a, 'b>(path: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let bare = without_profile(path);
    let length = match bare {
        ["commands", _, ..] => 2,
        ["plugins", _, "commands", _, ..] => 4,
        _ => return None,
    };
    path.get(..path.len() - bare.len() + length)
}

/// The names that lead to the command or shared backend which an entry is a part of: what has arguments.
pub(super) fn owner<'a, 'b>(path: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let bare = without_profile(path);
    let backend = || matches!(bare, ["backends", _, ..]).then_some(path.len() - bare.len() + 2);
    command(path).or_else(|| path.get(..backend()?))
}

/// Whether an entry is a part of what runs, where placeholders stand.
pub(super) fn in_run(path: &[&str]) -> bool {
    let inside = |owner: &[&str]| path.get(owner.len()).copied();
    match (command(path).and_then(inside), without_profile(path)) {
        (Some(part), _) => part == "run",
        (None, ["backends", _, part, ..]) => *part != "args",
        (None, path) => matches!(path, ["plugins", _, "sidecar", ..]),
    }
}

/// Whether some names lead to an argument's own entry.
pub(super) fn is_argument(path: &[&str]) -> bool {
    owner(path).is_some_and(|owner| {
        path.len() == owner.len() + 2 && path.get(owner.len()) == Some(&"args")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_holds_what_the_top_holds() {
        let path = ["profiles", "dev", "plugins", "git", "commands", "log", "run", "use"];
        assert_eq!(sort(&path), Some(Sort::Backend));
        assert_eq!(command(&path), Some(&path[..6]));
        assert!(in_run(&path) && sort(&["profiles", "dev"]).is_none());
        assert!(is_argument(&["backends", "git", "args", "repo"]));
        assert!(!in_run(&["backends", "git", "args", "repo", "description"]));
        assert!(in_run(&["backends", "git", "process", "args", "0"]));
    }
}
