//! Notes in memory: native commands with state, an error of their own and a channel.
//!
//! In this folder, `cargo run --example notes` opens the window, and `cargo run --example notes -- call list` makes a
//! call without one. Every other verb of `portcullis` is there too.

use portcullis::{
    Gateway,
    command::{CancellationToken, Channel, State},
    commands,
};
use serde::Serialize;
use std::{
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

/// One note.
#[derive(Debug, Clone, Serialize)]
struct Note {
    title: String,
    text: Option<String>,
}

/// All of them, for every command that asks.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<Note>>);

/// What the page's promise is rejected with, beside the gateway's own reasons.
#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Fault {
    /// There is a note of this title.
    Taken { title: String },
}

/// Keeps a note, and gives back how many there are.
#[portcullis::command]
fn add_note(notes: State<Notes>, title: String, text: Option<String>) -> Result<usize, Fault> {
    let mut notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    if notes.iter().any(|note| note.title == title) {
        return Err(Fault::Taken { title });
    }
    notes.push(Note { title, text });
    Ok(notes.len())
}

/// Gives back all notes.
#[portcullis::command]
fn list_notes(notes: State<Notes>) -> Vec<Note> {
    notes.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Sends the notes one by one, and gives back how many were sent.
#[portcullis::command]
async fn export_notes(
    notes: State<Notes>,
    on_note: Channel<Note>,
    token: CancellationToken,
) -> usize {
    let all = notes.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // The page may close while notes are sent.
    let sent = all.iter().take_while(|note| !token.is_cancelled() && on_note.send(note).is_ok());
    sent.count()
}

fn main() -> ExitCode {
    let welcome = Note { title: "Welcome".to_owned(), text: None };
    Gateway::new()
        .manage(Notes(Mutex::new(vec![welcome])))
        .commands(commands![add_note, list_notes, export_notes])
        .main()
}
