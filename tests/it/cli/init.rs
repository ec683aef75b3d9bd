//! `init`: what it writes runs as it is, what is there already stays, and a frontend is found where it is.

use crate::support::{
    cli::{Portcullis, Run},
    manifest::json,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};

const SCHEMA: &str = ".portcullis/gateway.v1.schema.json";

fn read(program: &Portcullis, path: &str) -> String {
    fs::read_to_string(program.folder().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder, from there.
fn files(folder: &Path) -> BTreeSet<String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let path = path.strip_prefix(root).expect("a path below");
                found.insert(path.to_str().expect("UTF-8").replace('\\', "/"));
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}

/// Runs `init` and gives the manifest that it wrote, which must be valid without a warning.
#[track_caller]
fn manifest(program: &Portcullis, args: &[&str], path: &str) -> Value {
    let run = program.run(&[&["init"], args].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    program.run(&["validate", "--deny-warnings", path]).expect(0, "1 file is valid\n", "");
    json(&read(program, path)).expect("YAML")
}

#[test]
fn a_new_project_is_valid_and_answers() {
    let program = Portcullis::new();
    let run = program.run(&["init"]);
    let expected = "\
created gateway.yaml
created .portcullis/gateway.v1.schema.json
created frontend/index.html
created frontend/main.js
created frontend/style.css
next: `portcullis run`
";
    run.expect(0, expected, "");
    assert_eq!(files(program.folder()).len(), 5);
    program.run(&["validate", "--deny-warnings"]).expect(0, "1 file is valid\n", "");
    let call = ["call", "greet", r#"{"name":"world"}"#, "--window", "main", "--origin", "app"];
    program.run(&call).expect(0, "\"Hello, world!\"\n", "");
}

#[test]
fn the_modeline_leads_to_the_schema_of_this_version() {
    let program = Portcullis::new();
    assert_eq!(program.run(&["init"]).code, 0);
    let manifest = read(&program, "gateway.yaml");
    let modeline = manifest.lines().next().unwrap_or_default();
    assert_eq!(modeline, format!("# yaml-language-server: $schema={SCHEMA}"));
    program.run(&["schema", "--check", SCHEMA]).expect(0, "", "");
}

#[test]
fn the_page_keeps_to_the_default_policy_and_calls_what_is_allowed() {
    let program = Portcullis::new();
    assert_eq!(program.run(&["init"]).code, 0);
    let page = read(&program, "frontend/index.html");
    // `default-src 'self'` ignores what stands in the page itself.
    assert!(page.contains("<script ") && !page.contains("<style"), "{page}");
    for inline in ["style=", "onclick", "onsubmit", "onload", "javascript:", "http:", "https:"] {
        assert!(!page.contains(inline), "{inline}: {page}");
    }
    for script in page.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').expect("a tag");
        assert!(attributes.contains("src=") && rest.starts_with("</script>"), "{script}");
    }
    let named = page.split("src=\"").chain(page.split("stylesheet\" href=\"")).skip(1);
    let named: BTreeSet<&str> = named.filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.contains("main.js") && named.contains("style.css"), "{named:?}");
    assert!(read(&program, "frontend/main.js").contains(r#"invoke("greet", { name })"#));
    let manifest = json(&read(&program, "gateway.yaml")).expect("YAML");
    assert_eq!(manifest["commands"]["greet"]["args"]["name"]["maxLength"], 64);
    assert!(page.contains(r#"name="name""#) && page.contains(r#"maxlength="64""#), "{page}");
    assert_eq!(manifest["permissions"]["main-window"]["allow"], json!(["greet"]));
}

#[test]
fn nothing_is_overwritten_unless_it_is_forced() {
    let program = Portcullis::new().file("gateway.yaml", "mine").file("frontend/main.js", "mine");
    let expected = "\
error: nothing was written, because of what is there already:
  gateway.yaml
  frontend/main.js
  help: name another folder; `--force` replaces these files
";
    program.run(&["init"]).expect(1, "", expected);
    assert_eq!(files(program.folder()).len(), 2);
    assert_eq!(read(&program, "gateway.yaml") + &read(&program, "frontend/main.js"), "minemine");
    let run = program.run(&["init", "--format", "json"]);
    let expected =
        json!({ "version": 1, "created": [], "existing": ["gateway.yaml", "frontend/main.js"] });
    assert_eq!((run.code, run.json()), (1, expected));
    let program = program.file("frontend/other.js", "mine");
    assert_eq!(program.run(&["init", "--force"]).code, 0);
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    assert_eq!(read(&program, "frontend/other.js"), "mine");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_there_already() {
    let program = Portcullis::new();
    let elsewhere = program.folder().join("elsewhere.yaml");
    std::os::unix::fs::symlink(&elsewhere, program.folder().join("gateway.yaml")).expect("a link");
    assert_eq!(program.run(&["init"]).code, 1);
    assert!(!elsewhere.exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let program = Portcullis::new();
    let (inside, outside) = (program.folder().join("app"), program.folder().join("outside"));
    std::fs::create_dir_all(&inside).expect("a folder");
    std::fs::create_dir_all(&outside).expect("a folder");
    std::fs::write(outside.join("theirs"), "theirs").expect("a file");
    std::os::unix::fs::symlink("../outside", inside.join("frontend")).expect("a link");
    let run = program.run(&["init", "app"]);
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.stderr.contains("a link that leads out of the project"), "{}", run.stderr);
    std::fs::remove_file(inside.join("frontend")).expect("the link");
    std::os::unix::fs::symlink("../outside/theirs", inside.join("index.html")).expect("a link");
    std::fs::remove_file(inside.join("gateway.yaml")).expect("what was written first");
    std::os::unix::fs::symlink("../outside/theirs", inside.join("gateway.yaml")).expect("a link");
    assert_eq!(program.run(&["init", "--force", "app"]).code, 0);
    assert_eq!(files(&outside), ["theirs".to_owned()].into());
    assert_eq!(std::fs::read_to_string(outside.join("theirs")).expect("a file"), "theirs");
    assert!(read(&program, "app/gateway.yaml").contains("version: 1"));
}

#[test]
fn the_folder_is_made_and_gives_the_app_its_name() {
    let program = Portcullis::new();
    for (folder, id) in [
        ("notes", "dev.example.notes"),
        ("deep/My Notes", "dev.example.my-notes"),
        ("1, [a] #&", "dev.example.1---a"),
        ("2026", "dev.example.2026"),
        ("Ä", "dev.example.app"),
    ] {
        let written = manifest(&program, &[folder], &format!("{folder}/gateway.yaml"));
        assert_eq!(written["app"]["id"], id, "{folder}");
        let name = folder.rsplit('/').next();
        assert_eq!(written["app"]["name"].as_str(), name, "{folder}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let run = Portcullis::new().file("taken", "").run(&["init", "taken/app"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert!(run.stderr.starts_with("error: taken/app/gateway.yaml cannot be written: "), "{run:?}");
}

#[test]
fn programs_read_what_was_created() {
    let program = Portcullis::new().file("index.html", "");
    let run = program.run(&["init", "--from", ".", "--format", "json"]);
    let report = run.json();
    assert_eq!((run.code, &report["created"]), (0, &json!(["gateway.yaml", SCHEMA])));
    assert_eq!(report["notes"].as_array().map(Vec::len), Some(1), "{report}");
}

#[test]
fn a_plain_frontend_is_found_where_its_page_is() {
    for folder in [".", "public", "www", "dist", "build", "src"] {
        let program = Portcullis::new().file(&format!("{folder}/index.html"), "mine");
        let written = manifest(&program, &["--from", "."], "gateway.yaml");
        assert_eq!(
            (&written["app"]["frontend"], &written["app"]["dev"]),
            (&json!(folder), &Value::Null)
        );
        assert_eq!(files(program.folder()).len(), 3, "the page stays the only one");
    }
}

#[test]
fn a_page_beside_the_manifest_is_a_reason_to_warn() {
    let beside = Portcullis::new().file("index.html", "").run(&["init", "--from", "."]);
    assert!(beside.text().contains("note: the pages' folder holds gateway.yaml"), "{beside:?}");
    let apart = Portcullis::new().file("www/index.html", "").run(&["init", "--from", "."]);
    assert!(!apart.text().contains("note:"), "{apart:?}");
}

#[test]
fn a_folder_without_a_frontend_is_refused() {
    let program = Portcullis::new().file("package.json", r#"{"dependencies":{"react":"1"}}"#);
    for folder in [".", "missing"] {
        program.run(&["init", "--from", folder]).expect(
            3,
            "",
            &format!(
                "error: {folder} holds neither a Vite project nor an `index.html`\n  \
                 help: name the frontend's folder, or leave `--from` out to start with a new page\n"
            ),
        );
    }
    assert_eq!(files(program.folder()).len(), 1);
}

/// Checks what becomes of a Vite project in `.`: the frontend's folder and the development server.
#[track_caller]
fn check_vite(files: &[(&str, &str)], frontend: &str, url: &str, command: &[&str]) {
    let program =
        files.iter().fold(Portcullis::new(), |program, (path, text)| program.file(path, text));
    let app = &manifest(&program, &["--from", "."], "gateway.yaml")["app"];
    let expected = json!({ "url": url, "command": command });
    assert_eq!((&app["frontend"], &app["dev"]), (&json!(frontend), &expected), "{files:?}");
}

const PACKAGE: &str = r#"{ "scripts": { "dev": "vite" }, "devDependencies": { "vite": "^7" } }"#;

#[test]
fn a_vite_project_is_wired_with_its_own_settings() {
    let default = "http://localhost:5173";
    let npm = ["npm", "run", "dev"];
    check_vite(&[("package.json", PACKAGE)], "dist", default, &npm);
    for ending in ["js", "ts", "mjs", "mts"] {
        let name = format!("vite.config.{ending}");
        let config =
            "export default defineConfig({ server: { port: 3000 }, build: { outDir: 'out' } })";
        check_vite(
            &[(&name, config), ("package.json", PACKAGE)],
            "out",
            "http://localhost:3000",
            &npm,
        );
    }
    // The page of a Vite project is its source, not what to serve.
    check_vite(&[("package.json", PACKAGE), ("index.html", "")], "dist", default, &npm);
    let config = "export default { build: { outDir: '../web' } }";
    check_vite(&[("vite.config.js", config), ("package.json", PACKAGE)], "../web", default, &npm);
    let package = PACKAGE.replace("\"vite\" }", "\"vite --port 4000\" }");
    let config = "export default { server: { port: 3000 } }";
    check_vite(
        &[("vite.config.js", config), ("package.json", &package)],
        "dist",
        "http://localhost:4000",
        &npm,
    );
    let package = PACKAGE.replace("\"dev\"", "\"start\"");
    check_vite(&[("package.json", &package)], "dist", default, &["npm", "run", "start"]);
}

#[test]
fn the_lock_file_says_who_runs_the_scripts() {
    for (lock, program) in [
        ("package-lock.json", "npm"),
        ("pnpm-lock.yaml", "pnpm"),
        ("yarn.lock", "yarn"),
        ("bun.lock", "bun"),
        ("bun.lockb", "bun"),
    ] {
        let files = [("package.json", PACKAGE), (lock, "")];
        check_vite(&files, "dist", "http://localhost:5173", &[program, "run", "dev"]);
    }
    let package = PACKAGE.replacen('{', r#"{ "packageManager": "pnpm@10.1.0","#, 1);
    let files = [("package.json", package.as_str()), ("package-lock.json", "")];
    check_vite(&files, "dist", "http://localhost:5173", &["pnpm", "run", "dev"]);
}

#[test]
fn a_frontend_in_another_folder_is_reached_from_the_manifest() {
    let program = Portcullis::new()
        .file(".git/HEAD", "")
        .file("pnpm-lock.yaml", "")
        .file("web/package.json", PACKAGE);
    let app = &manifest(&program, &["desktop", "--from", "web"], "desktop/gateway.yaml")["app"];
    assert_eq!(app["frontend"], "../web/dist");
    assert_eq!(app["dev"]["command"], json!(["pnpm", "--dir", "../web", "run", "dev"]));
    let app = &manifest(&program, &["--from", "web"], "gateway.yaml")["app"];
    assert_eq!(app["frontend"], "web/dist");
    assert_eq!(app["dev"]["command"], json!(["pnpm", "--dir", "web", "run", "dev"]));
}

/// A development server is nothing that this build can start, so that the pages have to be built first.
#[test]
fn the_next_step_after_vite_is_a_build() {
    let next = |files: &[(&str, &str)], args: &[&str]| {
        let program =
            files.iter().fold(Portcullis::new(), |program, (path, text)| program.file(path, text));
        let run = program.run(&[&["init"], args].concat());
        (program, run.text().lines().last().unwrap_or_default().to_owned())
    };
    let package = PACKAGE.replace(r#""dev": "vite""#, r#""dev": "vite", "build": "vite build""#);
    let pnpm = [("package.json", package.as_str()), ("pnpm-lock.yaml", "")];
    let (program, line) = next(&pnpm, &["--from", "."]);
    assert_eq!(line, "next: `pnpm run build`, then `portcullis run --production`");
    let run = program.run(&["run"]);
    let help = "build the pages into `app.frontend` and start with `--production`";
    assert!(run.code == 3 && run.stderr.contains(help), "{run:?}");
    let (_, line) = next(&[("ui/package.json", PACKAGE)], &["desktop", "--from", "ui"]);
    assert_eq!(line, "next: `npx vite build ui`, then `portcullis run --production` in desktop");
}

#[test]
fn a_vite_project_does_not_get_a_second_page_unasked() {
    let program = Portcullis::new().file("package.json", PACKAGE);
    program.run(&["init"]).expect(
        1,
        "",
        "error: nothing was written, because a Vite project is there already\n  \
         help: `portcullis init --from .` uses it; `--force` writes a page of its own all the same\n",
    );
    assert_eq!(files(program.folder()).len(), 1);
    let json = program.run(&["init", "--format", "json"]);
    assert_eq!((json.code, &json.json()["created"]), (1, &json!([])));
    assert_eq!(program.run(&["init", "--force"]).code, 0);
    assert!(files(program.folder()).len() > 4);
}

#[test]
fn what_had_to_be_assumed_is_told() {
    let config = "export default { server: { port: PORT }, build: { outDir: resolve('x') } }";
    let program = Portcullis::new().file("vite.config.ts", config).file("package.json", "{}");
    let run: Run = program.run(&["init", "--from", "."]);
    let expected = "\
note: Vite's configuration computes `server.port`; `5173` is assumed in gateway.yaml
note: Vite's configuration computes `build.outDir`; `dist` is assumed in gateway.yaml
note: package.json has no script `dev`; name the one that starts Vite under `app.dev`
";
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.text().contains(expected), "{run:?}");
}
