//! `unsafe-argument`: an argument that would become code, a program's name, or any option of a program.

mod constraint;
mod programs;

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Command, Manifest},
    name::Word,
    plan::{Input, ProcessPlan, Slot, SlotKind, Template},
    source::Span,
};
use constraint::is_constrained;
use programs::{Item, Role, roles};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // The items of a shared backend are those of every command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.sound_commands() {
        let Backend::Process(plan) = &command.run.value else { continue };
        let found = code(command, plan).into_iter().chain(options(command, plan));
        diagnostics.extend(found.filter(|found| seen.insert((found.span, found.message.clone()))));
    }
}

/// An item with the argument that it takes its value from.
struct Filled<'a> {
    slot: &'a Slot,
    item: Item<'a>,
    argument: Option<(&'a Word, Span)>,
}

/// The items as a program gets them when every argument was given.
fn filled<'a>(command: &'a Command, slots: &'a [Slot]) -> Vec<Filled<'a>> {
    fn flat<'a>(slots: &'a [Slot], out: &mut Vec<&'a Slot>) {
        for slot in slots {
            match &slot.kind {
                SlotKind::When(_, inner) => flat(inner, out),
                _ => out.push(slot),
            }
        }
    }
    let mut all = Vec::new();
    flat(slots, &mut all);
    // Lowering notes the arguments of items in the order of the items.
    let mut places = command.uses.iter().filter(|place| place.is_item);
    let mut filled = Vec::new();
    for slot in all {
        let arguments = slot.arguments();
        let place = places.by_ref().take(arguments.len()).last();
        let item = match &slot.kind {
            SlotKind::One(template) => match template.literal() {
                Some(text) => Item::Literal(text),
                None if template.leading_argument().is_some() => Item::Placeholder,
                None => Item::Mixed(place.map_or("", |place| place.text.as_str())),
            },
            _ => Item::Placeholder,
        };
        let argument = arguments.first().copied().zip(place.map(|place| place.span));
        filled.push(Filled { slot, item, argument });
    }
    filled
}

/// Arguments that an interpreter would run, or that would choose a program.
fn code(command: &Command, plan: &ProcessPlan) -> Vec<Diagnostic> {
    let filled = filled(command, &plan.args);
    let items: Vec<Item<'_>> = filled.iter().map(|filled| filled.item).collect();
    let roles = roles(&plan.program, &items);
    let named = roles.items.into_iter().filter_map(|(index, role)| {
        let (name, span) = filled.get(index)?.argument?;
        Some(diagnostic(role, name, span))
    });
    let mut found: Vec<Diagnostic> = named.collect();
    match (roles.input, &plan.stdin) {
        (Some(_), Some(Input::Body)) => {
            let message =
                format!("what the page sends would become code that `{}` runs", plan.program);
            found.push(
                Diagnostic::new(Code::UnsafeArgument, command.run.span, message).help(
                    "pass the code as a literal, and bytes to a program that only reads them",
                ),
            );
        }
        (Some(role), _) => {
            found.extend(input(command, plan).map(|(name, span)| diagnostic(role, name, span)));
        }
        (None, _) => {}
    }
    found
}

/// The argument that the program's input takes its text from.
fn input<'a>(command: &'a Command, plan: &ProcessPlan) -> Option<(&'a Word, Span)> {
    let Some(Input::Text(template)) = &plan.stdin else { return None };
    let mut places = command.uses.iter().filter(|place| !place.is_item && place.guard.is_none());
    places
        .find(|place| place.text.parse::<Template>().is_ok_and(|text| text == *template))
        .map(|place| (&place.name, place.span))
}

fn diagnostic(role: Role<'_>, name: &Word, span: Span) -> Diagnostic {
    match role {
        Role::Code { program, passes_arguments } => {
            let help = if passes_arguments {
                format!(
                    "keep the code literal and pass the value behind it: `[-c, 'printf %s \"$1\"', {program}, \"{{{name}}}\"]`"
                )
            } else {
                "keep the code literal and pass the value as an argument behind it, or to a program that only reads it".to_owned()
            };
            let message = format!("`{name}` would become code that `{program}` runs");
            Diagnostic::new(Code::UnsafeArgument, span, message).help(help)
        }
        Role::Program { wrapper } => {
            let message = format!("`{name}` would choose the program that `{wrapper}` starts");
            Diagnostic::new(Code::UnsafeArgument, span, message)
                .help("declare one command for each program; a page never chooses what runs")
        }
    }
}

/// Arguments that may become any option of the program.
fn options(command: &Command, plan: &ProcessPlan) -> Vec<Diagnostic> {
    let declared = command.args.as_deref().unwrap_or_default();
    let mut is_after_dashes = false;
    let mut found = Vec::new();
    for Filled { slot, item, argument } in filled(command, &plan.args) {
        is_after_dashes |= slot.is_double_dash();
        // Behind `--` it is no option whatever it begins with; before it, somebody wrote `options: allow`.
        let is_named = match item {
            // Behind the dashes alone, it is the option's name that the page chooses.
            Item::Mixed(text) => !matches!(text.split('{').next(), Some("-" | "--")),
            Item::Literal(_) => true,
            Item::Placeholder => !slot.may_be_option,
        };
        let is_consent = !is_after_dashes && !is_named;
        let Some((name, span)) = argument.filter(|_| is_consent) else { continue };
        // One that is not declared is reported as that.
        let argument = declared.iter().find(|argument| argument.name == *name);
        let Some(argument) = argument.filter(|argument| !is_constrained(argument)) else {
            continue;
        };
        let message = format!("`{name}` may become any option of `{}`", plan.program);
        found.push(
            Diagnostic::new(Code::UnsafeArgument, span, message)
                .help(format!("list what it may be: `{name}: {{ enum: [--short, --long] }}`"))
                .related(argument.span, "takes any text"),
        );
    }
    found
}
