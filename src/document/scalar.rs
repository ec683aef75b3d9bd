//! Which plain scalar is a number, a boolean or null: YAML 1.2's core schema without its surprises.

use super::Kind;
use serde_json::Number;

/// What an unquoted scalar means.
///
/// Only JSON's own notations leave the realm of strings, so `0777`, `1_000`, `0x1f`, `.inf`, `no` and dates
/// stay what the user typed.
pub(super) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => number(text).map_or_else(|| Kind::String(text.to_owned()), Kind::Number),
    }
}

/// An integer as it stands, or the nearest finite double, which integers of more than 64 bits are as well.
fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_integer = check(unsigned)?;
    if is_integer {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if let Ok(value) = digits.parse::<u64>() {
            return Some(value.into());
        }
        if let Ok(value) = digits.parse::<i64>() {
            return Some(value.into());
        }
    }
    Number::from_f64(text.parse().ok()?)
}

/// Whether a number without its sign is an integer; `None` if it is no number at all.
fn check(unsigned: &str) -> Option<bool> {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    let has_digit = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    let is_number = has_digit
        && !is_padded
        && is_exponent
        && is_digits(whole)
        && fraction.is_none_or(is_digits);
    is_number.then_some(fraction.is_none() && exponent.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        match resolve(text) {
            Kind::Null => Value::Null,
            Kind::Bool(value) => value.into(),
            Kind::Number(value) => value.into(),
            Kind::String(value) => value.into(),
            Kind::Seq(_) | Kind::Map(_) => unreachable!("a scalar"),
        }
    }

    #[test]
    fn json_notations_are_typed() {
        let typed = [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("+12", json!(12)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("1.5", json!(1.5)),
            ("-.5", json!(-0.5)),
            ("1.", json!(1.0)),
            ("0.1e-3", json!(0.0001)),
            ("1E3", json!(1000.0)),
        ];
        for (text, value) in typed {
            assert_eq!(read(text), value, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_string() {
        let strings = [
            "0777",
            "00",
            "-01",
            "01.5",
            "1_000",
            "0x1f",
            "0o17",
            "0b1",
            ".inf",
            "-.inf",
            ".nan",
            "NaN",
            "inf",
            "no",
            "yes",
            "on",
            "off",
            "y",
            "n",
            "nULL",
            "tRUE",
            "2024-01-02",
            "1:30",
            "1e",
            "e1",
            "1e+",
            ".",
            "-",
            "+",
            "--1",
            "+-1",
            "1.2.3",
            "1 2",
            "1e400",
            "１",
        ];
        for text in strings {
            assert_eq!(read(text), json!(text), "{text}");
        }
    }
}
