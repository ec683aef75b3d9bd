//! One webview as the gateway knows it: its labels, its key, its way out, and what it has been seen to be allowed.

use super::{
    InvokeKey, Snapshot,
    cancel::Signals,
    limits::{Bucket, Count},
    sink::Way,
};
use crate::{
    channel::Outbox,
    ipc::Caller,
    name::{CommandName, Label},
    policy::{CallerRow, Route},
};
use arc_swap::ArcSwapOption;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::Ordering},
};
use tokio::sync::watch;

/// What outlives a call: made with a webview, gone with it.
#[derive(Debug)]
pub struct Session {
    window: Label,
    webview: Label,
    key: InvokeKey,
    way: Way,
    last_sight: ArcSwapOption<Sight>,
    /// The calls of all commands that have no limits of their own.
    pub(super) shared: Count,
    /// The calls of commands that have.
    own: Mutex<HashMap<CommandName, Arc<Count>>>,
    pub(super) explanations: Bucket,
    pub(super) signals: Signals,
}

/// A caller's first sight in a generation, kept for the calls that follow from the same document.
#[derive(Debug)]
pub(super) struct Sight {
    /// The `Origin` header as it was sent.
    header: Option<String>,
    pub(super) caller: Caller,
    pub(super) row: CallerRow,
}

impl Session {
    /// A session for the webview `webview` in the window `window`.
    pub fn new(window: Label, webview: Label, key: InvokeKey, outbox: Arc<Outbox>) -> Self {
        Self {
            window,
            webview,
            key,
            way: Way::new(outbox),
            last_sight: ArcSwapOption::empty(),
            shared: Count::default(),
            own: Mutex::default(),
            explanations: Bucket::default(),
            signals: Signals::default(),
        }
    }

    /// The key that its bridge sends.
    pub fn key(&self) -> &InvokeKey {
        &self.key
    }

    /// Its way out to the page.
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.way.outbox
    }

    /// Label of the webview.
    pub fn webview(&self) -> &Label {
        &self.webview
    }

    /// Who calls, given the `Origin` header of the request; what is no origin is `None`.
    pub fn caller(&self, origin: Option<&str>) -> Caller {
        Caller {
            window: self.window.clone(),
            webview: self.webview.clone(),
            origin: origin.and_then(|text| text.parse().ok()),
        }
    }

    /// What the command's own limits count, if it has any.
    pub(super) fn own(&self, route: &Route) -> Option<Arc<Count>> {
        if route.rate.is_none() && route.concurrency.is_none() {
            return None;
        }
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(own.entry(route.name.clone()).or_default()))
    }

    /// How many of its calls are running.
    fn running(&self) -> u32 {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = own.values().map(|count| &**count).chain([&self.shared]);
        counts.map(|count| count.in_flight.load(Ordering::Acquire)).sum()
    }

    /// The way out for a call that begins now.
    pub(super) fn way(&self) -> (Way, watch::Receiver<u64>) {
        self.way.begin()
    }

    /// Brings what outlives calls in line with a new generation: thresholds, and channels that it would not open.
    pub fn reconcile(&self, snapshot: &Arc<Snapshot>) {
        let channels = &snapshot.policy.channels;
        self.way.outbox.set_thresholds(channels.json_threshold, channels.raw_threshold);
        self.way.streams.reconcile(snapshot, &self.way.outbox);
    }

    /// The document is gone: its channels and listeners end, and what waited for it is forgotten.
    pub fn end_document(&self) {
        let ended = self.way.streams.end_all();
        self.way.audience.end_document(ended);
        self.way.outbox.clear();
        self.signals.clear();
    }

    /// The caller and its row: kept from the last call, or found anew for another origin or generation.
    pub(super) fn sight(&self, snapshot: &Snapshot, origin: Option<&str>) -> Arc<Sight> {
        if let Some(sight) = &*self.last_sight.load()
            && sight.row.generation() == snapshot.policy.generation
            && sight.header.as_deref() == origin
        {
            return Arc::clone(sight);
        }
        let caller = self.caller(origin);
        let row = snapshot.policy.authority.row(&caller);
        let sight = Arc::new(Sight { header: origin.map(str::to_owned), caller, row });
        self.last_sight.store(Some(Arc::clone(&sight)));
        sight
    }
}

/// The webviews that are open, by label.
#[derive(Debug, Default)]
pub struct Sessions(RwLock<HashMap<Label, Arc<Session>>>);

impl Sessions {
    /// Takes a webview in.
    pub fn insert(&self, session: Arc<Session>) {
        let mut sessions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(session.webview.clone(), session);
    }

    /// The webview with this label, while it is open.
    pub fn find(&self, webview: &Label) -> Option<Arc<Session>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(webview).cloned()
    }

    /// Lets a webview go; its document ends with it.
    pub fn remove(&self, webview: &Label) {
        let removed = self.0.write().unwrap_or_else(PoisonError::into_inner).remove(webview);
        if let Some(session) = removed {
            session.end_document();
        }
    }

    /// How many calls are running, in all webviews together.
    pub fn running(&self) -> u32 {
        let sessions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sessions.values().map(|session| session.running()).sum()
    }

    /// Brings every webview in line with a new generation.
    pub fn reconcile(&self, snapshot: &Arc<Snapshot>) {
        for session in self.0.read().unwrap_or_else(PoisonError::into_inner).values() {
            session.reconcile(snapshot);
        }
    }
}
