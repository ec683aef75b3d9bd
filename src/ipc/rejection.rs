//! Refused and failed calls: one code each, fixed wording near the cause, one JSON shape on the wire.

use serde_json::{Map, Value};
use std::fmt;

macro_rules! rejection_codes {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// Why the gateway refused or failed a call; pages match on the text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RejectionCode { $(#[doc = $doc] $variant,)* }

        impl RejectionCode {
            /// Every code.
            pub const ALL: &'static [RejectionCode] = &[$(RejectionCode::$variant,)*];

            /// The text on the wire, in snake_case.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence on what the code means.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

rejection_codes! {
    NotAllowed "not_allowed" "No permission lets this caller run the command, or hear or send the event.",
    UnknownCommand "unknown_command" "The manifest declares no such command.",
    UnknownEvent "unknown_event" "The manifest declares no such event.",
    InvalidRequest "invalid_request" "The request is malformed.",
    PayloadTooLarge "payload_too_large" "The body is larger than `limits.payload` allows.",
    RateLimited "rate_limited" "The webview calls more often than `limits.rate` allows.",
    TooManyCalls "too_many_calls" "More calls are running than `limits.concurrency` allows.",
    InvalidJson "invalid_json" "The body is not JSON.",
    RawBody "raw_body" "The command takes arguments by name, not bytes.",
    MissingArgument "missing_argument" "A required argument is missing.",
    UnknownArgument "unknown_argument" "An argument is not declared.",
    InvalidArgument "invalid_argument" "An argument does not fit its declaration.",
    PathNotAllowed "path_not_allowed" "A path leads out of where the manifest lets it lead.",
    PathNotFound "path_not_found" "A path leads to nothing that can be reached.",
    Timeout "timeout" "The command took longer than its time limit.",
    Cancelled "cancelled" "The page is gone or took the call back, so the command was ended.",
    ProgramNotFound "program_not_found" "The program is not installed.",
    ProcessFailed "process_failed" "The program ended with an error.",
    InvalidOutput "invalid_output" "The output of what ran is not what `output` declares.",
    InvalidResult "invalid_result" "The result is not what `returns` declares.",
    OutputTooLarge "output_too_large" "The output of what ran is larger than `limits.payload` allows.",
    SidecarFailed "sidecar_failed" "The sidecar could not be started, or broke the protocol.",
    SidecarStopped "sidecar_stopped" "The sidecar ended before it answered.",
    SidecarBusy "sidecar_busy" "Too many calls wait for the sidecar.",
    UpstreamFailed "upstream_failed" "The service could not be reached, or broke off.",
    UpstreamStatus "upstream_status" "The service answered with a status that is no success.",
    UpstreamRedirected "upstream_redirected" "The service answered with a redirect, which is not followed.",
    AddressNotAllowed "address_not_allowed" "The service's name stands for an address that `addresses` does not allow.",
    MissingSecret "missing_secret" "A secret that the command needs is not on this machine.",
    UnboundCapture "unbound_capture" "The caller's origin does not have the capture that the command needs.",
    InvalidMessage "invalid_message" "A message of a channel is not what `channel` declares.",
    ChannelFull "channel_full" "The page did not take the messages of a channel in time.",
    TooManyListeners "too_many_listeners" "The page has as many listeners as a page can have.",
    ChannelGone "channel_gone" "The channel's message was fetched before or is not this page's.",
    Unsupported "unsupported" "The command needs what this build cannot do yet, or a function that nobody registered.",
    Internal "internal" "The gateway itself failed.",
}

impl fmt::Display for RejectionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A call that was refused or that failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejection {
    /// The gateway's own; the page gets an object with `code`, `message` and `command`.
    Gateway(Box<GatewayRejection>),
    /// A command's own error; it reaches the page as it is.
    Command(Value),
}

/// What the gateway says about a call that it refused.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayRejection {
    code: RejectionCode,
    message: String,
    help: Option<String>,
    at: Option<String>,
    details: Map<String, Value>,
}

impl Rejection {
    /// A rejection by the gateway; the message is lower case, without a full stop.
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self::Gateway(Box::new(GatewayRejection {
            code,
            message: message.into(),
            help: None,
            at: None,
            details: Map::new(),
        }))
    }

    fn edit(mut self, edit: impl FnOnce(&mut GatewayRejection)) -> Self {
        if let Self::Gateway(rejection) = &mut self {
            edit(rejection);
        }
        self
    }

    /// What to do about it; shown in development, to the app's own pages.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        self.edit(|rejection| rejection.help = Some(help.into()))
    }

    /// The place in the manifest, `file:line:column`; shown in development, to the app's own pages.
    #[must_use]
    pub fn at(self, place: impl fmt::Display) -> Self {
        self.edit(|rejection| rejection.at = Some(place.to_string()))
    }

    /// A further member of the rejection's object, such as a program's exit code.
    #[must_use]
    pub fn detail(self, name: &str, value: impl Into<Value>) -> Self {
        self.edit(|rejection| {
            rejection.details.insert(name.to_owned(), value.into());
        })
    }

    /// The same without what only the app's own pages should read: what runs, a program's words and its exit code.
    #[must_use]
    pub fn for_strangers(self) -> Self {
        let about_what_ran = [
            RejectionCode::ProgramNotFound,
            RejectionCode::ProcessFailed,
            RejectionCode::InvalidOutput,
            RejectionCode::SidecarFailed,
            RejectionCode::SidecarStopped,
            RejectionCode::UpstreamFailed,
            RejectionCode::UpstreamStatus,
            RejectionCode::UpstreamRedirected,
            RejectionCode::AddressNotAllowed,
            RejectionCode::MissingSecret,
        ];
        match self.code() {
            Some(code) if about_what_ran.contains(&code) => {
                Self::new(code, code.summary().trim_end_matches('.').to_lowercase())
            }
            _ => self,
        }
    }

    /// The gateway's code; `None` for a command's own error.
    pub fn code(&self) -> Option<RejectionCode> {
        match self {
            Self::Gateway(rejection) => Some(rejection.code),
            Self::Command(_) => None,
        }
    }

    /// What the page gets. `is_disclosed` adds `help` and `at`, which name the manifest's inside.
    pub fn to_json(&self, command: &str, is_disclosed: bool) -> Value {
        let rejection = match self {
            Self::Command(value) => return value.clone(),
            Self::Gateway(rejection) => rejection,
        };
        let mut object = Map::new();
        object.insert("code".into(), rejection.code.as_str().into());
        object.insert("message".into(), rejection.message.clone().into());
        object.insert("command".into(), command.into());
        object.extend(rejection.details.clone());
        if is_disclosed {
            let hidden = [("help", &rejection.help), ("at", &rejection.at)];
            for (name, text) in hidden {
                if let Some(text) = text {
                    object.insert(name.into(), text.clone().into());
                }
            }
        }
        Value::Object(object)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(rejection) => write!(f, "{}: {}", rejection.code, rejection.message),
            Self::Command(value) => write!(f, "command error: {value}"),
        }
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_and_place_are_told_only_where_disclosed() {
        let rejection =
            Rejection::new(RejectionCode::NotAllowed, "no").help("add it").at("gateway.yaml:1:2");
        let told = rejection.to_json("greet", true);
        assert_eq!(told["help"], "add it");
        assert_eq!(told["at"], "gateway.yaml:1:2");
        let hidden = rejection.to_json("greet", false);
        assert_eq!(
            hidden,
            serde_json::json!({"code": "not_allowed", "message": "no", "command": "greet"})
        );
    }

    #[test]
    fn a_commands_own_error_passes_as_it_is() {
        let rejection = Rejection::Command(serde_json::json!("mine"));
        assert_eq!(rejection.to_json("greet", true), "mine");
    }
}
