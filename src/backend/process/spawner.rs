//! The thread that starts programs which are to last: the system takes the end of a program's parent thread for the end
//! of the gateway, and threads of the runtime come and go.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread,
};
use tokio::{runtime::Handle, sync::oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// Where jobs for the thread go; it is started with the first of them and never ends before the process does.
static JOBS: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Does something on the thread, inside the caller's runtime. When the caller does not wait for it any more, the result
/// is dropped.
pub(super) async fn on_lasting_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    let runtime = Handle::current();
    let job = Box::new(move || {
        let _inside = runtime.enter();
        let _ = done.send(work());
    });
    let gone = || io::Error::other("the thread that starts programs failed");
    jobs()?.send(job).map_err(|_| gone())?;
    result.await.map_err(|_| gone())
}

fn jobs() -> io::Result<Sender<Job>> {
    let mut jobs = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(jobs) = &*jobs {
        return Ok(jobs.clone());
    }
    let (sender, receiver) = channel::<Job>();
    thread::Builder::new().name("programs".to_owned()).spawn(move || {
        for job in receiver {
            // The thread's end would be the end of all programs.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    })?;
    Ok(jobs.insert(sender).clone())
}
