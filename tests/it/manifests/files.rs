//! Files that cannot be committed as they are: absent, unreadable, too large, not text. They are made here.

use crate::support::manifest::{HINT, Run, portcullis, run, validate};
use portcullis::diagnostic::Code;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The codes that these tests show instead of a file in `tests/manifests`.
///
/// A file that belongs to somebody else only the super-user can make: `app/owner.rs` tests that with owners made up.
pub(super) const MADE: [Code; 6] = [
    Code::MissingFile,
    Code::NotAFile,
    Code::UnreadableFile,
    Code::FileTooLarge,
    Code::NotUtf8,
    Code::ForeignOwner,
];

/// Checks what `portcullis validate gateway.yaml` says in a folder.
#[track_caller]
fn check(folder: &TempDir, expected: &str) {
    let found = validate(folder.path(), Path::new("gateway.yaml"));
    assert_eq!(found, Run { code: Some(1), out: expected.to_owned(), err: HINT.to_owned() });
}

fn folder_with(content: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("gateway.yaml"), content).expect("a file");
    folder
}

#[test]
fn a_missing_file() {
    check(
        &tempfile::tempdir().expect("a temporary folder"),
        "\
error[missing-file]: the file does not exist
--> gateway.yaml:1:1
 = help: check the path; a relative one begins in the folder that the program was started in

1 error in 1 file
",
    );
}

#[test]
fn a_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("gateway.yaml")).expect("a folder");
    check(
        &folder,
        "\
error[not-a-file]: this is a folder, not a file
--> gateway.yaml:1:1
 = help: name the manifest itself, usually `gateway.yaml`

1 error in 1 file
",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let found = validate(Path::new("/"), Path::new("/dev/null"));
    assert_eq!(found.code, Some(1));
    assert!(
        found.out.contains("error[not-a-file]: this is a device or a pipe, not a file"),
        "{found:?}"
    );
}

/// A program that may not read a file of mode 0; a super-user may, and becomes nobody for that.
#[cfg(unix)]
#[test]
fn a_file_without_permission() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    const NOBODY: u32 = 65534;
    let chmod = |path: PathBuf, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    };
    let folder = folder_with("version: 1\n");
    let file = folder.path().join("gateway.yaml");
    chmod(folder.path().to_owned(), 0o755);
    chmod(file.clone(), 0o000);
    let is_super_user = fs::File::open(&file).is_ok();
    let mut command = if is_super_user {
        // The program itself may stand where nobody may look.
        let program = folder.path().join("portcullis");
        fs::copy(env!("CARGO_BIN_EXE_portcullis"), &program).expect("a copy");
        let mut command = std::process::Command::new(program);
        command.uid(NOBODY).gid(NOBODY);
        command
    } else {
        portcullis()
    };
    let found = run(command.current_dir(folder.path()).args(["validate", "gateway.yaml"]));
    let expected = "\
error[unreadable-file]: the file may not be read by this user
--> gateway.yaml:1:1
 = help: check who may read the file

1 error in 1 file
";
    assert_eq!(found, Run { code: Some(1), out: expected.to_owned(), err: HINT.to_owned() });
}

#[test]
fn two_mebibytes_of_yaml() {
    let line = "# A comment that fills the file.\n";
    let content = "version: 1\n".to_owned() + &line.repeat(2 * 1024 * 1024 / line.len());
    check(
        &folder_with(content),
        "\
error[file-too-large]: the file is larger than 1 MiB
--> gateway.yaml:1:1
 = help: a manifest this large is usually generated; declare fewer commands in it

1 error in 1 file
",
    );
}

#[test]
fn a_file_of_exactly_one_mebibyte_is_read() {
    let mut content = b"version: 1\napp: { id: dev.example.notes }\n#".to_vec();
    content.resize(1024 * 1024, b'x');
    assert_eq!(validate(folder_with(&content).path(), Path::new("gateway.yaml")).code, Some(0));
    content.push(b'x');
    assert_eq!(validate(folder_with(&content).path(), Path::new("gateway.yaml")).code, Some(1));
}

#[test]
fn text_that_is_not_utf_8() {
    check(
        &folder_with(b"version: 1\napp: { id: dev.example.notes, name: \"Caf\xe9\" }\n"),
        "\
error[not-utf8]: the file is not UTF-8: byte 51 begins no character
 --> gateway.yaml:2:41
  |
2 | app: { id: dev.example.notes, name: \"Caf
  |                                         ^
  |
  = help: save the file as UTF-8

1 error in 1 file
",
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let content = "\u{feff}version: 1\r\napp: { id: dev.example.notes }\r\nwindows: { main: {} }\r\nextra: 1\r\n";
    let found = validate(folder_with(content).path(), Path::new("gateway.yaml"));
    assert_eq!(found.code, Some(1));
    assert!(found.out.contains("--> gateway.yaml:4:1\n"), "{}", found.out);
}
