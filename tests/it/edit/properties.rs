//! The formatter's promises over random files: the same values in the same order, every comment, and nothing left to do.

use super::{
    generate::file,
    layout::{comments, formatted},
};
use crate::support::{
    manifest::{all_manifests, json, text},
    property::config,
};
use portcullis::edit::FormatError;
use proptest::{prelude::*, strategy::ValueTree as _};

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn formatting_keeps_values_and_comments_and_is_done_after_once(text in file()) {
        match formatted(&text) {
            Ok(after) => {
                prop_assert_eq!(json(&text).unwrap().to_string(), json(&after).unwrap().to_string());
                prop_assert_eq!(comments(&text), comments(&after), "{}", after);
                prop_assert_eq!(formatted(&after).unwrap(), after.clone());
                for line in after.lines() {
                    prop_assert!(!line.contains('\t'), "{}", line);
                }
            }
            Err(FormatError::Faults(faults)) => {
                // The generator may write two lines of one plain scalar where YAML wants one.
                prop_assert!(!faults.is_empty());
            }
            Err(error) => prop_assert!(false, "{}: {}", error, text),
        }
    }
}

const JUNK: [&str; 16] =
    ["\n", "\n\n", " ", "\t", "#", " # c", ": ", "- ", "[", "]", "{", "}", ",", "|", "'", "? "];

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_manifest_with_a_typing_mistake_is_refused_or_formatted_like_any_other(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        junk in prop::sample::select(JUNK.to_vec()),
        removed in 0..3usize,
    ) {
        let files = all_manifests();
        let before = text(&files[file.index(files.len())]);
        let start = at.index(before.len() + 1);
        let end = (start + removed).min(before.len());
        prop_assume!(before.is_char_boundary(start) && before.is_char_boundary(end));
        let typed = format!("{}{junk}{}", &before[..start], &before[end..]);
        match formatted(&typed) {
            Ok(after) => {
                prop_assert_eq!(comments(&typed), comments(&after), "{}", after);
                prop_assert_eq!(formatted(&after).unwrap(), after);
            }
            Err(FormatError::Faults(faults)) => prop_assert!(!faults.is_empty()),
            // A text that is one block scalar is refused; it is no manifest.
            Err(error) => {
                let is_mapping = json(&typed).is_some_and(|value| value.is_object());
                prop_assert!(!is_mapping, "{}: {}", error, typed);
            }
        }
    }
}

/// The first property would say nothing if most of what is generated were refused.
#[test]
fn most_generated_files_are_sound() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut sound = 0;
    for _ in 0..200 {
        let text = file().new_tree(&mut runner).unwrap().current();
        if formatted(&text).is_ok() {
            sound += 1;
        }
    }
    assert!(sound > 120, "{sound} of 200");
}
