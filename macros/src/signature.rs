//! What a command's function takes, and what of Rust it may not use.

use crate::options::Options;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericParam, Generics, Ident, ItemFn, Lit, Meta, Pat, Type,
    ext::IdentExt as _,
    parse::{Error, Result},
    spanned::Spanned as _,
};

/// One parameter.
pub(crate) struct Parameter {
    /// The argument's name, as pages send it.
    pub(crate) argument: String,
    pub(crate) ty: Type,
}

/// A function as a command.
pub(crate) struct Signature {
    /// The command's name.
    pub(crate) name: String,
    /// The function's documentation.
    pub(crate) description: String,
    pub(crate) parameters: Vec<Parameter>,
}

/// Reads the item below the attribute.
pub(crate) fn function(item: TokenStream) -> Result<ItemFn> {
    syn::parse2(item.clone()).map_err(|error| {
        // A function with a mistake in it has an error of its own.
        if is_function(&item) {
            return error;
        }
        Error::new_spanned(item, "`#[command]` stands above a function")
    })
}

fn is_function(item: &TokenStream) -> bool {
    item.clone().into_iter().any(|token| token.to_string() == "fn")
}

impl Signature {
    pub(crate) fn read(function: &ItemFn, options: &Options) -> Result<Self> {
        let signature = &function.sig;
        refuse_generics(&signature.generics)?;
        if let Some(keyword) = &signature.unsafety {
            let message = "a page cannot keep the promises that an `unsafe` function asks for";
            return Err(Error::new_spanned(keyword, message));
        }
        if let Some(variadic) = &signature.variadic {
            return Err(Error::new_spanned(variadic, "a command takes its arguments by name"));
        }
        let mut parameters: Vec<Parameter> = Vec::new();
        for input in &signature.inputs {
            let (parameter, name) = parameter(input, options)?;
            if parameters.iter().any(|known| known.argument == parameter.argument) {
                let message =
                    format!("two parameters would be the argument `{}`", parameter.argument);
                return Err(Error::new(name.span(), message));
            }
            parameters.push(parameter);
        }
        let own = signature.ident.unraw().to_string();
        Ok(Self {
            name: options.rename.clone().unwrap_or(own),
            description: description(&function.attrs),
            parameters,
        })
    }
}

fn refuse_generics(generics: &Generics) -> Result<()> {
    let Some(first) = generics.params.first() else { return Ok(()) };
    let message = match first {
        GenericParam::Lifetime(_) => "a command owns its arguments: it has no lifetimes",
        GenericParam::Type(_) | GenericParam::Const(_) => {
            "a command is one function: write a command without type parameters that calls this one"
        }
    };
    Err(Error::new_spanned(generics, message))
}

fn parameter<'a>(input: &'a FnArg, options: &Options) -> Result<(Parameter, &'a Ident)> {
    let typed = match input {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            let message = "a command is a function of its own: take `State<T>` instead of `self`";
            return Err(Error::new_spanned(receiver, message));
        }
    };
    let Pat::Ident(name) = &*typed.pat else {
        let message = "an argument needs a name: write `name: Type`, and take it apart inside";
        return Err(Error::new_spanned(&typed.pat, message));
    };
    match &*typed.ty {
        Type::Reference(reference) => {
            let owned = match &*reference.elem {
                Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
                Type::Slice(slice) => format!("Vec<{}>", written(&slice.elem)),
                other => written(other),
            };
            let message = format!("a command owns its arguments: take `{owned}`");
            return Err(Error::new_spanned(&typed.ty, message));
        }
        Type::ImplTrait(_) => {
            let message = "an argument needs a type of its own: name it in place of `impl`";
            return Err(Error::new_spanned(&typed.ty, message));
        }
        _ => {}
    }
    let argument = options.case.argument(&name.ident.unraw().to_string());
    if argument.is_empty() {
        return Err(Error::new(name.span(), "an argument needs a name of letters"));
    }
    Ok((Parameter { argument, ty: (*typed.ty).clone() }, &name.ident))
}

/// A type as it was written, but for its spaces.
fn written(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "")
}

/// The doc comments, line by line, without the space that stands behind the slashes.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else { return None };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
        meta.path.is_ident("doc").then(|| text.value())
    });
    let lines: Vec<String> =
        lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
