//! Secrets from where the manifest says that they are: read at start and for every edit, and shown to nobody.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Secret, SecretSource},
    name::Word,
    plan::{SecretStore, SecretText},
};
use std::{
    env, fs,
    io::{self, Read as _},
    path::Path,
};

/// Longer files are no passwords or tokens.
const LONGEST: u64 = 64 * 1024;

/// The secrets that this machine has.
pub(super) fn secrets(manifest: &Manifest) -> SecretStore {
    let found = |(name, secret): (&Word, &Secret)| Some((name.clone(), read(secret).ok()?));
    manifest.secrets.iter().filter_map(found).collect()
}

/// A finding for each secret that this machine does not have.
pub(super) fn missing_secrets(manifest: &Manifest) -> Vec<Diagnostic> {
    let secrets = manifest.secrets.iter();
    secrets.filter_map(|(name, secret)| Some(finding(name, secret, &read(secret).err()?))).collect()
}

fn finding(name: &Word, secret: &Secret, what: &str) -> Diagnostic {
    let (source, help) = match &secret.source.value {
        SecretSource::Environment(variable) => (
            format!("the environment variable `{variable}`"),
            format!("set it where the gateway is started: `{variable}=…`"),
        ),
        SecretSource::File(file) => (
            format!("`{}`", file.display()),
            "write the secret into it, readable for the gateway's user alone".to_owned(),
        ),
    };
    let message = format!("the secret `{name}`: {source} {what}");
    Diagnostic::new(Code::MissingSecret, secret.source.span, message).help(help)
}

/// Reads a secret; the error follows the name of its source.
fn read(secret: &Secret) -> Result<SecretText, String> {
    let text = match &secret.source.value {
        SecretSource::Environment(variable) => match env::var(variable) {
            Ok(text) => text,
            Err(env::VarError::NotPresent) => return Err("is not set".to_owned()),
            Err(env::VarError::NotUnicode(_)) => return Err("is not UTF-8".to_owned()),
        },
        SecretSource::File(file) => read_file(file)?,
    };
    if text.is_empty() { Err("is empty".to_owned()) } else { Ok(SecretText::new(text)) }
}

/// The file without the line end of its last line.
fn read_file(file: &Path) -> Result<String, String> {
    let unreadable = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    // Opening a pipe would wait for its writer.
    if !fs::metadata(file).map_err(|error| unreadable(&error))?.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|error| unreadable(&error))?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("has more than {LONGEST} bytes"));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, bytes).unwrap();
        read_file(&path)
    }

    #[test]
    fn a_file_is_a_secret_without_its_last_line_end() {
        assert_eq!(file(b"hunter2\n").unwrap(), "hunter2");
        assert_eq!(file(b"hunter2\r\n").unwrap(), "hunter2");
        assert_eq!(file(b" hunter2\n\n").unwrap(), " hunter2\n");
    }

    #[test]
    fn what_is_no_secret_is_told_without_what_it_holds() {
        assert_eq!(file(b"\xff").unwrap_err(), "is not UTF-8");
        assert_eq!(file(&vec![b'x'; 70_000]).unwrap_err(), "has more than 65536 bytes");
        assert_eq!(read_file(Path::new("no-such-file")).unwrap_err(), "does not exist");
        assert_eq!(read_file(&env::temp_dir()).unwrap_err(), "is not a file");
    }
}
