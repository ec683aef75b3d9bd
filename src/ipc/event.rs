//! Events on their way to pages: whom they are meant for, who sends them, and where what is no page hands them in.

use super::Rejection;
use crate::name::{Label, Word};
use serde_json::Value;
use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

/// Whom an event is meant for, or what a listener listens to. It says what is asked for; who may hear is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventTarget {
    /// Everybody; a listener to it hears what is meant for anybody.
    Any,
    /// Whatever has the label: a window, or a webview.
    AnyLabel(Label),
    /// The app itself, and no window.
    App,
    /// A window.
    Window(Label),
    /// A webview.
    Webview(Label),
    /// A window with one webview, which carries its label.
    WebviewWindow(Label),
}

impl EventTarget {
    /// Reads a target as `@tauri-apps/api` writes it; the error says what is wrong with it.
    pub fn from_json(value: &Value) -> Result<Self, &'static str> {
        let label = || {
            let text = value.get("label").and_then(Value::as_str).ok_or("it has no `label`")?;
            text.parse::<Label>().map_err(|_| "its `label` is none")
        };
        match value.get("kind").and_then(Value::as_str).ok_or("it has no `kind`")? {
            "Any" => Ok(Self::Any),
            "AnyLabel" => label().map(Self::AnyLabel),
            "App" => Ok(Self::App),
            "Window" => label().map(Self::Window),
            "Webview" => label().map(Self::Webview),
            "WebviewWindow" => label().map(Self::WebviewWindow),
            _ => Err("its `kind` is not known"),
        }
    }

    fn label(&self) -> Option<&Label> {
        match self {
            Self::Any | Self::App => None,
            Self::AnyLabel(label)
            | Self::Window(label)
            | Self::Webview(label)
            | Self::WebviewWindow(label) => Some(label),
        }
    }

    /// Whether an event for this target is one for a listener to another; the rules are those of Tauri 2.
    pub fn reaches(&self, listener: &Self) -> bool {
        if *self == Self::Any || *listener == Self::Any || self == listener {
            return true;
        }
        let is_by_label =
            matches!(self, Self::AnyLabel(_)) || matches!(listener, Self::AnyLabel(_));
        is_by_label && self.label() == listener.label()
    }
}

/// A window or webview of this label; a text that is no label reaches nobody.
impl From<Label> for EventTarget {
    fn from(label: Label) -> Self {
        Self::AnyLabel(label)
    }
}

/// Who sends an event and is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventSource<'a> {
    /// The program itself.
    App,
    /// A plugin or a backend, by its name.
    Service(&'a Word),
}

/// What takes events from senders that are no pages. It must not block.
pub trait EventSink: Send + Sync + fmt::Debug {
    /// Checks an event, and sends it to the pages that listen and may.
    fn publish(
        &self,
        source: EventSource<'_>,
        event: &str,
        target: &EventTarget,
        payload: &Value,
    ) -> Result<(), Rejection>;
}

/// Where senders that are no pages hand in their events. Clones are one outlet.
///
/// Senders are made before what takes their events: until that is connected, and after it is gone, no page hears them.
#[derive(Debug, Clone, Default)]
pub struct EventOutlet(Arc<OnceLock<Weak<dyn EventSink>>>);

impl EventOutlet {
    /// Says what takes the events; the first one is it.
    pub fn connect(&self, sink: &Arc<dyn EventSink>) {
        let _ = self.0.set(Arc::downgrade(sink));
    }

    /// Hands in an event.
    pub fn publish(
        &self,
        source: EventSource<'_>,
        event: &str,
        target: &EventTarget,
        payload: &Value,
    ) -> Result<(), Rejection> {
        match self.0.get().and_then(Weak::upgrade) {
            Some(sink) => sink.publish(source, event, target, payload),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn target(kind: &str) -> EventTarget {
        EventTarget::from_json(&json!({ "kind": kind, "label": "a" })).unwrap()
    }

    #[test]
    fn a_target_is_read_as_the_package_writes_it() {
        assert_eq!(EventTarget::from_json(&json!({ "kind": "Any" })), Ok(EventTarget::Any));
        assert_eq!(target("Window"), EventTarget::Window("a".parse().unwrap()));
        for bad in [
            json!(null),
            json!("a"),
            json!({}),
            json!({ "kind": "any" }),
            json!({ "kind": "Window" }),
            json!({ "kind": "Webview", "label": "a b" }),
        ] {
            assert!(EventTarget::from_json(&bad).is_err(), "{bad}");
        }
    }

    /// Every kind with the kinds of listeners that hear it, all of them with the same label.
    #[test]
    fn targets_reach_the_listeners_of_their_kind() {
        let kinds = ["Any", "AnyLabel", "App", "Window", "Webview", "WebviewWindow"];
        let heard = |kind: &str| -> Vec<&str> {
            let is_heard = |listener: &&str| target(kind).reaches(&target(listener));
            kinds.into_iter().filter(is_heard).collect()
        };
        assert_eq!(heard("Any"), kinds);
        assert_eq!(heard("AnyLabel"), ["Any", "AnyLabel", "Window", "Webview", "WebviewWindow"]);
        assert_eq!(heard("App"), ["Any", "App"]);
        assert_eq!(heard("Window"), ["Any", "AnyLabel", "Window"]);
        assert_eq!(heard("Webview"), ["Any", "AnyLabel", "Webview"]);
        assert_eq!(heard("WebviewWindow"), ["Any", "AnyLabel", "WebviewWindow"]);
    }

    #[test]
    fn another_label_is_another_target() {
        let other = EventTarget::AnyLabel("b".parse().unwrap());
        for kind in ["AnyLabel", "Window", "Webview", "WebviewWindow", "App"] {
            assert!(!other.reaches(&target(kind)) && !target(kind).reaches(&other), "{kind}");
        }
        assert!(other.reaches(&EventTarget::Any));
    }

    #[test]
    fn an_outlet_that_leads_nowhere_takes_everything() {
        let sent = EventOutlet::default().publish(
            EventSource::App,
            "saved",
            &EventTarget::Any,
            &json!(null),
        );
        assert_eq!(sent, Ok(()));
    }
}
