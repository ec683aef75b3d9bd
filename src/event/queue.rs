//! The events that wait for one page: bounded, in order, and the oldest go first when there are too many.

use crate::channel::EventCall;
use std::collections::VecDeque;

/// So many events wait for a page.
pub const MOST_WAITING: usize = 1024;
/// So many bytes of payloads wait for a page; one event may have as many.
pub const MOST_BYTES: usize = 1 << 20;
/// The page is given events of about so many bytes at once.
const BATCH: usize = 64 << 10;

/// Events that have not left for the page.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<EventCall>,
    bytes: usize,
    has_lost: bool,
}

impl Queue {
    /// Takes an event in; whether it is the first that made the document lose another one.
    pub(super) fn push(&mut self, event: EventCall) -> bool {
        self.bytes += event.payload.len();
        self.waiting.push_back(event);
        let mut has_lost = false;
        while self.waiting.len() > MOST_WAITING || self.bytes > MOST_BYTES {
            if self.pop().is_none() {
                break;
            }
            has_lost = true;
        }
        has_lost && !std::mem::replace(&mut self.has_lost, true)
    }

    fn pop(&mut self) -> Option<EventCall> {
        let event = self.waiting.pop_front()?;
        self.bytes -= event.payload.len();
        Some(event)
    }

    /// The events that leave next, together; none if none wait.
    pub(super) fn batch(&mut self) -> Vec<EventCall> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH
            && let Some(event) = self.pop()
        {
            bytes += event.payload.len();
            batch.push(event);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: usize, length: usize) -> EventCall {
        let event = format!("e{number}").parse().unwrap();
        EventCall { event, ids: vec![1], payload: "x".repeat(length).into() }
    }

    fn names(queue: &mut Queue) -> Vec<String> {
        std::iter::from_fn(|| queue.pop()).map(|event| event.event.to_string()).collect()
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut queue = Queue::default();
        for number in 0..MOST_WAITING {
            assert!(!queue.push(event(number, 1)));
        }
        assert!(queue.push(event(MOST_WAITING, 1)), "the first loss is told");
        assert!(!queue.push(event(MOST_WAITING + 1, 1)), "and no other one");
        let names = names(&mut queue);
        assert_eq!((names.len(), names[0].as_str()), (MOST_WAITING, "e2"));
    }

    #[test]
    fn the_oldest_go_when_they_are_too_large() {
        let mut queue = Queue::default();
        for number in 0..3 {
            queue.push(event(number, MOST_BYTES / 2));
        }
        assert_eq!(names(&mut queue), ["e1", "e2"]);
        assert_eq!(queue.bytes, 0);
        // An event as large as all the room takes it alone.
        queue.push(event(3, 1));
        assert!(!queue.push(event(4, MOST_BYTES)), "a loss was told before");
        assert_eq!(names(&mut queue), ["e4"]);
    }

    #[test]
    fn small_events_leave_together_and_large_ones_alone() {
        let mut queue = Queue::default();
        for (number, length) in [10, 10, BATCH, BATCH, 10].into_iter().enumerate() {
            queue.push(event(number, length));
        }
        let lengths: Vec<usize> =
            std::iter::from_fn(|| Some(queue.batch().len()).filter(|length| *length > 0)).collect();
        assert_eq!(lengths, [3, 1, 1]);
    }
}
