//! The framings of streams.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod eventstream;
#[path = "../common/framing.rs"]
mod framing;
mod sse;

use std::time::{Duration, Instant};

/// Time that grows with the square of the input shows long before this.
fn in_linear_time(what: impl FnOnce()) {
    let start = Instant::now();
    what();
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
}
