//! Commands: arguments, what runs, and the placeholders that tie the two together.

use super::{Argument, Backend, Command, CommandLimits, Use, file, lower::Lowering, units};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    name::Word,
    plan::{JsonTemplate, Output, ProcessPlan, Slot, SlotKind, Template, TemplateError},
    source::{Span, Spanned},
};
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

pub(super) fn command(
    lowering: &mut Lowering<'_>,
    entry: &Entry,
    file: file::Command,
) -> Option<Command> {
    let node = &entry.value;
    let run_node = node.find("run")?;
    let args = file.args.map(|args| arguments(lowering, node.find("args"), args));
    let mut uses = Vec::new();
    let run = backend(lowering, run_node, file.run, &mut uses);
    let limits_node = node.find("limits");
    let limits = CommandLimits {
        payload: lowering.unit(limits_node, "payload", units::parse_size),
        timeout: lowering.unit(limits_node, "timeout", units::parse_duration),
    };
    let run = run?;
    let run_span = run_node.find("native").unwrap_or(run_node).span;
    // Only a Rust function can check arguments that the manifest does not declare.
    let args = match (&run, args) {
        (Backend::Native(_), args) => args,
        (_, args) => Some(args.unwrap_or_default()),
    };
    Some(Command {
        span: entry.key,
        description: file.description,
        args,
        run: Spanned::new(run, run_span),
        uses,
        limits,
    })
}

fn arguments(
    lowering: &mut Lowering<'_>,
    node: Option<&Node>,
    args: BTreeMap<String, file::Argument>,
) -> Vec<Argument> {
    let mut found = Vec::new();
    for (key, file) in args {
        let Some(entry) = node.and_then(|node| node.entry(&key)) else { continue };
        let Some(name) = lowering.name::<Word>(&key, entry.key, Code::InvalidName) else {
            continue;
        };
        let schema = schema(lowering, entry, file.schema);
        if let (Some(schema), Some(default)) = (&schema, &file.default)
            && let Err(error) = schema.validate(default)
        {
            let span = entry.value.find("default").map_or(entry.key, |node| node.span);
            lowering.report(Diagnostic::new(
                Code::InvalidValue,
                span,
                format!("the default does not fit: {error}"),
            ));
        }
        let is_optional = file.optional && file.default.is_none();
        found.push(Argument { name, span: entry.key, is_optional, default: file.default, schema });
    }
    found
}

/// Compiles an argument's JSON Schema, once for the generation that will use it.
fn schema(
    lowering: &mut Lowering<'_>,
    entry: &Entry,
    keywords: serde_json::Map<String, Value>,
) -> Option<Arc<jsonschema::Validator>> {
    if keywords.is_empty() {
        return None;
    }
    let schema = Value::Object(keywords);
    let built = jsonschema::draft202012::options().should_validate_formats(true).build(&schema);
    match built {
        Ok(validator) => Some(Arc::new(validator)),
        Err(error) => {
            let span = entry
                .value
                .pointer(error.instance_path().as_str())
                .map_or(entry.value.span, |node| node.span);
            let pointer = error.instance_path().as_str();
            let (message, help) = schema_fault(&error, pointer.ends_with("/type"));
            lowering.report(Diagnostic::new(Code::SchemaInvalid, span, message).help(help));
            None
        }
    }
}

/// What is wrong with a schema, without the schema of schemas in the words.
fn schema_fault(error: &ValidationError<'_>, is_type: bool) -> (String, &'static str) {
    let help = "an argument is written as JSON Schema 2020-12, such as `{ type: string }`";
    match error.kind() {
        _ if is_type => (
            format!("{} is not a type", quoted(error.instance())),
            "types are `string`, `integer`, `number`, `boolean`, `array`, `object` and `null`",
        ),
        ValidationErrorKind::Format { format } if format == "regex" => (
            format!("{} is not a regular expression", quoted(error.instance())),
            "put a backslash before each character that stands for itself",
        ),
        _ => (format!("this is not a JSON Schema: {error}"), help),
    }
}

fn quoted(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("`{}`", text.escape_debug()),
        None => format!("`{value}`"),
    }
}

fn backend(
    lowering: &mut Lowering<'_>,
    node: &Node,
    file: file::Run,
    uses: &mut Vec<Use>,
) -> Option<Backend> {
    if let (Some(value), Some(at)) = (file.value, node.find("value")) {
        value_uses(lowering, at, uses);
        // What does not parse was reported with its place.
        return JsonTemplate::parse(&value).ok().map(Backend::Value);
    }
    if let (Some(process), Some(at)) = (file.process, node.find("process")) {
        return plan(lowering, at, process, uses).map(Backend::Process);
    }
    file.native.map(Backend::Native)
}

/// The placeholders of a value, each with the text that it is in. A whole one may be absent: it is null then.
fn value_uses(lowering: &mut Lowering<'_>, node: &Node, uses: &mut Vec<Use>) {
    match node.as_str().map(str::parse::<Template>) {
        Some(Ok(template)) => {
            let takes_absence = template.whole().is_some();
            template_uses(&template, node.span, takes_absence, uses);
        }
        Some(Err(error)) => report_template(lowering, node.span, &error),
        None => {}
    }
    node.items().iter().for_each(|item| value_uses(lowering, item, uses));
    node.entries().for_each(|(_, entry)| value_uses(lowering, &entry.value, uses));
}

fn template_uses(template: &Template, span: Span, takes_absence: bool, uses: &mut Vec<Use>) {
    uses.extend(template.arguments().map(|name| Use {
        name: name.clone(),
        span,
        takes_absence,
        guard: None,
        item: None,
    }));
}

fn report_template(lowering: &mut Lowering<'_>, span: Span, error: &TemplateError) {
    let help = match error {
        TemplateError::LoneBrace(brace) => {
            format!("a literal `{brace}` is written `{brace}{brace}`")
        }
        TemplateError::Malformed(_) => {
            "a placeholder is `{name}`; literal braces are written `{{` and `}}`".to_owned()
        }
        TemplateError::Spread => {
            "write it as an item of its own: `args: [\"{name...}\"]`".to_owned()
        }
    };
    lowering.report(Diagnostic::new(Code::InvalidPlaceholder, span, error.to_string()).help(help));
}

fn plan(
    lowering: &mut Lowering<'_>,
    node: &Node,
    file: file::Process,
    uses: &mut Vec<Use>,
) -> Option<ProcessPlan> {
    let program_span = node.find("program").map_or(node.span, |node| node.span);
    if file.program.contains(['{', '}']) {
        lowering.report(
            Diagnostic::new(
                Code::UnsafeArgument,
                program_span,
                "the program has a placeholder in its name",
            )
            .help("declare one command for each program; a page never chooses what runs"),
        );
    } else if file.program.is_empty() || file.program.contains('\0') {
        lowering.report(
            Diagnostic::new(Code::InvalidValue, program_span, "the program has no name").help(
                "name a program on the gateway's `PATH`, or a path from the manifest's folder",
            ),
        );
    }
    check_environment(lowering, node, &file.env);
    let args = slots(lowering, node, file.args, uses);
    let span = node.find("stdin").map_or(node.span, |node| node.span);
    let stdin = match file.stdin.map(|text| text.parse::<Template>()) {
        None => None,
        Some(Ok(template)) => {
            template_uses(&template, span, false, uses);
            Some(template)
        }
        Some(Err(error)) => {
            report_template(lowering, span, &error);
            return None;
        }
    };
    Some(ProcessPlan {
        program: file.program,
        args: args?,
        stdin,
        output: match file.output {
            file::Output::Text => Output::Text,
            file::Output::Lines => Output::Lines,
            file::Output::Json => Output::Json,
            file::Output::Raw => Output::Raw,
        },
        env: file.env,
        root: lowering.root.to_owned(),
        cwd: working_folder(lowering.root, file.cwd.as_deref()),
    })
}

fn check_environment(lowering: &mut Lowering<'_>, node: &Node, names: &[String]) {
    let items = node.find("env").map(Node::items).unwrap_or_default();
    for (name, item) in names.iter().zip(items) {
        if name.is_empty() || name.contains(['=', '\0']) {
            lowering.report(
                Diagnostic::new(
                    Code::InvalidValue,
                    item.span,
                    format!("`{}` is not the name of an environment variable", name.escape_debug()),
                )
                .help(
                    "name the variable alone; its value comes from the gateway's own environment",
                ),
            );
        }
    }
}

/// `$PWD` stays in the path: the folder that the gateway was started in is known only when it runs.
fn working_folder(root: &Path, cwd: Option<&str>) -> PathBuf {
    match cwd {
        None => root.to_owned(),
        Some(path) if path == "$PWD" || path.starts_with("$PWD/") => PathBuf::from(path),
        Some(path) => root.join(path),
    }
}

fn slots(
    lowering: &mut Lowering<'_>,
    node: &Node,
    items: Vec<file::Item>,
    uses: &mut Vec<Use>,
) -> Option<Vec<Slot>> {
    let nodes = node.find("args").map(Node::items).unwrap_or_default();
    // After a literal `--` programs read no options.
    let mut is_after_dashes = false;
    let mut is_sound = true;
    let mut found = Vec::new();
    for (item, node) in items.into_iter().zip(nodes) {
        let slot = match item {
            file::Item::Text(text) => {
                let slot = slot(lowering, &text, node.span, is_after_dashes, None, uses);
                is_after_dashes |= text == "--";
                slot
            }
            file::Item::Options(option) => {
                let span = node.find("value").map_or(node.span, |node| node.span);
                slot(lowering, &option.value, span, true, None, uses)
            }
            file::Item::When(when) => guarded_slots(lowering, node, &when, is_after_dashes, uses),
        };
        is_sound &= slot.is_some();
        found.extend(slot);
    }
    is_sound.then_some(found)
}

fn slot(
    lowering: &mut Lowering<'_>,
    text: &str,
    span: Span,
    may_be_option: bool,
    guard: Option<&Word>,
    uses: &mut Vec<Use>,
) -> Option<Slot> {
    let slot = Slot::parse(text, may_be_option)
        .map_err(|error| report_template(lowering, span, &error))
        .ok()?;
    uses.extend(slot.arguments().into_iter().map(|name| Use {
        name: name.clone(),
        span,
        takes_absence: guard == Some(name),
        guard: guard.cloned(),
        item: Some(text.to_owned()),
    }));
    Some(slot)
}

fn guarded_slots(
    lowering: &mut Lowering<'_>,
    node: &Node,
    when: &file::When,
    mut is_after_dashes: bool,
    uses: &mut Vec<Use>,
) -> Option<Slot> {
    let span = node.find("when").map_or(node.span, |node| node.span);
    let word = lowering.name::<Word>(&when.when, span, Code::InvalidName)?;
    uses.push(Use { name: word.clone(), span, takes_absence: true, guard: None, item: None });
    let places = node.find("args").map(Node::items).unwrap_or_default();
    let mut inner = Vec::new();
    for (text, place) in when.args.iter().zip(places) {
        inner.push(slot(lowering, text, place.span, is_after_dashes, Some(&word), uses));
        // A `--` that is only sometimes there protects only what is there with it.
        is_after_dashes |= text == "--";
    }
    let inner = inner.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Slot { kind: SlotKind::When(word, inner), may_be_option: true })
}
