//! Streams, converted as they come.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use converse_messages::stream::Transcoder;
use converse_messages::{Error, Options};
use futures_util::stream::{Stream, StreamExt as _, unfold};

use crate::convert::Api;

/// A stream of one API as one of another. It reads no further than it is read, and dropping it drops what it reads.
///
/// When something goes wrong its last event says so.
pub fn transcoded(
    body: Body,
    from: Api,
    to: Api,
    options: Options,
) -> Result<impl Stream<Item = Result<Bytes, Infallible>>, Error> {
    let transcoder = Transcoder::new(from.framing(), to.side(), to.framing(), options)?;
    Ok(unfold(Some((body.into_data_stream(), transcoder)), async |source| {
        let (mut body, mut transcoder) = source?;
        let mut out = Vec::new();
        while out.is_empty() {
            let ended = if let Some(Ok(bytes)) = body.next().await {
                transcoder.push(&bytes, &mut out).is_err()
            } else {
                // A connection that breaks is a stream that ends too early: whether that matters the transcoder knows.
                drop(transcoder.finish(&mut out));
                true
            };
            if ended {
                return Some((Ok(out.into()), None));
            }
        }
        Some((Ok(out.into()), Some((body, transcoder))))
    }))
}
