//! The channels of calls to a sidecar: it knows each by a token, and writes to it while the call waits for its answer.

use super::{
    message::{self, ChannelParams},
    queue::Known,
    supervisor::Shared,
};
use crate::{
    channel::Channel,
    ipc::{ChannelSink, InvokeResponse, Rejection, RejectionCode},
    name::Word,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The channels among the arguments of one call.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    channels: Vec<(Word, Channel<Value>)>,
    max_message: usize,
}

/// One channel, to write to.
#[derive(Debug)]
pub(super) struct Outlet {
    channel: Channel<Value>,
    max_message: usize,
}

impl Outlets {
    /// Opens the channels that the page gave; a message has at most `max_message` bytes.
    pub(super) fn open(
        declared: &[Word],
        arguments: &Map<String, Value>,
        sink: &Arc<dyn ChannelSink>,
        max_message: usize,
    ) -> Result<Self, Rejection> {
        let given = declared.iter().filter_map(|name| Some((name, arguments.get(name.as_str())?)));
        let channels = given.map(|(name, value)| {
            Ok((name.clone(), Channel::from_value(value, name.as_str(), sink)?))
        });
        Ok(Self { channels: channels.collect::<Result<_, Rejection>>()?, max_message })
    }

    /// Writes a token in the place of each channel. Calls have each their number, so no token comes twice.
    pub(super) fn name(&self, call: u64, arguments: &mut Map<String, Value>) {
        for (name, _) in &self.channels {
            arguments.insert(name.to_string(), format!("{call}/{name}").into());
        }
    }

    /// The call and the argument that a token stands for.
    pub(super) fn parse(token: &str) -> Option<(u64, &str)> {
        let (call, name) = token.split_once('/')?;
        Some((call.parse().ok()?, name))
    }

    pub(super) fn find(&self, name: &str) -> Option<Outlet> {
        let (_, channel) = self.channels.iter().find(|(known, _)| known.as_str() == name)?;
        Some(Outlet { channel: channel.clone(), max_message: self.max_message })
    }
}

impl Shared {
    /// Sends what the sidecar writes to a channel. It never waits for the page: other calls wait for their answers.
    pub(super) fn forward(&self, params: Option<&str>) -> Known {
        let params: Option<ChannelParams<'_>> =
            params.and_then(|params| serde_json::from_str(params).ok());
        let open = params.and_then(|ChannelParams { channel, message }| {
            Some((self.queue.outlet(&channel)?, message.get()))
        });
        let Some((outlet, message)) = open else {
            if self.notifications.is_first(message::CHANNEL) {
                self.say("it writes to a channel that no call of it has open");
            }
            return Known::Ignored;
        };
        if message.len() > outlet.max_message {
            self.overflow(&outlet);
        } else {
            outlet.channel.push_or_fail(InvokeResponse::Json(message.to_owned()));
        }
        Known::Streamed
    }

    /// A message of which only the start was read, and which is no answer: it ends its own channel alone.
    pub(super) fn refuse_notification(&self, head: &message::Head) -> Known {
        let token = head.channel.as_deref().filter(|_| head.is(message::CHANNEL));
        match token.and_then(|token| self.queue.outlet(token)) {
            Some(outlet) => {
                self.overflow(&outlet);
                Known::Streamed
            }
            None => Known::Ignored,
        }
    }

    /// Ends a channel whose message is too large.
    fn overflow(&self, Outlet { channel, max_message }: &Outlet) {
        let program = &self.plan.program;
        let message = format!("`{program}` wrote a message of more than {max_message} bytes");
        channel.fail(
            Rejection::new(RejectionCode::OutputTooLarge, message)
                .help("raise `limits.payload`, or let the sidecar send less at once"),
        );
    }
}
