//! Classes of origins: the meets of patterns, each with an origin that a URL parser accepts.

use super::{
    Budget, Class, TooManyClasses,
    witness::{Scheme, unnamed},
};
use crate::pattern::{Origin, OriginPattern};
use fixedbitset::FixedBitSet;
use std::collections::{BTreeMap, HashSet};

/// All origins, sorted by which of the patterns match them. The app's own origin is a class of its own, the first;
/// the second is that of origins which nothing matches.
///
/// Cost grows with the number of classes times that of patterns.
pub fn origin_classes(
    patterns: &[&OriginPattern],
    app: &Origin,
    budget: &mut Budget,
) -> Result<Vec<Class<Origin>>, TooManyClasses> {
    let mut classes = Classes { patterns, app, found: HashSet::new(), list: Vec::new() };
    classes.list.push(Class { witness: app.clone(), members: classes.members(app) });
    classes.add(unnamed(patterns, app));
    let mut schemes = BTreeMap::<&str, Vec<&OriginPattern>>::new();
    for pattern in patterns {
        schemes.entry(&pattern.scheme).or_default().push(pattern);
    }
    for (scheme, patterns) in schemes {
        let scheme = Scheme::new(scheme, &patterns, app);
        let mut witnesses: Vec<_> =
            patterns.iter().filter_map(|pattern| pattern.literal()).collect();
        for shape in scheme.meets(budget)? {
            witnesses.extend(scheme.witness(&shape, budget)?);
        }
        for witness in witnesses {
            budget.spend(classes.patterns.len())?;
            classes.add(witness);
        }
    }
    Ok(classes.list)
}

struct Classes<'a> {
    patterns: &'a [&'a OriginPattern],
    app: &'a Origin,
    found: HashSet<FixedBitSet>,
    list: Vec<Class<Origin>>,
}

impl Classes<'_> {
    fn members(&self, origin: &Origin) -> FixedBitSet {
        let mut members = FixedBitSet::with_capacity(self.patterns.len());
        let matches =
            self.patterns.iter().enumerate().filter(|(_, pattern)| pattern.matches(origin));
        members.extend(matches.map(|(index, _)| index));
        members
    }

    fn add(&mut self, witness: Origin) {
        let members = self.members(&witness);
        if witness != *self.app && self.found.insert(members.clone()) {
            self.list.push(Class { witness, members });
        }
    }
}
