//! Requests to services: HTTP and sidecars.

use super::{
    Addresses, Framing, JsonTemplate, Outcome, Output, Restart, Start, StreamPlan, Template,
};
use crate::name::Word;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

/// A request to an HTTP service.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpPlan {
    /// Address that the path is appended to.
    pub base: url::Url,
    /// Which addresses the host's name may stand for.
    pub addresses: Addresses,
    /// The method.
    pub method: Method,
    /// The path, which begins with a slash.
    pub path: Template,
    /// Parameters behind the `?`; one whose argument was not given is left out.
    pub query: BTreeMap<String, Template>,
    /// Headers; those of the command take the place of the backend's.
    pub headers: BTreeMap<String, Template>,
    /// The body.
    pub body: Option<JsonTemplate>,
    /// How the body of the response becomes the result.
    pub output: Output,
    /// Output that is sent through a channel.
    pub stream: Option<StreamPlan>,
    /// What statuses mean.
    pub status: BTreeMap<u16, Outcome>,
}

/// An HTTP method (RFC 9110, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH` (RFC 5789)
    Patch,
    /// `DELETE`
    Delete,
}

/// A long-lived program that answers requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarPlan {
    /// The plugin or backend that it belongs to: one program runs for each.
    pub name: Word,
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from `root`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// How messages are told apart.
    pub framing: Framing,
    /// When it is started again.
    pub restart: Restart,
    /// When it is started.
    pub start: Start,
    /// How it is noticed that it no longer answers, if it is.
    pub health: Option<HealthPlan>,
    /// Names of the environment variables that it inherits.
    pub env: Vec<String>,
    /// Environment variables with a value.
    pub set: Vec<(String, Template)>,
    /// The folder of the file that it is declared in.
    pub root: PathBuf,
    /// The folder that it runs in.
    pub cwd: PathBuf,
}

/// How it is noticed that a sidecar no longer answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthPlan {
    /// The method that is called; any answer will do.
    pub method: String,
    /// How long nothing is heard from it until it is asked.
    pub every: Duration,
    /// How long it may take to answer.
    pub timeout: Duration,
}

impl Default for HealthPlan {
    fn default() -> Self {
        Self {
            method: "$/ping".to_owned(),
            every: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
        }
    }
}

/// One method of a sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteCall {
    /// The program.
    pub sidecar: Arc<SidecarPlan>,
    /// The method.
    pub method: String,
}
