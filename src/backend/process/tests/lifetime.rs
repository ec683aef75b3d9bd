//! Nothing that a call started outlives it.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A script that starts a program which would outlive it, and writes both pids into the file `$0`.
fn leaves_behind(background: &str, file: &Path, then: &str) -> ProcessPlan {
    let script = format!("{background} & echo $! $$ > \"$0\"; {then}");
    let mut plan = plan("sh", &["-c", &script, file.to_str().unwrap()]);
    plan.env = vec!["PATH".into()];
    plan
}

#[tokio::test]
async fn dropping_the_call_kills_grandchildren() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let process = Process::new(leaves_behind("sleep 1000", &file, "wait"), MAX_OUTPUT);
    let mut call = process.call(invocation(InvokeBody::Json(json!({}))));
    let pids = tokio::select! {
        pids = wait_for_line(&file) => pids,
        reply = &mut call => panic!("{reply:?}"),
    };
    assert_eq!(pids.len(), 2);
    drop(call);
    for pid in pids {
        wait_until_gone(&pid).await;
    }
}

#[tokio::test]
async fn a_process_left_behind_does_not_hold_up_the_call_and_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let plan = leaves_behind("sleep 1000", &file, "echo out");
    assert_eq!(result(plan, json!({})).await, "out\n");
    for pid in wait_for_line(&file).await {
        wait_until_gone(&pid).await;
    }
}

#[tokio::test]
async fn a_process_left_behind_without_pipes_ends_with_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let plan = leaves_behind("sleep 1000 > /dev/null 2>&1", &file, "exit 5");
    assert_eq!(refusal(plan, json!({})).await["exit"], 5);
    for pid in wait_for_line(&file).await {
        wait_until_gone(&pid).await;
    }
}

#[tokio::test]
async fn a_program_that_closes_its_pipes_is_waited_for() {
    let mut plan = sh("echo out; exec >&- 2>&-; sleep 0.1; exit 4");
    plan.env = vec!["PATH".into()];
    assert_eq!(refusal(plan, json!({})).await["exit"], 4);
}

#[tokio::test]
async fn too_much_output_kills_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let process = Process::new(leaves_behind("sleep 1000", &file, "exec yes"), 10_000);
    let call = process.call(invocation(InvokeBody::Json(json!({}))));
    let refused = within_patience(call).await.unwrap_err();
    assert_eq!(refused.to_string(), "output_too_large: `sh` wrote more than 10000 bytes");
    for pid in wait_for_line(&file).await {
        wait_until_gone(&pid).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_leave_no_zombies() {
    let folder = tempfile::tempdir().unwrap();
    let mut pids = Vec::new();
    for round in 0..20 {
        pids.push(result(sh("printf $$"), json!({})).await.as_str().unwrap().to_owned());
        let file = folder.path().join(round.to_string());
        let plan = leaves_behind("sleep 1000", &file, "wait");
        let call = tokio::spawn(run(plan, json!({})));
        pids.extend(wait_for_line(&file).await);
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    for pid in pids {
        wait_until_gone(&pid).await;
    }
}

#[tokio::test]
async fn a_program_that_has_ended_keeps_its_pid_until_its_group_is_killed() {
    let mut group = Group::spawn(tokio::process::Command::new("true")).unwrap();
    let pid = group.leader_id().unwrap();
    within_patience(group.exited()).await;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    assert!(stat.contains(") Z "), "{stat}");
    assert!(group.end().await.unwrap().success());
    assert_eq!(group.leader_id(), None);
}

#[tokio::test]
async fn the_end_of_the_thread_that_asked_for_a_program_is_not_the_programs_end() {
    let runtime = tokio::runtime::Handle::current();
    let asking = std::thread::spawn(move || {
        let mut command = tokio::process::Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let group = runtime.block_on(Group::spawn_lasting(command)).unwrap();
        (group, fs::read_link("/proc/thread-self").unwrap())
    });
    let thread = async {
        while !asking.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        asking.join().unwrap()
    };
    let (mut group, thread) = within_patience(thread).await;
    within_patience(async {
        while Path::new("/proc").join(&thread).exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let (stdin, stdout, _) = group.take_pipes();
    let (mut stdin, mut answer) = (stdin.unwrap(), String::new());
    stdin.write_all(b"still here").await.unwrap();
    drop(stdin);
    within_patience(stdout.unwrap().read_to_string(&mut answer)).await.unwrap();
    assert_eq!(answer, "still here");
}
