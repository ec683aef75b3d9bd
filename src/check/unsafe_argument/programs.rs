//! Programs that run what their arguments say: interpreters, and programs that start another one.

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

struct Interpreter {
    names: &'static [&'static str],
    /// Letters of short options, alone or in a cluster, that code follows.
    letters: &'static str,
    /// Other options that code follows.
    options: &'static [&'static str],
    /// Whether all items behind the option are part of the code.
    takes_all: bool,
}

const fn interpreter(
    names: &'static [&'static str],
    letters: &'static str,
    options: &'static [&'static str],
    takes_all: bool,
) -> Interpreter {
    Interpreter { names, letters, options, takes_all }
}

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish"];

const INTERPRETERS: &[Interpreter] = &[
    interpreter(SHELLS, "c", &["--command"], false),
    interpreter(&["python", "pypy"], "c", &[], false),
    interpreter(&["node", "nodejs", "bun"], "ep", &["--eval", "--print"], false),
    interpreter(&["ruby", "lua", "luajit", "osascript"], "e", &[], false),
    interpreter(&["perl"], "eE", &[], false),
    interpreter(&["php"], "rBRE", &["--run"], false),
    interpreter(&["pwsh", "powershell"], "", &["-command", "-c", "-encodedcommand"], true),
    interpreter(&["cmd"], "", &["/c", "/k"], true),
];

struct Wrapper {
    name: &'static str,
    /// Letters of options that take the next item as their value.
    valued: &'static str,
    /// How many operands stand before the program.
    operands: usize,
}

const fn wrapper(name: &'static str, valued: &'static str, operands: usize) -> Wrapper {
    Wrapper { name, valued, operands }
}

const WRAPPERS: &[Wrapper] = &[
    wrapper("env", "uCS", 0),
    wrapper("xargs", "IELPadns", 0),
    wrapper("sudo", "CDRTUghprtu", 0),
    wrapper("doas", "Cu", 0),
    wrapper("nice", "n", 0),
    wrapper("ionice", "cnp", 0),
    wrapper("nohup", "", 0),
    wrapper("setsid", "", 0),
    wrapper("stdbuf", "ioe", 0),
    wrapper("timeout", "ks", 1),
    wrapper("time", "fo", 0),
];

/// The items with a placeholder that are code or a program's name, by index.
pub(super) fn roles<'a>(program: &'a str, items: &[Item<'a>]) -> Vec<(usize, Role<'a>)> {
    let (mut program, mut start) = (program, 0);
    // A wrapper's program may be a wrapper itself.
    loop {
        let name = base_name(program);
        let rest = items.get(start..).unwrap_or_default();
        if let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == name) {
            match wrapped(wrapper, rest) {
                Some((at, Item::Literal(next))) => (program, start) = (next, start + at + 1),
                Some((at, _)) => return vec![(start + at, Role::Program { wrapper: name })],
                None => return Vec::new(),
            }
        } else {
            let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let interpreter = INTERPRETERS.iter().find(|known| known.names.contains(&plain));
            return interpreter
                .map(|interpreter| code(interpreter, program, rest))
                .unwrap_or_default()
                .into_iter()
                .map(|(at, role)| (start + at, role))
                .collect();
        }
    }
}

/// A program's name without its folder and without Windows' ending.
fn base_name(program: &str) -> &str {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The item that names the program which a wrapper starts.
fn wrapped<'a>(wrapper: &Wrapper, items: &[Item<'a>]) -> Option<(usize, Item<'a>)> {
    let mut operands = wrapper.operands;
    let mut is_value = false;
    let mut reads_options = true;
    for (index, item) in items.iter().enumerate() {
        if std::mem::take(&mut is_value) {
            continue;
        }
        let text = match item {
            Item::Literal(text) | Item::Mixed(text) => *text,
            Item::Placeholder => "",
        };
        if reads_options && text.len() > 1 && text.starts_with('-') {
            reads_options = text != "--";
            // `-n 10` takes the next item, `-n10` and `--adjustment=10` do not.
            let mut letters = text.chars().skip(1);
            is_value = letters.next().is_some_and(|c| wrapper.valued.contains(c))
                && letters.next().is_none();
        } else if wrapper.name == "env" && text.contains('=') {
            // `NAME=value`
        } else if operands > 0 {
            operands -= 1;
            reads_options = false;
        } else {
            return Some((index, *item));
        }
    }
    None
}

/// The items with a placeholder that an interpreter runs.
fn code<'a>(
    interpreter: &Interpreter,
    program: &'a str,
    items: &[Item<'a>],
) -> Vec<(usize, Role<'a>)> {
    let role = Role::Code {
        program: base_name(program),
        passes_arguments: interpreter
            .names
            .iter()
            .any(|name| SHELLS.contains(name) && *name != "fish"),
    };
    let is_filled = |at: usize| items.get(at).is_some_and(|item| !matches!(item, Item::Literal(_)));
    for (index, item) in items.iter().enumerate() {
        let text = match item {
            Item::Literal(text) | Item::Mixed(text) => *text,
            Item::Placeholder => return Vec::new(),
        };
        match interpreter.option(text) {
            // Code follows, in the next item or in this one.
            Some(Code::Next) if interpreter.takes_all => {
                let rest = index + 1..items.len();
                return rest.filter(|at| is_filled(*at)).map(|at| (at, role)).collect();
            }
            Some(place) => {
                let at = if place == Code::Next { index + 1 } else { index };
                return if is_filled(at) { vec![(at, role)] } else { Vec::new() };
            }
            // The name of a script; what follows are its arguments.
            None if !text.starts_with(['-', '+', '/']) && !is_value(items, index) => {
                return Vec::new();
            }
            None => {}
        }
    }
    Vec::new()
}

/// Whether an item may be the value of the option before it, such as `pipefail` behind `-o`.
fn is_value(items: &[Item<'_>], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|at| items.get(at));
    matches!(before, Some(Item::Literal(text)) if text.starts_with('-') && text.len() > 1 && *text != "--")
}

/// Where the code of an option stands.
#[derive(Debug, PartialEq, Eq)]
enum Code {
    /// In the next item.
    Next,
    /// In the option's own item.
    Here,
}

impl Interpreter {
    fn option(&self, text: &str) -> Option<Code> {
        let lower = text.to_ascii_lowercase();
        if self.options.contains(&lower.as_str()) {
            return Some(Code::Next);
        }
        if let Some((name, _)) = lower.split_once('=')
            && self.options.contains(&name)
        {
            return Some(Code::Here);
        }
        let cluster = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
        let at = cluster.find(|c| self.letters.contains(c))?;
        let is_cluster = cluster.get(..at)?.chars().all(|c| c.is_ascii_alphanumeric());
        let is_last = cluster.len() == at + 1;
        // Shells read all letters of `-ce` as options, and the code from the next item.
        let is_shell = self.names.first() == SHELLS.first();
        is_cluster.then_some(if is_last || is_shell { Code::Next } else { Code::Here })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about the items of a command line; `{…` begins with a placeholder, `…{` has one in it.
    fn found(line: &str) -> Vec<(usize, &'static str)> {
        let mut words = line.split(' ');
        let program = words.next().unwrap();
        let item = |word: &'static str| match word.find('{') {
            None => Item::Literal(word),
            Some(0) => Item::Placeholder,
            Some(_) => Item::Mixed(word),
        };
        let line: &'static str = Box::leak(line.to_owned().into_boxed_str());
        let items: Vec<_> = line.split(' ').skip(1).map(item).collect();
        let name = |role| match role {
            Role::Code { .. } => "code",
            Role::Program { .. } => "program",
        };
        roles(program, &items).into_iter().map(|(at, role)| (at, name(role))).collect()
    }

    #[test]
    fn code_is_what_stands_behind_an_interpreters_option() {
        for (line, at) in [
            ("sh -c echo_{x}", 1),
            ("/bin/bash -euc {x}", 1),
            ("bash -o pipefail -c {x}", 3),
            ("fish --command={x}", 0),
            ("python3.12 -c print({x})", 1),
            ("python3 -Ic{x}", 0),
            ("node --eval {x}", 1),
            ("perl -ne {x}", 1),
            ("php -r {x}", 1),
            ("cmd.exe /c {x}", 1),
            ("pwsh -NoProfile -Command {x}", 2),
            ("env LANG=C sh -c {x}", 3),
            ("sudo -u root timeout 5 bash -c {x}", 6),
        ] {
            assert_eq!(found(line), [(at, "code")], "{line}");
        }
        assert_eq!(found("cmd /c copy {a} {b}"), [(2, "code"), (3, "code")]);
    }

    #[test]
    fn what_stands_behind_literal_code_is_data() {
        for line in [
            "sh -c echo sh {x}",
            "sh script.sh {x}",
            "sh {x}",
            "sh script.sh -c {x}",
            "python3 -m http.server {x}",
            "python3 script.py -c {x}",
            "perl -e print {x}",
            "git -c {x}",
            "shellcheck -c {x}",
        ] {
            assert_eq!(found(line), [], "{line}");
        }
    }

    #[test]
    fn a_wrapper_starts_what_stands_behind_its_options_and_operands() {
        for (line, at) in [
            ("env {x}", 0),
            ("env -i A=b {x}", 2),
            ("xargs -n 1 {x}", 2),
            ("sudo -u root -- {x}", 3),
            ("nice -n {n} {x}", 2),
            ("nice -n10 {x}", 1),
            ("timeout -k 5 {n} {x}", 3),
            ("nohup nice tools/{x}", 1),
        ] {
            assert_eq!(found(line), [(at, "program")], "{line}");
        }
        for line in
            ["env A={x} git {y}", "nice -n {n} git {y}", "timeout {n} git {y}", "sudo -u {x}"]
        {
            assert_eq!(found(line), [], "{line}");
        }
    }
}
