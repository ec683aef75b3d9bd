//! An origin for a shape: labels and a port that no other pattern asks for, in a host that a URL parser accepts.

use super::{Budget, TooManyClasses, shape::Shape};
use crate::pattern::{
    Origin, OriginPattern,
    origin::{default_port, parse_host},
    origin_pattern::PortPattern,
};
use indexmap::IndexSet;
use std::collections::HashSet;

/// Ports to try first for an origin whose port is free.
const USUAL_PORTS: [u16; 3] = [8080, 8443, 3000];

/// An origin that is not the app's and that no pattern matches. Schemes are without number, so there is one.
pub(super) fn unnamed(patterns: &[&OriginPattern], app: &Origin) -> Origin {
    let usual = ["https", "http", "other"].map(str::to_owned).into_iter();
    let mut schemes = usual.chain((2_usize..).map(|number| format!("other{number}")));
    loop {
        let scheme = schemes.next().unwrap_or_default();
        let port = default_port(&scheme);
        let origin = Origin { scheme: scheme.into(), host: "other.example".into(), port };
        if origin != *app && !patterns.iter().any(|pattern| pattern.matches(&origin)) {
            return origin;
        }
    }
}

/// What an origin must be like: of this shape, and matched by these of the scheme's patterns and no others.
struct Wanted<'a> {
    shape: &'a Shape<'a>,
    patterns: Vec<(&'a OriginPattern, bool)>,
}

impl Wanted<'_> {
    fn is_met_by(&self, origin: &Origin) -> bool {
        self.patterns.iter().all(|(pattern, is_match)| pattern.matches(origin) == *is_match)
    }
}

/// The patterns of one scheme.
pub(super) struct Scheme<'a> {
    name: &'a str,
    patterns: &'a [&'a OriginPattern],
    shapes: Vec<Shape<'a>>,
    app: &'a Origin,
    /// A label that no pattern names.
    fresh: String,
    /// The ports that patterns, or the app's origin, name.
    ports: HashSet<Option<u16>>,
}

impl<'a> Scheme<'a> {
    pub(super) fn new(name: &'a str, patterns: &'a [&'a OriginPattern], app: &'a Origin) -> Self {
        let shapes: Vec<_> = patterns.iter().map(|pattern| Shape::of_pattern(pattern)).collect();
        let app_shape = Shape::of_origin(app);
        let labels = shapes.iter().chain([&app_shape]).flat_map(|shape| &shape.labels);
        let named: HashSet<&str> = labels.filter_map(|label| *label).collect();
        let ports = shapes.iter().chain([&app_shape]).filter_map(|shape| match shape.port {
            PortPattern::Exactly(port) => Some(port),
            PortPattern::Any => None,
        });
        let ports = ports.collect();
        let fresh = (2_usize..).map(|number| format!("other{number}"));
        let fresh = ["other".to_owned()]
            .into_iter()
            .chain(fresh)
            .find(|label| !named.contains(label.as_str()));
        Self { name, patterns, shapes, app, fresh: fresh.unwrap_or_default(), ports }
    }

    /// All shapes that some of the patterns have in common. Literal patterns need no looking at: what a shape has
    /// in common with one of them is the one origin.
    pub(super) fn meets(&self, budget: &mut Budget) -> Result<IndexSet<Shape<'a>>, TooManyClasses> {
        let mut meets = IndexSet::<Shape>::new();
        for (pattern, shape) in self.patterns.iter().zip(&self.shapes) {
            if pattern.literal().is_none() && !meets.contains(shape) {
                budget.spend(meets.len().saturating_mul(1 + shape.labels.len()))?;
                let new: Vec<_> = meets.iter().filter_map(|meet| meet.meet(shape)).collect();
                meets.insert(shape.clone());
                meets.extend(new);
            }
        }
        Ok(meets)
    }

    /// An origin that is matched by the patterns that match the whole shape and by no others; none if the shape has
    /// no such origin but the app's.
    pub(super) fn witness(
        &self,
        shape: &Shape<'_>,
        budget: &mut Budget,
    ) -> Result<Option<Origin>, TooManyClasses> {
        budget.spend(self.patterns.len())?;
        let patterns = self
            .patterns
            .iter()
            .zip(&self.shapes)
            .map(|(pattern, other)| (*pattern, other.meet(shape).as_ref() == Some(shape)))
            .collect();
        let wanted = Wanted { shape, patterns };
        // Numbers in front make one think of an address, but a domain may begin with them as well.
        let mut named = shape.labels.iter().flatten().peekable();
        let is_numeric = named.peek().is_some()
            && named.all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
        if is_numeric && let Some(origin) = self.address(&wanted, budget)? {
            return Ok(Some(origin));
        }
        match self.domain(&wanted, budget)? {
            None if !is_numeric => self.address(&wanted, budget),
            found => Ok(found),
        }
    }

    fn domain(
        &self,
        wanted: &Wanted<'_>,
        budget: &mut Budget,
    ) -> Result<Option<Origin>, TooManyClasses> {
        for free in 0..=self.free_labels(wanted.shape) {
            budget.spend(self.patterns.len())?;
            let words = wanted.shape.labels.iter().rev().map(|label| label.unwrap_or(&self.fresh));
            let words = std::iter::repeat_n(self.fresh.as_str(), free).chain(words);
            let host = words.collect::<Vec<_>>().join(".");
            if let Some(origin) = self.origin(&host, wanted) {
                return Ok(Some(origin));
            }
        }
        Ok(None)
    }

    fn address(
        &self,
        wanted: &Wanted<'_>,
        budget: &mut Budget,
    ) -> Result<Option<Origin>, TooManyClasses> {
        if !wanted.shape.may_be_address() {
            return Ok(None);
        }
        let octets: Vec<_> = (0..4).map(|at| self.octets(wanted.shape, at)).collect();
        for number in 0..octets.iter().map(Vec::len).product() {
            budget.spend(self.patterns.len())?;
            let mut rest = number;
            let choice = octets.iter().filter_map(|octets| {
                let octet = octets.get(rest % octets.len())?;
                rest /= octets.len();
                Some(octet.as_str())
            });
            let mut choice: Vec<_> = choice.collect();
            choice.reverse();
            if let Some(origin) = self.origin(&choice.join("."), wanted) {
                return Ok(Some(origin));
            }
        }
        Ok(None)
    }

    /// How many labels more make a host longer than all patterns that are matched label by label.
    fn free_labels(&self, shape: &Shape<'_>) -> usize {
        let longest = self.shapes.iter().map(|shape| shape.labels.len()).max().unwrap_or(0);
        if shape.is_open { (longest + 1).saturating_sub(shape.labels.len()) } else { 0 }
    }

    /// The origin of a host, with a port that leaves it in its class; none if the host is malformed.
    fn origin(&self, host: &str, wanted: &Wanted<'_>) -> Option<Origin> {
        if parse_host(self.name, host).as_deref() != Ok(host) {
            return None;
        }
        let usual = [default_port(self.name)].into_iter().chain(USUAL_PORTS.map(Some));
        let mut ports = usual.chain((0..=u16::MAX).rev().map(Some));
        loop {
            let (port, is_last) = match wanted.shape.port {
                PortPattern::Exactly(port) => (port, true),
                PortPattern::Any => ports.next().map(|port| (port, !self.ports.contains(&port)))?,
            };
            let origin = Origin { scheme: self.name.into(), host: host.into(), port };
            if origin != *self.app && wanted.is_met_by(&origin) {
                return Some(origin);
            }
            // All ports that nobody names are alike.
            if is_last {
                return None;
            }
        }
    }

    /// What may stand at a free place of an address: a number that no pattern names there or, if there is none
    /// left, any.
    fn octets(&self, shape: &Shape<'_>, at: usize) -> Vec<String> {
        if let Some(label) = shape.labels.get(at).copied().flatten() {
            return vec![label.to_owned()];
        }
        let app = Shape::of_origin(self.app);
        let shapes = self.shapes.iter().chain([&app]);
        let named: HashSet<_> =
            shapes.filter_map(|shape| shape.labels.get(at).copied().flatten()).collect();
        let all = || (1..=u8::MAX).chain([0]).map(|octet| octet.to_string());
        match all().find(|octet| !named.contains(octet.as_str())) {
            Some(octet) => vec![octet],
            None => all().collect(),
        }
    }
}
