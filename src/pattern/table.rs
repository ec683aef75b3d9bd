//! Which commands of many a pattern stands for, without a look at each of them.

use super::CommandPattern;
use crate::name::CommandName;
use memchr::memmem;

/// The names of commands, in their order, and all of them as one text to search in.
///
/// ```
/// use portcullis::pattern::CommandTable;
/// let names = ["list", "read_all", "read_one"].map(|name| name.parse().unwrap());
/// let table = CommandTable::new(names.iter());
/// let denied = |pattern: &str| table.denied(&pattern.parse().unwrap()).collect::<Vec<_>>();
/// assert_eq!(denied("read_*"), [1, 2]);
/// assert_eq!(denied("*one*"), [2]);
/// ```
#[derive(Debug)]
pub struct CommandTable<'a> {
    names: Vec<&'a CommandName>,
    /// The names, each with a line break behind it, which stands in no name.
    text: String,
    /// Where in the text each name starts.
    starts: Vec<usize>,
}

impl<'a> CommandTable<'a> {
    /// A table of names that come in their order.
    pub fn new(names: impl Iterator<Item = &'a CommandName>) -> Self {
        let mut table = Self { names: Vec::new(), text: String::new(), starts: Vec::new() };
        for name in names {
            table.names.push(name);
            table.starts.push(table.text.len());
            table.text.push_str(name.as_str());
            table.text.push('\n');
        }
        table
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The places of the commands that an entry of `allow` stands for, in order.
    pub fn allowed<'t>(&'t self, pattern: &'t CommandPattern) -> impl Iterator<Item = usize> + 't {
        self.candidates(pattern).filter(|(_, name)| pattern.allows(name)).map(|(place, _)| place)
    }

    /// The places of the commands that an entry of `deny` stands for, in order.
    pub fn denied<'t>(&'t self, pattern: &'t CommandPattern) -> impl Iterator<Item = usize> + 't {
        self.candidates(pattern).filter(|(_, name)| pattern.denies(name)).map(|(place, _)| place)
    }

    /// The commands with the longest piece of the pattern between two stars, among those that begin like it.
    fn candidates(
        &self,
        pattern: &CommandPattern,
    ) -> impl Iterator<Item = (usize, &'a CommandName)> {
        let (prefix, piece) = match pattern {
            CommandPattern::Star => ("", ""),
            CommandPattern::Literal(name) => (name.as_str(), ""),
            CommandPattern::Glob { text, prefix } => {
                let longest = text.split('*').max_by_key(|piece| piece.len()).unwrap_or_default();
                (prefix.as_str(), if longest.len() > prefix.len() { longest } else { "" })
            }
        };
        let finder = memmem::Finder::new(piece).into_owned();
        let mut at = self.names.partition_point(|name| name.as_str() < prefix);
        let end = if let CommandPattern::Literal(_) = pattern {
            self.names.len().min(at + 1)
        } else {
            let behind = self.names.get(at..).unwrap_or_default();
            at + behind.partition_point(|name| name.as_str().starts_with(prefix))
        };
        std::iter::from_fn(move || {
            let start = *self.starts.get(at).filter(|_| at < end)?;
            let rest = self.text.as_bytes().get(start..)?;
            let hit = start + finder.find(rest)?;
            let place = at + self.starts.get(at..end)?.partition_point(|start| *start <= hit) - 1;
            at = place + 1;
            Some((place, *self.names.get(place)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::btree_set, prelude::*};

    proptest! {
        #![proptest_config(crate::property::config(256))]

        #[test]
        fn nothing_is_overlooked(
            names in btree_set("(plugin:[ab]{1,2}\\|)?[ab]{1,4}", 0..30),
            pattern in "(plugin:[ab*]{1,3}\\|)?[ab*]{1,5}",
        ) {
            let names: Vec<CommandName> = names.iter().map(|name| name.parse().unwrap()).collect();
            let table = CommandTable::new(names.iter());
            let pattern: CommandPattern = pattern.parse().unwrap();
            let places = |is_match: &dyn Fn(&CommandName) -> bool| {
                (0..names.len()).filter(|place| is_match(&names[*place])).collect::<Vec<_>>()
            };
            prop_assert_eq!(
                table.allowed(&pattern).collect::<Vec<_>>(),
                places(&|name| pattern.allows(name))
            );
            prop_assert_eq!(
                table.denied(&pattern).collect::<Vec<_>>(),
                places(&|name| pattern.denies(name))
            );
        }
    }
}
