//! Properties of decisions: they equal the naive evaluation, order never matters, and a deny never allows.

use super::{
    generate::{all_commands, model, model_and_denial, model_and_shuffle, visitor},
    generated,
    oracle::{Verdict, Visitor},
};
use crate::support::property::config;
use portcullis::{ipc::Caller, policy::Decision};
use proptest::{collection::vec, prelude::*};
use serde_json::json;

/// So many manifests × callers × commands; each of those is a case.
const MANIFESTS: u32 = 80;
const CALLERS: usize = 20;

fn visitors() -> impl Strategy<Value = Vec<Visitor>> {
    vec(visitor(), CALLERS)
}

/// What callers may ask for: everything that could be declared, whether it is or not.
fn commands() -> Vec<String> {
    let mut commands = all_commands();
    commands.extend(["", "*", "plugin:p"].map(str::to_owned));
    commands
}

impl Visitor {
    fn caller(&self) -> Caller {
        Caller {
            window: self.window.parse().expect("a label"),
            webview: self.webview.parse().expect("a label"),
            origin: self.origin.as_deref().and_then(|text| text.parse().ok()),
        }
    }
}

/// Whether the decision is the oracle's; of equally near permissions it may name any.
fn is_verdict(decision: &Decision, verdict: &Verdict) -> bool {
    let causes = decision.causes.iter().map(|cause| cause.permission.to_string()).collect();
    let is_nearest = match &decision.nearest {
        None => verdict.nearest.is_empty(),
        Some(miss) => verdict.nearest.iter().any(|(id, dimension)| {
            *id == miss.cause.permission.as_str() && json!(dimension) == json!(miss.dimension)
        }),
    };
    decision.is_allowed == verdict.is_allowed
        && json!(decision.reason) == json!(verdict.reason)
        && verdict.causes == causes
        && is_nearest
}

/// What stays the same in any order.
fn essence(mut decision: Decision) -> (Decision, bool) {
    decision.causes.sort_by(|a, b| a.permission.as_str().cmp(b.permission.as_str()));
    for cause in &mut decision.causes {
        cause.place.position.line = 0;
    }
    let has_nearest = decision.nearest.take().is_some();
    (decision, has_nearest)
}

/// Another manifest is generated in the place of one that is refused.
fn double() -> TestCaseError {
    TestCaseError::reject("two permissions say the same")
}

#[test]
fn there_are_ten_thousand_cases() {
    assert!(MANIFESTS as usize * CALLERS * commands().len() >= 10_000);
}

proptest! {
    #![proptest_config(config(MANIFESTS))]

    #[test]
    fn decisions_equal_the_naive_evaluation(model in model(), visitors in visitors()) {
        let text = model.to_yaml();
        let Some(policy) = generated(&text) else { return Err(double()) };
        let authority = &policy.authority;
        for visitor in &visitors {
            let caller = visitor.caller();
            let row = authority.row(&caller);
            for command in commands() {
                let expected = model.decide(visitor, &command);
                let decision = authority.decide(&caller, &command);
                prop_assert!(
                    is_verdict(&decision, &expected),
                    "`{command}` for {visitor:?}\n{decision:#?}\n{expected:#?}\n{text}"
                );
                let is_warm = authority.command(&command).is_some_and(|id| row.authorize(id).is_some());
                prop_assert_eq!(is_warm, expected.is_allowed, "the row: `{}` for {:?}\n{}", command, visitor, text);
            }
        }
    }

    #[test]
    fn order_never_matters((model, shuffled) in model_and_shuffle(), visitors in visitors()) {
        let [Some(before), Some(after)] = [&model, &shuffled].map(|model| generated(&model.to_yaml())) else { return Err(double()) };
        for caller in visitors.iter().map(Visitor::caller) {
            for command in commands() {
                let [before, after] =
                    [&before, &after].map(|policy| essence(policy.authority.decide(&caller, &command)));
                prop_assert_eq!(before, after, "`{}` for {}\n{}", command, caller, shuffled.to_yaml());
            }
        }
    }

    #[test]
    fn one_more_deny_never_allows((model, denial) in model_and_denial(), visitors in visitors()) {
        let [Some(before), Some(after)] = [&model, &denial].map(|model| generated(&model.to_yaml())) else { return Err(double()) };
        for caller in visitors.iter().map(Visitor::caller) {
            for command in commands() {
                let [before, after] =
                    [&before, &after].map(|policy| policy.authority.decide(&caller, &command).is_allowed);
                prop_assert!(before || !after, "`{command}` for {caller}\n{}", denial.to_yaml());
            }
        }
    }
}
