//! `validate`: every fault of every file, and a verdict; with `--fix` what a program can mend is mended first.

use super::{
    Exit, ManifestArg, complain, fix, hint,
    locate::{self, with_profile},
    part, print, print_rendered, registry, style,
};
use crate::{
    app::{host, misfits, undeclared},
    command::{Declarations, Registry},
    diagnostic::{Format, Report},
    reload::{Disk, Loaded, load_profiles},
};
use std::{
    mem::ManuallyDrop,
    path::{Path, PathBuf},
};

const FORMATS: &str = "\
Formats:
  human   snippets with what is wrong underlined, and what to do
  plain   one line for each finding, for logs and screen readers
  json    one document for programs, described in the README
  sarif   SARIF 2.1.0, for code scanning
  github  annotations of a GitHub workflow
  junit   JUnit XML, for test reports";

#[derive(Debug, clap::Args)]
#[command(after_long_help = FORMATS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// The manifests; without any the nearest `gateway.yaml` upward.
    files: Vec<PathBuf>,
    #[command(flatten)]
    manifest: ManifestArg,
    /// Fail on warnings too.
    #[arg(long)]
    deny_warnings: bool,
    /// Also report what this machine lacks: programs, secrets, folders and built pages.
    #[arg(long)]
    host: bool,
    /// The native commands of the program that the manifests are for, as its verb `registry` wrote them.
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
    /// Mend what is surely a slip, such as a misspelt name or missing quotes, and report the rest.
    #[arg(long)]
    fix: bool,
    /// Print what `--fix` would change as a unified diff, and change nothing.
    #[arg(long, requires = "fix", conflicts_with = "host")]
    dry_run: bool,
}

pub(super) fn validate(args: &Args, format: Format, known: &Registry) -> Exit {
    let files = match locate::files(&args.files, &args.manifest.file) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    if args.dry_run {
        return dry_run(args, &files, format);
    }
    // The stock binary knows nothing of the program that a manifest is for.
    let natives = match &args.registry {
        Some(file) => match registry::read(file) {
            Ok(natives) => Some(natives),
            Err(exit) => return exit,
        },
        None => (!known.is_stock()).then(|| known.declarations()),
    };
    let mut loaded = Vec::new();
    for file in &files {
        let read = if args.fix { mend(file, args, format) } else { read(file, args) };
        match read {
            Ok(mut read) => {
                part::mention_whole(file, &mut read);
                loaded.push(with_natives(read, natives.as_ref()));
            }
            Err(exit) => return exit,
        }
    }
    if args.host {
        for loaded in &mut loaded {
            let missing = host(loaded);
            loaded.diagnostics.extend(missing);
        }
    }
    // The program ends here: taking a large manifest apart piece by piece would take a tenth of its time.
    let loaded = ManuallyDrop::new(loaded);
    let report = report(&loaded, args);
    tell(&report, format);
    verdict(&report)
}

/// The same with what is found once the program's native commands are known.
fn with_natives(mut loaded: Loaded, natives: Option<&Declarations>) -> Loaded {
    let Some(natives) = natives else { return loaded };
    let missing = loaded.manifest.as_ref().map(|manifest| misfits(manifest, natives));
    let unused = undeclared(&loaded, natives);
    loaded.diagnostics.extend(missing.into_iter().flatten().chain(unused));
    loaded
}

/// Reads one file with the profile that is asked for, or else with each that it has.
fn read(file: &Path, args: &Args) -> Result<Loaded, Exit> {
    with_profile(load_profiles(file, &args.manifest.options(), &Disk), &args.manifest)
}

/// Mends one file and says what was done; what is left is in what is returned.
fn mend(file: &Path, args: &Args, format: Format) -> Result<Loaded, Exit> {
    let fixed = fix::fix(file);
    if let Err((path, error)) = fixed.write() {
        complain(&format!("error: {} cannot be written: {error}", path.display()));
        return Err(Exit::CouldNotRun);
    }
    let say = if format.is_document() { complain } else { print };
    fixed.done.iter().for_each(|done| say(&format!("fixed {done}")));
    read(file, args)
}

/// The differences alone on standard output, so that they can be applied as a patch.
fn dry_run(args: &Args, files: &[PathBuf], format: Format) -> Exit {
    if format.is_document() || format == Format::Github {
        complain("error: `--dry-run` prints a diff\n  help: leave out `--format`, or `--dry-run`");
        return Exit::Usage;
    }
    let fixed: Vec<fix::Fixed> = files.iter().map(|file| fix::fix(file)).collect();
    if fixed.iter().any(|fixed| !fixed.done.is_empty()) {
        print(&fixed.iter().map(fix::Fixed::diff).collect::<String>());
    }
    let loaded: Result<Vec<Loaded>, Exit> = files.iter().map(|file| read(file, args)).collect();
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let report = report(&loaded, args);
    let count = fixed.iter().map(|fixed| fixed.done.len()).sum::<usize>();
    complain(&format!("{}; `--fix` would mend {count}", report.summary_line()));
    verdict(&report)
}

fn report<'a>(loaded: &'a [Loaded], args: &Args) -> Report<'a> {
    let folder = std::env::current_dir().unwrap_or_default();
    let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
    let mut report = Report::default()
        .in_repository(repository.unwrap_or(&folder), &folder)
        .deny_warnings(args.deny_warnings);
    for loaded in loaded {
        report.add(&loaded.diagnostics, &loaded.sources);
        report.omit(loaded.omitted);
    }
    report
}

fn tell(report: &Report<'_>, format: Format) {
    let text = report.render(format, style(&std::io::stdout()));
    if !text.is_empty() {
        print_rendered(&text);
    }
    if format.is_document() {
        return;
    }
    if format == Format::Human && !report.is_empty() {
        // Snippets stand apart from the verdict.
        print("");
    }
    print(&report.summary_line());
    hint(report, format);
}

fn verdict(report: &Report<'_>) -> Exit {
    if report.is_refused() { Exit::No } else { Exit::Yes }
}
