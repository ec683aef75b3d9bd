//! Windows and permissions: one file entry to one typed value.

use super::{App, OriginName, Page, Permission, Window, file, lower::Lowering};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Entry, Node},
    name::{Label, Word},
    pattern::PatternError,
    source::Spanned,
};
use std::str::FromStr;

const DEFAULT_SIZE: [u32; 2] = [960, 640];

pub(super) fn window(
    lowering: &mut Lowering<'_>,
    label: Label,
    entry: &Entry,
    file: file::Window,
    app: &App,
) -> Option<Window> {
    let page = match file.url {
        None => Page::App("index.html".to_owned()),
        Some(text) => {
            let span = entry.value.find("url").map_or(entry.key, |node| node.span);
            match parse_page(&text) {
                Ok(page) => page,
                Err((message, help)) => {
                    lowering.report(Diagnostic::new(Code::InvalidUrl, span, message).help(help));
                    return None;
                }
            }
        }
    };
    Some(Window {
        label,
        span: entry.key,
        title: file.title.unwrap_or_else(|| app.name.clone()),
        size: file.size.unwrap_or(DEFAULT_SIZE),
        page,
    })
}

const PAGE: &str = "write a path in `app.frontend`, such as `index.html`, or an `https://` address";

/// Reads a window's address; the error is a message and what to do.
fn parse_page(text: &str) -> Result<Page, (String, String)> {
    if !text.contains("://") {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let is_inside = !path.starts_with('/')
            && !path.contains(['\\', ':'])
            && !path.split('/').any(|part| part == "..");
        if path.is_empty() || !is_inside || text.chars().any(char::is_control) {
            let message =
                format!("`{}` is not a path in the frontend's folder", text.escape_debug());
            let below = text.trim_start_matches('/');
            let is_rooted = below.len() < text.len();
            let help = match is_rooted.then(|| parse_page(below)) {
                Some(Ok(_)) => format!("write `{below}`"),
                _ => PAGE.to_owned(),
            };
            return Err((message, help));
        }
        return Ok(Page::App(text.to_owned()));
    }
    let url = url::Url::parse(text).map_err(|error| {
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
    Ok(Page::Remote(url))
}

pub(super) fn permission(
    lowering: &mut Lowering<'_>,
    id: Word,
    entry: &Entry,
    file: file::Permission,
    is_whole: bool,
) -> Permission {
    let node = &entry.value;
    if is_whole && file.windows.is_none() && file.webviews.is_none() {
        lowering.report(
            Diagnostic::new(
                Code::MissingSubject,
                entry.key,
                format!("`{id}` says neither which windows nor which webviews it is for"),
            )
            .help("add `windows: [main]`; every window is `windows: [\"*\"]`"),
        );
    }
    let labels = |lowering: &mut Lowering<'_>, key: &str, texts: Option<Vec<String>>| {
        texts.map(|texts| patterns(lowering, node.find(key), &texts, Code::InvalidGlob))
    };
    let windows = labels(lowering, "windows", file.windows);
    let webviews = labels(lowering, "webviews", file.webviews);
    let origins = match file.origins {
        None => vec![Spanned::new(OriginName::App, entry.key)],
        Some(texts) => origin_names(lowering, node.find("origins"), &texts),
    };
    Permission {
        id,
        span: entry.key,
        windows,
        webviews,
        origins,
        allow: patterns(lowering, node.find("allow"), &file.allow, Code::InvalidName),
        deny: patterns(lowering, node.find("deny"), &file.deny, Code::InvalidName),
    }
}

/// Reads a list of patterns; each malformed one is reported at its place and left out.
fn patterns<T: FromStr<Err = PatternError>>(
    lowering: &mut Lowering<'_>,
    list: Option<&Node>,
    texts: &[String],
    code: Code,
) -> Vec<Spanned<T>> {
    let items = list.map(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for (text, item) in texts.iter().zip(items) {
        match text.parse::<T>() {
            Ok(pattern) => found.push(Spanned::new(pattern, item.span)),
            Err(error) => {
                let message = match text.as_str() {
                    "" => error.message,
                    _ => format!("`{}` is not a pattern: {}", text.escape_debug(), error.message),
                };
                lowering.report(Diagnostic::new(code, item.span, message).maybe_help(error.help));
            }
        }
    }
    found
}

fn origin_names(
    lowering: &mut Lowering<'_>,
    list: Option<&Node>,
    texts: &[String],
) -> Vec<Spanned<OriginName>> {
    let items = list.map(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for (text, item) in texts.iter().zip(items) {
        let name = match text.as_str() {
            "app" => OriginName::App,
            "remote" => OriginName::Remote,
            url if url.contains("://") => {
                let url = url.escape_debug();
                let message = format!("`{url}` is not the name of an origin");
                lowering.report(Diagnostic::new(Code::UndefinedOrigin, item.span, message).help(
                    format!("declare it: `origins: {{ docs: \"{url}\" }}`, and write `docs` here"),
                ));
                continue;
            }
            _ => match lowering.name::<Word>(text, item.span, Code::InvalidName) {
                Some(word) => OriginName::Named(word),
                None => continue,
            },
        };
        found.push(Spanned::new(name, item.span));
    }
    found
}
