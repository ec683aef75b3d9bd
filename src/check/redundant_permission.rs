//! `redundant-permission`: other entries allow all of it already, so that removing this one would take nothing away.

use super::{
    access::{Access, Grant, GrantId, Kind, RegionId, Sites},
    duplicate_permission::duplicates,
    shadowed_allow::shadowed,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    pattern::Budget,
    space::Answer,
};
use std::collections::{BTreeSet, HashMap};

/// What all questions together may cost; what is left over then is not reported.
const MOST_STEPS: usize = 8_000_000;

/// Entries are looked at from narrow to wide and from last to first; what is found redundant covers nothing any more,
/// so that all findings can be followed at once.
pub(super) fn check(access: &Access<'_>, sites: &Sites, diagnostics: &mut Vec<Diagnostic>) {
    let broken = &access.manifest.broken;
    if !access.is_whole() || !broken.commands.is_empty() || !broken.plugins.is_empty() {
        return;
    }
    // They have findings of their own.
    let duplicates = duplicates(access.manifest, sites);
    let mut ignored = shadowed(access).clone();
    let grants = access.grants.iter().enumerate();
    ignored.extend(
        grants.filter(|(_, grant)| duplicates.contains_key(&grant.permission)).map(|(id, _)| id),
    );
    let mut order: Vec<GrantId> = (0..access.grants.len()).rev().collect();
    order.sort_by_key(|id| access.grants.get(*id).map(|grant| grant.breadth));
    let budget = Budget::new(MOST_STEPS);
    let mut search = Search { access, ignored, answers: HashMap::new(), budget };
    for id in order {
        let Some(grant) = access.grants.get(id) else { continue };
        if search.ignored.contains(&id) {
            continue;
        }
        if let Some(covers) = search.covers(id, grant) {
            search.ignored.insert(id);
            diagnostics.push(diagnostic(access, grant, &covers));
        }
    }
}

fn diagnostic(access: &Access<'_>, grant: &Grant<'_>, covers: &BTreeSet<GrantId>) -> Diagnostic {
    let message = format!("whatever `{}` allows here is allowed without it", grant.text);
    let mut diagnostic = Diagnostic::new(Code::RedundantPermission, grant.span, message)
        .help("remove the entry, or what makes it superfluous");
    for cover in covers.iter().filter_map(|id| access.grants.get(*id)).take(3) {
        let label = if cover.permission == grant.permission {
            format!("`{}` allows it too", cover.text)
        } else {
            format!("`{}` of `{}` allows it too", cover.text, cover.id)
        };
        diagnostic = diagnostic.related(cover.span, label);
    }
    diagnostic
}

struct Search<'s, 'a> {
    access: &'s Access<'a>,
    /// Grants that are neither reported nor held against others.
    ignored: BTreeSet<GrantId>,
    answers: HashMap<(RegionId, Vec<RegionId>), bool>,
    budget: Budget,
}

impl Search<'_, '_> {
    /// The grants that together allow all of a grant to all its callers, if there are such.
    fn covers(&mut self, id: GrantId, grant: &Grant<'_>) -> Option<BTreeSet<GrantId>> {
        let access = self.access;
        if !access.regions.is_known(grant.region) || !access.stands_for_commands(grant) {
            return None;
        }
        let mut covers = BTreeSet::new();
        for pattern in &grant.patterns {
            if let Some(same) = self.same_pattern(*pattern, id, grant) {
                covers.insert(same);
                continue;
            }
            for kind in access.kinds_of(*pattern) {
                covers.extend(self.covers_of_kind(kind, id, grant)?);
            }
        }
        Some(covers)
    }

    /// A grant with the same pattern for the same callers.
    fn same_pattern(&mut self, pattern: usize, id: GrantId, grant: &Grant<'_>) -> Option<GrantId> {
        for (other_id, other) in self.access.granted_by(pattern) {
            self.budget.spend(1).ok()?;
            if self.is_cover(other_id, other, id, grant) && other.region == grant.region {
                return Some(other_id);
            }
        }
        None
    }

    fn is_cover(
        &self,
        other_id: GrantId,
        other: &Grant<'_>,
        id: GrantId,
        grant: &Grant<'_>,
    ) -> bool {
        other_id != id && other.scope == grant.scope && !self.ignored.contains(&other_id)
    }

    fn covers_of_kind(
        &mut self,
        kind: &Kind,
        id: GrantId,
        grant: &Grant<'_>,
    ) -> Option<Vec<GrantId>> {
        let access = self.access;
        let mut covers = Vec::new();
        let mut regions = BTreeSet::new();
        for pattern in &kind.allow {
            for (other_id, other) in access.granted_by(*pattern) {
                self.budget.spend(1).ok()?;
                if !self.is_cover(other_id, other, id, grant) {
                    continue;
                }
                if other.region == grant.region {
                    return Some(vec![other_id]);
                }
                regions.insert(other.region);
                covers.push((other_id, other.region));
            }
        }
        if regions.is_empty() {
            return None;
        }
        let regions: Vec<_> = regions.into_iter().collect();
        let budget = &mut self.budget;
        let is_covered = *self
            .answers
            .entry((grant.region, regions.clone()))
            .or_insert_with(|| access.regions.is_covered(grant.region, &regions, budget));
        if !is_covered {
            return None;
        }
        // One that does it alone is worth more than many of which each does a part.
        let alone = covers.iter().find(|(_, region)| {
            access.regions.is_covered(grant.region, &[*region], &mut self.budget)
        });
        if let Some((alone, _)) = alone {
            return Some(vec![*alone]);
        }
        covers.retain(|(_, region)| {
            let answer = access.regions.find(&[grant.region, *region], &[], &mut self.budget);
            answer != Answer::Nobody
        });
        Some(covers.into_iter().map(|(id, _)| id).collect())
    }
}
