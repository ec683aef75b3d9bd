//! Random patterns over few characters, and all the short labels and origins that they could tell apart.

use portcullis::{
    name::Label,
    pattern::{LabelPattern, Origin, OriginPattern},
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::sync::LazyLock;

pub(crate) fn label_patterns() -> impl Strategy<Value = Vec<LabelPattern>> {
    let pieces = ["a", "b", "-", "*", "?", "{a,b-}", "{-,*a}", "[ab]", "[!a]", "ab", "a-"];
    let text = vec(select(pieces.to_vec()), 1..5).prop_map(|pieces| pieces.concat());
    vec(text.prop_filter_map("a pattern", |text| text.parse().ok()), 0..7)
}

/// Every label of up to four of these characters; `c` stands for all that no pattern names.
pub(crate) static LABELS: LazyLock<Vec<Label>> = LazyLock::new(labels);

fn labels() -> Vec<Label> {
    let mut texts = vec![String::new()];
    let mut start = 0;
    for _ in 0..4 {
        let end = texts.len();
        for at in start..end {
            for character in ["a", "b", "-", "c"] {
                texts.push(texts[at].clone() + character);
            }
        }
        start = end;
    }
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

pub(crate) fn origin_patterns() -> impl Strategy<Value = Vec<OriginPattern>> {
    let label = select(vec!["x", "y", "1", "2", "{}"]);
    let labels = vec(label, 1..5).prop_map(|labels| labels.join("."));
    let below = select(vec!["*.x", "*.y.x", "*.x.y", "*.2.x"]).prop_map(str::to_owned);
    let whole = select(vec!["localhost", "[::1]", "1.2.1.2", "x..y"]).prop_map(str::to_owned);
    let host = prop_oneof![4 => labels, 2 => below, 1 => whole];
    let scheme = select(vec!["http", "app"]);
    let port = select(vec!["", "", ":1", ":80", ":*"]);
    let text = (scheme, host, port).prop_map(|(scheme, host, port)| {
        let mut names = "abcdefgh".chars();
        let mut text = format!("{scheme}://{host}{port}");
        while let Some(at) = text.find("{}") {
            text.replace_range(at..at + 2, &format!("{{{}}}", names.next().expect("a name")));
        }
        text
    });
    vec(text.prop_filter_map("a pattern", |text| text.parse().ok()), 0..8)
}

/// Every origin that the patterns could name, and some that none does.
pub(crate) static ORIGINS: LazyLock<Vec<Origin>> = LazyLock::new(origins);

fn origins() -> Vec<Origin> {
    let mut hosts: Vec<String> =
        ["localhost", "[::1]", "[::2]", "x..y", "z.x..y"].map(str::to_owned).to_vec();
    let labels = ["x", "y", "1", "2", "z", "3"];
    let mut longer: Vec<String> = labels.map(str::to_owned).to_vec();
    for _ in 0..4 {
        hosts.extend(longer.iter().cloned());
        longer = longer
            .iter()
            .filter(|host| host.split('.').count() < 4)
            .flat_map(|host| labels.map(|label| format!("{label}.{host}")))
            .collect();
    }
    let mut origins = Vec::new();
    for scheme in ["http", "app", "ws"] {
        for host in &hosts {
            for port in ["", ":1", ":5"] {
                let text = format!("{scheme}://{host}{port}");
                origins.extend(text.parse::<Origin>().ok().filter(|origin| origin.host() == host));
            }
        }
    }
    origins
}
