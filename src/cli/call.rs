//! `call`: one call through the whole pipeline, as a page would make it, without a window.

use super::{
    Exit, ManifestArg,
    caller::{CallerArgs, usage},
    complain,
    locate::{Sound, sound},
};
use crate::{
    app::{Services, build},
    channel::Outbox,
    command::Registry,
    diagnostic::{Format, json_text},
    gateway::{Answer, InvokeKey, Mode, NoAudit, Pipeline, RequestHead, Session},
    ipc::{Caller, InvokeResponse},
    policy::PolicyStore,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{io::Write as _, sync::Arc};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command.
    command: String,
    /// Its arguments, a JSON object.
    #[arg(value_name = "JSON", default_value = "{}")]
    arguments: String,
    #[command(flatten)]
    manifest: ManifestArg,
    #[command(flatten)]
    caller: CallerArgs,
}

pub(super) fn call(args: &Args, format: Format, registry: &Registry) -> Exit {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&args.arguments) {
        return usage(&format!("the arguments are not JSON: {error}"));
    }
    let Sound { manifest, loaded, .. } = match sound(&args.manifest, format) {
        Ok(sound) => sound,
        Err(exit) => return exit,
    };
    let caller = match args.caller.resolve(&manifest) {
        Ok(caller) => caller,
        Err(message) => return usage(&message),
    };
    args.caller.tell_defaults(&caller, format);
    let services = Services::new(move |notice| {
        complain(&match format {
            Format::Json => json_text(&notice.to_json()),
            _ => notice.to_string(),
        });
    });
    let store = PolicyStore::new(|generation| {
        build(&manifest, &loaded.sources, registry, &services, generation)
    });
    let pipeline = Pipeline::new(store, Mode::Development, Box::new(NoAudit));
    let answer = match answer(&pipeline, &caller, args) {
        Ok(answer) => answer,
        Err(message) => {
            complain(&format!("error: {message}"));
            return Exit::CouldNotRun;
        }
    };
    print_answer(answer)
}

fn answer(pipeline: &Pipeline, caller: &Caller, args: &Args) -> Result<Answer, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| format!("no threads for the call: {error}"))?;
    let key = InvokeKey::generate().map_err(|error| format!("no randomness for a key: {error}"))?;
    let outbox = Arc::new(Outbox::new(Arc::new(Nowhere), usize::MAX, usize::MAX));
    let path = utf8_percent_encode(&args.command, NON_ALPHANUMERIC).to_string();
    let origin = caller.origin.as_ref().map(ToString::to_string);
    let headers = [("tauri-invoke-key", key.expose()), ("content-type", "application/json")];
    let origin = origin.as_deref().map(|origin| ("origin", origin));
    let head = RequestHead::new(&path, headers.into_iter().chain(origin));
    let session = Session::new(caller.window.clone(), caller.webview.clone(), key, outbox);
    Ok(runtime.block_on(pipeline.handle(&session, head, args.arguments.clone().into_bytes())))
}

/// There is no page that a channel's messages could go to.
#[derive(Debug)]
struct Nowhere;

impl crate::channel::Page for Nowhere {
    fn run(&self, _: crate::channel::PageCall) -> Result<(), crate::ipc::SinkError> {
        Err(crate::ipc::SinkError::Closed)
    }
}

fn print_answer(answer: Answer) -> Exit {
    let mut out = std::io::stdout().lock();
    match answer {
        Answer::Ok(InvokeResponse::Json(text)) => {
            let _ = writeln!(out, "{text}");
            Exit::Yes
        }
        Answer::Ok(InvokeResponse::Raw(bytes)) => {
            let _ = out.write_all(&bytes).and_then(|()| out.flush());
            Exit::Yes
        }
        Answer::Rejected(rejection) => {
            complain(&rejection.to_string());
            Exit::No
        }
        Answer::Silence => Exit::CouldNotRun,
    }
}
