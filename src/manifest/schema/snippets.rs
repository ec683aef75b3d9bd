//! What an editor offers to insert where a new window, command or permission may begin.

use serde_json::{Value, json};

/// Adds the snippets to the manifest's schema.
///
/// `defaultSnippets` is a keyword of VS Code's JSON and YAML servers; validators pass it over.
pub(super) fn add(schema: &mut Value) {
    let places = [
        ("/properties/windows", windows()),
        ("/properties/commands", commands()),
        ("/properties/plugins/additionalProperties/properties/commands", commands()),
        ("/properties/permissions", permissions()),
    ];
    for (pointer, snippets) in places {
        if let Some(keywords) = schema.pointer_mut(pointer).and_then(Value::as_object_mut) {
            keywords.insert("defaultSnippets".to_owned(), snippets);
        }
    }
}

fn windows() -> Value {
    json!([
        {
            "label": "window",
            "description": "A window with a page of the frontend.",
            "body": { "${1:main}": { "title": "${2:Title}", "size": [960, 640], "url": "${3:index.html}" } },
        },
        {
            "label": "window, remote page",
            "description": "A window with a page from the web.",
            "body": { "${1:docs}": { "title": "${2:Title}", "url": "${3:https://docs.example.com/}" } },
        },
    ])
}

fn commands() -> Value {
    json!([
        {
            "label": "command: value",
            "description": "A command that answers with a constant, or with a value made of its arguments.",
            "body": {
                "${1:greet}": {
                    "args": { "${2:name}": { "type": "string", "maxLength": 64 } },
                    "run": { "value": "${3:Hello}, {${2:name}}!" },
                },
            },
        },
        {
            "label": "command: process",
            "description": "A command that starts a program for each call.",
            "body": {
                "${1:words}": {
                    "args": { "${2:file}": { "type": "string", "maxLength": 240 } },
                    "run": {
                        "process": { "program": "${3:wc}", "args": ["${4:-w}", "--", "{${2:file}}"], "output": "text" },
                    },
                },
            },
        },
        {
            "label": "command: native",
            "description": "A command that is a Rust function of the embedding program.",
            "body": { "${1:status}": { "run": { "native": "${2:gateway_status}" } } },
        },
    ])
}

fn permissions() -> Value {
    json!([
        {
            "label": "permission: allow",
            "description": "What the app's own pages in a window may call.",
            "body": { "${1:main-window}": { "windows": ["${2:main}"], "allow": ["${3:greet}"] } },
        },
        {
            "label": "permission: allow an origin",
            "description": "What pages from the web may call in a window; the origin is one of `origins`.",
            "body": {
                "${1:docs-window}": {
                    "windows": ["${2:docs}"],
                    "origins": ["${3:remote}"],
                    "allow": ["${4:version}"],
                },
            },
        },
        {
            "label": "permission: deny",
            "description": "What nobody may call, whatever allows it.",
            "body": { "${1:nobody}": { "windows": ["*"], "deny": ["${2:greet}"] } },
        },
    ])
}
