//! Reads a constant out of a JavaScript configuration without running it.

/// What a configuration says about one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Setting {
    /// Nothing.
    Absent,
    /// A number or a text.
    Constant(String),
    /// Something that only running the file would tell.
    Computed,
}

/// The value of `key` in the object that is the value of `object`.
///
/// A configuration's own keys are nearer to the surface than those of its plugins: the shallowest `object` is meant.
pub(super) fn setting(text: &str, object: &str, key: &str) -> Setting {
    let tokens = tokens(text);
    let found = properties(&tokens).filter(|(_, name, _)| *name == object);
    let objects: Vec<(usize, &[Token<'_>])> =
        found.map(|(depth, _, value)| (depth, value)).collect();
    let Some(shallowest) = objects.iter().map(|(depth, _)| *depth).min() else {
        return Setting::Absent;
    };
    let meant = objects.iter().filter(|(depth, _)| *depth == shallowest);
    let mut settings: Vec<Setting> = meant.map(|(_, value)| in_object(value, key)).collect();
    settings.dedup();
    match settings.as_slice() {
        [only] => only.clone(),
        _ => Setting::Computed,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Open(char),
    Close,
    Colon,
    Comma,
    Word(&'t str),
    Text(&'t str),
    Other,
}

/// A key's value in the object that begins here.
fn in_object(value: &[Token<'_>], key: &str) -> Setting {
    let [Token::Open('{'), ..] = value else { return Setting::Computed };
    // The depth after the object's own brace; the first property at depth 0 is behind its end.
    let inside = properties(value).take_while(|(depth, ..)| *depth > 0);
    let mut own = inside.filter(|(depth, name, _)| *depth == 1 && *name == key);
    match own.next() {
        None => Setting::Absent,
        Some((_, _, [Token::Text(text), Token::Comma | Token::Close, ..])) => {
            Setting::Constant((*text).to_owned())
        }
        // Any other word is a variable.
        Some((_, _, [Token::Word(word), Token::Comma | Token::Close, ..]))
            if word.chars().all(|c| c.is_ascii_digit()) =>
        {
            Setting::Constant((*word).to_owned())
        }
        Some(_) => Setting::Computed,
    }
}

/// Every `name: value` of every object: how deep it is, and the tokens from the value on.
fn properties<'s, 't>(
    tokens: &'s [Token<'t>],
) -> impl Iterator<Item = (usize, &'t str, &'s [Token<'t>])> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        match tokens.get(at..)? {
            [
                Token::Open('{') | Token::Comma,
                Token::Word(name) | Token::Text(name),
                Token::Colon,
                value @ ..,
            ] => Some((depth, *name, value)),
            _ => None,
        }
    })
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, token) = next(rest, first, found.last());
        found.extend(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// Length and meaning of what stands first; comments and spaces mean nothing.
fn next<'t>(rest: &'t str, first: char, before: Option<&Token<'_>>) -> (usize, Option<Token<'t>>) {
    let behind = |opening: usize, end: &str| {
        let found = rest.get(opening..).and_then(|rest| rest.find(end));
        found.map_or(rest.len(), |at| opening + at + end.len())
    };
    match first {
        '/' if rest.starts_with("//") => (behind(2, "\n"), None),
        '/' if rest.starts_with("/*") => (behind(2, "*/"), None),
        '/' if begins_expression(before) => (closed(rest, '/'), Some(Token::Other)),
        '"' | '\'' | '`' => {
            let length = closed(rest, first);
            let inner = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
            let is_made = inner.contains('\\') || (first == '`' && inner.contains("${"));
            (length, Some(if is_made { Token::Other } else { Token::Text(inner) }))
        }
        '{' | '[' | '(' => (1, Some(Token::Open(first))),
        '}' | ']' | ')' => (1, Some(Token::Close)),
        ':' => (1, Some(Token::Colon)),
        ',' => (1, Some(Token::Comma)),
        _ if is_word(first) => {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (length, rest.get(..length).map(Token::Word))
        }
        _ => (first.len_utf8(), (!first.is_whitespace()).then_some(Token::Other)),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Whether a slash here begins a regular expression rather than dividing by something.
fn begins_expression(before: Option<&Token<'_>>) -> bool {
    !matches!(before, Some(Token::Word(_) | Token::Text(_) | Token::Close))
}

/// Length of what begins with one character and ends with the next `end` that has no backslash before it. In a regular
/// expression's brackets a slash is nothing special.
fn closed(rest: &str, end: char) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let mut is_class = false;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' | ']' if end == '/' => is_class = character == '[',
            _ if character == end && !is_class => return at + end.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match setting(text, "server", "port") {
            Setting::Absent => "absent".to_owned(),
            Setting::Computed => "computed".to_owned(),
            Setting::Constant(value) => value,
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_constant_is_found_in_every_shape_of_a_configuration() {
        check("export default { server: { port: 3000 } }", "3000");
        check("export default defineConfig({ server: { host: true, port: 3000, }, })", "3000");
        check(
            "export default defineConfig(({ mode }) => ({ 'server': { \"port\": 3000 } }))",
            "3000",
        );
        check("const config: UserConfig = {\n  server: {\n    port: 3000\n  }\n}\n", "3000");
        check(
            "module.exports = { build: { port: 1 }, server: { hmr: { port: 2 }, port: 3 } }",
            "3",
        );
    }

    #[test]
    fn what_has_no_such_key_says_nothing() {
        check("", "absent");
        check("export default { server: {} }", "absent");
        check("export default { server: { hmr: { port: 3000 } } }", "absent");
        check("export default { preview: { port: 3000 } }", "absent");
        check("export default { server: { open: true }, port: 3000 }", "absent");
    }

    #[test]
    fn what_has_to_be_run_is_no_constant() {
        check("export default { server: { port: Number(process.env.PORT) } }", "computed");
        check("export default { server: { port: 3000 + 1 } }", "computed");
        check("export default { server: { port: `${port}` } }", "computed");
        check("export default { server: { port: PORT } }", "computed");
        check("export default { server: options }", "computed");
        check("const a = { server: { port: 1 } }; const b = { server: { port: 2 } };", "computed");
    }

    #[test]
    fn comments_texts_and_expressions_are_not_read_as_keys() {
        check("// { server: { port: 1 } }\nexport default { server: { port: 2 } }", "2");
        check("/* { server: { port: 1 } } */ export default { server: { port: 2 } }", "2");
        check("const t = '{ server: { port: 1 } }'; export default { server: { port: 2 } }", "2");
        check("const r = /['\"{/]/g; export default { server: { port: 2 } }", "2");
        check("const half = 1 / 2; export default { server: { port: 2 } } // /", "2");
    }

    #[test]
    fn the_keys_of_a_plugin_are_its_own() {
        check("export default { plugins: [p({ server: { port: 1 } })], server: { port: 2 } }", "2");
    }

    #[test]
    fn broken_files_end() {
        for text in ["'", "/*", "//", "/", "`${", "{ server:", "{ server: { port:", "\\", "é{'"] {
            let found = setting(text, "server", "port");
            assert!(!matches!(found, Setting::Constant(_)), "{text}: {found:?}");
        }
    }
}
