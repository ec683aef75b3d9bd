//! A frontend that is there already: a Vite project, or a folder with an `index.html`.

use super::literal::{Setting, setting};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where Vite listens and builds unless its configuration says otherwise.
const VITE_PORT: &str = "5173";
const VITE_FOLDER: &str = "dist";

/// Where the pages of a frontend are.
#[derive(Debug)]
pub(super) enum Frontend {
    /// In this folder, as they are.
    Plain(PathBuf),
    /// Made by Vite.
    Vite(Vite),
}

/// A Vite project.
#[derive(Debug)]
pub(super) struct Vite {
    /// The project's folder.
    pub(super) folder: PathBuf,
    /// The folder that it builds into.
    pub(super) output: PathBuf,
    /// The port of its development server.
    pub(super) port: String,
    tool: PackageTool,
    script: String,
    /// Whether the package has a script that builds the pages.
    has_build: bool,
    /// What had to be assumed, for people.
    pub(super) notes: Vec<String>,
}

/// What runs a package's scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PackageTool {
    Npm,
    Pnpm,
    Yarn,
    Bun,
}

/// Finds the frontend in a folder, given as an absolute path.
pub(super) fn find(folder: &Path) -> Option<Frontend> {
    vite(folder).map(Frontend::Vite).or_else(|| {
        let folders = [".", "public", "www", "dist", "build", "src"];
        let mut candidates = folders.iter().map(|name| match *name {
            "." => folder.to_owned(),
            name => folder.join(name),
        });
        candidates.find(|folder| folder.join("index.html").is_file()).map(Frontend::Plain)
    })
}

fn vite(folder: &Path) -> Option<Vite> {
    let endings = ["js", "ts", "mjs", "mts", "cjs", "cts"];
    let config = endings
        .iter()
        .map(|ending| folder.join(format!("vite.config.{ending}")))
        .find_map(|path| fs::read_to_string(path).ok());
    let package = fs::read_to_string(folder.join("package.json")).ok();
    let package: Value =
        package.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let depends = |list: &str| package.get(list).is_some_and(|list| list.get("vite").is_some());
    if config.is_none() && !depends("dependencies") && !depends("devDependencies") {
        return None;
    }
    let mut notes = Vec::new();
    let config = config.unwrap_or_default();
    let mut constant = |object: &str, key: &str, default: &str| match setting(&config, object, key)
    {
        Setting::Constant(value) if key != "port" || value.parse::<u16>().is_ok() => value,
        Setting::Absent => default.to_owned(),
        _ => {
            notes.push(format!(
                "Vite's configuration computes `{object}.{key}`; `{default}` is assumed in gateway.yaml"
            ));
            default.to_owned()
        }
    };
    let port = constant("server", "port", VITE_PORT);
    let output = constant("build", "outDir", VITE_FOLDER);
    let (script, text) = dev_script(&package);
    if text.is_none() {
        notes.push(format!(
            "package.json has no script `{script}`; name the one that starts Vite under `app.dev`"
        ));
    }
    Some(Vite {
        output: folder.join(output),
        // The command line wins over the configuration.
        port: text.and_then(port_of).unwrap_or(port),
        tool: package_tool(folder, &package),
        script,
        has_build: package.pointer("/scripts/build").is_some_and(Value::is_string),
        folder: folder.to_owned(),
        notes,
    })
}

/// The script that starts the development server, and what it runs.
fn dev_script(package: &Value) -> (String, Option<&str>) {
    let scripts = package.get("scripts").and_then(Value::as_object);
    let text = |name: &str| scripts.and_then(|scripts| scripts.get(name)).and_then(Value::as_str);
    let names = ["dev", "start", "serve"];
    let found = names.iter().find_map(|name| Some((*name, text(name)?)));
    found.map_or(("dev".to_owned(), None), |(name, text)| (name.to_owned(), Some(text)))
}

/// The port that a script gives to Vite: `vite --port 3000`.
fn port_of(script: &str) -> Option<String> {
    let mut words = script.split_ascii_whitespace().flat_map(|word| word.splitn(2, '='));
    words.find(|word| *word == "--port")?;
    words.next().filter(|port| port.parse::<u16>().is_ok()).map(str::to_owned)
}

/// Who manages the package: what it says itself, or the nearest lock file upward, as in a workspace.
fn package_tool(folder: &Path, package: &Value) -> PackageTool {
    let lock_files = [
        ("package-lock.json", PackageTool::Npm),
        ("pnpm-lock.yaml", PackageTool::Pnpm),
        ("yarn.lock", PackageTool::Yarn),
        ("bun.lock", PackageTool::Bun),
        ("bun.lockb", PackageTool::Bun),
    ];
    let named = package.get("packageManager").and_then(Value::as_str).unwrap_or_default();
    let named = match named.split('@').next() {
        Some("npm") => Some(PackageTool::Npm),
        Some("pnpm") => Some(PackageTool::Pnpm),
        Some("yarn") => Some(PackageTool::Yarn),
        Some("bun") => Some(PackageTool::Bun),
        _ => None,
    };
    let locked = |folder: &Path| {
        lock_files.iter().find(|(name, _)| folder.join(name).is_file()).map(|(_, tool)| *tool)
    };
    // What lies above a repository is somebody else's.
    let roots = folder.ancestors().position(|folder| folder.join(".git").exists());
    let within = folder.ancestors().take(roots.map_or(1, |above| above + 1));
    named.or_else(|| within.into_iter().find_map(locked)).unwrap_or(PackageTool::Npm)
}

impl Vite {
    /// What starts the development server, run in the manifest's folder; `folder` leads from there to the project.
    pub(super) fn command(&self, folder: &str) -> Vec<String> {
        let words = self.runner(folder).into_iter().chain(["run", &self.script]);
        words.map(str::to_owned).collect()
    }

    /// What builds the pages; `folder` leads to the project.
    pub(super) fn build(&self, folder: &str) -> String {
        if self.has_build {
            return [self.runner(folder), vec!["run", "build"]].concat().join(" ");
        }
        if folder == "." { "npx vite build".to_owned() } else { format!("npx vite build {folder}") }
    }

    /// The words before a script, seen from another folder.
    fn runner<'a>(&self, folder: &'a str) -> Vec<&'a str> {
        let (program, option) = match self.tool {
            PackageTool::Npm => ("npm", "--prefix"),
            PackageTool::Pnpm => ("pnpm", "--dir"),
            PackageTool::Yarn => ("yarn", "--cwd"),
            PackageTool::Bun => ("bun", "--cwd"),
        };
        let place = if folder == "." { vec![] } else { vec![option, folder] };
        [vec![program], place].concat()
    }
}
