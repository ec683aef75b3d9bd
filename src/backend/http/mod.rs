//! Commands that ask an HTTP service.

mod address;
mod client;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use client::HttpClients;

use super::{arguments, stream::Stream};
use crate::{
    command::{BoxFuture, Command, Invocation},
    ipc::{Rejection, RejectionCode, Reply},
    name::CommandName,
    plan::{Bindings, HttpPlan, SecretStore},
};
use address::NotAllowed;
use request::Parts;
use reqwest::Client;
use std::{error::Error, sync::Arc, time::Duration};

/// How long a request waits that is sent once more, each time.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// Sends a request for each call. Dropping the call's future closes the connection.
#[derive(Debug)]
pub struct Http {
    plan: HttpPlan,
    clients: HttpClients,
    secrets: Arc<SecretStore>,
    max_output: usize,
}

/// What one request came to.
enum Attempt {
    Done(Reply),
    /// Another one may fare better, and does no harm if the method is idempotent.
    Unlucky(Rejection),
}

impl Http {
    /// The command that carries out `plan`; a response of more than `max_output` bytes fails the call.
    pub fn new(
        plan: HttpPlan,
        clients: HttpClients,
        secrets: Arc<SecretStore>,
        max_output: usize,
    ) -> Self {
        Self { plan, clients, secrets, max_output }
    }

    /// The service, as messages name it.
    fn host(&self) -> &str {
        self.plan.base.host_str().unwrap_or_default()
    }

    async fn send(
        &self,
        client: &Client,
        command: &CommandName,
        parts: &Parts,
        stream: Option<&mut Stream>,
    ) -> Attempt {
        let request = client.request(parts.method.clone(), parts.url.clone());
        let mut request = request.headers(parts.headers.clone());
        if let Some(body) = &parts.body {
            request = request.body(body.clone());
        }
        match request.send().await {
            Ok(response) => self.receive(command, response, stream).await,
            Err(error) => self.unreached(&error),
        }
    }

    fn unreached(&self, error: &reqwest::Error) -> Attempt {
        let host = self.host();
        if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<NotAllowed>()) {
            let message = format!("`{host}` is not asked: {refused}");
            return Attempt::Done(Err(Rejection::new(RejectionCode::AddressNotAllowed, message)
                .help(
                    "write `addresses: any` if this machine and private networks may be asked",
                )));
        }
        Attempt::Unlucky(self.broken(error))
    }

    /// A connection that failed. The error's own words hold the address with the call's arguments; its causes do not.
    fn broken(&self, error: &reqwest::Error) -> Rejection {
        let cause = causes(error).last().map(ToString::to_string).unwrap_or_default();
        let message = format!("`{}` could not be asked: {cause}", self.host());
        Rejection::new(RejectionCode::UpstreamFailed, message).help(if error.is_connect() {
            "start the service, or write the address where it listens under `base`"
        } else if request::is_idempotent(self.plan.method) {
            "it was asked three times; its own log may say why it broke off"
        } else {
            "it may have carried the request out, which is why it is not asked again"
        })
    }
}

/// What led to an error, from the nearest cause to the first.
fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

impl Command for Http {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let arguments = arguments(invocation.body)?;
            let bindings = Bindings::from(&arguments).captures(&invocation.captures);
            let parts = request::parts(&self.plan, bindings, bindings.secrets(&self.secrets))?;
            let client = self.clients.find(self.plan.addresses).await?;
            let plan = self.plan.stream.as_ref();
            let (host, sink) = (self.host(), &invocation.sink);
            let mut stream = Stream::open(plan, &arguments, sink, host, self.max_output)?;
            let mut pauses = PAUSES.iter().filter(|_| request::is_idempotent(self.plan.method));
            loop {
                match self.send(&client, &invocation.command, &parts, stream.as_mut()).await {
                    Attempt::Done(reply) => return reply,
                    Attempt::Unlucky(rejection) => match pauses.next() {
                        Some(pause) => tokio::time::sleep(*pause).await,
                        None => return Err(rejection),
                    },
                }
            }
        })
    }
}
