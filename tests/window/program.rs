//! The gateway that window tests start, with commands of their own; notices and reports go to standard output.

use portcullis::{
    Registry,
    app::{Notice, Options, run},
    channel::Channel,
    command::Invocation,
    ipc::{InvokeBody, InvokeResponse, Rejection, Reply},
    reload::load,
    serde_json::{Value, json},
};
use std::{
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

fn say(kind: &str, value: &Value) {
    let mut out = std::io::stdout().lock();
    // The test that started this program may have gone already.
    let _ = writeln!(out, "{kind} {value}").and_then(|()| out.flush());
}

fn argument(invocation: &Invocation, name: &str) -> u64 {
    match &invocation.body {
        InvokeBody::Json(arguments) => arguments[name].as_u64().unwrap_or_default(),
        InvokeBody::Raw(_) => 0,
    }
}

/// Sends `count` messages whose sizes lie on both sides of the thresholds, JSON and bytes in turn.
async fn stream(invocation: Invocation) -> Reply {
    let count = argument(&invocation, "count");
    let json: Channel<Value> = Channel::from_argument(&invocation.body, "json", &invocation.sink)?;
    let bytes: Channel<Vec<u8>> =
        Channel::from_argument(&invocation.body, "bytes", &invocation.sink)?;
    for number in 0..count {
        let size = [1, 900, 1100, 9000, 20_000][usize::try_from(number % 5).unwrap_or(0)];
        let raw = InvokeResponse::Raw(vec![u8::try_from(number % 256).unwrap_or(0); size]);
        let text = json!({ "number": number, "padding": "x".repeat(size) });
        let sent = match json.deliver(&text).await {
            Ok(()) => bytes.forward(raw).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            return Err(Rejection::Command(json!({ "sent": number, "error": error.to_string() })));
        }
        tokio_yield().await;
    }
    InvokeResponse::json(&count)
}

/// Lets other calls run in between.
async fn tokio_yield() {
    let mut is_first = true;
    std::future::poll_fn(move |context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

fn registry() -> Registry {
    let ticks = Arc::new(AtomicU64::new(0));
    Registry::standard()
        .function("report", |value: Value| {
            say("REPORT", &value);
            Ok::<_, String>(())
        })
        .function("fail", |value: Value| Err::<(), _>(json!({ "mine": value })))
        .invocation("tick", move |invocation| {
            let ticks = Arc::clone(&ticks);
            async move {
                let run = ticks.fetch_add(1, Ordering::SeqCst) + 1;
                InvokeResponse::json(&json!({ "run": run, "generation": invocation.generation }))
            }
        })
        .invocation("headers", |invocation| async move {
            InvokeResponse::json(&json!(invocation.headers))
        })
        .invocation("caller", |invocation| async move {
            InvokeResponse::json(&json!(invocation.caller.to_string()))
        })
        .invocation("stream", stream)
}

/// The first argument by which this binary becomes the gateway instead of the tests.
pub(super) const FLAG: &str = "--window-host";

/// The manifest to open, if this process was started as the gateway.
pub(super) fn requested() -> Option<PathBuf> {
    let mut args = std::env::args_os().skip(1);
    (args.next()? == FLAG).then(|| args.next().map(PathBuf::from)).flatten()
}

/// Opens the manifest's windows and runs until it is told to end.
pub(super) fn run_host(path: PathBuf) -> ExitCode {
    let tell = |notice: Notice| match &notice {
        Notice::EditRejected(loaded) => {
            let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code.as_str()).collect();
            say("NOTICE", &json!({ "event": "kept", "codes": codes }));
        }
        other => say("NOTICE", &other.to_json()),
    };
    let loaded = load(&path);
    for diagnostic in &loaded.diagnostics {
        say("DIAGNOSTIC", &json!(diagnostic.message));
    }
    let mut options = Options::new(path, registry(), Box::new(tell));
    options.has_message_lane |= std::env::var_os("WINDOW_HOST_MESSAGE_LANE").is_some();
    match run(&loaded, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say("ERROR", &json!(error.to_string()));
            ExitCode::FAILURE
        }
    }
}
