//! How large a regular expression becomes when it is compiled: `(\w{90}){90}` is twelve characters and megabytes.

/// Larger ones are refused: they are no check of an argument, and take seconds to compile.
pub(super) const MOST: usize = 50_000;
/// A manifest may have so much of them in all.
pub(super) const MOST_IN_ALL: usize = 1_000_000;

/// A class such as `\w` is hundreds of ranges of Unicode.
const CLASS: usize = 50;
/// `.` and `[^a]` are every character but some.
const NEARLY_ALL: usize = 5;

/// About how many states an expression has. What is malformed has some number, too.
pub(super) fn weight(expression: &str) -> usize {
    let mut characters = expression.chars().peekable();
    // The weight of each open group, and of the last item in it.
    let mut open = Vec::new();
    let (mut whole, mut last) = (0_usize, 0_usize);
    while let Some(character) = characters.next() {
        let item = match character {
            '(' => {
                open.push(whole.saturating_add(last));
                (whole, last) = (0, 0);
                continue;
            }
            ')' => {
                let group = whole.saturating_add(last);
                whole = open.pop().unwrap_or(0);
                last = group.max(1);
                continue;
            }
            '{' => {
                let bounds: String =
                    characters.by_ref().take_while(|character| *character != '}').collect();
                let numbers = bounds.split(',').filter_map(|number| number.trim().parse().ok());
                last = last.saturating_mul(numbers.max().unwrap_or(1_usize).max(1));
                continue;
            }
            '\\' => escape(characters.next()),
            '[' => {
                let mut class = if characters.peek() == Some(&'^') { NEARLY_ALL } else { 1 };
                while let Some(inner) = characters.next() {
                    match inner {
                        ']' => break,
                        '\\' => class = class.saturating_add(escape(characters.next())),
                        _ => class = class.saturating_add(1),
                    }
                }
                class
            }
            '.' => NEARLY_ALL,
            _ => 1,
        };
        whole = whole.saturating_add(last);
        last = item;
    }
    let outer = open.into_iter().fold(0, usize::saturating_add);
    outer.saturating_add(whole).saturating_add(last)
}

fn escape(character: Option<char>) -> usize {
    let is_class = character.is_some_and(|character| "wWdDsSpPbB".contains(character));
    if is_class { CLASS } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_multiply_what_stands_before_them() {
        let cases = [
            ("", 0),
            ("abc", 3),
            ("ab{3}c", 5),
            ("a{2,5}", 5),
            ("a{3,}", 3),
            (r"\d{4}-\d{2}", 6 * CLASS + 1),
            ("(ab){3}x", 7),
            ("((a{2}b){2}c){2}", 14),
            ("[a-z_]{2}", 10),
            (r"[\w.]", CLASS + 2),
            ("[^/]{2}", 2 * (NEARLY_ALL + 2)),
            ("(((", 0),
            ("a)b", 2),
            ("{9}", 0),
            ("a{", 1),
        ];
        for (expression, expected) in cases {
            assert_eq!(weight(expression), expected, "{expression}");
        }
        assert_eq!(weight(&format!("a{}", "{99999}".repeat(30))), usize::MAX);
    }

    #[test]
    fn what_people_write_is_small_and_what_explodes_is_not() {
        let uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
        let password = r"^(?=.*\d)(?=.*[a-z])[A-Za-z\d]{8,64}$";
        for good in [uuid, password, r"^\w{1,256}$", r"^[\w.-]{1,64}@[\w.-]{1,255}$", "^.{0,4096}$"]
        {
            assert!(weight(good) <= MOST, "{good}: {}", weight(good));
        }
        for bad in [r"(\w{90}){90}", "((a{99}){99}){99}"] {
            assert!(weight(bad) > MOST, "{bad}: {}", weight(bad));
        }
    }
}
