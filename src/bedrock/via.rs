//! The other API behind the same types: Messages over `Converse`, Converse over `InvokeModel`.

use super::calls::Answer;
use super::events::EventStream;
use super::frames::{ConverseFrames, InvokeFrames, ViaConverse, ViaMessages};
use super::{Client, Error, Operation, Reply};
use crate::{Converted, Options, Policy, converse, invoke, messages, request, response};

const LATENCY: &str = "x-amzn-bedrock-invocation-latency";

impl Client {
    /// A Messages request to any model of Bedrock's: converted, sent by `Converse`, and the response converted back.
    ///
    /// The response's `model` is the request's, and its `id` the request's id behind `msg_`, unless the options name others.
    ///
    /// # Errors
    /// See [the module](super). A conversion that the options refuse is an error, of the response too: it has been paid for
    /// then.
    ///
    /// ```no_run
    /// use converse_messages::{bedrock::Client, messages};
    ///
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = Client::from_env().await?;
    /// let mut request = messages::Request::new("us.amazon.nova-lite-v1:0", 1024);
    /// request.messages.push(messages::Message::user("What is 2 + 2?"));
    /// let answer = client.messages_via_converse(request).await?;
    /// for loss in answer.request_losses.iter().chain(&answer.response_losses) {
    ///     eprintln!("{} {}: {}", loss.severity, loss.path, loss.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn messages_via_converse(
        &self,
        mut request: messages::Request,
    ) -> Result<Answer<messages::Response>, Error> {
        request.stream = None;
        let Converted { value: request, losses } =
            request::to_converse(request, self.options()).map_err(Error::conversion)?;
        let model = request.model_id.clone();
        let answer = self.converse(request).await?;
        let options = self.response_options(model, answer.request_id.as_deref());
        let response = response::to_messages(answer.value, &options)
            .map_err(|error| Error::conversion(error).of_request(answer.request_id.as_deref()))?;
        Ok(Answer {
            value: response.value,
            request_id: answer.request_id,
            request_losses: losses,
            response_losses: response.losses,
        })
    }

    /// The same, streamed: `ConverseStream` as the events of Messages.
    ///
    /// # Errors
    /// See [the module](super).
    pub async fn messages_via_converse_stream(
        &self,
        mut request: messages::Request,
    ) -> Result<EventStream<messages::StreamEvent>, Error> {
        request.stream = Some(true);
        let Converted { value: request, losses } =
            request::to_converse(request, self.options()).map_err(Error::conversion)?;
        let model = request.model_id.clone();
        let reply = self.converse_reply(Operation::ConverseStream, request).await?;
        let options = streaming(self.response_options(model, reply.request_id.as_deref()));
        let frames = ConverseFrames::new(options.max_depth);
        Ok(EventStream::new(reply, losses, ViaConverse::new(frames, options)))
    }

    /// A Converse request to Claude: converted, sent by `InvokeModel`, and the response converted back. What Converse has and
    /// Messages does not, like guardrails, goes along in headers.
    ///
    /// # Errors
    /// See [`messages_via_converse`](Self::messages_via_converse).
    pub async fn converse_via_messages(&self, request: converse::Request) -> Result<Answer<converse::Response>, Error> {
        let form = invoke::from_converse(request, self.options()).map_err(Error::conversion)?;
        let reply = self.send_form(Operation::InvokeModel, form.value).await?;
        let options = self.measured_options(&reply);
        let answer = self.answer(reply, form.losses).await?;
        let response = response::to_converse(answer.value, &options)
            .map_err(|error| Error::conversion(error).of_request(answer.request_id.as_deref()))?;
        Ok(Answer {
            value: response.value,
            request_id: answer.request_id,
            request_losses: answer.request_losses,
            response_losses: response.losses,
        })
    }

    /// The same, streamed: `InvokeModelWithResponseStream` as the events of Converse.
    ///
    /// # Errors
    /// See [the module](super).
    pub async fn converse_via_messages_stream(
        &self,
        request: converse::Request,
    ) -> Result<EventStream<converse::StreamEvent>, Error> {
        let form = invoke::from_converse(request, self.options()).map_err(Error::conversion)?;
        let reply = self.send_form(Operation::InvokeModelWithResponseStream, form.value).await?;
        let options = streaming(self.measured_options(&reply));
        let frames = InvokeFrames::new(options.max_depth);
        Ok(EventStream::new(reply, form.losses, ViaMessages::new(frames, options)))
    }

    /// What a Messages response needs and Converse does not tell.
    fn response_options(&self, model: Option<String>, request_id: Option<&str>) -> Options {
        let mut options = self.options().clone();
        options.response_model = options.response_model.or(model);
        options.message_id = options.message_id.or_else(|| Some(format!("msg_{}", request_id?)));
        options
    }

    /// What a Converse response needs, and `InvokeModel` tells in a header.
    fn measured_options(&self, reply: &Reply) -> Options {
        let mut options = self.options().clone();
        let latency = reply.headers.get(LATENCY).and_then(|value| value.to_str().ok()?.parse().ok());
        options.latency_ms = options.latency_ms.or(latency);
        options
    }
}

/// What has gone out of a stream cannot be called back: nothing is refused.
fn streaming(options: Options) -> Options {
    Options { loss: Policy::Allow, ..options }
}
