//! Windows and the webviews in them.

use super::OriginName;
use crate::{
    manifest::{Downloads, Links, Popups},
    name::Label,
    pattern::{LabelTemplate, Origin},
    source::{Span, Spanned},
};

/// A window and the pages in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its label, and that of its webview unless it has others. With a template it is only the entry's name.
    pub label: Label,
    /// Where its key stands.
    pub span: Span,
    /// Title bar's text.
    pub title: String,
    /// Width and height of the content in logical pixels.
    pub size: [u32; 2],
    /// The page of its one webview.
    pub page: Page,
    /// Webviews that stand in place of that one, if there are any.
    pub webviews: Vec<Webview>,
    /// When it is created, and with which labels.
    pub creation: Creation,
    /// Windows whose pages may open it.
    pub openers: Vec<Spanned<Label>>,
    /// Origins that its pages may go to; `None` stands for those of its pages.
    pub navigate: Option<Vec<Spanned<OriginName>>>,
    /// What happens to links that lead elsewhere.
    pub links: Links,
    /// What happens when a page asks for a new window.
    pub popups: Popups,
    /// What happens to downloads.
    pub downloads: Downloads,
    /// Whether its pages can be inspected.
    pub devtools: bool,
}

impl Window {
    /// The pages in the window, each with the place that names it.
    pub fn pages(&self) -> impl Iterator<Item = (&Page, Span)> {
        let own = self.webviews.is_empty().then_some((&self.page, self.span));
        own.into_iter().chain(self.webviews.iter().map(|webview| (&webview.page, webview.span)))
    }

    /// The template of its labels, if it has one.
    pub fn template(&self) -> Option<&Spanned<LabelTemplate>> {
        match &self.creation {
            Creation::Template { labels, .. } => Some(labels),
            Creation::Start | Creation::OnDemand => None,
        }
    }

    /// The origin of the page that a webview of this entry starts with; `None` if the entry has no such labels.
    pub fn start_origin(&self, window: &Label, webview: &Label) -> Option<Origin> {
        let page = match self.webviews.iter().find(|entry| entry.label == *webview) {
            Some(entry) => &entry.page,
            None if self.webviews.is_empty() => &self.page,
            None => return None,
        };
        match self.template() {
            Some(template) => page.origin(template.value.matches(window)?),
            None => page.origin(""),
        }
    }

    /// Whether a window of this entry can carry the label.
    pub fn has_label(&self, label: &Label) -> bool {
        match self.template() {
            Some(template) => template.value.matches(label).is_some(),
            None => self.label == *label,
        }
    }

    /// Whether a webview of this entry can carry the label.
    pub fn has_webview(&self, label: &Label) -> bool {
        if self.webviews.is_empty() {
            self.has_label(label)
        } else {
            self.webviews.iter().any(|webview| webview.label == *label)
        }
    }
}

/// When a window is created, and with which labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// With the app.
    Start,
    /// When it is asked for.
    OnDemand,
    /// When it is asked for, once for each label.
    Template {
        /// The labels.
        labels: Spanned<LabelTemplate>,
        /// How many may be open at once.
        max: u32,
    },
}

/// A web page inside a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webview {
    /// Its label.
    pub label: Label,
    /// Where its key stands.
    pub span: Span,
    /// The page.
    pub page: Page,
    /// Left, top, width and height; the whole window if absent.
    pub bounds: Option<[Length; 4]>,
}

/// A length along a side of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Logical pixels.
    Pixels(u32),
    /// Hundredths of a percent of the window, up to 10,000.
    Percent(u16),
}

impl Eq for Length {}

/// What a window shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// A path in the frontend's folder, with query and fragment.
    App(String),
    /// An `http` or `https` address.
    Remote(url::Url),
    /// An address with one `{name}` in it, which what the template's `*` stands for fills. The text has a
    /// placeholder where the address could be another site's: it is parsed when it is filled.
    Template {
        /// The address as it was written.
        text: String,
        /// The placeholder's name.
        capture: String,
    },
}

impl Page {
    /// The origin of the page, in which `fill` takes the placeholder's place; `None` if no address comes of it.
    pub fn origin(&self, fill: &str) -> Option<Origin> {
        let url = match self {
            Self::App(_) => return Some(Origin::app()),
            Self::Remote(url) => url.clone(),
            Self::Template { text, .. } if !text.contains("://") => return Some(Origin::app()),
            Self::Template { text, capture } => {
                url::Url::parse(&text.replace(&format!("{{{capture}}}"), fill)).ok()?
            }
        };
        url.origin().ascii_serialization().parse().ok()
    }
}
