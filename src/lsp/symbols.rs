//! The outline that an editor shows: the sections, what each declares, and the commands of plugins.

use super::outline::{Entry, Outline};
use lsp_types::{DocumentSymbol, Range as Area, SymbolKind};
use std::ops::Range;

/// The symbols of one file.
pub(super) fn symbols(
    outline: &Outline,
    area: &dyn Fn(&Range<usize>) -> Area,
) -> Vec<DocumentSymbol> {
    let parts = outline.parts(None);
    parts.filter_map(|(index, entry)| symbol(outline, index, entry, area)).collect()
}

#[expect(deprecated, reason = "the type has a field that the protocol has given up")]
fn symbol(
    outline: &Outline,
    index: usize,
    entry: &Entry,
    area: &dyn Fn(&Range<usize>) -> Area,
) -> Option<DocumentSymbol> {
    let path = outline.path(index);
    let kind = match path.as_slice() {
        ["commands", _] | ["plugins", _, "commands", _] => SymbolKind::FUNCTION,
        ["plugins" | "backends", _] => SymbolKind::MODULE,
        ["windows", _] => SymbolKind::CLASS,
        ["origins", _] => SymbolKind::CONSTANT,
        ["permissions", _] => SymbolKind::KEY,
        ["groups", _] => SymbolKind::ARRAY,
        ["events", _] => SymbolKind::EVENT,
        [_] => SymbolKind::NAMESPACE,
        [_, _] => SymbolKind::PROPERTY,
        _ => return None,
    };
    // The commands of a plugin stand right below it.
    let inner = match path.as_slice() {
        ["plugins", _] => outline.part(Some(index), "commands"),
        _ => Some(index),
    };
    let children = inner.map(|inner| outline.parts(Some(inner)));
    let children = children.into_iter().flatten();
    let children: Vec<DocumentSymbol> =
        children.filter_map(|(index, entry)| symbol(outline, index, entry, area)).collect();
    let description = outline.scalar(index, &["description"]).or(entry.scalar.as_deref());
    Some(DocumentSymbol {
        name: entry.name.clone(),
        detail: description.filter(|text| !text.is_empty()).map(str::to_owned),
        kind,
        tags: None,
        deprecated: None,
        range: area(&entry.range()),
        selection_range: area(entry.key.as_ref()?),
        children: (!children.is_empty()).then_some(children),
    })
}
