//! The one place where a new generation takes the place of the old one.

use arc_swap::{ArcSwap, Guard};
use std::sync::{Arc, Mutex, PoisonError};

/// The generation in force. Readers never wait; a call keeps the snapshot that it loaded to its end.
#[derive(Debug)]
pub struct PolicyStore<T> {
    current: ArcSwap<T>,
    /// The newest number given out; held while a generation is built, so that two edits cannot overtake each other.
    generation: Mutex<u64>,
}

impl<T> PolicyStore<T> {
    /// A store whose first generation is number 1.
    pub fn new(build: impl FnOnce(u64) -> T) -> Self {
        Self { current: ArcSwap::from_pointee(build(1)), generation: Mutex::new(1) }
    }

    /// A cheap view of the generation in force, for the length of one look.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// The generation in force, to keep.
    pub fn snapshot(&self) -> Arc<T> {
        self.current.load_full()
    }

    /// Builds the next generation whole, puts it in force in one step, and tells its number.
    pub fn swap(&self, build: impl FnOnce(u64) -> T) -> u64 {
        let mut generation = self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        let next = *generation + 1;
        self.current.store(Arc::new(build(next)));
        *generation = next;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn generations_are_numbered_in_order() {
        let store = PolicyStore::new(|generation| generation);
        assert_eq!(store.swap(|generation| generation), 2);
        assert_eq!(*store.snapshot(), 2);
    }

    #[test]
    fn a_generation_that_panics_while_it_is_built_changes_nothing() {
        let store = PolicyStore::new(|generation| generation);
        let built = catch_unwind(AssertUnwindSafe(|| store.swap(|_| panic!("no"))));
        assert!(built.is_err());
        assert_eq!(**store.load(), 1);
        assert_eq!(store.swap(|generation| generation), 2);
    }
}
