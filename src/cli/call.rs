//! `call`: one call through the whole pipeline, as a page would make it, without a window.

use super::{
    Exit, ManifestArg,
    caller::{CallerArgs, usage},
    complain,
    locate::{Sound, sound},
};
use crate::{
    app::{Services, all_plugins, build, connect},
    channel::{Outbox, Page, PageCall, channel_argument},
    command::Registry,
    diagnostic::{Format, json_text},
    gateway::{Answer, InvokeKey, Mode, NoAudit, Pipeline, RequestHead, Session},
    ipc::{Caller, InvokeResponse, Room, SinkError},
    manifest::{ArgumentKind, Manifest},
    plugin::Plugins,
    policy::PolicyStore,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{
    io::{self, Write as _},
    sync::Arc,
};

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
    let mut arguments = match serde_json::from_str(&args.arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&format!("the arguments are not JSON: {error}")),
    };
    let Sound { manifest, loaded, .. } = match sound(&args.manifest, format) {
        Ok(sound) => sound,
        Err(exit) => return exit,
    };
    let caller = match args.caller.resolve(&manifest) {
        Ok(caller) => caller,
        Err(message) => return usage(&message),
    };
    args.caller.tell_defaults(&caller, format);
    open_channels(&manifest, &args.command, &mut arguments);
    let services = Services::new(move |notice| {
        complain(&match format {
            Format::Json => json_text(&notice.to_json()),
            _ => notice.to_string(),
        });
    });
    let store = PolicyStore::new(|generation| {
        build(&manifest, &loaded.sources, registry, &services, generation)
    });
    let pipeline = Arc::new(Pipeline::new(store, Mode::Development, Box::new(NoAudit)));
    connect(&pipeline, registry, &services);
    let answer = match answer(&pipeline, &caller, &args.command, &arguments) {
        Ok(answer) => answer,
        Err(message) => {
            complain(&format!("error: {message}"));
            return Exit::CouldNotRun;
        }
    };
    all_plugins(registry, &services).iter().for_each(Plugins::end);
    print_answer(answer)
}

/// Gives every channel argument that is missing a channel, whose messages are written to standard output.
fn open_channels(manifest: &Manifest, command: &str, arguments: &mut Value) {
    let declared = manifest.commands.iter().find(|(name, _)| name.as_str() == command);
    let declared = declared.into_iter().flat_map(|(_, command)| command.args.iter().flatten());
    let Some(given) = arguments.as_object_mut() else { return };
    for (argument, id) in declared.zip(1..) {
        if matches!(argument.kind, ArgumentKind::Channel { .. }) {
            given.entry(argument.name.as_str()).or_insert_with(|| channel_argument(id).into());
        }
    }
}

fn answer(
    pipeline: &Pipeline,
    caller: &Caller,
    command: &str,
    arguments: &Value,
) -> Result<Answer, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| format!("no threads for the call: {error}"))?;
    let key = InvokeKey::generate().map_err(|error| format!("no randomness for a key: {error}"))?;
    let outbox = Arc::new(Outbox::new(Arc::new(Output), usize::MAX, usize::MAX));
    let path = utf8_percent_encode(command, NON_ALPHANUMERIC).to_string();
    let origin = caller.origin.as_ref().map(ToString::to_string);
    let headers = [("tauri-invoke-key", key.expose()), ("content-type", "application/json")];
    let origin = origin.as_deref().map(|origin| ("origin", origin));
    let head = RequestHead::new(&path, headers.into_iter().chain(origin));
    let session = Session::new(caller.window.clone(), caller.webview.clone(), key, outbox);
    Ok(runtime.block_on(pipeline.handle(&session, head, arguments.to_string().into_bytes())))
}

/// Stands in for the page: what comes over channels is written to standard output as it comes.
#[derive(Debug)]
struct Output;

impl Page for Output {
    fn run(&self, call: PageCall, _: Room) -> Result<(), SinkError> {
        let PageCall::Message { payload, .. } = call else { return Ok(()) };
        write(&payload).map_err(|_| SinkError::Closed)
    }
}

/// JSON in a line of its own, bytes as they are.
fn write(response: &InvokeResponse) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match response {
        InvokeResponse::Json(text) => writeln!(out, "{text}"),
        InvokeResponse::Raw(bytes) => out.write_all(bytes).and_then(|()| out.flush()),
    }
}

fn print_answer(answer: Answer) -> Exit {
    match answer {
        Answer::Ok(response) => {
            // Whoever reads no further needs no more.
            let _ = write(&response);
            Exit::Yes
        }
        Answer::Rejected(rejection) => {
            complain(&rejection.to_string());
            Exit::No
        }
        Answer::Silence => Exit::CouldNotRun,
    }
}
