//! A page without a webview.

use portcullis::{
    channel::{Page, PageCall},
    ipc::{Room, SinkError},
};
use std::sync::Mutex;

/// A page that writes down what runs in it.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    calls: Mutex<Vec<PageCall>>,
    /// What the page has not had yet, while it is held up.
    held: Mutex<Option<Vec<Room>>>,
}

impl Page for Recorder {
    fn run(&self, call: PageCall, room: Room) -> Result<(), SinkError> {
        self.calls.lock().unwrap().push(call);
        if let Some(held) = &mut *self.held.lock().unwrap() {
            held.push(room);
        }
        Ok(())
    }
}

impl Recorder {
    /// What ran since the last look.
    pub(crate) fn take(&self) -> Vec<PageCall> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Is given what comes, and does not get to it.
    pub(crate) fn hold(&self) {
        *self.held.lock().unwrap() = Some(Vec::new());
    }

    /// Gets to it.
    pub(crate) fn release(&self) {
        let held = self.held.lock().unwrap().take();
        drop(held);
    }
}
