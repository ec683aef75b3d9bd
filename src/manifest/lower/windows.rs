//! Windows, the webviews in them, and the pages that those show.

use super::{Lowering, escape, place, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    manifest::{Create, Creation, Length, Manifest, Page, Webview, Window, file, units},
    name::Label,
    pattern::LabelTemplate,
    source::{Span, Spanned},
};
use url::Url;

const DEFAULT_SIZE: [u32; 2] = [960, 640];
const DEFAULT_MAX: u32 = 16;
const PAGE: &str = "write a path in `app.frontend`, such as `index.html`, or an `https://` address";

impl Lowering<'_> {
    pub(super) fn windows(&mut self, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "windows") {
            let label = self.name::<Label>(key, entry.key, Code::InvalidLabel);
            let file = self.read::<file::Window>(&format!("/windows/{}", escape(key)));
            let window = match (label, file) {
                (Some(label), Some(file)) => self.window(label, entry, file, manifest),
                _ => None,
            };
            match window {
                Some(window) => manifest.windows.push(window),
                None => manifest.broken.windows.insert(key),
            }
        }
    }

    fn window(
        &mut self,
        label: Label,
        entry: &Entry,
        file: file::Window,
        manifest: &Manifest,
    ) -> Option<Window> {
        let node = &entry.value;
        let creation = self.creation(node, &file)?;
        let is_template = matches!(creation, Creation::Template { .. });
        if let (Some(second), true) = (node.entry("url"), file.webviews.is_some()) {
            let help = "write the address under the webview that shows it";
            self.invalid(second.key, "a window with `webviews` has no page of its own", help);
        }
        let page =
            self.page(file.url, node.find("url").map_or(entry.key, |at| at.span), is_template)?;
        let webviews = match file.webviews {
            None => Vec::new(),
            Some(_) => self.webviews(&label, node, is_template)?,
        };
        if file.openers.is_some() && creation == Creation::Start {
            let span = node.entry("openers").map_or(node.span, |entry| entry.key);
            let help = "add `create: on-demand`, or remove `openers`";
            self.invalid(span, "the window opens with the app, not by a page", help);
        }
        let openers = node.find("openers").map(Node::items).unwrap_or_default();
        let openers = openers
            .iter()
            .filter_map(|item| {
                let label = self.name::<Label>(item.as_str()?, item.span, Code::InvalidLabel)?;
                Some(Spanned::new(label, item.span))
            })
            .collect();
        Some(Window {
            label,
            span: entry.key,
            title: file.title.unwrap_or_else(|| manifest.app.name.clone()),
            size: file.size.unwrap_or(DEFAULT_SIZE),
            page,
            webviews,
            creation,
            openers,
            navigate: file.navigate.map(|texts| self.origin_names(node.find("navigate"), &texts)),
            links: file.links,
            popups: file.popups,
            downloads: file.downloads,
            devtools: file.devtools,
        })
    }

    fn creation(&mut self, node: &Node, file: &file::Window) -> Option<Creation> {
        let Some(text) = &file.template else {
            if let Some(max) = node.entry("max") {
                let help = "add `template: \"name-*\"`, or remove `max`";
                self.invalid(max.key, "only windows of a template are counted", help);
            }
            return Some(match file.create.unwrap_or_default() {
                Create::Start => Creation::Start,
                Create::OnDemand => Creation::OnDemand,
            });
        };
        if let (Some(create), Some(Create::Start)) = (node.entry("create"), file.create) {
            let help = "remove `create`: such windows are opened on demand";
            self.invalid(create.key, "nothing fills the template when the app starts", help);
        }
        let span = place(node, "template");
        match text.parse::<LabelTemplate>() {
            Ok(template) => Some(Creation::Template {
                labels: Spanned::new(template, span),
                max: file.max.unwrap_or(DEFAULT_MAX),
            }),
            Err(error) => {
                let message =
                    format!("`{}` is not a template: {}", text.escape_debug(), error.message);
                self.report(
                    Diagnostic::new(Code::InvalidGlob, span, message).maybe_help(error.help),
                );
                None
            }
        }
    }

    fn webviews(&mut self, window: &Label, node: &Node, is_template: bool) -> Option<Vec<Webview>> {
        let mut found = Vec::new();
        let pointer = format!("/windows/{}/webviews", escape(window.as_str()));
        for (key, entry) in section_entries(node, "webviews") {
            let label = self.name::<Label>(key, entry.key, Code::InvalidLabel)?;
            let file = self.read::<file::Webview>(&format!("{pointer}/{}", escape(key)))?;
            let span = entry.value.find("url").map_or(entry.key, |at| at.span);
            let page = self.page(file.url, span, is_template)?;
            let bounds = match file.bounds {
                None => None,
                Some(lengths) => Some(self.bounds(&entry.value, lengths)?),
            };
            found.push(Webview { label, span: entry.key, page, bounds });
        }
        Some(found)
    }

    fn bounds(&mut self, node: &Node, lengths: [file::Length; 4]) -> Option<[Length; 4]> {
        let nodes = node.find("bounds").map(Node::items).unwrap_or_default();
        let mut found = [Length::Pixels(0); 4];
        for ((length, node), slot) in lengths.into_iter().zip(nodes).zip(&mut found) {
            *slot = match length {
                file::Length::Pixels(pixels) => Length::Pixels(pixels),
                file::Length::Percent(file::Percentage(text)) => {
                    let Some(share) = units::parse_percent(&text) else {
                        let message = format!("`{}` is not a share", text.escape_debug());
                        let help = "write logical pixels, or a percentage from `0%` to `100%`";
                        self.invalid(node.span, message, help);
                        return None;
                    };
                    Length::Percent(share)
                }
            };
        }
        Some(found)
    }

    fn page(&mut self, text: Option<String>, span: Span, is_template: bool) -> Option<Page> {
        let Some(text) = text else { return Some(Page::App("index.html".to_owned())) };
        match parse_page(&text, is_template) {
            Ok(page) => Some(page),
            Err((message, help)) => {
                self.report(Diagnostic::new(Code::InvalidUrl, span, message).help(help));
                None
            }
        }
    }
}

/// Reads a window's address; the error is a message and what to do.
fn parse_page(text: &str, is_template: bool) -> Result<Page, (String, String)> {
    if text.contains(['{', '}']) {
        return parse_template(text, is_template);
    }
    if !text.contains("://") {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let is_inside = !path.starts_with('/')
            && !path.contains(['\\', ':'])
            && !path.split('/').any(|part| part == "..");
        if path.is_empty() || !is_inside || text.chars().any(char::is_control) {
            let message =
                format!("`{}` is not a path in the frontend's folder", text.escape_debug());
            let host = text.split('/').next().unwrap_or_default();
            if is_local(host) {
                return Err((
                    message,
                    format!("write `http://{text}` for a server on this machine"),
                ));
            }
            let below = text.trim_start_matches('/');
            let is_rooted = below.len() < text.len();
            let help = match is_rooted.then(|| parse_page(below, false)) {
                Some(Ok(_)) => format!("write `{below}`"),
                _ => PAGE.to_owned(),
            };
            return Err((message, help));
        }
        if is_host(path.split('/').next().unwrap_or_default()) {
            let message = format!("`{}` is read as a page of the frontend", text.escape_debug());
            return Err((message, format!("write `https://{text}`, or `./{text}` for the page")));
        }
        return Ok(Page::App(text.to_owned()));
    }
    remote(text).map(Page::Remote)
}

/// Whether a text is hardly the name of a page or a folder, but the host of an address without its scheme.
fn is_host(text: &str) -> bool {
    let ends = [".com", ".org", ".net", ".io", ".dev"];
    text.starts_with("www.") || ends.iter().any(|end| text.len() > end.len() && text.ends_with(end))
}

/// Whether a text is a port of this machine, without the scheme.
fn is_local(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        ["localhost", "127.0.0.1", "[::1]"].contains(&host) && port.parse::<u16>().is_ok()
    })
}

fn remote(text: &str) -> Result<Url, (String, String)> {
    let url = Url::parse(text).map_err(|error| {
        (format!("`{}` is not an address: {error}", text.escape_debug()), PAGE.to_owned())
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        let message = format!("a window cannot show `{}:` addresses", url.scheme());
        return Err((message, PAGE.to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "an address in a manifest has no user name or password".to_owned();
        return Err((message, "remove what stands before the `@`".to_owned()));
    }
    Ok(url)
}

/// Reads an address with one `{name}` in it, which must be one label of its host or stand behind the host.
fn parse_template(text: &str, is_template: bool) -> Result<Page, (String, String)> {
    let help = || "write one `{name}` for what the template's `*` stands for".to_owned();
    if !is_template {
        let message = "only windows of a `template` have placeholders in their address".to_owned();
        return Err((message, "write the whole address".to_owned()));
    }
    let malformed = || (format!("`{}` has no single placeholder", text.escape_debug()), help());
    let (before, rest) = text.split_once('{').ok_or_else(malformed)?;
    let (capture, after) = rest.split_once('}').ok_or_else(malformed)?;
    let is_name = capture.parse::<crate::name::Word>().is_ok();
    if !is_name || before.contains('}') || after.contains(['{', '}']) {
        return Err(malformed());
    }
    // One letter stands for whatever fills it, so that the rest must be an address.
    let filled = format!("{before}x{after}");
    parse_page(&filled, false)?;
    let authority = before.split_once("://").map(|(_, rest)| rest);
    let is_in_host = authority.is_some_and(|rest| !rest.contains(['/', '?', '#']));
    if is_in_host {
        let is_label = authority.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            && after.starts_with('.');
        if !is_label {
            let message = "a placeholder in a host is one whole label of it".to_owned();
            return Err((
                message,
                "write it between dots: `https://{name}.example.com/`".to_owned(),
            ));
        }
    }
    Ok(Page::Template { text: text.to_owned(), capture: capture.to_owned() })
}
