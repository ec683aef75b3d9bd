//! The formatter's promises over random files: the same values in the same order, every comment, and nothing left to do.

use super::{
    generate::file,
    layout::{comments, formatted},
};
use crate::support::manifest::json;
use portcullis::edit::FormatError;
use proptest::{prelude::*, strategy::ValueTree as _};

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

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

/// The property above would say nothing if most of what is generated were refused.
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
