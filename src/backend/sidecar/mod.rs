//! Commands that ask a long-lived program, over JSON-RPC 2.0 on its standard input and output.

mod frame;
mod health;
mod input;
mod message;
mod outlet;
mod process;
mod queue;
mod supervisor;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use super::arguments;
use crate::{
    command::{BoxFuture, Command, Invocation},
    ipc::{EventOutlet, Rejection, RejectionCode, Reply},
    name::Word,
    plan::{SecretStore, SidecarPlan, Start},
};
use outlet::Outlets;
use queue::Queue;
use serde_json::{Map, Value};
use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use supervisor::{Notifications, Shared};
use tokio::{runtime::Handle, task::AbortHandle};

/// Takes a sidecar's name and a line.
type Tell = dyn Fn(&Word, &str) + Send + Sync;

/// Where the lines go that sidecars write to standard error, and what becomes of them.
#[derive(Clone)]
pub struct SidecarLog(Arc<Tell>);

impl SidecarLog {
    /// Hands each line to `tell`, with the sidecar's name.
    pub fn new(tell: impl Fn(&Word, &str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
}

impl Default for SidecarLog {
    fn default() -> Self {
        Self::new(|_, _| {})
    }
}

impl fmt::Debug for SidecarLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SidecarLog")
    }
}

/// The sidecars of all generations: one that an edit leaves as it is goes on.
///
/// A sidecar runs as long as a generation needs it. What an edit changes or removes ends with the last call of the
/// generation that it belonged to.
#[derive(Debug, Default)]
pub struct Sidecars {
    known: Mutex<Vec<Weak<Sidecar>>>,
    log: SidecarLog,
    /// Where their events go.
    events: EventOutlet,
    /// Where those are started that do not wait for a call; without it all of them wait.
    runtime: Option<Handle>,
}

impl Sidecars {
    /// Sidecars that start with their first call; their notifications are events, as far as the outlet takes them.
    pub fn new(log: SidecarLog, events: EventOutlet) -> Self {
        Self { known: Mutex::default(), log, events, runtime: None }
    }

    /// The same, but those that say `start: start` do not wait for a call.
    #[must_use]
    pub fn starting_on(self, runtime: Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// The sidecar of a plan: the one that is there, if its plan and its environment are the same.
    pub fn find(
        &self,
        plan: &SidecarPlan,
        secrets: &SecretStore,
        max_result: usize,
    ) -> Result<Arc<Sidecar>, Rejection> {
        let environment = process::environment(plan, secrets)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|sidecar| sidecar.strong_count() > 0);
        let is_same = |sidecar: &Arc<Sidecar>| {
            sidecar.shared.plan == *plan && sidecar.shared.environment == environment
        };
        if let Some(sidecar) = known.iter().filter_map(Weak::upgrade).find(is_same) {
            sidecar.shared.max_result.fetch_max(max_result, Ordering::Relaxed);
            return Ok(sidecar);
        }
        let sidecar = Arc::new(Sidecar {
            shared: Arc::new(Shared {
                plan: plan.clone(),
                secrets: secrets.clone(),
                environment,
                queue: Queue::default(),
                max_result: AtomicUsize::new(max_result),
                ignored: AtomicU64::new(0),
                notifications: Notifications::default(),
                events: self.events.clone(),
                log: self.log.clone(),
            }),
            life: OnceLock::new(),
        });
        known.push(Arc::downgrade(&sidecar));
        drop(known);
        if let (Start::Start, Some(runtime)) = (plan.start, &self.runtime) {
            sidecar.live(runtime);
        }
        Ok(sidecar)
    }
}

/// A program that is started once for many calls. Dropping it ends the program, with all that it started.
#[derive(Debug)]
pub struct Sidecar {
    shared: Arc<Shared>,
    life: OnceLock<AbortHandle>,
}

impl Sidecar {
    fn live(&self, runtime: &Handle) {
        self.life.get_or_init(|| {
            let shared = Arc::clone(&self.shared);
            runtime.spawn(async move { shared.supervise().await }).abort_handle()
        });
    }

    /// How many of its messages nobody was waiting for: notifications, and answers to calls that were taken back.
    pub fn ignored(&self) -> u64 {
        self.shared.ignored.load(Ordering::Relaxed)
    }

    /// How many notifications it has sent that are no events; the log names each kind once.
    pub fn notifications(&self) -> u64 {
        self.shared.notifications.count.load(Ordering::Relaxed)
    }

    /// Dropping the future takes the call back.
    async fn call(&self, method: &str, params: Map<String, Value>, outlets: Outlets) -> Reply {
        let ticket = self.shared.queue.push(method, params, outlets)?;
        self.live(&Handle::current());
        ticket.answer().await
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        if let Some(life) = self.life.get() {
            life.abort();
        }
    }
}

/// Asks a sidecar.
#[derive(Debug)]
pub struct SidecarCall {
    sidecar: Arc<Sidecar>,
    method: String,
    channels: Vec<Word>,
    max_output: usize,
}

impl SidecarCall {
    /// The command that calls `method`; a result or a message of more than `max_output` bytes fails the call.
    pub fn new(sidecar: Arc<Sidecar>, method: String, max_output: usize) -> Self {
        Self { sidecar, method, channels: Vec::new(), max_output }
    }

    /// The same, with the arguments that are channels: the sidecar gets a token for each.
    #[must_use]
    pub fn channels(self, arguments: impl IntoIterator<Item = Word>) -> Self {
        Self { channels: arguments.into_iter().collect(), ..self }
    }
}

fn too_large(program: &str, limit: usize) -> Rejection {
    let message = format!("`{program}` answered with more than {limit} bytes");
    Rejection::new(RejectionCode::OutputTooLarge, message)
        .help("raise `limits.payload`, or let the sidecar answer less")
}

impl Command for SidecarCall {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let arguments = arguments(invocation.body)?;
            let outlets =
                Outlets::open(&self.channels, &arguments, &invocation.sink, self.max_output)?;
            let response = self.sidecar.call(&self.method, arguments, outlets).await?;
            if response.len() > self.max_output {
                return Err(too_large(&self.sidecar.shared.plan.program, self.max_output));
            }
            Ok(response)
        })
    }
}
