//! Who may call what, for checks that reason over all permissions at once: entries, the commands that they stand for,
//! and the callers that they are about.
//!
//! Commands that the same patterns stand for are one [`Kind`], permissions with the same dimensions are one region:
//! what is asked about one of them need not be asked about the others.

mod region;
mod resolve;
mod scope;

pub(super) use region::{Origins, RegionId, Regions, Sites, Subjects, sites};
pub(super) use resolve::{CommandId, Commands, PatternId};
pub(super) use scope::{ScopeId, Scopes};

use crate::{
    manifest::{Entry, Manifest, Unlisted},
    name::Word,
    pattern::{Budget, CommandPattern, TooManyClasses},
    source::Span,
    space::Answer,
};
use resolve::{Patterns, Role};
use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
};

/// What it may cost to hold all patterns against all commands, in comparisons.
const MOST_COMPARISONS: usize = 20_000_000;
/// A finding names no more denies than this.
const MOST_DENIES: usize = 3;

/// The place of a [`Grant`].
pub(super) type GrantId = usize;
/// The place of a [`Kind`].
pub(super) type KindId = usize;
/// The place of a [`Denied`].
pub(super) type DeniedId = usize;

/// What stands at one place of a permission's `allow`: an entry, or a group and all that it stands for.
#[derive(Debug)]
pub(super) struct Grant<'a> {
    /// The permission's id.
    pub(super) id: &'a Word,
    /// The permission's place in the file's order.
    pub(super) permission: usize,
    /// Who is granted it.
    pub(super) region: RegionId,
    /// Where it stands.
    pub(super) span: Span,
    /// What is written there.
    pub(super) text: String,
    /// The patterns that it stands for.
    pub(super) patterns: Vec<PatternId>,
    /// What the commands may be used with.
    pub(super) scope: Option<ScopeId>,
    /// How little it says about what it stands for: a name, a group, a pattern, everything.
    pub(super) breadth: u8,
}

/// Commands that the same entries allow and deny.
#[derive(Debug)]
pub(super) struct Kind {
    /// The commands, in the order of their names; there is at least one.
    pub(super) commands: Vec<CommandId>,
    /// The patterns of `allow` that stand for them.
    pub(super) allow: Vec<PatternId>,
    /// Who is denied them.
    pub(super) denied: DeniedId,
    /// Whether they are commands of the app itself.
    pub(super) is_app: bool,
}

/// All the patterns of `deny` that stand for some commands.
#[derive(Debug)]
struct Denied {
    patterns: Vec<PatternId>,
    regions: Vec<RegionId>,
}

/// An entry of `deny`.
#[derive(Debug)]
pub(super) struct Denial<'a> {
    /// The permission's id.
    pub(super) id: &'a Word,
    /// Where it stands.
    pub(super) span: Span,
    region: RegionId,
}

/// The permissions of a manifest, resolved.
#[derive(Debug)]
pub(super) struct Access<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) commands: Commands<'a>,
    pub(super) regions: Regions<'a>,
    /// In the order of the file.
    pub(super) grants: Vec<Grant<'a>>,
    pub(super) kinds: Vec<Kind>,
    kind_of: Vec<KindId>,
    /// For each pattern of `allow`, its grants and its kinds.
    granted_by: Vec<Vec<GrantId>>,
    kinds_of: Vec<Vec<KindId>>,
    /// For each pattern of `deny`, its entries.
    denied_by: Vec<Vec<Denial<'a>>>,
    denied: Vec<Denied>,
    /// Grants all of which is denied; several checks want to know.
    pub(super) shadowed: OnceCell<BTreeSet<GrantId>>,
}

impl<'a> Access<'a> {
    /// Resolves the permissions of a manifest.
    ///
    /// Cost grows with the number of different patterns times that of the commands which begin like them, up to a
    /// limit.
    pub(super) fn new(manifest: &'a Manifest, sites: &'a Sites) -> Result<Self, TooManyClasses> {
        let budget = &mut Budget::new(MOST_COMPARISONS);
        let mut access = Self {
            manifest,
            commands: Commands::new(manifest),
            regions: Regions::new(Origins { manifest, sites }),
            grants: Vec::new(),
            kinds: Vec::new(),
            kind_of: Vec::new(),
            granted_by: Vec::new(),
            kinds_of: Vec::new(),
            denied_by: Vec::new(),
            denied: Vec::new(),
            shadowed: OnceCell::new(),
        };
        let allow = access.read_grants(budget)?;
        let deny = access.read_denials(budget)?;
        access.sort_commands(&allow, &deny, budget)?;
        Ok(access)
    }

    fn read_grants(&mut self, budget: &mut Budget) -> Result<Patterns<'a>, TooManyClasses> {
        let mut patterns = Patterns::new(Role::Allow);
        let mut scopes = Scopes::default();
        let manifest = self.manifest;
        for (at, permission) in manifest.permissions.iter().enumerate() {
            let region = self.regions.of_permission(at).ok_or(TooManyClasses)?;
            for entries in permission.allow.chunk_by(|one, next| one.span == next.span) {
                let Some(first) = entries.first() else { continue };
                let grant = self.grants.len();
                let mut ids = Vec::new();
                for entry in entries {
                    let id = patterns.add(&entry.value, &self.commands, budget)?;
                    self.granted_by.resize_with(patterns.commands.len(), Vec::new);
                    // A group may name one command twice.
                    let granted_by = self.granted_by.get_mut(id).ok_or(TooManyClasses)?;
                    if granted_by.last() != Some(&grant) {
                        granted_by.push(grant);
                        ids.push(id);
                    }
                }
                self.grants.push(Grant {
                    id: &permission.id,
                    permission: at,
                    region,
                    span: first.span,
                    text: written(first),
                    patterns: ids,
                    scope: first.scope.as_ref().map(|scope| scopes.id(scope)),
                    breadth: breadth(first),
                });
            }
        }
        Ok(patterns)
    }

    fn read_denials(&mut self, budget: &mut Budget) -> Result<Patterns<'a>, TooManyClasses> {
        let mut patterns = Patterns::new(Role::Deny);
        let manifest = self.manifest;
        for (at, permission) in manifest.permissions.iter().enumerate() {
            let region = self.regions.of_permission(at).ok_or(TooManyClasses)?;
            for entry in &permission.deny {
                let id = patterns.add(&entry.value, &self.commands, budget)?;
                self.denied_by.resize_with(patterns.commands.len(), Vec::new);
                let denial = Denial { id: &permission.id, span: entry.span, region };
                self.denied_by.get_mut(id).ok_or(TooManyClasses)?.push(denial);
            }
        }
        Ok(patterns)
    }

    /// Puts commands that the same patterns stand for into one kind.
    fn sort_commands(
        &mut self,
        allow: &Patterns<'_>,
        deny: &Patterns<'_>,
        budget: &mut Budget,
    ) -> Result<(), TooManyClasses> {
        let count = self.commands.len();
        let allowing = allow.by_command(count, budget)?;
        let denying = deny.by_command(count, budget)?;
        let mut denied_ids = HashMap::new();
        let mut kind_ids = HashMap::new();
        self.kinds_of = vec![Vec::new(); allow.commands.len()];
        for (command, ((allow, deny), (name, _))) in
            allowing.into_iter().zip(denying).zip(self.commands.iter()).enumerate()
        {
            let denied = if let Some(id) = denied_ids.get(&deny) {
                *id
            } else {
                let id = self.denied.len();
                let regions = self.denied_regions(&deny, budget)?;
                self.denied.push(Denied { patterns: deny.clone(), regions });
                denied_ids.insert(deny, id);
                id
            };
            let is_app = name.is_app();
            let kind =
                *kind_ids.entry((allow, denied, is_app)).or_insert_with_key(|(allow, ..)| {
                    let kind = self.kinds.len();
                    for pattern in allow {
                        if let Some(kinds) = self.kinds_of.get_mut(*pattern) {
                            kinds.push(kind);
                        }
                    }
                    self.kinds.push(Kind {
                        commands: Vec::new(),
                        allow: allow.clone(),
                        denied,
                        is_app,
                    });
                    kind
                });
            self.kind_of.push(kind);
            self.kinds.get_mut(kind).ok_or(TooManyClasses)?.commands.push(command);
        }
        Ok(())
    }

    fn denied_regions(
        &self,
        patterns: &[PatternId],
        budget: &mut Budget,
    ) -> Result<Vec<RegionId>, TooManyClasses> {
        let mut regions = Vec::new();
        for denials in patterns.iter().filter_map(|pattern| self.denied_by.get(*pattern)) {
            budget.spend(denials.len())?;
            regions.extend(denials.iter().map(|denial| denial.region));
        }
        regions.sort_unstable();
        regions.dedup();
        Ok(regions)
    }

    /// Whether everything about permissions could be read: otherwise what is missing may mend what seems wrong, and
    /// its own fault is reported.
    pub(super) fn is_whole(&self) -> bool {
        let broken = &self.manifest.broken;
        broken.permissions.is_empty() && broken.groups.is_empty()
    }

    /// Whether the commands of a kind are open to the app's own pages because no entry names them.
    pub(super) fn is_unlisted(&self, kind: &Kind) -> bool {
        kind.allow.is_empty() && kind.is_app && self.manifest.unlisted.value == Unlisted::Additive
    }

    /// The kind of a command.
    pub(super) fn kind_of(&self, command: CommandId) -> Option<(KindId, &Kind)> {
        let id = *self.kind_of.get(command)?;
        Some((id, self.kinds.get(id)?))
    }

    /// The grants in which a pattern stands, with their places.
    pub(super) fn granted_by(
        &self,
        pattern: PatternId,
    ) -> impl Iterator<Item = (GrantId, &Grant<'a>)> {
        let ids = self.granted_by.get(pattern).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| Some((*id, self.grants.get(*id)?)))
    }

    /// The kinds that a pattern stands for.
    pub(super) fn kinds_of(&self, pattern: PatternId) -> impl Iterator<Item = &Kind> {
        let ids = self.kinds_of.get(pattern).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.kinds.get(*id))
    }

    /// Whether every pattern of a grant stands for something; otherwise that is its fault.
    pub(super) fn stands_for_commands(&self, grant: &Grant<'_>) -> bool {
        grant.patterns.iter().all(|pattern| self.kinds_of(*pattern).next().is_some())
    }

    /// The callers who are denied something.
    pub(super) fn denied_to(&self, denied: DeniedId) -> &[RegionId] {
        self.denied.get(denied).map(|denied| denied.regions.as_slice()).unwrap_or_default()
    }

    /// The entries that deny something to callers of a region: the one that denies it to all of them, or a few that
    /// deny it to some.
    pub(super) fn denials(
        &self,
        denied: DeniedId,
        region: RegionId,
        budget: &mut Budget,
    ) -> Vec<&Denial<'a>> {
        let patterns = self.denied.get(denied).map(|denied| denied.patterns.as_slice());
        let denials = || {
            let patterns = patterns.unwrap_or_default().iter();
            patterns.filter_map(|pattern| self.denied_by.get(*pattern)).flatten()
        };
        let whole =
            denials().find(|denial| self.regions.is_covered(region, &[denial.region], budget));
        if let Some(whole) = whole {
            return vec![whole];
        }
        let mut is_some = |denial: &&Denial<'a>| {
            self.regions.find(&[region, denial.region], &[], budget) != Answer::Nobody
        };
        denials().filter(|denial| is_some(denial)).take(MOST_DENIES).collect()
    }

    /// The commands' name.
    pub(super) fn name(&self, command: CommandId) -> &'a str {
        self.commands.get(command).map_or("", |(name, _)| name.as_str())
    }
}

fn written(entry: &Entry) -> String {
    match &entry.group {
        Some(group) => format!("@{group}"),
        None => entry.value.as_str().to_owned(),
    }
}

fn breadth(entry: &Entry) -> u8 {
    match (&entry.group, &entry.value) {
        (Some(_), _) => 1,
        (None, CommandPattern::Literal(_)) => 0,
        (None, CommandPattern::Glob { .. }) => 2,
        (None, CommandPattern::Star) => 3,
    }
}
