//! Streams: hand-written ones, event by event and however they are cut; the laws; what they add up to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::needless_pass_by_value)]

mod accumulate;
#[path = "../common/adding_up.rs"]
mod adding_up;
mod cases;
#[allow(dead_code)]
#[path = "../common/generate.rs"]
mod generate;
#[allow(dead_code)]
#[path = "../common/laws.rs"]
mod laws;
#[path = "../common/normalise.rs"]
mod normalise;
#[allow(dead_code)]
#[path = "../common/normalise_response.rs"]
mod normalise_response;
mod partial_json;
mod properties;
#[path = "../common/streams.rs"]
mod streams;
#[path = "../common/transcoding.rs"]
mod transcoding;
