//! Sidecars that are asked whether they still answer.

use super::*;
use crate::plan::HealthPlan;
use tokio::time::timeout;

/// A sidecar that notes each ping and does with it what `answer` says; the method `hang` stops it.
fn asked(answer: &str, every: u64, timeout: Duration) -> Fixture {
    let script = format!(
        r#"while next; do case $line in
             *'"method":"ping"'*) echo "$line" >>noted; {answer};;
             *'"method":"hang"'*) sleep 1000;;
             *'"method":"slow"'*) sleep 0.05; ok 0;;
             *cancelRequest*) ;;
             *) ok $$;;
           esac; done"#
    );
    Fixture::new(&script).with(|plan| {
        let every = Duration::from_millis(every);
        plan.health = Some(HealthPlan { method: "ping".to_owned(), every, timeout });
    })
}

#[tokio::test]
async fn one_that_answers_stays_whatever_it_answers() {
    let error = r#"say "{\"id\":$id,\"error\":{\"code\":-32601,\"message\":\"no such method\"}}""#;
    for answer in ["ok null", error] {
        let fixture = asked(answer, 10, PATIENCE);
        let sidecar = fixture.find();
        let process = call(&sidecar, "pid", json!({})).await;
        until(|| fixture.noted().len() >= 3).await;
        assert_eq!(call(&sidecar, "pid", json!({})).await, process);
        assert!(fixture.noted()[0].ends_with(r#""method":"ping","params":{}}"#));
        assert_eq!(fixture.said(), [""; 0]);
    }
}

#[tokio::test]
async fn one_that_does_not_answer_is_ended_and_started_again() {
    let fixture = asked("ok null", 20, Duration::from_millis(300));
    let sidecar = fixture.find();
    let answer: Value = serde_json::from_str(&call(&sidecar, "hang", json!({})).await).unwrap();
    let message = "`sh` did not answer `ping` within 300ms";
    assert_eq!((&answer["code"], &answer["message"]), (&json!("sidecar_stopped"), &json!(message)));
    let process: u64 = call(&sidecar, "pid", json!({})).await.parse().unwrap();
    assert!(process > 0);
    assert_eq!(
        fixture.said()[0],
        "search: it did not answer `ping` within 300ms and is started again"
    );
}

#[tokio::test]
async fn a_policy_against_it_is_kept() {
    let fixture = asked(":", 20, Duration::from_millis(300)).with(|plan| {
        plan.restart = Restart::Never;
    });
    let sidecar = fixture.find();
    for method in ["hang", "pid"] {
        let answer = call(&sidecar, method, json!({})).await;
        assert!(answer.contains("did not answer `ping`"), "{answer}");
    }
}

#[tokio::test]
async fn answers_to_other_calls_are_signs_of_life() {
    let fixture = asked(":", 10, Duration::from_secs(1));
    let sidecar = fixture.find();
    let process = call(&sidecar, "pid", json!({})).await;
    // The second ping is sent when the time of the first one is up.
    while fixture.noted().len() < 2 {
        assert_eq!(call(&sidecar, "pid", json!({})).await, process);
        // Silent for so long that it is asked.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert_eq!(call(&sidecar, "pid", json!({})).await, process);
}

#[tokio::test]
async fn answers_that_come_too_late_for_their_callers_are_signs_of_life() {
    let fixture = asked(":", 10, Duration::from_secs(1));
    let sidecar = fixture.find();
    let process = call(&sidecar, "pid", json!({})).await;
    while fixture.noted().len() < 2 {
        let slow = timeout(Duration::from_millis(1), call(&sidecar, "slow", json!({}))).await;
        assert!(slow.is_err(), "{slow:?}");
        // Silent for so long that it is asked.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(call(&sidecar, "pid", json!({})).await, process);
}
