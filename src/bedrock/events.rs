//! Streams of typed events.
//!
//! # Theory of operation
//!
//! The body is read when the last event that came has been taken, and not before. Its frames are decoded to events, or by
//! way of the machines of [`stream`](crate::stream) to the other API's. An exception's frame, broken frames and the body's end
//! before the message's are the last item, an error; the events before it come first. Every event is also added up, for
//! [`EventStream::final_message`].

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::frames::Decode;
use super::{Body, Error, ErrorKind, Reply};
use crate::frame::eventstream::Reader;
use crate::{Loss, converse, messages};

/// A stream of the events of either API: [`messages::StreamEvent`] or [`converse::StreamEvent`].
///
/// It is read only as fast as it is asked for, and dropping it ends the call. An exception is never an event but an `Err`, and
/// nothing follows it.
pub struct EventStream<E: Event> {
    body: Body,
    reader: Reader,
    decoder: Box<dyn Decode<E> + Send>,
    ready: VecDeque<E>,
    /// What comes after the events that are ready, if no more are to come.
    end: Option<Result<(), Error>>,
    /// Whether it has told an error.
    failed: bool,
    message: E::Accumulator,
    request_id: Option<String>,
    request_losses: Vec<Loss>,
}

impl<E: Event> EventStream<E> {
    pub(super) fn new(reply: Reply, request_losses: Vec<Loss>, decoder: impl Decode<E> + Send + 'static) -> Self {
        let Reply { body, request_id, .. } = reply;
        Self {
            body,
            reader: Reader::new(),
            decoder: Box::new(decoder),
            ready: VecDeque::new(),
            end: None,
            failed: false,
            message: E::Accumulator::default(),
            request_id,
            request_losses,
        }
    }

    /// The next event, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What all events add up to, those that have been taken before too. It waits for the rest.
    ///
    /// # Errors
    /// Whatever the stream ends with instead; [`ErrorKind::Interrupted`] if it has told so already.
    pub async fn final_message(mut self) -> Result<E::Message, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        if self.failed {
            let error = Error::new(ErrorKind::Interrupted, "the stream has failed before");
            return Err(error.of_request(self.request_id.as_deref()));
        }
        let message = E::finish(self.message).map_err(Error::response);
        message.map_err(|error| error.of_request(self.request_id.as_deref()))
    }

    /// The request's id, `x-amzn-requestid`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// What the request lost on its way: paths lead into the request.
    #[must_use]
    pub fn request_losses(&self) -> &[Loss] {
        &self.request_losses
    }

    /// What the response has lost up to here: paths lead into the array of the service's events.
    #[must_use]
    pub fn response_losses(&self) -> &[Loss] {
        self.decoder.losses()
    }

    /// Decodes the frames that are whole. Ends the stream at the first that is wrong.
    fn decode(&mut self) -> Result<(), Error> {
        while let Some(frame) = self.reader.next_frame().map_err(Error::response)? {
            self.decoder.frame(&frame, &mut self.ready)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        let interrupted = |error| Error::new(ErrorKind::Interrupted, "the stream broke off").because(error);
        self.reader.finish().map_err(interrupted)?;
        self.decoder.finish(&mut self.ready)
    }
}

/// Nothing in it is pinned in place.
impl<E: Event> Unpin for EventStream<E> {}

impl<E: Event> Stream for EventStream<E> {
    type Item = Result<E, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.ready.pop_front() {
                E::add(&mut this.message, event.clone());
                return Poll::Ready(Some(Ok(event)));
            }
            if let Some(end) = &mut this.end {
                let error = std::mem::replace(end, Ok(())).err();
                this.failed |= error.is_some();
                return Poll::Ready(error.map(|error| Err(error.of_request(this.request_id.as_deref()))));
            }
            this.end = match ready!(Pin::new(&mut this.body).poll_next(cx)) {
                Some(Ok(bytes)) => {
                    this.reader.push(&bytes);
                    this.decode().err().map(Err)
                }
                Some(Err(error)) => Some(Err(error)),
                None => Some(this.finish()),
            };
        }
    }
}

impl<E: Event> fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// An event of a stream, and what events add up to.
pub trait Event: Clone + sealed::Sealed {
    /// What the events of a stream add up to.
    type Message;
    /// What adds them up.
    type Accumulator: Default;

    #[doc(hidden)]
    fn add(to: &mut Self::Accumulator, event: Self);
    #[doc(hidden)]
    fn finish(accumulator: Self::Accumulator) -> Result<Self::Message, crate::Error>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! events {
    ($( $wing:ident )+) => {
        $(
            impl sealed::Sealed for $wing::StreamEvent {}

            impl Event for $wing::StreamEvent {
                type Message = $wing::Response;
                type Accumulator = $wing::Accumulator;

                fn add(to: &mut Self::Accumulator, event: Self) {
                    // It keeps its error until the end.
                    let _ = to.push(event);
                }

                fn finish(accumulator: Self::Accumulator) -> Result<Self::Message, crate::Error> {
                    accumulator.finish()
                }
            }
        )+
    };
}

events! { messages converse }
