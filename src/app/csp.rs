//! Content security policy: what the author wrote, and what the gateway's own bridge needs, nothing more.

/// The sources that the bridge fetches from.
const BRIDGE: &str = if cfg!(any(target_os = "windows", target_os = "android")) {
    "http://ipc.localhost"
} else {
    "ipc:"
};

/// Lets pages connect to the bridge's scheme. A policy that does not restrict connections stays as it is.
pub(super) fn with_bridge(csp: &str) -> String {
    let directives: Vec<&str> =
        csp.split(';').map(str::trim).filter(|text| !text.is_empty()).collect();
    let named = |name: &str| {
        directives.iter().position(|directive| {
            directive
                .split_ascii_whitespace()
                .next()
                .is_some_and(|first| first.eq_ignore_ascii_case(name))
        })
    };
    let sources = |index: usize| -> Vec<&str> {
        let directive = directives.get(index).copied().unwrap_or_default();
        let words = directive.split_ascii_whitespace().skip(1);
        words.filter(|source| !source.eq_ignore_ascii_case("'none'")).collect()
    };
    // Without `connect-src`, `default-src` decides about connections (CSP Level 3, section 6.1).
    let (kept, inherited) = match (named("connect-src"), named("default-src")) {
        (Some(index), _) => (Some(index), sources(index)),
        (None, Some(index)) => (None, sources(index)),
        (None, None) => return csp.to_owned(),
    };
    let connect = format!(
        "connect-src {}",
        inherited.into_iter().chain([BRIDGE]).collect::<Vec<_>>().join(" ")
    );
    let mut result: Vec<&str> = directives
        .iter()
        .enumerate()
        .map(|(index, directive)| if Some(index) == kept { connect.as_str() } else { directive })
        .collect();
    if kept.is_none() {
        result.push(&connect);
    }
    result.join("; ")
}

#[cfg(test)]
mod tests {
    use super::with_bridge;

    #[cfg(not(any(target_os = "windows", target_os = "android")))]
    #[test]
    fn the_bridge_may_connect_and_nothing_else_changes() {
        let cases = [
            ("default-src 'self'", "default-src 'self'; connect-src 'self' ipc:"),
            ("default-src 'none'; img-src *", "default-src 'none'; img-src *; connect-src ipc:"),
            ("connect-src 'none'; script-src x", "connect-src ipc:; script-src x"),
            ("Connect-Src https://a ;", "connect-src https://a ipc:"),
            ("img-src 'self'", "img-src 'self'"),
            ("", ""),
        ];
        for (given, expected) in cases {
            assert_eq!(with_bridge(given), expected);
        }
    }
}
