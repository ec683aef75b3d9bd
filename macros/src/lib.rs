//! `#[portcullis::command]`; everything that it expands to stands in `portcullis::command`.

mod expand;
mod options;
mod signature;

use options::Options;
use proc_macro::TokenStream;
use signature::Signature;
use syn::parse::Error;

/// Makes a function a command; `portcullis::command` is where it is exported and described.
#[proc_macro_attribute]
pub fn command(options: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let expanded = || {
        let options: Options = syn::parse(options)?;
        let function = signature::function(item.into())?;
        Ok(expand::expand(&function, &Signature::read(&function, &options)?))
    };
    // The item stays whatever is wrong, so that its users see one error and not one more each.
    match expanded() {
        Ok(rest) => quote::quote! {
            #[allow(
                clippy::needless_pass_by_value,
                clippy::unused_async,
                reason = "a command owns its arguments, and `async` says where it runs"
            )]
            #original
            #rest
        },
        Err(error) => {
            let error: Error = error;
            let error = error.into_compile_error();
            quote::quote!(#original #error)
        }
    }
    .into()
}
