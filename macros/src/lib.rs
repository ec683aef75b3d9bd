//! `#[portcullis::command]`; everything that it expands to stands in `portcullis::command`.

mod expand;
mod options;
mod signature;

use options::Options;
use proc_macro::TokenStream;
use signature::Signature;
use syn::parse::Error;

/// Makes a function a command that `run: { native: <name> }` of a manifest can name.
///
/// The function itself stays as it is. Each parameter is read by `CommandArg`: an argument of the page's call by its
/// name, or part of the call such as `State<T>`. What it gives back is sent to the page as JSON; the error of a
/// `Result` rejects the page's promise. The documentation of the function is the command's description.
///
/// A function that is not `async` runs on a thread that may block, never on the thread of the windows.
///
/// - `rename = "…"`: the command's name, which is the function's otherwise.
/// - `rename_all = "…"`: how the names of parameters become those of arguments, `camelCase`, which is what pages send
///   if nothing is said, or `snake_case`.
///
/// ```
/// /// Greets by name.
/// #[portcullis::command(rename = "hello")]
/// fn greet(first_name: String) -> Result<String, String> {
///     // The page calls `invoke("hello", { firstName: "Ada" })`.
///     if first_name.is_empty() { Err("nobody to greet".into()) } else { Ok(format!("Hello, {first_name}!")) }
/// }
///
/// let registry = portcullis::Registry::new().commands(portcullis::commands![greet]);
/// assert_eq!(registry.names().collect::<Vec<_>>(), ["hello"]);
/// // It is a function still.
/// assert_eq!(greet("Ada".into()).unwrap(), "Hello, Ada!");
/// ```
#[proc_macro_attribute]
pub fn command(options: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let expanded = || {
        let options: Options = syn::parse(options)?;
        let function = signature::function(item.into())?;
        Ok(expand::expand(&function, &Signature::read(&function, &options)?))
    };
    let rest = expanded().unwrap_or_else(|error: Error| error.into_compile_error());
    // The item stays whatever is wrong, so that its users see one error and not one more each.
    quote::quote!(#original #rest).into()
}
