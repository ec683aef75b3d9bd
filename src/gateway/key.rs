//! Stage 2, key: the proof that a call comes from the bridge of this webview's top frame.

use super::{RequestHead, Session};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// The secret that a webview's bridge sends with every call.
#[derive(Clone)]
pub struct InvokeKey(String);

impl fmt::Debug for InvokeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvokeKey(…)")
    }
}

impl InvokeKey {
    /// A new key: 256 random bits in the URL-safe base64 alphabet, so that it needs no escaping anywhere.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The secret itself, for the bridge's script and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where two keys differ.
    fn is(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

pub(super) fn is_valid(session: &Session, head: &RequestHead) -> bool {
    session.key().is(&head.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_of_a_safe_alphabet_and_differ() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..10_000 {
            let key = InvokeKey::generate().unwrap();
            assert_eq!(key.expose().len(), 43);
            assert!(
                key.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            );
            assert!(seen.insert(key.expose().to_owned()));
        }
    }

    #[test]
    fn only_the_whole_key_is_the_key() {
        let key = InvokeKey::generate().unwrap();
        assert!(key.is(key.expose()));
        assert!(!key.is(""));
        assert!(!key.is(&key.expose()[..42]));
        assert!(!key.is(&format!("{}x", key.expose())));
        assert_eq!(format!("{key:?}"), "InvokeKey(…)");
    }
}
