//! Commands that run a program: an argv made of the call's arguments, never a shell.

mod group;
mod output;
#[cfg(target_os = "linux")]
mod parent_death;
mod pipes;
mod program;
#[cfg(target_os = "linux")]
mod spawner;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
#[cfg(unix)]
mod watcher;

use super::{arguments, inherited, stream::Stream, unfilled};
use crate::{
    command::{BoxFuture, Command, Invocation},
    ipc::{InvokeBody, InvokeResponse, Rejection, RejectionCode, Reply},
    name::CommandName,
    plan::{Bindings, Input, Outcome, ProcessPlan, SecretStore, StreamSource, Template},
};
pub(super) use group::Group;
pub(super) use output::decode;
pub use program::{ProgramError, locate};

use group::{Lent, LentPipes};
use pipes::{Captured, Fault, Streamed};
use serde_json::Map;
use std::{
    process::{ExitStatus, Stdio},
    sync::Arc,
};
use tokio::{sync::watch, try_join};

/// Runs a program for each call.
///
/// The program and all that it started end with the call: at once when it returns; when its future is dropped they are
/// asked to end, and after [`group::MERCY`] they are killed.
/// Only a process that left the program's process group on purpose (a daemon, by `setsid`) lives on.
#[derive(Debug)]
pub struct Process {
    plan: ProcessPlan,
    max_output: usize,
    secrets: Arc<SecretStore>,
}

impl Process {
    /// The command that carries out `plan`; more than `max_output` bytes on standard output fail the call.
    pub fn new(plan: ProcessPlan, max_output: usize) -> Self {
        Self { plan, max_output, secrets: Arc::default() }
    }

    /// The same, with the secrets that its environment may name.
    #[must_use]
    pub fn secrets(self, secrets: Arc<SecretStore>) -> Self {
        Self { secrets, ..self }
    }

    async fn run(
        &self,
        command: &CommandName,
        bindings: Bindings<'_>,
        bytes: Vec<u8>,
        stream: Option<&mut Stream>,
    ) -> Reply {
        let input = match &self.plan.stdin {
            Some(Input::Text(template)) => {
                template.render(bindings).map_err(|error| unfilled(&error))?.into_bytes()
            }
            Some(Input::Body) | None => bytes,
        };
        let mut lent = Lent::default();
        let (group, pipes) = lent.hold(self.start(bindings)?);
        let from = self.plan.stream.as_ref().map(|plan| plan.from);
        let (status, captured) = self.finish(group, pipes, input, from.zip(stream)).await?;
        if let Some((code, outcome)) = self.outcome(status) {
            output::declared(outcome, &self.plan.program, command, code)
        } else if !status.success() {
            Err(output::failure(&self.plan.program, status, &captured.stderr, &self.secrets))
        } else if from == Some(StreamSource::Stdout) {
            // What was streamed is not the result as well.
            InvokeResponse::json(&())
        } else {
            output::decode(self.plan.output, &self.plan.program, captured.stdout)
        }
    }

    /// What the manifest says about the exit code, if it says anything.
    fn outcome(&self, status: ExitStatus) -> Option<(u8, &Outcome)> {
        let code = u8::try_from(status.code()?).ok()?;
        self.plan.exit.get(&code).map(|outcome| (code, outcome))
    }

    /// Starts the program; standard input is a pipe only where the plan has something to write.
    fn start(&self, bindings: Bindings<'_>) -> Result<Group, Rejection> {
        let plan = &self.plan;
        let mut argv = Vec::new();
        for slot in &plan.args {
            slot.render(bindings, &mut argv).map_err(|error| unfilled(&error))?;
        }
        let path = locate(&plan.program, &plan.root)?;
        if !plan.cwd.is_dir() {
            let message = format!("the folder that `{}` runs in does not exist", plan.program);
            return Err(Rejection::new(RejectionCode::ProcessFailed, message)
                .help(format!("create `{}`, or change `cwd`", plan.cwd.display())));
        }
        let mut command = tokio::process::Command::new(path);
        command
            .args(argv)
            .env_clear()
            .envs(inherited(&plan.env))
            .envs(self.variables(bindings)?)
            .current_dir(&plan.cwd)
            .stdin(if plan.stdin.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Group::spawn(command).map_err(|error| {
            let message = format!("`{}` could not be started: {error}", plan.program);
            Rejection::new(RejectionCode::ProcessFailed, message)
        })
    }

    /// The variables that the plan gives a value: the only place of a program where secrets stand.
    fn variables(&self, bindings: Bindings<'_>) -> Result<Vec<(&str, String)>, Rejection> {
        let bindings = bindings.secrets(&self.secrets);
        let render = |(_, value): &(String, Template)| value.render(bindings);
        let values = self.plan.set.iter().map(render).collect::<Result<Vec<_>, _>>();
        let values = values.map_err(|error| unfilled(&error))?;
        Ok(self.plan.set.iter().map(|(name, _)| name.as_str()).zip(values).collect())
    }

    /// Feeds and reads the program until it ends, and ends what it left behind.
    async fn finish(
        &self,
        group: &mut Group,
        pipes: LentPipes<'_>,
        input: Vec<u8>,
        streamed: Streamed<'_>,
    ) -> Result<(ExitStatus, Captured), Rejection> {
        let mut captured = Captured::default();
        let (tell, ended) = watch::channel(false);
        let exit = async {
            group.exited().await;
            tell.send_replace(true);
            Ok(())
        };
        try_join!(captured.transfer(pipes, input, self.max_output, streamed, ended), exit)
            .map_err(|fault| self.fault(fault))?;
        let status = group.end().await.map_err(|error| self.fault(Fault::Io(error)))?;
        Ok((status, captured))
    }

    fn fault(&self, fault: Fault) -> Rejection {
        let (program, limit) = (&self.plan.program, self.max_output);
        match fault {
            Fault::TooLarge => Rejection::new(
                RejectionCode::OutputTooLarge,
                format!("`{program}` wrote more than {limit} bytes"),
            )
            .help("raise `limits.payload`, or let the program write less"),
            Fault::Io(error) => Rejection::new(
                RejectionCode::ProcessFailed,
                format!("the gateway lost `{program}`: {error}"),
            ),
            Fault::Stream(rejection) => rejection,
        }
    }
}

impl Command for Process {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let (arguments, bytes) = match (&self.plan.stdin, invocation.body) {
                (Some(Input::Body), InvokeBody::Raw(bytes)) => (Map::new(), bytes),
                (Some(Input::Body), InvokeBody::Json(_)) => return Err(no_bytes()),
                (_, body) => (arguments(body)?, Vec::new()),
            };
            let bindings = Bindings::from(&arguments).captures(&invocation.captures);
            let plan = &self.plan;
            let mut stream = Stream::open(
                plan.stream.as_ref(),
                &arguments,
                &invocation.sink,
                &plan.program,
                self.max_output,
            )?;
            self.run(&invocation.command, bindings, bytes, stream.as_mut()).await
        })
    }
}

fn no_bytes() -> Rejection {
    Rejection::new(RejectionCode::InvalidRequest, "the command takes bytes, not arguments")
        .help("pass an `ArrayBuffer` or a `Uint8Array` to `invoke`")
}
