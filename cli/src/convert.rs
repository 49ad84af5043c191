//! Which function of the library a command calls.

use converse_messages::batch::MessagesForm;
use converse_messages::errors::HttpError;
use converse_messages::{
    Converted, Error, Options, batch, count_tokens, errors, invoke, request, response, schema, stream,
};

use crate::args::{Conversion, Document, Form, Inline, Target};

/// A converted document, and its HTTP status if the source's was given.
pub struct Answer {
    pub json: String,
    pub status: Option<u16>,
}

impl From<String> for Answer {
    fn from(json: String) -> Self {
        Self { json, status: None }
    }
}

/// A conversion of one document a call.
pub type Convert = Box<dyn Fn(&[u8]) -> Result<Converted<Answer>, Error> + Send + Sync>;

/// A conversion of the library.
type Json = fn(&[u8], &Options) -> Result<Converted<String>, Error>;

/// What the command asks for, unless it is no conversion.
pub fn conversion(command: &Conversion) -> Result<(&Document, Convert), &'static str> {
    let (document, json): (&Document, Json) = match command {
        Conversion::Request { document, from, invoke } => (document, request(*from, document.to, *invoke)?),
        Conversion::Response { document } => match document.to {
            Target::Messages => (document, response::to_messages_json),
            Target::Converse => (document, response::to_converse_json),
        },
        Conversion::Stream { document, .. } => match document.to {
            Target::Messages => (document, stream::to_messages_json),
            Target::Converse => (document, stream::to_converse_json),
        },
        Conversion::CountTokens { document, invoke } => match (document.to, invoke) {
            (Target::Messages, false) => (document, count_tokens::to_messages_json),
            (Target::Messages, true) => {
                return Err("--invoke is for `--to converse`: towards Messages both forms are read");
            }
            (Target::Converse, false) => (document, count_tokens::to_converse_json),
            (Target::Converse, true) => (document, count_tokens::to_invoke_json),
        },
        Conversion::Batch { document, invoke, .. } => return Ok((document, batch(document, *invoke))),
        Conversion::Error { document, status } => return Ok((document, error(document, *status))),
    };
    let options = document.options();
    Ok((document, Box::new(move |source| Ok(json(source, &options)?.map(Answer::from)))))
}

fn request(from: Option<Form>, to: Target, invoke: bool) -> Result<Json, &'static str> {
    match (from, to, invoke) {
        (None | Some(Form::Converse), Target::Messages, false) => Ok(request::to_messages_json),
        (None | Some(Form::Converse), Target::Messages, true) => Ok(invoke::from_converse_json),
        (Some(Form::Messages), Target::Messages, true) => Ok(invoke::from_messages_json),
        (Some(Form::Invoke), Target::Messages, false) => Ok(invoke::to_messages_json),
        (None | Some(Form::Messages), Target::Converse, false) => Ok(request::to_converse_json),
        (None, Target::Converse, true) | (Some(Form::Invoke), Target::Converse, _) => Ok(invoke::to_converse_json),
        (Some(Form::Messages), Target::Converse, true) => {
            Err("--invoke says that the source is of another form than --from")
        }
        (Some(_), ..) => Err("the source is of the target's form: there is nothing to convert"),
    }
}

fn batch(document: &Document, invoke: bool) -> Convert {
    let convert = match document.to {
        Target::Messages => batch::to_messages_json,
        Target::Converse => batch::to_converse_json,
    };
    let form = if invoke { MessagesForm::InvokeModel } else { MessagesForm::MessageBatch };
    let options = document.options();
    Box::new(move |record| Ok(convert(record, form, &options)?.map(Answer::from)))
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
        Ok(inlined.map(Answer::from))
    })
}
