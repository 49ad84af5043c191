//! Documents.

use converse_messages::batch::MessagesForm;
use converse_messages::errors::HttpError;
use converse_messages::wire::references::{self, References};
use converse_messages::wire::verbatim::{self, Piece};
use converse_messages::{
    Converted, Error, Options, batch, count_tokens, errors, invoke, request, response, schema, stream,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::js;
use crate::options::Asked;
use crate::report::{Failure, answered};

/// The conversions.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Job {
    RequestToMessages,
    RequestToConverse,
    ResponseToMessages,
    ResponseToConverse,
    CountTokensToMessages,
    CountTokensToConverse,
    CountTokensToInvoke,
    ErrorToMessages,
    ErrorToConverse,
    InvokeFromMessages,
    InvokeFromConverse,
    InvokeToConverse,
    InvokeToMessages,
    StreamToMessages,
    StreamToConverse,
    BatchToMessages,
    BatchToConverse,
    InlineSchema,
}

/// JSON to JSON, as bytes.
#[wasm_bindgen]
pub fn convert_bytes(job: Job, json: &[u8], options: &str) -> Vec<u8> {
    let answer = converted(None, job, json, options);
    answered(answer.map(|(converted, status)| (converted.map(String::into_bytes), status)))
}

/// JSON to JSON, as a string in which the pieces are missing that JavaScript is to cut out of the source.
#[wasm_bindgen]
pub fn convert_text(job: Job, json: &[u8], options: &str) -> String {
    let (answer, pieces) = verbatim::with(json, || converted(None, job, json, options));
    let offsets: Vec<usize> = match &answer {
        Ok((converted, _)) => verbatim::in_utf16(pieces, json, &converted.value)
            .into_iter()
            .flat_map(|Piece { at, source }| [at, source.start, source.end])
            .collect(),
        Err(_) => Vec::new(),
    };
    let has_replacements = memchr::memmem::find(json, "\u{fffd}".as_bytes()).is_some();
    if has_replacements || !offsets.is_empty() {
        js::verbatim(&offsets, has_replacements);
    }
    answered(answer)
}

/// Skeleton to skeleton.
#[wasm_bindgen]
pub fn convert_object(job: Job, skeleton: &[u8], options: &str) -> String {
    answered(converted(Some(REFERENCES), job, skeleton, options))
}

const REFERENCES: References =
    References { string: js::string, object: js::object, whole: js::whole, skeleton: js::skeleton };

type Answer = Result<(Converted<String>, Option<u16>), Failure>;

fn converted(references: Option<References>, job: Job, json: &[u8], options: &str) -> Answer {
    let asked = references::with(None, || Asked::read(options, Options::default()))?;
    references::with(references, || convert(job, json, &asked))
}

fn convert(job: Job, json: &[u8], asked: &Asked) -> Answer {
    let Asked { options, schema, status, invoke, .. } = asked;
    let form = if *invoke { MessagesForm::InvokeModel } else { MessagesForm::MessageBatch };
    let status = *status;
    let converted = match job {
        Job::RequestToMessages => request::to_messages_json(json, options),
        Job::RequestToConverse => request::to_converse_json(json, options),
        Job::ResponseToMessages => response::to_messages_json(json, options),
        Job::ResponseToConverse => response::to_converse_json(json, options),
        Job::CountTokensToMessages => count_tokens::to_messages_json(json, options),
        Job::CountTokensToConverse => count_tokens::to_converse_json(json, options),
        Job::CountTokensToInvoke => count_tokens::to_invoke_json(json, options),
        Job::InvokeFromMessages => invoke::from_messages_json(json, options),
        Job::InvokeFromConverse => invoke::from_converse_json(json, options),
        Job::InvokeToConverse => invoke::to_converse_json(json, options),
        Job::InvokeToMessages => invoke::to_messages_json(json, options),
        Job::StreamToMessages => stream::to_messages_json(json, options),
        Job::StreamToConverse => stream::to_converse_json(json, options),
        Job::BatchToMessages => batch::to_messages_json(json, form, options),
        Job::BatchToConverse => batch::to_converse_json(json, form, options),
        Job::InlineSchema => schema::inline_json(json, schema),
        Job::ErrorToMessages => return with_status(errors::to_messages_json(json, status, options)),
        Job::ErrorToConverse => return with_status(errors::to_converse_json(json, status, options)),
    };
    Ok((converted?, None))
}

fn with_status(converted: Result<Converted<HttpError<String>>, Error>) -> Answer {
    let Converted { value: HttpError { status, body }, losses } = converted?;
    Ok((Converted { value: body, losses }, Some(status)))
}
