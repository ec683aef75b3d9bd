//! Rust functions as commands: what `#[command]` makes of them, and what their parameters can be.

#[cfg(not(feature = "webview"))]
mod compile;
mod ends;
mod example;
mod parameters;
mod program;
mod results;
mod scopes;
mod threads;

use crate::support::gateway::{Call, Gateway, Settled, Webview};
use portcullis::{Registry, command::Commands, serde_json::Value};

/// A gateway whose pages may call every function of a list under its own name.
struct Native {
    gateway: Gateway,
    page: Webview,
}

impl Native {
    fn new(commands: Commands) -> Self {
        Self::with(Registry::new().commands(commands))
    }

    fn with(registry: Registry) -> Self {
        let declare = |name: &str| format!("  {name}: {{ run: {{ native: {name} }} }}\n");
        let declared = registry.names().map(declare).collect::<Vec<_>>().concat();
        let rest = format!(
            "commands:\n{declared}permissions: {{ main: {{ windows: [main], allow: [\"*\"] }} }}\n"
        );
        Self::declared(&rest, registry)
    }

    /// With commands and permissions of its own.
    fn declared(rest: &str, registry: Registry) -> Self {
        let gateway = Gateway::new(rest, registry);
        let page = gateway.open("main");
        Self { gateway, page }
    }

    async fn call(&self, name: &str, arguments: Value) -> Settled {
        self.gateway.call(&self.page, &Call::new(name).json(&arguments)).await
    }

    /// The code and the message of a refused call.
    async fn refused(&self, name: &str, arguments: Value) -> (String, String) {
        let answer = self.call(name, arguments).await;
        let message = answer.rejection()["message"].as_str().expect("a message").to_owned();
        (answer.code().to_owned(), message)
    }
}
