//! One dimension of a space: the regions' patterns, each once, and the classes that they match.

use crate::pattern::{Budget, Class, TooManyClasses};
use fixedbitset::FixedBitSet;
use indexmap::IndexMap;

/// All of so many classes.
pub(super) fn full(length: usize) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(length);
    set.insert_range(..);
    set
}

/// What the regions say about one dimension: each pattern once, however many regions use it.
pub(super) struct Dimension<'a, P> {
    text: fn(&P) -> &str,
    patterns: IndexMap<&'a str, &'a P>,
    /// For each region, its patterns' places; nothing for all there is.
    uses: Vec<Option<Vec<usize>>>,
}

impl<'a, P> Dimension<'a, P> {
    pub(super) fn new(text: fn(&P) -> &str) -> Self {
        Self { text, patterns: IndexMap::new(), uses: Vec::new() }
    }

    pub(super) fn add(&mut self, patterns: Option<&[&'a P]>) {
        let place = |pattern: &&'a P| {
            let entry = self.patterns.entry((self.text)(pattern));
            let place = entry.index();
            entry.or_insert(pattern);
            place
        };
        let places = patterns.map(|patterns| patterns.iter().map(place).collect());
        self.uses.push(places);
    }

    pub(super) fn patterns(&self) -> Vec<&'a P> {
        self.patterns.values().copied().collect()
    }

    /// For each region, the classes that its patterns match.
    pub(super) fn sets<W>(
        &self,
        classes: &[Class<W>],
        budget: &mut Budget,
    ) -> Result<Vec<FixedBitSet>, TooManyClasses> {
        let mut matched = vec![Vec::new(); self.patterns.len()];
        for (at, class) in classes.iter().enumerate() {
            for pattern in class.members.ones() {
                if let Some(classes) = matched.get_mut(pattern) {
                    classes.push(at);
                }
            }
        }
        let sets = self.uses.iter().map(|uses| {
            let Some(uses) = uses else {
                let all = full(classes.len());
                budget.spend(1 + all.as_slice().len())?;
                return Ok(all);
            };
            let mut set = FixedBitSet::with_capacity(classes.len());
            budget.spend(1 + set.as_slice().len())?;
            for matched in uses.iter().filter_map(|pattern| matched.get(*pattern)) {
                budget.spend(matched.len())?;
                set.extend(matched.iter().copied());
            }
            Ok(set)
        });
        sets.collect()
    }
}
