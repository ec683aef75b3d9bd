//! From a signature to code: a type with the function's name, which `commands![…]` finds through the same path.

use crate::signature::Signature;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemFn, ReturnType, spanned::Spanned as _};

pub(crate) fn expand(function: &ItemFn, signature: &Signature) -> TokenStream {
    let Signature { name, description, parameters } = signature;
    let (visibility, own) = (&function.vis, &function.sig.ident);
    let locals: Vec<Ident> = (0..parameters.len())
        .map(|number| format_ident!("argument_{number}", span = Span::mixed_site()))
        .collect();
    let call = Ident::new("call", Span::mixed_site());
    // An error about a type is shown at the type, and once: the same words in both places make the same error.
    let typed: Vec<TokenStream> = parameters
        .iter()
        .map(|parameter| {
            let (argument, ty) = (&parameter.argument, &parameter.ty);
            quote_spanned! { ty.span() => ::portcullis::command::expansion::parameter::<#ty>(#argument) }
        })
        .collect();
    let returned = match &function.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => own.span(),
    };
    // Errors about it are shown at the type; nothing of the function is in scope that could have this name.
    let result = Ident::new("result", returned);
    let answer = quote_spanned! { returned => (&#result).kind().reply(#result) };
    let reply = quote! { {
        #[allow(unused_imports, reason = "one of them says what the result is")]
        use ::portcullis::command::expansion::{OfResult as _, OfValue as _};
        #answer
    } };
    let run = if function.sig.asyncness.is_some() {
        quote! {
            let guard = #call.into_guard();
            let #result = #own(#(#locals),*).await;
            guard.finish();
            #reply
        }
    } else {
        quote! {
            #call.blocking(move || {
                let #result = #own(#(#locals),*);
                #reply
            }).await
        }
    };
    quote! {
        // Types and functions have namespaces of their own: one `use` brings both in.
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, reason = "it stands for the function of this name")]
        #[derive(Debug)]
        #visibility struct #own {}

        #[automatically_derived]
        impl ::portcullis::command::Function for #own {
            const DEFINITION: ::portcullis::command::Definition = ::portcullis::command::Definition {
                name: #name,
                description: #description,
                parameters: &[#(#typed.definition),*],
                file: ::core::file!(),
                line: ::core::line!(),
            };

            fn call(
                mut #call: ::portcullis::command::NativeCall,
            ) -> ::portcullis::command::BoxFuture<'static, ::portcullis::ipc::Reply> {
                ::std::boxed::Box::pin(async move {
                    #call.expect(&<Self as ::portcullis::command::Function>::DEFINITION)?;
                    #(let #locals = #call.read(&#typed)?;)*
                    #run
                })
            }
        }
    }
}
