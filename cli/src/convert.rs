//! Which function of the library a command calls.

use converse_messages::errors::HttpError;
use converse_messages::{
    Converted, Error, Options, batch, count_tokens, errors, invoke, request, response, schema, stream,
};

use crate::args::{Conversion, Document, Inline, Target};

/// A converted document, and its HTTP status if the source's was given.
pub struct Answer {
    pub json: String,
    pub status: Option<u16>,
}

/// A conversion of one document a call.
pub type Convert = Box<dyn Fn(&[u8]) -> Result<Converted<Answer>, Error> + Send + Sync>;

/// A conversion of the library.
type Json = fn(&[u8], &Options) -> Result<Converted<String>, Error>;

/// What the command asks for.
pub fn conversion(command: &Conversion) -> (&Document, Convert) {
    let (document, json): (&Document, Json) = match command {
        Conversion::Request { document, invoke: false } => match document.to {
            Target::Messages => (document, request::to_messages_json),
            Target::Converse => (document, request::to_converse_json),
        },
        Conversion::Request { document, invoke: true } => match document.to {
            Target::Messages => (document, invoke::from_converse_json),
            Target::Converse => (document, invoke::to_converse_json),
        },
        Conversion::Response { document } => match document.to {
            Target::Messages => (document, response::to_messages_json),
            Target::Converse => (document, response::to_converse_json),
        },
        Conversion::Stream { document, .. } => match document.to {
            Target::Messages => (document, stream::to_messages_json),
            Target::Converse => (document, stream::to_converse_json),
        },
        Conversion::CountTokens { document } => match document.to {
            Target::Messages => (document, count_tokens::to_messages_json),
            Target::Converse => (document, count_tokens::to_converse_json),
        },
        Conversion::Batch { document, invoke: false, .. } => match document.to {
            Target::Messages => (document, |record, options| batch::to_messages_json(record, false, options)),
            Target::Converse => (document, |record, options| batch::to_converse_json(record, false, options)),
        },
        Conversion::Batch { document, invoke: true, .. } => match document.to {
            Target::Messages => (document, |record, options| batch::to_messages_json(record, true, options)),
            Target::Converse => (document, |record, options| batch::to_converse_json(record, true, options)),
        },
        Conversion::Error { document, status } => return (document, error(document, *status)),
    };
    let options = document.options();
    let convert = move |source: &[u8]| Ok(json(source, &options)?.map(|json| Answer { json, status: None }));
    (document, Box::new(convert))
}

fn error(document: &Document, status: Option<u16>) -> Convert {
    let convert = match document.to {
        Target::Messages => errors::to_messages_json,
        Target::Converse => errors::to_converse_json,
    };
    let options = document.options();
    Box::new(move |source| {
        let converted = convert(source, status, &options)?;
        Ok(converted.map(|HttpError { status: target, body }| Answer { json: body, status: status.map(|_| target) }))
    })
}

pub fn inliner(inline: &Inline) -> Convert {
    let (options, policy) = (inline.options(), inline.loss);
    Box::new(move |schema| {
        let inlined = schema::inline_json(schema, &options)?.accept(policy)?;
        Ok(inlined.map(|json| Answer { json, status: None }))
    })
}
