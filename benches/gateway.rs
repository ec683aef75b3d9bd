//! What a call costs in a manifest of any size: decisions warm and cold, whole calls, and compiling.
//!
//! The targets are printed below the tables; they hold for a release build on a machine that does nothing else.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use portcullis::{
    Registry,
    app::{Services, compose},
    channel::{Outbox, Page, PageCall},
    commands,
    gateway::{Answer, InvokeKey, Mode, NoAudit, Pipeline, RequestHead, Session},
    ipc::{Caller, InvokeBody, InvokeResponse, Room, SinkError},
    pattern::Origin,
    policy::{Policy, PolicyStore, compile},
    reload::{Loaded, load_content},
};
use serde_json::Value;
use std::{fmt, fmt::Write as _, path::Path, sync::Arc};
use tokio::runtime::Runtime;

fn main() {
    println!("each line: commands × permissions");
    divan::main();
    println!(
        "targets: decision::warm ≤ 100 ns at every size, call::native ≤ 2 µs, compiling::policy ≤ 200 ms at 10000 × 10"
    );
}

/// Commands × permissions.
#[derive(Debug, Clone, Copy)]
struct Size(usize, usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.0, self.1)
    }
}

const SIZES: [Size; 9] = [
    Size(100, 1),
    Size(100, 10),
    Size(100, 100),
    Size(1_000, 1),
    Size(1_000, 10),
    Size(1_000, 100),
    Size(10_000, 1),
    Size(10_000, 10),
    Size(10_000, 100),
];

fn command(number: usize) -> String {
    format!("c{number:05}")
}

impl Size {
    /// Every command by its name in one of the permissions, and in each of them patterns that are held against all.
    fn manifest(self) -> String {
        let Self(commands, permissions) = self;
        let mut text = "version: 1
app: { id: dev.example.bench, frontend: dist }
windows: { main: {} }
limits: { rate: 4000000000/s }
commands:
  echo: { run: { native: echo } }
  blocking: { run: { native: blocking } }
  by_hand: { run: { native: by_hand } }
  by_macro: { run: { native: by_macro } }
  never_x: { run: { native: echo } }
"
        .to_owned();
        for number in 0..commands {
            let _ = writeln!(text, "  {}: {{ run: {{ native: echo }} }}", command(number));
        }
        text.push_str("permissions:\n");
        for permission in 0..permissions {
            let _ = write!(
                text,
                "  p{permission}: {{ windows: [main, \"tool-*\"], deny: [\"*_x\"], allow: ["
            );
            for number in (permission..commands).step_by(permissions) {
                let _ = write!(text, "{}, ", command(number));
            }
            text.push_str("echo, blocking, by_hand, by_macro, \"c*7\"] }\n");
        }
        text
    }

    fn load(self) -> Loaded {
        load(&self.manifest())
    }

    fn policy(self) -> Policy {
        policy(&self.load())
    }
}

fn load(text: &str) -> Loaded {
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    assert!(loaded.manifest.is_some(), "{:?}", loaded.diagnostics);
    loaded
}

fn policy(loaded: &Loaded) -> Policy {
    compile(loaded.manifest.as_ref().expect("a manifest"), &loaded.sources, 1)
}

fn caller() -> Caller {
    let label = || "main".parse().expect("a label");
    Caller { window: label(), webview: label(), origin: Some(Origin::app()) }
}

mod decision {
    use super::{Bencher, SIZES, Size, black_box, caller, command};

    /// What every call after a caller's first costs: the command's number, and one bit. A thousand commands take
    /// turns, so that it is not always the same line of the cache.
    #[divan::bench(args = SIZES, sample_size = 1_000)]
    fn warm(bencher: Bencher<'_, '_>, size: Size) {
        let policy = size.policy();
        let row = policy.authority.row(&caller());
        let names: Vec<String> =
            (0..size.0).step_by((size.0 / 1_000).max(1)).map(command).collect();
        let mut turns = names.iter().cycle();
        let mut decide = || {
            let id = policy.authority.command(black_box(turns.next()?))?;
            row.authorize(id).map(|permit| permit.command())
        };
        // Warm means seen before.
        assert_eq!(names.iter().filter_map(|_| decide()).count(), names.len());
        bencher.bench_local(decide);
    }

    /// A caller's first sight: its row, over all commands.
    #[divan::bench(args = SIZES)]
    fn row(bencher: Bencher<'_, '_>, size: Size) {
        let (policy, caller) = (size.policy(), caller());
        bencher.bench_local(|| policy.authority.row(black_box(&caller)));
    }

    /// One decision with its causes, as `explain` and a denial's help make it.
    #[divan::bench(args = SIZES)]
    fn explained(bencher: Bencher<'_, '_>, size: Size) {
        let (policy, caller, name) = (size.policy(), caller(), command(size.0 / 2));
        bencher.bench_local(|| policy.authority.decide(black_box(&caller), black_box(&name)));
    }
}

mod call {
    use super::{
        Answer, Arc, Bencher, InvokeBody, InvokeKey, InvokeResponse, Mode, NoAudit, Origin, Outbox,
        Page, PageCall, Pipeline, PolicyStore, Registry, RequestHead, Room, Runtime, SIZES,
        Services, Session, SinkError, Size, Value, black_box, commands, compose, policy,
    };

    /// A Rust function that gives its arguments back, from the head of the request to the answer.
    #[divan::bench(args = SIZES)]
    fn native(bencher: Bencher<'_, '_>, size: Size) {
        Lane::new(size).bench(bencher, "echo");
    }

    /// One argument read and one text made by hand, and the same through `#[command]`: what the macro costs.
    #[divan::bench(args = [SIZES[0]])]
    fn by_hand(bencher: Bencher<'_, '_>, size: Size) {
        Lane::new(size).bench_for(bencher, "by_hand", r#""Hello, World!""#);
    }

    #[divan::bench(args = [SIZES[0]])]
    fn by_macro(bencher: Bencher<'_, '_>, size: Size) {
        Lane::new(size).bench_for(bencher, "by_macro", r#""Hello, World!""#);
    }

    #[portcullis::command(rename = "by_macro")]
    async fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }

    /// A Rust function that may block, and so runs on a thread of its own kind: there and back.
    #[divan::bench(args = SIZES)]
    fn blocking(bencher: Bencher<'_, '_>, size: Size) {
        Lane::new(size).bench(bencher, "blocking");
    }

    /// What every call sends.
    const ARGUMENTS: &str = r#"{"name":"World"}"#;

    /// What stands between a page and the pipeline, without a window.
    struct Lane {
        runtime: Runtime,
        pipeline: Pipeline,
        session: Session,
    }

    impl Lane {
        fn new(size: Size) -> Self {
            let registry = Registry::new()
                .invocation("echo", |invocation| async {
                    match invocation.body {
                        InvokeBody::Json(value) => InvokeResponse::json(&value),
                        InvokeBody::Raw(bytes) => Ok(InvokeResponse::Raw(bytes)),
                    }
                })
                .invocation("by_hand", |invocation| async move {
                    let InvokeBody::Json(arguments) = &invocation.body else {
                        return InvokeResponse::json(&());
                    };
                    let name = arguments["name"].as_str().unwrap_or_default();
                    InvokeResponse::json(&format!("Hello, {name}!"))
                })
                .commands(commands![greet])
                .function("blocking", |value: Value| Ok::<_, ()>(value));
            let loaded = size.load();
            let store = PolicyStore::new(|_| {
                compose(policy(&loaded), &registry, &Services::default(), &Arc::default())
            });
            let label = || "main".parse().expect("a label");
            let key = InvokeKey::generate().expect("a key");
            let outbox = Outbox::new(Arc::new(Nowhere), usize::MAX, usize::MAX);
            Self {
                runtime: Runtime::new().expect("a runtime"),
                pipeline: Pipeline::new(store, Mode::Production, Box::new(NoAudit)),
                session: Session::new(label(), label(), key, Arc::new(outbox)),
            }
        }

        /// A command that gives its arguments back.
        fn bench(&self, bencher: Bencher<'_, '_>, command: &str) {
            self.bench_for(bencher, command, ARGUMENTS);
        }

        fn bench_for(&self, bencher: Bencher<'_, '_>, command: &str, answer: &str) {
            let path = format!("/{command}");
            let origin = Origin::app().to_string();
            let headers = [
                ("tauri-invoke-key", self.session.key().expose()),
                ("content-type", "application/json"),
                ("origin", origin.as_str()),
            ];
            let call = || {
                let head = RequestHead::new(black_box(&path), headers);
                self.runtime.block_on(self.pipeline.handle(
                    &self.session,
                    head,
                    ARGUMENTS.as_bytes().to_vec(),
                ))
            };
            assert_eq!(call(), Answer::Ok(InvokeResponse::Json(answer.to_owned())));
            bencher.bench_local(call);
        }
    }

    #[derive(Debug)]
    struct Nowhere;

    impl Page for Nowhere {
        fn run(&self, _: PageCall, _: Room) -> Result<(), SinkError> {
            Err(SinkError::Closed)
        }
    }
}

mod compiling {
    use super::{Bencher, SIZES, Size, black_box, load};

    /// From a checked manifest to a policy.
    #[divan::bench(args = SIZES, sample_count = 20, max_time = 2)]
    fn policy(bencher: Bencher<'_, '_>, size: Size) {
        let loaded = size.load();
        bencher.bench_local(|| super::policy(black_box(&loaded)));
    }

    /// From the text of the file to a policy: parse, lower, check and compile.
    #[divan::bench(args = SIZES, sample_count = 10, max_time = 3)]
    fn whole_file(bencher: Bencher<'_, '_>, size: Size) {
        let text = size.manifest();
        bencher.bench_local(|| super::policy(&load(black_box(&text))));
    }
}
