//! The cold decision, with its cause: for refusals, `explain` and tests.

use super::{
    EventAccess,
    authority::{Authority, CompiledPermission},
};
use crate::{
    ipc::Caller,
    name::Word,
    pattern::{Difference, LabelPattern, Origin},
    source::Place,
};
use serde::Serialize;

/// Whether a caller may run a command, or hear or send an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub is_allowed: bool,
    /// The rule that gave it.
    pub reason: Reason,
    /// The permissions that it comes from, in the order of the file.
    pub causes: Vec<Cause>,
    /// For a denial without a cause: the permission that came nearest to allowing it.
    pub nearest: Option<NearMiss>,
}

/// The rule of the design's Decisions that gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A matching permission denies the command.
    DeniedByPermission,
    /// A matching permission allows the command, and none denies it.
    AllowedByPermission,
    /// No permission names the command, and `unlisted: additive` opens it to the app's own pages.
    AllowedByUnlisted,
    /// No matching permission names the command.
    NoMatchingPermission,
    /// The manifest does not declare the command.
    UnknownCommand,
    /// The manifest does not declare the event.
    UnknownEvent,
}

/// A permission that took part in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its id.
    pub permission: Word,
    /// Where it stands.
    pub place: Place,
}

/// What of a caller a permission looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// The window's label.
    Window,
    /// The webview's label.
    Webview,
    /// The document's origin.
    Origin,
}

/// A permission that names the command or event but does not match the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The permission.
    pub cause: Cause,
    /// The first dimension that does not match.
    pub dimension: Dimension,
    /// What the permission asks for there.
    pub expected: Vec<String>,
    /// What the caller has.
    pub found: String,
}

impl Decision {
    fn deny(reason: Reason) -> Self {
        Self { is_allowed: false, reason, causes: Vec::new(), nearest: None }
    }
}

impl Authority {
    /// Decides as the design's Decisions section says, rule by rule.
    ///
    /// Cost grows with the number of permissions. [`Authority::row`] answers the same for all commands at once.
    pub fn decide(&self, caller: &Caller, command: &str) -> Decision {
        let Some(id) = self.command(command) else { return Decision::deny(Reason::UnknownCommand) };
        let matching: Vec<_> = self
            .permissions
            .iter()
            .filter(|permission| self.fit(permission, caller).is_match())
            .collect();
        let causes = |is_cause: &dyn Fn(&CompiledPermission) -> bool| -> Vec<Cause> {
            matching.iter().filter(|p| is_cause(p)).map(|p| p.cause()).collect()
        };
        let denying = causes(&|permission| permission.deny.contains(id.index()));
        if !denying.is_empty() {
            return Decision { causes: denying, ..Decision::deny(Reason::DeniedByPermission) };
        }
        let allowing = causes(&|permission| permission.allow.contains(id.index()));
        let is_open =
            self.additive.contains(id.index()) && caller.origin.as_ref() == Some(&self.app_origin);
        let reason = match (allowing.is_empty(), is_open) {
            (false, _) => Reason::AllowedByPermission,
            (true, true) => Reason::AllowedByUnlisted,
            (true, false) => {
                let nearest =
                    self.nearest_miss(caller, |permission| permission.allow.contains(id.index()));
                return Decision { nearest, ..Decision::deny(Reason::NoMatchingPermission) };
            }
        };
        Decision { is_allowed: true, reason, causes: allowing, nearest: None }
    }

    /// Decides whether a caller may hear or send an event. No permission denies events: what none grants is denied.
    ///
    /// Cost grows with the number of permissions. [`Authority::row`] answers the same for all events at once.
    pub fn decide_event(&self, caller: &Caller, access: EventAccess, event: &str) -> Decision {
        let Some(id) = self.event(event) else { return Decision::deny(Reason::UnknownEvent) };
        let grants = |permission: &CompiledPermission| permission.events.contains(id.bit(access));
        let granting = self.permissions.iter().filter(|permission| grants(permission));
        let matching = granting.filter(|permission| self.fit(permission, caller).is_match());
        let causes: Vec<Cause> = matching.map(CompiledPermission::cause).collect();
        if causes.is_empty() {
            let nearest = self.nearest_miss(caller, grants);
            return Decision { nearest, ..Decision::deny(Reason::NoMatchingPermission) };
        }
        Decision { is_allowed: true, reason: Reason::AllowedByPermission, causes, nearest: None }
    }

    /// Of the permissions that allow something to others, the one with the fewest differences; of several, the
    /// one that the caller's origin is nearest to.
    fn nearest_miss(
        &self,
        caller: &Caller,
        is_naming: impl Fn(&CompiledPermission) -> bool,
    ) -> Option<NearMiss> {
        let naming = self.permissions.iter().filter(|permission| is_naming(permission));
        let with_fit = naming.map(|permission| (permission, self.fit(permission, caller)));
        let (permission, fit) = with_fit.min_by_key(|(permission, fit)| {
            let misses = [fit.window, fit.webview, fit.origin].map(|is_fit| usize::from(!is_fit));
            let origin = caller.origin.as_ref().filter(|_| !fit.origin);
            let difference = origin.and_then(|origin| self.difference(permission, origin));
            (misses.iter().sum::<usize>(), difference.unwrap_or(Difference::Host))
        })?;
        let (dimension, expected, found) = if !fit.window {
            (Dimension::Window, texts(permission.windows.as_deref()), caller.window.to_string())
        } else if !fit.webview {
            (Dimension::Webview, texts(permission.webviews.as_deref()), caller.webview.to_string())
        } else {
            let found = caller.origin.as_ref().map_or("none".to_owned(), ToString::to_string);
            (Dimension::Origin, permission.origin_names(), found)
        };
        Some(NearMiss { cause: permission.cause(), dimension, expected, found })
    }

    /// The smallest change that would make an origin one that a permission names.
    fn difference(&self, permission: &CompiledPermission, origin: &Origin) -> Option<Difference> {
        let app = permission.origins.app.then(|| origin.difference(&self.app_origin)).flatten();
        let named = &permission.origins.named;
        named.iter().filter_map(|(_, pattern)| pattern.difference(origin)).chain(app).min()
    }
}

fn texts(patterns: Option<&[LabelPattern]>) -> Vec<String> {
    patterns.unwrap_or_default().iter().map(|pattern| pattern.as_str().to_owned()).collect()
}

impl CompiledPermission {
    fn cause(&self) -> Cause {
        Cause { permission: self.id.clone(), place: self.place.clone() }
    }

    fn origin_names(&self) -> Vec<String> {
        let built_in = [(self.origins.app, "app"), (self.origins.remote, "remote")];
        let built_in =
            built_in.iter().filter(|(is_named, _)| *is_named).map(|(_, name)| (*name).to_owned());
        built_in.chain(self.origins.named.iter().map(|(name, _)| name.to_string())).collect()
    }
}
