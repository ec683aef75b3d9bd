//! Alternatives in braces, which label globs and path globs have in common.

/// Alternatives within alternatives: more than anybody writes, and less than the compiler can stand.
pub(super) const MAX_BRACES: usize = 4;

/// More patterns than this are not made of one.
const MAX_ALTERNATIVES: usize = 64;

pub(super) fn deepest_braces(text: &str) -> usize {
    let mut depth = 0_usize;
    let depths = text.chars().map(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth
    });
    depths.max().unwrap_or(0)
}

/// Whether nothing stands between two commas or braces. The library skips such an alternative, so that `{,x}` would
/// be no more than `x`.
pub(super) fn has_empty_alternative(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_empty = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' => (depth, is_empty) = (depth + 1, true),
            ',' | '}' if depth > 0 => {
                if is_empty {
                    return true;
                }
                is_empty = character == ',';
                depth -= usize::from(character == '}');
            }
            '[' => {
                characters.next_if(|c| matches!(c, '!' | '^'));
                // The first character of a class is one of it, even if it is `]`.
                characters.next();
                characters.by_ref().find(|c| *c == ']');
                is_empty = false;
            }
            _ => is_empty = false,
        }
    }
    false
}

/// The patterns without braces that a pattern stands for; the pattern itself if they are very many, or if it has
/// classes too.
pub(super) fn alternatives(text: &str) -> Vec<String> {
    if text.contains('[') {
        return vec![text.to_owned()];
    }
    let mut open = vec![text.to_owned()];
    let mut plain = Vec::new();
    while let Some(next) = open.pop() {
        // The first that is closed holds no other.
        let Some((start, end)) =
            next.find('}').and_then(|end| Some((next.get(..end)?.rfind('{')?, end)))
        else {
            plain.push(next);
            continue;
        };
        let (before, inner, behind) =
            (next.get(..start), next.get(start + 1..end), next.get(end + 1..));
        for one in inner.unwrap_or_default().split(',') {
            let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
            open.push(format!("{before}{one}{behind}"));
        }
        if open.len() + plain.len() > MAX_ALTERNATIVES {
            return vec![text.to_owned()];
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_alternative_stands_between_braces() {
        for text in ["{,x}", "{x,}", "a{x,,y}b", "{}", "{a,{,b}}", "{[,],}", "{a,{b,c},}"] {
            assert!(has_empty_alternative(text), "{text}");
        }
        for text in ["{a,b}", "a,,b", "[{,}]", "{a,{b,c}}", "{[,],a}", "{*,?}", ",", "[]{,]"] {
            assert!(!has_empty_alternative(text), "{text}");
        }
    }
}
