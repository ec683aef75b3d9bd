//! `path`: paths as texts. Nothing is opened and no link is followed; what a page learns are names of folders.

use crate::{
    command::{Commands, State},
    ipc::{Rejection, RejectionCode},
    pattern::Root,
    plugin::{AppInfo, Plugin, PluginContext, PluginError},
};
use std::{
    env,
    path::{Component, MAIN_SEPARATOR, Path, PathBuf, is_separator},
    sync::OnceLock,
};

/// The plugin, which knows the app's folders once it has begun.
#[derive(Debug, Default)]
pub(super) struct Paths(OnceLock<AppInfo>);

impl Plugin for Paths {
    fn name(&self) -> &'static str {
        "path"
    }

    fn commands(&self) -> Commands {
        portcullis::commands![
            basename,
            dirname,
            extname,
            is_absolute,
            join,
            normalize,
            resolve,
            resolve_directory,
        ]
    }

    fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
        self.0.get_or_init(|| context.app().clone());
        Ok(())
    }
}

/// The folder that has a number in the frontend's package.
fn base_folder(app: &AppInfo, number: u8) -> Option<PathBuf> {
    // The system's own are those in which apps have theirs.
    let shared = |root| app.folder(root)?.parent().map(Path::to_owned);
    match number {
        1 => app.folder(Root::Audio),
        2 => shared(Root::Cache),
        3 => shared(Root::Config),
        4 => shared(Root::Data),
        5 => shared(Root::LocalData),
        6 => app.folder(Root::Document),
        7 => app.folder(Root::Download),
        8 => app.folder(Root::Picture),
        9 => app.folder(Root::Public),
        10 => app.folder(Root::Video),
        11 => app.folder(Root::Resource),
        12 => app.folder(Root::Temp),
        13 => app.folder(Root::Config),
        14 => app.folder(Root::Data),
        15 => app.folder(Root::LocalData),
        16 => app.folder(Root::Cache),
        17 => app.folder(Root::Log),
        18 => app.folder(Root::Desktop),
        19 => dirs::executable_dir(),
        20 => app.folder(Root::Font),
        21 => app.folder(Root::Home),
        22 => app.folder(Root::Runtime),
        23 => app.folder(Root::Template),
        _ => None,
    }
}

#[crate::command]
fn resolve_directory(
    paths: State<Paths>,
    directory: u8,
    path: Option<String>,
) -> Result<String, Rejection> {
    let missing = || {
        let message = format!("this system has no folder of the kind {directory}");
        Rejection::new(RejectionCode::PathNotFound, message)
    };
    let mut found =
        paths.0.get().and_then(|app| base_folder(app, directory)).ok_or_else(missing)?;
    // What begins at a root is meant from the folder on, too.
    let below = path.as_deref().map(|path| path.trim_start_matches(is_separator));
    if let Some(below) = below.filter(|below| !below.is_empty()) {
        found.push(below);
    }
    Ok(text(&normal(&found)))
}

/// From the folder that the gateway was started in, each from the one before.
#[crate::command]
fn resolve(paths: Vec<String>) -> Result<String, Rejection> {
    let nowhere = |_| Rejection::new(RejectionCode::PathNotFound, "there is no working folder");
    let mut found = env::current_dir().map_err(nowhere)?;
    found.extend(paths);
    Ok(text(&normal(&found)))
}

#[crate::command]
fn normalize(path: String) -> String {
    let mut found = text_or_dot(&normal(Path::new(&path)));
    if path.ends_with(is_separator) && !found.ends_with(is_separator) {
        found.push(MAIN_SEPARATOR);
    }
    found
}

/// One behind the other, even where one begins at a root.
#[crate::command]
fn join(paths: Vec<String>) -> String {
    let separator = MAIN_SEPARATOR.to_string();
    let given: Vec<String> = paths.into_iter().filter(|path| !path.is_empty()).collect();
    text_or_dot(&normal(Path::new(&given.join(&separator))))
}

#[crate::command]
fn dirname(path: String) -> Result<String, String> {
    let parent = Path::new(&path).parent().map(text);
    parent.ok_or_else(|| "the path has no parent".to_owned())
}

#[crate::command]
fn extname(path: String) -> Result<String, String> {
    let extension = Path::new(&path).extension().map(|text| text.to_string_lossy().into_owned());
    extension.ok_or_else(|| "the path has no extension".to_owned())
}

#[crate::command]
fn basename(path: String, ext: Option<String>) -> Result<String, String> {
    let name = Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| "the path has no last part".to_owned())?;
    let short = ext.as_deref().and_then(|ext| name.strip_suffix(ext));
    Ok(short.filter(|short| !short.is_empty()).unwrap_or(&name).to_owned())
}

#[crate::command]
fn is_absolute(path: String) -> bool {
    Path::new(&path).is_absolute()
}

/// Without `.`, and with every `..` taken back that has a folder before it. Links are not looked at.
fn normal(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match found.components().next_back() {
                Some(Component::Normal(_)) => {
                    found.pop();
                }
                // Nothing is above the root.
                Some(Component::RootDir | Component::Prefix(_)) => {}
                Some(Component::CurDir | Component::ParentDir) | None => found.push(".."),
            },
            part => found.push(part),
        }
    }
    found
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn text_or_dot(path: &Path) -> String {
    if path.as_os_str().is_empty() { ".".to_owned() } else { text(path) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normal_without_being_looked_at() {
        let cases = [
            ("", "."),
            (".", "."),
            ("..", ".."),
            ("a/..", "."),
            ("./a//b/../c", "a/c"),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            ("/..", "/"),
            ("/a/../../b/", "/b/"),
            ("a/", "a/"),
        ];
        for (given, expected) in cases {
            assert_eq!(normalize(given.to_owned()), expected, "{given:?}");
        }
    }

    #[test]
    fn parts_are_put_together_and_taken_apart() {
        let joined = |parts: &[&str]| join(parts.iter().map(|part| (*part).to_owned()).collect());
        assert_eq!(joined(&["users", "..", "ada", "/avatar.png"]), "ada/avatar.png");
        assert_eq!(joined(&["/home", "", "ada"]), "/home/ada");
        assert_eq!(joined(&[]), ".");
        let owned = |text: &str| text.to_owned();
        assert_eq!(dirname(owned("/home/ada/")), Ok(owned("/home")));
        assert!(dirname(owned("/")).is_err());
        assert_eq!(extname(owned("/a/app.conf")), Ok(owned("conf")));
        assert!(extname(owned("/a/.conf")).is_err());
        let name = |path: &str, ext: Option<&str>| basename(owned(path), ext.map(owned));
        assert_eq!(name("/a/app.conf/", None), Ok(owned("app.conf")));
        assert_eq!(name("/a/app.conf", Some(".conf")), Ok(owned("app")));
        assert_eq!(name("/a/.conf", Some(".conf")), Ok(owned(".conf")));
        assert!(name("/", None).is_err());
        assert!(is_absolute(owned("/a")) && !is_absolute(owned("a")));
    }

    #[test]
    fn every_number_of_the_package_is_a_folder_of_its_own() {
        let folder = |root: Root| Some(PathBuf::from(format!("/{}/own", root.name())));
        let app = AppInfo::new("dev.example.a".into(), "A".into(), "1".into(), folder);
        let known: Vec<_> = (1..=23).filter_map(|number| base_folder(&app, number)).collect();
        let own = (1..=23).filter(|number| *number != 19 && base_folder(&app, *number).is_some());
        assert_eq!(own.count(), 22);
        let different: std::collections::BTreeSet<_> = known.iter().collect();
        assert_eq!(different.len(), known.len(), "{known:?}");
        assert_eq!(base_folder(&app, 0), None);
        assert_eq!(base_folder(&app, 24), None);
        assert_eq!(base_folder(&app, 3), Some(PathBuf::from("/CONFIG")));
        assert_eq!(base_folder(&app, 13), Some(PathBuf::from("/CONFIG/own")));
    }
}
