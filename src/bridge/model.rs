//! `modelId` ⇄ `model`: kept, translated or replaced, as [`Options::model`](crate::Options::model) asks.

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};
use crate::{Error, ErrorKind, Model, model_id};

pub(super) fn to_messages<L: Leaves>(id: Option<L::Text>, at: Path<'_>, cx: &mut Cx<'_>) -> Result<L::Text, Error> {
    model::<L>(id, at, cx, model_id::to_anthropic, |id| model_id::to_bedrock(id, None))
}

pub(super) fn to_converse<L: Leaves>(id: Option<L::Text>, at: Path<'_>, cx: &mut Cx<'_>) -> Result<L::Text, Error> {
    let geo = match &cx.options.model {
        Model::Translate(geo) => geo.clone(),
        Model::Keep | Model::Replace(_) => None,
    };
    model::<L>(id, at, cx, |id| model_id::to_bedrock(id, geo.as_ref()), model_id::to_anthropic)
}

/// The error of a source that names no model.
fn missing(at: Path<'_>) -> Error {
    Error::new(ErrorKind::MissingModel, at.pointer(), "no model is named, neither here nor in the options")
}

/// `back` undoes `translate`.
fn model<L: Leaves>(
    id: Option<L::Text>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
    translate: impl Fn(&str) -> Option<String>,
    back: impl Fn(&str) -> Option<String>,
) -> Result<L::Text, Error> {
    if let Model::Replace(id) = &cx.options.model {
        return Ok(id.clone().into());
    }
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Err(missing(at));
    };
    if cx.options.model == Model::Keep {
        return Ok(id);
    }
    let own = id.decode();
    let Some(translated) = translate(&own) else {
        cx.hint(at, Code::Untranslated, "the model id does not translate and is kept");
        return Ok(id);
    };
    if translated != own && back(&translated).as_deref() != Some(&*own) {
        cx.hint(at, Code::Rewritten, "the translated model id does not say all that this one says");
    }
    Ok(translated.into())
}
