//! Parameters: `inferenceConfig`, `outputConfig`, `requestMetadata`, `serviceTier` ⇄ theirs
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `inferenceConfig.maxTokens` | `max_tokens` | required: absent, the option's (hint) |
//! | `.temperature`, `.topP`, `.stopSequences` | `temperature`, `top_p`, `stop_sequences` | 0 to 1 in Converse; empty stop sequences dropped (hint) |
//! | `outputConfig.textFormat` | `output_config.format` | the schema is a JSON text in a string |
//! | `outputConfig.effort` | `output_config.effort` | an unknown one: hint |
//! | `requestMetadata.user_id` | `metadata.user_id` | others: hint |
//! | `serviceTier.type` `default` | `service_tier` `standard_only` | `priority` → `auto` (hint), others hint |

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Map, Number, Text};
use crate::{Error, ErrorKind, converse, messages};

use super::rules::{self, invalid};
use super::{inlined, is_object, json_in_string, text_of};

/// The most stop sequences that Converse takes.
const MOST_STOP_SEQUENCES: usize = 2500;

/// Takes these parameters out of the request.
pub(super) fn inference_to_converse<L: Leaves>(
    request: &mut messages::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<converse::InferenceConfiguration<L>, Error> {
    let root = Path::Root;
    let Some(max_tokens) = request.max_tokens.take() else {
        return Err(invalid(root.name("max_tokens"), "a required member is missing"));
    };
    if max_tokens < 1 {
        return Err(out_of_range(root.name("max_tokens"), "at least 1"));
    }
    let (temperature, top_p) = (request.temperature.take(), request.top_p.take());
    for (name, number) in [("temperature", &temperature), ("top_p", &top_p)] {
        if number.as_ref().is_some_and(|number| !number.is_from_0_to_1()) {
            return Err(out_of_range(root.name(name), "from 0 to 1"));
        }
    }
    let list_at = root.name("stop_sequences");
    let sequences = std::mem::take(&mut request.stop_sequences);
    let mut stop_sequences = Vec::with_capacity(sequences.len());
    for (index, sequence) in sequences.into_iter().enumerate() {
        if sequence.is_empty() {
            cx.hint(list_at.index(index), Code::Dropped, "Converse takes no empty stop sequence, and it stops nothing");
        } else {
            stop_sequences.push(sequence);
        }
    }
    if stop_sequences.len() > MOST_STOP_SEQUENCES {
        return Err(out_of_range(list_at, "a list of at most 2,500"));
    }
    Ok(converse::InferenceConfiguration {
        max_tokens: Some(max_tokens),
        temperature,
        top_p,
        stop_sequences,
        ..Default::default()
    })
}

/// Numbers that a caller's code may hold and JSON may not.
pub(super) fn finite<N: Number>(numbers: [(&str, Option<&N>); 2], at: Path<'_>) -> Result<(), Error> {
    match numbers.into_iter().find(|(_, number)| number.is_some_and(|number| !number.is_finite())) {
        Some((name, _)) => Err(Error::new(ErrorKind::OutOfRange, at.name(name).pointer(), "not a finite number")),
        None => Ok(()),
    }
}

fn out_of_range(at: Path<'_>, range: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, at.pointer(), format!("Converse takes {range}"))
}

pub(super) fn output_to_messages<L: Leaves>(
    output: Option<converse::OutputConfig<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<messages::OutputConfig<L>, Error> {
    let Some(converse::OutputConfig { text_format, effort, unknown }) = output else {
        return Ok(messages::OutputConfig::default());
    };
    cx.unknown(at, &unknown);
    let format = match text_format {
        Some(format) => format_to_messages(format, at.name("textFormat"), cx)?,
        None => None,
    };
    let effort = effort.filter(|effort| !effort.is_empty()).map(|effort| messages::Effort::from(&*effort.decode()));
    known_effort(effort.as_ref(), at, cx);
    Ok(messages::OutputConfig { format, effort, ..Default::default() })
}

fn known_effort(effort: Option<&messages::Effort>, at: Path<'_>, cx: &mut Cx<'_>) {
    if let Some(messages::Effort::Unknown(_)) = effort {
        cx.hint(at.name("effort"), Code::UnknownValue, "passed on, but not an effort this library knows");
    }
}

fn format_to_messages<L: Leaves>(
    format: converse::OutputFormat<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::OutputFormat<L>>, Error> {
    let converse::OutputFormat { kind, structure, unknown } = format;
    cx.unknown(at, &unknown);
    if let converse::OutputFormatType::Unknown(_) = kind {
        cx.content(at, Code::UnknownValue, "Messages has no output format of this type");
        return Ok(None);
    }
    let at = at.name("structure");
    let converse::JsonSchemaDefinition { schema, name, description, unknown } = match structure {
        converse::OutputFormatStructure::JsonSchema(definition) => definition,
        converse::OutputFormatStructure::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            return Ok(None);
        }
    };
    let at = at.name("jsonSchema");
    cx.unknown(at, &unknown);
    for (member, value) in [("name", name), ("description", description)] {
        if value.is_some() {
            cx.hint(at.name(member), Code::Unsupported, format!("Messages has no place for the schema's {member}"));
        }
    }
    let schema_at = at.name("schema");
    let schema = json_in_string::<L>(schema.decode().as_bytes(), cx.options)
        .map_err(|error| invalid(schema_at, format!("not a JSON text: {}", error.message())))?;
    let mut inner = Cx::new(cx.options);
    let schema = inlined::<L>(schema, Path::Root, &mut inner).map_err(|error| error.encoded(schema_at.pointer()))?;
    cx.adopt_encoded(inner.into_losses(), schema_at);
    if !is_object::<L>(&schema) {
        return Err(invalid(schema_at, "the schema is not an object"));
    }
    Ok(Some(messages::OutputFormat::JsonSchema(messages::JsonOutputFormat { schema, ..Default::default() })))
}

/// The output configuration; the members that Converse has no place for stay.
pub(super) fn output_to_converse<L: Leaves>(
    output: &mut Option<messages::OutputConfig<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::OutputConfig<L>>, Error> {
    let messages::OutputConfig { format, effort, unknown } = output.take().unwrap_or_default();
    *output = (!unknown.is_empty()).then(|| messages::OutputConfig { unknown, ..Default::default() });
    let format_at = at.name("format");
    let text_format = match format {
        None => None,
        Some(messages::OutputFormat::JsonSchema(messages::JsonOutputFormat { schema, unknown })) => {
            cx.unknown(format_at, &unknown);
            if !is_object::<L>(&schema) {
                return Err(invalid(format_at.name("schema"), "the schema is not an object"));
            }
            let definition = converse::JsonSchemaDefinition { schema: text_of::<L>(&schema), ..Default::default() };
            let structure = converse::OutputFormatStructure::JsonSchema(definition);
            Some(converse::OutputFormat { structure, ..Default::default() })
        }
        Some(messages::OutputFormat::Unknown(format)) => {
            cx.unknown_type(format_at, &format.kind);
            None
        }
    };
    let effort = effort.filter(|effort| !effort.as_str().is_empty());
    known_effort(effort.as_ref(), at, cx);
    let effort = effort.map(|effort| effort.as_str().to_owned().into());
    let present = text_format.is_some() || effort.is_some();
    let output = converse::OutputConfig { text_format, effort, ..Default::default() };
    Ok(present.then_some(output))
}

/// The user's id out of `requestMetadata`, and whether each other label is a loss.
pub(super) fn metadata_to_messages<L: Leaves>(
    labels: &Map<L::Text>,
    kept: bool,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<L::Text> {
    let mut user_id = None;
    for (name, value) in labels.iter() {
        if name == "user_id" && rules::is_metadata_value(&value.decode()) {
            user_id = Some(value.clone());
        } else if !kept {
            cx.hint(at.name(name), Code::Unsupported, "Messages has no place for this label");
        }
    }
    user_id
}

pub(super) fn metadata_to_converse<L: Leaves>(
    metadata: Option<messages::Metadata<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<Map<L::Text>> {
    let messages::Metadata { user_id, unknown } = metadata?;
    cx.unknown(at, &unknown);
    let user_id = user_id?;
    if !rules::is_metadata_value(&user_id.decode()) {
        cx.hint(at.name("user_id"), Code::Unsupported, "not a value that Converse takes as a label");
        return None;
    }
    Some(Map::from_iter([("user_id".to_owned(), user_id)]))
}

pub(super) fn tier_to_messages<L: Leaves>(
    tier: Option<converse::ServiceTier<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ServiceTier> {
    let converse::ServiceTier { kind, unknown } = tier?;
    cx.unknown(at, &unknown);
    tier_kind_to_messages(&kind, at.name("type"), cx)
}

pub(super) fn tier_kind_to_messages(
    kind: &converse::ServiceTierType,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ServiceTier> {
    match kind {
        converse::ServiceTierType::Default => Some(messages::ServiceTier::StandardOnly),
        converse::ServiceTierType::Priority => {
            cx.hint(at, Code::Rewritten, "Messages takes priority where there is some: `auto`");
            Some(messages::ServiceTier::Auto)
        }
        converse::ServiceTierType::Flex | converse::ServiceTierType::Reserved => {
            cx.hint(at, Code::Unsupported, "Messages has no such service tier");
            None
        }
        converse::ServiceTierType::Unknown(_) => {
            cx.content(at, Code::UnknownValue, "Messages has no such service tier");
            None
        }
    }
}

pub(super) fn tier_to_converse<L: Leaves>(
    tier: Option<messages::ServiceTier>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::ServiceTier<L>> {
    match tier? {
        messages::ServiceTier::Auto => None,
        messages::ServiceTier::StandardOnly => {
            Some(converse::ServiceTier { kind: converse::ServiceTierType::Default, ..Default::default() })
        }
        messages::ServiceTier::Unknown(_) => {
            cx.content(at, Code::UnknownValue, "Converse has no such service tier");
            None
        }
    }
}
