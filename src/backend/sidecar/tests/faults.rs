//! Sidecars that break their word: the calls that they had are rejected with a code, and the next one is answered.

use super::*;

/// A sidecar that does as it is told by the method `bad`, and answers every other.
fn bad(script: &str) -> Fixture {
    Fixture::new(&format!(
        r#"while next 3; do case $line in *'"method":"bad"'*) {script};; *) ok '"fine"';; esac; done"#
    ))
}

/// What `bad` comes to. Before and behind it the sidecar answers.
async fn fault(script: &str) -> Value {
    let fixture = bad(script);
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
    let answer = call(&sidecar, "bad", json!({})).await;
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#, "after {script}");
    serde_json::from_str(&answer).unwrap()
}

async fn check(script: &str, code: &str, message: &str) {
    let fault = fault(script).await;
    assert_eq!((&fault["code"], &fault["message"]), (&json!(code), &json!(message)), "{script}");
}

#[tokio::test]
async fn what_is_no_message_ends_it() {
    let message = "`sh` broke the protocol: it wrote what is no JSON-RPC message";
    for garbage in ["say garbage", "say '[]'", r"printf 'a\0\377\n'", "say '{\"id\":3'"] {
        check(garbage, "sidecar_failed", message).await;
    }
}

#[tokio::test]
async fn answers_to_calls_that_were_never_made_end_it() {
    let message = "`sh` broke the protocol: it answered a call that was never made";
    for script in ["id=99; ok 1", "id=0; ok 1", "id=null; ok 1", "id='\"2\"'; ok 1"] {
        check(script, "sidecar_failed", message).await;
    }
}

#[tokio::test]
async fn the_first_of_two_answers_counts() {
    let fixture = bad("ok 1; ok 2");
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "bad", json!({})).await, "1");
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
    assert_eq!((sidecar.ignored(), fixture.said().len()), (1, 0));
}

#[tokio::test]
async fn half_a_message_is_none() {
    check("printf '{\"id\":2,'; exit 4", "sidecar_stopped", "`sh` ended with exit code 4").await;
}

#[tokio::test]
async fn one_that_dies_rejects_the_calls_that_it_had() {
    let fault = fault("echo why >&2; exit 7").await;
    let message = "`sh` ended with exit code 7";
    let expect = json!({"code": "sidecar_stopped", "message": message, "command": "c", "exit": 7});
    assert_eq!(fault, expect);
    check("kill -9 $$", "sidecar_stopped", "`sh` was ended by signal 9").await;
    check("exec >&-; sleep 60", "sidecar_stopped", "`sh` closed its output").await;
}

#[tokio::test]
async fn an_answer_counts_that_was_written_just_before_the_end() {
    let fixture = bad("ok 1; exit 7");
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "bad", json!({})).await, "1");
    // A call that reached it in its last moment would be rejected with it.
    until(|| !fixture.said().is_empty()).await;
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
}

#[tokio::test]
async fn an_answer_that_is_neither_result_nor_error_fails_its_call_alone() {
    let message = "`sh` answered with neither `result` nor `error`";
    check(r#"say "{\"id\":$id}""#, "invalid_output", message).await;
}

#[tokio::test]
async fn an_answer_over_the_limit_fails_its_call_alone() {
    // A little too large for the command, and far too large for a message.
    for (size, limit) in [(LIMIT + 1, LIMIT), (5 * LIMIT, LIMIT + 1024)] {
        let fixture = bad(&format!(r#"ok "\"$(head -c {size} /dev/zero | tr '\0' x)\"""#));
        let sidecar = fixture.find();
        let answer = call(&sidecar, "bad", json!({})).await;
        let message = format!("`sh` answered with more than {limit} bytes");
        let expect = json!({"code": "output_too_large", "message": message, "command": "c"});
        assert_eq!(answer, expect.to_string());
        assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
        assert_eq!(fixture.said(), [""; 0]);
    }
    // Nobody knows whose it is.
    let nameless = r"head -c 50000 /dev/zero | tr '\0' x; say ''";
    let message = "`sh` broke the protocol: it wrote a message of more than 11024 bytes";
    check(nameless, "sidecar_failed", message).await;
}

#[tokio::test]
async fn an_answer_without_an_end_is_given_up() {
    let fixture = bad(r#"printf '{"id":2,"result":"'; tr '\0' x </dev/zero"#);
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
    let answer = call(&sidecar, "bad", json!({})).await;
    assert!(answer.contains("output_too_large"), "{answer}");
    until(|| !fixture.said().is_empty()).await;
    let said =
        "search: it broke the protocol: it wrote a message without an end and is started again";
    assert_eq!(fixture.said(), [said]);
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
}

#[tokio::test]
async fn one_that_says_nothing_keeps_nobody_from_being_answered() {
    let fixture = bad("echo \"$line\" >>noted").with(|plan| {
        // It is told that nobody waits any more.
        if let Some(script) = plan.args.last_mut() {
            *script = script.replace("*) ok", "*cancelRequest*) echo \"$line\" >>noted;; *) ok");
        }
    });
    let sidecar = fixture.find();
    let command = SidecarCall::new(Arc::clone(&sidecar), "bad".to_owned(), LIMIT);
    let mut silent = command.call(invocation(InvokeBody::Json(json!({}))));
    tokio::select! {
        biased;
        answer = &mut silent => panic!("{answer:?}"),
        answer = call(&sidecar, "good", json!({})) => assert_eq!(answer, r#""fine""#),
    }
    drop(silent);
    assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
    let cancelled = r#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#;
    assert_eq!(fixture.noted()[1..], [cancelled]);
}

#[tokio::test]
async fn one_that_does_not_start_rejects_every_call() {
    let missing = Fixture::new("").with(|plan| plan.program = "no-such-program".to_owned());
    let sidecar = missing.find();
    for _ in 0..2 {
        let refused: Value = serde_json::from_str(&call(&sidecar, "m", json!({})).await).unwrap();
        assert_eq!(refused["code"], "program_not_found");
    }
    let homeless = Fixture::new("").with(|plan| plan.cwd = "no-such-folder".into());
    let refused: Value =
        serde_json::from_str(&call(&homeless.find(), "m", json!({})).await).unwrap();
    assert_eq!(refused["code"], "sidecar_failed");
}
