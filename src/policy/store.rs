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
    pub fn new<E>(build: impl FnOnce(u64) -> Result<T, E>) -> Result<Self, E> {
        Ok(Self { current: ArcSwap::from_pointee(build(1)?), generation: Mutex::new(1) })
    }

    /// A cheap view of the generation in force, for the length of one look.
    pub fn load(&self) -> Guard<Arc<T>> {
        self.current.load()
    }

    /// The generation in force, to keep.
    pub fn snapshot(&self) -> Arc<T> {
        self.current.load_full()
    }

    /// Builds the next generation and puts it in force; if building fails, nothing changes.
    pub fn swap<E>(&self, build: impl FnOnce(u64) -> Result<T, E>) -> Result<u64, E> {
        let mut generation = self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        let next = *generation + 1;
        self.current.store(Arc::new(build(next)?));
        *generation = next;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_that_fails_to_build_changes_nothing() {
        let store = PolicyStore::new(Ok::<_, ()>).unwrap();
        assert_eq!(store.swap(|_| Err("no")), Err("no"));
        assert_eq!(**store.load(), 1);
        assert_eq!(store.swap(Ok::<_, ()>), Ok(2));
        assert_eq!(*store.snapshot(), 2);
    }
}
