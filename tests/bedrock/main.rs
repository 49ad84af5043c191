//! The transport against a Bedrock on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod calls;
mod environment;
mod fake;
mod secrets;
mod send;
mod streams;
