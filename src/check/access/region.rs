//! The regions of callers that permissions and guardrails are about, each once, and questions about them.

use crate::{
    ipc::Caller,
    manifest::{Guardrail, Manifest, OriginName, Permission},
    name::Word,
    pattern::{Budget, LabelPattern, Origin, OriginPattern},
    source::Spanned,
    space::{Answer, Region, Space},
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

/// What one question may cost.
const MOST_STEPS: usize = 2_000_000;
/// What sorting all callers once may cost, so that most questions cost little.
const MOST_STEPS_AT_ONCE: usize = 8_000_000;

/// The place of a region.
pub(in crate::check) type RegionId = usize;

/// What the dimensions of a permission say, whatever the order and however often: equal keys, equal callers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) struct Subjects<'a> {
    windows: Option<BTreeSet<&'a str>>,
    webviews: Option<BTreeSet<&'a str>>,
    app: bool,
    remote: bool,
    origins: BTreeSet<&'a str>,
    /// Whether it names an origin that nobody declares; who that is, nobody knows.
    pub(in crate::check) has_unknown: bool,
}

/// The origins of the app's sites, which manifests name but do not write.
pub(in crate::check) type Sites = BTreeMap<Word, OriginPattern>;

/// The origins of a manifest's sites.
pub(in crate::check) fn sites(manifest: &Manifest) -> Sites {
    let origin = |name: &Word| Some((name.clone(), OriginPattern::site(name)?));
    manifest.sites.keys().filter_map(origin).collect()
}

/// Where a manifest's names of origins lead.
#[derive(Debug, Clone, Copy)]
pub(in crate::check) struct Origins<'a> {
    pub(in crate::check) manifest: &'a Manifest,
    pub(in crate::check) sites: &'a Sites,
}

type Labels<'a> = Option<&'a [Spanned<LabelPattern>]>;

impl<'a> Origins<'a> {
    fn find(self, name: &Word) -> Option<&'a OriginPattern> {
        let declared = self.manifest.origins.get(name).map(|pattern| &pattern.value);
        declared.or_else(|| self.sites.get(name))
    }

    /// The callers of a permission.
    pub(in crate::check) fn permission(
        self,
        permission: &'a Permission,
    ) -> (Subjects<'a>, Region<'a>) {
        let (windows, webviews) = (permission.windows.as_deref(), permission.webviews.as_deref());
        self.region(windows, webviews, Some(&permission.origins))
    }

    /// The callers of a guardrail: it is about every origin unless it says which.
    pub(in crate::check) fn guardrail(
        self,
        guardrail: &'a Guardrail,
    ) -> (Subjects<'a>, Region<'a>) {
        let (windows, webviews) = (guardrail.windows.as_deref(), guardrail.webviews.as_deref());
        self.region(windows, webviews, guardrail.origins.as_deref())
    }

    /// Every page of the app itself.
    fn app_pages(self) -> (Subjects<'a>, Region<'a>) {
        let (mut subjects, mut region) = self.region(None, None, None);
        subjects.remote = false;
        region.remote = false;
        (subjects, region)
    }

    fn region(
        self,
        windows: Labels<'a>,
        webviews: Labels<'a>,
        names: Option<&'a [Spanned<OriginName>]>,
    ) -> (Subjects<'a>, Region<'a>) {
        let texts = |labels: Labels<'a>| {
            labels.map(|all| all.iter().map(|label| label.value.as_str()).collect())
        };
        let patterns =
            |labels: Labels<'a>| labels.map(|all| all.iter().map(|label| &label.value).collect());
        let mut region = Region {
            windows: patterns(windows),
            webviews: patterns(webviews),
            app: names.is_none(),
            remote: names.is_none(),
            origins: Vec::new(),
        };
        let mut has_unknown = false;
        for name in names.unwrap_or_default() {
            match &name.value {
                OriginName::App => region.app = true,
                OriginName::Remote => region.remote = true,
                OriginName::Named(name) => match self.find(name) {
                    Some(pattern) => region.origins.push(pattern),
                    None => has_unknown = true,
                },
            }
        }
        let subjects = Subjects {
            windows: texts(windows),
            webviews: texts(webviews),
            app: region.app,
            remote: region.remote,
            origins: region.origins.iter().map(|pattern| pattern.as_str()).collect(),
            has_unknown,
        };
        (subjects, region)
    }
}

/// The regions of a manifest.
#[derive(Debug)]
pub(in crate::check) struct Regions<'a> {
    list: Vec<Region<'a>>,
    /// Whether it is known who all is in a region.
    are_known: Vec<bool>,
    permissions: Vec<RegionId>,
    guardrails: Vec<RegionId>,
    app_pages: RegionId,
    /// All callers sorted by all regions, if that is not too much; made for the first question.
    space: OnceCell<Option<Space<'a>>>,
}

impl<'a> Regions<'a> {
    pub(super) fn new(origins: Origins<'a>) -> Self {
        let manifest = origins.manifest;
        let mut ids = BTreeMap::new();
        let (mut list, mut are_known) = (Vec::new(), Vec::new());
        let mut add = |(subjects, region): (Subjects<'a>, Region<'a>)| {
            let is_known = !subjects.has_unknown;
            *ids.entry(subjects).or_insert_with(|| {
                list.push(region);
                are_known.push(is_known);
                list.len() - 1
            })
        };
        let permissions = &manifest.permissions;
        let permissions =
            permissions.iter().map(|permission| add(origins.permission(permission))).collect();
        let guardrails = manifest.never.iter();
        let guardrails = guardrails.map(|guardrail| add(origins.guardrail(guardrail))).collect();
        let app_pages = add(origins.app_pages());
        Self { list, are_known, permissions, guardrails, app_pages, space: OnceCell::new() }
    }

    /// The callers of the permission at a place of the file.
    pub(super) fn of_permission(&self, at: usize) -> Option<RegionId> {
        self.permissions.get(at).copied()
    }

    /// The callers of the guardrail at a place of the file.
    pub(in crate::check) fn of_guardrail(&self, at: usize) -> Option<RegionId> {
        self.guardrails.get(at).copied()
    }

    /// Every page of the app itself.
    pub(in crate::check) fn app_pages(&self) -> RegionId {
        self.app_pages
    }

    /// Whether it is known who all is in it.
    pub(in crate::check) fn is_known(&self, region: RegionId) -> bool {
        self.are_known.get(region).copied().unwrap_or(false)
    }

    /// A caller that is in all the regions of the first list and in none of the second.
    pub(in crate::check) fn find(
        &self,
        inside: &[RegionId],
        outside: &[RegionId],
        budget: &mut Budget,
    ) -> Answer {
        if inside.iter().any(|region| outside.contains(region)) {
            return Answer::Nobody;
        }
        if budget.spend(1).is_err() {
            return Answer::Unknown;
        }
        let space = self.space.get_or_init(|| {
            Space::new(&self.list, &Origin::app(), &mut Budget::new(MOST_STEPS_AT_ONCE)).ok()
        });
        let mut part = budget.part(MOST_STEPS);
        let answer = match space {
            Some(space) => space.find(inside, outside, &mut part),
            None => self.find_among(inside, outside, &mut part),
        };
        // An automaton that grew too large has cost all of it.
        if answer != Answer::Unknown {
            budget.give_back(part);
        }
        answer
    }

    /// The same, if only the regions that the question names are looked at.
    fn find_among(&self, inside: &[RegionId], outside: &[RegionId], budget: &mut Budget) -> Answer {
        let regions = inside.iter().chain(outside).filter_map(|id| self.list.get(*id).cloned());
        let regions: Vec<_> = regions.collect();
        let Ok(space) = Space::new(&regions, &Origin::app(), budget) else {
            return Answer::Unknown;
        };
        let all: Vec<_> = (0..inside.len() + outside.len()).collect();
        let (inside, outside) = all.split_at(inside.len());
        space.find(inside, outside, budget)
    }

    /// Whether this caller is in all the regions of the first list and in none of the second.
    pub(in crate::check) fn has(
        &self,
        caller: &Caller,
        inside: &[RegionId],
        outside: &[RegionId],
    ) -> bool {
        let is_in = |id: &RegionId| self.list.get(*id).is_some_and(|it| it.contains(caller));
        inside.iter().all(is_in) && !outside.iter().any(is_in)
    }

    /// Whether every caller of a region is in one of the others; not if that is too much to tell.
    pub(in crate::check) fn is_covered(
        &self,
        region: RegionId,
        by: &[RegionId],
        budget: &mut Budget,
    ) -> bool {
        self.find(&[region], by, budget) == Answer::Nobody
    }
}
