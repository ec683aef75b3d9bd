//! What checks say about all callers equals what the naive evaluation says about one caller of each class.

use super::{
    generate::model_and_guardrails,
    oracle::{APP, Model, Permission, Visitor, allows, denies},
};
use crate::support::property::config;
use portcullis::{
    diagnostic::{Code, Diagnostic},
    pattern::{Budget, LabelPattern, Origin, OriginPattern, label_classes, origin_classes},
    reload::load_content,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, fmt::Write as _, path::Path};

/// An entry of `allow`: its permission's place and its own.
type Place = (usize, usize);

/// A manifest with guardrails, and where in its text everything stands.
struct Written {
    text: String,
    entries: Vec<(Place, usize)>,
    guardrails: Vec<usize>,
    unlisted: usize,
}

impl Written {
    fn new(model: &Model, guardrails: &[Permission]) -> Self {
        let mut text = model.to_yaml();
        let mut entries = Vec::new();
        for (at, permission) in model.permissions.iter().enumerate() {
            let start = text.find(&format!("\n  {}:\n", permission.id)).expect("the permission");
            let list = "    allow: [";
            let mut offset = start + text[start..].find(list).expect("its list") + list.len();
            for (entry, pattern) in permission.allow.iter().enumerate() {
                entries.push(((at, entry), offset));
                offset += format!("{pattern:?}, ").len();
            }
        }
        let unlisted = text.find("unlisted: ").expect("the key") + "unlisted: ".len();
        let mut starts = Vec::new();
        text.push_str(if guardrails.is_empty() { "" } else { "never:\n" });
        for guardrail in guardrails {
            text.push_str("  - ");
            starts.push(text.len());
            text.push_str("{ ");
            let labels = [("windows", &guardrail.windows), ("webviews", &guardrail.webviews)];
            for (key, list) in
                labels.into_iter().filter_map(|(key, list)| Some((key, list.as_ref()?)))
            {
                let _ = write!(text, "{key}: {list:?}, ");
            }
            let origins = guardrail.origins.as_ref().expect("origins");
            let _ =
                writeln!(text, "origins: {origins:?}, commands: {:?}, why: so }}", guardrail.deny);
        }
        Self { text, entries, guardrails: starts, unlisted }
    }

    fn entry(&self, offset: usize) -> Option<Place> {
        self.entries.iter().find(|(_, start)| *start == offset).map(|(place, _)| *place)
    }
}

/// One caller of each class: which permissions match it, which guardrails are about it, and whether it is a page of
/// the app itself.
fn callers(model: &Model, guardrails: &[Permission]) -> BTreeSet<(Vec<bool>, Vec<bool>, bool)> {
    let all = || model.permissions.iter().chain(guardrails);
    let labels = |list: fn(&Permission) -> Option<&Vec<String>>| -> Vec<String> {
        let patterns: BTreeSet<&String> = all().filter_map(list).flatten().collect();
        let patterns: Vec<LabelPattern> =
            patterns.into_iter().map(|text| text.parse().expect(text)).collect();
        let patterns: Vec<&LabelPattern> = patterns.iter().collect();
        let classes = label_classes(&patterns, &mut Budget::default()).expect("few classes");
        classes.into_iter().map(|class| class.witness.to_string()).collect()
    };
    let windows = labels(|permission| permission.windows.as_ref());
    let webviews = labels(|permission| permission.webviews.as_ref());
    let patterns: Vec<OriginPattern> =
        model.origins.iter().map(|(_, text)| text.parse().expect(text)).collect();
    let patterns: Vec<&OriginPattern> = patterns.iter().collect();
    let origins = origin_classes(&patterns, &Origin::app(), &mut Budget::default());
    let origins = origins.expect("few classes").into_iter().map(|class| class.witness.to_string());
    let origins: Vec<String> = origins.collect();
    // Dimensions are independent of each other: for each of them it is enough to know what matches.
    let fits = |dimension: &'static str, visitor: &Visitor| -> Vec<bool> {
        all().map(|permission| !model.misses(permission, visitor).contains(&dimension)).collect()
    };
    let visitor = |window: &str, webview: &str, origin: &str| Visitor {
        window: window.to_owned(),
        webview: webview.to_owned(),
        origin: Some(origin.to_owned()),
    };
    let windows: BTreeSet<_> =
        windows.iter().map(|text| fits("window", &visitor(text, "a", APP))).collect();
    let webviews: BTreeSet<_> =
        webviews.iter().map(|text| fits("webview", &visitor("a", text, APP))).collect();
    let origins: BTreeSet<_> = origins
        .iter()
        .map(|text| (fits("origin", &visitor("a", "a", text)), text == APP))
        .collect();
    let mut found = BTreeSet::new();
    for window in &windows {
        for webview in &webviews {
            for (origin, is_app) in &origins {
                let both = window.iter().zip(webview).zip(origin);
                let matching: Vec<bool> = both.map(|((a, b), c)| *a && *b && *c).collect();
                let (permissions, guardrails) = matching.split_at(model.permissions.len());
                found.insert((permissions.to_vec(), guardrails.to_vec(), *is_app));
            }
        }
    }
    found
}

/// The naive evaluation of what checks are about.
struct Naive<'a> {
    model: &'a Model,
    guardrails: &'a [Permission],
    callers: BTreeSet<(Vec<bool>, Vec<bool>, bool)>,
}

impl Naive<'_> {
    fn is_denied(&self, matching: &[bool], command: &str) -> bool {
        let permissions = self.model.permissions.iter().zip(matching);
        permissions
            .filter(|(_, is_match)| **is_match)
            .any(|(permission, _)| permission.deny.iter().any(|entry| denies(entry, command)))
    }

    /// Everything that an entry allows: who, by what matches them, and what.
    fn allowed(&self, (permission, entry): Place) -> Vec<(&[bool], &str)> {
        let pattern = &self.model.permissions[permission].allow[entry];
        let commands = self.model.commands.iter().filter(|command| allows(pattern, command));
        let commands: Vec<&String> = commands.collect();
        let callers = self.callers.iter().map(|(matching, ..)| matching);
        callers
            .filter(|matching| matching[permission])
            .flat_map(|matching| {
                commands.iter().map(|command| (matching.as_slice(), command.as_str()))
            })
            .collect()
    }

    fn is_shadowed(&self, place: Place) -> bool {
        let allowed = self.allowed(place);
        !allowed.is_empty()
            && allowed.iter().all(|(matching, command)| self.is_denied(matching, command))
    }

    fn is_covered(&self, place: Place, by: &[Place]) -> bool {
        self.allowed(place).iter().all(|(matching, command)| {
            by.iter().any(|(permission, entry)| {
                matching[*permission]
                    && allows(&self.model.permissions[*permission].allow[*entry], command)
            })
        })
    }

    fn is_violated_by(&self, guardrail: usize, (permission, entry): Place) -> bool {
        let pattern = &self.model.permissions[permission].allow[entry];
        self.is_violated(guardrail, |matching, _, command| {
            matching[permission] && allows(pattern, command)
        })
    }

    fn is_violated_by_unlisted(&self, guardrail: usize) -> bool {
        self.model.is_additive
            && self.is_violated(guardrail, |_, is_app, command| {
                let is_listed = self.model.permissions.iter().any(|known| known.allows(command));
                is_app && !is_listed && !command.contains(':')
            })
    }

    fn is_violated(
        &self,
        guardrail: usize,
        is_allowed: impl Fn(&[bool], bool, &str) -> bool,
    ) -> bool {
        let named = |command: &str| {
            self.guardrails[guardrail].deny.iter().any(|entry| denies(entry, command))
        };
        self.callers.iter().filter(|(_, about, _)| about[guardrail]).any(|(matching, _, is_app)| {
            self.model.commands.iter().any(|command| {
                named(command)
                    && is_allowed(matching, *is_app, command)
                    && !self.is_denied(matching, command)
            })
        })
    }
}

fn found(diagnostics: &[Diagnostic], code: Code) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(move |diagnostic| diagnostic.code == code)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn findings_about_all_callers_equal_the_naive_evaluation((model, guardrails) in model_and_guardrails()) {
        let written = Written::new(&model, &guardrails);
        let text = &written.text;
        let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
        let diagnostics = &loaded.diagnostics;
        prop_assert_eq!(found(diagnostics, Code::Undecidable).count(), 0, "{}", text);
        let places = |code| -> BTreeSet<Place> {
            let starts = found(diagnostics, code).map(|found| found.span.start as usize);
            starts.map(|start| written.entry(start).expect("an entry")).collect()
        };
        let (shadowed, redundant) = (places(Code::ShadowedAllow), places(Code::RedundantPermission));
        let naive = Naive { model: &model, guardrails: &guardrails, callers: callers(&model, &guardrails) };
        let all = || written.entries.iter().map(|(place, _)| *place);
        for place in all() {
            prop_assert_eq!(shadowed.contains(&place), naive.is_shadowed(place), "shadowed {:?}\n{}", place, text);
        }
        // Of two permissions that say the same, the second has a finding of its own.
        if found(diagnostics, Code::DuplicatePermission).count() == 0 {
            let kept: Vec<Place> =
                all().filter(|place| !shadowed.contains(place) && !redundant.contains(place)).collect();
            for place in all().filter(|place| !shadowed.contains(place) && !naive.allowed(*place).is_empty()) {
                let others: Vec<Place> = kept.iter().copied().filter(|other| *other != place).collect();
                prop_assert_eq!(
                    redundant.contains(&place),
                    naive.is_covered(place, &others),
                    "redundant {:?}\n{}", place, text
                );
            }
        }
        for (guardrail, start) in written.guardrails.iter().enumerate() {
            let about = found(diagnostics, Code::NeverViolated)
                .filter(|found| found.related[0].0.start as usize == *start);
            let starts: Vec<usize> = about.map(|found| found.span.start as usize).collect();
            for (place, entry) in &written.entries {
                let count = starts.iter().filter(|start| *start == entry).count();
                let is_violated = naive.is_violated_by(guardrail, *place);
                prop_assert_eq!(count, usize::from(is_violated), "guardrail {} by {:?}\n{}", guardrail, place, text);
            }
            let is_violated = naive.is_violated_by_unlisted(guardrail);
            prop_assert_eq!(starts.contains(&written.unlisted), is_violated, "guardrail {}\n{}", guardrail, text);
        }
    }
}
