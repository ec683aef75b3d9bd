//! The programs that run what their arguments say, each with the options that it reads.

/// How a program reads options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Letters behind one dash, words behind two.
    Unix,
    /// The same; all options are read before the code that one of them announced.
    Shell,
    /// Words that may be cut short; the code is all that follows.
    PowerShell,
    /// `/c`, also in a row of switches; the code is all that follows.
    Cmd,
}

/// What a program takes items for that are neither options nor their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// The first is a script or a subcommand, and what follows it is for that.
    Script,
    /// Data; options may stand behind them.
    Data,
    /// Behind so many, a program with its arguments.
    Program(usize),
    /// Behind so many, code in one item.
    Code(usize),
    /// Behind so many, code in all items.
    Line(usize),
}

/// What is known about programs of some names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) names: &'static [&'static str],
    pub(super) dialect: Dialect,
    /// Options that code follows: letters, and words with their dashes.
    pub(super) code: (&'static str, &'static [&'static str]),
    /// Options that a command line or a program's name follows.
    pub(super) starts: (&'static str, &'static [&'static str]),
    /// Letters of options that a setting follows, as `key=value`.
    pub(super) settings: &'static str,
    /// Options that name a script, or a file with code.
    pub(super) script: &'static str,
    /// Other options that take the next item as their value.
    pub(super) valued: (&'static str, &'static [&'static str]),
    pub(super) operands: Operands,
    /// Subcommands with what follows them.
    pub(super) subcommands: &'static [(&'static str, Operands)],
    /// Whether it runs what it reads from its input when no code or script is named.
    pub(super) reads_code: bool,
}

const PLAIN: Program = Program {
    names: &[],
    dialect: Dialect::Unix,
    code: ("", &[]),
    starts: ("", &[]),
    settings: "",
    script: "",
    valued: ("", &[]),
    operands: Operands::Script,
    subcommands: &[],
    reads_code: false,
};

const fn interpreter(
    names: &'static [&'static str],
    code: (&'static str, &'static [&'static str]),
    valued: &'static str,
) -> Program {
    Program { names, code, valued: (valued, &[]), reads_code: true, ..PLAIN }
}

const fn wrapper(
    names: &'static [&'static str],
    valued: (&'static str, &'static [&'static str]),
    operands: usize,
) -> Program {
    Program { names, valued, operands: Operands::Program(operands), ..PLAIN }
}

/// Shells that pass what stands behind the code to it.
pub(super) const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "rbash"];

pub(super) const PROGRAMS: &[Program] = &[
    Program { dialect: Dialect::Shell, ..interpreter(SHELLS, ("c", &[]), "oO") },
    interpreter(&["fish"], ("cC", &["--command", "--init-command"]), "do"),
    interpreter(&["csh", "tcsh"], ("c", &[]), ""),
    Program { script: "m", ..interpreter(&["python", "pypy", "pythonw"], ("c", &[]), "WX") },
    interpreter(&["node", "nodejs"], ("ep", &["--eval", "--print"]), "rC"),
    Program {
        subcommands: &[("exec", Operands::Line(0)), ("x", Operands::Program(0))],
        ..interpreter(&["bun"], ("ep", &["--eval", "--print"]), "r")
    },
    Program {
        subcommands: &[("eval", Operands::Code(0))],
        ..interpreter(&["deno"], ("", &[]), "")
    },
    interpreter(&["ruby", "jruby"], ("e", &[]), "rICE"),
    interpreter(&["lua", "luajit", "osascript", "groovy"], ("e", &[]), "l"),
    interpreter(&["rscript", "r", "julia", "elixir"], ("eE", &["--eval", "--print"]), ""),
    interpreter(&["guile", "racket"], ("ce", &["--eval"]), ""),
    interpreter(&["perl"], ("eE", &[]), ""),
    interpreter(&["php"], ("rBRE", &["--run", "--process-begin", "--process-code"]), "cdz"),
    interpreter(&["tclsh", "wish", "expect"], ("c", &[]), ""),
    Program {
        script: "fE",
        operands: Operands::Code(0),
        reads_code: false,
        ..interpreter(&["awk", "gawk", "mawk", "nawk"], ("e", &["--source"]), "Fvil")
    },
    Program {
        script: "f",
        operands: Operands::Code(0),
        reads_code: false,
        ..interpreter(&["sed", "gsed"], ("e", &["--expression"]), "l")
    },
    Program { dialect: Dialect::PowerShell, ..interpreter(&["pwsh", "powershell"], ("", &[]), "") },
    Program { dialect: Dialect::Cmd, ..interpreter(&["cmd"], ("", &[]), "") },
    Program {
        operands: Operands::Data,
        reads_code: true,
        ..interpreter(&["su", "runuser"], ("c", &["--command", "--session-command"]), "gGsTwu")
    },
    Program {
        operands: Operands::Data,
        reads_code: false,
        ..interpreter(&["script"], ("c", &["--command"]), "BEIOTmo")
    },
    Program {
        settings: "o",
        valued: ("BbcDEeFIiJLlmOPpQRSWw", &[]),
        operands: Operands::Line(1),
        reads_code: true,
        names: &["ssh"],
        ..PLAIN
    },
    Program {
        valued: ("nq", &["--interval", "--equexit"]),
        operands: Operands::Line(0),
        names: &["watch"],
        ..PLAIN
    },
    Program {
        code: ("c", &["--command"]),
        ..wrapper(&["flock"], ("wE", &["--wait", "--timeout", "--conflict-exit-code"]), 1)
    },
    Program {
        starts: ("", &["-exec", "-execdir", "-ok", "-okdir"]),
        operands: Operands::Data,
        names: &["find", "gfind"],
        ..PLAIN
    },
    Program {
        starts: ("xX", &["--exec", "--exec-batch"]),
        operands: Operands::Data,
        names: &["fd", "fdfind"],
        ..PLAIN
    },
    Program {
        starts: ("", &["--upload-pack", "--receive-pack", "--exec", "--exec-path"]),
        settings: "c",
        valued: ("C", &["--git-dir", "--work-tree", "--namespace", "--config-env"]),
        names: &["git"],
        ..PLAIN
    },
    Program {
        starts: ("S", &["--split-string"]),
        ..wrapper(&["env", "genv"], ("uC", &["--unset", "--chdir", "--argv0"]), 0)
    },
    wrapper(
        &["xargs", "gxargs"],
        (
            "IELPadns",
            &[
                "--arg-file",
                "--delimiter",
                "--max-args",
                "--max-procs",
                "--max-chars",
                "--max-lines",
            ],
        ),
        0,
    ),
    wrapper(
        &["sudo"],
        (
            "CDRTUghprtu",
            &[
                "--close-from",
                "--chdir",
                "--chroot",
                "--command-timeout",
                "--other-user",
                "--group",
                "--host",
                "--prompt",
                "--role",
                "--type",
                "--user",
            ],
        ),
        0,
    ),
    wrapper(&["doas"], ("Cu", &[]), 0),
    wrapper(&["pkexec"], ("", &["--user"]), 0),
    wrapper(&["nice"], ("n", &["--adjustment"]), 0),
    wrapper(&["ionice"], ("cnpPu", &["--class", "--classdata"]), 0),
    wrapper(&["nohup", "setsid", "busybox", "toybox", "caffeinate"], ("", &[]), 0),
    wrapper(&["npx", "bunx", "pnpx", "uvx"], ("p", &["--package", "--from", "--with"]), 0),
    wrapper(&["stdbuf"], ("ioe", &["--input", "--output", "--error"]), 0),
    wrapper(&["timeout", "gtimeout"], ("ks", &["--kill-after", "--signal"]), 1),
    wrapper(&["time", "gtime"], ("fo", &["--format", "--output"]), 0),
    wrapper(&["chroot"], ("", &["--userspec", "--groups"]), 1),
    wrapper(&["chrt", "taskset"], ("TPD", &[]), 1),
    wrapper(&["strace", "ltrace"], ("abeEIoOpPsSuUX", &["--trace", "--output", "--env"]), 0),
    wrapper(&["unshare", "nsenter", "setpriv", "prlimit", "fakeroot"], ("RSGwtlbisuU", &[]), 0),
];
