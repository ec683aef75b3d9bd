//! The design's Decisions section, evaluated naively over texts: no use of the patterns or the policy under test.

use std::collections::BTreeSet;

/// The origin of the frontend that the gateway serves itself.
pub(super) const APP: &str = if cfg!(any(target_os = "windows", target_os = "android")) {
    "http://app.localhost"
} else {
    "app://localhost"
};

/// A manifest as its author thinks of it.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) is_additive: bool,
    pub(super) commands: Vec<String>,
    /// Names and patterns.
    pub(super) origins: Vec<(String, String)>,
    pub(super) permissions: Vec<Permission>,
}

#[derive(Debug, Clone)]
pub(super) struct Permission {
    pub(super) id: String,
    pub(super) windows: Option<Vec<String>>,
    pub(super) webviews: Option<Vec<String>>,
    pub(super) origins: Option<Vec<String>>,
    pub(super) allow: Vec<String>,
    pub(super) deny: Vec<String>,
}

/// Who calls; the origin is the header as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) window: String,
    pub(super) webview: String,
    pub(super) origin: Option<String>,
}

/// What a decision says, without the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) is_allowed: bool,
    pub(super) reason: &'static str,
    pub(super) causes: BTreeSet<String>,
    /// Permissions that are nearest, each with its first dimension that does not match; one of them is told.
    pub(super) nearest: BTreeSet<(String, &'static str)>,
}

impl Model {
    pub(super) fn decide(&self, visitor: &Visitor, command: &str) -> Verdict {
        let verdict = |is_allowed, reason, causes| Verdict {
            is_allowed,
            reason,
            causes,
            nearest: BTreeSet::new(),
        };
        if !self.commands.iter().any(|declared| declared == command) {
            return verdict(false, "unknown-command", BTreeSet::new());
        }
        let matching = || self.permissions.iter().filter(|p| self.misses(p, visitor).is_empty());
        let ids = |permissions: Vec<&Permission>| {
            permissions.iter().map(|p| p.id.clone()).collect::<BTreeSet<_>>()
        };
        let denying =
            ids(matching().filter(|p| p.deny.iter().any(|text| denies(text, command))).collect());
        if !denying.is_empty() {
            return verdict(false, "denied-by-permission", denying);
        }
        let allowing = ids(matching().filter(|p| p.allows(command)).collect());
        if !allowing.is_empty() {
            return verdict(true, "allowed-by-permission", allowing);
        }
        let is_listed = self.permissions.iter().any(|p| p.allows(command));
        let is_app = visitor.origin.as_deref().and_then(origin) == origin(APP);
        if self.is_additive && is_app && !command.contains(':') && !is_listed {
            return verdict(true, "allowed-by-unlisted", BTreeSet::new());
        }
        let nearest = self.nearest(visitor, command);
        Verdict { nearest, ..verdict(false, "no-matching-permission", BTreeSet::new()) }
    }

    /// The dimensions in which a permission does not match.
    pub(super) fn misses(&self, permission: &Permission, visitor: &Visitor) -> Vec<&'static str> {
        let is_label = |patterns: &Option<Vec<String>>, text: &str| {
            patterns
                .as_ref()
                .is_none_or(|patterns| patterns.iter().any(|pattern| label(pattern, text)))
        };
        let names = permission.origins.clone().unwrap_or_else(|| vec!["app".to_owned()]);
        let is_origin = visitor.origin.as_deref().and_then(origin).is_some_and(|found| {
            names.iter().any(|name| match name.as_str() {
                "app" => Some(&found) == origin(APP).as_ref(),
                "remote" => Some(&found) != origin(APP).as_ref(),
                name => self
                    .origins
                    .iter()
                    .any(|(other, pattern)| other == name && is_of(pattern, &found)),
            })
        });
        let mut misses = Vec::new();
        if !is_label(&permission.windows, &visitor.window) {
            misses.push("window");
        }
        if !is_label(&permission.webviews, &visitor.webview) {
            misses.push("webview");
        }
        if !is_origin {
            misses.push("origin");
        }
        misses
    }

    fn nearest(&self, visitor: &Visitor, command: &str) -> BTreeSet<(String, &'static str)> {
        let naming = self.permissions.iter().filter(|p| p.allows(command));
        let missed: Vec<_> = naming.map(|p| (p.id.clone(), self.misses(p, visitor))).collect();
        let fewest = missed.iter().map(|(_, misses)| misses.len()).min();
        let nearest = missed.into_iter().filter(|(_, misses)| Some(misses.len()) == fewest);
        nearest.map(|(id, misses)| (id, misses[0])).collect()
    }

    /// Whether an entry of `allow` or `deny` stands for anything that is declared.
    pub(super) fn names_something(&self, entry: &str) -> bool {
        entry == "*" || self.commands.iter().any(|command| run(entry, command))
    }
}

impl Permission {
    pub(super) fn allows(&self, command: &str) -> bool {
        self.allow.iter().any(|entry| allows(entry, command))
    }
}

pub(super) fn allows(entry: &str, command: &str) -> bool {
    if entry == "*" { !command.contains(':') } else { run(entry, command) }
}

pub(super) fn denies(entry: &str, command: &str) -> bool {
    entry == "*" || run(entry, command)
}

/// `*` is any run of name characters; everything else is itself.
fn run(pattern: &str, text: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(rest) => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            run(rest, text) || text.starts_with(is_name) && run(pattern, &text[1..])
        }
        None => match (pattern.chars().next(), text.chars().next()) {
            (None, None) => true,
            (Some(a), Some(b)) => a == b && run(&pattern[1..], &text[1..]),
            _ => false,
        },
    }
}

/// A label pattern: one of the patterns that its braces stand for matches the whole label.
fn label(pattern: &str, text: &str) -> bool {
    match braces(pattern) {
        Some(patterns) => patterns.iter().any(|pattern| label(pattern, text)),
        None => plain_label(pattern, text),
    }
}

/// The patterns that the first `{a,b}` stands for.
fn braces(pattern: &str) -> Option<Vec<String>> {
    let start = pattern.find('{')?;
    let (mut depth, mut from, mut parts) = (0, start + 1, Vec::new());
    for (at, c) in pattern.char_indices().skip(start) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || depth == 1 && c == ',' {
            parts.push(&pattern[from..at]);
            from = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    Some(
        parts
            .iter()
            .map(|part| format!("{}{part}{}", &pattern[..start], &pattern[from..]))
            .collect(),
    )
}

fn plain_label(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[1..];
    match (first, text.chars().next()) {
        ('*', None) => plain_label(rest, text),
        ('*', Some(_)) => plain_label(rest, text) || plain_label(pattern, &text[1..]),
        (_, None) => false,
        ('?', Some(_)) => plain_label(rest, &text[1..]),
        ('[', Some(c)) => {
            let (class, rest) = rest.split_once(']').expect("a class that is closed");
            let is_negated = class.starts_with('!');
            is_in_class(class.trim_start_matches('!'), c) != is_negated
                && plain_label(rest, &text[1..])
        }
        (a, Some(b)) => a == b && plain_label(rest, &text[1..]),
    }
}

fn is_in_class(class: &str, c: char) -> bool {
    let class: Vec<char> = class.chars().collect();
    match class.as_slice() {
        [] => false,
        [from, '-', to, rest @ ..] => {
            (*from..=*to).contains(&c) || is_in_class(&String::from_iter(rest), c)
        }
        [one, rest @ ..] => *one == c || is_in_class(&String::from_iter(rest), c),
    }
}

/// Scheme, labels of the host, and port.
type Origin = (String, Vec<String>, Option<u16>);

fn split(text: &str) -> Option<(String, Vec<String>, Option<String>)> {
    let text = text.to_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.to_owned())),
        None => (rest, None),
    };
    Some((scheme.to_owned(), host.split('.').map(str::to_owned).collect(), port))
}

fn port_of(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// An `Origin` header; what is malformed is no origin.
fn origin(text: &str) -> Option<Origin> {
    let (scheme, host, port) = split(text)?;
    let is_host = host.iter().all(|label| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    let port = match port {
        None => port_of(&scheme),
        Some(digits) => Some(digits.parse().ok()?),
    };
    is_host.then_some((scheme, host, port))
}

/// Whether an origin is one of those that a pattern stands for.
fn is_of(pattern: &str, (scheme, host, port): &Origin) -> bool {
    let (wanted_scheme, wanted, wanted_port) = split(pattern).expect("a pattern with a scheme");
    let is_port = match wanted_port.as_deref() {
        Some("*") => true,
        Some(digits) => digits.parse().ok() == *port,
        None => port_of(scheme) == *port,
    };
    let is_host = if wanted[0] == "*" {
        // One or more labels, then the rest.
        host.len() >= wanted.len() && host.ends_with(&wanted[1..])
    } else {
        host.len() == wanted.len()
            && wanted
                .iter()
                .zip(host)
                .all(|(wanted, label)| wanted.starts_with('{') || wanted == label)
    };
    wanted_scheme == *scheme && is_port && is_host
}
