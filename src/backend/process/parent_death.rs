//! A sidecar does not outlive the gateway: the system kills it with the thread that started it, which ends with the
//! gateway, however that ends. The only file with `unsafe`.

use rustix::{
    io::Errno,
    process::{Signal, getpid, getppid, set_parent_process_death_signal},
};
use std::io;
use tokio::process::Command;

/// Lets the system kill the program when the thread ends that starts it (`PR_SET_PDEATHSIG`).
///
/// That holds for the program alone, not for what it starts itself, and no longer once it has become another user (a
/// program with the set-user-ID bit).
pub(super) fn end_with_this_thread(command: &mut Command) {
    let gateway = getpid();
    let before_exec = move || -> io::Result<()> {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // A gateway that ended before that call will not be missed.
        if getppid() == Some(gateway) { Ok(()) } else { Err(Errno::SRCH.into()) }
    };
    #[expect(unsafe_code, reason = "only the new process itself can ask for its signal")]
    // SAFETY: the closure runs between fork and exec, where only what is async-signal-safe is allowed. It makes two
    // system calls without memory that is shared with anything; it takes no lock, allocates nothing and cannot panic,
    // and an `io::Error` made of an error number holds that number alone.
    unsafe {
        command.pre_exec(before_exec);
    }
}
