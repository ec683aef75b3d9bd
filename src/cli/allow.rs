//! `allow`: an edit of the manifest after which one caller may call one command, and nothing else has changed.

use super::{
    Exit, ManifestArg,
    caller::{CallerArgs, usage},
    complain, complain_about,
    explain::in_words,
    grant::{Difference, Grant, Obstacle, differences},
    locate::sound,
    print,
    views::{View, Views, with},
};
use crate::{
    diagnostic::{Diagnostic, Format, nearest},
    edit::{replace_file, unified_diff},
    ipc::Caller,
    name::{Label, Word},
    pattern::Origin,
    policy::{Authority, Decision, Reason, compile},
    reload::{Edited, Loaded, load_from},
};
use serde_json::json;

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
    /// Origin of the page: `app`, the name of an origin without wildcards, or a URL; by default that of the page which
    /// the webview starts with.
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
    let sound = match sound(&args.manifest, format) {
        Ok(sound) => sound,
        Err(exit) => return exit,
    };
    let flags = CallerArgs::default().overlaid(
        Some(&args.window),
        args.webview.as_deref(),
        args.origin.as_deref(),
    );
    let caller = match flags.resolve(&sound.manifest) {
        Ok(caller) => caller,
        Err(message) => return usage(&message),
    };
    if args.origin.is_none() && caller.origin != Some(Origin::app()) {
        flags.tell_defaults(&caller, format);
    }
    let views = match Views::read(sound, &args.manifest) {
        Ok(views) => views,
        Err(unsound) => {
            complain_about(&unsound.loaded, format);
            complain(&format!(
                "error: nobody can tell what the edit would open {}\n  help: mend the findings above first",
                with(&unsound.options)
            ));
            return Exit::CouldNotRun;
        }
    };
    let request = Request { views, caller, args, format };
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
    views: Views,
    caller: Caller,
    args: &'a Args,
    format: Format,
}

impl Request<'_> {
    fn answer(&self) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        self.check_names()?;
        let authority = &self.views.chosen.authority;
        let decision = authority.decide(&self.caller, command);
        if decision.is_allowed {
            self.report(authority, &decision, None);
            return Ok(());
        }
        if decision.reason == Reason::DeniedByPermission {
            return Err(self.denied(&decision));
        }
        let grant = self.grant()?;
        let source = self.views.base().loaded.sources.find(grant.file);
        let source = source.ok_or_else(|| Refusal::impossible("the file to edit is not known"))?;
        let place = source.path().display();
        let text = grant.text(source).map_err(|error| {
            Refusal::impossible(format!("{place}: {error}"))
                .help(Some("`portcullis explain` prints the lines to add by hand"))
        })?;
        let edited = Edited::default().with(source.path(), Ok(text.clone().into_bytes()));
        // The chosen view is the first.
        let mut chosen = None;
        for view in self.views.all() {
            let authority = self.edited(view, &grant, &edited)?;
            chosen.get_or_insert(authority);
        }
        if !self.args.dry_run {
            replace_file(source.path(), source.text(), &text)
                .map_err(|error| Refusal::impossible(format!("{place}: {error}")))?;
        }
        let diff = unified_diff(source.path(), source.text(), &text);
        if let Some(authority) = chosen {
            let decision = authority.decide(&self.caller, command);
            self.report(&authority, &decision, Some((&grant, &diff)));
        }
        Ok(())
    }

    /// A view after the edit, if nothing but what is wanted has changed in it.
    fn edited(&self, view: &View, grant: &Grant, edited: &Edited) -> Result<Authority, Refusal> {
        let mut after = load_from(&self.views.path, &view.options, edited);
        let manifest = after.manifest.take();
        let Some(manifest) = manifest.filter(|_| !has_new_error(&view.loaded, &after)) else {
            complain_about(&after, self.format);
            return Err(Refusal::impossible(format!(
                "the edit would bring the findings above, {}",
                with(&view.options)
            )));
        };
        let authority = compile(&manifest, &after.sources, 2).authority;
        let differences = differences(&manifest, &view.authority, &authority, &self.caller);
        self.check_effect(view, grant, &differences)?;
        Ok(authority)
    }

    /// What is not declared cannot be meant.
    fn check_names(&self) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        let near = |near: Option<&str>| near.map(|near| format!("did you mean `{near}`?"));
        let View { manifest, authority, .. } = &self.views.chosen;
        if authority.command(command).is_none() {
            let known = authority.commands().map(|(name, _)| name.as_str());
            return Err(Refusal::no(format!("the manifest declares no command `{command}`"))
                .help(near(nearest(command, known))));
        }
        let surfaces: Vec<_> = manifest.surfaces().collect();
        let windows = surfaces.iter().map(|(window, _)| window);
        let webviews = surfaces.iter().map(|(_, webview)| webview);
        let (window, webview) = (&self.caller.window, &self.caller.webview);
        let has_window = manifest.windows.iter().any(|entry| entry.has_label(window));
        let has_webview = manifest.windows.iter().any(|entry| entry.has_webview(webview));
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
        let words = in_words(&self.views.chosen.authority, &self.caller, command, decision);
        let message = format!(
            "{words}\n  help: a deny always wins and is never edited here; take it back by hand"
        );
        Refusal { exit: Exit::No, message }
    }

    fn grant(&self) -> Result<Grant, Refusal> {
        let command = self.args.command.as_str();
        let Some(origin) = &self.caller.origin else {
            return Err(Refusal::no("nothing can allow a command to a page without an origin"));
        };
        let id = self.args.permission.as_deref();
        if let Some(id) = id
            && let Err(error) = id.parse::<Word>()
        {
            let message = format!("error: `{id}` is not a permission's id: {error}");
            return Err(Refusal { exit: Exit::Usage, message });
        }
        Grant::find(&self.views, &self.caller, origin, command, id)
            .map_err(|Obstacle(message)| Refusal::no(message))
    }

    /// The decision that was asked for is another now and, but for what `--permission` accepts, no other one is, with
    /// whichever profile.
    fn check_effect(
        &self,
        view: &View,
        grant: &Grant,
        differences: &[Difference],
    ) -> Result<(), Refusal> {
        let command = self.args.command.as_str();
        let is_chosen = view.options == self.views.chosen.options;
        let with = if is_chosen { String::new() } else { format!(" {}", with(&view.options)) };
        let is_wanted = |difference: &&Difference| {
            difference.caller == self.caller
                && difference.command.as_str() == command
                && difference.is_allowed
        };
        if let Some(lost) = differences.iter().find(|difference| !difference.is_allowed) {
            return Err(Refusal::no(format!(
                "`{}` would be denied for {}{with} as soon as a permission allows it to somebody: `unlisted: additive` opens only what no permission allows",
                lost.command, lost.caller,
            ))
            .help(Some("set `unlisted: deny`, and allow each window what it needs")));
        }
        if is_chosen && !differences.iter().any(|difference| is_wanted(&difference)) {
            return Err(Refusal::no(format!(
                "the permission `{}` does not match {}",
                grant.permission, self.caller
            ))
            .help(Some("leave `--permission` out, or give the id of a new one")));
        }
        let other = differences
            .iter()
            .find(|difference| !is_wanted(difference) && difference.command.as_str() != command);
        let wider = differences.iter().find(|difference| !is_wanted(difference));
        match other.or(wider.filter(|_| grant.is_exact)) {
            Some(other) => Err(Refusal::impossible(format!(
                "the edit would also allow `{}` for {}{with}",
                other.command, other.caller
            ))),
            None => Ok(()),
        }
    }

    fn report(&self, authority: &Authority, decision: &Decision, edit: Option<(&Grant, &str)>) {
        let command = self.args.command.as_str();
        let wide = edit.map(|(grant, _)| grant).filter(|grant| !grant.is_exact);
        let diff = edit.map(|(_, diff)| diff);
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
        let words = in_words(authority, &self.caller, command, decision);
        let Some(diff) = diff else {
            return print(&format!("already {words}").replacen("allow", "allowed", 1));
        };
        print(&format!("{diff}{words}"));
        if let Some(grant) = wide {
            complain(&format!(
                "note: `{}` allows it to every caller that it matches, not only to this one",
                grant.permission
            ));
        }
        if self.views.chosen.options.profile.is_some() {
            complain(
                "note: the edit is in the manifest itself, so it holds without the profile, too",
            );
        }
        if self.args.dry_run {
            complain("note: nothing was written");
        }
    }
}

/// Whether there is an error that was not there before; places move, so they are not compared.
fn has_new_error(before: &Loaded, after: &Loaded) -> bool {
    let is_known = |new: &Diagnostic| {
        let mut old = before.diagnostics.iter();
        old.any(|old| old.code == new.code && old.message == new.message)
    };
    after.diagnostics.iter().any(|new| new.is_error() && !is_known(new))
}
