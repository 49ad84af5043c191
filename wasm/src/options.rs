//! The options, as JSON with JavaScript's names.

use std::str::FromStr;

use converse_messages::model_id::Geo;
use converse_messages::wire::{FreeForm as _, Kind, Leaves as _, Map, Raw, RawJson, RawText, Text as _, Wire};
use converse_messages::{Model, Options, schema};

/// The options of a call.
#[derive(Default)]
pub struct Asked {
    pub options: Options,
    pub schema: schema::Options,
    pub status: Option<u16>,
    pub invoke: bool,
    model: Option<String>,
    geo: Option<Geo>,
    depth: Option<u8>,
}

/// The name of an option that does not exist, or has no such value.
pub struct Invalid(pub String);

impl Asked {
    /// Reads what is asked for; an empty text asks for nothing.
    pub fn read(json: &str, defaults: Options) -> Result<Self, Invalid> {
        let mut asked = Self { options: defaults, ..Self::default() };
        if json.is_empty() {
            return Ok(asked);
        }
        let members = Map::<RawJson<'_>>::from_json(json.as_bytes()).map_err(|_| Invalid(String::new()))?;
        for (name, value) in members.iter() {
            asked.set(name, value).ok_or_else(|| Invalid(name.to_owned()))?;
        }
        let Self { model, geo, depth, options, schema, .. } = &mut asked;
        if let Some(inline) = &mut options.inline_refs {
            inline.max_depth = options.max_depth;
        }
        if let (schema::Recursion::Unroll(times), Some(depth)) = (&mut schema.recursion, *depth) {
            *times = depth;
        }
        match model.take().as_deref() {
            None | Some("keep") => {}
            Some("translate") => options.model = Model::Translate(geo.take()),
            Some(id) => options.model = Model::Replace(id.to_owned()),
        }
        Ok(asked)
    }

    fn set(&mut self, name: &str, value: &RawJson<'_>) -> Option<()> {
        let options = &mut self.options;
        match name {
            "loss" => options.loss = named(value)?,
            "defaultMaxTokens" if value.kind() == Kind::Null => options.default_max_tokens = None,
            "defaultMaxTokens" => options.default_max_tokens = Some(integer(value).filter(|tokens| *tokens > 0)?),
            "model" => self.model = Some(text(value)?),
            "geo" => self.geo = Some(Geo::new(&text(value)?).ok()?),
            "documentText" => options.document_text = Some(text(value)?),
            "messageId" => options.message_id = Some(text(value)?),
            "responseModel" => options.response_model = Some(text(value)?),
            "latencyMs" => options.latency_ms = Some(integer(value)?),
            "requestId" => options.request_id = Some(text(value)?),
            "maxDepth" => {
                options.max_depth = integer(value)?;
                self.schema.max_depth = options.max_depth;
            }
            "inlineRefs" => {
                options.inline_refs = Some(schema::Options { recursion: named(value)?, ..Default::default() });
            }
            "status" => self.status = Some(integer(value).filter(|status| (100..600).contains(status))?),
            "invoke" => self.invoke = Raw::parse(value).ok()?,
            "recursion" => self.schema.recursion = named(value)?,
            "depth" => self.depth = Some(integer(value).filter(|depth| *depth > 0)?),
            "maxNodes" => self.schema.max_nodes = integer(value)?,
            "maxBytes" => self.schema.max_bytes = integer(value)?,
            _ => return None,
        }
        Some(())
    }
}

fn text(value: &RawJson<'_>) -> Option<String> {
    Raw::parse::<RawText<'_>>(value).ok().map(|text| text.decode().into_owned())
}

fn integer<T: TryFrom<i64>>(value: &RawJson<'_>) -> Option<T> {
    T::try_from(Raw::parse::<i64>(value).ok()?).ok()
}

fn named<T: FromStr>(value: &RawJson<'_>) -> Option<T> {
    text(value)?.parse().ok()
}
