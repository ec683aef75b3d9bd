//! Programs that are started for each call.

use super::{Lowering, place, templates::Uses};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Node, to_flow_yaml},
    manifest::{Use, file},
    name::Word,
    plan::{Input, Outcome, Output, ProcessPlan, Slot, SlotKind, StreamPlan, Template},
    source::Span,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// `$PWD` stays in the path: the folder that the gateway was started in is known only when it runs.
pub(super) fn working_folder(root: &Path, cwd: Option<&str>) -> PathBuf {
    match cwd {
        None => root.to_owned(),
        Some(path) if path == "$PWD" || path.starts_with("$PWD/") => PathBuf::from(path),
        Some(path) => root.join(path),
    }
}

/// The words of a text that is a whole command line. A path may have spaces in it.
pub(super) fn command_line(program: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = program.split_whitespace().collect();
    (words.len() > 1 && !program.contains(['/', '\\'])).then_some(words)
}

/// An argument that would choose the program is reported as that, and not as one that nothing uses.
fn chosen_program(program: &str, span: Span, uses: &mut Uses) {
    let template = program.parse::<Template>();
    for name in template.iter().flat_map(Template::arguments) {
        uses.argument(name, program, span, true);
    }
}

impl Lowering<'_> {
    pub(super) fn process(
        &mut self,
        node: &Node,
        file: file::Process,
        uses: &mut Uses,
    ) -> Option<ProcessPlan> {
        self.program(node, &file.program);
        self.folder_text(node, file.cwd.as_deref());
        chosen_program(&file.program, place(node, "program"), uses);
        let (env, set) = self.environment(node, file.env, uses);
        let args = self.slots(node, file.args, false, uses);
        let stdin = match file.stdin {
            None => None,
            Some(stdin) => Some(self.stdin(node, &stdin, uses)?),
        };
        let exit = self.exits(node, file.exit.unwrap_or_default());
        let stream = match file.stream {
            None => None,
            Some(stream) => Some(self.stream(node, &stream, true, uses)?),
        };
        let root = self.folder(node.span).to_owned();
        Some(ProcessPlan {
            cwd: working_folder(&root, file.cwd.as_deref()),
            program: file.program,
            args: args?,
            stdin,
            output: file.output.unwrap_or(Output::Text),
            env,
            set,
            exit,
            stream,
            root,
        })
    }

    /// A shared program with what one command adds to it.
    pub(super) fn extended(
        &mut self,
        node: &Node,
        mut plan: ProcessPlan,
        file: file::Run,
        uses: &mut Uses,
    ) -> Option<ProcessPlan> {
        let is_after_dashes = plan.args.iter().any(Slot::is_double_dash);
        plan.args.extend(self.slots(node, file.args.unwrap_or_default(), is_after_dashes, uses)?);
        if let Some(stdin) = file.stdin {
            plan.stdin = Some(self.stdin(node, &stdin, uses)?);
        }
        if let Some(output) = file.output {
            plan.output = output;
        }
        plan.exit.extend(self.exits(node, file.exit.unwrap_or_default()));
        if let Some(stream) = file.stream {
            plan.stream = Some(self.stream(node, &stream, true, uses)?);
        }
        Some(plan)
    }

    /// Refuses programs that have no name, or one that a page could choose.
    pub(super) fn program(&mut self, node: &Node, program: &str) {
        let span = place(node, "program");
        if program.contains(['{', '}']) {
            self.report(
                Diagnostic::new(
                    Code::UnsafeArgument,
                    span,
                    "the program has a placeholder in its name",
                )
                .help("declare one command for each program; a page never chooses what runs"),
            );
        } else if program.is_empty() || program.contains('\0') {
            self.invalid(
                span,
                "the program has no name",
                "name a program on the gateway's `PATH`, or a path from the manifest's folder",
            );
        } else if let Some(words) = command_line(program) {
            let list = to_flow_yaml(&words.get(1..).unwrap_or_default().into());
            let first = to_flow_yaml(&words.first().copied().unwrap_or_default().into());
            let message = format!("`{}` is a command line, not a program", program.escape_debug());
            let help = format!("its arguments go into `args`: `program: {first}`, `args: {list}`");
            self.invalid(span, message, help);
        }
    }

    /// Refuses folders that only a shell would find.
    pub(super) fn folder_text(&mut self, node: &Node, cwd: Option<&str>) {
        let Some(text) = cwd else { return };
        if text.contains(['{', '}']) {
            let message = "a folder has no placeholders in it";
            let help =
                "name one folder; what differs from call to call is an argument of the program";
            return self.invalid(place(node, "cwd"), message.to_owned(), help);
        }
        let first = text.split('/').next().unwrap_or_default();
        if first == "~" || (first.starts_with('$') && first != "$PWD") {
            let message = format!("`{}` means nothing here", first.escape_debug());
            let help = "write a folder from the manifest's folder, an absolute one, or `$PWD`, where the gateway was started";
            self.invalid(place(node, "cwd"), message, help);
        }
    }

    fn stdin(&mut self, node: &Node, stdin: &file::Stdin, uses: &mut Uses) -> Option<Input> {
        let file::Stdin::Text(text) = stdin else { return Some(Input::Body) };
        let span = place(node, "stdin");
        self.text_secret(text, span);
        let template = self.template(text, span)?;
        self.refuse_secret(&template, span, "the program's input");
        uses.template(text, &template, span, false);
        Some(Input::Text(template))
    }

    fn exits(
        &mut self,
        node: &Node,
        exits: BTreeMap<String, file::Outcome>,
    ) -> BTreeMap<u8, Outcome> {
        let mut found = BTreeMap::new();
        for (key, file) in exits {
            let Some(entry) = node.find("exit").and_then(|node| node.entry(&key)) else { continue };
            let Ok(code) = key.parse::<u8>() else {
                let message = format!("`{}` is not an exit code", key.escape_debug());
                self.invalid(entry.key, message, "exit codes are numbers from 0 to 255");
                continue;
            };
            found.extend(self.outcome(&entry.value, file).map(|outcome| (code, outcome)));
        }
        found
    }

    pub(super) fn outcome(&mut self, node: &Node, file: file::Outcome) -> Option<Outcome> {
        match (file.error, file.result) {
            (Some(code), None) => {
                self.name(&code, place(node, "error"), Code::InvalidName).map(Outcome::Error)
            }
            (None, Some(value)) => Some(Outcome::Result(value)),
            // The structure's check reports that there is none, or both.
            _ => None,
        }
    }

    /// Reads where a streamed output goes; only a program has two outputs to choose from.
    pub(super) fn stream(
        &mut self,
        owner: &Node,
        file: &file::Stream,
        has_outputs: bool,
        uses: &mut Uses,
    ) -> Option<StreamPlan> {
        let node = owner.find("stream")?;
        if let (Some(_), false) = (file.from, has_outputs) {
            let span = node.entry("from").map_or(node.span, |entry| entry.key);
            self.invalid(span, "only a program has several outputs", "remove `from`");
        }
        let span = place(node, "to");
        let to = self.name::<Word>(&file.to, span, Code::InvalidName)?;
        uses.streams.push(crate::manifest::Reference { name: to.clone(), span });
        Some(StreamPlan {
            to,
            from: file.from.unwrap_or_default(),
            framing: file.framing.unwrap_or_default(),
        })
    }

    fn slots(
        &mut self,
        node: &Node,
        items: Vec<file::Item>,
        mut is_after_dashes: bool,
        uses: &mut Uses,
    ) -> Option<Vec<Slot>> {
        let nodes = node.find("args").map(Node::items).unwrap_or_default();
        self.item_secrets(items.iter().zip(nodes).filter_map(|(item, node)| match item {
            file::Item::Text(text) => Some((text.as_str(), node.span)),
            file::Item::Options(option) => Some((option.value.as_str(), place(node, "value"))),
            // These are read on their own.
            file::Item::When(_) => None,
        }));
        let mut is_sound = true;
        let mut found = Vec::new();
        for (item, node) in items.into_iter().zip(nodes) {
            let slot = match item {
                file::Item::Text(text) => {
                    let slot = self.slot(&text, node.span, is_after_dashes, None, uses);
                    // After a literal `--` programs read no options.
                    is_after_dashes |= text == "--";
                    slot
                }
                file::Item::Options(option) => {
                    self.slot(&option.value, place(node, "value"), true, None, uses)
                }
                file::Item::When(when) => self.guarded_slots(node, &when, is_after_dashes, uses),
            };
            is_sound &= slot.is_some();
            found.extend(slot);
        }
        is_sound.then_some(found)
    }

    fn slot(
        &mut self,
        text: &str,
        span: Span,
        may_be_option: bool,
        guard: Option<&Word>,
        uses: &mut Uses,
    ) -> Option<Slot> {
        let slot = Slot::parse(text, may_be_option)
            .map_err(|error| self.report_template(span, &error))
            .ok()?;
        uses.arguments.extend(slot.arguments().into_iter().map(|name| Use {
            name: name.clone(),
            span,
            takes_absence: guard == Some(name),
            guard: guard.cloned(),
            text: text.to_owned(),
            is_item: true,
        }));
        if let SlotKind::One(template) = &slot.kind {
            uses.references(template.references(), span);
            // Arguments of programs are readable for every user of the machine.
            if let Some(crate::plan::Reference::Secret(name)) = template
                .references()
                .find(|reference| matches!(reference, crate::plan::Reference::Secret(_)))
            {
                let message =
                    format!("the secret `{name}` would be visible among the program's arguments");
                self.report(Diagnostic::new(Code::ExposedSecret, span, message).help(format!(
                    "pass it in the environment: `env: [\"TOKEN={{secret:{name}}}\"]`"
                )));
            }
        }
        Some(slot)
    }

    fn guarded_slots(
        &mut self,
        node: &Node,
        when: &file::When,
        mut is_after_dashes: bool,
        uses: &mut Uses,
    ) -> Option<Slot> {
        let span = place(node, "when");
        let word = self.name::<Word>(&when.when, span, Code::InvalidName)?;
        uses.argument(&word, &when.when, span, true);
        let places = node.find("args").map(Node::items).unwrap_or_default();
        self.item_secrets(
            when.args.iter().map(String::as_str).zip(places.iter().map(|place| place.span)),
        );
        let mut inner = Vec::new();
        for (text, place) in when.args.iter().zip(places) {
            inner.push(self.slot(text, place.span, is_after_dashes, Some(&word), uses));
            // A `--` that is only sometimes there protects only what is there with it.
            is_after_dashes |= text == "--";
        }
        let inner = inner.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Slot { kind: SlotKind::When(word, inner), may_be_option: true })
    }
}
