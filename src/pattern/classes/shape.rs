//! What origin patterns of one scheme have in common: the shape of a host, label by label, and a port.

use crate::pattern::{
    origin::Origin,
    origin_pattern::{HostLabel, HostPattern, OriginPattern, PortPattern},
};

/// Hosts and ports of one form. Shapes are closed under [`meet`](Self::meet), which makes them the classes of
/// origins: the patterns that match an origin have a meet, and every origin of that meet that is named nowhere
/// else is matched by just these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape<'a> {
    /// From the last label to the first; `None` is any label but the empty one.
    pub(super) labels: Vec<Option<&'a str>>,
    /// Whether any number of further labels may stand before them.
    pub(super) is_open: bool,
    pub(super) port: PortPattern,
}

impl<'a> Shape<'a> {
    pub(super) fn of_pattern(pattern: &'a OriginPattern) -> Self {
        let (labels, is_open) = match &pattern.host {
            HostPattern::Exact(host) => (literals(host).collect(), false),
            HostPattern::Below(parent) => (literals(parent).chain([None]).collect(), true),
            HostPattern::Labels(labels) => (labels.iter().rev().map(literal).collect(), false),
        };
        Self { labels, is_open, port: pattern.port }
    }

    pub(super) fn of_origin(origin: &'a Origin) -> Self {
        let labels = literals(&origin.host).collect();
        Self { labels, is_open: false, port: PortPattern::Exactly(origin.port) }
    }

    /// The shape of what both stand for.
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        let port = match (self.port, other.port) {
            (PortPattern::Any, port) | (port, PortPattern::Any) => port,
            (one, another) => (one == another).then_some(one)?,
        };
        let length = self.labels.len().max(other.labels.len());
        let is_long_enough = |shape: &Self| shape.is_open || shape.labels.len() == length;
        if !is_long_enough(self) || !is_long_enough(other) {
            return None;
        }
        let labels = (0..length).map(|at| match (self.label(at), other.label(at)) {
            (None, label) | (label, None) if label != Some("") => Some(label),
            (one, another) => (one == another).then_some(one),
        });
        Some(Self {
            labels: labels.collect::<Option<_>>()?,
            is_open: self.is_open && other.is_open,
            port,
        })
    }

    fn label(&self, at: usize) -> Option<&'a str> {
        self.labels.get(at).copied().flatten()
    }

    /// Whether it has as many labels as an IPv4 address.
    pub(super) fn may_be_address(&self) -> bool {
        !self.is_open && self.labels.len() == 4
    }
}

fn literals(host: &str) -> impl DoubleEndedIterator<Item = Option<&str>> {
    host.split('.').rev().map(Some)
}

fn literal(label: &HostLabel) -> Option<&str> {
    match label {
        HostLabel::Literal(literal) => Some(literal),
        HostLabel::Capture(_) => None,
    }
}
