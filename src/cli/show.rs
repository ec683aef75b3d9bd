//! `show`: the manifest that is in effect, and which file and line each part of it comes from.

use super::{Exit, ManifestArg, locate::sound, print};
use crate::{
    diagnostic::{Format, json_text},
    edit::{places, show as show_tree},
};
use serde_json::json;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    manifest: ManifestArg,
}

pub(super) fn show(args: &Args, format: Format) -> Exit {
    let loaded = match sound(&args.manifest, format) {
        Ok(sound) => sound.loaded,
        Err(exit) => return exit,
    };
    let Some(root) = &loaded.document else { return Exit::CouldNotRun };
    if format == Format::Json {
        let places = places(root, &loaded.sources);
        print(&json_text(&json!({ "version": 1, "manifest": root.to_json(), "places": places })));
    } else {
        print(&show_tree(root, &loaded.sources));
    }
    Exit::Yes
}
