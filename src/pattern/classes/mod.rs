//! The classes that a set of patterns tells labels and origins apart by: finitely many, each with an example.
//!
//! Whatever is asked about callers (may anybody …, does this entry change anything) needs one look at each class
//! only, because the patterns treat all its labels, or origins, alike. The answers are exact.

mod label;
mod origin;
mod shape;
mod trie;
mod witness;

pub use label::label_classes;
pub use origin::origin_classes;

use fixedbitset::FixedBitSet;
use thiserror::Error;

/// All the labels, or origins, that the same patterns of a set match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class<W> {
    /// One of them: among the shortest, or a more readable one.
    pub witness: W,
    /// Which patterns match them, as indices into the set.
    pub members: FixedBitSet,
}

/// The patterns overlap in more ways than the budget allows to look at: there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the patterns overlap in too many ways to be compared")]
pub struct TooManyClasses;

/// How much work exact answers may cost, in steps: the same on every machine, unlike time.
///
/// A set of patterns can tell exponentially many classes apart. Who runs out of budget must take the answer that
/// is safe.
///
/// ```
/// use portcullis::pattern::{Budget, LabelPattern, TooManyClasses, label_classes};
/// let pattern: LabelPattern = "diff-*".parse().unwrap();
/// assert_eq!(label_classes(&[&pattern], &mut Budget::default()).unwrap().len(), 2);
/// assert_eq!(label_classes(&[&pattern], &mut Budget::new(3)).unwrap_err(), TooManyClasses);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget(usize);

impl Budget {
    /// As many steps; a step is a fraction of a microsecond.
    pub fn new(steps: usize) -> Self {
        Self(steps)
    }

    /// Moves at most so many steps into a budget of their own, for one of several questions.
    pub(crate) fn part(&mut self, most: usize) -> Self {
        let part = self.0.min(most);
        self.0 -= part;
        Self(part)
    }

    /// Takes back what a part has left.
    pub(crate) fn give_back(&mut self, Self(left): Self) {
        self.0 += left;
    }

    /// Takes steps away, or all that is left.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), TooManyClasses> {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(0);
        left.map(drop).ok_or(TooManyClasses)
    }
}

impl Default for Budget {
    /// Enough for thousands of patterns as people write them.
    fn default() -> Self {
        Self(2_000_000)
    }
}
