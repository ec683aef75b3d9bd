//! Scopes as texts: equal texts, equal scopes.

use crate::{
    manifest::{Scope, ScopeItem},
    source::Spanned,
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// The place of a scope; entries without one have none.
pub(in crate::check) type ScopeId = usize;

/// The scopes of a manifest, each once.
#[derive(Debug, Default)]
pub(in crate::check) struct Scopes {
    by_text: HashMap<String, ScopeId>,
    /// The entries of one list share their scope.
    by_address: HashMap<*const Spanned<Scope>, ScopeId>,
}

impl Scopes {
    /// The place of a scope that lives as long as the manifest.
    pub(in crate::check) fn id(&mut self, scope: &Arc<Spanned<Scope>>) -> ScopeId {
        let next = self.by_text.len();
        let by_text = &mut self.by_text;
        *self
            .by_address
            .entry(Arc::as_ptr(scope))
            .or_insert_with(|| *by_text.entry(text(scope)).or_insert(next))
    }
}

fn text(scope: &Spanned<Scope>) -> String {
    let items = |items: &[ScopeItem]| -> Value {
        items.iter().map(|item| Value::Object(item.data.clone())).collect()
    };
    let Scope { allow, deny, args } = &scope.value;
    let args: serde_json::Map<_, _> = args
        .iter()
        .map(|(name, contract)| (name.to_string(), (*contract.value.schema).clone()))
        .collect();
    // A relative path starts at the file that it stands in.
    json!([scope.span.file.index(), allow.as_deref().map(items), items(deny), args]).to_string()
}
