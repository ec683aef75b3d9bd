//! Definitions, references and the outline: every name leads to its declaration, and back.

use super::MANIFEST;
use crate::support::lsp::{CURSOR, Editor, under};
use serde_json::{Value, json};

/// Puts the cursor at a mark in the manifest; `with` is what the manifest has in the place of `what`.
fn asked(method: &str, what: &str, with: &str) -> (Vec<String>, Value) {
    assert_eq!(MANIFEST.matches(what).count(), 1, "{what}");
    let text = MANIFEST.replace(what, with);
    let mut editor = Editor::start();
    let mut place = editor.open_at_cursor(&text);
    place["context"] = json!({ "includeDeclaration": true });
    let found = editor.ask(method, place);
    let text = text.replacen(CURSOR, "", 1);
    let shown = |location: &Value| {
        assert_eq!(location["uri"], editor.uri("gateway.yaml"));
        let line = location["range"]["start"]["line"].as_u64().expect("a line") + 1;
        format!("{line}:{}", under(&text, &location["range"]))
    };
    (found.as_array().map(|all| all.iter().map(shown).collect()).unwrap_or_default(), found)
}

#[track_caller]
fn leads(what: &str, with: &str, expected: &[&str]) {
    assert_eq!(asked("textDocument/definition", what, with).0, expected, "{with}");
}

#[test]
fn a_name_in_a_permission_leads_to_its_declaration() {
    leads("allow: [greet]", "allow: [gr‸eet]", &["10:greet"]);
    leads("windows: [main]", "windows: [main‸]", &["7:main"]);
    leads("windows: [main]", "webviews: [‸viewer]", &["8:viewer"]);
    leads("[app, docs]", "[app, d‸ocs]", &["4:docs"]);
    leads("|push\"", "|pu‸sh\"", &["28:push"]);
    leads("[\"plugin:git|push\"", "[\"plugin:g‸it|push\"", &["19:git"]);
}

#[test]
fn a_pattern_leads_to_everything_it_stands_for() {
    leads("|*\"", "|‸*\"", &["21:log", "28:push"]);
    leads("windows: [\"*\"]", "windows: [\"‸*\"]", &["7:main", "8:viewer"]);
    leads("allow: [greet]", "allow: [\"‸*\"]", &["10:greet", "16:wipe"]);
    leads(", wipe]", ", \"*‸\"]", &["10:greet", "16:wipe", "21:log", "28:push"]);
}

#[test]
fn a_group_leads_to_its_list() {
    leads(
        "permissions:\n",
        "groups: { read: [greet] }\npermissions:\n  other: { windows: [main], allow: [\"@re‸ad\"] }\n",
        &["29:read"],
    );
}

#[test]
fn a_placeholder_leads_to_its_argument() {
    leads("{name}!", "{na‸me}!", &["13:name"]);
    leads("{times}", "{times‸}", &["14:times"]);
    leads("={author}", "={‸author}", &["22:author"]);
    leads("when: author", "when: ‸author", &["22:author"]);
}

#[test]
fn what_is_no_name_leads_nowhere() {
    for (what, with) in [
        ("native: count", "native: co‸unt"),
        ("[app, docs]", "[a‸pp, docs]"),
        ("Greets by name", "Greets ‸by name"),
        ("Hello, {name}!", "He‸llo, {name}!"),
        ("version: 1", "ver‸sion: 1"),
    ] {
        assert_eq!(asked("textDocument/definition", what, with).1, Value::Null, "{with}");
    }
}

#[test]
fn names_lead_on_while_a_line_is_being_typed() {
    let with = "allow: [gr‸eet]\n    deny: [\"plug";
    let what = "allow: [greet]\n    deny: [\"plugin:git|push\", wipe]";
    leads(what, with, &["10:greet"]);
}

#[test]
fn a_declaration_knows_where_it_is_used() {
    let (found, _) = asked("textDocument/references", "  greet:", "  gr‸eet:");
    assert_eq!(found, ["10:greet", "33:greet", "36:greet"]);
    let (found, _) = asked("textDocument/references", "      push:", "      pu‸sh:");
    assert_eq!(found, ["28:push", "33:\"plugin:git|*\"", "37:\"plugin:git|push\""]);
    let (found, _) = asked("textDocument/references", "      name:", "      ‸name:");
    assert_eq!(found, ["13:name", "15:name"]);
}

#[test]
fn the_outline_has_what_is_declared() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", MANIFEST);
    let params = json!({ "textDocument": { "uri": editor.uri("gateway.yaml") } });
    let symbols = editor.ask("textDocument/documentSymbol", params);
    let names = |symbols: &Value| -> Vec<String> {
        let all = symbols.as_array().into_iter().flatten();
        all.map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
    };
    let sections = ["version", "app", "origins", "windows", "commands", "plugins", "permissions"];
    assert_eq!(names(&symbols), sections);
    assert_eq!(names(&symbols[4]["children"]), ["greet", "wipe"]);
    assert_eq!(names(&symbols[5]["children"][0]["children"]), ["log", "push"]);
    let greet = &symbols[4]["children"][0];
    assert_eq!(under(MANIFEST, &greet["selectionRange"]), "greet");
    assert_eq!(greet["detail"], "Greets by name. 😀");
    assert_eq!(greet["range"]["start"], json!({ "line": 9, "character": 2 }));
    assert_eq!(greet["range"]["end"]["line"], 14);
}
