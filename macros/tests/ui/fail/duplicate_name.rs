//! Two commands have one name, and two arguments.

mod files {
    #[portcullis::command]
    pub fn open(path: String) -> usize {
        path.len()
    }
}

#[portcullis::command(rename = "open")]
fn open_window() {}

#[portcullis::command]
#[allow(non_snake_case, reason = "this is about it")]
fn rename_to(new_name: String, newName: String) -> bool {
    new_name == newName
}

fn main() {
    let _ = portcullis::commands![files::open, open_window];
}
