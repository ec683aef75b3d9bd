//! The app, its development server and its sites.

use super::{Lowering, escape, place, process::command_line, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic, Fix, nearest},
    document::{Node, to_flow_yaml},
    manifest::{
        App, DevServer, Manifest, Site, directives, file, lower::origins::BUILT_IN_ORIGINS,
    },
    name::Word,
    source::Span,
};
use url::Url;

/// The policy of pages whose manifest has none.
const DEFAULT_CSP: &str = "default-src 'self'";

/// The directives of content security policies (CSP Level 3 and its extensions).
const DIRECTIVES: [&str; 30] = [
    "base-uri",
    "block-all-mixed-content",
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "navigate-to",
    "object-src",
    "plugin-types",
    "prefetch-src",
    "report-to",
    "report-uri",
    "require-trusted-types-for",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "trusted-types",
    "upgrade-insecure-requests",
    "worker-src",
];

/// The fix that writes a directive's name, where the text is written as it is read.
fn directive_fix(csp: &str, span: Span, name: &str, near: &str) -> Option<Fix> {
    let quote = match span.range().len().checked_sub(csp.len())? {
        0 => 0,
        2 => 1,
        _ => return None,
    };
    let mut found = csp.match_indices(name);
    let ((at, _), None) = (found.next()?, found.next()) else { return None };
    let start = span.range().start + quote + at;
    let place = Span::new(span.file, start, start + name.len());
    Some(Fix::replace(format!("write `{near}`"), place, near))
}

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
                version: String::new(),
                frontend: None,
                csp: DEFAULT_CSP.to_owned(),
                csp_span: None,
                dev: None,
            };
        };
        let dev = file.dev.and_then(|dev| self.dev_server(dev, node.find("dev")?));
        let frontend = place(node, "frontend");
        if let Some(address) = file.frontend.as_deref().filter(|folder| folder.contains("://")) {
            let message = format!("`{}` is an address, not a folder", address.escape_debug());
            let help = "a development server is `app.dev`, such as `dev: { url: \"http://localhost:5173\" }`; a window shows a page of the web with its `url`";
            self.invalid(frontend, message, help);
        }
        App {
            name: file.name.unwrap_or_else(|| file.id.clone()),
            id: file.id,
            version: file.version.unwrap_or_else(|| "0.0.0".to_owned()),
            frontend: file.frontend.map(|folder| self.path(&folder, frontend)),
            csp: self.csp(file.csp, place(node, "csp")),
            csp_span: node.find("csp").map(|node| node.span),
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
        let csp = csp.unwrap_or_else(|| DEFAULT_CSP.to_owned());
        for (name, _) in directives(&csp) {
            // A directive that browsers do not know does nothing; one that nobody knows may be new.
            let is_known = DIRECTIVES.iter().any(|known| known.eq_ignore_ascii_case(name));
            let Some(near) = nearest(&name.to_ascii_lowercase(), DIRECTIVES) else { continue };
            if !is_known {
                let message = format!("`{}` is not a directive", name.escape_debug());
                self.report(
                    Diagnostic::new(Code::InvalidValue, span, message)
                        .help(format!("did you mean `{near}`?"))
                        .maybe_fix(directive_fix(&csp, span, name, near)),
                );
            }
        }
        csp
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
        let program = dev.command.iter().flatten().next();
        if let Some(words) = program.and_then(|program| command_line(program)) {
            let list = to_flow_yaml(&words.into());
            let message = "the first item is a command line, not a program";
            let help = format!("write one item for each word: `command: {list}`");
            self.invalid(place(node, "command"), message, help);
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
            let root_span = place(&entry.value, "root");
            let root = self.path(&file.root, root_span);
            let csp = self.csp(file.csp, place(&entry.value, "csp"));
            let csp_span = entry.value.find("csp").map(|node| node.span);
            manifest.broken.origins.names.remove(key);
            manifest.sites.insert(name, Site { span: entry.key, root, root_span, csp, csp_span });
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
