//! Keys of the file: windows and the webviews in them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// A native window.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Window {
    /// Title bar's text. Defaults to the app's name.
    #[schemars(example = &"Notes")]
    pub(crate) title: Option<String>,
    /// Width and height of the content in logical pixels. Defaults to `[960, 640]`.
    #[schemars(example = [960, 640], inner(range(min = 1, max = 16384)))]
    pub(crate) size: Option<[u32; 2]>,
    /// The page: a path in `app.frontend`, or an `http://` or `https://` address. Defaults to `index.html`. In a window
    /// with a `template`, one `{name}` in it is filled with what the template's `*` stands for.
    #[schemars(example = &"index.html")]
    pub(crate) url: Option<String>,
    /// Labels that windows of this kind have, with one `*`. Such windows are opened at run time.
    #[schemars(example = &"diff-*")]
    pub(crate) template: Option<String>,
    /// How many windows of the template may be open at once. Defaults to 16.
    #[schemars(example = 8, range(min = 1, max = 1024))]
    pub(crate) max: Option<u32>,
    /// Windows whose pages may open this one at run time.
    #[schemars(example = ["main"], length(min = 1))]
    pub(crate) openers: Option<Vec<String>>,
    /// When the window is created: at `start` (the default), or `on-demand`.
    #[schemars(example = &"on-demand")]
    pub(crate) create: Option<Create>,
    /// The webviews in the window, by label, instead of one that carries the window's label.
    #[schemars(example = json!({"left": {"url": "index.html", "bounds": ["0%", "0%", "50%", "100%"]}}), extend("minProperties" = 1))]
    pub(crate) webviews: Option<BTreeMap<String, Webview>>,
    /// Origins that pages of the window may go to, by name. Defaults to the origin of its page.
    #[schemars(example = ["app", "docs"], length(min = 1))]
    pub(crate) navigate: Option<Vec<String>>,
    /// What happens to links that lead elsewhere: `deny` (the default), or `browser`, which opens them in the person's
    /// browser.
    #[serde(default)]
    #[schemars(example = &"browser")]
    pub(crate) links: Links,
    /// What happens when a page asks for a new window: `deny` (the default), or `browser`.
    #[serde(default)]
    #[schemars(example = &"deny")]
    pub(crate) popups: Popups,
    /// What happens to downloads: `deny` (the default), or `ask`, which lets the person choose where they go.
    #[serde(default)]
    #[schemars(example = &"ask")]
    pub(crate) downloads: Downloads,
    /// Whether pages of the window can be inspected. Defaults to `false`.
    #[serde(default)]
    #[schemars(example = true)]
    pub(crate) devtools: bool,
}

/// A web page inside a window.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Webview {
    /// The page: a path in `app.frontend`, or an `http://` or `https://` address. Defaults to `index.html`.
    #[schemars(example = &"https://docs.example.com/")]
    pub(crate) url: Option<String>,
    /// Left, top, width and height: logical pixels, or percentages of the window.
    #[schemars(example = json!(["0%", "0%", "50%", "100%"]))]
    pub(crate) bounds: Option<[Length; 4]>,
}

/// Logical pixels, or a percentage of the window.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(crate) enum Length {
    /// Logical pixels.
    Pixels(u32),
    /// A percentage.
    Percent(Percentage),
}

/// A percentage, with at most two digits behind the point.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, extend("pattern" = crate::manifest::units::PERCENT_PATTERN))]
pub(crate) struct Percentage(pub(crate) String);

/// When a window is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Create {
    /// With the app.
    #[default]
    Start,
    /// When a page or the app asks for it.
    OnDemand,
}

/// What happens to links that lead out of a window's origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Links {
    /// Nothing.
    #[default]
    Deny,
    /// They open in the person's browser.
    Browser,
}

/// What happens when a page asks for a new window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Popups {
    /// Nothing.
    #[default]
    Deny,
    /// The address opens in the person's browser.
    Browser,
}

/// What happens to downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Downloads {
    /// Nothing.
    #[default]
    Deny,
    /// The person chooses where they go.
    Ask,
}
