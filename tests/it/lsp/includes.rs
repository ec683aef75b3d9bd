//! A manifest of several files: what is open of them counts, saved or not, and every file shows its own findings.

use crate::support::{
    cli::Portcullis,
    lsp::{CURSOR, Editor, under},
};
use serde_json::{Value, json};

const ROOT: &str = "\
version: 1
app: { id: dev.example.lsp, frontend: . }
windows: { main: {} }
include: [permissions/*.yaml]
commands:
  greet: { run: { value: hello } }
";
const PART: &str = "\
permissions:
  everybody: { windows: [main], allow: [greet] }
";
const PATH: &str = "permissions/a.yaml";

fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

/// A folder with the manifest and its include, as they are on disk.
fn on_disk() -> Editor {
    let program = Portcullis::with_manifest(ROOT);
    std::fs::create_dir(program.folder().join("permissions")).expect("a folder");
    std::fs::write(program.folder().join(PATH), PART).expect("a file");
    Editor::with(program, &json!({}))
}

#[test]
fn files_that_were_never_saved_are_one_manifest() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", ROOT);
    assert_eq!(codes(&editor.findings("gateway.yaml")), ["missing-include"]);
    editor.open(PATH, PART);
    assert_eq!(editor.findings("gateway.yaml"), Vec::<Value>::new());
    assert_eq!(editor.findings(PATH), Vec::<Value>::new());
    editor.change(PATH, &json!([{ "text": PART.replace("greet", "") }]));
    assert!(editor.findings(PATH).is_empty());
    // The other file has a finding because of it.
    assert_eq!(codes(&editor.findings("gateway.yaml")), ["unreachable-command"]);
    editor.change(PATH, &json!([{ "text": PART.replace("greet", "wave") }]));
    assert_eq!(codes(&editor.findings(PATH)), ["undefined-command"]);
    assert!(editor.findings("gateway.yaml").is_empty());
    editor.change("gateway.yaml", &json!([{ "text": ROOT.replace("greet", "wave") }]));
    assert!(editor.findings("gateway.yaml").is_empty());
    assert!(editor.findings(PATH).is_empty());
    editor.close(PATH);
    let findings = editor.findings("gateway.yaml");
    assert_eq!(codes(&findings), ["missing-include"]);
}

#[test]
fn an_include_is_enough_to_find_its_manifest() {
    let mut editor = on_disk();
    editor.open(PATH, &PART.replace("main", "mian"));
    assert_eq!(codes(&editor.findings(PATH)), ["undefined-window"]);
    editor.change(PATH, &json!([{ "text": PART.replace("[greet]", "[]") }]));
    editor.findings(PATH);
    // It is not open, and has a finding all the same.
    assert_eq!(codes(&editor.next_findings("gateway.yaml", None)), ["unreachable-command"]);
    editor.change(PATH, &json!([{ "text": PART }]));
    assert!(editor.findings(PATH).is_empty());
    assert!(editor.next_findings("gateway.yaml", None).is_empty());
    editor.change(PATH, &json!([{ "text": "permissions:\n  everybody: [" }]));
    assert!(!editor.findings(PATH).is_empty());
    editor.close(PATH);
    // What is on disk counts again, and nothing of it is open.
    assert!(editor.next_findings(PATH, None).is_empty());
}

#[test]
fn a_file_that_no_manifest_includes_is_left_alone() {
    let mut editor = on_disk();
    editor.open("other.yaml", PART);
    let params = json!({ "textDocument": { "uri": editor.uri("other.yaml") } });
    assert_eq!(editor.ask("textDocument/documentSymbol", params.clone()), Value::Null);
    editor.open("gateway.yaml", &ROOT.replace("permissions/*.yaml", "../x/../other.yaml"));
    editor.findings("gateway.yaml");
    assert_eq!(editor.ask("textDocument/documentSymbol", params.clone()), Value::Null);
    editor
        .change("gateway.yaml", &json!([{ "text": ROOT.replace("permissions/*", "p/../other") }]));
    assert!(editor.findings("gateway.yaml").is_empty());
    assert!(editor.findings("other.yaml").is_empty());
    assert_eq!(
        editor.ask("textDocument/documentSymbol", params).as_array().expect("a list").len(),
        1
    );
}

#[test]
fn a_file_that_is_no_part_any_more_has_no_findings() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", ROOT);
    editor.open(PATH, &PART.replace("greet", "gret"));
    assert_eq!(codes(&editor.findings(PATH)), ["undefined-command"]);
    let text = ROOT.replace("include: [permissions/*.yaml]\n", "");
    editor.change("gateway.yaml", &json!([{ "text": text }]));
    assert!(editor.findings(PATH).is_empty());
}

#[test]
fn an_include_with_a_manifests_name_is_no_manifest() {
    let mut editor = Editor::start();
    let (root, part) = ("gateway.yaml", "team.gateway.yaml");
    editor.open(part, PART);
    assert!(codes(&editor.findings(part)).contains(&"missing-key"));
    editor.open(root, &ROOT.replace("permissions/*.yaml", part));
    assert!(editor.findings(root).is_empty());
    assert!(editor.findings(part).is_empty());
    editor.change(part, &json!([{ "text": PART.replace("greet", "gret") }]));
    assert_eq!(codes(&editor.findings(part)), ["undefined-command"]);
}

#[test]
fn related_places_may_be_in_another_file() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", ROOT);
    editor.open(PATH, &format!("{PART}commands: {{ greet: {{ run: {{ value: 1 }} }} }}\n"));
    let findings = editor.findings(PATH);
    assert_eq!(codes(&findings), ["duplicate-name"]);
    let related = &findings[0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], editor.uri("gateway.yaml"));
    assert_eq!(under(ROOT, &related["range"]), "greet");
}

#[test]
fn names_lead_from_file_to_file() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", ROOT);
    let with_cursor = PART.replace("[greet]", "[gr‸eet]");
    let mut place = editor.open_file_at_cursor(PATH, &with_cursor);
    let found = editor.ask("textDocument/definition", place.clone());
    assert_eq!(found[0]["uri"], editor.uri("gateway.yaml"));
    assert_eq!(under(ROOT, &found[0]["range"]), "greet");
    place["context"] = json!({ "includeDeclaration": true });
    let found = editor.ask("textDocument/references", place.clone());
    let files: Vec<&Value> =
        found.as_array().expect("a list").iter().map(|it| &it["uri"]).collect();
    assert_eq!(files, [&Value::from(editor.uri("gateway.yaml")), &editor.uri(PATH).into()]);
    let text = editor.ask("textDocument/hover", place);
    let text = text["contents"]["value"].as_str().expect("text");
    assert!(text.contains("- `main` at `app`\n- allowed by `everybody` (a.yaml:2)"), "{text}");
}

#[test]
fn what_one_file_declares_is_offered_in_the_other() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &format!("{ROOT}  wipe: {{ run: {{ native: count }} }}\n"));
    let labels = |editor: &mut Editor, text: &str| -> Vec<String> {
        let place = editor.open_file_at_cursor(PATH, text);
        let found = editor.ask("textDocument/completion", place);
        let all = found.as_array().expect("a list").iter();
        all.map(|it| it["label"].as_str().expect("a label").to_owned()).collect()
    };
    let found = labels(&mut editor, &PART.replace("[greet]", "[‸"));
    assert_eq!(found, ["greet", "wipe", "@core", "*"]);
    let found = labels(&mut editor, &format!("{PART}{CURSOR}"));
    // An include has no windows of its own.
    assert_eq!(found, ["origins", "backends", "commands", "groups", "include"]);
}
