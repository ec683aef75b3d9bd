//! Exact answers about all callers there could be: is anybody in these regions and outside of those?
//!
//! A region is what a permission's dimensions say. The patterns of all regions sort labels and origins into
//! classes, so that a region is a box of classes; a question is a difference of boxes, taken apart until one caller
//! is left or none.

mod cut;
mod dimension;

use crate::{
    ipc::Caller,
    name::Label,
    pattern::{
        Budget, Class, LabelPattern, Origin, OriginPattern, TooManyClasses, label_classes,
        origin_classes,
    },
};
use cut::Cut;
use dimension::{Dimension, full};
use fixedbitset::FixedBitSet;
use std::collections::HashMap;

/// The callers that the dimensions of a permission match; a dimension that is not given names all labels.
#[derive(Debug, Clone, Default)]
pub struct Region<'a> {
    /// The window's label matches one of these.
    pub windows: Option<Vec<&'a LabelPattern>>,
    /// The webview's label matches one of these.
    pub webviews: Option<Vec<&'a LabelPattern>>,
    /// Whether the app's own origin is in it.
    pub app: bool,
    /// Whether every other origin is in it.
    pub remote: bool,
    /// Patterns of further origins; they match the app's own origin too.
    pub origins: Vec<&'a OriginPattern>,
}

impl Region<'_> {
    /// Whether a caller is in it. One without an origin is nowhere.
    pub fn contains(&self, caller: &Caller) -> bool {
        let has = |patterns: &Option<Vec<&LabelPattern>>, label: &Label| {
            patterns.as_ref().is_none_or(|all| all.iter().any(|pattern| pattern.matches(label)))
        };
        let is_from = |origin: &Origin| {
            let is_app = *origin == Origin::app();
            (if is_app { self.app } else { self.remote })
                || self.origins.iter().any(|pattern| pattern.matches(origin))
        };
        has(&self.windows, &caller.window)
            && has(&self.webviews, &caller.webview)
            && caller.origin.as_ref().is_some_and(is_from)
    }
}

/// What became of the search for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// There is one, for example this one.
    Caller(Caller),
    /// There is none.
    Nobody,
    /// The budget is used up, or a list names a region that is not there. The safe answer depends on the question.
    Unknown,
}

/// All callers, as the boxes of some regions.
///
/// ```
/// use portcullis::{pattern::{Budget, LabelPattern, Origin}, space::{Answer, Region, Space}};
/// let (all, diff): (LabelPattern, LabelPattern) = ("*".parse()?, "diff-*".parse()?);
/// let region = |pattern| Region { windows: Some(vec![pattern]), app: true, ..Region::default() };
/// let mut budget = Budget::default();
/// let space = Space::new(&[region(&all), region(&diff)], &Origin::app(), &mut budget).unwrap();
/// assert!(matches!(space.find(&[0], &[1], &mut budget), Answer::Caller(_)));
/// assert!(space.find(&[1], &[0], &mut budget) == Answer::Nobody);
/// # Ok::<_, portcullis::pattern::PatternError>(())
/// ```
#[derive(Debug)]
pub struct Space<'a> {
    windows: Vec<Label>,
    webviews: Webviews<'a>,
    origins: Vec<Origin>,
    regions: Vec<Cut>,
}

/// The classes of webviews' labels, with what it takes to find the class of a label.
#[derive(Debug)]
struct Webviews<'a> {
    patterns: Vec<&'a LabelPattern>,
    witnesses: Vec<Label>,
    by_members: HashMap<FixedBitSet, usize>,
}

impl<'a> Space<'a> {
    /// Sorts all callers by the regions' patterns. From here on, regions are known by their places in the list.
    pub fn new(
        regions: &[Region<'a>],
        app: &Origin,
        budget: &mut Budget,
    ) -> Result<Self, TooManyClasses> {
        let mut windows = Dimension::new(LabelPattern::as_str);
        let mut webviews = Dimension::new(LabelPattern::as_str);
        let mut origins = Dimension::new(OriginPattern::as_str);
        for region in regions {
            windows.add(region.windows.as_deref());
            webviews.add(region.webviews.as_deref());
            origins.add(Some(&region.origins));
        }
        let window_classes = label_classes(&windows.patterns(), budget)?;
        let webview_classes = label_classes(&webviews.patterns(), budget)?;
        let origin_classes = origin_classes(&origins.patterns(), app, budget)?;
        let window_sets = windows.sets(&window_classes, budget)?;
        let webview_sets = webviews.sets(&webview_classes, budget)?;
        let mut origin_sets = origins.sets(&origin_classes, budget)?;
        for (set, region) in origin_sets.iter_mut().zip(regions) {
            // The app's own origin is the first class.
            set.set(0, region.app || set.contains(0));
            if region.remote {
                set.insert_range(1..);
            }
        }
        let sets = window_sets.into_iter().zip(webview_sets).zip(origin_sets);
        Ok(Self {
            windows: window_classes.into_iter().map(|class| class.witness).collect(),
            webviews: Webviews::new(webviews.patterns(), webview_classes),
            origins: origin_classes.into_iter().map(|class| class.witness).collect(),
            regions: sets
                .map(|((window, webview), origin)| Cut([window, webview, origin]))
                .collect(),
        })
    }

    /// A caller that is in all the regions of the first list and in none of the second.
    ///
    /// With one region in the first list: whether the second list covers it ([`Answer::Nobody`]).
    ///
    /// Cost grows with the number of regions times that of classes divided by the bits of a word, as long as regions
    /// do not overlap in more than one dimension; with their overlaps otherwise, up to the budget.
    pub fn find(&self, inside: &[usize], outside: &[usize], budget: &mut Budget) -> Answer {
        let counts = [self.windows.len(), self.webviews.witnesses.len(), self.origins.len()];
        let mut cut = Cut(counts.map(full));
        let known = |list: &[usize]| list.iter().map(|at| self.regions.get(*at)).collect();
        let (Some::<Vec<_>>(inside), Some::<Vec<_>>(outside)) = (known(inside), known(outside))
        else {
            return Answer::Unknown;
        };
        for region in inside {
            cut.intersect(region);
        }
        match cut.outside(&outside, budget) {
            Err(TooManyClasses) => Answer::Unknown,
            Ok(None) => Answer::Nobody,
            Ok(Some(cut)) => self.caller(&cut).map_or(Answer::Unknown, Answer::Caller),
        }
    }

    /// One caller of a box, with a webview that carries its window's label if that is in it.
    fn caller(&self, Cut([windows, webviews, origins]): &Cut) -> Option<Caller> {
        let window = self.windows.get(windows.minimum()?)?;
        let webview = match self.webviews.class(window) {
            Some(class) if webviews.contains(class) => window,
            _ => self.webviews.witnesses.get(webviews.minimum()?)?,
        };
        let origin = self.origins.get(origins.minimum()?)?;
        Some(Caller {
            window: window.clone(),
            webview: webview.clone(),
            origin: Some(origin.clone()),
        })
    }
}

impl<'a> Webviews<'a> {
    fn new(patterns: Vec<&'a LabelPattern>, classes: Vec<Class<Label>>) -> Self {
        let members = classes.iter().enumerate().map(|(at, class)| (class.members.clone(), at));
        let by_members = members.collect();
        let witnesses = classes.into_iter().map(|class| class.witness).collect();
        Self { patterns, witnesses, by_members }
    }

    fn class(&self, label: &Label) -> Option<usize> {
        let mut members = FixedBitSet::with_capacity(self.patterns.len());
        let patterns = self.patterns.iter().enumerate();
        members.extend(patterns.filter(|(_, pattern)| pattern.matches(label)).map(|(at, _)| at));
        self.by_members.get(&members).copied()
    }
}
