//! When sidecars start, start again, and end.

use super::*;

/// Answers with the number of its process.
const PIDS: &str = "while next 3; do case $line in *'\"method\":\"die\"'*) exit 3;; *'\"method\":\"leave\"'*) exit 0;; esac; ok $$; done";

/// Waits until a process is gone: reaped, not only ended.
async fn gone(pid: &str) {
    let entry = std::path::Path::new("/proc").join(pid);
    until(|| !entry.exists()).await;
}

async fn pid(sidecar: &Arc<Sidecar>) -> String {
    call(sidecar, "pid", json!({})).await
}

async fn code(sidecar: &Arc<Sidecar>, method: &str) -> Value {
    let answer: Value = serde_json::from_str(&call(sidecar, method, json!({})).await).unwrap();
    answer["code"].clone()
}

#[tokio::test]
async fn one_program_serves_every_call_and_every_generation_that_leaves_it_as_it_is() {
    let mut fixture = Fixture::new(PIDS);
    let first = fixture.find();
    let process = pid(&first).await;
    let second = fixture.find();
    assert!(Arc::ptr_eq(&first, &second));
    drop(first);
    assert_eq!(pid(&second).await, process);
    let secret = |text| [("ops".parse().unwrap(), SecretText::new(text))].into_iter().collect();
    fixture.plan.set.push(("TOKEN".to_owned(), "{secret:ops}".parse().unwrap()));
    fixture.secrets = secret("a");
    let third = fixture.find();
    assert_ne!(pid(&third).await, process);
    fixture.secrets = secret("b");
    assert!(!Arc::ptr_eq(&third, &fixture.find()), "another token needs another process");
    drop(second);
    gone(&process).await;
}

#[tokio::test]
async fn it_ends_with_all_that_it_started() {
    let fixture =
        Fixture::new("sleep 1000 & child=$!; while next; do ok \"\\\"$$ $child\\\"\"; done");
    let sidecar = fixture.find();
    let pids = pid(&sidecar).await;
    let (own, child) = pids.trim_matches('"').split_once(' ').unwrap();
    drop(sidecar);
    gone(own).await;
    gone(child).await;
}

#[tokio::test]
async fn it_starts_with_its_first_call_or_with_the_app() {
    let script = "echo started >>noted; while next; do ok 1; done";
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    tokio::task::yield_now().await;
    assert!(fixture.noted().is_empty());
    pid(&sidecar).await;
    assert_eq!(fixture.noted(), ["started"]);
    let mut eager = Fixture::new(script).with(|plan| plan.start = Start::Start);
    eager.sidecars = eager.sidecars.starting_on(Handle::current());
    let sidecar = eager.find();
    until(|| !eager.noted().is_empty()).await;
    pid(&sidecar).await;
    assert_eq!(eager.noted(), ["started"]);
}

#[tokio::test]
async fn the_policy_says_when_it_is_started_again() {
    // What it does, what it is called with, whether the next call is answered.
    let cases = [
        (Restart::OnFailure, "die", true),
        (Restart::OnFailure, "leave", false),
        (Restart::Always, "die", true),
        (Restart::Always, "leave", true),
        (Restart::Never, "die", false),
        (Restart::Never, "leave", false),
    ];
    for (restart, method, is_answered) in cases {
        let fixture = Fixture::new(PIDS).with(|plan| plan.restart = restart);
        let sidecar = fixture.find();
        let first = pid(&sidecar).await;
        assert_eq!(code(&sidecar, method).await, "sidecar_stopped");
        if is_answered {
            assert_ne!(pid(&sidecar).await, first);
        } else {
            assert_eq!(code(&sidecar, "pid").await, "sidecar_stopped", "{restart:?} {method}");
        }
        let said = fixture.said();
        let expect = if is_answered { "is started again" } else { "is not started again" };
        assert!(said.len() == 1 && said[0].ends_with(expect), "{said:?}");
    }
}

#[tokio::test]
async fn one_for_the_app_is_started_again_without_a_call() {
    let script =
        "echo started >>noted; [ $(wc -l <noted) -gt 1 ] || exit 3; while next; do ok 1; done";
    let mut fixture = Fixture::new(script).with(|plan| plan.start = Start::Start);
    fixture.sidecars = fixture.sidecars.starting_on(Handle::current());
    let sidecar = fixture.find();
    until(|| fixture.noted().len() == 2).await;
    assert_eq!(pid(&sidecar).await, "1");
}

#[tokio::test]
async fn no_call_is_lost_with_a_program_and_none_is_made_twice() {
    // The first process reads one call and ends while the second, larger than a pipe, is on its way; the third waits.
    let script = r#"
if [ -e noted ]; then while next; do echo "$line" | cut -c 1-40 >>noted; ok 1; done; fi
next; echo "$line" | cut -c 1-40 >>noted; while [ ! -e go ]; do sleep 0.01; done; exit 3"#;
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    let large = json!({"text": "x".repeat(1 << 20)});
    let go = async {
        until(|| !fixture.noted().is_empty()).await;
        std::fs::write(fixture.folder.path().join("go"), "").unwrap();
    };
    let (first, second, third, ()) = tokio::join!(
        code(&sidecar, "first"),
        call(&sidecar, "second", large),
        call(&sidecar, "third", json!({})),
        go
    );
    assert_eq!(first, "sidecar_stopped");
    assert!(second.contains("sidecar_stopped"), "{second}");
    assert_eq!(third, "1");
    let noted = fixture.noted();
    let methods: Vec<_> = noted.iter().filter_map(|line| line.split('"').nth(9)).collect();
    assert_eq!(methods, ["first", "third"], "{noted:?}");
}

#[tokio::test]
async fn a_call_that_is_taken_back_while_it_waits_is_never_made() {
    let script =
        "while [ ! -e go ]; do sleep 0.01; done; while next; do echo x >>noted; ok 1; done";
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    // Fills the pipe, so that the next one waits.
    let large = call(&sidecar, "large", json!({"text": "x".repeat(1 << 20)}));
    let waiting = call(&sidecar, "waiting", json!({}));
    let mut large = Box::pin(large);
    tokio::select! {
        biased;
        answer = &mut large => panic!("{answer}"),
        answer = waiting => panic!("{answer}"),
        () = tokio::time::sleep(Duration::from_millis(50)) => {}
    }
    std::fs::write(fixture.folder.path().join("go"), "").unwrap();
    assert_eq!(large.await, "1");
    assert_eq!(pid(&sidecar).await, "1");
    assert_eq!(fixture.noted().len(), 2);
}
