//! The language server as an editor meets it: the real binary, spoken with over its pipes.

mod actions;
mod completion;
mod findings;
mod hover;
mod includes;
mod language;
mod navigation;
mod protocol;
mod typing;

/// A manifest without faults, with one of everything that can be named.
const MANIFEST: &str = r#"version: 1
app: { id: dev.example.lsp, frontend: . }
origins:
  docs: "http://localhost:8080"
  tenants: "https://{tenant}.example.com"
windows:
  main: {}
  viewer: {}
commands:
  greet:
    description: Greets by name. 😀
    args:
      name: { type: string, maxLength: 40 }
      times: { type: integer, default: 1 }
    run: { value: "Hello, {name}! {times}" }
  wipe:
    run: { native: count }
plugins:
  git:
    commands:
      log:
        args: { author: { enum: [ada, bob], optional: true } }
        run:
          process:
            program: git
            args: [log, { when: author, args: ["--author={author}"] }]
            output: lines
      push: { run: { process: { program: git, args: [push] } } }
permissions:
  main-window:
    windows: [main]
    origins: [app, docs]
    allow: [greet, wipe, "plugin:git|*"]
  everybody:
    windows: ["*"]
    allow: [greet]
    deny: ["plugin:git|push", wipe]
"#;
