//! Paths that pages give: resolved and held against the manifest before the command runs.
//!
//! What the command gets is the path of the file itself, absolute and without links. It was within bounds when it was
//! looked at. A program opens it later by its name, so whoever may write in its folder can put another file there in
//! between; pages that may write there are the error `writable-within`.

use crate::{
    command::{BoxFuture, Command, Invocation},
    ipc::{InvokeBody, Rejection, RejectionCode, Reply},
    pattern::{PathGlob, Root},
    plan::PathPlan,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// The folders of this machine that patterns and pages name, such as `$HOME`.
pub type Roots = BTreeMap<Root, PathBuf>;

/// Resolves the path arguments of a command, and runs it with what they really lead to.
#[derive(Debug)]
pub struct Paths {
    rules: Arc<[Rule]>,
    command: Arc<dyn Command>,
}

/// Where one argument may lead on this machine.
#[derive(Debug)]
struct Rule {
    name: String,
    is_folder: bool,
    folder: PathBuf,
    roots: Arc<Roots>,
    within: Option<Vec<PathGlob>>,
    /// The patterns as they were written.
    written: String,
}

impl Paths {
    /// The same command behind the check of its paths.
    pub fn new(plans: &[PathPlan], roots: &Arc<Roots>, command: Arc<dyn Command>) -> Self {
        Self { rules: plans.iter().map(|plan| Rule::new(plan, roots)).collect(), command }
    }
}

/// The path and what it really is, where they differ: folders of a machine are often links.
fn both(path: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(path).ok().filter(|real| real != path);
    [Some(path.to_owned()), real].into_iter().flatten().collect()
}

/// A path in the form of patterns; nothing for one that has no such form.
fn text(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if cfg!(windows) {
        return Some(text.strip_prefix(r"\\?\").unwrap_or(text).replace('\\', "/"));
    }
    Some(text.to_owned())
}

impl Rule {
    fn new(plan: &PathPlan, roots: &Arc<Roots>) -> Self {
        let folder = env::current_dir().unwrap_or_default().join(&plan.folder);
        let folder = fs::canonicalize(&folder).unwrap_or(folder);
        let folders = both(&folder);
        let starts = |root: Root| roots.get(&root).map(|path| both(path)).unwrap_or_default();
        let within = plan.within.as_ref().map(|patterns| {
            let globs = patterns.iter().flat_map(|pattern| {
                let starts = pattern.root().map_or_else(|| folders.clone(), starts);
                let expand = |start: PathBuf| {
                    let start = text(&start)?;
                    pattern.expand(&start, &|_| Some(start.clone()))
                };
                starts.into_iter().filter_map(expand).collect::<Vec<_>>()
            });
            globs.collect()
        });
        let written = plan.within.iter().flatten().map(|pattern| format!("`{}`", pattern.as_str()));
        Self {
            name: plan.argument.to_string(),
            is_folder: plan.is_folder,
            folder,
            roots: Arc::clone(roots),
            within,
            written: written.collect::<Vec<_>>().join(", "),
        }
    }

    fn allows(&self, path: &Path) -> bool {
        let Some(within) = &self.within else { return true };
        text(path).is_some_and(|text| within.iter().any(|glob| glob.matches(&text)))
    }

    /// What the page's text leads to.
    fn resolve(&self, given: &str) -> Result<String, Rejection> {
        let path = self.absolute(given)?;
        // A page learns nothing about what lies elsewhere, not even whether it is there.
        if !self.allows(&path) {
            return Err(self.not_allowed());
        }
        let real = fs::canonicalize(&path).map_err(|error| self.unreadable(&error))?;
        let found = text(&real).filter(|_| self.allows(&real)).ok_or_else(|| self.not_allowed())?;
        let kind = fs::metadata(&real).map_err(|error| self.unreadable(&error))?;
        match (self.is_folder, kind.is_dir(), kind.is_file()) {
            (true, true, _) | (false, _, true) => Ok(found),
            (true, ..) => Err(self.invalid("is not a folder")),
            (false, true, _) => Err(self.invalid("is a folder, not a file")),
            // Opening a pipe or a device may wait, or do something.
            (false, ..) => Err(self.invalid("is not a regular file")),
        }
    }

    /// The path from the root of the file system, without steps on the spot or back.
    fn absolute(&self, given: &str) -> Result<PathBuf, Rejection> {
        if given.is_empty() || given.contains('\0') {
            return Err(self.invalid("is not a path"));
        }
        let path = match given.strip_prefix('$') {
            None => self.folder.join(given),
            Some(rest) => {
                let (name, rest) = rest.split_once(['/', '\\']).unwrap_or((rest, ""));
                let root = Root::ALL.iter().find(|root| root.name() == name);
                let folder = root.and_then(|root| self.roots.get(root)).ok_or_else(|| {
                    self.invalid("begins with a folder that this machine does not have")
                })?;
                let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
                // A second root would take the place of the first.
                folder.join(rest.trim_start_matches(['/', '\\']))
            }
        };
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(self.invalid("leads back with `..`"));
        }
        Ok(path.components().collect())
    }

    fn invalid(&self, what: &str) -> Rejection {
        Rejection::new(RejectionCode::InvalidArgument, format!("`{}` {what}", self.name))
    }

    fn not_allowed(&self) -> Rejection {
        let message = format!("`{}` leads out of where it may lead", self.name);
        let rejection = Rejection::new(RejectionCode::PathNotAllowed, message);
        match self.written.as_str() {
            "" => rejection.help("`within` names nothing but what a person picks in a dialog"),
            written => rejection.help(format!(
                "it may lead to {written}; a name that begins with `.` must be written there"
            )),
        }
    }

    fn unreadable(&self, error: &io::Error) -> Rejection {
        let what = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "does not exist".to_owned(),
            _ => format!("cannot be reached: {error}"),
        };
        Rejection::new(RejectionCode::PathNotFound, format!("`{}` {what}", self.name))
    }
}

impl Command for Paths {
    fn call(&self, mut invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            if let InvokeBody::Json(Value::Object(mut arguments)) = invocation.body {
                let rules = Arc::clone(&self.rules);
                let resolve = move || {
                    for rule in &*rules {
                        if let Some(value) = arguments.get_mut(&rule.name) {
                            let given =
                                value.as_str().ok_or_else(|| rule.invalid("is not a path"))?;
                            *value = rule.resolve(given)?.into();
                        }
                    }
                    Ok::<_, Rejection>(arguments)
                };
                // A file system may be slow, or far away.
                let resolved = tokio::task::spawn_blocking(resolve).await.map_err(|_| {
                    Rejection::new(RejectionCode::Internal, "a path could not be resolved")
                })?;
                invocation.body = InvokeBody::Json(Value::Object(resolved?));
            }
            self.command.call(invocation).await
        })
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder with files, links and hidden files, and the rule for one argument in it.
    struct Place {
        folder: tempfile::TempDir,
        roots: Arc<Roots>,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let at = |path: &str| folder.path().join(path);
            for path in ["home/src/app", "home/src/.git", "home/.ssh", "etc"] {
                fs::create_dir_all(at(path)).unwrap();
            }
            for path in ["home/src/app/a.txt", "home/src/.git/config", "home/.ssh/id", "etc/passwd"]
            {
                fs::write(at(path), path).unwrap();
            }
            symlink(at("etc"), at("home/src/etc")).unwrap();
            symlink(at("home/.ssh/id"), at("home/src/app/key.txt")).unwrap();
            symlink(at("home/src/app/a.txt"), at("home/src/b.txt")).unwrap();
            symlink(at("nowhere"), at("home/src/dangling")).unwrap();
            symlink(at("home"), at("linked")).unwrap();
            let roots = Arc::new(Roots::from([(Root::Home, at("linked"))]));
            Self { folder, roots }
        }

        fn rule(&self, is_folder: bool, within: Option<&[&str]>) -> Rule {
            let plan = PathPlan {
                argument: "file".parse().unwrap(),
                is_folder,
                within: within
                    .map(|within| within.iter().map(|text| text.parse().unwrap()).collect()),
                folder: self.folder.path().join("home"),
            };
            Rule::new(&plan, &self.roots)
        }

        /// What a page's text leads to, from the folder of all; or the code of its rejection.
        fn resolve(&self, rule: &Rule, given: &str) -> String {
            let given = given.replace("{folder}", self.folder.path().to_str().unwrap());
            match rule.resolve(&given) {
                Ok(path) => {
                    let real = fs::canonicalize(self.folder.path()).unwrap();
                    Path::new(&path).strip_prefix(real).unwrap().to_str().unwrap().to_owned()
                }
                Err(rejection) => rejection.code().unwrap().to_string(),
            }
        }
    }

    #[test]
    fn a_path_is_the_file_that_it_leads_to() {
        let place = Place::new();
        let rule = place.rule(false, Some(&["$HOME/src/**"]));
        let file = "home/src/app/a.txt";
        for given in [
            "{folder}/home/src/app/a.txt",
            "{folder}/linked/src/app/a.txt",
            "{folder}/home/src//app/./a.txt",
            "{folder}/home/src/b.txt",
            "$HOME/src/app/a.txt",
            "$HOME//src/app/a.txt",
            "src/app/a.txt",
        ] {
            assert_eq!(place.resolve(&rule, given), file, "{given}");
        }
    }

    #[test]
    fn nothing_leads_out_and_nothing_outside_is_told_apart() {
        let place = Place::new();
        let rule = place.rule(false, Some(&["$HOME/src/**"]));
        for given in [
            "{folder}/etc/passwd",
            "{folder}/etc/no-such-file",
            "/no-such-folder/a",
            "$HOME/.ssh/id",
            "$HOME/src/.git/config",
            "{folder}/home/src/etc/passwd",
            "{folder}/home/src/app/key.txt",
            "{folder}/home/srcx",
            "$HOME//etc/passwd",
            "~/src/app/a.txt",
        ] {
            assert_eq!(place.resolve(&rule, given), "path_not_allowed", "{given}");
        }
        for given in
            ["", "a\0b", "$HOME/src/../.ssh/id", "src/app/../app/a.txt", "$NOWHERE/a", "$DATA/a"]
        {
            assert_eq!(place.resolve(&rule, given), "invalid_argument", "{given}");
        }
        for given in ["$HOME/src/no-such-file", "$HOME/src/dangling", "src/app/a.txt/b"] {
            assert_eq!(place.resolve(&rule, given), "path_not_found", "{given}");
        }
    }

    #[test]
    fn hidden_files_are_reached_where_a_pattern_names_them() {
        let place = Place::new();
        let rule = place.rule(false, Some(&["src/.git/*", "$HOME/src/*"]));
        assert_eq!(place.resolve(&rule, "$HOME/src/.git/config"), "home/src/.git/config");
        // The link is within, and what it leads to is not.
        assert_eq!(place.resolve(&rule, "$HOME/src/b.txt"), "path_not_allowed");
    }

    #[test]
    fn a_file_is_no_folder_and_a_folder_no_file() {
        let place = Place::new();
        let file = place.rule(false, None);
        let folder = place.rule(true, Some(&["$HOME/src", "$HOME/src/**"]));
        assert_eq!(place.resolve(&file, "src/app"), "invalid_argument");
        assert_eq!(place.resolve(&file, "/dev/null"), "invalid_argument");
        assert_eq!(place.resolve(&file, "{folder}/etc/passwd"), "etc/passwd");
        assert_eq!(place.resolve(&folder, "src/app/a.txt"), "invalid_argument");
        assert_eq!(place.resolve(&folder, "src/app/"), "home/src/app");
        assert_eq!(place.resolve(&folder, "$HOME/src"), "home/src");
        assert_eq!(place.resolve(&folder, "$HOME"), "path_not_allowed");
    }

    #[test]
    fn what_only_a_person_picks_leads_nowhere_without_one() {
        let place = Place::new();
        let refused = place.rule(false, Some(&[])).resolve("src/app/a.txt").unwrap_err();
        assert_eq!(refused.code(), Some(RejectionCode::PathNotAllowed));
    }
}
