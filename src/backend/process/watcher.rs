//! What ends programs, and all that they started, when the gateway itself ends without a word: a shell that is there to
//! see it, and does nothing else.

use rustix::process::Pid;
use std::{
    fs::File,
    io,
    os::unix::{fs::FileExt as _, process::CommandExt as _},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Waits for the end of its input. That is the end of the gateway, whose end of the pipe the system closes in any case.
/// Then it kills the groups that are still in the list, which it has as its output, open for reading, too.
const SCRIPT: &str = r#"
trap '' INT TERM HUP QUIT
read -r end
while read -r group; do
    case $group in ?*) kill -s KILL -- "-$group" ;; esac
done <&1
"#;

/// What the shell is called in lists of processes.
const NAME: &str = "portcullis-watcher";

/// Bytes of a line of the list: a number, blanks and a line end.
const LINE: usize = 12;

/// The one of this process.
static WATCHER: Mutex<Watcher> = Mutex::new(Watcher::new());

/// A process group that ends with the gateway. Dropping this takes it off the list, which has to come before its
/// leader is reaped: from then on the number may be somebody else's.
#[derive(Debug)]
pub(super) struct Watched {
    line: usize,
}

/// Puts a group on the list. What was started and is not on it yet outlives a gateway that is killed in this moment;
/// its number is not known any sooner.
pub(super) fn watch(group: Pid) -> Watched {
    Watched { line: watcher().add(group) }
}

impl Drop for Watched {
    fn drop(&mut self) {
        watcher().set(self.line, None);
    }
}

fn watcher() -> MutexGuard<'static, Watcher> {
    WATCHER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The groups that live, each on a line of its own, and the shell that sees the list.
///
/// The list is a file without a name. A pipe would wake the shell twice for each program, which costs more than all else
/// here; a file says nothing until it is asked, and takes every line at once.
#[derive(Debug)]
struct Watcher {
    live: Vec<Option<Pid>>,
    shell: Option<Shell>,
}

impl Watcher {
    const fn new() -> Self {
        Self { live: Vec::new(), shell: None }
    }

    fn add(&mut self, group: Pid) -> usize {
        let line = self.live.iter().position(Option::is_none).unwrap_or(self.live.len());
        self.set(line, Some(group));
        line
    }

    /// A shell that has ended is replaced. Where none can be started nothing watches, and the next group tries again.
    fn set(&mut self, line: usize, group: Option<Pid>) {
        match self.live.get_mut(line) {
            Some(entry) => *entry = group,
            None => self.live.push(group),
        }
        let shell = self.shell.as_mut();
        if !shell.is_some_and(|shell| shell.runs() && shell.write(line, group).is_ok()) {
            self.shell = None;
            if self.live.iter().any(Option::is_some) {
                self.shell = Shell::start(&self.live).ok();
            }
        }
    }
}

/// A shell, with the only end of the pipe that it waits for: no program inherits it.
#[derive(Debug)]
struct Shell {
    process: Child,
    list: File,
}

impl Shell {
    fn start(live: &[Option<Pid>]) -> io::Result<Self> {
        let list = tempfile::tempfile()?;
        let process = Command::new("/bin/sh")
            .args(["-c", SCRIPT, NAME])
            .env_clear()
            .current_dir("/")
            // What a terminal sends to the gateway's group is not for it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(list.try_clone()?)
            .stderr(Stdio::null())
            .spawn()?;
        let shell = Self { process, list };
        for (line, group) in live.iter().enumerate() {
            shell.write(line, *group)?;
        }
        Ok(shell)
    }

    fn runs(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    fn write(&self, line: usize, group: Option<Pid>) -> io::Result<()> {
        let number = group.map(|group| group.as_raw_pid().to_string()).unwrap_or_default();
        let text = format!("{number:<width$}\n", width = LINE - 1);
        // Not at the file's own place, which the shell has, too, and which stays at the start.
        self.list.write_all_at(text.as_bytes(), (line * LINE) as u64)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Before its input ends, which would mean something else. Failure means that it has ended, and then it is reaped
        // all the same.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use rustix::process::{Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use std::{fs, thread::sleep, time::Duration};

    /// A program that goes on for ever, at the head of a group.
    struct Endless(Child);

    impl Endless {
        fn start() -> Self {
            Self(Command::new("sleep").arg("1000").process_group(0).spawn().unwrap())
        }

        fn group(&self) -> Pid {
            Pid::from_child(&self.0)
        }

        fn runs(&mut self) -> bool {
            self.0.try_wait().unwrap().is_none()
        }
    }

    impl Drop for Endless {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    fn shell(watcher: &mut Watcher) -> &mut Child {
        &mut watcher.shell.as_mut().unwrap().process
    }

    /// As when the gateway ends: the pipe is closed, and nobody kills the shell.
    fn the_gateway_ends(watcher: &mut Watcher) {
        assert!(shell(watcher).wait().unwrap().success());
    }

    /// Waits until a program ignores the signals of a mask (`SigIgn`, proc(5)).
    fn until_ignored(program: Pid, mask: u64) {
        let status = format!("/proc/{}/status", program.as_raw_pid());
        let ignored = || {
            let status = fs::read_to_string(&status).unwrap();
            let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
            u64::from_str_radix(ignored.trim(), 16).unwrap()
        };
        while ignored() & mask != mask {
            sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn groups_that_live_are_killed_with_the_gateway_and_those_that_ended_are_forgotten() {
        let (mut first, mut ended, mut last) =
            (Endless::start(), Endless::start(), Endless::start());
        let mut watcher = Watcher::new();
        watcher.add(first.group());
        let line = watcher.add(ended.group());
        watcher.add(last.group());
        watcher.set(line, None);
        the_gateway_ends(&mut watcher);
        assert_eq!(first.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
        assert_eq!(last.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
        assert!(ended.runs(), "its number could be somebody else's");
    }

    #[test]
    fn signals_that_end_a_gateway_do_not_end_its_watcher() {
        let mut program = Endless::start();
        let mut watcher = Watcher::new();
        watcher.add(program.group());
        let own = Pid::from_child(shell(&mut watcher));
        until_ignored(own, 0b0100_0000_0000_0111);
        for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
            kill_process(own, signal).unwrap();
        }
        the_gateway_ends(&mut watcher);
        assert_eq!(program.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
    }

    #[test]
    fn a_watcher_that_was_killed_is_replaced_by_one_that_knows_all_groups() {
        let (mut first, mut ended) = (Endless::start(), Endless::start());
        let mut watcher = Watcher::new();
        watcher.add(first.group());
        let killed = Pid::from_child(shell(&mut watcher));
        kill_process(killed, Signal::KILL).unwrap();
        let has_ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(killed), has_ended).unwrap();
        let line = watcher.add(ended.group());
        watcher.set(line, None);
        the_gateway_ends(&mut watcher);
        assert_eq!(first.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
        assert!(ended.runs());
    }

    #[test]
    fn lines_are_used_again() {
        let (first, second) = (Endless::start(), Endless::start());
        let mut watcher = Watcher::new();
        assert_eq!((watcher.add(first.group()), watcher.add(second.group())), (0, 1));
        watcher.set(0, None);
        assert_eq!((watcher.add(first.group()), watcher.add(second.group())), (0, 2));
        let list = &watcher.shell.as_ref().unwrap().list;
        assert_eq!(list.metadata().unwrap().len(), 3 * LINE as u64);
    }
}
