//! Passwords and tokens that stand in the manifest itself, where everybody who reads it has them.

use super::Lowering;
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    source::Span,
};
use regex::Regex;
use std::sync::LazyLock;

/// Headers whose values let somebody in.
const HEADERS: [&str; 9] = [
    "api-key",
    "authorization",
    "cookie",
    "private-token",
    "proxy-authorization",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-gitlab-token",
];

/// Headers with such an end whose values let nobody in.
const PLAIN_HEADERS: [&str; 7] = [
    "cache-key",
    "csrf-token",
    "idempotency-key",
    "surrogate-key",
    "x-cache-key",
    "x-csrf-token",
    "x-xsrf-token",
];

/// Last words of variables' names whose values let somebody in.
const VARIABLES: [&str; 4] = ["AUTH", "KEY", "PASS", "PAT"];

/// Ends of variables' names whose values let somebody in.
const ENDINGS: [&str; 13] = [
    "ACCESSKEY",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "DBPASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATEKEY",
    "PWD",
    "SECRET",
    "SECRETKEY",
    "TOKEN",
];

/// How tokens of well-known services begin.
const TOKENS: [&str; 28] = [
    "AIza",
    "AKIA",
    "ASIA",
    "SG.",
    "dop_v1_",
    "eyJ",
    "ghp_",
    "gho_",
    "ghr_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "hf_",
    "npm_",
    "pypi-",
    "rk_live_",
    "shpat_",
    "sk-ant-",
    "sk-proj-",
    "sk_live_",
    "whsec_",
    "xapp-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
];

/// What stands behind the beginning of a token is at least so long.
const TOKEN_TAIL: usize = 16;
/// Beside a placeholder, only texts of this length are taken for secrets.
const LONG: usize = 12;

impl Lowering<'_> {
    /// Reports a header that holds a password or token.
    pub(super) fn header_secret(&mut self, name: &str, text: &str, entry: &Entry) {
        let (literal, has_placeholder) = literal(text);
        let lower = name.to_ascii_lowercase();
        if !is_secret_header(&lower, &literal, has_placeholder) && !has_token(&literal) {
            return;
        }
        let help = format!(
            "declare it under `secrets`, and write `{}`",
            match lower.as_str() {
                "authorization" | "proxy-authorization" => "Bearer {secret:name}",
                "cookie" => "session={secret:name}",
                _ => "{secret:name}",
            }
        );
        let message =
            format!("the header `{name}` holds a secret that every reader of the file has");
        self.literal_secret(entry.key, entry.value.span, message, help);
    }

    /// Reports a variable that holds a password or token; `text` is all of the item at `node`.
    pub(super) fn variable_secret(&mut self, name: &str, value: &str, text: &str, node: &Node) {
        let (literal, has_placeholder) = literal(value);
        if !is_secret_value(name, &literal, has_placeholder) && !has_token(&literal) {
            return;
        }
        let range = node.span.range();
        let quote = usize::from(range.len() == text.len() + 2);
        let (key, hidden) = if range.len() == text.len() + 2 * quote {
            let start = range.start + quote;
            let end = start + name.len();
            let file = node.span.file;
            (Span::new(file, start, end), Span::new(file, end + 1, range.end - quote))
        } else {
            // With escapes in it, nobody knows where the name ends.
            (node.span, node.span)
        };
        let message = format!("`{name}` holds a secret that every reader of the file has");
        let help = format!("declare it under `secrets`, and write `{name}={{secret:name}}`");
        self.literal_secret(key, hidden, message, help);
    }

    /// Reports the items of a program's arguments that hold a password or token; the item before one may say so.
    pub(super) fn item_secrets<'t>(&mut self, items: impl Iterator<Item = (&'t str, Span)>) {
        let mut before = None;
        for (text, span) in items {
            self.item_secret(text, before, span);
            before = Some(text);
        }
    }

    fn item_secret(&mut self, text: &str, before: Option<&str>, span: Span) {
        let (value, has_placeholder) = literal(text);
        // Keys are often in a file, whose name stands there.
        let is_value = !text.starts_with('-')
            && before.and_then(|before| before.strip_prefix("--")).is_some_and(|name| {
                let name = name.replace('-', "_");
                !name.to_ascii_uppercase().ends_with("KEY")
                    && is_secret_value(&name, &value, has_placeholder)
            });
        let is_option = text.starts_with('-')
            && value.split_once('=').is_some_and(|(name, value)| {
                let name = name.trim_start_matches('-').replace('-', "_");
                is_secret_value(&name, value, has_placeholder)
            });
        let is_header = value.split_once(':').is_some_and(|(name, value)| {
            let name = name.to_ascii_lowercase();
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && is_secret_header(&name, value, has_placeholder)
        });
        if is_option || is_value || is_header {
            self.hidden_text(span);
        } else {
            self.text_secret(text, span);
        }
    }

    /// Reports a text that holds a token of a well-known service, or an address with a password.
    pub(super) fn text_secret(&mut self, text: &str, span: Span) -> bool {
        let is_found = has_token(&literal(text).0);
        if is_found {
            self.hidden_text(span);
        }
        is_found
    }

    fn hidden_text(&mut self, span: Span) {
        let help = "declare it under `secrets`, and pass it in the environment or a header: `{secret:name}`";
        let message = "the text holds a secret that every reader of the file has";
        self.literal_secret(span, span, message.to_owned(), help.to_owned());
    }

    fn literal_secret(&mut self, span: Span, hidden: Span, message: String, help: String) {
        self.report(Diagnostic::new(Code::LiteralSecret, span, message).help(help).mask(hidden));
    }
}

/// The text without its placeholders, and whether there are any.
fn literal(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut has_placeholder = false;
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        if let Some(tail) = tail.strip_prefix('{') {
            out.push('{');
            rest = tail;
        } else {
            has_placeholder = true;
            rest = tail.split_once('}').map_or("", |(_, tail)| tail);
        }
    }
    out.push_str(rest);
    (out, has_placeholder)
}

/// Whether a header is one for a password or token, and holds one.
fn is_secret_header(lower: &str, literal: &str, has_placeholder: bool) -> bool {
    let is_named = HEADERS.contains(&lower)
        || lower.ends_with("-token") && !PLAIN_HEADERS.contains(&lower)
        || lower.ends_with("-key") && !PLAIN_HEADERS.contains(&lower) && literal.len() >= LONG;
    is_named && is_credential(literal, has_placeholder)
}

/// Whether a variable or an option is one for a password or token, and holds one.
fn is_secret_value(name: &str, literal: &str, has_placeholder: bool) -> bool {
    let name = name.to_ascii_uppercase();
    let word = name.rsplit('_').next().unwrap_or(&name);
    let is_named = VARIABLES.contains(&word) || ENDINGS.iter().any(|end| word.ends_with(end));
    let least = match (has_placeholder, word) {
        // Sort keys and cache keys are short.
        (true, _) | (_, "KEY") => LONG,
        // So are the names of ways to log in.
        (_, "AUTH")
            if !literal.contains([':', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) =>
        {
            usize::MAX
        }
        _ => 1,
    };
    // A password is no path; a key or a token may stand in a file that is named so.
    let is_password =
        word.starts_with("PASS") || word.ends_with("PASSWORD") || word.ends_with("PASSWD");
    is_named && literal.len() >= least && !is_harmless(literal, !is_password)
}

/// Whether a header's value is more than the name of a scheme, or of what a placeholder fills.
fn is_credential(literal: &str, has_placeholder: bool) -> bool {
    let mut words: Vec<&str> =
        literal.split([' ', ';', ',']).filter(|word| !word.is_empty()).collect();
    let is_scheme = |word: &&str| {
        ["basic", "bearer", "digest", "negotiate", "token"]
            .iter()
            .any(|scheme| word.eq_ignore_ascii_case(scheme))
    };
    if words.first().is_some_and(is_scheme) || (words.len() > 1 && !literal.contains('=')) {
        words.remove(0);
    }
    let least = if has_placeholder { LONG } else { 1 };
    words.iter().any(|word| {
        let (is_pair, value) = match word.split_once('=') {
            // What ends in `=` is base64.
            Some((_, value)) if !value.trim_matches('=').is_empty() => (true, value),
            _ => (false, *word),
        };
        let is_open = has_placeholder && word.ends_with(['=', '"']);
        let least = if is_pair { least.max(8) } else { least };
        !is_open && value.len() >= least
    })
}

/// Whether a variable's value is a path, a number or a switch.
fn is_harmless(value: &str, may_be_path: bool) -> bool {
    let is_path = may_be_path && value.starts_with(['/', '.', '~', '$']);
    let is_switch = ["true", "false", "yes", "no", "on", "off", "none"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word));
    is_path || is_switch || (value.len() < 4 && value.parse::<u16>().is_ok())
}

/// Tokens of well-known services as whole words, and private keys.
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let prefixes = TOKENS.map(regex::escape).join("|");
    let word = format!(r"(?:^|[^\w.-])(?:{prefixes})(?<tail>[\w.-]{{{TOKEN_TAIL},}})");
    // An address with a user name and a password that are no placeholders.
    let address = r"[A-Za-z][\w+.-]*://[^\s/?#@:]*:[^\s/?#@]+@";
    Regex::new(&format!("{word}|-----BEGIN [A-Z ]*PRIVATE KEY-----|{address}")).ok()
});

/// Whether an address has a user name, however malformed the rest of it is.
pub(super) fn has_user(address: &str) -> bool {
    let (_, rest) = address.split_once(':').unwrap_or(("", address));
    let rest = rest.trim_start_matches(['/', '\\']);
    rest.split(['/', '?', '#', '\\']).next().is_some_and(|authority| authority.contains('@'))
}

/// Whether a text holds what looks like a token: its beginning is known, and what follows is no plain word.
fn has_token(text: &str) -> bool {
    let Some(token) = &*TOKEN else { return false };
    token.captures_iter(text).any(|found| {
        let mixed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
        found.name("tail").is_none_or(|tail| tail.as_str().contains(mixed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_more_than_a_scheme_and_a_placeholder() {
        let is_found = |text: &str| {
            let (literal, has_placeholder) = literal(text);
            is_credential(&literal, has_placeholder)
        };
        for text in [
            "Bearer {secret:ops}",
            "{secret:ops}",
            "Custom {secret:ops}",
            "session={secret:ops}; theme=dark",
            "Bearer",
            "Token token=\"{secret:ops}\"",
            "theme=dark",
            "",
        ] {
            assert!(!is_found(text), "{text}");
        }
        for text in [
            "Bearer abc",
            "hunter2",
            "Basic dXNlcjpwYXNz",
            "session=0123456789abcdef",
            "Custom abc",
        ] {
            assert!(is_found(text), "{text}");
        }
    }

    #[test]
    fn variables_are_known_by_how_their_names_end() {
        for (name, value) in [
            ("PGPASSWORD", "x"),
            ("MYSQL_PWD", "hunter2"),
            ("DB_PASS", "hunter2"),
            ("DB_PASSWORD", "/hunter2/abc"),
            ("SECRETKEY", "x"),
            ("GITHUBTOKEN", "x"),
            ("PROXY_AUTH", "me:hunter2"),
            ("api_key", "0123456789ab"),
        ] {
            assert!(is_secret_value(name, value, false), "{name}={value}");
        }
        for (name, value) in [
            ("BYPASS", "proxy"),
            ("COMPAT", "v2"),
            ("SORT_KEY", "name"),
            ("PWD", "/srv"),
            ("SSL_KEY", "/etc/ssl/private/key.pem"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/srv/key.json"),
            ("PROXY_AUTH", "negotiate"),
            ("TOKEN_FILE", "token.txt"),
            ("PASSWORD", ""),
        ] {
            assert!(!is_secret_value(name, value, false), "{name}={value}");
        }
    }

    #[test]
    fn headers_are_known_by_how_their_names_end() {
        assert!(is_secret_header("x-vault-token", "hunter2", false));
        assert!(is_secret_header("x-maps-key", "0123456789ab", false));
        for (name, value) in [
            ("x-csrf-token", "nocheck"),
            ("x-sort-key", "name"),
            ("idempotency-key", "0123456789abcdef"),
            ("x-vault-token", ""),
        ] {
            assert!(!is_secret_header(name, value, false), "{name}: {value}");
        }
    }

    #[test]
    fn the_user_of_an_address_is_found_however_malformed_it_is() {
        for text in
            ["https://u:p@a .com", "ftp://u@a", "u:p@a", "https:u:p@a", "https:\\\\u@a", "//u@a"]
        {
            assert!(has_user(text), "{text}");
        }
        for text in ["https://a/@b", "https://a?x=@", "a", "", "https://a:80"] {
            assert!(!has_user(text), "{text}");
        }
    }

    #[test]
    fn tokens_are_known_by_how_they_begin() {
        for text in [
            "--token=ghp_0123456789abcdef0123",
            "xoxb-1234567890-abcdefgh",
            "-----BEGIN RSA PRIVATE KEY-----",
            "postgres://u:hunter2@db/x",
            "see https://u:hunter2@host/x",
        ] {
            assert!(has_token(text), "{text}");
        }
        for text in [
            "ghp_",
            "--hf_transfer",
            "npm_config_registry_default",
            "eyJ",
            "skip",
            "postgres://u@db",
            "postgres://u:@db",
            "https://host:80/@x",
        ] {
            assert!(!has_token(text), "{text}");
        }
    }
}
