//! Questions about all callers, against every caller that is short enough to be tried.

use crate::{patterns::generate, support::property::config};
use portcullis::{
    ipc::Caller,
    name::Label,
    pattern::{Budget, LabelPattern, Origin, OriginPattern},
    space::{Answer, Region, Space},
};
use proptest::{collection::vec, option, prelude::*};

/// A region that owns its patterns.
#[derive(Debug, Clone, Default)]
struct Owned {
    windows: Option<Vec<LabelPattern>>,
    webviews: Option<Vec<LabelPattern>>,
    app: bool,
    remote: bool,
    origins: Vec<OriginPattern>,
}

impl Owned {
    fn region(&self) -> Region<'_> {
        Region {
            windows: self.windows.as_ref().map(|patterns| patterns.iter().collect()),
            webviews: self.webviews.as_ref().map(|patterns| patterns.iter().collect()),
            app: self.app,
            remote: self.remote,
            origins: self.origins.iter().collect(),
        }
    }

    /// What the design says about permissions, once more.
    fn matches(&self, caller: &Caller) -> bool {
        let is_named = |patterns: &Option<Vec<LabelPattern>>, label: &Label| {
            patterns.as_ref().is_none_or(|all| all.iter().any(|pattern| pattern.matches(label)))
        };
        let origin = caller.origin.as_ref().expect("an origin");
        let is_built_in = if *origin == Origin::app() { self.app } else { self.remote };
        is_named(&self.windows, &caller.window)
            && is_named(&self.webviews, &caller.webview)
            && (is_built_in || self.origins.iter().any(|pattern| pattern.matches(origin)))
    }
}

fn ask(regions: &[Owned], inside: &[usize], outside: &[usize]) -> Answer {
    let regions: Vec<_> = regions.iter().map(Owned::region).collect();
    let mut budget = Budget::default();
    let space = Space::new(&regions, &Origin::app(), &mut budget).expect("few classes");
    space.find(inside, outside, &mut budget)
}

fn labels(texts: &[&str]) -> Vec<LabelPattern> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn app(windows: &[&str]) -> Owned {
    Owned { windows: Some(labels(windows)), app: true, ..Owned::default() }
}

fn regions() -> impl Strategy<Value = Vec<Owned>> {
    let label = || option::of(generate::label_patterns());
    let region = (label(), label(), any::<(bool, bool)>(), generate::origin_patterns());
    let owned = region.prop_map(|(windows, webviews, (app, remote), origins)| Owned {
        windows,
        webviews,
        app,
        remote,
        origins,
    });
    vec(owned, 2..6)
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn answers_are_those_of_all_callers(all in regions(), split in 1_usize..3, seed: usize) {
        let split = split.min(all.len() - 1);
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            ((0..split).collect(), (split..all.len()).collect());
        let is_answer = |caller: &Caller| {
            inside.iter().all(|at| all[*at].matches(caller))
                && !outside.iter().any(|at| all[*at].matches(caller))
        };
        match ask(&all, &inside, &outside) {
            Answer::Unknown => prop_assert!(false, "the budget is large enough"),
            Answer::Caller(caller) => prop_assert!(is_answer(&caller), "{caller}"),
            Answer::Nobody => {
                // Strides that have no factor in common with the lengths go through all combinations.
                let (labels, origins) = (&generate::LABELS, &generate::ORIGINS);
                for step in 0..20_000 {
                    let at = step + seed % 1_000_000;
                    let caller = Caller {
                        window: labels[at * 7 % labels.len()].clone(),
                        webview: labels[at * 13 / 7 % labels.len()].clone(),
                        origin: Some(origins[at * 11 / 3 % origins.len()].clone()),
                    };
                    prop_assert!(!is_answer(&caller), "{caller}");
                }
            }
        }
    }
}

#[test]
fn a_region_may_be_covered_by_several_together() {
    let whole = app(&["main", "diff-*"]);
    let narrow = Owned { webviews: Some(labels(&["left"])), ..whole.clone() };
    let wide = Owned { webviews: Some(labels(&["[!l]*", "l", "l[!e]*"])), ..whole.clone() };
    let all = [whole, app(&["m*"]), app(&["d*"]), narrow, wide];
    assert_eq!(ask(&all, &[0], &[1, 2]), Answer::Nobody);
    let Answer::Caller(found) = ask(&all, &[0], &[1]) else { panic!("somebody") };
    assert_eq!(found.to_string(), "diff-1/diff-1 at app://localhost");
    let Answer::Caller(found) = ask(&all, &[0], &[3, 4]) else { panic!("somebody") };
    assert_eq!(found.to_string(), "main/le at app://localhost");
}

#[test]
fn remote_is_every_origin_but_the_apps() {
    let main = app(&["main"]);
    let remote = Owned { app: false, remote: true, ..main.clone() };
    let named = Owned {
        app: false,
        origins: vec!["app://localhost".parse().unwrap(), "https://*.example".parse().unwrap()],
        ..main.clone()
    };
    let all = [main, remote, named];
    assert_eq!(ask(&all, &[0, 1], &[]), Answer::Nobody);
    assert_eq!(ask(&all, &[0], &[2]), Answer::Nobody);
    let Answer::Caller(found) = ask(&all, &[1], &[2]) else { panic!("somebody") };
    assert_eq!(found.to_string(), "main/main at http://other.example");
    let Answer::Caller(found) = ask(&all, &[1, 2], &[0]) else { panic!("somebody") };
    assert_eq!(found.to_string(), "main/main at https://other.example");
}

#[test]
fn a_thousand_permissions_are_asked_about_within_the_budget() {
    let all: Vec<_> = (0..1000).map(|n| app(&[&format!("w{n}"), &format!("w{n}-*")])).collect();
    let regions: Vec<_> = all.iter().map(Owned::region).collect();
    let space = Space::new(&regions, &Origin::app(), &mut Budget::default()).expect("few classes");
    for at in 0..1000 {
        let others: Vec<_> = (0..1000).filter(|other| *other != at).collect();
        let answer = space.find(&[at], &others, &mut Budget::new(10_000));
        assert!(matches!(answer, Answer::Caller(_)), "{at}: {answer:?}");
    }
}

/// What is covered only by hundreds of regions that overlap in all dimensions takes more work than is allowed.
#[test]
fn an_answer_that_costs_too_much_is_unknown() {
    let all: Vec<_> = (0..60)
        .map(|n: usize| Owned {
            windows: Some(labels(&[&format!("w{}", n % 7), &format!("w{}", n % 11)])),
            webviews: Some(labels(&[&format!("v{}", n % 13), &format!("v{}", n % 5)])),
            app: true,
            ..Owned::default()
        })
        .chain([Owned { app: true, ..Owned::default() }])
        .collect();
    let outside: Vec<_> = (0..60).collect();
    assert!(matches!(ask(&all, &[60], &outside), Answer::Caller(_)));
    let regions: Vec<_> = all.iter().map(Owned::region).collect();
    let space = Space::new(&regions, &Origin::app(), &mut Budget::default()).expect("few classes");
    assert_eq!(space.find(&[60], &outside, &mut Budget::new(50)), Answer::Unknown);
    assert_eq!(space.find(&[61], &[], &mut Budget::default()), Answer::Unknown);
}
