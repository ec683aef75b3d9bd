//! What patterns of origins mean, and which are refused.

use super::*;

fn origin(text: &str) -> Origin {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.parse::<OriginPattern>().unwrap().matches(&origin(text))
}

#[test]
fn origins_are_compared_whole() {
    assert!(!matches("http://app.example.com", "http://app.evil.com"));
    assert!(!matches("https://example.com", "https://example.com.evil.net"));
    assert!(!matches("https://example.com", "https://notexample.com"));
    assert!(matches("https://example.com", "https://EXAMPLE.com:443"));
    assert!(!matches("https://example.com", "https://example.com:444"));
    assert!(!matches("https://example.com", "http://example.com"));
}

#[test]
fn a_star_is_one_or_more_labels() {
    assert!(matches("https://*.example.com", "https://a.example.com"));
    assert!(matches("https://*.example.com", "https://a.b.example.com"));
    assert!(!matches("https://*.example.com", "https://example.com"));
    assert!(!matches("https://*.example.com", "https://badexample.com"));
}

#[test]
fn a_capture_is_exactly_one_label() {
    assert!(matches("https://{t}.example.com", "https://a.example.com"));
    assert!(!matches("https://{t}.example.com", "https://a.b.example.com"));
    assert!(!matches("https://{t}.example.com", "https://example.com"));
}

#[test]
fn captures_are_bound_to_labels() {
    let pattern: OriginPattern = "https://{t}.ops.{zone}.example".parse().unwrap();
    assert_eq!(pattern.captures().collect::<Vec<_>>(), ["t", "zone"]);
    let (inside, outside) = (origin("https://a.ops.eu.example"), origin("https://a.example"));
    assert_eq!(pattern.bind(&inside), Some(vec![("t", "a"), ("zone", "eu")]));
    assert_eq!(pattern.bind(&outside), None);
    let below: OriginPattern = "https://*.example".parse().unwrap();
    assert_eq!(below.bind(&outside), Some(vec![]));
    assert!(pattern.is_wild() && below.is_wild());
    assert!(!"https://a.example:*".parse::<OriginPattern>().unwrap().is_wild());
}

#[test]
fn an_example_is_an_origin_of_its_pattern() {
    for (pattern, expected) in [
        ("https://docs.example.com", "https://docs.example.com"),
        ("https://*.example.com", "https://some-host.example.com"),
        ("https://{tenant}.{zone}.example.com:*", "https://some-host.some-host.example.com"),
        ("other://{name}", "other://some-host"),
    ] {
        let pattern = pattern.parse::<OriginPattern>().unwrap();
        let found = pattern.example().map(|origin| origin.to_string());
        assert_eq!(found.as_deref(), Some(expected));
    }
    // What ends in a number is an address.
    assert!("https://{tenant}.7".parse::<OriginPattern>().is_err());
}

#[test]
fn ports_are_the_default_unless_given() {
    assert!(matches("http://localhost:*", "http://localhost:5173"));
    assert!(!matches("http://localhost", "http://localhost:5173"));
    assert!(matches("http://[::1]:80", "http://[::1]"));
    assert!(matches("app://localhost", "app://localhost"));
    assert!(!matches("app://localhost", "app://localhost:1"));
}

#[test]
fn a_pattern_stands_for_some_origin_as_engines_write_it() {
    for (pattern, text) in [
        ("https://{t}.Bücher.example", "https://a.xn--bcher-kva.example"),
        ("https://evil。com", "https://evil.com"),
        ("https://*.evil。com", "https://a.evil.com"),
        ("https://{a}.{b}.{c}.5", "https://10.0.0.5"),
        ("https://{t}.10.example", "https://a.10.example"),
        ("https://example.{zone}", "https://example.org"),
        ("app://{t}.localhost", "app://a.localhost"),
    ] {
        assert!(matches(pattern, text), "{pattern}");
    }
}

#[test]
fn malformed_patterns_are_refused() {
    for bad in [
        "docs.example.com",
        "https://a/b",
        "https://u@a",
        "https://a.*.b",
        "https://*",
        "https://x{y}.b",
        "https://*.{t}.b",
        "https://a.",
        "https://a:x",
        "*://a",
        "https://",
        "https://*.1.2.3.4",
        "https://{t}.{t}.b",
        "https://{t}.evil。com",
        "https://{t}.evil.com。",
        "https://{t}.evil%2ecom",
        "https://{t}.ev%69l.com",
        "https://*.evil.com。",
        "https://evil.com。",
        "https://{t}..com",
        "https://{t}.com.",
        "https://{t}.[::1]",
        "https://{t}.evil.5",
        "https://{t}.0x5",
        "app://{t}.ⅼocalhost",
    ] {
        assert!(bad.parse::<OriginPattern>().is_err(), "{bad}");
    }
}
