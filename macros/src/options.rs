//! What stands in the brackets of `#[command(…)]`.

use syn::{
    Ident, LitStr, Token,
    parse::{Error, Parse, ParseStream, Result},
};

/// How the names of parameters become those of arguments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Case {
    #[default]
    Camel,
    Snake,
}

impl Case {
    /// The argument's name for a parameter in snake_case; an underscore in front means that Rust does not use it.
    pub(crate) fn argument(self, parameter: &str) -> String {
        let name = parameter.trim_start_matches('_');
        if self == Self::Snake {
            return name.to_owned();
        }
        let mut words = name.split('_');
        let mut out = words.next().unwrap_or_default().to_owned();
        for word in words {
            let mut rest = word.chars();
            out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(rest.as_str());
        }
        out
    }
}

/// The options of one command.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The command's name, where it is not the function's.
    pub(crate) rename: Option<String>,
    pub(crate) case: Case,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            if seen.contains(&key) {
                return Err(Error::new(key.span(), format!("`{key}` stands twice")));
            }
            match key.to_string().as_str() {
                "rename" => options.rename = Some(name(&value(input)?)?),
                "rename_all" => options.case = case(&value(input)?)?,
                _ => {
                    let message =
                        format!("unknown option `{key}`: there are `rename` and `rename_all`");
                    return Err(Error::new(key.span(), message));
                }
            }
            seen.push(key);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn value(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn name(text: &LitStr) -> Result<String> {
    let name = text.value();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if name.is_empty() || !is_name {
        let message = "a command's name is made of letters, digits, `_` and `-`";
        return Err(Error::new(text.span(), message));
    }
    Ok(name)
}

fn case(text: &LitStr) -> Result<Case> {
    match text.value().as_str() {
        "camelCase" => Ok(Case::Camel),
        "snake_case" => Ok(Case::Snake),
        other => {
            let message = format!("`{other}` is neither `camelCase` nor `snake_case`");
            Err(Error::new(text.span(), message))
        }
    }
}
