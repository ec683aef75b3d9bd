//! The app, its development server and its sites.

use super::{Lowering, escape, place, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{App, DevServer, Manifest, Site, file, lower::origins::BUILT_IN_ORIGINS},
    name::Word,
    source::Span,
};
use url::Url;

/// The policy of pages whose manifest has none.
const DEFAULT_CSP: &str = "default-src 'self'";

/// The app's id names folders, so nothing but its grammar may be in it.
fn is_reverse_dns(id: &str) -> bool {
    id.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

impl Lowering<'_> {
    pub(super) fn app(&mut self) -> App {
        let document = self.document;
        let file = self.section::<file::App>("app");
        let written =
            document.pointer("/app/id").and_then(|node| Some((node.as_str()?, node.span)));
        if let Some((id, span)) = written.filter(|(id, _)| !is_reverse_dns(id)) {
            let message = format!("`{}` is not a reverse domain name", id.escape_debug());
            self.report(
                Diagnostic::new(Code::InvalidName, span, message).help(
                    "write letters, digits and `-` between dots, such as `dev.example.notes`",
                ),
            );
        }
        let (Some(file), Some(node)) = (file, document.find("app")) else {
            return App {
                id: String::new(),
                name: String::new(),
                frontend: None,
                csp: DEFAULT_CSP.to_owned(),
                dev: None,
            };
        };
        let dev = file.dev.and_then(|dev| self.dev_server(dev, node.find("dev")?));
        let frontend = place(node, "frontend");
        App {
            name: file.name.unwrap_or_else(|| file.id.clone()),
            id: file.id,
            frontend: file.frontend.map(|folder| self.path(&folder, frontend)),
            csp: self.csp(file.csp, place(node, "csp")),
            dev,
        }
    }

    fn csp(&mut self, csp: Option<String>, span: Span) -> String {
        if csp.as_ref().is_some_and(|csp| csp.chars().any(char::is_control)) {
            self.invalid(
                span,
                "the policy holds a line break",
                "write it on one line, with `;` between directives",
            );
        }
        csp.unwrap_or_else(|| DEFAULT_CSP.to_owned())
    }

    fn dev_server(&mut self, dev: file::Dev, node: &Node) -> Option<DevServer> {
        let span = place(node, "url");
        let example =
            "name the development server on this machine, such as `http://localhost:5173`";
        let url = match Url::parse(&dev.url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            _ => {
                let message = format!("`{}` is not a server's address", dev.url.escape_debug());
                self.report(Diagnostic::new(Code::InvalidUrl, span, message).help(example));
                return None;
            }
        };
        // It is served as the app itself, so that nobody else's content may come from there.
        if !is_loopback(&url) {
            let message = format!("`{}` is not on this machine", dev.url.escape_debug());
            self.report(Diagnostic::new(Code::InvalidUrl, span, message).help(example));
            return None;
        }
        if dev
            .command
            .as_ref()
            .is_some_and(|command| command.iter().any(|word| word.contains('\0')))
        {
            self.invalid(place(node, "command"), "an argument holds a NUL character", "remove it");
        }
        Some(DevServer { url, command: dev.command })
    }

    pub(super) fn sites(&mut self, manifest: &mut Manifest) {
        let Some(app) = self.document.find("app") else { return };
        for (key, entry) in section_entries(app, "sites") {
            manifest.broken.origins.insert(key);
            let Some(name) = self.name::<Word>(key, entry.key, Code::InvalidName) else { continue };
            if BUILT_IN_ORIGINS.contains(&key) {
                self.built_in_origin(key, entry.key);
                continue;
            }
            let pointer = format!("/app/sites/{}", escape(key));
            let Some(file) = self.read::<file::Site>(&pointer) else { continue };
            let root = self.path(&file.root, place(&entry.value, "root"));
            let csp = self.csp(file.csp, place(&entry.value, "csp"));
            manifest.broken.origins.names.remove(key);
            manifest.sites.insert(name, Site { span: entry.key, root, csp });
        }
    }
}

/// Whether an address is on this machine whatever a name server says.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
