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
    let sources = parameters.iter().map(|parameter| {
        let (argument, ty) = (&parameter.argument, &parameter.ty);
        quote! { ::portcullis::command::Parameter::of::<#ty>(#argument) }
    });
    let reads = parameters.iter().zip(&locals).map(|(parameter, local)| {
        let (argument, ty) = (&parameter.argument, &parameter.ty);
        // An error about the type is shown at the type.
        quote_spanned! { ty.span() => let #local = #call.argument::<#ty>(#argument)?; }
    });
    let result = Ident::new("result", Span::mixed_site());
    let returned = match &function.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => own.span(),
    };
    let reply = quote_spanned! { returned => {
        use ::portcullis::command::expansion::{OfResult as _, OfValue as _};
        (&#result).kind().reply(#result)
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
                parameters: &[#(#sources),*],
                file: ::core::file!(),
                line: ::core::line!(),
            };

            fn call(
                mut #call: ::portcullis::command::NativeCall,
            ) -> ::portcullis::command::BoxFuture<'static, ::portcullis::ipc::Reply> {
                ::std::boxed::Box::pin(async move {
                    #call.expect(&<Self as ::portcullis::command::Function>::DEFINITION)?;
                    #(#reads)*
                    #run
                })
            }
        }
    }
}
