//! Programs that run as long as the app and answer requests.

use super::{Lowering, process::working_folder, templates::Uses};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{file, units},
    name::Word,
    plan::{HealthPlan, SidecarPlan},
};

impl Lowering<'_> {
    pub(super) fn sidecar(
        &mut self,
        name: &Word,
        node: &Node,
        file: file::Sidecar,
        uses: &mut Uses,
    ) -> Option<SidecarPlan> {
        self.program(node, &file.program);
        self.folder_text(node, file.cwd.as_deref());
        let items = node.find("args").map(Node::items).unwrap_or_default();
        self.item_secrets(
            file.args.iter().map(String::as_str).zip(items.iter().map(|item| item.span)),
        );
        let mut args = Vec::new();
        for (text, item) in file.args.into_iter().zip(items) {
            let template = self.template(&text, item.span)?;
            // It is started before anybody calls it, for all callers.
            let Some(literal) = template.literal() else {
                self.report(
                    Diagnostic::new(
                        Code::InvalidPlaceholder,
                        item.span,
                        "a sidecar is started once, without a call's arguments",
                    )
                    .help("pass the value as an argument of a command"),
                );
                return None;
            };
            if literal.contains('\0') {
                self.invalid(item.span, "an argument holds a NUL character", "remove it");
            }
            args.push(literal.to_owned());
        }
        let health = file.health.map(|file| {
            let node = node.find("health");
            let defaults = HealthPlan::default();
            HealthPlan {
                method: file.method.unwrap_or(defaults.method),
                every: self.unit(node, "every", units::parse_duration).unwrap_or(defaults.every),
                timeout: self
                    .unit(node, "timeout", units::parse_duration)
                    .unwrap_or(defaults.timeout),
            }
        });
        let (env, set) = self.environment(node, file.env, uses);
        let root = self.folder(node.span).to_owned();
        Some(SidecarPlan {
            name: name.clone(),
            program: file.program,
            args,
            framing: file.framing,
            restart: file.restart,
            start: file.start,
            health,
            env,
            set,
            cwd: working_folder(&root, file.cwd.as_deref()),
            root,
        })
    }
}
