//! From a policy's routes to the commands that run: the only place that knows every backend.

use crate::{
    backend,
    check::Checked,
    command::{BoxFuture, Command, Invocation, Registry},
    gateway::Snapshot,
    ipc::{Rejection, RejectionCode, Reply},
    manifest::{Backend, Manifest},
    plan::ProcessPlan,
    policy::{Policy, Route, compile},
    source::Sources,
};
use std::{path::PathBuf, sync::Arc};

/// Compiles a manifest as generation number `generation`, with what runs behind every command.
pub fn build(
    manifest: &Checked<Manifest>,
    sources: &Sources,
    registry: &Registry,
    generation: u64,
) -> Snapshot {
    compose(compile(manifest, sources, generation), registry)
}

/// Builds what runs behind every command of a policy.
pub fn compose(policy: Policy, registry: &Registry) -> Snapshot {
    let commands = policy.routes.iter().map(|route| command(route, registry)).collect();
    Snapshot { policy, commands }
}

fn command(route: &Route, registry: &Registry) -> Arc<dyn Command> {
    if let Some(what) = route.unenforced {
        let message = format!("`{}` has {what}, which this build cannot enforce yet", route.name);
        return Arc::new(Unavailable(message));
    }
    match &route.backend {
        Backend::Value(template) => Arc::new(backend::Value::new(template.clone())),
        Backend::Process(plan) => {
            let plan = ProcessPlan { cwd: started_in(&plan.cwd), ..plan.clone() };
            Arc::new(backend::Process::new(plan, route.payload))
        }
        Backend::Native(name) if route.has_scope_items && !registry.takes_scope(name) => {
            Arc::new(Unavailable(format!("the Rust function `{name}` takes no scope")))
        }
        Backend::Native(name) => {
            let message = || format!("no Rust function is registered as `{name}`");
            registry.find(name).unwrap_or_else(|| Arc::new(Unavailable(message())))
        }
        Backend::Http(_) | Backend::Sidecar(_) | Backend::Builtin(_) => {
            Arc::new(Unavailable(format!("this build cannot run `{}` yet", route.name)))
        }
    }
}

/// `$PWD` at the start of a working folder is the folder that the gateway was started in.
pub(super) fn started_in(cwd: &std::path::Path) -> PathBuf {
    match cwd.strip_prefix("$PWD") {
        Ok(rest) => std::env::current_dir().unwrap_or_default().join(rest),
        Err(_) => cwd.to_owned(),
    }
}

/// Stands in for a command that cannot run, where the rest of the manifest is still of use.
#[derive(Debug)]
struct Unavailable(String);

impl Command for Unavailable {
    fn call(&self, _: Invocation) -> BoxFuture<'_, Reply> {
        let rejection = Rejection::new(RejectionCode::Unsupported, self.0.clone());
        Box::pin(std::future::ready(Err(rejection)))
    }
}
