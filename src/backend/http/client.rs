//! Connections to services, shared by all commands and generations.

use super::address::{LookUp, Resolver};
use crate::{
    ipc::{Rejection, RejectionCode},
    plan::Addresses,
};
use reqwest::{Client, redirect::Policy};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::{error::Error, fmt::Display, sync::Arc, time::Duration};
use tokio::sync::OnceCell;

/// How long a connection may take to come about; the call's own limit holds too.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(60);

/// The pools of connections: one for each rule about addresses, because a connection that one rule allowed must not
/// serve the other.
#[derive(Debug, Clone, Default)]
pub struct HttpClients(Arc<Pools>);

#[derive(Debug, Default)]
struct Pools {
    public: OnceCell<Client>,
    any: OnceCell<Client>,
}

impl HttpClients {
    /// The client for a rule, made when it is first asked for: reading the system's certificates takes a while.
    pub(super) async fn find(&self, addresses: Addresses) -> Result<Client, Rejection> {
        let cell = match addresses {
            Addresses::Public => &self.0.public,
            Addresses::Any => &self.0.any,
        };
        let resolver = Resolver { addresses, look_up: LookUp::System };
        let made = cell.get_or_try_init(|| async {
            tokio::task::spawn_blocking(|| client(resolver))
                .await
                .map_err(|error| failed(&error))?
        });
        made.await.cloned()
    }
}

fn failed(error: &dyn Display) -> Rejection {
    Rejection::new(RejectionCode::Internal, format!("no client for HTTP: {error}"))
}

/// A client that goes where the plan says and nowhere else: no redirects, no proxies of the environment, no cookies.
pub(super) fn client(resolver: Resolver) -> Result<Client, Rejection> {
    Client::builder()
        .tls_backend_preconfigured(tls().map_err(|error| failed(&*error))?)
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .dns_resolver(resolver)
        .build()
        .map_err(|error| failed(&error))
}

/// Certificates are judged by the system, as its browsers do it.
fn tls() -> Result<rustls::ClientConfig, Box<dyn Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    Ok(config
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}
