//! The rules of [`Settle`], on a clock that only the tests move.

use super::*;
use crate::{diagnostic::Code, reload::probe::Stamp};

struct Bench {
    settle: Settle,
    now: Instant,
}

/// The file with this number holds `text`, last changed at `change`.
fn file(number: u64, change: i64, text: &str) -> Look {
    let file = Some(FileId { device: 1, number, born: None });
    let length = text.len() as u64;
    let stamp = Stamp { file, length, modified: None, changed: (change, 0) };
    Look { content: Ok(text.into()), stamp: Some(stamp) }
}

fn missing() -> Look {
    Look { content: Err((Code::MissingFile, "gone".to_owned())), stamp: None }
}

impl Bench {
    /// File 1 is in force with this text.
    fn new(text: &str) -> Self {
        let now = Instant::now();
        let mut bench = Self { settle: Settle::new(Ok(text.into()), now), now };
        assert_eq!(bench.look(file(1, 0, text)), None);
        bench
    }

    fn event(&mut self, writer: Option<Writer>) {
        self.settle.event(self.now, self.now, writer);
    }

    fn wait(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    /// How long until the next look, in milliseconds.
    fn due(&self) -> u128 {
        self.settle.due().saturating_duration_since(self.now).as_millis()
    }

    /// Lets the time pass until the next look, and has it see this.
    fn look(&mut self, look: impl Into<Option<Look>>) -> Option<String> {
        self.now = self.now.max(self.settle.due());
        self.settle.look(self.now, look.into());
        self.take()
    }

    /// Puts what is whole and new in force.
    fn take(&mut self) -> Option<String> {
        let is_news = self.settle.is_changed() && self.settle.is_ready();
        self.settle.commit();
        let seen = self.settle.seen().clone();
        is_news.then(|| seen.map_or_else(|(code, _)| code.as_str().to_owned(), text))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_write_in_place_is_taken_after_the_quiet_period_once_it_is_closed() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Open));
    bench.wait(10);
    bench.event(Some(Writer::Done));
    assert_eq!(bench.due(), 50);
    assert_eq!(bench.look(file(1, 1, "two")).as_deref(), Some("two"));
    assert_eq!(bench.due(), 2000);
}

#[test]
fn a_write_that_is_not_closed_waits_until_it_is_still() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Open));
    assert_eq!(bench.look(file(1, 1, "tw")), None);
    assert_eq!(bench.due(), 2000);
    bench.wait(1900);
    bench.event(Some(Writer::Open));
    assert_eq!(bench.look(file(1, 2, "two")), None);
    assert_eq!(bench.due(), 2000);
    assert_eq!(bench.look(file(1, 2, "two")).as_deref(), Some("two"));
}

#[test]
fn a_file_moved_into_place_is_taken_after_the_quiet_period() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(file(2, 0, "two")).as_deref(), Some("two"));
}

#[test]
fn another_file_is_taken_when_a_link_or_folder_was_exchanged() {
    let mut bench = Bench::new("one");
    bench.event(None);
    assert_eq!(bench.look(file(2, 0, "two")).as_deref(), Some("two"));
}

#[test]
fn a_new_file_that_is_being_written_is_awaited() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Unknown));
    bench.event(Some(Writer::Open));
    assert_eq!(bench.look(file(2, 0, "tw")), None);
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(file(2, 1, "two")).as_deref(), Some("two"));
}

#[test]
fn what_no_event_announced_must_be_still_first() {
    for number in [1, 2] {
        let mut bench = Bench::new("one");
        assert_eq!(bench.look(file(number, 1, "tw")), None);
        bench.wait(500);
        bench.settle.look(bench.now, Some(file(number, 2, "two")));
        assert_eq!(bench.take(), None);
        assert_eq!(bench.due(), 2000);
        assert_eq!(bench.look(file(number, 2, "two")).as_deref(), Some("two"));
    }
}

#[test]
fn an_empty_file_and_a_proper_prefix_wait_even_if_closed() {
    for begun in ["", "on"] {
        let mut bench = Bench::new("one");
        bench.event(Some(Writer::Done));
        assert_eq!(bench.look(file(1, 1, begun)), None);
        assert_eq!(bench.due(), 2000);
        assert_eq!(bench.look(file(1, 1, begun)).as_deref(), Some(begun));
    }
}

#[test]
fn a_prefix_of_the_content_before_a_fault_waits_too() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Unknown));
    assert_eq!(bench.look(missing()), None);
    assert_eq!(bench.look(missing()).as_deref(), Some("missing-file"));
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(file(2, 0, "on")), None);
    assert_eq!(bench.due(), 2000);
}

#[test]
fn a_missing_file_is_a_fault_after_300_ms() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Unknown));
    assert_eq!(bench.look(missing()), None);
    assert_eq!(bench.due(), 300);
    assert_eq!(bench.look(missing()).as_deref(), Some("missing-file"));
    assert_eq!(bench.look(missing()), None);
    bench.event(None);
    assert_eq!(bench.look(file(1, 0, "one")).as_deref(), Some("one"));
}

#[test]
fn a_file_deleted_and_created_again_is_no_fault() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Unknown));
    assert_eq!(bench.look(missing()), None);
    bench.wait(200);
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(file(2, 0, "one")), None);
    assert_eq!(bench.due(), 2000);
}

#[test]
fn the_same_content_is_never_delivered_and_each_other_once() {
    let mut bench = Bench::new("one");
    for (change, content, delivered) in
        [(1, "one", None), (2, "two", Some("two")), (3, "two", None), (4, "one", Some("one"))]
    {
        bench.event(Some(Writer::Done));
        assert_eq!(bench.look(file(1, change, content)).as_deref(), delivered);
    }
}

#[test]
fn events_without_end_put_a_look_off_for_500_ms() {
    let mut bench = Bench::new("one");
    let mut passed = 0;
    while bench.due() > 0 {
        bench.event(Some(Writer::Done));
        bench.wait(20);
        passed += 20;
    }
    assert_eq!(passed, 500);
    assert!(bench.settle.is_pressed(bench.now));
}

#[test]
fn a_check_does_not_cut_the_quiet_period_short() {
    let mut bench = Bench::new("one");
    bench.wait(1999);
    bench.event(None);
    assert_eq!(bench.due(), 50);
}

#[test]
fn a_torn_reading_is_repeated_soon() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(None::<Look>), None);
    assert_eq!(bench.due(), 50);
    assert_eq!(bench.look(file(1, 1, "two")).as_deref(), Some("two"));
}

#[test]
fn an_end_that_was_announced_does_not_vouch_for_a_later_change() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Done));
    assert_eq!(bench.look(file(1, 1, "on")), None);
    assert_eq!(bench.look(file(1, 2, "tw")), None);
    assert_eq!(bench.due(), 2000);
}

#[test]
fn what_is_whole_can_wait_for_other_files() {
    let mut bench = Bench::new("one");
    bench.event(Some(Writer::Done));
    for passed in [50, 2000, 2000] {
        assert_eq!(bench.due(), passed);
        bench.now = bench.settle.due();
        bench.settle.look(bench.now, Some(file(1, 1, "two")));
        assert!(bench.settle.is_ready() && bench.settle.is_changed());
    }
    bench.settle.look(bench.now, Some(file(1, 2, "three")));
    assert!(!bench.settle.is_ready(), "an unannounced change is not yet whole");
    bench.settle.look(bench.now, Some(file(1, 3, "one")));
    assert!(bench.settle.is_ready() && !bench.settle.is_changed());
}
