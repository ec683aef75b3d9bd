//! How long an edit takes from its save until it is in force: watched, read, checked, compiled and swapped in.

use portcullis::{
    Registry,
    app::{Editor, Notice, Services, build},
    gateway::{Mode, NoAudit, Pipeline, Sessions},
    policy::PolicyStore,
    reload::{Change, LoadOptions, Watch, load},
};
use std::{
    error::Error,
    fmt::Write as _,
    fs,
    path::Path,
    sync::{Arc, mpsc::channel},
    time::{Duration, Instant},
};

const EDITS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(20);

fn manifest(commands: usize, edit: usize) -> String {
    let mut text = String::from(
        "version: 1\napp: { id: dev.portcullis.bench, frontend: . }\nwindows: { main: {} }\ncommands:\n",
    );
    for command in 0..commands {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  c{command}: {{ run: {{ value: {edit} }} }}");
    }
    text.push_str("permissions: { all: { windows: [main], allow: [\"*\"] } }\n");
    text
}

fn rename_over(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}

fn write_in_place(path: &Path, text: &str) -> std::io::Result<()> {
    fs::write(path, text)
}

type Save = fn(&Path, &str) -> std::io::Result<()>;

fn measure(commands: usize, save: Save) -> Result<Vec<Duration>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gateway.yaml");
    fs::write(&path, manifest(commands, 0))?;
    let loaded = load(&path);
    let checked = loaded.manifest.as_ref().ok_or("the manifest has errors")?;
    let registry = Registry::standard();
    let services = Arc::<Services>::default();
    let store = PolicyStore::new(|generation| {
        build(checked, &loaded.sources, &registry, &services, generation)
    });
    let editor = Editor {
        services,
        path: path.clone(),
        options: LoadOptions::default(),
        registry: registry.clone(),
        pipeline: Arc::new(Pipeline::new(store, Mode::Development, Box::new(NoAudit))),
        sessions: Arc::new(Sessions::default()),
        app: checked.app.clone(),
        windows: checked.windows.clone(),
    };
    let (send, applied) = channel();
    let _watch = Watch::start(&path, LoadOptions::default(), loaded.snapshot, move |change| {
        if let Change::Content(snapshot) = change
            && matches!(editor.apply(&snapshot), Notice::EditAccepted { .. })
        {
            // The last edit may be applied after the measuring ended.
            let _ = send.send(Instant::now());
        }
    })?;
    let mut times = Vec::new();
    for edit in 1..=EDITS {
        save(&path, &manifest(commands, edit))?;
        let saved = Instant::now();
        times.push(applied.recv_timeout(PATIENCE)?.saturating_duration_since(saved));
    }
    times.sort();
    Ok(times)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("from save to in force, {EDITS} edits each, in ms\n");
    println!("{:>9}  {:<14} {:>8} {:>8}", "commands", "saved by", "median", "longest");
    for commands in [10, 1_000, 10_000] {
        for (name, save) in
            [("rename over", rename_over as Save), ("write in place", write_in_place)]
        {
            let times = measure(commands, save)?;
            let at =
                |index: usize| times.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3;
            println!("{commands:>9}  {name:<14} {:>8.1} {:>8.1}", at(EDITS / 2), at(EDITS - 1));
        }
    }
    Ok(())
}
