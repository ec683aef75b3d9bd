//! The session: one message after the other, and an analysis when no message waits.

use super::{
    analysis::Analyse,
    log, request,
    session::Session,
    wire::{self, Incoming},
    workspace::Workspace,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CancelParams, DidCloseTextDocumentParams, NumberOrString,
    notification::{
        Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
        DidOpenTextDocument, DidSaveTextDocument, Exit, Notification as _, PublishDiagnostics,
    },
    request::{Initialize, Request as _, Shutdown},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::VecDeque,
    io::{self, Write},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::Receiver,
};

/// How far the session is.
#[derive(Debug, Clone, Copy)]
enum State {
    New,
    Running(Session),
    ShutDown,
}

/// Why a request is not answered with a result.
pub(super) struct Refusal(pub(super) ErrorCode, pub(super) String);

pub(super) struct Server<W> {
    out: W,
    analyse: Analyse,
    state: State,
    workspace: Workspace,
    queue: VecDeque<Incoming>,
}

impl<W: Write> Server<W> {
    pub(super) fn new(out: W, analyse: Analyse) -> Self {
        Self {
            out,
            analyse,
            state: State::New,
            workspace: Workspace::new(analyse),
            queue: VecDeque::new(),
        }
    }

    /// Serves until the client says `exit` or goes away; whether it said `shutdown` before.
    pub(super) fn run(mut self, incoming: &Receiver<Incoming>) -> io::Result<bool> {
        loop {
            // Only where nothing is left to do may waiting cost the client anything.
            if self.queue.is_empty() && self.workspace.is_settled() {
                match incoming.recv() {
                    Ok(first) => self.enqueue(first)?,
                    Err(_) => return Ok(false),
                }
            }
            while let Ok(next) = incoming.try_recv() {
                self.enqueue(next)?;
            }
            match self.queue.pop_front() {
                Some(Incoming::Malformed(fault)) => wire::refuse(&mut self.out, &fault)?,
                Some(Incoming::Message(message)) => {
                    if self.handle(message)?.is_break() {
                        return Ok(matches!(self.state, State::ShutDown));
                    }
                }
                // A burst of edits is over: what it came to is analysed once.
                None => self.publish()?,
            }
        }
    }

    /// Puts a message in line. A request that is cancelled before its turn costs nothing.
    fn enqueue(&mut self, incoming: Incoming) -> io::Result<()> {
        if let Incoming::Message(Message::Notification(notification)) = &incoming
            && notification.method == Cancel::METHOD
        {
            let params = serde_json::from_value::<CancelParams>(notification.params.clone());
            let Ok(CancelParams { id }) = params else { return Ok(()) };
            let id = match id {
                NumberOrString::Number(number) => RequestId::from(number),
                NumberOrString::String(text) => RequestId::from(text),
            };
            let before = self.queue.len();
            self.queue.retain(|waiting| {
                !matches!(waiting, Incoming::Message(Message::Request(request)) if request.id == id)
            });
            if self.queue.len() < before {
                let message = "the request was cancelled".to_owned();
                self.answer(id, Err(Refusal(ErrorCode::RequestCanceled, message)))?;
            }
            return Ok(());
        }
        self.queue.push_back(incoming);
        Ok(())
    }

    fn handle(&mut self, message: Message) -> io::Result<ControlFlow<()>> {
        match message {
            Message::Request(request) => {
                let id = request.id.clone();
                // A fault in one request is no reason to leave the person without all the others.
                let result = catch_unwind(AssertUnwindSafe(|| self.request(request)));
                let failed =
                    |_| Err(Refusal(ErrorCode::InternalError, "the request failed".into()));
                self.answer(id, result.unwrap_or_else(failed))?;
            }
            Message::Notification(notification) if notification.method == Exit::METHOD => {
                return Ok(ControlFlow::Break(()));
            }
            Message::Notification(notification) => {
                if let State::Running(session) = self.state {
                    let method = notification.method.clone();
                    let taken =
                        catch_unwind(AssertUnwindSafe(|| self.notified(notification, session)));
                    if taken.is_err() {
                        log(&format!("`{method}` failed"));
                    }
                }
            }
            // This server asks nothing.
            Message::Response(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn request(&mut self, request: Request) -> Result<Value, Refusal> {
        match (self.state, request.method.as_str()) {
            (State::New, Initialize::METHOD) => {
                let session = Session::new(&request.params);
                self.state = State::Running(session);
                Ok(request::json(session.result()))
            }
            (State::New, _) => {
                let message = "the session has not been initialized".to_owned();
                Err(Refusal(ErrorCode::ServerNotInitialized, message))
            }
            (State::Running(_), Shutdown::METHOD) => {
                self.state = State::ShutDown;
                // Nobody reads findings any more.
                self.workspace = Workspace::new(self.analyse);
                Ok(Value::Null)
            }
            (State::Running(_), Initialize::METHOD) => {
                let message = "the session has been initialized already".to_owned();
                Err(Refusal(ErrorCode::InvalidRequest, message))
            }
            (State::Running(session), _) => request::answer(&mut self.workspace, session, request),
            (State::ShutDown, _) => {
                let message = "the session has been shut down".to_owned();
                Err(Refusal(ErrorCode::InvalidRequest, message))
            }
        }
    }

    fn notified(&mut self, notification: Notification, session: Session) {
        let Notification { method, params } = notification;
        let taken = match method.as_str() {
            DidOpenTextDocument::METHOD => read(params).map(|params| self.workspace.open(params)),
            DidChangeTextDocument::METHOD => {
                read(params).map(|params| self.workspace.change(params, session))
            }
            DidCloseTextDocument::METHOD => read::<DidCloseTextDocumentParams>(params)
                .map(|params| self.workspace.close(&params.text_document.uri)),
            // What was saved is known; what else changed on disk may not be.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.workspace.touch();
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(Refusal(_, message)) = taken {
            log(&format!("`{method}`: {message}"));
        }
    }

    fn publish(&mut self) -> io::Result<()> {
        let State::Running(session) = self.state else { return Ok(()) };
        for params in self.workspace.settle(session) {
            let method = PublishDiagnostics::METHOD.to_owned();
            Message::from(Notification::new(method, params)).write(&mut self.out)?;
        }
        Ok(())
    }

    fn answer(&mut self, id: RequestId, result: Result<Value, Refusal>) -> io::Result<()> {
        let response = match result {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
        };
        Message::from(response).write(&mut self.out)
    }
}

/// The parameters of a message.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}
