//! Declarations in words, as far as they are written.

use super::declared::{Declared, Named, Section, Target};

/// Words in backticks, with commas between them.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// What a command does, takes and runs.
pub(super) fn command(named: &Named<'_>, declared: &Declared<'_>) -> String {
    let mut parts = vec![format!("**command** `{}`", named.name)];
    if let Some(builtin) = named.builtin {
        let own = named.name.rsplit('|').next().unwrap_or_default();
        let scope = if builtin.scoped.contains(&own) {
            " It does nothing without a scope: `{ commands: […], scope: { allow: […] } }`."
        } else {
            ""
        };
        parts.push(format!("It is built in, in the plugin `{}`.{scope}", builtin.name));
        return parts.join("\n\n");
    }
    let Some(at) = named.at else { return parts.join("\n\n") };
    parts.extend(at.scalar(&["description"]).map(str::to_owned));
    let lines: Vec<String> =
        declared.arguments_of(at).into_iter().map(|it| format!("- {}", argument(it))).collect();
    match (lines.is_empty(), at.part("args")) {
        (false, _) => parts.push(lines.join("\n")),
        (true, Some(_)) => parts.push("It takes no arguments.".to_owned()),
        (true, None) => {}
    }
    parts.extend(runs(at, declared).map(|backend| format!("It {backend}.")));
    parts.join("\n\n")
}

/// An argument with its type, and whether it must be given.
pub(super) fn argument(at: Target<'_>) -> String {
    let need = match at.scalar(&["default"]) {
        Some(default) => format!("default `{default}`"),
        None if at.part("default").is_some() => "with a default".to_owned(),
        None if at.scalar(&["optional"]) == Some("true") => "optional".to_owned(),
        None => "required".to_owned(),
    };
    let about = at.scalar(&["description"]).map(|text| format!(": {text}")).unwrap_or_default();
    format!("`{}` {}, {need}{about}", at.name(), kind(at))
}

/// What an argument is: a path, a channel, or the type that a schema asks for.
fn kind(at: Target<'_>) -> String {
    let texts = |at: Target<'_>| at.parts().map(|it| it.text().to_owned()).collect::<Vec<_>>();
    let listed = |at| listed(texts(at).iter().map(String::as_str));
    if let Some(words) = at.part("enum") {
        return format!("one of {}", listed(words));
    }
    if let Some(path) = at.scalar(&["path"]) {
        let what = if path == "dir" { "folder" } else { "file" };
        let within = at.part("within").map(|it| format!(" within {}", listed(it)));
        return format!("path of a {what}{}", within.unwrap_or_default());
    }
    if let Some(messages) = at.part("channel") {
        return match messages.scalar(&["type"]) {
            Some(kind) => format!("channel of {kind}"),
            None => "channel".to_owned(),
        };
    }
    match (at.scalar(&["type"]), at.part("type"), at.part("items")) {
        (Some("array"), _, Some(items)) => format!("list of {}", kind(items)),
        (Some("array"), ..) => "list".to_owned(),
        (Some(""), ..) | (None, None, _) => "any value".to_owned(),
        (Some(own), ..) => own.to_owned(),
        (None, Some(choice), _) => texts(choice).join(" or "),
    }
}

/// What a command runs, as the end of a sentence that begins with "It".
fn runs(at: Target<'_>, declared: &Declared<'_>) -> Option<String> {
    let Some(run) = at.part("run") else { return sidecar(at, None).or_else(|| native(at)) };
    let way = ["value", "process", "http", "native", "use"];
    let way = way.into_iter().find_map(|way| run.part(way));
    let Some(way) = way else { return sidecar(at, run.scalar(&["method"])) };
    Some(match way.name() {
        "value" => match way.text() {
            "" => "answers with a value".to_owned(),
            text if text.contains('{') => format!("answers with `{text}`"),
            text => format!("answers with the constant `{text}`"),
        },
        "process" => program(way, None),
        "http" => request(way, None),
        "native" => format!("calls the registered function `{}`", way.text()),
        _ => {
            let name = way.text();
            let shared = declared.find(Section::Backends, name).find_map(|backend| backend.at);
            let what = shared.map(|shared| through(at, run, shared));
            match what {
                Some(what) => format!("{what}, through the backend `{name}`"),
                None => format!("uses the backend `{name}`"),
            }
        }
    })
}

/// What a command with a shared backend does.
fn through(at: Target<'_>, run: Target<'_>, shared: Target<'_>) -> String {
    if let Some(process) = shared.part("process") {
        return program(process, Some(run));
    }
    if let Some(http) = shared.part("http") {
        return request(http, Some(run));
    }
    let method = run.scalar(&["method"]).unwrap_or_else(|| at.name());
    let sidecar = shared.part("sidecar").map(|it| line(it, None)).unwrap_or_default();
    format!("asks the sidecar `{sidecar}` for `{method}`")
}

/// A plugin's sidecar, which answers what says nothing else to run.
fn sidecar(command: Target<'_>, method: Option<&str>) -> Option<String> {
    let plugin = command.outline.above(command.index, 2)?;
    let sidecar = Target { index: plugin, ..command }.part("sidecar")?;
    let method = method.unwrap_or_else(|| command.name());
    Some(format!("asks the sidecar `{}` for `{method}`", line(sidecar, None)))
}

/// A command of a plugin of the program.
fn native(command: Target<'_>) -> Option<String> {
    let plugin = command.outline.above(command.index, 2)?;
    let name = Target { index: plugin, ..command }.scalar(&["native"])?;
    Some(format!("calls `{}` of the registered plugin `{name}`", command.name()))
}

/// A program and its arguments as one would type them.
fn line(process: Target<'_>, more: Option<Target<'_>>) -> String {
    let program = process.scalar(&["program"]).unwrap_or("…");
    let args = [Some(process), more].into_iter().flatten().filter_map(|it| it.part("args"));
    let items = args.flat_map(|args| args.parts());
    let items = items.map(|it| it.entry().and_then(|it| it.scalar.as_deref()).unwrap_or("…"));
    std::iter::once(program).chain(items).collect::<Vec<_>>().join(" ")
}

fn program(process: Target<'_>, more: Option<Target<'_>>) -> String {
    let own = more.and_then(|more| more.scalar(&["output"]));
    let output = own.or_else(|| process.scalar(&["output"])).unwrap_or("text");
    let stream = [more, Some(process)].into_iter().flatten().find_map(|it| it.part("stream"));
    let answer = match stream.and_then(|stream| stream.scalar(&["to"])) {
        Some(channel) => format!("sends its output to the channel `{channel}`"),
        None => format!("answers with its output as {output}"),
    };
    format!("starts `{}` and {answer}", line(process, more))
}

/// A request, of which a shared backend says the first half.
fn request(http: Target<'_>, more: Option<Target<'_>>) -> String {
    let base = http.scalar(&["base"]).unwrap_or("…").trim_end_matches('/');
    let methods = ["get", "head", "post", "put", "patch", "delete"];
    let places = [more, Some(http)];
    let found = places.into_iter().flatten().find_map(|at| {
        methods.into_iter().find_map(|method| Some((method, at.scalar(&[method])?)))
    });
    let (method, path) = found.unwrap_or(("get", ""));
    format!("sends `{} {base}{path}`", method.to_uppercase())
}

/// What a backend, secret, event, origin, group, plugin or window is, in a sentence or two.
pub(super) fn declaration(named: &Named<'_>) -> Option<String> {
    let Some(at) = named.at else { return built_in(named) };
    let scalar = |path: &[&str]| at.scalar(path).filter(|text| !text.is_empty());
    Some(match named.section {
        Section::Backends => {
            let kinds = ["process", "http", "sidecar"];
            let kind = kinds.into_iter().find_map(|kind| at.part(kind))?;
            match kind.name() {
                "process" => format!("It starts `{}`.", line(kind, None)),
                "http" => format!("It asks `{}`.", kind.scalar(&["base"]).unwrap_or("…")),
                _ => format!("It is the sidecar `{}`.", line(kind, None)),
            }
        }
        Section::Secrets => match (scalar(&["env"]), scalar(&["file"])) {
            (Some(name), _) => format!("It comes from the environment variable `{name}`."),
            (None, Some(file)) => format!("It comes from the file `{file}`."),
            (None, None) => return None,
        },
        Section::Events => {
            let about = scalar(&["description"]).map(str::to_owned);
            let from = at.part("from").map(|from| {
                let senders: Vec<&str> = from.parts().map(|it| it.text()).collect();
                format!("It is sent by {}.", listed(senders))
            });
            return Some([about, from].into_iter().flatten().collect::<Vec<_>>().join(" "))
                .filter(|text| !text.is_empty());
        }
        Section::Origins => match scalar(&["root"]) {
            Some(root) => format!("It is a site of the app, with the files in `{root}`."),
            None => format!("It stands for `{}`.", at.text()),
        },
        Section::Groups if named.builtin.is_some() => return built_in(named),
        Section::Groups => {
            let entries: Vec<&str> = at.parts().map(|it| it.text()).collect();
            format!("It stands for {}.", listed(entries))
        }
        Section::Plugins => match (named.builtin, at.part("sidecar")) {
            (Some(_), _) => return built_in(named),
            (None, Some(sidecar)) => {
                format!("The sidecar `{}` answers its commands.", line(sidecar, None))
            }
            (None, None) => return None,
        },
        Section::Windows | Section::Webviews => {
            let template = named.template?;
            format!("Its labels have the form `{template}`.")
        }
        _ => return None,
    })
}

/// What is there without a declaration.
fn built_in(named: &Named<'_>) -> Option<String> {
    let own = "that act on the caller's own window";
    Some(match (named.section, named.builtin) {
        (Section::Origins, _) if named.name == "app" => {
            "The frontend that the gateway serves itself.".to_owned()
        }
        (Section::Origins, _) => "Every origin but the app's own.".to_owned(),
        (Section::Groups, None) => format!("Every command of the core, of those {own}."),
        (Section::Groups, Some(builtin)) => match named.name.split_once(':') {
            Some(("core", name)) => format!("The commands of `{name}` {own}."),
            Some((_, set)) => {
                let known = builtin.sets.iter().find(|(name, _)| *name == set)?.1;
                format!("It stands for {}.", listed(known.iter().copied()))
            }
            None => format!("Every command of the plugin `{}`.", builtin.name),
        },
        (_, Some(builtin)) => {
            let commands = listed(builtin.commands.iter().copied());
            format!("The plugin `{}` is built in. Its commands are {commands}.", builtin.name)
        }
        _ => return None,
    })
}
