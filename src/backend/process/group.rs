//! A started program together with all that it starts: whatever becomes of the call, they end together.

#[cfg(unix)]
use super::watcher::{self, Watched};
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open};
#[cfg(unix)]
use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};
use std::{future::pending, io, process::ExitStatus, time::Duration};
#[cfg(target_os = "linux")]
use tokio::io::{Interest, unix::AsyncFd};
use tokio::{
    io::{AsyncRead, copy, sink},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    time::sleep,
};

/// How long a program whose call was given up has to tidy up, before it is killed.
pub(super) const MERCY: Duration = Duration::from_secs(2);

/// The program's ends of its pipes.
pub(in crate::backend) type Pipes = (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>);

/// A program that leads a process group of its own. Dropping it kills the group, and so does the end of the gateway,
/// however that ends: [`watcher`] knows the group for as long as it lives.
///
/// **Why no stranger is ever killed.** The group's number is the leader's pid. The system gives a pid to
/// nobody else while the process that had it has not been reaped, even if that process ended long ago.
/// Only [`end`] reaps the leader here, and forgets `id` in the same step; [`exited`] looks without
/// reaping, and tokio's own reaping in the background begins when `leader` is dropped, which is after
/// [`Drop`] has run. So wherever `id` is known the leader is unreaped, and `id` names this group alone.
///
/// **Why one signal is enough.** A process of the group cannot outrun the signal by forking: a fork that the
/// signal overtakes is called off by the system, and one that came first has put its child into the group.
///
/// Where there are no process groups, the leader alone is killed.
///
/// [`watcher`]: super::watcher
/// [`end`]: Group::end
/// [`exited`]: Group::exited
#[derive(Debug)]
pub(in crate::backend) struct Group {
    leader: Child,
    #[cfg(unix)]
    id: Option<Pid>,
    #[cfg(unix)]
    watched: Option<Watched>,
}

impl Group {
    /// Starts a program as the leader of a new group. The calling thread waits until the system has loaded it, without
    /// copying anything of the gateway (`posix_spawn`): that takes as long however much the gateway holds.
    pub(in crate::backend) fn spawn(mut command: Command) -> io::Result<Self> {
        command.kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let leader = command.spawn()?;
        #[cfg(unix)]
        let id = leader.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        Ok(Self {
            leader,
            #[cfg(unix)]
            id,
            #[cfg(unix)]
            watched: id.map(watcher::watch),
        })
    }

    /// The same for a program that is to last. On Linux the system itself kills it, too, when the gateway ends; asking for
    /// that needs a fork, and a thread that lasts as long.
    pub(in crate::backend) async fn spawn_lasting(command: Command) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        return super::spawner::on_lasting_thread(move || {
            let mut command = command;
            super::parent_death::end_with_this_thread(&mut command);
            Self::spawn(command)
        })
        .await?;
        #[cfg(not(target_os = "linux"))]
        Self::spawn(command)
    }

    /// The pipes; a second call finds none.
    pub(in crate::backend) fn take_pipes(&mut self) -> Pipes {
        (self.leader.stdin.take(), self.leader.stdout.take(), self.leader.stderr.take())
    }

    /// Waits until the leader has ended, and leaves it unreaped.
    ///
    /// Where the system has no descriptors for processes, a thread of the blocking pool waits, because tokio's own
    /// `wait` reaps. Dropping the group frees the thread: the leader that it waits for is killed.
    #[cfg(unix)]
    pub(in crate::backend) async fn exited(&mut self) {
        let Some(id) = self.id else { return };
        let look = move |how| {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | how;
            rustix::io::retry_on_intr(|| waitid(WaitId::Pid(id), options)).map(drop)
        };
        #[cfg(target_os = "linux")]
        let waited = match noticed(id).await {
            Ok(()) => Ok(look(WaitIdOptions::NOHANG)),
            Err(_) => tokio::task::spawn_blocking(move || look(WaitIdOptions::empty())).await,
        };
        #[cfg(not(target_os = "linux"))]
        let waited = tokio::task::spawn_blocking(move || look(WaitIdOptions::empty())).await;
        if matches!(waited, Ok(Err(Errno::CHILD))) {
            // Somebody else in this program reaped it: the number may be anybody's by now.
            self.id = None;
            self.watched = None;
        }
    }

    /// Waits until the leader has ended.
    #[cfg(not(unix))]
    pub(in crate::backend) async fn exited(&mut self) {
        // An error is met again, and reported, by `end`.
        let _ = self.leader.wait().await;
    }

    /// Kills what is left of the group, then reaps the leader.
    pub(in crate::backend) async fn end(&mut self) -> io::Result<ExitStatus> {
        self.kill();
        // Reaping and forgetting happen in one poll: a call that is cancelled here still knows its group.
        let status = self.leader.wait().await;
        #[cfg(unix)]
        {
            self.id = None;
        }
        status
    }

    /// Whether it has not been ended.
    fn is_alive(&self) -> bool {
        self.leader.id().is_some()
    }

    /// Asks every process of the group to end; `false` if that cannot be asked here.
    #[cfg(unix)]
    fn terminate(&self) -> bool {
        self.id.is_some_and(|id| kill_process_group(id, Signal::TERM).is_ok())
    }

    /// Asks every process of the group to end; `false` if that cannot be asked here.
    #[cfg(not(unix))]
    fn terminate(&self) -> bool {
        false
    }

    /// Ends every process of the group at once. Failure means that none is left to end, or that it runs
    /// as another user and cannot be ended.
    fn kill(&mut self) {
        #[cfg(unix)]
        {
            if let Some(id) = self.id {
                let _ = kill_process_group(id, Signal::KILL);
            }
            self.watched = None;
        }
        #[cfg(not(unix))]
        let _ = self.leader.start_kill();
    }
}

/// Waits on the process's descriptor; an error where the system gives none.
#[cfg(target_os = "linux")]
async fn noticed(id: Pid) -> io::Result<()> {
    let descriptor = pidfd_open(id, PidfdFlags::empty())?;
    #[expect(deprecated, reason = "it is sound for a descriptor that is owned, as this one is")]
    let descriptor = AsyncFd::with_interest(descriptor, Interest::READABLE)?;
    descriptor.readable().await.map(drop)
}

#[cfg(all(test, target_os = "linux"))]
impl Group {
    /// The leader's pid, until it is reaped.
    pub(in crate::backend) fn leader_id(&self) -> Option<i32> {
        self.id.map(Pid::as_raw_pid)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A group for the time of a call. If the call is given up, the group is asked to end (`TERM`) and killed when its leader
/// has ended or [`MERCY`] is over; at once where there are no such requests, or no runtime that could wait.
#[derive(Debug, Default)]
pub(super) struct Lent {
    group: Option<Group>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
}

/// The program's ends of its pipes, where its outputs stay open for as long as the program may use them.
pub(super) type LentPipes<'a> =
    (Option<ChildStdin>, Option<&'a mut ChildStdout>, Option<&'a mut ChildStderr>);

impl Lent {
    pub(super) fn hold(&mut self, group: Group) -> (&mut Group, LentPipes<'_>) {
        let group = self.group.insert(group);
        let (stdin, stdout, stderr) = group.take_pipes();
        (self.stdout, self.stderr) = (stdout, stderr);
        (group, (stdin, self.stdout.as_mut(), self.stderr.as_mut()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut group) = self.group.take().filter(Group::is_alive) else { return };
        let (stdout, stderr) = (self.stdout.take(), self.stderr.take());
        if group.terminate()
            && let Ok(runtime) = Handle::try_current()
        {
            // A runtime that ends drops this, and kills the group with it.
            runtime.spawn(async move {
                // Words of farewell must neither break nor fill a pipe.
                tokio::select! {
                    () = group.exited() => {}
                    () = sleep(MERCY) => {}
                    _ = async { tokio::join!(drain(stdout), drain(stderr), pending::<()>()) } => {}
                }
                // There is nobody left to be told.
                let _ = group.end().await;
            });
        }
    }
}

async fn drain(pipe: Option<impl AsyncRead + Unpin>) {
    if let Some(mut pipe) = pipe {
        let _ = copy(&mut pipe, &mut sink()).await;
    }
}
