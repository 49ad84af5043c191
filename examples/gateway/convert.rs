//! What of the library is called, by the API in front and the API behind.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use converse_messages::stream::{Framing, Side};
use converse_messages::wire::{Map, Raw, RawJson, RawText, Text as _, Wire as _};
use converse_messages::{Converted, Error, Options, converse, count_tokens, invoke, messages, request, response};

/// The three forms in which a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Converse,
    Invoke,
    Messages,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Answer,
    Stream,
    Count,
}

impl Api {
    pub fn is_bedrock(self) -> bool {
        self != Self::Messages
    }

    /// Whether the answers to this call have one form in both APIs.
    pub fn answers_like(self, other: Self, call: Call) -> bool {
        match call {
            Call::Answer => self.side() == other.side(),
            Call::Stream => self == other,
            Call::Count => self.is_bedrock() == other.is_bedrock(),
        }
    }

    pub fn side(self) -> Side {
        match self {
            Self::Converse => Side::Converse,
            Self::Invoke | Self::Messages => Side::Messages,
        }
    }

    /// Where the API names a request.
    pub fn request_id(self) -> HeaderName {
        HeaderName::from_static(if self.is_bedrock() { "x-amzn-requestid" } else { "request-id" })
    }

    pub fn stream_type(self) -> &'static str {
        if self.is_bedrock() { "application/vnd.amazon.eventstream" } else { "text/event-stream; charset=utf-8" }
    }

    pub fn framing(self) -> Framing {
        match self {
            Self::Converse => Framing::EventStream,
            Self::Invoke => Framing::Invoke,
            Self::Messages => Framing::Sse,
        }
    }
}

/// A request, as it comes or as it goes: the model is in the address or, in Messages, in the body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub call: Call,
    pub model: Option<String>,
    /// Only those that belong to the API.
    pub headers: HeaderMap,
    pub body: Bytes,
}

const BETA: HeaderName = HeaderName::from_static("anthropic-beta");

/// The headers of an API's requests that mean something to a model.
pub fn meaningful(api: Api, headers: &HeaderMap) -> HeaderMap {
    let means = |name: &HeaderName| match api {
        Api::Converse => false,
        Api::Invoke => name.as_str().starts_with("x-amzn-bedrock-"),
        Api::Messages => [BETA.as_str(), "anthropic-version"].contains(&name.as_str()),
    };
    headers.iter().filter(|(name, _)| means(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A request for one API as a request for the other. Of one API it stays as it is: only that it is JSON is checked.
pub fn question(asked: Asked, from: Api, to: Api, options: &Options) -> Result<Converted<Asked>, Error> {
    use Api::{Converse, Invoke, Messages};
    let call = asked.call;
    if from == to || call == Call::Count && from.is_bedrock() == to.is_bedrock() {
        RawJson::from_json(&asked.body)?;
        return Ok(Converted { value: asked, losses: Vec::new() });
    }
    if call == Call::Count {
        return count(&asked, to, options);
    }
    Ok(match (from, to) {
        (Converse, Invoke) => invoke::from_converse(of_converse(&asked)?, options)?.map(|form| to_invoke(form, call)),
        (Converse, _) => request::to_messages(of_converse(&asked)?, options)?.map(|request| to_messages(request, call)),
        (Invoke, Converse) => {
            invoke::to_converse(of_invoke(&asked)?, options)?.map(|request| to_converse(request, call))
        }
        (Invoke, _) => invoke::to_messages(of_invoke(&asked)?, options)?.map(|request| to_messages(request, call)),
        (Messages, _) => {
            let request = of_messages(&asked)?;
            let call = if request.stream == Some(true) { Call::Stream } else { Call::Answer };
            match to {
                Converse => request::to_converse(request, options)?.map(|request| to_converse(request, call)),
                _ => invoke::from_messages(request, options)?.map(|form| to_invoke(form, call)),
            }
        }
    })
}

/// The same for what is only counted.
fn count(asked: &Asked, to: Api, options: &Options) -> Result<Converted<Asked>, Error> {
    Ok(match to {
        Api::Converse => count_tokens::to_converse(of_messages(asked)?, options)?.map(to_count),
        Api::Invoke => count_tokens::to_invoke(of_messages(asked)?, options)?.map(to_count),
        Api::Messages => {
            count_tokens::to_messages(of_count(asked)?, options)?.map(|request| to_messages(request, Call::Count))
        }
    })
}

fn of_converse(asked: &Asked) -> Result<converse::Request<Raw<'_>>, Error> {
    let mut request = converse::Request::from_json(&asked.body)?;
    request.model_id = asked.model.clone().map(Into::into);
    Ok(request)
}

fn of_count(asked: &Asked) -> Result<converse::CountTokensRequest<Raw<'_>>, Error> {
    let mut request = converse::CountTokensRequest::from_json(&asked.body)?;
    request.model_id = asked.model.clone().map(Into::into);
    Ok(request)
}

fn of_invoke(asked: &Asked) -> Result<messages::InvokeModel<Raw<'_>>, Error> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned().into();
    Ok(messages::InvokeModel {
        model_id: asked.model.clone().map(Into::into),
        stream: Some(asked.call == Call::Stream),
        headers: Some(asked.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()),
        body: messages::Request::from_json(&asked.body)?,
        ..Default::default()
    })
}

/// On Bedrock the beta features are in the body.
fn of_messages(asked: &Asked) -> Result<messages::Request<Raw<'_>>, Error> {
    let mut request = messages::Request::<Raw<'_>>::from_json(&asked.body)?;
    let betas = asked.headers.get_all(BETA).iter().filter_map(|value| value.to_str().ok());
    request.betas.extend(betas.flat_map(|value| value.split(',')).map(|beta| beta.trim().to_owned().into()));
    Ok(request)
}

fn to_converse(mut request: converse::Request<Raw<'_>>, call: Call) -> Asked {
    let model = owned(request.model_id.take());
    Asked { call, model, headers: HeaderMap::new(), body: request.to_json().into() }
}

fn to_count(mut request: converse::CountTokensRequest<Raw<'_>>) -> Asked {
    let model = owned(request.model_id.take());
    Asked { call: Call::Count, model, headers: HeaderMap::new(), body: request.to_json().into() }
}

fn to_invoke(form: messages::InvokeModel<Raw<'_>>, call: Call) -> Asked {
    let headers = form.headers.iter().flat_map(Map::iter).filter_map(|(name, value)| header(name, &value.decode()));
    let headers = headers.collect();
    Asked { call, model: owned(form.model_id), headers, body: form.body.to_json().into() }
}

fn to_messages(mut request: messages::Request<Raw<'_>>, call: Call) -> Asked {
    let betas: Vec<_> = request.take_betas().iter().map(|beta| beta.decode().into_owned()).collect();
    let beta = if betas.is_empty() { None } else { header(BETA.as_str(), &betas.join(",")) };
    request.stream = (call == Call::Stream).then_some(true);
    Asked {
        call,
        model: owned(request.model.clone()),
        headers: beta.into_iter().collect(),
        body: request.to_json().into(),
    }
}

fn owned(text: Option<RawText<'_>>) -> Option<String> {
    text.map(|text| text.decode().into_owned())
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((name.parse().ok()?, value.parse().ok()?))
}

/// The whole answer of one API as that of the other.
pub fn answer(body: &[u8], to: Api, call: Call, options: &Options) -> Result<Converted<String>, Error> {
    match (call, to.side()) {
        (Call::Count, Side::Messages) => count_tokens::to_messages_json(body, options),
        (Call::Count, Side::Converse) => count_tokens::to_converse_json(body, options),
        (_, Side::Messages) => response::to_messages_json(body, options),
        (_, Side::Converse) => response::to_converse_json(body, options),
    }
}
