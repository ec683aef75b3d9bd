//! The registry of diagnostic codes: adding a fault starts here; the compiler asks for `help/CODE.md`, a test for a fixture.

use serde::Serialize;
use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The manifest cannot be used.
    Error,
    /// The manifest can be used, but something in it is suspicious.
    Warning,
}

impl Severity {
    /// The word for it, as every format prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($severity:ident { $($variant:ident $name:literal $summary:literal,)* })*) => {
        /// The stable name of a fault, in kebab-case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $summary] $variant,)*)*
        }

        impl Code {
            /// Every code, in the order of this file.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)*)*];

            /// The name that users see and tools match on.
            pub fn as_str(self) -> &'static str {
                match self { $($(Code::$variant => $name,)*)* }
            }

            /// One sentence on what the code means.
            pub fn summary(self) -> &'static str {
                match self { $($(Code::$variant => $summary,)*)* }
            }

            /// Why the fault matters, with an example of wrong and of right, as Markdown.
            pub fn explanation(self) -> &'static str {
                match self {
                    $($(Code::$variant => include_str!(concat!("help/", $name, ".md")),)*)*
                }
            }

            /// The severity that findings with this code have.
            pub fn severity(self) -> Severity {
                match self { $($(Code::$variant => Severity::$severity,)*)* }
            }
        }
    };
}

codes! {
    Error {
        MissingFile "missing-file" "The file does not exist.",
        NotAFile "not-a-file" "The path is a folder or a device, not a file.",
        UnreadableFile "unreadable-file" "The file exists but cannot be read.",
        EmptyFile "empty-file" "The file holds no YAML content.",
        FileTooLarge "file-too-large" "The file is larger than 1 MiB.",
        NotUtf8 "not-utf8" "The file is not UTF-8 text.",

        YamlSyntax "yaml-syntax" "The text is not YAML.",
        DuplicateKey "duplicate-key" "A key stands twice in one mapping.",
        YamlAnchor "yaml-anchor" "Anchors are not part of the manifest's language.",
        YamlAlias "yaml-alias" "Aliases are not part of the manifest's language.",
        YamlMergeKey "yaml-merge-key" "Merge keys are not part of the manifest's language.",
        YamlTag "yaml-tag" "Tags are not part of the manifest's language.",
        MultipleDocuments "multiple-documents" "The file holds more than one YAML document.",
        TabIndentation "tab-indentation" "A tab is used for indentation.",
        TooDeep "too-deep" "The nesting is deeper than 32 levels.",
        ComplexKey "complex-key" "A mapping key is not a plain word.",
        UnquotedGlob "unquoted-glob" "A `*` stands without quotes, which YAML reads as an alias.",
        UnquotedPlaceholder "unquoted-placeholder" "A `{placeholder}` stands without quotes, which YAML reads as a mapping.",

        UnknownKey "unknown-key" "The key is not part of the language.",
        MissingKey "missing-key" "A required key is missing.",
        WrongType "wrong-type" "The value has the wrong type.",
        InvalidValue "invalid-value" "The value is outside what the key accepts.",

        InvalidName "invalid-name" "A name is outside the grammar of names.",
        InvalidLabel "invalid-label" "A label is outside the grammar of labels.",
        InvalidGlob "invalid-glob" "A pattern is malformed.",
        InvalidOrigin "invalid-origin" "An origin pattern is malformed.",
        InvalidUrl "invalid-url" "A window's address is neither a page of the frontend nor an http(s) address.",
        InvalidPlaceholder "invalid-placeholder" "A placeholder is malformed or stands where none may.",
        UndefinedCommand "undefined-command" "A permission names a command that is not declared.",
        UndefinedWindow "undefined-window" "A permission names a window or webview that is not declared.",
        UndefinedOrigin "undefined-origin" "A permission names an origin that is not declared.",
        UndefinedPlugin "undefined-plugin" "A permission names a plugin that is not declared.",
        UndefinedBackend "undefined-backend" "A command uses a backend that is not declared.",
        UndefinedGroup "undefined-group" "A list names a group that is not declared.",
        UndefinedEvent "undefined-event" "A permission names an event that is not declared.",
        UndefinedSecret "undefined-secret" "A placeholder names a secret that is not declared.",
        UndefinedChannel "undefined-channel" "Output is streamed to something that is not a declared channel.",
        UndefinedArgument "undefined-argument" "A placeholder names an argument that is not declared.",
        UnfitArgument "unfit-argument" "A placeholder stands where no value of its argument fits.",
        MissingSubject "missing-subject" "A permission names neither windows nor webviews.",
        SchemaInvalid "schema-invalid" "An argument's schema is not a JSON Schema.",
        UnguardedOptional "unguarded-optional" "An optional argument is used where its absence has no meaning.",
        UnregisteredNative "unregistered-native" "No Rust function is registered under the name that the command gives.",
        UnmanagedState "unmanaged-state" "A Rust function asks for state that the program does not manage.",
        UndeclaredNative "undeclared-native" "A Rust function is registered that no command runs.",
        PluginFailed "plugin-failed" "A plugin of the program could not begin.",
        UnsafeArgument "unsafe-argument" "An argument would choose what runs, or become an option of it.",

        MissingInclude "missing-include" "An include names no file.",
        IncludeCycle "include-cycle" "A file includes itself, directly or through others.",
        DuplicateName "duplicate-name" "A name is defined in two places.",
        DuplicatePermission "duplicate-permission" "Two permissions say the same.",
        GroupCycle "group-cycle" "A group stands for itself.",
        UnmetRequirement "unmet-requirement" "The manifest wants another version of Portcullis.",
        ForeignOwner "foreign-owner" "The file belongs to another user, who could change what runs.",
        ExposedSecret "exposed-secret" "A secret would be visible to others.",
        LiteralSecret "literal-secret" "A password or token stands in the manifest itself.",
        OverlappingTemplate "overlapping-template" "A window's template stands for labels that another window has.",
        OpaqueOrigin "opaque-origin" "A sandboxed site has no origin, and cannot be granted anything.",
        UnboundCapture "unbound-capture" "A capture is used that an origin of the callers does not have.",
        MixedScope "mixed-scope" "Entries with and without scope reach one caller for one command.",
        ScopeNotEnforced "scope-not-enforced" "Nothing would enforce the scope.",
        ScopeWithoutAllow "scope-without-allow" "A command that needs a scope is granted without one.",
        SelfWritable "self-writable" "A page could write the manifest, or what the gateway runs or serves.",
        WritableWithin "writable-within" "A page could write where a path argument may lead.",
        UnconstrainedPath "unconstrained-path" "A path argument may lead anywhere.",
        NeverViolated "never-violated" "A permission grants what a guardrail forbids.",
        Undecidable "undecidable" "The patterns are too many to tell exactly who may do what.",
        MissingProgram "missing-program" "The program is not on this machine.",
        MissingSecret "missing-secret" "The secret is not on this machine.",
        Unsupported "unsupported" "This build cannot run it yet.",
    }
    Warning {
        MissingFrontend "missing-frontend" "A window shows a page of the frontend, but the app has none.",
        UnusedArgument "unused-argument" "An argument is declared and never used.",
        OriginWithoutPort "origin-without-port" "An origin on this machine has no port.",
        InsecureOrigin "insecure-origin" "An origin beyond this machine is reached without encryption.",
        NeverMatches "never-matches" "A permission, or a pattern in it, matches no page of a declared window.",
        ShadowedAllow "shadowed-allow" "A deny takes away everything that an entry allows.",
        RedundantPermission "redundant-permission" "Other entries allow all of it already.",
        BroadGrant "broad-grant" "An entry allows more than it names.",
        RemoteWebviewInTrustedWindow "remote-webview-in-trusted-window" "A permission for a window also reaches a remote page in it.",
        CspBlocksBridge "csp-blocks-bridge" "The content security policy keeps pages from calling commands.",
        ThresholdOrder "threshold-order" "A threshold of channels has no effect.",
        UnanchoredPattern "unanchored-pattern" "A regular expression is fulfilled by any text that contains it.",
        AdditiveInProduction "additive-in-production" "The manifest opens what it does not list, and will not start with `--production`.",
        UnboundTenant "unbound-tenant" "An origin of many hosts reaches a service that cannot tell them apart.",
        UnreachableCommand "unreachable-command" "No permission allows the command.",
    }
}

impl Code {
    /// The code that users call by this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// What to do about faults of this kind, where their finder knows nothing better.
    pub fn advice(self) -> &'static str {
        match self {
            Self::InvalidName => "names are made of letters, digits, `_` and `-`",
            Self::InvalidLabel => "labels are made of letters, digits, `_`, `-`, `/` and `:`",
            Self::InvalidGlob => "`*`, `?`, `{a,b}` and `[a-z]` are what label patterns know",
            Self::InvalidOrigin => {
                "an origin is a scheme, a host and a port, such as `https://docs.example.com`"
            }
            _ => "`portcullis help KEY` describes a key, such as `portcullis help windows.size`",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let name = code.as_str();
            assert!(seen.insert(name), "{name} stands twice");
            let kebab =
                name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(kebab, "{name} is not kebab-case");
            assert!(code.summary().ends_with('.'), "{name}: a summary is a sentence");
        }
    }
}
