//! Which path patterns contain others, against all short paths.

use portcullis::pattern::PathPattern;
use proptest::{collection::vec, prelude::*, sample::select};

fn contains(own: &str, other: &str) -> bool {
    own.parse::<PathPattern>().expect(own).contains(&other.parse().expect(other))
}

#[test]
fn a_folder_contains_what_is_below_it() {
    for (own, other) in [
        ("$HOME/**", "$HOME/src/**"),
        ("$HOME/**", "$HOME/src/*.rs"),
        ("$HOME/src/*", "$HOME/src/a"),
        ("$HOME/*.rs", "$HOME/a.rs"),
        ("/a/**/b", "/a/x/**/b"),
        ("/a/**/b", "/a/b"),
        ("**", "/a/b"),
        ("**/.*", "/a/.b"),
        ("src/[ab]", "./src/[ab]"),
    ] {
        assert!(contains(own, other), "{own} {other}");
    }
}

#[test]
fn what_cannot_be_told_is_not_contained() {
    for (own, other) in [
        ("$HOME/src/**", "$HOME/**"),
        ("$HOME/src/**", "$HOME/src"),
        ("$HOME/**", "$HOME/.ssh/**"),
        ("$HOME/**", "$DOCUMENT/**"),
        ("$HOME/**", "a"),
        ("/a/*", "/a/**"),
        ("/a/[ab]", "/a/[a]"),
        ("**", "/.a"),
    ] {
        assert!(!contains(own, other), "{own} {other}");
    }
}

fn patterns() -> impl Strategy<Value = PathPattern> {
    let segment = select(vec!["a", "b", ".a", "*", "**", "**", "?", ".*", "{a,b}", "*b"]);
    vec(segment, 1..5)
        .prop_map(|segments| format!("/{}", segments.join("/")).parse().expect("a pattern"))
}

fn paths() -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut start = 0;
    for _ in 0..4 {
        let end = paths.len();
        for at in start..end {
            for segment in ["a", "b", ".a", "ab"] {
                paths.push(format!("{}/{segment}", paths[at]));
            }
        }
        start = end;
    }
    paths.split_off(1)
}

proptest! {
    #![proptest_config(crate::support::property::config(256))]

    #[test]
    fn what_a_pattern_contains_it_matches(own in patterns(), other in patterns()) {
        let glob = |pattern: &PathPattern| pattern.expand("/", &|_| None).expect("no root");
        prop_assert!(own.contains(&own), "{}", own.as_str());
        if own.contains(&other) {
            let (own, other) = (glob(&own), glob(&other));
            for path in paths().iter().filter(|path| other.matches(path)) {
                prop_assert!(own.matches(path), "{path}");
            }
        }
    }
}
