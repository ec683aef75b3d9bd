//! Guardrails: what no permission may ever grant.

use super::Lowering;
use crate::{
    document::Node,
    manifest::{Guardrail, Manifest, file},
};

impl Lowering<'_> {
    pub(super) fn never(&mut self, manifest: &mut Manifest) {
        let items = self.document.find("never").map(Node::items).unwrap_or_default();
        for (index, node) in items.iter().enumerate() {
            let Some(file) = self.read::<file::Guardrail>(&format!("/never/{index}")) else {
                continue;
            };
            let commands = file.commands.is_some().then(|| {
                let items = node.find("commands").map(Node::items).unwrap_or_default();
                self.command_entries(items, None, manifest)
            });
            let guardrail = Guardrail {
                span: node.span,
                windows: file.windows.map(|texts| self.labels(node.find("windows"), &texts)),
                webviews: file.webviews.map(|texts| self.labels(node.find("webviews"), &texts)),
                origins: file.origins.map(|texts| self.origin_names(node.find("origins"), &texts)),
                commands,
                runs: file.runs,
                why: file.why,
            };
            manifest.never.push(guardrail);
        }
    }
}
