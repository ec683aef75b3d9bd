//! Commands: what they take, what they give, and what stands behind them.

use super::{
    Lowering, escape,
    run::{DefaultRun, Owner, Shared},
    section_entries,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    manifest::{Argument, Backend, Command, CommandLimits, Manifest, file, units},
    name::{CommandName, Word},
    plan::Input,
    source::{Span, Spanned},
};
use std::collections::HashMap;

impl Lowering<'_> {
    pub(super) fn commands(&mut self, shared: &Shared, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "commands") {
            let name = self.name::<CommandName>(key, entry.key, Code::InvalidName);
            let name = name.filter(|name| {
                if !name.is_app() {
                    let message = format!("`{key}` belongs to a plugin");
                    self.report(
                        Diagnostic::new(Code::InvalidName, entry.key, message)
                            .help("declare it under `plugins:`"),
                    );
                }
                name.is_app()
            });
            let pointer = format!("/commands/{}", escape(key));
            let owner = Owner { shared, default: DefaultRun::None };
            self.named_command(name, key, entry, &pointer, &owner, manifest);
        }
    }

    /// Reads one command; under which name it is known is `wire`.
    pub(super) fn named_command(
        &mut self,
        name: Option<CommandName>,
        wire: &str,
        entry: &Entry,
        pointer: &str,
        owner: &Owner<'_>,
        manifest: &mut Manifest,
    ) {
        let file = self.read::<file::Command>(pointer);
        let command = match (&name, file) {
            (Some(name), Some(file)) => self.command(name, entry, file, owner, manifest),
            _ => None,
        };
        if command.is_none() || self.structure.is_broken(pointer) {
            manifest.broken.commands.insert(wire);
        }
        if let (Some(name), Some(command)) = (name, command) {
            manifest.commands.insert(name, command);
        }
    }

    fn command(
        &mut self,
        name: &CommandName,
        entry: &Entry,
        file: file::Command,
        owner: &Owner<'_>,
        manifest: &Manifest,
    ) -> Option<Command> {
        let node = &entry.value;
        let own = file.args.map(|args| self.arguments(node.find("args"), args, false));
        let returns = file.returns.and_then(|schema| {
            let node = node.find("returns")?;
            Some(Spanned::new(self.contract(node, schema, "a result")?, node.span))
        });
        let limits = self.command_limits(node, file.limits.as_ref());
        let run = self.run(name, entry, file.run, owner, manifest)?;
        let args = match (&run.backend.value, own) {
            // Only a Rust function can check arguments that the manifest does not declare.
            (Backend::Native(_), None) => None,
            (backend, own) => {
                let args = self.with_shared(own.unwrap_or_default(), run.arguments);
                if takes_bytes(backend) { self.no_arguments(args, node) } else { Some(args) }
            }
        };
        Some(Command {
            span: entry.key,
            description: file.description,
            args,
            returns,
            run: run.backend,
            program: run.program,
            shared: run.shared,
            uses: run.uses.arguments,
            captures: run.uses.captures,
            secrets: run.uses.secrets,
            streams: run.uses.streams,
            limits,
        })
    }

    /// The bytes of a page are the whole of its call: nothing has a name.
    fn no_arguments(&mut self, args: Vec<Argument>, node: &Node) -> Option<Vec<Argument>> {
        let first = args.first()?;
        let message = format!("`{}` cannot be given beside the page's bytes", first.name);
        let help = "remove it, or let the page send arguments alone: `stdin: \"{text}\"`";
        let stdin = node.pointer("/run/process/stdin").or_else(|| node.pointer("/run/stdin"));
        let diagnostic = Diagnostic::new(Code::InvalidValue, first.span, message).help(help);
        self.report(match stdin {
            Some(stdin) => diagnostic.related(stdin.span, "the page sends bytes"),
            None => diagnostic,
        });
        Some(args)
    }

    fn command_limits(&mut self, node: &Node, file: Option<&file::CommandLimits>) -> CommandLimits {
        let limits = node.find("limits");
        CommandLimits {
            payload: self.unit(limits, "payload", units::parse_size),
            timeout: self.unit(limits, "timeout", units::parse_duration),
            concurrency: file.and_then(|file| file.concurrency),
            rate: self.unit(limits, "rate", units::parse_rate),
        }
    }

    /// A command's own arguments, and behind them those of its backend.
    fn with_shared(&mut self, mut own: Vec<Argument>, shared: Vec<Argument>) -> Vec<Argument> {
        let known: HashMap<Word, Span> =
            own.iter().map(|argument| (argument.name.clone(), argument.span)).collect();
        for argument in shared {
            match known.get(&argument.name) {
                None => own.push(argument),
                Some(first) => {
                    let message = format!("`{}` is also an argument of the backend", argument.name);
                    self.report(
                        Diagnostic::new(Code::DuplicateName, *first, message)
                            .help("give one of them another name")
                            .related(argument.span, "the backend's argument"),
                    );
                }
            }
        }
        own
    }
}

/// Whether a page sends bytes in the place of arguments.
fn takes_bytes(backend: &Backend) -> bool {
    matches!(backend, Backend::Process(plan) if plan.stdin == Some(Input::Body))
}
