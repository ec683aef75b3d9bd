//! `init`: a manifest and a page that run as they are, or a manifest for a frontend that is there already.

mod frontend;
mod literal;
pub(super) mod place;

use super::{Exit, complain, print, quoted};
use crate::{diagnostic::Format, document::to_flow_yaml, manifest::schema};
use frontend::{Frontend, find};
use place::{repository, resolved, seen_from};
use serde_json::{Value, json};
use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Where the manifest's schema is, from the manifest. The name holds the version of the manifest's language, so that a
/// manifest of a later one does not take this file for its own.
pub(super) const SCHEMA: &str = ".portcullis/gateway.v1.schema.json";

const MANIFEST: &str = "gateway.yaml";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the new manifest; made if it is not there.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The folder of a frontend that is there already: a Vite project, or one with an `index.html`.
    #[arg(long, value_name = "FRONTEND")]
    from: Option<PathBuf>,
    /// Write a workflow that checks the manifest, too; of a project that has a manifest, nothing else is written.
    #[arg(long, value_enum)]
    ci: Option<Ci>,
    /// Write hooks for pre-commit, too; of a project that has a manifest, nothing else is written.
    #[arg(long)]
    pre_commit: bool,
    /// Overwrite files that are there already.
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Whether all that is asked for is a workflow or hooks for a manifest that is there.
    fn adds_checks(&self) -> bool {
        let is_asked = self.ci.is_some() || self.pre_commit;
        is_asked
            && self.from.is_none()
            && !self.force
            && self.folder.join(MANIFEST).symlink_metadata().is_ok()
    }
}

/// Systems that run checks.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Ci {
    /// GitHub Actions.
    Github,
}

pub(super) fn init(args: &Args, format: Format) -> Exit {
    let start = args.from.as_ref().map(|folder| resolved(folder).ok().and_then(|at| find(&at)));
    if let (Some(folder), Some(None)) = (&args.from, &start) {
        complain(&format!(
            "error: {} holds neither a Vite project nor an `index.html`\n  help: name the frontend's folder, or leave `--from` out to start with a new page",
            folder.display()
        ));
        return Exit::CouldNotRun;
    }
    let start = start.flatten();
    if let (None, false, false, Some(folder)) =
        (&args.from, args.force, args.adds_checks(), vite_project(&args.folder))
    {
        return refuse_second(&args.folder, &folder, format);
    }
    let project = match Project::new(args, start.as_ref()) {
        Ok(project) => project,
        Err(error) => {
            complain(&format!("error: {} cannot be resolved: {error}", args.folder.display()));
            return Exit::CouldNotRun;
        }
    };
    // A link that leads nowhere is a file, too.
    let existing: Vec<String> = project
        .files
        .iter()
        .filter(|file| file.path.symlink_metadata().is_ok())
        .map(|file| project.shown(&file.path))
        .collect();
    if !args.force && !existing.is_empty() {
        refuse(&existing, format);
        return Exit::No;
    }
    for file in &project.files {
        if let Err(error) = file.write(&project.root(), args.force) {
            complain(&format!("error: {} cannot be written: {error}", project.shown(&file.path)));
            return Exit::CouldNotRun;
        }
    }
    project.tell(format);
    Exit::Yes
}

/// The Vite project in a folder, as a person would write it.
fn vite_project(folder: &Path) -> Option<String> {
    let current = resolved(Path::new(".")).ok()?;
    match find(&resolved(folder).ok()?)? {
        Frontend::Vite(vite) => Some(seen_from(&current, &vite.folder)),
        Frontend::Plain(_) => None,
    }
}

/// A new page beside a frontend that is there would be what the app shows.
fn refuse_second(folder: &Path, project: &str, format: Format) -> Exit {
    if format == Format::Json {
        print(&json!({ "version": 1, "created": [], "existing": [project] }).to_string());
        return Exit::No;
    }
    let folder = folder.display().to_string();
    let folder = if folder == "." { String::new() } else { format!(" {folder}") };
    complain(&format!(
        "error: nothing was written, because a Vite project is there already\n  help: `portcullis init{folder} --from {project}` uses it; `--force` writes a page of its own all the same"
    ));
    Exit::No
}

fn refuse(existing: &[String], format: Format) {
    if format == Format::Json {
        print(&json!({ "version": 1, "created": [], "existing": existing }).to_string());
        return;
    }
    let list = existing.iter().fold(String::new(), |list, path| list + "\n  " + path);
    complain(&format!(
        "error: nothing was written, because of what is there already:{list}\n  help: name another folder; `--force` replaces these files"
    ));
}

/// A file to be written.
struct NewFile {
    path: PathBuf,
    text: String,
}

impl NewFile {
    /// Writes the file; a link in its place is replaced rather than followed.
    fn write(&self, root: &Path, is_forced: bool) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder)?;
        if !folder.canonicalize()?.starts_with(root.canonicalize()?) {
            return Err(io::Error::other("its folder is a link that leads out of the project"));
        }
        if is_forced && self.path.symlink_metadata().is_ok() {
            std::fs::remove_file(&self.path)?;
        }
        // A file that came into being since the look at the folder is not overwritten either.
        let mut file = OpenOptions::new().write(true).create_new(true).open(&self.path)?;
        file.write_all(self.text.as_bytes())
    }
}

/// What there is to write, and what to say about it.
struct Project {
    /// The folder that the program was started in.
    current: PathBuf,
    folder: PathBuf,
    files: Vec<NewFile>,
    notes: Vec<String>,
    /// What makes the app run.
    next: String,
}

impl Project {
    fn new(args: &Args, start: Option<&Frontend>) -> io::Result<Self> {
        let current = resolved(Path::new("."))?;
        let folder = resolved(&args.folder)?;
        let mut project =
            Self { current, folder, files: Vec::new(), notes: Vec::new(), next: String::new() };
        if args.adds_checks() {
            project.next = format!(
                "`portcullis validate {}`",
                quoted(&project.shown(&project.folder.join(MANIFEST)))
            );
        } else {
            project.begin(start);
        }
        project.add_checks(args);
        Ok(project)
    }

    /// A manifest, its schema, and a page if there is none.
    fn begin(&mut self, start: Option<&Frontend>) {
        let frontend = self.frontend(start);
        self.next = self.next(start);
        let name = self.folder.file_name().map_or("app".into(), |name| name.to_string_lossy());
        let manifest = fill(
            include_str!("files/gateway.yaml"),
            &[
                ("<schema>", SCHEMA),
                ("<id>", &format!("dev.example.{}", slug(&name))),
                ("<name>", &to_flow_yaml(&Value::from(&*name))),
                ("<frontend>", &frontend),
            ],
        );
        self.add(MANIFEST, &manifest);
        self.add(SCHEMA, &format!("{:#}\n", schema()));
        if start.is_none() {
            self.add("frontend/index.html", include_str!("files/index.html"));
            self.add("frontend/main.js", include_str!("files/main.js"));
            self.add("frontend/style.css", include_str!("files/style.css"));
        }
    }

    /// What checks the manifest; both look for their files at the top of a repository alone.
    fn add_checks(&mut self, args: &Args) {
        let root = repository(&self.folder).to_owned();
        if let Some(Ci::Github) = args.ci {
            let manifest = Value::from(seen_from(&root, &self.folder.join(MANIFEST)));
            let text = fill(
                include_str!("files/workflow.yml"),
                &[("<manifest>", &to_flow_yaml(&manifest))],
            );
            self.files.push(NewFile { path: root.join(".github/workflows/gateway.yml"), text });
            self.notes.push(
                "the workflow builds portcullis from the git address in the variable `PORTCULLIS_GIT`; set it in the repository's settings"
                    .to_owned(),
            );
        }
        if args.pre_commit {
            let manifest = seen_from(&root, &self.folder.join(MANIFEST));
            let entry = Value::from(format!("portcullis validate {}", quoted(&manifest)));
            let text =
                fill(include_str!("files/pre-commit.yaml"), &[("<entry>", &to_flow_yaml(&entry))]);
            self.files.push(NewFile { path: root.join(".pre-commit-config.yaml"), text });
        }
    }

    /// The folder that nothing is written out of.
    fn root(&self) -> PathBuf {
        repository(&self.folder).to_owned()
    }

    fn add(&mut self, path: &str, text: &str) {
        self.files.push(NewFile { path: self.folder.join(path), text: text.to_owned() });
    }

    /// The lines of `app` that say where the pages are.
    fn frontend(&mut self, start: Option<&Frontend>) -> String {
        let key = |folder: &str| format!("  frontend: {}", to_flow_yaml(&Value::from(folder)));
        match start {
            None => key("frontend"),
            Some(Frontend::Plain(folder)) => {
                if self.folder.starts_with(folder) {
                    self.notes.push(
                        "the pages' folder holds gateway.yaml, which pages can therefore read; a folder of their own is better"
                            .to_owned(),
                    );
                }
                key(&seen_from(&self.folder, folder))
            }
            Some(Frontend::Vite(vite)) => {
                self.notes.extend(vite.notes.iter().cloned());
                let command = vite.command(&seen_from(&self.folder, &vite.folder));
                let url = format!("http://localhost:{}", vite.port);
                format!(
                    "  # Where `vite build` puts the pages; `dev` is for development alone.\n{}\n  dev: {}",
                    key(&seen_from(&self.folder, &vite.output)),
                    to_flow_yaml(&json!({ "url": url, "command": command })),
                )
            }
        }
    }

    /// What to do next, from the folder that the program was started in.
    fn next(&self, start: Option<&Frontend>) -> String {
        let folder = self.shown(&self.folder);
        let place = if folder == "." { String::new() } else { format!(" in {folder}") };
        match start {
            // Development servers are not part of this build yet.
            Some(Frontend::Vite(vite)) => {
                let build = vite.build(&self.shown(&vite.folder));
                format!("`{build}`, then `portcullis run --production`{place}")
            }
            _ => format!("`portcullis run`{place}"),
        }
    }

    /// A path as the person who started this program would write it.
    fn shown(&self, path: &Path) -> String {
        seen_from(&self.current, path)
    }

    fn tell(&self, format: Format) {
        let created: Vec<String> = self.files.iter().map(|file| self.shown(&file.path)).collect();
        if format == Format::Json {
            let report = json!({ "version": 1, "created": created, "notes": self.notes });
            return print(&report.to_string());
        }
        let created = created.iter().map(|path| format!("created {path}\n"));
        let notes = self.notes.iter().map(|note| format!("note: {note}\n"));
        let text: String = created.chain(notes).collect();
        print(&format!("{text}next: {}", self.next));
    }
}

/// A template with its marks replaced; what replaces one is not searched for others.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((at, mark, value)) = values
        .iter()
        .filter_map(|(mark, value)| Some((rest.find(mark)?, mark, value)))
        .min_by_key(|(at, ..)| *at)
    {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(value);
        rest = rest.get(at + mark.len()..).unwrap_or_default();
    }
    out + rest
}

/// A name as one part of a reverse domain name.
fn slug(name: &str) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = name.chars().map(letters).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "app".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_replaces_a_mark_is_left_alone() {
        let values = [("<id>", "<name>"), ("<name>", "a<id>")];
        assert_eq!(
            fill("<name> is <id>, <name> <other>", &values),
            "a<id> is <name>, a<id> <other>"
        );
    }
}
