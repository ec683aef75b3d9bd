//! A method is no command.

struct Notes;

impl Notes {
    #[portcullis::command]
    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

fn main() {}
