//! `allow`: an edit of the manifest after which one caller may call one command, and nothing else has changed.

use super::{
    Exit, ManifestArg,
    caller::{CallerArgs, usage},
    complain, complain_about,
    explain::in_words,
    grant::{Difference, Grant, differences, is_only_for, own_permission},
    locate::{load, locate},
    print,
};
use crate::{
    check::Checked,
    diagnostic::{Diagnostic, Format, nearest},
    edit::{replace_file, unified_diff},
    ipc::Caller,
    manifest::{Manifest, Permission},
    name::{Label, Word},
    policy::{Authority, Decision, Reason, compile},
    reload::{Edited, Loaded, load_from},
};
use serde_json::json;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command, as the manifest declares it.
    command: String,
    /// Label of the window whose page may call it.
    #[arg(long)]
    window: String,
    /// Label of the webview; by default that of the window.
    #[arg(long)]
    webview: Option<String>,
    /// Origin of the page: `app`, the name of an origin without wildcards, or a URL; by default `app`.
    #[arg(long)]
    origin: Option<String>,
    /// The permission to extend, also if it matches other callers, or the id of a new one; without it one that matches
    /// this caller only.
    #[arg(long, value_name = "ID")]
    permission: Option<String>,
    /// Print what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    manifest: ManifestArg,
}

/// Why nothing is written.
struct Refusal {
    exit: Exit,
    message: String,
}

impl Refusal {
    fn no(message: impl Into<String>) -> Self {
        Self { exit: Exit::No, message: format!("error: {}", message.into()) }
    }

    fn impossible(message: impl Into<String>) -> Self {
        Self { exit: Exit::CouldNotRun, ..Self::no(message) }
    }

    fn help(mut self, help: Option<impl AsRef<str>>) -> Self {
        if let Some(help) = help {
            self.message = format!("{}\n  help: {}", self.message, help.as_ref());
        }
        self
    }
}

pub(super) fn allow(args: &Args, format: Format) -> Exit {
    let path = match locate(&args.manifest) {
        Ok(path) => path,
        Err(exit) => return exit,
    };
    let mut loaded = match load(&path, &args.manifest) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let Some(manifest) = loaded.manifest.take() else {
        complain_about(&loaded, format);
        return Exit::CouldNotRun;
    };
    let flags = CallerArgs::default().overlaid(
        Some(&args.window),
        args.webview.as_deref(),
        args.origin.as_deref(),
    );
    let caller = match flags.resolve(&manifest) {
        Ok(caller) => caller,
        Err(message) => return usage(&message),
    };
    let authority = compile(&manifest, &loaded.sources, 1).authority;
    let request =
        Request { path: &path, loaded: &loaded, manifest, authority, caller, args, format };
    match request.answer() {
        Ok(()) => Exit::Yes,
        Err(refusal) => {
            complain(&refusal.message);
            refusal.exit
        }
    }
}

/// The manifest as it is, and what is wanted of it.
struct Request<'a> {
    path: &'a Path,
    loaded: &'a Loaded,
    manifest: Checked<Manifest>,
    authority: Authority,
    caller: Caller,
    args: &'a Args,
    format: Format,
}

impl Request<'_> {
    fn answer(&self) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        self.check_names()?;
        let decision = self.authority.decide(&self.caller, command);
        if decision.is_allowed {
            self.report(&self.manifest, &self.authority, &decision, None);
            return Ok(());
        }
        if decision.reason == Reason::DeniedByPermission {
            return Err(self.denied(&decision));
        }
        let grant = self.grant()?;
        let source = self.loaded.sources.find(grant.file);
        let source = source.ok_or_else(|| Refusal::impossible("the file to edit is not known"))?;
        let place = source.path().display();
        let text = grant.text(source).map_err(|error| {
            Refusal::impossible(format!("{place}: {error}"))
                .help(Some("`portcullis explain` prints the lines to add by hand"))
        })?;
        let content = Ok(text.clone().into_bytes());
        let edited = Edited { path: source.path(), content: &content };
        let mut after = load_from(self.path, &self.args.manifest.options(), &edited);
        let manifest = after.manifest.take();
        let (Some(manifest), None) = (manifest, self.new_finding(&after)) else {
            complain_about(&after, self.format);
            return Err(Refusal::impossible(format!(
                "{place}: the edit would bring the findings above"
            )));
        };
        let authority = compile(&manifest, &after.sources, 2).authority;
        self.check_effect(
            &grant,
            &differences(&manifest, &self.authority, &authority, &self.caller),
        )?;
        if !self.args.dry_run {
            replace_file(source.path(), source.text(), &text)
                .map_err(|error| Refusal::impossible(format!("{place}: {error}")))?;
        }
        let diff = unified_diff(source.path(), source.text(), &text);
        self.report(&manifest, &authority, &authority.decide(&self.caller, command), Some(&diff));
        Ok(())
    }

    /// What is not declared cannot be meant.
    fn check_names(&self) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        let near = |near: Option<&str>| near.map(|near| format!("did you mean `{near}`?"));
        if self.authority.command(command).is_none() {
            let known = self.authority.commands().map(|(name, _)| name.as_str());
            return Err(Refusal::no(format!("the manifest declares no command `{command}`"))
                .help(near(nearest(command, known))));
        }
        let surfaces: Vec<_> = self.manifest.surfaces().collect();
        let windows = surfaces.iter().map(|(window, _)| window);
        let webviews = surfaces.iter().map(|(_, webview)| webview);
        let (window, webview) = (&self.caller.window, &self.caller.webview);
        let has_window = self.manifest.windows.iter().any(|entry| entry.has_label(window));
        let has_webview = self.manifest.windows.iter().any(|entry| entry.has_webview(webview));
        let missing = match (has_window, has_webview) {
            (false, _) => ("window", window, nearest(window.as_str(), windows.map(Label::as_str))),
            (_, false) => {
                ("webview", webview, nearest(webview.as_str(), webviews.map(Label::as_str)))
            }
            _ => return Ok(()),
        };
        let (kind, label, known) = missing;
        Err(Refusal::no(format!("the manifest declares no {kind} `{label}`")).help(near(known)))
    }

    fn denied(&self, decision: &Decision) -> Refusal {
        let command = self.args.command.as_str();
        let words = in_words(&self.manifest, &self.authority, &self.caller, command, decision);
        let message = format!(
            "{words}\n  help: a deny always wins and is never edited here; take it back by hand"
        );
        Refusal { exit: Exit::No, message }
    }

    /// The permission that `--permission` names, else one that is this caller's own, else a new one.
    fn grant(&self) -> Result<Grant, Refusal> {
        let command = self.args.command.as_str();
        let Some(origin) = &self.caller.origin else {
            return Err(Refusal::no("nothing can allow a command to a page without an origin"));
        };
        let id = self.args.permission.as_deref();
        let named = id.and_then(|id| {
            self.manifest.permissions.iter().find(|permission| permission.id.as_str() == id)
        });
        if let Some(permission) = named {
            let is_exact = is_only_for(&self.manifest, permission, &self.caller);
            return Ok(Grant::extend(permission, command, is_exact));
        }
        if let Some(id) = id
            && let Err(error) = id.parse::<Word>()
        {
            let message = format!("error: `{id}` is not a permission's id: {error}");
            return Err(Refusal { exit: Exit::Usage, message });
        }
        Ok(match own_permission(&self.manifest, &self.caller).filter(|_| id.is_none()) {
            Some(permission) => Grant::extend(permission, command, true),
            None => Grant::add(&self.manifest, &self.caller, origin, command, id),
        })
    }

    /// An error that the manifest did not have before; places move, so they are not compared.
    fn new_finding(&self, after: &Loaded) -> Option<Diagnostic> {
        let is_known = |new: &Diagnostic| {
            let mut old = self.loaded.diagnostics.iter();
            old.any(|old| old.code == new.code && old.message == new.message)
        };
        after.diagnostics.iter().find(|new| new.is_error() && !is_known(new)).cloned()
    }

    /// The decision that was asked for is another now and, but for what `--permission` accepts, no other one is.
    fn check_effect(&self, grant: &Grant, differences: &[Difference]) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        let is_wanted = |difference: &&Difference| {
            difference.caller == self.caller
                && difference.command.as_str() == command
                && difference.is_allowed
        };
        if let Some(lost) = differences.iter().find(|difference| !difference.is_allowed) {
            return Err(Refusal::no(format!(
                "`{}` would be denied for {} as soon as a permission names it: `unlisted: additive` opens only what no permission names",
                lost.command, lost.caller,
            ))
            .help(Some("set `unlisted: deny`, and allow each window what it needs")));
        }
        if !differences.iter().any(|difference| is_wanted(&difference)) {
            let id = self.args.permission.as_deref().unwrap_or_default();
            return Err(Refusal::no(format!(
                "the permission `{id}` does not match {}",
                self.caller
            ))
            .help(Some("leave `--permission` out, or give the id of a new one")));
        }
        let other = differences
            .iter()
            .find(|difference| !is_wanted(difference) && difference.command.as_str() != command);
        let wider = differences.iter().find(|difference| !is_wanted(difference));
        match other.or(wider.filter(|_| grant.is_exact)) {
            Some(other) => Err(Refusal::impossible(format!(
                "the edit would also allow `{}` for {}",
                other.command, other.caller
            ))),
            None => Ok(()),
        }
    }

    fn report(
        &self,
        manifest: &Checked<Manifest>,
        authority: &Authority,
        decision: &Decision,
        diff: Option<&str>,
    ) {
        let command = self.args.command.as_str();
        let wide = self.wide_permission().filter(|_| diff.is_some());
        if self.format == Format::Json {
            let causes: Vec<_> =
                decision.causes.iter().map(|cause| cause.permission.as_str()).collect();
            print(
                &json!({
                    "decision": "allow",
                    "permissions": causes,
                    "changed": diff.is_some(),
                    "written": diff.is_some() && !self.args.dry_run,
                    "is_wider": wide.is_some(),
                    "diff": diff.unwrap_or_default(),
                })
                .to_string(),
            );
            return;
        }
        let words = in_words(manifest, authority, &self.caller, command, decision);
        let Some(diff) = diff else {
            return print(&format!("already {words}").replacen("allow", "allowed", 1));
        };
        print(&format!("{diff}{words}"));
        if let Some(permission) = wide {
            complain(&format!(
                "note: `{}` allows it to every caller that it matches, not only to this one",
                permission.id
            ));
        }
        if self.args.dry_run {
            complain("note: nothing was written");
        }
    }

    /// The permission that `--permission` names, if it matches others than this caller.
    fn wide_permission(&self) -> Option<&Permission> {
        let id = self.args.permission.as_deref()?;
        let named =
            self.manifest.permissions.iter().find(|permission| permission.id.as_str() == id);
        named.filter(|permission| !is_only_for(&self.manifest, permission, &self.caller))
    }
}
