//! The frontend's files, served as `app://localhost`: only files below the frontend's folder, links resolved.

use super::csp::with_bridge;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use std::{
    borrow::Cow,
    io,
    path::{Component, Path, PathBuf},
};

/// A response to a page.
pub type Asset = Response<Cow<'static, [u8]>>;

/// The frontend's folder and the policy of its pages.
#[derive(Debug, Clone)]
pub struct Assets {
    root: Option<PathBuf>,
    csp: String,
}

impl Assets {
    /// Files below `root`; without one every page says that there is none. `csp` is the author's policy.
    pub fn new(root: Option<PathBuf>, csp: &str) -> Self {
        Self { root, csp: with_bridge(csp) }
    }

    /// Answers one request. Reads the disk.
    pub fn answer(&self, request: &Request<Vec<u8>>) -> Asset {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return self.page(StatusCode::METHOD_NOT_ALLOWED, "Pages are fetched with GET.");
        }
        let Some(root) = &self.root else {
            let text =
                "This window shows a page of the app, but app.frontend is not set in the manifest.";
            return self.page(StatusCode::NOT_FOUND, text);
        };
        match read(root, request.uri().path()) {
            Ok((path, bytes)) => {
                let kind = mime_guess::from_path(&path).first_or_octet_stream();
                let kind = match (kind.type_(), kind.subtype()) {
                    (mime_guess::mime::TEXT, _) | (_, mime_guess::mime::JAVASCRIPT) => {
                        format!("{kind}; charset=utf-8")
                    }
                    _ => kind.to_string(),
                };
                self.response(StatusCode::OK, &kind, bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.page(StatusCode::NOT_FOUND, "There is no such file in the frontend's folder.")
            }
            Err(_) => self.page(StatusCode::FORBIDDEN, "This file is not served."),
        }
    }

    fn page(&self, status: StatusCode, text: &str) -> Asset {
        self.response(status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    }

    fn response(&self, status: StatusCode, kind: &str, body: Vec<u8>) -> Asset {
        let mut response = Response::new(Cow::Owned(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let values = [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, self.csp.as_str()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Fetch standard: scripts, styles and pictures are for the app's own pages.
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Finds and reads the file for a URL's path.
fn read(root: &Path, path: &str) -> io::Result<(PathBuf, Vec<u8>)> {
    let file = find(root, path)?;
    let bytes = std::fs::read(&file)?;
    Ok((file, bytes))
}

/// Finds the file for a URL's path; a folder stands for its `index.html`.
pub(super) fn find(root: &Path, path: &str) -> io::Result<PathBuf> {
    let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
    let decoded = percent_decode_str(path).decode_utf8().map_err(|_| refused())?;
    if decoded.contains(['\0', '\\']) {
        return Err(refused());
    }
    let relative = Path::new(decoded.trim_start_matches('/'));
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(refused());
    }
    let root = root.canonicalize()?;
    // After links are resolved the file must still be below the folder.
    let mut file = root.join(relative).canonicalize()?;
    if file.is_dir() {
        file = file.join("index.html").canonicalize()?;
    }
    if !file.starts_with(&root) || !file.is_file() {
        return Err(refused());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(assets: &Assets, path: &str) -> u16 {
        let request = Request::builder().uri(format!("app://localhost{path}")).body(Vec::new());
        assets.answer(&request.unwrap()).status().as_u16()
    }

    #[test]
    fn only_files_below_the_folder_are_served() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("web");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(outer.path().join("secret"), "no").unwrap();
        std::fs::write(root.join("index.html"), "yes").unwrap();
        std::fs::write(root.join("sub/a b.js"), "yes").unwrap();
        let assets = Assets::new(Some(root.clone()), "default-src 'self'");
        for good in ["/", "/index.html", "/sub/a%20b.js", "/index.html?x=../y"] {
            assert_eq!(status(&assets, good), 200, "{good}");
        }
        for bad in [
            "/../secret",
            "/%2e%2e/secret",
            "/sub/..%2f..%2fsecret",
            "/a%00",
            "/..%5csecret",
            "/nothing",
            "/sub",
        ] {
            assert_ne!(status(&assets, bad), 200, "{bad}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), root.join("link")).unwrap();
            assert_eq!(status(&assets, "/link"), 403);
        }
    }

    #[test]
    fn scripts_have_their_type_and_every_answer_the_policy() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a.mjs"), "").unwrap();
        let assets = Assets::new(Some(root.path().to_owned()), "default-src 'self'");
        let request = Request::builder().uri("app://localhost/a.mjs").body(Vec::new()).unwrap();
        let response = assets.answer(&request);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(kind.ends_with("/javascript; charset=utf-8"), "{kind}");
        assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("ipc:"));
    }
}
