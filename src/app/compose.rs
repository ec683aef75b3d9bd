//! From a policy's routes to the commands that run: the only place that knows every backend.

use super::{
    Services,
    plugins::{initialize, initialize_builtins},
    roots::roots,
    secrets::secrets,
};
use crate::{
    backend::{self, Paths, SidecarCall},
    check::Checked,
    command::{BoxFuture, Command, Invocation, Registry},
    gateway::Snapshot,
    ipc::{Rejection, RejectionCode, Reply},
    manifest::{Backend, BuiltinCommand, Manifest},
    plan::{ProcessPlan, SecretStore, SidecarPlan},
    policy::{Policy, Route, compile},
    source::Sources,
};
use std::{cell::OnceCell, path::PathBuf, sync::Arc};

/// Compiles a manifest as generation number `generation`, with what runs behind every command.
pub fn build(
    manifest: &Checked<Manifest>,
    sources: &Sources,
    registry: &Registry,
    services: &Services,
    generation: u64,
) -> Snapshot {
    // What could not begin says so when it is called; a gateway with windows has asked before.
    let _ = initialize(manifest, registry);
    initialize_builtins(manifest, services);
    let policy = compile(manifest, sources, generation);
    compose(policy, registry, services, &Arc::new(secrets(manifest)))
}

/// Builds what runs behind every command of a policy.
pub fn compose(
    policy: Policy,
    registry: &Registry,
    services: &Services,
    secrets: &Arc<SecretStore>,
) -> Snapshot {
    // Asked only where a path needs them: the system's settings are files.
    let folders = OnceCell::new();
    let folders = || folders.get_or_init(|| Arc::new(roots(&policy.app.id, &policy.folder)));
    let commands = policy.routes.iter().map(|route| {
        let command = command(route, registry, services, secrets);
        if route.paths.is_empty() {
            return command;
        }
        Arc::new(Paths::new(&route.paths, folders(), command)) as Arc<dyn Command>
    });
    let commands = commands.collect();
    Snapshot { policy, commands }
}

fn command(
    route: &Route,
    registry: &Registry,
    services: &Services,
    secrets: &Arc<SecretStore>,
) -> Arc<dyn Command> {
    match &route.backend {
        Backend::Value(template) => Arc::new(backend::Value::new(template.clone())),
        Backend::Process(plan) => {
            let plan = ProcessPlan { cwd: started_in(&plan.cwd), ..plan.clone() };
            Arc::new(backend::Process::new(plan, route.payload).secrets(Arc::clone(secrets)))
        }
        Backend::Http(plan) => {
            let (clients, secrets) = (services.http.clone(), Arc::clone(secrets));
            Arc::new(backend::Http::new(plan.clone(), clients, secrets, route.payload))
        }
        Backend::Sidecar(call) => {
            let plan = &*call.sidecar;
            let plan = SidecarPlan { cwd: started_in(&plan.cwd), ..plan.clone() };
            match services.sidecars.find(&plan, secrets, route.payload) {
                Ok(sidecar) => Arc::new(
                    SidecarCall::new(sidecar, call.method.clone(), route.payload)
                        .channels(route.channels.arguments().cloned()),
                ),
                Err(rejection) => Arc::new(Unavailable(rejection)),
            }
        }
        Backend::Native(name) if route.has_scope_items && !registry.takes_scope(name) => {
            Arc::new(Unavailable::new(format!("the Rust function `{name}` takes no scope")))
        }
        Backend::Native(name) => {
            let message = || format!("no Rust function is registered as `{name}`");
            let plugin = name.split_once('|').map(|(plugin, _)| plugin);
            let obstacle = plugin.and_then(|plugin| registry.plugins().obstacle(plugin));
            available(obstacle, registry.find(name), message)
        }
        // The commands of `event` are the gateway's own, and never come here.
        Backend::Builtin(BuiltinCommand { plugin, name, .. })
            if route.has_scope_items && !services.builtins.takes_scope(plugin, name.as_str()) =>
        {
            Arc::new(Unavailable::new(format!("`{}` takes no scope", route.name)))
        }
        Backend::Builtin(BuiltinCommand { plugin, name, .. }) => {
            let message = || format!("this build cannot run `{}` yet", route.name);
            let obstacle = services.builtins.plugins().obstacle(plugin);
            available(obstacle, services.builtins.find(plugin, name.as_str()), message)
        }
    }
}

/// A command, or what says why there is none.
fn available(
    obstacle: Option<String>,
    command: Option<Arc<dyn Command>>,
    missing: impl Fn() -> String,
) -> Arc<dyn Command> {
    match (command, obstacle) {
        (Some(command), None) => command,
        (Some(_), Some(obstacle)) => Arc::new(Unavailable::new(obstacle)),
        (None, _) => Arc::new(Unavailable::new(missing())),
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
struct Unavailable(Rejection);

impl Unavailable {
    fn new(message: String) -> Self {
        Self(Rejection::new(RejectionCode::Unsupported, message))
    }
}

impl Command for Unavailable {
    fn call(&self, _: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(std::future::ready(Err(self.0.clone())))
    }
}
