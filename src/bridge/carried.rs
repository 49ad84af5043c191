//! `additionalModelResponseFields` ⇄ the members of a Messages response that Converse has no place for
//!
//! Towards Converse they are carried there. Towards Messages those are read back that this library knows, where their type
//! fits: the field is the model's own, and another model's may say anything. What is not read back is a hint.

use crate::loss::{Code, Cx, Path};
use crate::messages;
use crate::wire::{FreeForm as _, Kind, Leaves, Map, Wire, object};

use super::{present, unless_empty};

/// The `id` of a Messages response when nothing names one.
pub(super) const DEFAULT_ID: &str = "msg_converse";

/// The `model` of a Messages response when nothing names one.
pub(super) const DEFAULT_MODEL: &str = "unknown";

object! {
    /// What `additionalModelResponseFields` holds of a Messages response.
    pub struct Carried {
        /// The response's id.
        optional id: L::Text = "id",
        /// The model that has answered.
        optional model: L::Text = "model",
        /// Anthropic's own reason, where Converse has none like it.
        optional stop_reason: messages::StopReason = "stop_reason",
        /// The stop sequence that was generated.
        optional stop_sequence: L::Text = "stop_sequence",
        /// More about a refusal.
        optional stop_details: messages::StopDetails<L> = "stop_details",
        /// The container.
        optional container: messages::Container<L> = "container",
        /// What the request asked to diagnose.
        optional diagnostics: messages::Diagnostics<L> = "diagnostics",
        /// What Converse's usage has no place for.
        optional usage: CarriedUsage<L> = "usage",
    }

    /// What Converse's usage has no place for.
    pub struct CarriedUsage {
        /// What the generated tokens were for.
        optional output_tokens_details: messages::OutputTokensDetails<L> = "output_tokens_details",
        /// How often the server ran its tools.
        optional server_tool_use: messages::ServerToolUsage<L> = "server_tool_use",
        /// Where inference ran.
        optional inference_geo: L::Text = "inference_geo",
        /// How fast the model answered.
        optional speed: messages::Speed = "speed",
    }
}

/// The fields, if there is anything to carry.
pub(super) fn to_converse<L: Leaves>(mut carried: Carried<L>) -> Option<L::Json> {
    carried.usage = unless_empty(carried.usage);
    (carried != Carried::default()).then(|| L::free_form(&carried))
}

/// What of the fields is Anthropic's.
pub(super) fn to_messages<L: Leaves>(fields: Option<L::Json>, at: Path<'_>, cx: &mut Cx<'_>) -> Carried<L> {
    let mut carried = Carried::default();
    let mut later_sequence = None;
    for (name, value) in members::<L>(fields, at, cx) {
        let at = at.name(&name);
        match &*name {
            "id" => carried.id = fitting::<L, _>(&value, at, cx),
            "model" => carried.model = fitting::<L, _>(&value, at, cx),
            "stop_reason" => carried.stop_reason = fitting::<L, _>(&value, at, cx),
            "stop_sequence" => carried.stop_sequence = fitting::<L, _>(&value, at, cx),
            "stop_details" => carried.stop_details = fitting::<L, _>(&value, at, cx),
            "container" => carried.container = fitting::<L, _>(&value, at, cx),
            "diagnostics" => carried.diagnostics = fitting::<L, _>(&value, at, cx),
            "usage" => carried.usage = Some(usage_to_messages(value, at, cx)),
            // A stream is asked for it at `/delta/stop_sequence`, where its events have it.
            "delta" => later_sequence = Some(value),
            _ => no_place(at, cx),
        }
    }
    let delta_at = at.name("delta");
    for (name, value) in members::<L>(later_sequence, delta_at, cx) {
        let at = delta_at.name(&name);
        match fitting::<L, L::Text>(&value, at, cx) {
            Some(sequence) if name == "stop_sequence" && carried.stop_sequence.is_none() => {
                carried.stop_sequence = Some(sequence);
            }
            Some(sequence) if name == "stop_sequence" && carried.stop_sequence.as_ref() == Some(&sequence) => {}
            Some(_) => no_place(at, cx),
            None => {}
        }
    }
    carried
}

fn usage_to_messages<L: Leaves>(usage: L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> CarriedUsage<L> {
    let mut carried = CarriedUsage::default();
    for (name, value) in members::<L>(Some(usage), at, cx) {
        let at = at.name(&name);
        match &*name {
            "output_tokens_details" => carried.output_tokens_details = unless_empty(fitting::<L, _>(&value, at, cx)),
            "server_tool_use" => carried.server_tool_use = unless_empty(fitting::<L, _>(&value, at, cx)),
            "inference_geo" => carried.inference_geo = fitting::<L, _>(&value, at, cx),
            "speed" => carried.speed = fitting::<L, _>(&value, at, cx),
            // Converse's own members say these.
            "input_tokens"
            | "output_tokens"
            | "cache_read_input_tokens"
            | "cache_creation_input_tokens"
            | "cache_creation"
            | "service_tier" => no_place(at, cx),
            _ => carried.unknown.push(name, value),
        }
    }
    carried
}

/// The members of an object that are not null; anything else has none, and is a hint.
fn members<L: Leaves>(json: Option<L::Json>, at: Path<'_>, cx: &mut Cx<'_>) -> Map<L::Json> {
    let Some(json) = json.filter(|json| json.kind() != Kind::Null) else {
        return Map::new();
    };
    present(fitting::<L, Map<L::Json>>(&json, at, cx).unwrap_or_default())
}

fn fitting<L: Leaves, T: Wire<L>>(json: &L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> Option<T> {
    let fitting = L::parse(json).ok();
    if fitting.is_none() {
        no_place(at, cx);
    }
    fitting
}

fn no_place(at: Path<'_>, cx: &mut Cx<'_>) {
    cx.hint(at, Code::Unsupported, "not a member that Messages has a place for");
}
