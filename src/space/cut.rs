//! Boxes of callers, and how one is taken away from another.

use crate::pattern::{Budget, TooManyClasses};
use fixedbitset::FixedBitSet;

/// A box: sets of classes of windows, webviews and origins, in this order; all their combinations are in it.
#[derive(Debug, Clone)]
pub(super) struct Cut(pub(super) [FixedBitSet; 3]);

/// How a box lies to another that is to be taken away from it.
enum Overlap {
    /// They have nothing in common.
    None,
    /// The box lies within it in all dimensions but this.
    AllBut(usize),
    /// In several dimensions there are parts of the box inside and outside.
    Partial,
    /// Nothing of the box is left.
    Whole,
}

impl Cut {
    fn is_empty(&self) -> bool {
        self.0.iter().any(FixedBitSet::is_clear)
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            own.intersect_with(other);
        }
    }

    fn overlap(&self, other: &Self) -> Overlap {
        let mut dimensions = self.0.iter().zip(&other.0);
        if dimensions.clone().any(|(own, other)| own.is_disjoint(other)) {
            return Overlap::None;
        }
        let mut is_outside = |(own, other): (&FixedBitSet, &FixedBitSet)| !own.is_subset(other);
        match dimensions.by_ref().position(&mut is_outside) {
            None => Overlap::Whole,
            Some(first) if !dimensions.any(is_outside) => Overlap::AllBut(first),
            Some(_) => Overlap::Partial,
        }
    }

    /// What is left without the other: disjoint boxes, the first of which differs in the window.
    fn without(mut self, other: &Self) -> Vec<Self> {
        let mut rest = Vec::new();
        for (at, taken) in other.0.iter().enumerate() {
            let mut outside = self.clone();
            if let (Some(out), Some(own)) = (outside.0.get_mut(at), self.0.get_mut(at)) {
                out.difference_with(taken);
                own.intersect_with(taken);
            }
            rest.push(outside);
        }
        rest
    }

    /// A part of the box that lies outside all of the others.
    pub(super) fn outside(
        self,
        others: &[&Self],
        budget: &mut Budget,
    ) -> Result<Option<Self>, TooManyClasses> {
        let words: usize = self.0.iter().map(|set| set.as_slice().len()).sum();
        let mut open = vec![(self, others.to_vec())];
        while let Some((mut cut, others)) = open.pop() {
            budget.spend(words + others.len())?;
            let mut partial = Vec::new();
            for other in others {
                match cut.overlap(other) {
                    Overlap::None => {}
                    Overlap::Whole => cut.0.iter_mut().for_each(FixedBitSet::clear),
                    Overlap::Partial => partial.push(other),
                    // The usual case, and no reason to take the box apart.
                    Overlap::AllBut(at) => {
                        if let (Some(own), Some(taken)) = (cut.0.get_mut(at), other.0.get(at)) {
                            own.difference_with(taken);
                        }
                    }
                }
            }
            if cut.is_empty() {
                continue;
            }
            let Some(last) = partial.pop() else { return Ok(Some(cut)) };
            let rest = cut.without(last).into_iter().rev();
            open.extend(rest.map(|rest| (rest, partial.clone())));
        }
        Ok(None)
    }
}
