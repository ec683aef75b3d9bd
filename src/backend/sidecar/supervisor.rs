//! The life of a sidecar: started when it is wanted, fed and heard while it runs, and started again by policy.

use super::{
    frame::{Frame, FrameError, Frames},
    health::Pulse,
    input::Input,
    message::{self, Answer, Incoming},
    process::{self, Running},
    queue::{Known, Queue},
};
use crate::{
    ipc::{EventOutlet, EventSource, EventTarget, InvokeResponse, Rejection, RejectionCode},
    plan::{Framing, Restart, SecretStore, SidecarPlan, Start},
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fmt,
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::AsyncRead,
    time::{sleep, timeout},
};

/// How long a program's pipes are read after it has ended, and how long it has to end after it closed them.
const GRACE: Duration = Duration::from_millis(200);
/// How long a sidecar that failed is not started again; twice as long each time that it answers nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// What stands around a result in a message.
const ENVELOPE: usize = 1024;
/// So many kinds of notifications are told of.
const MAX_KINDS: usize = 16;

/// What the supervisor and the callers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) plan: SidecarPlan,
    pub(super) secrets: SecretStore,
    pub(super) environment: process::Environment,
    pub(super) queue: Queue,
    /// The largest result that any command takes.
    pub(super) max_result: AtomicUsize,
    /// Messages that nobody asked for.
    pub(super) ignored: AtomicU64,
    /// Those of them that are notifications.
    pub(super) notifications: Notifications,
    /// Where those go that are events.
    pub(super) events: EventOutlet,
    pub(super) log: super::SidecarLog,
}

/// Notifications that are no events of the manifest. Each kind is told once: a sidecar may send thousands.
#[derive(Debug, Default)]
pub(super) struct Notifications {
    pub(super) count: AtomicU64,
    told: Mutex<BTreeSet<String>>,
}

impl Notifications {
    /// Counts one, and says whether it is the first of its kind.
    pub(super) fn is_first(&self, method: &str) -> bool {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < MAX_KINDS && !told.contains(method) && told.insert(method.to_owned())
    }
}

/// So much of a notification's method stands in the log, in characters.
const LONGEST_NAME: usize = 100;

/// Why a program that ran is no longer used.
#[derive(Debug)]
pub(super) struct End {
    code: RejectionCode,
    /// What follows its name in a sentence.
    what: String,
    has_failed: bool,
    exit: Option<i32>,
}

/// What a running program did that ended its use.
enum Stop {
    /// It broke the protocol.
    Fault(String),
    /// It closed its output.
    Closed,
    /// It reads no more.
    Deaf,
    /// It no longer answers.
    Silent(String),
    /// It ended.
    Exit,
}

impl Shared {
    pub(super) fn say(&self, text: &str) {
        (self.log.0)(&self.plan.name, &self.secrets.redact(text));
    }

    fn rejection(&self, end: &End) -> Rejection {
        let message = format!("`{}` {}", self.plan.program, end.what);
        let rejection = Rejection::new(end.code, message);
        match end.exit {
            Some(exit) => rejection.detail("exit", exit),
            None => rejection,
        }
    }

    fn is_restarted(&self, end: &End) -> bool {
        match self.plan.restart {
            Restart::Always => true,
            Restart::OnFailure => end.has_failed,
            Restart::Never => false,
        }
    }

    /// Runs the program as often as the plan says. Dropping the future ends it.
    pub(super) async fn supervise(&self) {
        let mut pause = FIRST_PAUSE;
        let mut is_awaited = self.plan.start == Start::OnDemand;
        loop {
            if is_awaited {
                self.queue.wanted().await;
            }
            let running = match process::start(&self.plan, &self.environment).await {
                Ok(running) => running,
                Err(rejection) => {
                    self.say(&rejection.to_string());
                    self.queue.reject_all(&rejection);
                    // There is nothing to wait for: the next call tries again.
                    is_awaited = true;
                    continue;
                }
            };
            let pulse = Pulse::default();
            let end = self.run(running, &pulse).await;
            let rejection = self.rejection(&end);
            if !self.is_restarted(&end) {
                self.say(&format!("it {} and is not started again", end.what));
                let help = "`restart` says that it is not started again; write `restart: always`";
                self.queue.close(&rejection.help(help));
                return;
            }
            self.say(&format!("it {} and is started again", end.what));
            self.queue.reject_sent(&rejection);
            if pulse.answers() > 0 {
                pause = FIRST_PAUSE;
            }
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
            is_awaited = self.plan.start == Start::OnDemand;
        }
    }

    async fn run(&self, running: Running, pulse: &Pulse) -> End {
        let Running { mut group, stdin, stdout, stderr } = running;
        let stop = {
            let mut listening = pin!(self.listen(stdout, pulse));
            let mut logging = pin!(process::lines(stderr, |line| self.say(line)));
            let mut is_logged = false;
            self.queue.connect(Input::new(stdin, self.plan.framing));
            let mut feeding = pin!(self.queue.feed());
            let mut silence = pin!(self.silence(pulse));
            let mut exit = pin!(group.exited());
            let mut stop = loop {
                tokio::select! {
                    biased;
                    stop = &mut listening => break stop,
                    () = &mut logging, if !is_logged => is_logged = true,
                    () = &mut exit => break Stop::Exit,
                    _ = &mut feeding => break Stop::Deaf,
                    what = &mut silence => break Stop::Silent(what),
                }
            };
            // What comes now waits for the next program; this one does not see its input end before it has had its time.
            let _input = self.queue.disconnect();
            // What it wrote before it ended is in its pipes, and what it said last is what explains its end.
            let last_words = async {
                if matches!(stop, Stop::Exit | Stop::Deaf) {
                    let heard = listening.await;
                    if matches!(heard, Stop::Fault(_)) {
                        stop = heard;
                    }
                }
                if !is_logged && !matches!(stop, Stop::Fault(_)) {
                    logging.await;
                }
            };
            let _ = timeout(GRACE, last_words).await;
            if matches!(stop, Stop::Closed | Stop::Deaf) && timeout(GRACE, exit).await.is_ok() {
                stop = Stop::Exit;
            }
            stop
        };
        let status = group.end().await;
        let end = |code, what: &dyn fmt::Display, has_failed| End {
            code,
            what: what.to_string(),
            has_failed,
            exit: None,
        };
        match (stop, status) {
            (Stop::Fault(what), _) => {
                let what = format!("broke the protocol: {what}");
                end(RejectionCode::SidecarFailed, &what, true)
            }
            (Stop::Silent(what), _) => end(RejectionCode::SidecarStopped, &what, true),
            (Stop::Closed, _) => end(RejectionCode::SidecarStopped, &"closed its output", true),
            (Stop::Deaf, _) => end(RejectionCode::SidecarStopped, &"closed its input", true),
            (Stop::Exit, Ok(status)) => End {
                exit: status.code(),
                ..end(RejectionCode::SidecarStopped, &process::describe(status), !status.success())
            },
            (Stop::Exit, Err(error)) => {
                let what = format!("was lost: {error}");
                end(RejectionCode::SidecarStopped, &what, true)
            }
        }
    }

    /// Reads answers until there are no more, or one is none.
    async fn listen(&self, stdout: impl AsyncRead + Unpin, pulse: &Pulse) -> Stop {
        let mut frames = Frames::new(stdout, self.plan.framing);
        loop {
            let limit = self.max_result.load(Ordering::Relaxed).saturating_add(ENVELOPE);
            let heard = match frames.next(limit).await {
                Ok(None) => return Stop::Closed,
                Ok(Some(Frame::Whole(bytes))) => self.hear(&bytes),
                Ok(Some(Frame::TooLarge(head))) => self.refuse(&head, limit),
                // It is told by its exit code.
                Err(FrameError::Half) if self.plan.framing == Framing::Ndjson => Err(None),
                Err(error) => Err(Some(error.to_string())),
            };
            pulse.beat();
            match heard {
                Ok(Known::Answered | Known::Streamed) => pulse.answer(),
                Ok(Known::Event) => {}
                Ok(Known::Past) => {
                    // Whoever waited is gone; it answers all the same.
                    pulse.answer();
                    self.ignored.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Known::Ignored) => {
                    self.ignored.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Known::Never) => {
                    return Stop::Fault("it answered a call that was never made".to_owned());
                }
                Err(Some(fault)) => return Stop::Fault(fault),
                Err(None) => return Stop::Closed,
            }
        }
    }

    fn hear(&self, bytes: &[u8]) -> Result<Known, Option<String>> {
        let answer = message::parse(bytes).map_err(|fault| Some(fault.to_owned()))?;
        let (id, answer) = match answer {
            Incoming::Answer(id, answer) => (id, answer),
            Incoming::Notification { method, params } if method == message::CHANNEL => {
                return Ok(self.forward(params.as_deref()));
            }
            Incoming::Notification { method, params } => {
                return Ok(self.publish(&method, params.as_deref()));
            }
            Incoming::Call { id, method } => {
                self.queue.note(message::not_found(&id, &method));
                return Ok(Known::Ignored);
            }
        };
        Ok(self.queue.settle(id, || match answer {
            Answer::Result(text) => Ok(InvokeResponse::Json(text)),
            Answer::Error(error) => Err(Rejection::Command(error)),
            Answer::Malformed => {
                let program = &self.plan.program;
                let message = format!("`{program}` answered with neither `result` nor `error`");
                Err(Rejection::new(RejectionCode::InvalidOutput, message))
            }
        }))
    }

    /// Sends a notification on if it is an event that the sidecar may send.
    fn publish(&self, method: &str, params: Option<&str>) -> Known {
        let sent = match params.map_or(Ok(Value::Null), serde_json::from_str) {
            Ok(params) => {
                let source = EventSource::Service(&self.plan.name);
                self.events.publish(source, method, &EventTarget::Any, &params)
            }
            // Such as half of a character in a text, which no page could be sent.
            Err(error) => Err(Rejection::new(RejectionCode::InvalidOutput, error.to_string())),
        };
        let Err(rejection) = sent else { return Known::Event };
        // It stands in the log, in one line and not in several.
        let shown: String = method.chars().take(LONGEST_NAME).collect();
        let shown = shown.escape_debug().to_string();
        if self.notifications.is_first(&shown) {
            self.say(&match rejection.code() {
                Some(RejectionCode::UnknownEvent) => {
                    format!("nobody takes its notifications `{shown}`")
                }
                _ => format!("its event `{shown}` is not sent: {rejection}"),
            });
        }
        Known::Ignored
    }

    /// What is too large fails its own call alone, if its start says which one that is.
    fn refuse(&self, head: &[u8], limit: usize) -> Result<Known, Option<String>> {
        let fault = format!("it wrote a message of more than {limit} bytes");
        let head = message::head(head);
        if head.is_notification() {
            let known = self.refuse_notification(&head);
            if known == Known::Ignored && self.notifications.is_first("") {
                self.say(&format!("{fault}, which is no answer: nobody gets it"));
            }
            return Ok(known);
        }
        let id = head.id.filter(|_| head.is_answer()).ok_or(Some(fault))?;
        let program = &self.plan.program;
        Ok(self.queue.settle(id, || Err(super::too_large(program, limit))))
    }
}
