//! How the shells of Windows read their arguments.

use super::{Item, Reading, table::Dialect};

impl Reading<'_, '_> {
    pub(super) fn windows(&mut self, start: usize) {
        for at in start..self.items.len() {
            let Some(item) = self.items.get(at) else { return };
            let text = item.text().to_ascii_lowercase();
            if self.known.dialect == Dialect::Cmd {
                if text.starts_with('/') {
                    if ["/c", "/k", "/r"].iter().any(|switch| text.contains(switch)) {
                        return self.line(at);
                    }
                    continue;
                }
                return;
            }
            let Some(word) = text.strip_prefix(['-', '/']) else {
                // What the older one gets without an option is code.
                let is_value = at > start && !self.is_switch(at - 1);
                if is_value {
                    continue;
                }
                if self.name.to_ascii_lowercase().starts_with("powershell") {
                    self.line(at);
                }
                return;
            };
            let word = word.trim_start_matches('-');
            if word == "-" || word.is_empty() {
                continue;
            }
            if "command".starts_with(word)
                || "encodedcommand".starts_with(word)
                || word == "ec"
                || word == "commandwithargs"
                || word == "cwa"
            {
                if matches!(self.items.get(at + 1), Some(Item::Literal("-"))) {
                    break;
                }
                return self.line(at + 1);
            }
            if "file".starts_with(word) {
                if matches!(self.items.get(at + 1), Some(Item::Literal("-"))) {
                    break;
                }
                return;
            }
        }
        self.found.input = Some(self.role());
    }

    /// Whether an option of a Windows shell takes no value.
    fn is_switch(&self, at: usize) -> bool {
        let text = self.items.get(at).map_or("", |item| item.text()).to_ascii_lowercase();
        let word = text.trim_start_matches(['-', '/']);
        !text.starts_with(['-', '/'])
            || ["no", "interactive", "login", "mta", "sta"]
                .iter()
                .any(|switch| word.starts_with(switch))
    }
}
