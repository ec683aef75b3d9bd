//! What runs behind a command: one backend of its own, or one that it shares with others.

use super::{Lowering, escape, place, section_entries, templates::Uses};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    document::{Entry, Node},
    manifest::{Argument, Backend, Manifest, SharedBackend, SharedKind, file},
    name::{CommandName, Word},
    plan::{JsonTemplate, RemoteCall, SidecarPlan},
    source::{Span, Spanned},
};
use std::{collections::BTreeMap, sync::Arc};

/// Shared backends as they were written: each command that uses one reads it anew, with what it adds.
pub(super) type Shared = BTreeMap<Word, Prepared>;

/// One shared backend, read once.
pub(super) struct Prepared {
    pub(super) kind: PreparedKind,
    pub(super) arguments: Vec<Argument>,
    pub(super) uses: Uses,
    pub(super) program: Option<Span>,
    /// How many values it is made of.
    size: usize,
}

pub(super) enum PreparedKind {
    Process(crate::plan::ProcessPlan),
    Http(super::http::Service),
    Sidecar(Arc<SidecarPlan>),
}

/// Where a command is declared.
pub(super) struct Owner<'a> {
    pub(super) shared: &'a Shared,
    pub(super) default: DefaultRun,
}

/// What runs behind a command that does not say.
pub(super) enum DefaultRun {
    /// Nothing does.
    None,
    /// The sidecar of its plugin, with the place of the program's name; nothing if its declaration has a fault.
    Sidecar(Option<(Arc<SidecarPlan>, Span)>),
    /// The plugin of the program, by its name.
    Native(Spanned<String>),
}

/// What was read of a command's `run`.
pub(super) struct Running {
    pub(super) backend: Spanned<Backend>,
    pub(super) arguments: Vec<Argument>,
    pub(super) uses: Uses,
    pub(super) program: Option<Span>,
    pub(super) shared: Option<Spanned<Word>>,
}

/// Whether a command without `run` really has none, rather than one under a misspelt key.
fn has_no_other_run(entry: &Entry) -> bool {
    let known = ["description", "args", "returns", "run", "limits"];
    entry.value.entries().all(|(key, _)| known.contains(&key) || nearest(key, ["run"]).is_none())
}

/// Keys that say what runs.
const WAYS: [&str; 5] = ["value", "process", "http", "native", "use"];

/// How many values a part of the file holds.
fn size(node: &Node) -> usize {
    let values = node.entries().map(|(_, entry)| size(&entry.value));
    1 + values.chain(node.items().iter().map(size)).sum::<usize>()
}

/// A command's name within its plugin.
fn own_name(name: &CommandName) -> &str {
    name.as_str().rsplit('|').next().unwrap_or_default()
}

impl Running {
    fn new(backend: Backend, span: Span) -> Self {
        Self {
            backend: Spanned::new(backend, span),
            arguments: Vec::new(),
            uses: Uses::default(),
            program: None,
            shared: None,
        }
    }
}

impl Lowering<'_> {
    /// Reads `backends`; the typed list goes into the manifest.
    pub(super) fn backends(&mut self, manifest: &mut Manifest) -> Shared {
        let mut found = Shared::new();
        for (key, entry) in section_entries(self.document, "backends") {
            let name = self.name::<Word>(key, entry.key, Code::InvalidName);
            let file = self.read::<file::Backend>(&format!("/backends/{}", escape(key)));
            let prepared = match (name, file) {
                (Some(name), Some(file)) => {
                    self.prepare(&name, entry, file).map(|prepared| (name, prepared))
                }
                _ => None,
            };
            let Some((name, prepared)) = prepared else {
                manifest.broken.backends.insert(key);
                continue;
            };
            let kind = match &prepared.kind {
                PreparedKind::Process(_) => SharedKind::Process,
                PreparedKind::Http(_) => SharedKind::Http,
                PreparedKind::Sidecar(plan) => SharedKind::Sidecar(Arc::clone(plan)),
            };
            let shared = SharedBackend {
                span: entry.key,
                kind,
                program: prepared.program,
                args: prepared.arguments.clone(),
                secrets: prepared.uses.secrets.clone(),
            };
            manifest.backends.insert(name.clone(), shared);
            found.insert(name, prepared);
        }
        found
    }

    fn prepare(&mut self, name: &Word, entry: &Entry, file: file::Backend) -> Option<Prepared> {
        let node = &entry.value;
        let arguments =
            file.args.map(|args| self.arguments(node.find("args"), args, true)).unwrap_or_default();
        let mut uses = Uses::default();
        let mut program = None;
        let kind = if let (Some(process), Some(at)) = (file.process, node.find("process")) {
            program = at.find("program").map(|node| node.span);
            PreparedKind::Process(self.process(at, process, &mut uses)?)
        } else if let (Some(http), Some(at)) = (file.http, node.find("http")) {
            PreparedKind::Http(self.service(at, http, &mut uses)?)
        } else if let (Some(sidecar), Some(at)) = (file.sidecar, node.find("sidecar")) {
            program = at.find("program").map(|node| node.span);
            PreparedKind::Sidecar(Arc::new(self.sidecar(name, at, sidecar, &mut uses)?))
        } else {
            return None;
        };
        Some(Prepared { kind, arguments, uses, program, size: size(node) })
    }

    /// Reads what runs behind a command.
    pub(super) fn run(
        &mut self,
        name: &CommandName,
        entry: &Entry,
        file: Option<file::Run>,
        owner: &Owner<'_>,
        manifest: &Manifest,
    ) -> Option<Running> {
        let own_name = own_name(name);
        let Some((file, node)) = file.zip(entry.value.find("run")) else {
            return self.default_run(name, entry, owner);
        };
        if !self.is_one_way(node, owner) {
            return None;
        }
        if file.uses.is_some() {
            return self.shared_run(own_name, node, file, owner, manifest);
        }
        if let Some(native) = file.native {
            let span = place(node, "native");
            return Some(Running::new(Backend::Native(native), span));
        }
        if let (Some(value), Some(at)) = (&file.value, node.find("value")) {
            let mut uses = Uses::default();
            self.value_uses(at, &mut uses);
            // What does not parse was reported with its place.
            let template = JsonTemplate::parse(value).ok()?;
            return Some(Running { uses, ..Running::new(Backend::Value(template), node.span) });
        }
        if let (Some(process), Some(at)) = (file.process, node.find("process")) {
            let mut uses = Uses::default();
            let plan = self.process(at, process, &mut uses)?;
            let program = at.find("program").map(|node| node.span);
            return Some(Running {
                uses,
                program,
                ..Running::new(Backend::Process(plan), node.span)
            });
        }
        if let (Some(http), Some(at)) = (file.http, node.find("http")) {
            let mut uses = Uses::default();
            let service = self.service(at, http, &mut uses)?;
            let plan =
                self.request(at, service, file::Request::default(), None, None, &mut uses)?;
            return Some(Running { uses, ..Running::new(Backend::Http(plan), node.span) });
        }
        let DefaultRun::Sidecar(Some((sidecar, program))) = &owner.default else { return None };
        let (sidecar, program) = (Arc::clone(sidecar), *program);
        let method = file.method.unwrap_or_else(|| own_name.to_owned());
        let backend = Backend::Sidecar(RemoteCall { sidecar, method });
        Some(Running { program: Some(program), ..Running::new(backend, node.span) })
    }

    /// A command of a plugin that is a sidecar's or native needs no `run`.
    fn default_run(
        &mut self,
        name: &CommandName,
        entry: &Entry,
        owner: &Owner<'_>,
    ) -> Option<Running> {
        let method = own_name(name);
        let is_missing = entry.value.find("run").is_none() && has_no_other_run(entry);
        match &owner.default {
            DefaultRun::Sidecar(None) => return None,
            DefaultRun::Sidecar(Some((sidecar, program))) => {
                let (sidecar, method) = (Arc::clone(sidecar), method.to_owned());
                let backend = Backend::Sidecar(RemoteCall { sidecar, method });
                return Some(Running {
                    program: Some(*program),
                    ..Running::new(backend, entry.key)
                });
            }
            DefaultRun::Native(plugin) if is_missing => {
                let native = format!("{}|{method}", plugin.value);
                return Some(Running::new(Backend::Native(native), entry.key));
            }
            DefaultRun::Native(_) | DefaultRun::None => {}
        }
        if is_missing {
            let message = format!("`{method}` says nothing to run");
            // The JSON Schema cannot tell whether a plugin has a sidecar, beside which nothing would be missing.
            let code = if name.is_app() { Code::MissingKey } else { Code::InvalidValue };
            self.report(
                Diagnostic::new(code, entry.key, message)
                    .help("for example `run: { value: \"1.0.0\" }`"),
            );
        }
        None
    }

    /// Whether exactly one thing runs, and nothing stands beside it that belongs to another; if not, that is reported.
    fn is_one_way(&mut self, node: &Node, owner: &Owner<'_>) -> bool {
        let ways: Vec<(&str, Span)> = node
            .entries()
            .filter(|(key, _)| WAYS.contains(key))
            .map(|(key, entry)| (key, entry.key))
            .collect();
        match ways.as_slice() {
            [] if matches!(owner.default, DefaultRun::Sidecar(_)) => {
                self.has_only(node, &["method"], "a sidecar's command")
            }
            [] => {
                let words = || WAYS.into_iter().chain(["method"]);
                let is_misspelt = node.entries().any(|(key, _)| nearest(key, words()).is_some());
                if !is_misspelt {
                    let message = "`run` says nothing to run";
                    self.report(
                        Diagnostic::new(Code::MissingKey, node.first_character(), message)
                            .help("give it one of `value`, `process`, `http`, `native` and `use`"),
                    );
                }
                false
            }
            [("use", _)] => true,
            [(way, _)] => self.has_only(node, &[way], &format!("`{way}`")),
            [(first, span), (second, at), ..] => {
                let message = format!("`{second}` says a second thing to run");
                self.report(
                    Diagnostic::new(Code::InvalidValue, *at, message)
                        .help("keep one of `value`, `process`, `http`, `native` and `use`")
                        .related(*span, format!("`{first}` is the first")),
                );
                false
            }
        }
    }

    /// Whether a mapping has no keys but these; one that it has is reported.
    pub(super) fn has_only(&mut self, node: &Node, keys: &[&str], owner: &str) -> bool {
        // What the schema does not know at all is reported by the structure's check.
        let known = [
            "value", "process", "http", "native", "use", "method", "args", "stdin", "output",
            "exit", "stream", "get", "head", "post", "put", "patch", "delete", "query", "headers",
            "body", "status",
        ];
        let excess = node.entries().find(|(key, _)| known.contains(key) && !keys.contains(key));
        if let Some((key, entry)) = excess {
            let message = format!("`{key}` has no meaning beside {owner}");
            let help = match key {
                "args" | "stdin" | "output" | "exit" | "stream" if owner == "`process`" => {
                    format!("write `{key}` inside `process`")
                }
                _ => "remove it".to_owned(),
            };
            self.report(Diagnostic::new(Code::InvalidValue, entry.key, message).help(help));
        }
        excess.is_none()
    }

    fn shared_run(
        &mut self,
        own_name: &str,
        node: &Node,
        file: file::Run,
        owner: &Owner<'_>,
        manifest: &Manifest,
    ) -> Option<Running> {
        let span = place(node, "use");
        let name = self.name::<Word>(file.uses.as_deref()?, span, Code::InvalidName)?;
        let Some(prepared) = owner.shared.get(&name) else {
            if !manifest.broken.backends.contains(name.as_str()) {
                self.report(undefined_backend(&name, span, owner.shared));
            }
            return None;
        };
        if !self.may_repeat(prepared.size, span) {
            return None;
        }
        let mut uses = prepared.uses.clone();
        let backend = match &prepared.kind {
            PreparedKind::Process(plan) => {
                let keys = ["use", "args", "stdin", "output", "exit", "stream"];
                if !self.has_only(node, &keys, "a program") {
                    return None;
                }
                Backend::Process(self.extended(node, plan.clone(), file, &mut uses)?)
            }
            PreparedKind::Http(service) => {
                let keys = [
                    "use", "get", "head", "post", "put", "patch", "delete", "query", "headers",
                    "body", "status", "output", "stream",
                ];
                if !self.has_only(node, &keys, "an HTTP service") {
                    return None;
                }
                let service = service.clone();
                let (output, stream) = (file.output, file.stream);
                Backend::Http(self.request(
                    node,
                    service,
                    file.request,
                    output,
                    stream,
                    &mut uses,
                )?)
            }
            PreparedKind::Sidecar(sidecar) => {
                if !self.has_only(node, &["use", "method"], "a sidecar") {
                    return None;
                }
                let method = file.method.unwrap_or_else(|| own_name.to_owned());
                Backend::Sidecar(RemoteCall { sidecar: Arc::clone(sidecar), method })
            }
        };
        Some(Running {
            backend: Spanned::new(backend, node.span),
            arguments: prepared.arguments.clone(),
            uses,
            program: prepared.program,
            shared: Some(Spanned::new(name, span)),
        })
    }
}

fn undefined_backend(name: &Word, span: Span, shared: &Shared) -> Diagnostic {
    let near = nearest(name.as_str(), shared.keys().map(Word::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare it: `backends: {{ {name}: {{ process: … }} }}`"),
    };
    let message = format!("the backend `{name}` is not declared");
    Diagnostic::new(Code::UndefinedBackend, span, message).help(help).did_you_mean(
        span,
        name.as_str(),
        near,
    )
}
