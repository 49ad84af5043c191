//! A gateway: Converse, `InvokeModel` and Messages in front, any one of them behind.
//!
//! ```sh
//! GATEWAY_UPSTREAM=messages ANTHROPIC_API_KEY=… cargo run --features bedrock --example gateway
//! ```
//!
//! | variable | |
//! |---|---|
//! | `GATEWAY_UPSTREAM` | `converse` or `invoke` (Bedrock, see `bedrock::Client::from_env`), or `messages` |
//! | `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL` | for `messages` |
//! | `GATEWAY_ADDRESS` | where it listens: `127.0.0.1:8480`. It asks nobody who they are: think before you open it to a network |
//! | `GATEWAY_LOSS` | which losses of a request are refused: `content` (default), `allow` or `deny` |
//! | `GATEWAY_GEO` | the geography of the model ids that Messages clients get on Bedrock: `us`, `eu`, … |
//! | `GATEWAY_MAX_REQUEST` | the largest request in bytes: 33554432 |
//! | `GATEWAY_LOG` | `info`, `debug`, …: at no level is there anything that anybody said, nor a secret |
//!
//! What a conversion loses is told in the response's headers: `x-converse-messages-losses` how many, `x-converse-messages-loss` each
//! of the first 16. An answer has been paid for, so its losses are never refused; those of a stream come too late for a header.

mod convert;
mod failure;
mod front;
mod stream;
mod upstream;

use std::env;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::serve::ListenerExt as _;
use converse_messages::{Policy, model_id::Geo};
use tokio::net::TcpListener;

use convert::Api;
use front::Gateway;
use upstream::Upstream;

#[tokio::main]
async fn main() -> Result<()> {
    let level = env::var("GATEWAY_LOG").unwrap_or_else(|_| "info".to_owned()).parse::<tracing::Level>();
    tracing_subscriber::fmt().with_max_level(level.context("GATEWAY_LOG is not a level")?).init();
    // Of TLS, for the client of the Messages API. It is the first one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let gateway = Arc::new(from_env().await?);
    let address = env::var("GATEWAY_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8480".to_owned());
    let listener = TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    // A delta is small, and must not wait for the next one.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    Ok(axum::serve(listener, front::router(gateway)).with_graceful_shutdown(stop).await?)
}

async fn from_env() -> Result<Gateway> {
    let api = match env::var("GATEWAY_UPSTREAM").as_deref() {
        Ok("converse") => Api::Converse,
        Ok("invoke") => Api::Invoke,
        Ok("messages") => Api::Messages,
        _ => bail!("GATEWAY_UPSTREAM is none of converse, invoke, messages"),
    };
    let loss = match env::var("GATEWAY_LOSS") {
        Ok(name) => name.parse().map_err(|error| anyhow!("GATEWAY_LOSS is {error}"))?,
        Err(_) => Policy::Content,
    };
    let geo = env::var("GATEWAY_GEO").ok().map(|geo| Geo::new(&geo)).transpose().context("GATEWAY_GEO")?;
    let limit = env::var("GATEWAY_MAX_REQUEST").ok().map(|limit| limit.parse()).transpose();
    let limit = limit.context("GATEWAY_MAX_REQUEST is not a number of bytes")?.unwrap_or(32 << 20);
    Ok(Gateway { upstream: Upstream::from_env(api).await?, loss, geo, limit })
}
