//! What ends programs, and all that they started, when the gateway itself ends without a word: a shell that is there to
//! see it, and does nothing else.

use rustix::{io::ioctl_fionbio, process::Pid};
use std::{
    io::{self, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Starts with the groups that live, and reads which come and go. The end of its input is the end of the gateway, whose
/// end of the pipe the system closes in any case: then it kills the groups that are left.
const SCRIPT: &str = r#"
trap '' INT TERM HUP QUIT
live=$*
while read -r change group; do
    case $change in
        +) live="$live $group" ;;
        -) rest=
           for other in $live; do [ "$other" = "$group" ] || rest="$rest $other"; done
           live=$rest ;;
    esac
done
for group in $live; do kill -s KILL -- "-$group"; done
"#;

/// What the shell is called in lists of processes.
const NAME: &str = "portcullis-watcher";

/// The one of this process.
static WATCHER: Mutex<Watcher> = Mutex::new(Watcher::new());

/// A process group that ends with the gateway. Dropping this takes it off the list, which has to come before its
/// leader is reaped: from then on the number may be somebody else's.
#[derive(Debug)]
pub(super) struct Watched(Pid);

/// Puts a group on the list. What was started and is not on it yet outlives a gateway that is killed in this moment;
/// its number is not known any sooner.
pub(super) fn watch(group: Pid) -> Watched {
    watcher().add(group);
    Watched(group)
}

impl Drop for Watched {
    fn drop(&mut self) {
        watcher().remove(self.0);
    }
}

fn watcher() -> MutexGuard<'static, Watcher> {
    WATCHER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The groups that live, and the shell that knows them.
#[derive(Debug)]
struct Watcher {
    live: Vec<Pid>,
    shell: Option<Shell>,
}

impl Watcher {
    const fn new() -> Self {
        Self { live: Vec::new(), shell: None }
    }

    fn add(&mut self, group: Pid) {
        self.live.push(group);
        self.tell('+', group);
    }

    fn remove(&mut self, group: Pid) {
        self.live.retain(|live| *live != group);
        self.tell('-', group);
    }

    /// A shell that has ended, or that reads nothing any more, is replaced. Where none can be started nothing watches,
    /// and the next group tries again.
    fn tell(&mut self, change: char, group: Pid) {
        let is_told = self.shell.as_mut().is_some_and(|shell| shell.tell(change, group).is_ok());
        if !is_told {
            // The old one first: what it still read would be out of date.
            self.shell = None;
            if !self.live.is_empty() {
                self.shell = Shell::start(&self.live).ok();
            }
        }
    }
}

/// A shell, with the only end of the pipe that it reads: no program inherits it.
#[derive(Debug)]
struct Shell(Child);

impl Shell {
    fn start(live: &[Pid]) -> io::Result<Self> {
        let process = Command::new("/bin/sh")
            .args(["-c", SCRIPT, NAME])
            .args(live.iter().map(|group| group.as_raw_pid().to_string()))
            .env_clear()
            .current_dir("/")
            // What a terminal sends to the gateway's group is not for it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut shell = Self(process);
        // Nobody waits for it, not even if it is stopped and the pipe is full.
        ioctl_fionbio(shell.input()?, true)?;
        Ok(shell)
    }

    fn input(&mut self) -> io::Result<&mut ChildStdin> {
        self.0.stdin.as_mut().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    /// Less than a pipe takes in one piece (`PIPE_BUF`): it is written whole or not at all.
    fn tell(&mut self, change: char, group: Pid) -> io::Result<()> {
        self.input()?.write_all(format!("{change} {}\n", group.as_raw_pid()).as_bytes())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Failure means that it has ended; then it is reaped all the same.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(all(test, target_os = "linux"))]
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
        &mut watcher.shell.as_mut().unwrap().0
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
        for program in [&first, &ended, &last] {
            watcher.add(program.group());
        }
        watcher.remove(ended.group());
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
        let (mut first, second) = (Endless::start(), Endless::start());
        let mut watcher = Watcher::new();
        watcher.add(first.group());
        let killed = Pid::from_child(shell(&mut watcher));
        kill_process(killed, Signal::KILL).unwrap();
        let has_ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(killed), has_ended).unwrap();
        watcher.add(second.group());
        watcher.remove(second.group());
        the_gateway_ends(&mut watcher);
        assert_eq!(first.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
    }

    #[test]
    fn nobody_waits_for_a_watcher_that_is_stopped() {
        let (mut first, mut second) = (Endless::start(), Endless::start());
        let mut watcher = Watcher::new();
        watcher.add(first.group());
        let stopped = Pid::from_child(shell(&mut watcher));
        kill_process(stopped, Signal::STOP).unwrap();
        while Pid::from_child(shell(&mut watcher)) == stopped {
            watcher.add(second.group());
            watcher.remove(second.group());
        }
        watcher.remove(second.group());
        the_gateway_ends(&mut watcher);
        assert_eq!(first.0.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
        assert!(second.runs());
    }
}
