//! The README's pictures of mistakes show what `validate` prints; `UPDATE=1` (or `./dev pictures`) draws them anew.

use crate::support::{
    cli::Portcullis,
    manifest::{HINT, files, manifests, repository, text},
};
use anstyle_svg::{Term, WIN10_CONSOLE};
use portcullis::{
    diagnostic::{Format, Style, render, summary_line},
    reload::load_content,
};
use std::{fs, path::Path};

const FOLDER: &str = "docs/mistakes";

/// What `portcullis validate gateway.yaml` prints on a terminal with colours, for a file with this text.
fn in_colour(text: &str) -> String {
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    let style = Style { color: true };
    let findings = render(&loaded.diagnostics, &loaded.sources, Format::Human, style);
    format!("{}\n\n{}\n", findings.trim_end(), summary_line(&loaded.diagnostics, 1))
}

/// The text without its colours.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').expect("a colour").1)
}

#[test]
fn every_picture_shows_what_validate_prints() {
    for path in manifests(FOLDER) {
        let manifest = text(&path);
        let printed = in_colour(&manifest);
        assert!(printed.contains('\u{1b}'), "{}: no colours", path.display());
        let program = Portcullis::with_manifest(&manifest);
        program.run(&["validate", "gateway.yaml"]).expect(1, &without_colour(&printed), HINT);
        let screen = format!("$ portcullis validate gateway.yaml\n{}", printed.trim_end());
        // Its blue can be read on its black. The background is drawn, so a reader's light or dark page is no matter.
        let drawn = Term::new().palette(WIN10_CONSOLE).render_svg(&screen);
        let picture = path.with_extension("svg");
        if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
            fs::write(repository().join(&picture), &drawn).expect("the picture can be written");
        }
        let committed = fs::read_to_string(repository().join(&picture)).unwrap_or_default();
        assert!(committed == drawn, "{}: run `./dev pictures`", picture.display());
    }
}

#[test]
fn every_picture_has_its_manifest_and_stands_in_the_readme() {
    let readme = text(Path::new("README.md"));
    let mut pictures = 0;
    for path in files(FOLDER) {
        if path.extension().is_some_and(|extension| extension == "svg") {
            pictures += 1;
            assert!(repository().join(path.with_extension("yaml")).is_file(), "{}", path.display());
            let path = path.to_str().expect("UTF-8").replace('\\', "/");
            assert!(readme.contains(&format!("]({path})")), "{path} is not in the README");
        }
    }
    assert_eq!(pictures, manifests(FOLDER).len());
}
