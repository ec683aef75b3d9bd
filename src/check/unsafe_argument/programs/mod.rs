//! Programs that run what their arguments say: interpreters, and programs that start another one.

mod options;
mod table;
#[cfg(test)]
mod tests;
mod windows;

use options::{Meaning, Place, is_plus, option};
use table::{Dialect, Operands, PROGRAMS, Program, SHELLS};

/// An item of a program's arguments, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A text.
    Literal(&'a str),
    /// A text with placeholders that begins with its own first character.
    Mixed(&'a str),
    /// It begins with what an argument says.
    Placeholder,
}

impl<'a> Item<'a> {
    /// What is known of its beginning.
    fn text(self) -> &'a str {
        match self {
            Self::Literal(text) | Self::Mixed(text) => text,
            Self::Placeholder => "",
        }
    }

    fn is_option(self) -> bool {
        self.text().len() > 1 && self.text().starts_with('-')
    }
}

/// What an item with a placeholder is to the program that gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// Code that it runs.
    Code {
        /// The interpreter.
        program: &'a str,
        /// Whether code finds what stands behind it as `$1`.
        passes_arguments: bool,
    },
    /// The name of the program that it starts.
    Program {
        /// The program that starts it.
        wrapper: &'a str,
    },
}

/// What a program runs of what it is given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// The items with a placeholder that are code or a program's name, by index.
    pub(super) items: Vec<(usize, Role<'a>)>,
    /// The interpreter that runs what it reads from its input.
    pub(super) input: Option<Role<'a>>,
}

/// What a program runs of its items and of its input.
pub(super) fn roles<'a>(program: &'a str, items: &[Item<'a>]) -> Found<'a> {
    let mut found = Found::default();
    let (mut program, mut start) = (program, 0);
    // A wrapper's program may be a wrapper itself.
    loop {
        let name = base_name(program);
        let Some(known) = find(name) else { return found };
        let mut reading = Reading { known, name, items, found: &mut found };
        match reading.read(start) {
            Some(at) => match items.get(at) {
                Some(Item::Literal(next)) => (program, start) = (*next, at + 1),
                Some(_) => {
                    found.items.push((at, Role::Program { wrapper: name }));
                    return found;
                }
                None => return found,
            },
            None => return found,
        }
    }
}

/// A program's name without its folder and without Windows' ending.
fn base_name(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    match name.len().checked_sub(4).and_then(|at| name.split_at_checked(at)) {
        Some((name, ending)) if ending.eq_ignore_ascii_case(".exe") => name,
        _ => name,
    }
}

fn find(name: &str) -> Option<&'static Program> {
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let plain = plain.to_ascii_lowercase();
    PROGRAMS.iter().find(|known| known.names.contains(&plain.as_str()))
}

/// What an operand is to a program that runs scripts.
enum Script {
    /// The input by another name.
    Input,
    /// A subcommand, with what follows it.
    Subcommand(Operands),
    /// Perhaps the value of an option.
    Value,
    /// A script; the rest is for it.
    Named,
}

/// The items of one program.
struct Reading<'r, 'a> {
    known: &'static Program,
    name: &'a str,
    items: &'r [Item<'a>],
    found: &'r mut Found<'a>,
}

impl<'a> Reading<'_, 'a> {
    fn role(&self) -> Role<'a> {
        let passes_arguments = self.known.names == SHELLS;
        Role::Code { program: self.name, passes_arguments }
    }

    /// Takes an item for code if a page has a part in it.
    fn code(&mut self, at: usize) {
        if self.items.get(at).is_some_and(|item| !matches!(item, Item::Literal(_))) {
            let role = self.role();
            self.found.items.push((at, role));
        }
    }

    fn line(&mut self, from: usize) {
        (from..self.items.len()).for_each(|at| self.code(at));
    }

    /// Reads the items from one on; gives the place of the program that is started.
    fn read(&mut self, start: usize) -> Option<usize> {
        match self.known.dialect {
            Dialect::Unix | Dialect::Shell => self.unix(start),
            Dialect::PowerShell | Dialect::Cmd => {
                self.windows(start);
                None
            }
        }
    }

    fn unix(&mut self, start: usize) -> Option<usize> {
        let known = self.known;
        let mut operands = known.operands;
        let (mut reads_options, mut is_code_announced) = (true, false);
        let (mut has_script, mut reads_input) = (false, false);
        let mut at = start;
        while let Some(item) = self.items.get(at).copied() {
            let text = item.text();
            at += 1;
            if reads_options && text == "--" {
                reads_options = false;
                continue;
            }
            if reads_options && (item.is_option() || is_plus(known, text)) {
                let Some((meaning, place)) = option(known, text) else {
                    // `-s` makes all operands of a shell arguments of what it reads.
                    let is_word = text.starts_with("--") || text.starts_with('+');
                    reads_input |=
                        known.dialect == Dialect::Shell && !is_word && text.contains('s');
                    continue;
                };
                let value = if place == Place::Next { at } else { at - 1 };
                match meaning {
                    Meaning::Code if known.dialect == Dialect::Shell => is_code_announced = true,
                    Meaning::Code => {
                        let next = self.items.get(value).map_or("", |item| item.text());
                        let is_again = place == Place::Next
                            && matches!(option(known, next), Some((Meaning::Code, _)));
                        if !is_again {
                            self.code(value);
                            has_script = true;
                            at = value + 1;
                            // What stands behind the code is for the code.
                            if known.code.0 == "c" && known.operands == Operands::Script {
                                return None;
                            }
                        }
                    }
                    Meaning::Start if place == Place::Next && known.operands != Operands::Data => {
                        return Some(value);
                    }
                    Meaning::Start => {
                        self.start(value, place);
                        at = value + 1;
                    }
                    Meaning::Setting => {
                        self.setting(value, place);
                        at = value + 1;
                    }
                    Meaning::Script => {
                        has_script = true;
                        at = value + 1;
                        if known.operands == Operands::Script {
                            return None;
                        }
                    }
                    Meaning::Value => at = value + 1,
                }
                continue;
            }
            let index = at - 1;
            if is_code_announced {
                self.code(index);
                return None;
            }
            if reads_input {
                break;
            }
            if self.is_assignment(text) {
                continue;
            }
            match operands {
                Operands::Program(0) => return Some(index),
                Operands::Code(0) => {
                    if !has_script {
                        self.code(index);
                    }
                    return None;
                }
                Operands::Line(0) => {
                    self.line(index);
                    return None;
                }
                Operands::Program(left) => {
                    // Only `flock` reads options behind an operand, and then only its own.
                    operands = Operands::Program(left - 1);
                    reads_options = !known.code.0.is_empty();
                }
                Operands::Code(left) => operands = Operands::Code(left - 1),
                Operands::Line(left) => operands = Operands::Line(left - 1),
                Operands::Data => {}
                Operands::Script => match self.script(index) {
                    Script::Input => break,
                    Script::Subcommand(behind) => operands = behind,
                    Script::Value => has_script = true,
                    Script::Named => return None,
                },
            }
        }
        if known.reads_code && (reads_input || !has_script) && !is_code_announced {
            self.found.input = Some(self.role());
        }
        None
    }

    /// What the first operand is where it names a script or a subcommand.
    fn script(&mut self, index: usize) -> Script {
        let text = self.items.get(index).map_or("", |item| item.text());
        let sub = self.known.subcommands.iter().find(|(name, _)| *name == text);
        match sub {
            Some((_, behind)) => Script::Subcommand(*behind),
            None if text == "-" => Script::Input,
            None if !self.known.settings.is_empty() => {
                self.behind_subcommand(index + 1);
                Script::Named
            }
            None if self.may_be_value(index) => Script::Value,
            None => Script::Named,
        }
    }

    /// A program that is started among others, as `find` starts one behind each `-exec`.
    fn start(&mut self, at: usize, place: Place) {
        match self.items.get(at) {
            Some(Item::Literal(program)) if place == Place::Next => {
                let inner = roles(program, self.items.get(at + 1..).unwrap_or_default());
                let inner = inner.items.into_iter().map(|(index, role)| (index + at + 1, role));
                self.found.items.extend(inner);
            }
            Some(Item::Mixed(_) | Item::Placeholder) => {
                self.found.items.push((at, Role::Program { wrapper: self.name }));
            }
            _ => {}
        }
    }

    /// What a subcommand starts: there only words are known, letters mean what it likes.
    fn behind_subcommand(&mut self, from: usize) {
        for (at, item) in self.items.iter().enumerate().skip(from) {
            let (name, is_here) = match item.text().split_once('=') {
                Some((name, _)) => (name, true),
                None => (item.text(), false),
            };
            let at = if is_here { at } else { at + 1 };
            let is_filled =
                self.items.get(at).is_some_and(|item| !matches!(item, Item::Literal(_)));
            if item.text() == "--" {
                return;
            }
            if is_filled && self.known.starts.1.contains(&name) {
                self.found.items.push((at, Role::Program { wrapper: self.name }));
            }
        }
    }

    /// `NAME=value` before the program that `env` starts.
    fn is_assignment(&self, text: &str) -> bool {
        let sets =
            ["env", "genv", "sudo", "doas"].iter().any(|name| self.known.names.contains(name));
        sets && text.contains('=')
    }

    /// Whether an item may be the value of an option before it that nobody here knows.
    fn may_be_value(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|at| self.items.get(at));
        before.is_some_and(|item| {
            item.is_option() && item.text() != "--" && option(self.known, item.text()).is_none()
        })
    }

    /// A setting may name a program, whatever the program is that reads it.
    fn setting(&mut self, at: usize, place: Place) {
        let Some(item) = self.items.get(at).copied() else { return };
        let text = item.text();
        let text = if place == Place::Here { text.get(2..).unwrap_or_default() } else { text };
        let key = text.split(['=', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        let is_chosen = key.contains('{') || text.is_empty();
        if is_chosen
            || RUNNING.iter().any(|ending| key.ends_with(ending))
            || key.starts_with("alias.")
            || key.starts_with("pager.")
        {
            self.code(at);
        }
    }
}

/// How settings end that name a program.
const RUNNING: [&str; 17] = [
    "askpass",
    "clean",
    "cmd",
    "command",
    "driver",
    "editor",
    "external",
    "fsmonitor",
    "helper",
    "hookspath",
    "pager",
    "path",
    "process",
    "program",
    "smudge",
    "textconv",
    "insteadof",
];
