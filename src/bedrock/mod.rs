#![doc = include_str!("../manual/bedrock.md")]

mod calls;
mod client;
mod config;
mod credentials;
mod error;
mod events;
mod frames;
mod http;
mod path;
mod reply;
mod retry;
mod sign;
mod via;

pub use calls::Answer;
pub use client::{Client, Operation};
pub use config::{Config, Credentials, Timeouts};
pub use error::{Error, ErrorKind};
pub use events::{Event, EventStream};
pub use reply::{Body, Reply};
