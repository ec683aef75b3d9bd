//! The fenced blocks of a Markdown text, for documents that are tests.

use std::fmt::Write as _;

/// One fenced block: what stands after the fence, and the text.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) info: String,
    pub(crate) text: String,
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                open = Some(Block { info: info.to_owned(), text: String::new() });
            }
            (None, Some(block)) => writeln!(block.text, "{line}").expect("text"),
            (None, None) => {}
        }
    }
    blocks
}
