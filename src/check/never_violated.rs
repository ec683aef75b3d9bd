//! `never-violated` and `undecidable`: a permission grants what a guardrail forbids, or nobody can tell.

use super::access::{Access, CommandId, DeniedId, GrantId, RegionId, Regions};
use crate::{
    diagnostic::{Code, Diagnostic, has_errors},
    ipc::Caller,
    manifest::{Guardrail, Manifest, Window},
    name::Label,
    pattern::{Budget, TooManyClasses},
    source::Span,
    space::Answer,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What all guardrails together may cost.
const MOST_STEPS: usize = 20_000_000;
/// What it may cost to look for callers that the manifest declares, so that findings name what people know.
const MOST_STEPS_FOR_EXAMPLES: usize = 1_000_000;
/// So many webviews are looked at then.
const MOST_DECLARED: usize = 500;

/// Cost grows with guardrails × commands, and with the number of different questions.
pub(super) fn check(access: &Access<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !access.is_whole() && has_errors(diagnostics) {
        return;
    }
    let mut budget = Budget::new(MOST_STEPS);
    let mut declared = Declared {
        manifest: access.manifest,
        callers: None,
        budget: Budget::new(MOST_STEPS_FOR_EXAMPLES),
    };
    for (at, guardrail) in access.manifest.never.iter().enumerate() {
        let Some(region) = access.regions.of_guardrail(at) else { continue };
        let mut search = Search {
            access,
            guardrail: region,
            budget: &mut budget,
            declared: &mut declared,
            answers: HashMap::new(),
            found: BTreeMap::new(),
        };
        if search.run(guardrail).is_err() {
            diagnostics.push(undecidable(guardrail));
        }
        let found = search.found.into_values();
        diagnostics.extend(found.map(|violation| violation.diagnostic(access, guardrail)));
    }
}

/// What is said when not even the permissions could be resolved: a guardrail that cannot be checked is not kept.
pub(super) fn give_up(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(manifest.never.iter().map(undecidable));
}

fn undecidable(guardrail: &Guardrail) -> Diagnostic {
    let message =
        "the permissions have patterns too many or too involved to tell whether this is kept";
    Diagnostic::new(Code::Undecidable, guardrail.span, message)
        .help("write patterns with fewer wildcards where these commands are allowed and denied")
}

/// A caller that may call what it must not.
struct Violation {
    span: Span,
    command: CommandId,
    caller: String,
    is_unlisted: bool,
}

impl Violation {
    fn diagnostic(self, access: &Access<'_>, guardrail: &Guardrail) -> Diagnostic {
        let name = access.name(self.command);
        let message = format!("`{name}` may be called by {}", self.caller);
        let help = if self.is_unlisted {
            format!(
                "no permission allows it, and `additive` opens it: deny it to everybody, `{{ windows: [\"*\"], deny: [\"{name}\"] }}`"
            )
        } else {
            format!("narrow the permission, or deny these callers `{name}`")
        };
        Diagnostic::new(Code::NeverViolated, self.span, message)
            .help(help)
            .related(guardrail.span, format!("never: {}", guardrail.why))
    }
}

/// The webviews that the manifest declares.
struct Declared<'a> {
    manifest: &'a Manifest,
    /// One caller for each, on its first page; made for the first finding.
    callers: Option<Vec<Caller>>,
    budget: Budget,
}

impl Declared<'_> {
    /// A declared caller that is inside and outside of the same regions as another one; it may have gone to the other
    /// one's origin.
    fn find(
        &mut self,
        like: &Caller,
        regions: &Regions<'_>,
        inside: &[RegionId],
        outside: &[RegionId],
    ) -> Option<Caller> {
        let Self { manifest, callers, budget } = self;
        let callers = callers.get_or_insert_with(|| first_pages(manifest));
        let home = callers.iter().cloned();
        let away =
            callers.iter().map(|caller| Caller { origin: like.origin.clone(), ..caller.clone() });
        let cost = 1 + inside.len() + outside.len();
        let mut affordable = home.chain(away).take_while(|_| budget.spend(cost).is_ok());
        affordable.find(|caller| regions.has(caller, inside, outside))
    }

    /// A caller in words, with what the manifest does not declare marked as that.
    fn describe(&mut self, Caller { window, webview, origin }: &Caller) -> String {
        let of_window = self.mark(|entry| entry.has_label(window));
        let of_webview = self.mark(|entry| entry.has_webview(webview));
        let origin = origin.as_ref().map(|origin| format!(", at `{origin}`")).unwrap_or_default();
        format!("window `{window}`{of_window}, webview `{webview}`{of_webview}{origin}")
    }

    /// What to say of a label that no window, or webview, has; nothing if it costs too much to tell.
    fn mark(&mut self, has_label: impl Fn(&Window) -> bool) -> &'static str {
        let windows = &self.manifest.windows;
        let is_known = self.budget.spend(windows.len()).is_err() || windows.iter().any(has_label);
        if is_known { "" } else { " (not declared)" }
    }
}

fn first_pages(manifest: &Manifest) -> Vec<Caller> {
    let windows = &manifest.windows;
    let caller = |(window, webview): (Label, Label)| {
        let mut entries = windows.iter().filter(|entry| entry.has_label(&window));
        let origin = entries.find_map(|entry| entry.start_origin(&window, &webview));
        Caller { window, webview, origin }
    };
    manifest.surfaces().take(MOST_DECLARED).map(caller).collect()
}

/// The search for what breaks one guardrail.
struct Search<'s, 'a> {
    access: &'s Access<'a>,
    guardrail: RegionId,
    budget: &'s mut Budget,
    declared: &'s mut Declared<'a>,
    answers: HashMap<(RegionId, DeniedId), Answer>,
    /// One for each grant; those that no permission grants stand at the end.
    found: BTreeMap<GrantId, Violation>,
}

impl Search<'_, '_> {
    fn run(&mut self, guardrail: &Guardrail) -> Result<(), TooManyClasses> {
        let access = self.access;
        let commands = match &guardrail.commands {
            Some(entries) => access.commands.denied_by(entries, self.budget)?.ones().collect(),
            None => (0..access.commands.len()).collect::<Vec<_>>(),
        };
        let mut kinds = HashSet::new();
        let mut patterns = HashSet::new();
        for id in commands {
            self.budget.spend(1)?;
            let Some((_, command)) = access.commands.get(id) else { continue };
            let runs = command.run.value.runs();
            let is_named = guardrail.runs.as_ref().is_none_or(|named| named.contains(&runs));
            let Some((kind_id, kind)) = access.kind_of(id) else { continue };
            if !is_named || !kinds.insert(kind_id) {
                continue;
            }
            if access.is_unlisted(kind) {
                let span = access.manifest.unlisted.span;
                let app_pages = access.regions.app_pages();
                self.ask(GrantId::MAX, span, app_pages, kind.denied, id)?;
            }
            for pattern in &kind.allow {
                if patterns.insert((*pattern, kind.denied)) {
                    for (grant_id, grant) in access.granted_by(*pattern) {
                        self.ask(grant_id, grant.span, grant.region, kind.denied, id)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether somebody whom the guardrail is about is granted a command that is not denied.
    fn ask(
        &mut self,
        grant: GrantId,
        span: Span,
        region: RegionId,
        denied: DeniedId,
        command: CommandId,
    ) -> Result<(), TooManyClasses> {
        self.budget.spend(1)?;
        let regions = &self.access.regions;
        let outside = self.access.denied_to(denied);
        // It may be denied by those whom nobody knows; that is reported where they are named.
        if self.found.contains_key(&grant)
            || !outside.iter().all(|region| regions.is_known(*region))
        {
            return Ok(());
        }
        let inside = [self.guardrail, region];
        let budget = &mut *self.budget;
        let answer = self
            .answers
            .entry((region, denied))
            .or_insert_with(|| regions.find(&inside, outside, budget));
        match answer {
            Answer::Nobody => Ok(()),
            Answer::Unknown => Err(TooManyClasses),
            Answer::Caller(caller) => {
                let declared = self.declared.find(caller, regions, &inside, outside);
                let caller = self.declared.describe(declared.as_ref().unwrap_or(caller));
                let is_unlisted = grant == GrantId::MAX;
                self.found.insert(grant, Violation { span, command, caller, is_unlisted });
                Ok(())
            }
        }
    }
}
