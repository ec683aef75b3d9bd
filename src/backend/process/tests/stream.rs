//! Output that goes through a channel while the program runs, and the bytes that a page sends.

use super::*;
use crate::{
    ipc::{ChannelMessage, ChannelSink, Room, SinkError},
    plan::{StreamFraming, StreamPlan},
};
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

/// A page that keeps the room of what it got, until it is told to read.
#[derive(Debug, Default)]
struct Reader {
    seen: Mutex<Vec<String>>,
    unread: Mutex<Vec<Room>>,
    is_reading: AtomicBool,
    is_gone: AtomicBool,
}

impl ChannelSink for Reader {
    fn send(
        &self,
        channel: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError> {
        if self.is_gone.load(Ordering::SeqCst) {
            return Err(SinkError::Closed);
        }
        let mut seen = self.seen.lock().unwrap();
        assert_eq!((channel, index), (7, seen.len() as u64));
        seen.push(match message {
            ChannelMessage::Payload(InvokeResponse::Json(text)) => text,
            ChannelMessage::Payload(InvokeResponse::Raw(bytes)) => format!("{bytes:?}"),
            ChannelMessage::End => "end".to_owned(),
        });
        if !self.is_reading.load(Ordering::SeqCst) {
            self.unread.lock().unwrap().push(room);
        }
        Ok(())
    }
}

impl Reader {
    fn reading() -> Arc<Self> {
        Arc::new(Self { is_reading: true.into(), ..Self::default() })
    }

    fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn read_on(&self) {
        self.is_reading.store(true, Ordering::SeqCst);
        self.unread.lock().unwrap().clear();
    }
}

fn streaming(script: &str, from: StreamSource, framing: StreamFraming) -> ProcessPlan {
    let stream = StreamPlan { to: "lines".parse().unwrap(), from, framing };
    ProcessPlan { stream: Some(stream), env: vec!["PATH".into()], ..sh(script) }
}

fn stdout(script: &str) -> ProcessPlan {
    streaming(script, StreamSource::Stdout, StreamFraming::Lines)
}

async fn call(plan: ProcessPlan, max_output: usize, page: &Arc<Reader>) -> Reply {
    let mut call = invocation(InvokeBody::Json(json!({"lines": "__CHANNEL__:7"})));
    call.sink = Arc::clone(page) as Arc<dyn ChannelSink>;
    let process = Process::new(plan, max_output);
    within_patience(process.call(call)).await
}

/// What came, behind the result of the call.
async fn seen(plan: ProcessPlan) -> (String, Vec<String>) {
    let page = Reader::reading();
    let reply = match call(plan, MAX_OUTPUT, &page).await {
        Ok(InvokeResponse::Json(text)) => text,
        Ok(InvokeResponse::Raw(bytes)) => format!("{bytes:?}"),
        Err(rejection) => rejection.to_string(),
    };
    (reply, page.take())
}

fn said(reply: &str, messages: &[&str]) -> (String, Vec<String>) {
    (reply.to_owned(), messages.iter().map(|text| (*text).to_owned()).collect())
}

#[tokio::test]
async fn messages_come_first_then_the_end_then_the_result() {
    let script = "echo one; echo two; printf three";
    let expected = said("null", &["\"one\"", "\"two\"", "\"three\"", "end"]);
    assert_eq!(seen(stdout(script)).await, expected);
}

#[tokio::test]
async fn standard_error_is_streamed_beside_the_result_and_in_the_words_of_a_failure() {
    let stderr = |script| streaming(script, StreamSource::Stderr, StreamFraming::CarriageReturns);
    let script = "printf '1%%\\r2%%\\r\\n' >&2; echo out";
    assert_eq!(seen(stderr(script)).await, said("\"out\\n\"", &["\"1%\"", "\"2%\"", "end"]));
    let (reply, messages) = seen(stderr("echo no >&2; exit 3")).await;
    assert_eq!(reply, "process_failed: `sh` ended with exit code 3: no");
    assert_eq!(messages, ["\"no\"", "end"]);
}

#[tokio::test]
async fn exit_codes_mean_what_they_mean_without_a_stream() {
    let exit =
        [(4, Outcome::Result(json!("stopped"))), (5, Outcome::Error("gone".parse().unwrap()))];
    let plan = |script| ProcessPlan { exit: exit.clone().into(), ..stdout(script) };
    assert_eq!(seen(plan("echo a; exit 4")).await, said("\"stopped\"", &["\"a\"", "end"]));
    let (reply, messages) = seen(plan("echo a; exit 5")).await;
    assert!(reply.contains("\"code\":\"gone\""), "{reply}");
    assert_eq!(messages, ["\"a\"", "end"]);
}

#[tokio::test]
async fn json_lines_and_raw_bytes_are_framings() {
    let ndjson = |script| streaming(script, StreamSource::Stdout, StreamFraming::Ndjson);
    let script = "echo '{\"a\": 1.0}'; echo; echo 2";
    assert_eq!(seen(ndjson(script)).await, said("null", &["{\"a\": 1.0}", "2", "end"]));
    let (reply, messages) = seen(ndjson("echo 1; echo no; sleep 1000")).await;
    assert!(reply.starts_with("invalid_output: line 2 of `sh` is not JSON: "), "{reply}");
    assert_eq!(messages, ["1", "end"]);
    let raw = streaming("printf '\\377a'", StreamSource::Stdout, StreamFraming::Raw);
    assert_eq!(seen(raw).await, said("null", &["[255, 97]", "end"]));
}

#[tokio::test]
async fn a_stream_may_be_longer_than_the_limit_and_a_message_may_not() {
    let page = Reader::reading();
    let reply = call(stdout("seq 1000"), 16, &page).await;
    assert_eq!((reply, page.count()), (InvokeResponse::json(&()), 1001));
    let page = Reader::reading();
    let reply = call(stdout("echo a; printf 12345678901234567; sleep 1000"), 16, &page).await;
    let message = "output_too_large: line 2 of `sh` has more than 16 bytes";
    assert_eq!(reply.unwrap_err().to_string(), message);
    assert_eq!(page.take(), ["\"a\"", "end"]);
    // What is not streamed has the limit of any output.
    let stderr = streaming("seq 1000", StreamSource::Stderr, StreamFraming::Lines);
    let refused = call(stderr, 16, &Reader::reading()).await.unwrap_err();
    assert_eq!(refused.code(), Some(RejectionCode::OutputTooLarge));
}

#[tokio::test]
async fn a_channel_that_was_not_given_takes_nothing() {
    assert_eq!(result(stdout("echo a"), json!({})).await, Value::Null);
}

/// The pipe of a program whose page does not read is full, and the program waits.
#[tokio::test]
async fn a_program_waits_for_its_page_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("written");
    let mut plan = stdout("seq 200000; echo done > \"$0\"");
    plan.args.push(Slot::parse(file.to_str().unwrap(), true).unwrap());
    let page = Arc::<Reader>::default();
    let running = tokio::spawn({
        let page = Arc::clone(&page);
        async move { call(plan, MAX_OUTPUT, &page).await }
    });
    // As many as have room, and no more.
    let mut before = 0;
    within_patience(async {
        while page.count() == 0 || page.count() > before {
            before = page.count();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
    assert!(before <= 1024 && !file.exists() && !running.is_finished(), "{before}");
    page.read_on();
    assert_eq!(within_patience(running).await.unwrap(), InvokeResponse::json(&()));
    let seen = page.take();
    assert_eq!((seen.len(), seen[199_999].as_str()), (200_001, "\"200000\""));
}

/// The program ends long before its page has read all that it wrote.
#[tokio::test]
async fn the_last_words_of_a_program_wait_for_a_slow_page() {
    let page = Arc::<Reader>::default();
    let running = tokio::spawn({
        let page = Arc::clone(&page);
        async move { call(stdout("seq 3000"), MAX_OUTPUT, &page).await }
    });
    within_patience(async {
        while page.count() < 512 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    page.read_on();
    assert_eq!(within_patience(running).await.unwrap(), InvokeResponse::json(&()));
    assert_eq!(page.count(), 3001);
}

#[tokio::test]
async fn a_page_that_is_gone_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let mut plan = stdout("echo $$ > \"$0\"; exec yes");
    plan.args.push(Slot::parse(file.to_str().unwrap(), true).unwrap());
    let page = Reader::reading();
    page.is_gone.store(true, Ordering::SeqCst);
    let refused = call(plan, MAX_OUTPUT, &page).await.unwrap_err();
    assert_eq!(refused.code(), Some(RejectionCode::Cancelled));
    wait_until_gone(&wait_for_line(&file).await[0]).await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_does_not_hold_up_its_stream() {
    for left in ["sleep 1000", "yes", "while :; do echo x; sleep 0.05; done"] {
        let page = Reader::reading();
        let reply = call(stdout(&format!("{left} & echo out")), MAX_OUTPUT, &page).await;
        assert_eq!(reply, InvokeResponse::json(&()), "{left}");
        assert!(page.take().contains(&"\"out\"".to_owned()), "{left}");
    }
}

#[tokio::test]
async fn the_bytes_of_a_page_are_standard_input() {
    let cat = ProcessPlan { stdin: Some(Input::Body), output: Output::Raw, ..plan("cat", &[]) };
    let call = |body| {
        let process = Process::new(cat.clone(), MAX_OUTPUT);
        async move { within_patience(process.call(invocation(body))).await }
    };
    let bytes = [&[0, 255, 10][..], &vec![7; 1024 * 1024]].concat();
    assert_eq!(call(InvokeBody::Raw(bytes.clone())).await, Ok(InvokeResponse::Raw(bytes)));
    let refused = call(InvokeBody::Json(json!({}))).await.unwrap_err();
    assert_eq!(refused.to_string(), "invalid_request: the command takes bytes, not arguments");
}

#[tokio::test]
async fn a_call_that_is_given_up_is_asked_to_end_and_killed_if_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    for (trap, says) in [("echo asked > \"$0.end\"; exit", true), ("", false)] {
        let file = folder.path().join(if says { "tidy" } else { "stubborn" });
        let script = format!("trap '{trap}' TERM; echo $$ > \"$0\"; while :; do sleep 0.01; done");
        let mut plan = plan("sh", &["-c", &script, file.to_str().unwrap()]);
        plan.env = vec!["PATH".into()];
        let process = Process::new(plan, MAX_OUTPUT);
        let mut call = process.call(invocation(InvokeBody::Json(json!({}))));
        let pid = tokio::select! {
            words = wait_for_line(&file) => words,
            reply = &mut call => panic!("{reply:?}"),
        };
        drop(call);
        wait_until_gone(&pid[0]).await;
        assert_eq!(file.with_extension("end").exists(), says, "{trap}");
    }
}
