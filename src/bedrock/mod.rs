//! The Bedrock transport: calls to the Bedrock runtime, signed, tried again and timed out. Needs the feature `bedrock`.

mod client;
mod config;
mod credentials;
mod error;
mod http;
mod path;
mod reply;
mod retry;
mod sign;

pub use client::{Client, Operation};
pub use config::{Config, Credentials, Timeouts};
pub use error::{Error, ErrorKind};
pub use reply::{Body, Reply};
