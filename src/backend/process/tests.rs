//! Calls of real programs: what they get, and what comes back.

mod lifetime;
mod stream;

use super::*;
use crate::{
    backend::tests::invocation,
    ipc::{InvokeBody, InvokeResponse},
    plan::{Output, Slot},
};
use serde_json::{Value, json};
use std::{
    env, fs,
    future::Future,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::Duration,
};

/// A failure guard, never a measurement: nothing that passes takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(60);

const MAX_OUTPUT: usize = 64 * 1024 * 1024;

fn plan(program: &str, args: &[&str]) -> ProcessPlan {
    ProcessPlan {
        program: program.to_owned(),
        args: args.iter().map(|text| Slot::parse(text, true).unwrap()).collect(),
        stdin: None,
        output: Output::Text,
        set: Vec::new(),
        exit: std::collections::BTreeMap::new(),
        stream: None,
        env: Vec::new(),
        root: "/".into(),
        cwd: "/".into(),
    }
}

/// A shell that runs `script`; braces in it are not placeholders.
fn sh(script: &str) -> ProcessPlan {
    let script = script.replace('{', "{{").replace('}', "}}");
    plan("sh", &["-c", &script])
}

async fn within_patience<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("the call hangs")
}

async fn run(plan: ProcessPlan, arguments: Value) -> Reply {
    let process = Process::new(plan, MAX_OUTPUT);
    within_patience(process.call(invocation(InvokeBody::Json(arguments)))).await
}

/// What a call gives back, as a JSON value.
async fn result(plan: ProcessPlan, arguments: Value) -> Value {
    match run(plan, arguments).await {
        Ok(InvokeResponse::Json(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The rejection of a call as the page gets it in development, without the command.
async fn refusal(plan: ProcessPlan, arguments: Value) -> Value {
    let mut object = run(plan, arguments).await.unwrap_err().to_json("run", true);
    object.as_object_mut().unwrap().remove("command");
    object
}

/// Waits until a process is gone. One that has ended and is ours to reap still counts as there.
async fn wait_until_gone(pid: &str) {
    let is_there = || {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
        let mut fields = stat.rsplit(')').next().unwrap().split_whitespace();
        let (state, parent) = (fields.next().unwrap(), fields.next().unwrap());
        state != "Z" || parent == std::process::id().to_string()
    };
    let gone = async {
        while is_there() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, gone).await.is_ok(), "process {pid} lives on");
}

/// Waits until a program has written a whole line, and gives its words.
async fn wait_for_line(file: &Path) -> Vec<String> {
    within_patience(async {
        loop {
            match fs::read_to_string(file) {
                Ok(text) if text.ends_with('\n') => {
                    return text.split_whitespace().map(str::to_owned).collect();
                }
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    })
    .await
}

mod input {
    use super::*;

    #[tokio::test]
    async fn arguments_reach_the_program_one_slot_each_and_no_shell() {
        let text = "a b; $(touch x) `id` | > * \" ' \\ \n$HOME";
        let out =
            result(plan("printf", &["%s|", "{text}", "x={text}"]), json!({"text": text})).await;
        assert_eq!(out, format!("{text}|x={text}|"));
    }

    #[tokio::test]
    async fn a_list_spreads_and_an_absent_guard_adds_nothing() {
        let mut spread = plan("printf", &["<%s>", "{items...}"]);
        let guarded = vec![Slot::parse("--by={by}", false).unwrap()];
        spread.args.push(Slot {
            kind: crate::plan::SlotKind::When("by".parse().unwrap(), guarded),
            may_be_option: false,
        });
        let out = result(spread.clone(), json!({"items": ["a", "", 3]})).await;
        assert_eq!(out, "<a><><3>");
        let out = result(spread, json!({"items": ["a"], "by": "ada"})).await;
        assert_eq!(out, "<a><--by=ada>");
    }

    #[tokio::test]
    async fn what_looks_like_an_option_is_refused_before_anything_starts() {
        let mut plan = plan("there-is-no-such-program", &[]);
        plan.args = vec![Slot::parse("{file}", false).unwrap()];
        let refused = refusal(plan.clone(), json!({"file": "--output=/x"})).await;
        assert_eq!(refused["code"], "invalid_argument");
        let missing = refusal(plan, json!({})).await;
        assert_eq!(missing, json!({"code": "missing_argument", "message": "`file` is missing"}));
    }

    #[tokio::test]
    async fn after_a_double_dash_a_value_may_look_like_an_option() {
        let mut plan = plan("printf", &["%s", "--", "{file}"]);
        plan.args[2].may_be_option = true;
        assert_eq!(result(plan, json!({"file": "-n"})).await, "---n");
    }

    #[tokio::test]
    async fn bytes_are_refused() {
        let process = Process::new(plan("true", &[]), MAX_OUTPUT);
        let refused = process.call(invocation(InvokeBody::Raw(vec![1]))).await.unwrap_err();
        assert_eq!(refused.code(), Some(RejectionCode::RawBody));
    }

    #[tokio::test]
    async fn the_environment_holds_only_what_the_plan_names_and_the_gateway_has() {
        let mut plan = plan("env", &[]);
        plan.output = Output::Lines;
        assert_eq!(result(plan.clone(), json!({})).await, json!([]));
        plan.env = vec!["PATH".into(), "PORTCULLIS_NO_SUCH_VARIABLE".into()];
        let path = env::var("PATH").unwrap();
        assert_eq!(result(plan, json!({})).await, json!([format!("PATH={path}")]));
    }

    #[tokio::test]
    async fn standard_input_is_empty_unless_the_plan_fills_it() {
        assert_eq!(result(plan("cat", &[]), json!({})).await, "");
        let mut plan = plan("cat", &[]);
        plan.stdin = Some(Input::Text("hello {name}\n".parse().unwrap()));
        assert_eq!(result(plan, json!({"name": "Ada"})).await, "hello Ada\n");
    }

    #[tokio::test]
    async fn eight_mebibytes_go_through_without_a_deadlock() {
        let mut plan = plan("cat", &[]);
        plan.stdin = Some(Input::Text("{text}".parse().unwrap()));
        let text = "0123456789abcdef".repeat(8 * 1024 * 1024 / 16);
        let out = result(plan, json!({"text": text})).await;
        assert!(out.as_str().unwrap() == text);
    }

    #[tokio::test]
    async fn a_program_need_not_read_its_input() {
        let text = "x".repeat(1024 * 1024);
        for script in ["exec <&-; sleep 0.1; echo done", "head -c 1 >&2; echo done"] {
            let mut plan = sh(script);
            plan.stdin = Some(Input::Text("{text}".parse().unwrap()));
            plan.env = vec!["PATH".into()];
            assert_eq!(result(plan, json!({"text": text})).await, "done\n", "{script}");
        }
    }
}

mod program {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_installed_is_named() {
        let refused = refusal(plan("there-is-no-such-program", &[]), json!({})).await;
        assert_eq!(
            refused,
            json!({
                "code": "program_not_found",
                "message": "`there-is-no-such-program` is not on the gateway's PATH",
                "help": "install it or put its folder on PATH",
            })
        );
        let refused = refusal(plan("no/such/program", &[]), json!({})).await;
        assert_eq!(refused["code"], "program_not_found");
        assert_eq!(refused["message"], "`no/such/program` does not exist");
    }

    #[tokio::test]
    async fn a_program_with_a_slash_starts_at_the_manifests_folder() {
        let root = tempfile::tempdir().unwrap();
        let cwd = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("bin")).unwrap();
        symlink("/bin/sh", root.path().join("bin/sh")).unwrap();
        for program in ["bin/sh", "./bin/sh", "/bin/sh"] {
            let mut plan = plan(program, &["-c", "pwd -P"]);
            plan.root = root.path().into();
            plan.cwd = cwd.path().into();
            let folder = cwd.path().canonicalize().unwrap();
            assert_eq!(result(plan, json!({})).await, format!("{}\n", folder.display()));
        }
    }

    #[tokio::test]
    async fn a_folder_and_a_plain_file_are_no_programs() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        let file = fs::Permissions::from_mode(0o644);
        fs::set_permissions(root.path().join("file"), file).unwrap();
        let in_root =
            |program: &str| ProcessPlan { root: root.path().into(), ..plan(program, &[]) };
        let refused = refusal(in_root("./folder"), json!({})).await;
        let message = "`./folder` is a folder, not a program";
        assert_eq!(refused, json!({"code": "process_failed", "message": message}));
        let refused = refusal(in_root("./file"), json!({})).await;
        let message = "`./file` could not be started: Permission denied (os error 13)";
        assert_eq!(refused, json!({"code": "process_failed", "message": message}));
    }

    #[tokio::test]
    async fn a_missing_working_folder_is_named_in_the_help_alone() {
        let mut plan = plan("true", &[]);
        plan.cwd = "/no/such/folder".into();
        let refused = refusal(plan, json!({})).await;
        assert_eq!(
            refused,
            json!({
                "code": "process_failed",
                "message": "the folder that `true` runs in does not exist",
                "help": "create `/no/such/folder`, or change `cwd`",
            })
        );
    }
}

mod ending {
    use super::*;

    #[tokio::test]
    async fn a_declared_exit_code_is_the_error_or_the_result_that_it_stands_for() {
        let with = |script: &str| {
            let exit = [
                (0, Outcome::Error("empty".parse().unwrap())),
                (1, Outcome::Result(json!([]))),
                (128, Outcome::Error("not_a_repo".parse().unwrap())),
            ];
            ProcessPlan { exit: exit.into(), ..sh(script) }
        };
        assert_eq!(result(with("echo out; exit 1"), json!({})).await, json!([]));
        for (script, code, exit) in
            [("exit 0", "empty", 0), ("echo a >&2; exit 128", "not_a_repo", 128)]
        {
            let error = run(with(script), json!({})).await.unwrap_err();
            // Strangers get it as it is, so nothing that the program wrote is in it.
            let expected = json!({
                "code": code,
                "message": format!("`sh` ended with exit code {exit}"),
                "command": "run",
                "exit": exit,
            });
            assert_eq!(error.for_strangers().to_json("run", false), expected);
        }
        let other = refusal(with("exit 2"), json!({})).await;
        assert_eq!(other["code"], "process_failed");
        let killed = refusal(with("kill -9 $$"), json!({})).await;
        assert_eq!(killed["code"], "process_failed");
    }

    #[tokio::test]
    async fn an_exit_code_comes_with_the_first_line_of_standard_error() {
        let script = "echo out; printf '\\033[1mfatal: no\\007\\nmore\\n' >&2; exit 3";
        assert_eq!(
            refusal(sh(script), json!({})).await,
            json!({
                "code": "process_failed",
                "message": "`sh` ended with exit code 3: [1mfatal: no",
                "exit": 3,
                "stderr": "\u{1b}[1mfatal: no\u{7}\nmore\n",
            })
        );
        assert_eq!(
            refusal(plan("false", &[]), json!({})).await,
            json!({
                "code": "process_failed",
                "message": "`false` ended with exit code 1",
                "exit": 1,
                "stderr": "",
            })
        );
    }

    #[tokio::test]
    async fn a_signal_is_named() {
        assert_eq!(
            refusal(sh("kill -TERM $$"), json!({})).await,
            json!({
                "code": "process_failed",
                "message": "`sh` was ended by signal 15",
                "exit": null,
                "signal": 15,
                "stderr": "",
            })
        );
    }

    #[tokio::test]
    async fn a_flood_of_standard_error_is_drained_and_its_end_kept() {
        let mut flood =
            sh("head -c 1000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo last >&2; exit 2");
        flood.env = vec!["PATH".into()];
        let refused = refusal(flood, json!({})).await;
        assert_eq!(refused["message"], "`sh` ended with exit code 2: last");
        let stderr = refused["stderr"].as_str().unwrap();
        assert!(stderr.len() == 4096 && stderr.ends_with("x\nlast\n"), "{}", stderr.len());
    }

    #[tokio::test]
    async fn standard_error_of_a_program_that_succeeds_is_not_its_result() {
        assert_eq!(result(sh("echo noise >&2; echo out"), json!({})).await, "out\n");
    }

    #[tokio::test]
    async fn outputs_are_read_as_declared() {
        let printf = |text: &str, output| ProcessPlan { output, ..plan("printf", &[text]) };
        assert_eq!(result(printf("a\\n", Output::Text), json!({})).await, "a\n");
        assert_eq!(
            result(printf("a\\r\\nb\\n", Output::Lines), json!({})).await,
            json!(["a", "b"])
        );
        let raw = run(printf("\\377\\000", Output::Raw), json!({})).await;
        assert_eq!(raw, Ok(InvokeResponse::Raw(vec![255, 0])));
        let object = run(printf(" {{\"a\": 1.0}}\\n", Output::Json), json!({})).await;
        assert_eq!(object, Ok(InvokeResponse::Json("{\"a\": 1.0}".into())));
    }

    #[tokio::test]
    async fn output_that_is_not_as_declared_is_refused() {
        let printf = |text: &str, output| ProcessPlan { output, ..plan("printf", &[text]) };
        for output in [Output::Text, Output::Lines] {
            let refused = refusal(printf("ab\\377", output), json!({})).await;
            assert_eq!(
                refused,
                json!({
                    "code": "invalid_output",
                    "message": "the output of `printf` is not UTF-8 at byte offset 2",
                    "help": "`output: raw` takes any bytes",
                })
            );
        }
        let refused = refusal(printf("[1,\\n]", Output::Json), json!({})).await;
        assert_eq!(refused["code"], "invalid_output");
        assert!(refused["message"].as_str().unwrap().ends_with("at line 2 column 1"), "{refused}");
    }
}
