//! `shadowed-allow`: a deny takes away all that an entry allows, so that the entry says something that is not so.

use super::access::{Access, DeniedId, Grant, GrantId, RegionId};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Unlisted,
    pattern::Budget,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What all questions together may cost; what is left over then is not reported.
const MOST_STEPS: usize = 8_000_000;

pub(super) fn check(access: &Access<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut budget = Budget::new(MOST_STEPS);
    // Under `additive`, an entry closes what it names to everybody else: without it more would be open.
    let help = match access.manifest.unlisted.value {
        Unlisted::Deny => "a deny always wins: remove the entry, or narrow the deny",
        Unlisted::Additive => "a deny always wins: narrow the deny",
    };
    for id in shadowed(access) {
        let Some(grant) = access.grants.get(*id) else { continue };
        let mut diagnostic = Diagnostic::new(
            Code::ShadowedAllow,
            grant.span,
            format!("whatever `{}` allows here is denied to the same callers", grant.text),
        )
        .help(help);
        let mut told = BTreeSet::new();
        let mut asked = HashSet::new();
        let kinds = grant.patterns.iter().flat_map(|pattern| access.kinds_of(*pattern));
        for kind in kinds.filter(|kind| asked.insert(kind.denied)).take(3) {
            for denial in access.denials(kind.denied, grant.region, &mut budget) {
                if told.len() < 3 && told.insert(denial.span) {
                    let label = format!("`{}` denies it", denial.id);
                    diagnostic = diagnostic.related(denial.span, label);
                }
            }
        }
        diagnostics.push(diagnostic);
    }
}

/// The grants all of which is denied to all of their callers.
pub(super) fn shadowed<'s>(access: &'s Access<'_>) -> &'s BTreeSet<GrantId> {
    access.shadowed.get_or_init(|| {
        let broken = &access.manifest.broken;
        if !access.is_whole() || !broken.commands.is_empty() || !broken.plugins.is_empty() {
            return BTreeSet::new();
        }
        let mut budget = Budget::new(MOST_STEPS);
        let mut answers = HashMap::new();
        let mut is_found =
            |grant: &Grant<'_>| is_shadowed(access, grant, &mut answers, &mut budget);
        let grants = access.grants.iter().enumerate();
        grants.filter(|(_, grant)| is_found(grant)).map(|(id, _)| id).collect()
    })
}

fn is_shadowed(
    access: &Access<'_>,
    grant: &Grant<'_>,
    answers: &mut HashMap<(RegionId, DeniedId), bool>,
    budget: &mut Budget,
) -> bool {
    access.regions.is_known(grant.region)
        && access.stands_for_commands(grant)
        && grant.patterns.iter().flat_map(|pattern| access.kinds_of(*pattern)).all(|kind| {
            let outside = access.denied_to(kind.denied);
            let is_affordable = budget.spend(1).is_ok();
            is_affordable
                && !outside.is_empty()
                && *answers
                    .entry((grant.region, kind.denied))
                    .or_insert_with(|| access.regions.is_covered(grant.region, outside, budget))
        })
}
