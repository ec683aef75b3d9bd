//! What a command fails with cannot be sent.

#[portcullis::command]
fn read(path: String) -> Result<String, std::io::Error> {
    std::fs::read_to_string(path)
}

fn main() {}
