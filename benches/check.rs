//! What the checks cost in a manifest of any size: those that reason over all permissions are most of it.
//!
//! Each run has a manifest of its own, because a check consumes it; reading the text is not measured.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::Bencher;
use portcullis::{
    check::check,
    diagnostic::Diagnostics,
    document::read,
    manifest::{Folders, Manifest, lower},
    source::{Source, Sources},
};
use std::{fmt, fmt::Write as _, path::Path};

fn main() {
    println!("each line: commands × permissions");
    divan::main();
}

/// Commands × permissions.
#[derive(Debug, Clone, Copy)]
struct Size(usize, usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.0, self.1)
    }
}

const SIZES: [Size; 4] =
    [Size(1_000, 100), Size(1_000, 1_000), Size(10_000, 100), Size(10_000, 1_000)];

impl Size {
    /// Every command by its name in one permission; each permission has a window of its own, a pattern that many
    /// share and a deny, and guardrails ask about all of them.
    fn text(self) -> String {
        let Self(commands, permissions) = self;
        let mut text = "version: 1\napp: { id: dev.example.bench, frontend: . }\n\
                        origins: { docs: \"https://*.docs.example.com\" }\ncommands:\n"
            .to_owned();
        // Writing into a String cannot fail.
        for command in 0..commands {
            let _ = writeln!(text, "  c{command:05}: {{ run: {{ value: {command} }} }}");
        }
        text.push_str("windows:\n");
        for window in 0..permissions {
            let _ = writeln!(text, "  w{window}: {{}}");
        }
        text.push_str("permissions:\n");
        let share = commands / permissions;
        for permission in 0..permissions {
            let first = permission * share;
            let names: Vec<_> =
                (first..first + share).map(|command| format!("c{command:05}")).collect();
            let _ = writeln!(
                text,
                "  p{permission}: {{ windows: [w{permission}, \"w{permission}-*\"], origins: [app, docs], allow: [{}, \"c{:02}*\"], deny: [\"*9{}\"] }}",
                names.join(", "),
                permission % (commands / 1_000),
                permission % 10,
            );
        }
        text.push_str(
            "never:\n  - { origins: [remote], runs: [process], why: web content starts no programs }\n  \
             - { windows: [\"x*\"], why: there are no such windows }\n",
        );
        text
    }

    fn manifest(self) -> Manifest {
        let mut sources = Sources::default();
        let source = Source::new("gateway.yaml", &self.text());
        let file = sources.add(source.clone());
        let mut diagnostics = Diagnostics::default();
        let document = read(&source, file, &mut diagnostics).expect("YAML");
        let folders = Folders::of([Path::new("gateway.yaml")].into_iter());
        lower(&document, folders, &mut diagnostics).expect("a manifest")
    }
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn all_checks(bencher: Bencher<'_, '_>, size: Size) {
    bencher.with_inputs(|| size.manifest()).bench_values(|manifest| {
        let mut diagnostics = Diagnostics::default();
        let checked = check(manifest, &mut diagnostics);
        assert!(checked.is_some(), "the manifest has no errors");
        diagnostics.count()
    });
}
