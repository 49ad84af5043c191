//! The transport against a Bedrock on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod fake;
mod send;
