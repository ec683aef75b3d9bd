//! What happens to each call: its number decides, so that the gateway's side and the backends agree without a word.

/// What runs behind a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Backend {
    Value,
    Native,
    Program,
    Sidecar,
    /// A request that must never be sent twice.
    Post,
    /// A request that may be.
    Get,
}

/// What the backend does with a call, beside counting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It answers.
    Fine,
    /// It answers, late.
    Late,
    /// It answers, and fills every other pipe that it has.
    Chatty,
    /// It answers, but leaves its input alone for a while first, so that the pipe fills.
    Deaf,
    /// It answers twice.
    Twice,
    /// It answers, and leaves a program behind.
    Litters,
    /// It says that it cannot.
    Fails,
    /// It ends, or breaks the connection.
    Dies,
    /// It does so in the middle of its answer.
    Half,
    /// It answers what is no answer.
    Garbage,
    /// It answers more than is allowed.
    Large,
    /// It names somebody else.
    Away,
    /// It never answers.
    Silent,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) fate: Fate,
    /// Its caller goes away while it runs.
    pub(crate) is_dropped: bool,
    /// It comes with more than a pipe holds.
    pub(crate) is_padded: bool,
}

/// Calls between two that are the same for everything but their number.
const ROUND: usize = 20;

/// The plan of call number `n`.
pub(crate) fn plan(n: usize) -> Plan {
    let (round, slot) = (n / ROUND, n % ROUND);
    // The number of the call among those of its backend.
    let (backend, turn) = match slot {
        0 => (Backend::Program, round),
        1..10 => (Backend::Sidecar, round * 9 + slot - 1),
        10..15 => (Backend::Post, round * 5 + slot - 10),
        15..18 => (Backend::Get, round * 3 + slot - 15),
        18 => (Backend::Value, round),
        _ => (Backend::Native, round),
    };
    let fate = match backend {
        Backend::Program => program(turn % 20),
        Backend::Sidecar => sidecar(turn % 300),
        Backend::Post => request(turn % 100),
        Backend::Get => request(turn % 60),
        Backend::Value | Backend::Native => Fate::Fine,
    };
    Plan { backend, fate, is_dropped: turn % 97 == 96, is_padded: turn % 10 == 5 }
}

fn program(turn: usize) -> Fate {
    match turn {
        3 => Fate::Fails,
        5 => Fate::Dies,
        7 => Fate::Large,
        9 => Fate::Chatty,
        11 => Fate::Silent,
        13 => Fate::Litters,
        15 => Fate::Garbage,
        _ => Fate::Fine,
    }
}

fn sidecar(turn: usize) -> Fate {
    match turn {
        10 => Fate::Fails,
        30 => Fate::Dies,
        60 => Fate::Chatty,
        90 => Fate::Half,
        120 => Fate::Deaf,
        150 => Fate::Garbage,
        180 => Fate::Large,
        210 => Fate::Silent,
        240 => Fate::Twice,
        270 => Fate::Late,
        _ => Fate::Fine,
    }
}

fn request(turn: usize) -> Fate {
    match turn {
        5 => Fate::Fails,
        15 => Fate::Dies,
        25 => Fate::Half,
        35 => Fate::Late,
        45 => Fate::Garbage,
        50 => Fate::Large,
        55 => Fate::Away,
        58 => Fate::Silent,
        _ => Fate::Fine,
    }
}

impl Plan {
    /// The command that the page calls. Those that wait for ever have a short time limit of their own.
    pub(crate) fn command(self) -> &'static str {
        match (self.backend, self.fate) {
            (Backend::Value, _) => "value",
            (Backend::Native, _) => "native",
            (Backend::Program, Fate::Silent) => "program_silent",
            (Backend::Program, _) => "program",
            (Backend::Sidecar, Fate::Silent) => "plugin:helper|silent",
            (Backend::Sidecar, _) => "plugin:helper|ask",
            (Backend::Post, Fate::Silent) => "post_silent",
            (Backend::Post, _) => "post",
            (Backend::Get, Fate::Silent) => "get_silent",
            (Backend::Get, _) => "get",
        }
    }

    /// Every way in which the call may end; `ok` is its own number.
    pub(crate) fn ends(self) -> Vec<&'static str> {
        let own = match (self.backend, self.fate) {
            (_, Fate::Silent) => "timeout",
            (_, Fate::Large) => "output_too_large",
            (_, Fate::Away) => "upstream_redirected",
            (Backend::Program, Fate::Fails | Fate::Dies) => "process_failed",
            (Backend::Sidecar, Fate::Fails) => "-7",
            (Backend::Sidecar, Fate::Dies | Fate::Half) => "sidecar_stopped",
            (Backend::Sidecar, Fate::Garbage) => "sidecar_failed",
            (_, Fate::Garbage) => "invalid_output",
            (Backend::Post, Fate::Fails) => "upstream_status",
            (Backend::Post, Fate::Dies | Fate::Half) => "upstream_failed",
            // What may be repeated goes well the second time.
            _ => "ok",
        };
        let mut ends = vec![own];
        if self.backend == Backend::Sidecar {
            // It shares its program with calls that end it.
            ends.extend(["sidecar_stopped", "sidecar_failed"]);
        }
        if self.is_dropped {
            ends.push("dropped");
        }
        ends
    }

    /// How often the backend may have been asked.
    pub(crate) fn most(self) -> usize {
        match (self.backend, self.fate) {
            (Backend::Get, Fate::Fails | Fate::Dies | Fate::Half) => 2,
            (Backend::Value, _) => 0,
            _ => 1,
        }
    }
}
