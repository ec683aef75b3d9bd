//! Random manifests, callers and commands from alphabets so small that patterns and names often meet.

use super::oracle::{Model, Permission, Visitor};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
};
use std::fmt::Write as _;

const APP_COMMANDS: [&str; 7] = ["a", "b", "ab", "ba", "a_b", "aab", "plugin"];
const PLUGINS: [&str; 3] = ["p", "pq", "q"];
const PLUGIN_COMMANDS: [&str; 3] = ["a", "ab", "b"];
const WINDOWS: [&str; 6] = ["main", "a", "a/b", "b:a", "ab-1", "b"];

/// Every command that a generated manifest may declare.
pub(super) fn all_commands() -> Vec<String> {
    let in_plugins = PLUGINS.iter().flat_map(|plugin| {
        PLUGIN_COMMANDS.iter().map(move |name| format!("plugin:{plugin}|{name}"))
    });
    APP_COMMANDS.iter().map(|name| (*name).to_owned()).chain(in_plugins).collect()
}

fn words(tokens: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    vec(select(tokens), 1..=most).prop_map(|parts| parts.concat())
}

fn command_entry() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 5] = ["a", "b", "_", "*", "*"];
    let namespaces =
        prop_oneof![select(&PLUGINS[..]).prop_map(str::to_owned), words(&["p", "q", "*"], 2)];
    let in_plugin = (namespaces, words(&TOKENS, 3));
    prop_oneof![
        2 => select(all_commands()),
        2 => words(&TOKENS, 4),
        2 => in_plugin.prop_map(|(plugin, name)| format!("plugin:{plugin}|{name}")),
        1 => Just("*".to_owned()),
    ]
}

fn label_pattern() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 14] = [
        "a",
        "b",
        "/",
        ":",
        "-1",
        "*",
        "*",
        "?",
        "[ab]",
        "[!a]",
        "[a-b/1]",
        "{a,b}",
        "{a*,b/}",
        "{a,{b,-1}}",
    ];
    let glob = words(&TOKENS, 4).prop_filter_map(
        "a literal label must be declared, and `**` is no pattern",
        |text| {
            let has_wildcard = text.contains(['*', '?', '[', '{']);
            (has_wildcard && !text.contains("**")).then_some(text)
        },
    );
    prop_oneof![
        1 => select(&WINDOWS[..]).prop_map(str::to_owned),
        1 => Just("*".to_owned()),
        2 => glob,
    ]
}

fn origin_pattern() -> impl Strategy<Value = String> {
    const HOSTS: [&str; 10] = [
        "example.com",
        "*.example.com",
        "{t}.example.com",
        "a.{t}.example.com",
        "{s}.{t}.com",
        "localhost",
        "{x}",
        "*.localhost",
        "127.0.0.1",
        "{a}.{b}.{c}.{d}",
    ];
    let port = select(&["", "", ":443", ":8080", ":*"][..]);
    (scheme(), select(&HOSTS[..]), port)
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

fn scheme() -> impl Strategy<Value = &'static str> {
    select(&["https", "http", "app", "tauri"][..])
}

/// What comes in an `Origin` header: often the app's, sometimes nothing that is an origin.
fn origin_header() -> impl Strategy<Value = Option<String>> {
    const HOSTS: [&str; 9] = [
        "example.com",
        "EXAMPLE.com",
        "a.example.com",
        "a.b.example.com",
        "xexample.com",
        "example.com.b",
        "localhost",
        "app.localhost",
        "127.0.0.1",
    ];
    const MALFORMED: [&str; 9] = [
        "null",
        "",
        "example.com",
        "https://",
        "https://example.com/",
        "https://example.com.",
        "https://u@example.com",
        "https://example.com:x",
        "https://a..example.com%2e",
    ];
    let port = select(&["", "", ":443", ":80", ":8080"][..]);
    let origin = (scheme(), select(&HOSTS[..]), port)
        .prop_map(|(scheme, host, port)| Some(format!("{scheme}://{host}{port}")));
    prop_oneof![
        3 => Just(Some(portcullis::pattern::Origin::app().to_string())),
        5 => origin,
        1 => select(&MALFORMED[..]).prop_map(|text| Some(text.to_owned())),
        1 => Just(None),
    ]
}

pub(super) fn visitor() -> impl Strategy<Value = Visitor> {
    let label = || {
        prop_oneof![
            select(&WINDOWS[..]).prop_map(str::to_owned),
            words(&["a", "b", "/", ":", "-1"], 4)
        ]
    };
    (label(), label(), origin_header()).prop_map(|(window, webview, origin)| Visitor {
        window,
        webview,
        origin,
    })
}

fn permission() -> impl Strategy<Value = Permission> {
    let labels = || vec(label_pattern(), 1..4);
    let subject = prop_oneof![
        labels().prop_map(|windows| (Some(windows), None)),
        labels().prop_map(|webviews| (None, Some(webviews))),
        (labels(), labels()).prop_map(|(windows, webviews)| (Some(windows), Some(webviews))),
    ];
    let origins = option::of(vec(select(&["app", "app", "remote", "o0", "o1", "o2"][..]), 1..4));
    let entries = |most| vec(command_entry(), 0..=most);
    (subject, origins, entries(4), entries(2)).prop_map(
        |((windows, webviews), origins, allow, deny)| {
            let origins = origins.map(|names| names.into_iter().map(str::to_owned).collect());
            // Its number is given by the manifest.
            Permission { id: String::new(), windows, webviews, origins, allow, deny }
        },
    )
}

pub(super) fn model() -> impl Strategy<Value = Model> {
    let commands = subsequence(all_commands(), 8..=all_commands().len());
    let parts = (any::<bool>(), commands, vec(origin_pattern(), 3), vec(permission(), 0..7));
    parts.prop_map(|(is_additive, commands, origins, permissions)| {
        let origins =
            origins.into_iter().enumerate().map(|(at, pattern)| (format!("o{at}"), pattern));
        let mut model =
            Model { is_additive, commands, origins: origins.collect(), permissions: Vec::new() };
        for (at, mut permission) in permissions.into_iter().enumerate() {
            permission.id = format!("p{at}");
            // An entry that stands for nothing that is declared is an error, and no matter of decisions.
            permission.allow.retain(|entry| model.names_something(entry));
            permission.deny.retain(|entry| model.names_something(entry));
            model.permissions.push(permission);
        }
        model
    })
}

/// A manifest, and the callers and commands of guardrails: what those deny, nobody may be allowed.
pub(super) fn model_and_guardrails() -> impl Strategy<Value = (Model, Vec<Permission>)> {
    (model(), vec(permission(), 0..3)).prop_map(|(model, mut guardrails)| {
        for guardrail in &mut guardrails {
            guardrail.origins.get_or_insert_with(|| vec!["app".to_owned(), "remote".to_owned()]);
            guardrail.deny.retain(|entry| model.names_something(entry));
        }
        guardrails.retain(|guardrail| !guardrail.deny.is_empty());
        (model, guardrails)
    })
}

/// The same manifest with its permissions, and the entries of each, in another order.
pub(super) fn model_and_shuffle() -> impl Strategy<Value = (Model, Model)> {
    model().prop_flat_map(|model| {
        let shuffled: Vec<_> = model.permissions.iter().map(shuffled_permission).collect();
        (Just(model), shuffled.prop_shuffle()).prop_map(|(model, permissions)| {
            let shuffled = Model { permissions, ..model.clone() };
            (model, shuffled)
        })
    })
}

fn shuffled_permission(permission: &Permission) -> impl Strategy<Value = Permission> + use<> {
    let optional = |list: &Option<Vec<String>>| match list {
        Some(list) => Just(list.clone()).prop_shuffle().prop_map(Some).boxed(),
        None => Just(None).boxed(),
    };
    let list = |list: &Vec<String>| Just(list.clone()).prop_shuffle();
    let parts = (
        optional(&permission.windows),
        optional(&permission.webviews),
        optional(&permission.origins),
        list(&permission.allow),
        list(&permission.deny),
    );
    let id = permission.id.clone();
    parts.prop_map(move |(windows, webviews, origins, allow, deny)| Permission {
        id: id.clone(),
        windows,
        webviews,
        origins,
        allow,
        deny,
    })
}

/// A manifest, and the same with one more entry under the `deny` of one of its permissions.
pub(super) fn model_and_denial() -> impl Strategy<Value = (Model, Model)> {
    let with_permissions =
        model().prop_filter("there is a permission", |model| !model.permissions.is_empty());
    (with_permissions, any::<prop::sample::Index>(), command_entry()).prop_filter_map(
        "the entry stands for something",
        |(model, at, entry)| {
            let mut denial = model.clone();
            denial.permissions[at.index(model.permissions.len())].deny.push(entry.clone());
            model.names_something(&entry).then_some((model, denial))
        },
    )
}

impl Model {
    /// The manifest's text.
    pub(super) fn to_yaml(&self) -> String {
        let mut text =
            "version: 1\napp: { id: dev.example.generated, frontend: dist }\n".to_owned();
        let unlisted = if self.is_additive { "additive" } else { "deny" };
        let _ = writeln!(text, "unlisted: {unlisted}\norigins:");
        for (name, pattern) in &self.origins {
            let _ = writeln!(text, "  {name}: \"{pattern}\"");
        }
        let windows = WINDOWS.map(|label| format!("\"{label}\": {{}}")).join(", ");
        let _ = writeln!(text, "windows: {{ {windows} }}");
        let declared = |prefix: &str| {
            let names = self.commands.iter().filter_map(|name| name.strip_prefix(prefix));
            let names = names.filter(|name| !name.contains(':'));
            names
                .map(|name| format!("{name}: {{ run: {{ value: 1 }} }}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(text, "commands: {{ {} }}\nplugins:", declared(""));
        for plugin in PLUGINS {
            let _ = writeln!(
                text,
                "  {plugin}: {{ commands: {{ {} }} }}",
                declared(&format!("plugin:{plugin}|"))
            );
        }
        let is_empty = if self.permissions.is_empty() { " {}" } else { "" };
        let _ = writeln!(text, "permissions:{is_empty}");
        for permission in &self.permissions {
            let _ = writeln!(text, "  {}:", permission.id);
            let lists = [
                ("windows", permission.windows.as_ref()),
                ("webviews", permission.webviews.as_ref()),
                ("origins", permission.origins.as_ref()),
                ("allow", Some(&permission.allow)),
                ("deny", Some(&permission.deny)),
            ];
            for (key, list) in lists.into_iter().filter_map(|(key, list)| Some((key, list?))) {
                // The texts hold neither quotes nor backslashes.
                let _ = writeln!(text, "    {key}: {list:?}");
            }
        }
        text
    }
}
