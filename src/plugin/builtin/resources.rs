//! `resources`: what pages have opened and not closed yet, each known to its page by a number.

use crate::{
    command::{CommandArg, CommandItem, Commands},
    ipc::{Caller, ChannelSink, Rejection, RejectionCode},
    plugin::Plugin,
};
use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Everything that pages have open, and the plugin.
#[derive(Debug, Default)]
pub(super) struct Resources(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    /// Numbers are never given again, so that a late call cannot reach what another call has opened.
    last: u32,
    open: BTreeMap<u32, Open>,
}

struct Open {
    caller: Caller,
    resource: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Plugin for Resources {
    fn name(&self) -> &'static str {
        "resources"
    }

    fn commands(&self) -> Commands {
        portcullis::commands![close]
    }
}

/// What the calling page has open, as a parameter of a command.
///
/// A page reaches what it opened itself, with the same webview and the same origin, and nothing else. It is closed when
/// the page closes it, when its document is gone, or when the page may no longer call the command that opened it.
pub(super) struct PageResources {
    table: Arc<Mutex<Table>>,
    caller: Caller,
    sink: Arc<dyn ChannelSink>,
}

impl CommandArg for PageResources {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        let missing = || Rejection::new(RejectionCode::Internal, "there is no table of resources");
        let resources = item.state::<Resources>().ok_or_else(missing)?;
        let (caller, sink) = (item.caller().clone(), Arc::clone(item.sink()));
        Ok(Self { table: Arc::clone(&resources.0), caller, sink })
    }
}

#[cfg_attr(not(test), expect(dead_code, reason = "no built-in plugin opens anything yet"))]
impl PageResources {
    /// Keeps something for the page; gives back its number. Must be called on a thread of the runtime.
    pub(super) fn add<T: Send + Sync + 'static>(&self, resource: Arc<T>) -> u32 {
        let number = {
            let mut table = lock(&self.table);
            table.last += 1;
            let number = table.last;
            table.open.insert(number, Open { caller: self.caller.clone(), resource });
            number
        };
        let (table, sink) = (Arc::downgrade(&self.table), Arc::clone(&self.sink));
        tokio::spawn(async move {
            sink.closed().await;
            if let Some(table) = table.upgrade() {
                // Outside of the lock: what ends may take its time.
                let _closed = lock(&table).open.remove(&number);
            }
        });
        number
    }

    /// What has a number, if it is the page's and a `T`.
    pub(super) fn find<T: Send + Sync + 'static>(&self, number: u32) -> Result<Arc<T>, Rejection> {
        let table = lock(&self.table);
        let open = table.open.get(&number).filter(|open| open.caller == self.caller);
        let found = open.and_then(|open| Arc::clone(&open.resource).downcast().ok());
        found.ok_or_else(|| unknown(number))
    }
}

impl PageResources {
    /// Lets go of what has a number. Calls that use it go on.
    fn close(&self, number: u32) -> Result<(), Rejection> {
        let mut table = lock(&self.table);
        let is_own = table.open.get(&number).is_some_and(|open| open.caller == self.caller);
        let closed = is_own.then(|| table.open.remove(&number));
        drop(table);
        closed.map(drop).ok_or_else(|| unknown(number))
    }
}

fn unknown(number: u32) -> Rejection {
    let message = format!("the page has nothing open under the number {number}");
    Rejection::new(RejectionCode::InvalidArgument, message)
}

#[crate::command]
fn close(resources: PageResources, rid: u32) -> Result<(), Rejection> {
    resources.close(rid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{ChannelMessage, Room, SinkError};
    use std::{future::Future, pin::Pin, sync::Weak};
    use tokio::sync::watch;

    /// A document that can end.
    #[derive(Debug, Default)]
    struct Document(watch::Sender<bool>);

    impl ChannelSink for Document {
        fn send(&self, _: u32, _: u64, _: ChannelMessage, _: Room) -> Result<(), SinkError> {
            Err(SinkError::Closed)
        }

        fn closed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            let mut is_gone = self.0.subscribe();
            Box::pin(async move {
                let _ = is_gone.wait_for(|is_gone| *is_gone).await;
            })
        }
    }

    fn page(table: &Arc<Mutex<Table>>, webview: &str, document: &Arc<Document>) -> PageResources {
        let (table, sink) = (Arc::clone(table), Arc::clone(document) as Arc<dyn ChannelSink>);
        let caller = Caller {
            window: "main".parse().unwrap(),
            webview: webview.parse().unwrap(),
            origin: None,
        };
        PageResources { table, caller, sink }
    }

    #[tokio::test]
    async fn a_page_reaches_what_it_opened_and_nothing_else() {
        let (table, document) = (Arc::default(), Arc::default());
        let (main, other) = (page(&table, "main", &document), page(&table, "other", &document));
        let number = main.add(Arc::new("text".to_owned()));
        assert_eq!(*main.find::<String>(number).unwrap(), "text");
        assert!(main.find::<u32>(number).is_err(), "it is no number");
        assert!(other.find::<String>(number).is_err() && other.close(number).is_err());
        assert!(main.close(number).is_ok());
        assert!(main.find::<String>(number).is_err() && main.close(number).is_err());
        assert_ne!(main.add(Arc::new(1_u32)), number);
    }

    #[tokio::test]
    async fn what_is_open_ends_with_its_document() {
        let (table, document) = (Arc::default(), Arc::<Document>::default());
        let page = page(&table, "main", &document);
        let resource = Arc::new(());
        let open: Weak<()> = Arc::downgrade(&resource);
        page.add(resource);
        tokio::task::yield_now().await;
        assert!(open.upgrade().is_some());
        document.0.send_replace(true);
        while open.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    }
}
