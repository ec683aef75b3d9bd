//! Requests to HTTP services: what a backend says, and what one command asks for.

use super::{Lowering, place, secrecy::has_user, templates::Uses};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::file,
    plan::{
        Addresses, HttpPlan, JsonTemplate, Method, Outcome, Output, Reference, StreamPlan, Template,
    },
    source::Span,
};
use std::collections::BTreeMap;
use url::Url;

/// Headers that say where a message ends or what becomes of the connection: a page must not have a part in that.
const FRAMING: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A service, with whatever its backend already says about requests.
#[derive(Debug, Clone)]
pub(super) struct Service {
    base: Url,
    addresses: Addresses,
    line: Option<(Method, Template)>,
    query: BTreeMap<String, Template>,
    headers: BTreeMap<String, Template>,
    body: Option<JsonTemplate>,
    output: Output,
    stream: Option<StreamPlan>,
    status: BTreeMap<u16, Outcome>,
}

impl Lowering<'_> {
    pub(super) fn service(
        &mut self,
        node: &Node,
        file: file::Http,
        uses: &mut Uses,
    ) -> Option<Service> {
        let base = self.base(&file.base, place(node, "base"))?;
        let stream = match file.stream {
            None => None,
            Some(stream) => Some(self.stream(node, &stream, false, uses)?),
        };
        let mut service = Service {
            base,
            addresses: file.addresses,
            line: None,
            query: BTreeMap::new(),
            headers: BTreeMap::new(),
            body: None,
            output: file.output.unwrap_or(Output::Json),
            stream,
            status: BTreeMap::new(),
        };
        self.add_request(node, &mut service, file.request, uses)?;
        Some(service)
    }

    fn base(&mut self, text: &str, span: Span) -> Option<Url> {
        let help = "write scheme, host and perhaps a path, such as `https://api.example.com/v1`";
        let report_user = |lowering: &mut Self| {
            lowering.report(
                Diagnostic::new(Code::LiteralSecret, span, "the address holds a user name or password")
                    .help("declare it under `secrets`, and send it as a header: `Authorization: \"Bearer {secret:name}\"`")
                    .mask(span),
            );
            None
        };
        // Before anything is said about the text: a message would show it.
        if has_user(text) {
            return report_user(self);
        }
        let message = if text.contains(['{', '}']) {
            // Who is asked is never for a page to choose.
            let message = "there are no placeholders in a scheme, host or port";
            self.report(
                Diagnostic::new(Code::UnsafeArgument, span, message)
                    .help("write the host here, and placeholders in the path of the request"),
            );
            return None;
        } else {
            match Url::parse(text) {
                Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                    return report_user(self);
                }
                Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                    format!("a service cannot be asked over `{}:`", url.scheme())
                }
                Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                    "the address of a service has no query and no fragment".to_owned()
                }
                Ok(url) => return Some(url),
                // A password with a slash in it ends up here.
                Err(_) if text.contains('@') => return report_user(self),
                Err(error) => format!("`{}` is not an address: {error}", text.escape_debug()),
            }
        };
        self.report(Diagnostic::new(Code::InvalidUrl, span, message).help(help));
        None
    }

    /// A service's request, with what one command adds to it.
    pub(super) fn request(
        &mut self,
        node: &Node,
        mut service: Service,
        file: file::Request,
        output: Option<Output>,
        stream: Option<file::Stream>,
        uses: &mut Uses,
    ) -> Option<HttpPlan> {
        self.add_request(node, &mut service, file, uses)?;
        if let Some(output) = output {
            service.output = output;
        }
        if let Some(stream) = stream {
            service.stream = Some(self.stream(node, &stream, false, uses)?);
        }
        let Some((method, path)) = service.line else {
            // Without a backend it is a fault of structure, which was reported.
            if let Some(backend) = node.find("use") {
                self.invalid(
                    backend.span,
                    "neither the command nor its backend says what is asked for",
                    "add a method with its path, such as `get: /incidents`",
                );
            }
            return None;
        };
        if service.body.is_some() && matches!(method, Method::Get | Method::Head) {
            let span = node.entry("body").map_or(node.span, |entry| entry.key);
            self.invalid(span, "a request of this method has no body", "use `query`, or `post`");
        }
        Some(HttpPlan {
            base: service.base,
            addresses: service.addresses,
            method,
            path,
            query: service.query,
            headers: service.headers,
            body: service.body,
            output: service.output,
            stream: service.stream,
            status: service.status,
        })
    }

    fn add_request(
        &mut self,
        node: &Node,
        service: &mut Service,
        file: file::Request,
        uses: &mut Uses,
    ) -> Option<()> {
        let lines = [
            ("get", Method::Get, file.get),
            ("head", Method::Head, file.head),
            ("post", Method::Post, file.post),
            ("put", Method::Put, file.put),
            ("patch", Method::Patch, file.patch),
            ("delete", Method::Delete, file.delete),
        ];
        if lines.iter().filter(|(_, _, path)| path.is_some()).count() > 1 {
            // A fault of structure, which was reported.
            return None;
        }
        let mut is_sound = true;
        for (key, method, path) in lines {
            let Some(path) = path else { continue };
            let path = self.request_path(&path, place(node, key), uses);
            is_sound &= path.is_some();
            service.line = path.map(|path| (method, path)).or(service.line.take());
        }
        is_sound &= self.query(node, file.query.unwrap_or_default(), service, uses);
        is_sound &= self.headers(node, file.headers.unwrap_or_default(), service, uses)?;
        if let (Some(body), Some(at)) = (&file.body, node.find("body")) {
            self.value_uses(at, uses);
            service.body = Some(JsonTemplate::parse(body).ok()?);
        }
        self.statuses(node, file.status.unwrap_or_default(), service)?;
        is_sound.then_some(())
    }

    /// Whether the whole query could be read.
    fn query(
        &mut self,
        node: &Node,
        query: BTreeMap<String, String>,
        service: &mut Service,
        uses: &mut Uses,
    ) -> bool {
        let mut is_sound = true;
        for (name, text) in query {
            let span = node.find("query").map_or(node.span, |query| place(query, &name));
            self.text_secret(&text, span);
            let Some(template) = self.template(&text, span) else {
                is_sound = false;
                continue;
            };
            let is_whole = template.whole().is_some();
            uses.template(&text, &template, span, is_whole);
            is_sound &= self.refuse_secret(&template, span, "the address").is_some();
            service.query.insert(name, template);
        }
        is_sound
    }

    /// Whether all headers could be read.
    fn headers(
        &mut self,
        node: &Node,
        headers: BTreeMap<String, String>,
        service: &mut Service,
        uses: &mut Uses,
    ) -> Option<bool> {
        let mut is_sound = true;
        for (name, text) in headers {
            let entry = node.find("headers").and_then(|headers| headers.entry(&name))?;
            let Ok(header) = name.parse::<http::HeaderName>() else {
                let message = format!("`{}` is not the name of a header", name.escape_debug());
                self.invalid(entry.key, message, "header names are letters, digits and `-`");
                continue;
            };
            if FRAMING.contains(&header.as_str()) {
                let message = format!("`{header}` is for the connection, which the gateway keeps");
                self.invalid(entry.key, message, "remove it");
                continue;
            }
            if text.chars().any(char::is_control) {
                self.invalid(
                    entry.value.span,
                    "a header holds a line break",
                    "write it on one line",
                );
                continue;
            }
            self.header_secret(&name, &text, entry);
            let Some(template) = self.template(&text, entry.value.span) else {
                is_sound = false;
                continue;
            };
            uses.template(&text, &template, entry.value.span, false);
            service.headers.insert(header.as_str().to_owned(), template);
        }
        Some(is_sound)
    }

    fn statuses(
        &mut self,
        node: &Node,
        statuses: BTreeMap<String, file::Outcome>,
        service: &mut Service,
    ) -> Option<()> {
        for (key, outcome) in statuses {
            let entry = node.find("status").and_then(|node| node.entry(&key))?;
            let status = key.parse::<u16>().ok().filter(|status| (100..600).contains(status));
            let Some(status) = status else {
                let message = format!("`{}` is not a status of HTTP", key.escape_debug());
                self.invalid(entry.key, message, "statuses are numbers from 100 to 599");
                continue;
            };
            let outcome = self.outcome(&entry.value, outcome);
            service.status.extend(outcome.map(|outcome| (status, outcome)));
        }
        Some(())
    }

    fn request_path(&mut self, text: &str, span: Span, uses: &mut Uses) -> Option<Template> {
        if self.text_secret(text, span) {
            // What is said about a path shows it.
            return None;
        }
        let template = self.template(text, span)?;
        uses.template(text, &template, span, false);
        self.refuse_secret(&template, span, "the address")?;
        if !text.starts_with('/') || text.starts_with("//") {
            let message = format!("`{}` is not a path of the service", text.escape_debug());
            self.report(
                Diagnostic::new(Code::InvalidUrl, span, message)
                    .help("begin it with one `/`; the host stands under `base`"),
            );
            return None;
        }
        if text.contains(['?', '#']) {
            self.report(
                Diagnostic::new(Code::InvalidUrl, span, "a path ends before `?` and `#`")
                    .help("write parameters under `query`: `query: { state: \"{state}\" }`"),
            );
            return None;
        }
        Some(template)
    }

    /// Addresses are written to logs, by this program and by others on the way.
    pub(super) fn refuse_secret(
        &mut self,
        template: &Template,
        span: Span,
        place: &str,
    ) -> Option<()> {
        let secret = template.references().find_map(|reference| match reference {
            Reference::Secret(name) => Some(name),
            Reference::Capture(_) => None,
        });
        let Some(name) = secret else { return Some(()) };
        let message = format!("the secret `{name}` would be part of {place}");
        self.report(Diagnostic::new(Code::ExposedSecret, span, message).help(format!(
            "secrets may stand in headers, `headers: {{ Authorization: \"Bearer {{secret:{name}}}\" }}`, and in the environment of programs, `env: [\"TOKEN={{secret:{name}}}\"]`"
        )));
        None
    }
}
