//! Names of every kind: groups, backends, secrets, captures, events, sites, templates, and what is built in.

use crate::support::lsp::{CURSOR, Editor, under};
use serde_json::{Value, json};

/// A manifest without faults, with what the shorter one of the other tests has not.
const RICH: &str = r#"version: 1
app:
  id: dev.example.rich
  frontend: .
  sites: { preview: { root: . } }
origins: { tenants: "https://{tenant}.example.com" }
windows:
  main: { navigate: [app, preview] }
  diff: { template: "diff-*", openers: [main] }
  split:
    webviews:
      left: {}
      right: { url: "https://docs.example.com/" }
secrets: { token: { env: OPS_TOKEN } }
backends:
  git:
    process: { program: git, args: [-C, "{repo}"] }
    args: { repo: { path: dir, within: ["$HOME/src/**"] } }
  ops: { http: { base: "https://api.example.com/", headers: { Authorization: "Bearer {secret:token}" } } }
  search: { sidecar: { program: indexer, args: [--quiet] } }
commands:
  log:
    args: { max: { type: integer } }
    run: { use: git, args: [log, "--max-count={max}"], output: lines }
  incidents: { run: { use: ops, get: "/t/{origin:tenant}" } }
  query: { run: { use: search, method: find } }
plugins:
  fs: { use: fs }
  index:
    sidecar: { program: python3, args: [index.py] }
    commands: { add: {} }
events: { indexed: { description: Said when it is done., from: [index, search] } }
groups: { read: [log, query] }
permissions:
  pages:
    windows: [main, "diff-*", split]
    allow: ["@read", "plugin:index|add", { commands: ["plugin:fs|read_dir"], scope: { allow: [{ path: "$HOME/**" }] } }]
    listen: [indexed]
  left: { windows: ["diff-l*"], origins: [tenants], allow: [incidents] }
  right: { webviews: ["r*"], origins: [tenants], allow: [incidents, log] }
"#;

/// The answer at a mark, after putting `with` in the place of `what`.
#[track_caller]
fn asked(method: &str, what: &str, with: &str) -> Value {
    assert_eq!(RICH.matches(what).count(), 1, "{what}");
    let mut editor = Editor::start();
    let mut place = editor.open_at_cursor(&RICH.replace(what, with));
    place["context"] = json!({ "includeDeclaration": true });
    editor.ask(&format!("textDocument/{method}"), place)
}

#[track_caller]
fn places(method: &str, what: &str, with: &str) -> Vec<String> {
    let text = RICH.replace(what, with).replacen(CURSOR, "", 1);
    let found = asked(method, what, with);
    let all = found.as_array().into_iter().flatten();
    all.map(|it| {
        let line = it["range"]["start"]["line"].as_u64().expect("a line") + 1;
        format!("{line}:{}", under(&text, &it["range"]))
    })
    .collect()
}

#[track_caller]
fn hover(what: &str, with: &str) -> String {
    let found = asked("hover", what, with);
    found["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn labels(what: &str, with: &str) -> Vec<String> {
    let found = asked("completion", what, with);
    let all = found.as_array().into_iter().flatten();
    all.map(|it| it["label"].as_str().expect("a label").to_owned()).collect()
}

#[test]
fn the_manifest_of_these_tests_has_no_errors() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", RICH);
    let findings = editor.findings("gateway.yaml");
    assert!(findings.iter().all(|finding| finding["severity"] == 2), "{findings:?}");
}

#[test]
fn names_of_every_kind_lead_to_their_declarations() {
    for (what, with, expected) in [
        ("use: git,", "use: gi‸t,", &["16:git"][..]),
        ("\"{repo}\"", "\"{re‸po}\"", &["18:repo"]),
        ("={max}", "={m‸ax}", &["23:max"]),
        ("{secret:token}", "{secret:tok‸en}", &["14:token"]),
        ("{origin:tenant}", "{origin:ten‸ant}", &["6:tenants"]),
        ("listen: [indexed]", "listen: [in‸dexed]", &["32:indexed"]),
        ("from: [index,", "from: [‸index,", &["29:index"]),
        (", search] }", ", sea‸rch] }", &["20:search"]),
        ("[app, preview]", "[app, pre‸view]", &["5:preview"]),
        ("openers: [main]", "openers: [ma‸in]", &["8:main"]),
        ("\"@read\"", "\"@re‸ad\"", &["33:read"]),
        ("\"plugin:fs|read_dir\"", "\"plugin:fs|re‸ad_dir\"", &["28:fs"]),
        ("[main, \"diff-*\"", "[main, \"di‸ff-*\"", &["9:diff"]),
        ("[\"diff-l*\"]", "[diff-l‸eft]", &["9:diff"]),
        ("[\"r*\"]", "[ri‸ght]", &["13:right"]),
    ] {
        assert_eq!(places("definition", what, with), expected, "{with}");
    }
}

#[test]
fn a_declaration_knows_its_uses() {
    let found = places("references", "  git:\n", "  gi‸t:\n");
    assert_eq!(found, ["16:git", "24:git"]);
    let found = places("references", "tenants: \"", "ten‸ants: \"");
    assert_eq!(found, ["6:tenants", "25:tenant", "39:tenants", "40:tenants"]);
    let found = places("references", "  diff: {", "  di‸ff: {");
    assert_eq!(found, ["9:diff", "36:\"diff-*\"", "39:\"diff-l*\""]);
    let found = places("references", "\"plugin:fs|read_dir\"", "\"plugin:fs|read‸_dir\"");
    assert_eq!(found, ["28:fs", "37:\"plugin:fs|read_dir\""]);
    let found = places("references", "args: { repo", "args: { re‸po");
    assert_eq!(found, ["18:repo", "17:repo"]);
}

#[test]
fn names_of_every_kind_are_offered() {
    for (what, with, expected) in [
        ("use: git,", "use: ‸,", &["git", "ops", "search"][..]),
        ("\"{repo}\"", "\"{‸\"", &["repo", "origin:", "secret:"]),
        ("={max}\"", "={‸\"", &["max", "repo", "origin:", "secret:"]),
        ("{secret:token}\"", "{secret:‸\"", &["token"]),
        ("{origin:tenant}\"", "{origin:‸\"", &["tenant"]),
        ("listen: [indexed]", "listen: [‸]", &["indexed"]),
        ("from: [index,", "from: [‸,", &["fs", "index", "git", "ops", "search"]),
        ("[app, preview]", "[app, ‸]", &["preview", "tenants", "app", "remote"]),
        ("openers: [main]", "openers: [‸]", &["main", "split"]),
        ("windows: [\"diff-l*\"]", "windows: [‸]", &["main", "diff-*", "split"]),
        ("webviews: [\"r*\"]", "webviews: [‸]", &["main", "diff-*", "left", "right"]),
    ] {
        assert_eq!(labels(what, with), expected, "{with}");
    }
}

#[test]
fn what_is_built_in_is_offered() {
    let plugins = labels("{ use: fs }", "{ use: ‸ }");
    assert!(plugins.contains(&"fs".to_owned()) && plugins.contains(&"store".to_owned()));
    assert!(!plugins.contains(&"window".to_owned()), "{plugins:?}");
    let all = labels("[incidents, log]", "[‸]");
    for name in ["plugin:fs|read_dir", "plugin:fs|*", "plugin:index|add", "@read", "@core", "@fs"] {
        assert!(all.contains(&name.to_owned()), "{name}: {all:?}");
    }
    // The core has very many commands; they are offered to whom asks for them.
    assert!(!all.contains(&"plugin:window|close".to_owned()));
    let named = labels("[incidents, log]", "[\"plugin:‸\"]");
    assert!(named.contains(&"plugin:window|close".to_owned()), "{named:?}");
    let groups = labels("[incidents, log]", "[\"@‸\"]");
    assert!(groups.contains(&"@core:window".to_owned()), "{groups:?}");
}

#[test]
fn a_profile_holds_the_same_keys_and_names() {
    let with = |line: &str| format!("profiles: {{ dev: {{ {line} }} }}\ngroups: {{");
    let keys = labels("groups: {", &with("‸"));
    assert!(
        keys.contains(&"reload".to_owned()) && !keys.contains(&"profiles".to_owned()),
        "{keys:?}"
    );
    let commands = labels("groups: {", &with("permissions: { more: { allow: [‸] } }"));
    assert!(commands.contains(&"log".to_owned()), "{commands:?}");
    assert!(hover("groups: {", &with("re‸load: { assets: true }")).contains("while the app runs"));
}

#[test]
fn a_command_says_in_words_what_runs() {
    for (what, with, expected) in [
        (
            "  log:\n",
            "  lo‸g:\n",
            "It starts `git -C {repo} log --max-count={max}` and answers with its output as lines, \
             through the backend `git`.",
        ),
        ("  log:\n", "  lo‸g:\n", "- `repo` path of a folder within `$HOME/src/**`, required"),
        (
            "  incidents: {",
            "  inci‸dents: {",
            "It sends `GET https://api.example.com/t/{origin:tenant}`, through the backend `ops`.",
        ),
        (
            "  query: {",
            "  que‸ry: {",
            "It asks the sidecar `indexer --quiet` for `find`, through the backend `search`.",
        ),
        ("{ add: {} }", "{ a‸dd: {} }", "It asks the sidecar `python3 index.py` for `add`."),
        (
            "\"plugin:fs|read_dir\"",
            "\"plugin:fs|read‸_dir\"",
            "It is built in, in the plugin `fs`. It does nothing without a scope",
        ),
    ] {
        let text = hover(what, with);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn other_names_say_what_they_stand_for() {
    for (what, with, expected) in [
        ("use: git,", "use: g‸it,", "`git`, declared in line 16. It starts `git -C {repo}`."),
        ("\"@read\"", "\"@re‸ad\"", "`read`, declared in line 33. It stands for `log`, `query`."),
        ("\"@read\"", "\"@co‸re\"", "Every command of the core, of those that act on"),
        ("\"@read\"", "\"@core:wi‸ndow\"", "The commands of `window` that act on"),
        ("\"@read\"", "\"@‸fs\"", "Every command of the plugin `fs`."),
        (
            "{ use: fs }",
            "{ use: f‸s }",
            "The plugin `fs` is built in. Its commands are `copy_file`,",
        ),
        ("{secret:token}", "{secret:t‸oken}", "from the environment variable `OPS_TOKEN`."),
        ("listen: [indexed]", "listen: [in‸dexed]", "Said when it is done. It is sent by `index`,"),
        ("[app, preview]", "[app, pre‸view]", "It is a site of the app, with the files in `.`."),
        ("[app, preview]", "[a‸pp, preview]", "The frontend that the gateway serves itself."),
        ("  diff: {", "  di‸ff: {", "Its labels have the form `diff-*`."),
    ] {
        let text = hover(what, with);
        assert!(text.contains(expected), "{with}: {text}");
    }
}

#[test]
fn every_webview_that_may_call_has_a_line() {
    let who = |what: &str, with: &str| {
        let text = hover(what, with);
        text.split("**Who may call it**\n").nth(1).expect("who").to_owned()
    };
    assert_eq!(
        who("  log:\n", "  lo‸g:\n"),
        "\
- `main` at `app`
- `diff-*` at `app`
- `left` in `split` at `app`
- `right` in `split` at `app`, `tenants`
- allowed by `pages` (gateway.yaml:35)
- allowed by `right` (gateway.yaml:40)"
    );
    // The permissions tell labels of one template apart.
    assert_eq!(
        who("  incidents: {", "  inci‸dents: {"),
        "\
- `diff-*` (such as `diff-l`) at `tenants`
- `right` in `split` at `tenants`
- allowed by `left` (gateway.yaml:39)
- allowed by `right` (gateway.yaml:40)"
    );
}
