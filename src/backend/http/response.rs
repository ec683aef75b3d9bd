//! From a service's response to the reply: what its status means, and what its body is.

use super::{Attempt, Http};
use crate::{
    backend::{process::decode, stream::Stream},
    ipc::{InvokeResponse, Rejection, RejectionCode, Reply, SinkError},
    name::CommandName,
    plan::{Method, Outcome, Output},
};
use http::{StatusCode, header};
use reqwest::Response;
use serde_json::{Value, json};
use std::pin::pin;

impl Http {
    pub(super) async fn receive(
        &self,
        command: &CommandName,
        response: Response,
        stream: Option<&mut Stream>,
    ) -> Attempt {
        let status = response.status();
        if let Some(outcome) = self.plan.status.get(&status.as_u16()) {
            return Attempt::Done(self.declared(outcome, command, status));
        }
        if status.is_success() {
            return match (stream, &self.plan.stream) {
                (Some(stream), _) => Attempt::Done(self.forward(response, stream).await),
                // The page did not give the channel.
                (None, Some(_)) => Attempt::Done(InvokeResponse::json(&())),
                (None, None) => self.body(response).await,
            };
        }
        let host = self.host();
        if status.is_redirection() && response.headers().contains_key(header::LOCATION) {
            // Where it leads is not for the service to choose: it could be another one, or this machine.
            let message = format!("`{host}` answered with a redirect, which is not followed");
            return Attempt::Done(Err(Rejection::new(RejectionCode::UpstreamRedirected, message)
                .help("write the address that it leads to under `base`")
                .detail("status", status.as_u16())));
        }
        let rejection = Rejection::new(
            RejectionCode::UpstreamStatus,
            format!("`{host}` answered with status {status}"),
        );
        let rejection = rejection.detail("status", status.as_u16());
        let is_passing = matches!(
            status,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        );
        if is_passing { Attempt::Unlucky(rejection) } else { Attempt::Done(Err(rejection)) }
    }

    /// What the manifest says about the status. What the service wrote is in no error of a name: it reaches every page
    /// that may call the command.
    fn declared(&self, outcome: &Outcome, command: &CommandName, status: StatusCode) -> Reply {
        match outcome {
            Outcome::Result(value) => InvokeResponse::json(value),
            Outcome::Error(code) => Err(Rejection::Command(json!({
                "code": code.as_str(),
                "message": format!("`{}` answered with status {}", self.host(), status.as_u16()),
                "command": command.as_str(),
                "status": status.as_u16(),
            }))),
        }
    }

    /// Sends the body through a channel. While a channel that waits is full nothing is read, and the service waits. What was sent is
    /// not the result as well, and a request whose body broke off is not repeated.
    async fn forward(&self, mut response: Response, stream: &mut Stream) -> Reply {
        let channel = stream.channel();
        let mut is_closed = pin!(channel.closed());
        loop {
            let chunk = tokio::select! {
                biased;
                () = &mut is_closed => return Err(SinkError::Closed.into()),
                chunk = response.chunk() => chunk.map_err(|error| self.broken(&error))?,
            };
            match chunk {
                Some(chunk) => stream.push(&chunk).await?,
                None => break,
            }
        }
        stream.finish().await?;
        InvokeResponse::json(&())
    }

    async fn body(&self, mut response: Response) -> Attempt {
        let has_none = self.plan.method == Method::Head
            || matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
        if has_none && self.plan.output == Output::Json {
            return Attempt::Done(InvokeResponse::json(&Value::Null));
        }
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > self.max_output => {
                    let limit = self.max_output;
                    let message =
                        format!("`{}` answered with more than {limit} bytes", self.host());
                    return Attempt::Done(Err(Rejection::new(
                        RejectionCode::OutputTooLarge,
                        message,
                    )
                    .help("raise `limits.payload`, or ask for less")));
                }
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Attempt::Unlucky(self.broken(&error)),
            }
        }
        let reply = decode(self.plan.output, self.host(), bytes);
        Attempt::Done(reply.map_err(|rejection| {
            match kind {
                Some(kind) if self.plan.output == Output::Json => rejection
                    .help(format!("the response is `{kind}`; `output` says what it is read as")),
                _ => rejection,
            }
        }))
    }
}
