//! Typed calls: each format by its own operation.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::events::EventStream;
use super::frames::{ConverseFrames, InvokeFrames};
use super::{Client, Error, ErrorKind, Operation, Reply};
use crate::wire::{Map, Owned, Wire};
use crate::{Converted, Loss, converse, count_tokens, invoke, messages};

/// What a call gave.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Answer<T> {
    /// The response.
    pub value: T,
    /// The request's id, `x-amzn-requestid`.
    pub request_id: Option<String>,
    /// What the request lost on its way: paths lead into the request.
    pub request_losses: Vec<Loss>,
    /// What the response lost: paths lead into what the service answered, not into `value`.
    pub response_losses: Vec<Loss>,
}

impl Client {
    /// `InvokeModel` with a Messages request, like `messages.create` of `AnthropicBedrock`. Lost is only a service tier that
    /// Bedrock does not have.
    ///
    /// # Errors
    /// See [the module](super).
    ///
    /// ```no_run
    /// use converse_messages::{bedrock::Client, messages};
    ///
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = Client::from_env().await?;
    /// let mut request = messages::Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 1024);
    /// request.messages.push(messages::Message::user("What is 2 + 2?"));
    /// let answer = client.messages(request).await?;
    /// println!("{:?} {:?}", answer.value.content, answer.value.usage);
    /// # Ok(()) }
    /// ```
    pub async fn messages(&self, request: messages::Request) -> Result<Answer<messages::Response>, Error> {
        let (reply, losses) = self.invoke(Operation::InvokeModel, request).await?;
        self.answer(reply, losses).await
    }

    /// `InvokeModelWithResponseStream` with a Messages request, like `messages.stream` of `AnthropicBedrock`.
    ///
    /// # Errors
    /// See [the module](super). What goes wrong later is an item of the stream.
    ///
    /// ```no_run
    /// use converse_messages::{bedrock::Client, messages};
    ///
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = Client::from_env().await?;
    /// let mut request = messages::Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 1024);
    /// request.messages.push(messages::Message::user("Tell me a story."));
    /// let mut stream = client.messages_stream(request).await?;
    /// while let Some(event) = stream.next().await {
    ///     println!("{}", event?.name());
    /// }
    /// println!("{:?}", stream.final_message().await?.stop_reason);
    /// # Ok(()) }
    /// ```
    pub async fn messages_stream(
        &self,
        request: messages::Request,
    ) -> Result<EventStream<messages::StreamEvent>, Error> {
        let (reply, losses) = self.invoke(Operation::InvokeModelWithResponseStream, request).await?;
        Ok(EventStream::new(reply, losses, InvokeFrames::new(self.options().max_depth)))
    }

    /// `Converse`: any model of Bedrock's.
    ///
    /// # Errors
    /// See [the module](super); and [`ErrorKind::ModelId`] for a request that names no model.
    ///
    /// ```no_run
    /// use converse_messages::{bedrock::Client, converse};
    ///
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = Client::from_env().await?;
    /// let mut request = converse::Request::new("us.amazon.nova-lite-v1:0");
    /// request.messages.push(converse::Message::user("What is 2 + 2?"));
    /// println!("{:?}", client.converse(request).await?.value.output);
    /// # Ok(()) }
    /// ```
    pub async fn converse(&self, request: converse::Request) -> Result<Answer<converse::Response>, Error> {
        let reply = self.converse_reply(Operation::Converse, request).await?;
        self.answer(reply, Vec::new()).await
    }

    /// `ConverseStream`: any model of Bedrock's that streams.
    ///
    /// # Errors
    /// See [`converse`](Self::converse). What goes wrong later is an item of the stream.
    pub async fn converse_stream(
        &self,
        request: converse::Request,
    ) -> Result<EventStream<converse::StreamEvent>, Error> {
        let reply = self.converse_reply(Operation::ConverseStream, request).await?;
        Ok(EventStream::new(reply, Vec::new(), ConverseFrames::new(self.options().max_depth)))
    }

    /// `CountTokens`: how many input tokens a request of either format has.
    ///
    /// # Errors
    /// See [`converse`](Self::converse).
    pub async fn count_tokens(
        &self,
        mut request: converse::CountTokensRequest,
    ) -> Result<Answer<converse::CountTokensResponse>, Error> {
        let model_id = named(request.model_id.take())?;
        let reply = self.send(Operation::CountTokens, &model_id, request.to_json()).await?;
        self.answer(reply, Vec::new()).await
    }

    /// The same of a Messages request, like `messages.count_tokens`, which `AnthropicBedrock` does not have.
    ///
    /// # Errors
    /// See [the module](super).
    pub async fn messages_count_tokens(
        &self,
        request: messages::Request,
    ) -> Result<Answer<messages::MessageTokensCount>, Error> {
        let request = count_tokens::to_invoke(request, self.options()).map_err(Error::conversion)?;
        let count = self.count_tokens(request.value).await?;
        let value = count_tokens::response_to_messages(count.value, self.options()).map_err(Error::conversion)?;
        Ok(Answer {
            value: value.value,
            request_id: count.request_id,
            request_losses: request.losses,
            response_losses: value.losses,
        })
    }

    /// Sends a Messages request in the form of `InvokeModel`, and tells what the form lost.
    pub(super) async fn invoke(
        &self,
        operation: Operation,
        request: messages::Request,
    ) -> Result<(Reply, Vec<Loss>), Error> {
        let Converted { value, losses } = invoke::from_messages(request, self.options()).map_err(Error::conversion)?;
        Ok((self.send_form(operation, value).await?, losses))
    }

    pub(super) async fn send_form(&self, operation: Operation, form: messages::InvokeModel) -> Result<Reply, Error> {
        let model_id = named(form.model_id)?;
        self.send_with_headers(operation, &model_id, headers(form.headers)?, form.body.to_json()).await
    }

    pub(super) async fn converse_reply(
        &self,
        operation: Operation,
        mut request: converse::Request,
    ) -> Result<Reply, Error> {
        let model_id = named(request.model_id.take())?;
        self.send(operation, &model_id, request.to_json()).await
    }

    /// Reads a whole answer.
    pub(super) async fn answer<T: Wire<Owned>>(
        &self,
        reply: Reply,
        request_losses: Vec<Loss>,
    ) -> Result<Answer<T>, Error> {
        let Reply { request_id, body, .. } = reply;
        let body: Bytes = body.bytes().await?;
        let value = T::from_json_within(&body, self.options().max_depth)
            .map_err(|error| Error::response(error).of_request(request_id.as_deref()))?;
        Ok(Answer { value, request_id, request_losses, response_losses: Vec::new() })
    }
}

fn named(model_id: Option<String>) -> Result<String, Error> {
    model_id.ok_or_else(|| Error::new(ErrorKind::ModelId, "the request names no model"))
}

/// The headers of the form of `InvokeModel`.
fn headers(form: Option<Map<String>>) -> Result<HeaderMap, Error> {
    let read = |(name, value): (String, String)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
    };
    let headers: Option<_> = form.unwrap_or_default().into_iter().map(read).collect();
    headers.ok_or_else(|| {
        Error::new(ErrorKind::Conversion, "what belongs into a header has characters that no header has")
    })
}
