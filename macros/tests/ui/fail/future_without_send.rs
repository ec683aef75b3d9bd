//! An async command moves between threads.

use std::rc::Rc;

#[portcullis::command]
async fn count(to: u32) -> u32 {
    let shared = Rc::new(to);
    std::future::ready(()).await;
    *shared
}

fn main() {}
