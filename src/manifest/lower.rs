//! From spanned tree to typed manifest: each entry on its own, so that a fault in one hides none in another.

use super::{
    App, Broken, BrokenNames, Channels, Limits, Manifest, Unlisted, backend, entries, file,
    structure::{Structure, check_structure},
    units,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    name::{CommandName, Label, NameError, Word},
    pattern::OriginPattern,
    source::{Span, Spanned},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// Names of origins that the language itself gives.
const BUILT_IN_ORIGINS: [&str; 2] = ["app", "remote"];

/// The policy of pages whose manifest has none.
const DEFAULT_CSP: &str = "default-src 'self'";

/// Reads a document as a manifest; `root` is the folder of its file.
///
/// Every fault is reported. An entry with a structural fault is left out, and its name is remembered in
/// [`Manifest::broken`]. `None` means that not even the outline could be read.
pub fn lower(document: &Node, root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Option<Manifest> {
    let json = document.to_json();
    let structure = check_structure(document, &json, diagnostics);
    json.as_object()?;
    let mut lowering = Lowering { json: &json, structure, root, diagnostics };
    let section = |lowering: &Lowering<'_>, key: &str| BrokenNames {
        is_whole_section: lowering.is_unread_section(document, key),
        ..BrokenNames::default()
    };
    let broken = Broken {
        app: lowering.structure.is_broken("/app") || lowering.is_unread_section(document, "app"),
        commands: section(&lowering, "commands"),
        plugins: section(&lowering, "plugins"),
        origins: section(&lowering, "origins"),
        windows: section(&lowering, "windows"),
        permissions: section(&lowering, "permissions"),
    };
    let app = lowering.app(document);
    let mut manifest = Manifest {
        start: document.first_character(),
        root: root.to_owned(),
        origins: BTreeMap::new(),
        windows: Vec::new(),
        commands: BTreeMap::new(),
        plugins: BTreeMap::new(),
        permissions: Vec::new(),
        unlisted: lowering.section("unlisted").unwrap_or(Unlisted::Deny),
        limits: lowering.limits(document),
        channels: lowering.channels(),
        broken,
        app,
    };
    lowering.origins(document, &mut manifest);
    lowering.windows(document, &mut manifest);
    lowering.commands(document, &mut manifest);
    lowering.plugins(document, &mut manifest);
    lowering.permissions(document, &mut manifest);
    Some(manifest)
}

/// The state of one lowering: the same value as JSON, the faults that are known, and where new ones go.
pub(super) struct Lowering<'a> {
    json: &'a Value,
    structure: Structure,
    pub(super) root: &'a Path,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

/// The entries of a section of the file, such as `commands`.
fn section_entries<'a>(owner: &'a Node, key: &str) -> Vec<(&'a str, &'a Entry)> {
    owner.find(key).map(|node| node.entries().collect()).unwrap_or_default()
}

/// The app's id names folders, so nothing but its grammar may be in it.
fn is_reverse_dns(id: &str) -> bool {
    id.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The value with whole numbers as integers, however they were written.
fn with_integers(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            // In this range every whole number is exactly one double.
            let whole =
                number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            whole.map_or_else(|| value.clone(), |whole| Value::from(whole as i64))
        }
        Value::Array(items) => items.iter().map(with_integers).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, member)| (key.clone(), with_integers(member))).collect()
        }
        other => other.clone(),
    }
}

impl Lowering<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads the value at a JSON pointer, unless something in it is known to be broken.
    fn read<T: DeserializeOwned>(&self, pointer: &str) -> Option<T> {
        if self.structure.is_unreadable(pointer) {
            return None;
        }
        let value = self.json.pointer(pointer)?;
        // To JSON Schema `4.0` is an integer; to Rust it is not.
        T::deserialize(value).or_else(|_| T::deserialize(&with_integers(value))).ok()
    }

    /// Whether a section is of the wrong type, or is not there and may stand under a misspelt key.
    fn is_unread_section(&self, document: &Node, key: &str) -> bool {
        match document.find(key) {
            Some(node) => {
                node.entries().next().is_none() && self.structure.is_broken(&format!("/{key}"))
            }
            None => self.structure.misspelt.contains("") || self.structure.unreadable.contains(""),
        }
    }

    fn section<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.read(&format!("/{key}"))
    }

    fn app(&mut self, document: &Node) -> App {
        let file = self.section::<file::App>("app");
        let (id, name, frontend, csp) =
            file.map(|app| (app.id, app.name, app.frontend, app.csp)).unwrap_or_default();
        let span =
            |key: &str| document.find("app").and_then(|app| app.find(key)).map(|node| node.span);
        let written =
            document.pointer("/app/id").and_then(|node| Some((node.as_str()?, node.span)));
        if let Some((id, span)) = written.filter(|(id, _)| !is_reverse_dns(id)) {
            let message = format!("`{}` is not a reverse domain name", id.escape_debug());
            self.report(
                Diagnostic::new(Code::InvalidName, span, message).help(
                    "write letters, digits and `-` between dots, such as `dev.example.notes`",
                ),
            );
        }
        let has_break = csp.as_ref().is_some_and(|csp| csp.chars().any(char::is_control));
        if let Some(span) = span("csp").filter(|_| has_break) {
            self.report(
                Diagnostic::new(Code::InvalidValue, span, "the policy holds a line break")
                    .help("write it on one line, with `;` between directives"),
            );
        }
        App {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            frontend: frontend.map(|folder| self.root.join(folder)),
            csp: csp.unwrap_or_else(|| DEFAULT_CSP.to_owned()),
        }
    }

    fn limits(&mut self, document: &Node) -> Limits {
        let node = document.find("limits");
        let defaults = Limits::default();
        Limits {
            payload: self.unit(node, "payload", units::parse_size).unwrap_or(defaults.payload),
            timeout: self.unit(node, "timeout", units::parse_duration).unwrap_or(defaults.timeout),
            concurrency: self.read("/limits/concurrency").unwrap_or(defaults.concurrency),
            rate: self.unit(node, "rate", units::parse_rate).unwrap_or(defaults.rate),
        }
    }

    /// Reads a size, duration or rate; what it may look like is told by example.
    pub(super) fn unit<T>(
        &mut self,
        owner: Option<&Node>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let node = owner?.find(key)?;
        let text = node.as_str()?;
        let parsed = parse(text);
        if parsed.is_none() {
            let (kind, help) = match key {
                "payload" => ("size", "sizes are written `512B`, `64KiB`, `16MiB` or `1GiB`"),
                "timeout" => {
                    ("duration", "durations are written `500ms`, `30s` or `2m`, up to a day")
                }
                _ => ("rate", "rates are written `1000/s` or `60/m`"),
            };
            let message = format!("`{text}` is not a {kind}");
            self.report(Diagnostic::new(Code::InvalidValue, node.span, message).help(help));
        }
        parsed
    }

    fn channels(&self) -> Channels {
        let bytes = |key: &str, default: usize| {
            self.read::<u32>(&format!("/channels/{key}")).map_or(default, |bytes| bytes as usize)
        };
        let defaults = Channels::default();
        Channels {
            json_threshold: bytes("json_threshold", defaults.json_threshold),
            raw_threshold: bytes("raw_threshold", defaults.raw_threshold),
        }
    }

    /// Reads a key as a name; what is wrong with it is reported with the code.
    pub(super) fn name<T>(&mut self, text: &str, span: Span, code: Code) -> Option<T>
    where
        T: std::str::FromStr<Err = NameError>,
    {
        let kind = if code == Code::InvalidLabel { "label" } else { "name" };
        let error = match text.parse() {
            Ok(name) => return Some(name),
            Err(error) => error,
        };
        let text = text.escape_debug();
        let (message, help) = match error {
            NameError::Empty => (format!("a {kind} cannot be empty"), None),
            NameError::Character { character, grammar } => (
                format!(
                    "`{text}` is not a {kind}: `{}` may not stand in it",
                    character.escape_debug()
                ),
                Some(format!("a {kind} is made of {grammar}")),
            ),
            error => (format!("`{text}` is not a {kind}: {error}"), None),
        };
        self.report(Diagnostic::new(code, span, message).maybe_help(help));
        None
    }

    fn origins(&mut self, document: &Node, manifest: &mut Manifest) {
        for (key, entry) in section_entries(document, "origins") {
            manifest.broken.origins.names.insert(key.to_owned());
            let Some(name) = self.name::<Word>(key, entry.key, Code::InvalidName) else { continue };
            if BUILT_IN_ORIGINS.contains(&key) {
                self.report(
                    Diagnostic::new(Code::InvalidName, entry.key, format!("`{key}` is built in"))
                        .help("give the origin another name"),
                );
                continue;
            }
            let Some(text) = entry.value.as_str() else { continue };
            match text.parse::<OriginPattern>() {
                Ok(pattern) => {
                    manifest.broken.origins.names.remove(key);
                    manifest.origins.insert(name, Spanned::new(pattern, entry.value.span));
                }
                Err(error) => self.report(
                    Diagnostic::new(Code::InvalidOrigin, entry.value.span, error.message)
                        .maybe_help(error.help),
                ),
            }
        }
    }

    fn windows(&mut self, document: &Node, manifest: &mut Manifest) {
        for (key, entry) in section_entries(document, "windows") {
            let label = self.name::<Label>(key, entry.key, Code::InvalidLabel);
            let file = self.read::<file::Window>(&format!("/windows/{}", escape(key)));
            let window = match (label, file) {
                (Some(label), Some(file)) => {
                    entries::window(self, label, entry, file, &manifest.app)
                }
                _ => None,
            };
            match window {
                Some(window) => manifest.windows.push(window),
                None => {
                    manifest.broken.windows.names.insert(key.to_owned());
                }
            }
        }
    }

    fn commands(&mut self, document: &Node, manifest: &mut Manifest) {
        for (key, entry) in section_entries(document, "commands") {
            let name = self.name::<CommandName>(key, entry.key, Code::InvalidName);
            let name = name.filter(|name| {
                if !name.is_app() {
                    self.report(
                        Diagnostic::new(
                            Code::InvalidName,
                            entry.key,
                            format!("`{key}` belongs to a plugin"),
                        )
                        .help("declare it under `plugins:`"),
                    );
                }
                name.is_app()
            });
            self.command(name, key, entry, &format!("/commands/{}", escape(key)), manifest);
        }
    }

    fn plugins(&mut self, document: &Node, manifest: &mut Manifest) {
        for (key, entry) in section_entries(document, "plugins") {
            let pointer = format!("/plugins/{}", escape(key));
            let commands = format!("{pointer}/commands");
            if self.structure.misspelt.contains(&pointer)
                || self.structure.unreadable.contains(&pointer)
                || self.structure.unreadable.contains(&commands)
            {
                manifest.broken.plugins.names.insert(key.to_owned());
            }
            let Some(plugin) = self.name::<Word>(key, entry.key, Code::InvalidName) else {
                manifest.broken.plugins.names.insert(key.to_owned());
                continue;
            };
            if key.starts_with("__") {
                self.report(
                    Diagnostic::new(Code::InvalidName, entry.key, format!("`{key}` is reserved"))
                        .help("namespaces that begin with two underscores belong to the gateway"),
                );
                manifest.broken.plugins.names.insert(key.to_owned());
                continue;
            }
            for (name_key, command) in section_entries(&entry.value, "commands") {
                let word = self.name::<Word>(name_key, command.key, Code::InvalidName);
                let name = word.map(|word| CommandName::in_plugin(&plugin, &word));
                let pointer = format!("{commands}/{}", escape(name_key));
                let wire = format!("plugin:{key}|{name_key}");
                self.command(name, &wire, command, &pointer, manifest);
            }
            manifest.plugins.insert(plugin, entry.key);
        }
    }

    fn command(
        &mut self,
        name: Option<CommandName>,
        wire: &str,
        entry: &Entry,
        pointer: &str,
        manifest: &mut Manifest,
    ) {
        let file = self.read::<file::Command>(pointer);
        let command = match (&name, file) {
            (Some(_), Some(file)) => backend::command(self, entry, file),
            _ => None,
        };
        if command.is_none() || self.structure.is_broken(pointer) {
            manifest.broken.commands.names.insert(wire.to_owned());
        }
        if let (Some(name), Some(command)) = (name, command) {
            manifest.commands.insert(name, command);
        }
    }

    fn permissions(&mut self, document: &Node, manifest: &mut Manifest) {
        for (key, entry) in section_entries(document, "permissions") {
            let pointer = format!("/permissions/{}", escape(key));
            let mut is_whole = !self.structure.is_broken(&pointer);
            let before = self.diagnostics.len();
            let id = self.name::<Word>(key, entry.key, Code::InvalidName);
            let file = self.read::<file::Permission>(&pointer);
            if let (Some(id), Some(file)) = (id, file) {
                manifest.permissions.push(entries::permission(self, id, entry, file, is_whole));
            }
            // An entry that was left out may be the one that allows a command.
            is_whole &= self.diagnostics.len() == before;
            if !is_whole {
                manifest.broken.permissions.names.insert(key.to_owned());
            }
        }
    }
}
