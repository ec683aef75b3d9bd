//! Calls that are given up: the page takes them back, is gone, may no longer make them, or their time is up.

use crate::support::gateway::{Call, Gateway, Lane, Settled};
use portcullis::{
    Registry, channel::PageCall, gateway::Outcome, ipc::RejectionCode, serde_json::json,
};
use std::{fs, path::Path, time::Duration};

const CANCEL: &str = "plugin:__PORTCULLIS__|cancel";
const SIGNAL: &str = "Portcullis-Signal";
/// A failure guard, never a measurement.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that writes its pid into a file and says so, then does nothing; it says into another file that it was
/// asked to end.
fn manifest(folder: &Path, limits: &str, allow: &str) -> String {
    let file = folder.join("pid").display().to_string();
    format!(
        "
commands:
  wait:
    args: {{ lines: {{ channel: {{ type: string }} }} }}
    run:
      process:
        program: sh
        args:
          - -c
          - 'trap \"echo asked > $0.end; exit\" TERM; echo $$ > $0; echo begun; while :; do sleep 0.01; done'
          - {file}
        env: [PATH]
        stream: {{ to: lines }}
    limits: {{ {limits} }}
permissions: {{ main: {{ windows: [main], allow: [{allow}] }} }}
"
    )
}

fn call() -> Call {
    Call::new("wait").json(&json!({"lines": "__CHANNEL__:1"}))
}

/// Waits until the program was asked to end and is gone.
async fn ended(folder: &Path) {
    let pid = fs::read_to_string(folder.join("pid")).unwrap();
    let process = Path::new("/proc").join(pid.trim());
    let is_gone = || folder.join("pid.end").exists() && !process.exists();
    let gone = async {
        while !is_gone() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, gone).await.is_ok(), "{pid} lives on");
}

async fn begun(gateway: &Gateway, main: &crate::support::gateway::Webview) {
    let begun = async {
        while gateway.sessions.running() == 0 || main.page.take().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, begun).await.is_ok(), "it does not begin");
}

#[tokio::test]
async fn a_page_takes_a_call_back_over_every_lane() {
    for lane in Lane::ALL {
        let folder = tempfile::tempdir().unwrap();
        let gateway = Gateway::new(&manifest(folder.path(), "", "wait"), Registry::new());
        let (main, other) = (gateway.open("main"), gateway.open("other"));
        let call = call().header(SIGNAL, "7");
        let cancel = |number: &str| Call::new(CANCEL).header(SIGNAL, number);
        let take_back = async {
            begun(&gateway, &main).await;
            // Neither another number nor another webview.
            assert!(gateway.call_over(lane, &main, &cancel("8")).await.is_ok());
            assert!(gateway.call_over(lane, &main, &Call::new(CANCEL)).await.is_ok());
            assert!(gateway.call_over(lane, &other, &cancel("7")).await.is_ok());
            assert_eq!(gateway.sessions.running(), 1);
            assert_eq!(
                gateway.call_over(lane, &main, &cancel("7")).await,
                Settled::Json(json!(null))
            );
        };
        let (answer, ()) = tokio::join!(gateway.call_over(lane, &main, &call), take_back);
        assert_eq!(answer.rejection()["message"], "the page took the call back");
        assert_eq!(answer.code(), "cancelled");
        ended(folder.path()).await;
        assert_eq!(main.page.take(), [PageCall::End { channel: 1, index: 1 }]);
    }
}

#[tokio::test]
async fn a_call_that_was_taken_back_before_it_came_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::new(&manifest(folder.path(), "", "wait"), Registry::new());
    let main = gateway.open("main");
    gateway.call(&main, &Call::new(CANCEL).header(SIGNAL, "7")).await;
    let answer = gateway.call(&main, &call().header(SIGNAL, "7")).await;
    assert_eq!(answer.code(), "cancelled");
    assert!(!folder.path().join("pid").exists());
    assert_eq!(gateway.sessions.running(), 0);
}

#[tokio::test]
async fn a_page_that_is_gone_ends_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::new(&manifest(folder.path(), "", "wait"), Registry::new());
    let main = gateway.open("main");
    let leave = async {
        begun(&gateway, &main).await;
        main.session.end_document();
    };
    let call = call();
    let (answer, ()) = tokio::join!(gateway.call(&main, &call), leave);
    assert_eq!(answer.code(), "cancelled");
    ended(folder.path()).await;
    // There is nobody to be told.
    assert_eq!(main.page.take(), []);
}

#[tokio::test]
async fn a_call_whose_time_is_up_ends_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let text = manifest(folder.path(), "timeout: 1s", "wait");
    let gateway = Gateway::new(&text, Registry::new());
    let main = gateway.open("main");
    assert_eq!(gateway.call(&main, &call()).await.code(), "timeout");
    ended(folder.path()).await;
    let told = Outcome::Rejected(RejectionCode::Timeout);
    assert_eq!(gateway.take_notes().last().unwrap().outcome, told);
}

#[tokio::test]
async fn a_permission_that_is_taken_away_ends_the_program_behind_the_channel() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::new(&manifest(folder.path(), "", "wait"), Registry::new());
    let main = gateway.open("main");
    let narrow = async {
        begun(&gateway, &main).await;
        gateway.accept(&manifest(folder.path(), "", ""));
    };
    let call = call();
    let (answer, ()) = tokio::join!(gateway.call(&main, &call), narrow);
    assert_eq!(answer.rejection()["message"], "the page takes no more messages");
    ended(folder.path()).await;
    assert_eq!(main.page.take(), [PageCall::End { channel: 1, index: 1 }]);
}
