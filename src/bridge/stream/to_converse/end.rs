//! `message_start`, `message_delta`, `message_stop` → `messageStop`, `metadata`

use std::collections::BTreeMap;

use crate::loss::{Code, Converted, Cx, Path, Severity};
use crate::wire::{FreeForm as _, FromCompact as _, Leaves, RawJson, Text as _};
use crate::{Error, converse, messages};

use super::super::super::carried::{DEFAULT_ID, DEFAULT_MODEL};
use super::super::super::response;
use super::super::{Kept, Places, kept_json, kept_text, part_options, recoded};

/// The end of the message, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    /// As a response without content.
    message: messages::Response<Kept>,
    /// Members of it, and of its usage, that this library does not know, as JSON.
    unknown: BTreeMap<String, String>,
    unknown_of_usage: BTreeMap<String, String>,
    places: Places,
    /// The paths of the events that have told something.
    told: Vec<String>,
    stopped: bool,
    has_delta: bool,
}

impl End {
    pub(super) fn start<L: Leaves>(&mut self, message: &messages::Response<L>, at: Path<'_>) -> Result<(), Error> {
        self.message = recoded::<L, Kept, _>(message)?;
        for (name, value) in std::mem::take(&mut self.message.unknown) {
            self.unknown.insert(name, value.text().into_owned());
        }
        for (name, value) in std::mem::take(&mut self.message.usage.unknown) {
            self.unknown_of_usage.insert(name, value.text().into_owned());
        }
        self.stopped = self.message.stop_reason.is_some();
        self.places.tell("", at.pointer());
        if self.message.id.decode() != DEFAULT_ID || self.message.model.decode() != DEFAULT_MODEL || self.stopped {
            self.told.push(at.pointer());
        }
        Ok(())
    }

    /// Whether something has told why the message stopped, or that it did.
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn has_delta(&self) -> bool {
        self.has_delta
    }

    pub(super) fn delta<L: Leaves>(
        &mut self,
        event: messages::MessageDeltaEvent<L>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::MessageDeltaEvent { delta, usage, guardrail_action, trace, invocation_metrics, unknown } = event;
        cx.unknown(at, &unknown);
        let delta_at = at.name("delta");
        let messages::MessageDelta { stop_reason, stop_sequence, stop_details, container, unknown } = delta;
        self.stopped = true;
        self.has_delta = true;
        self.told.push(at.pointer());
        if stop_reason.is_some() || self.message.stop_reason.is_none() {
            self.told("/stop_reason", delta_at.name("stop_reason"));
        }
        if let Some(stop_reason) = stop_reason {
            self.replaced(self.message.stop_reason.as_ref().is_some_and(|own| *own != stop_reason), "/stop_reason", cx);
            self.message.stop_reason = Some(stop_reason);
        }
        if let Some(stop_sequence) = stop_sequence {
            let stop_sequence = kept_text::<L>(&stop_sequence);
            let differs = self.message.stop_sequence.as_ref().is_some_and(|own| *own != stop_sequence);
            self.replaced(differs, "/stop_sequence", cx);
            self.message.stop_sequence = Some(stop_sequence);
            self.told("/stop_sequence", delta_at.name("stop_sequence"));
        }
        if let Some(stop_details) = stop_details {
            let stop_details = recoded::<L, Kept, _>(&stop_details)?;
            let differs = self.message.stop_details.as_ref().is_some_and(|own| *own != stop_details);
            self.replaced(differs, "/stop_details", cx);
            self.message.stop_details = Some(stop_details);
            self.told("/stop_details", delta_at.name("stop_details"));
        }
        if let Some(container) = container {
            let container = recoded::<L, Kept, _>(&container)?;
            self.replaced(self.message.container.as_ref().is_some_and(|own| *own != container), "/container", cx);
            self.message.container = Some(container);
            self.told("/container", delta_at.name("container"));
        }
        for (name, value) in unknown {
            if messages::UNCHANGED.contains(&&*name) {
                cx.unknown_member(delta_at, &name);
                continue;
            }
            self.told(&format!("/{}", escaped(&name)), delta_at.name(&name));
            self.unknown.insert(name, value.text().into_owned());
        }
        self.usage(usage, at.name("usage"))?;
        self.bedrock::<L>(guardrail_action, trace, invocation_metrics.as_ref(), at, cx)
    }

    fn usage<L: Leaves>(&mut self, mut usage: messages::MessageDeltaUsage<L>, at: Path<'_>) -> Result<(), Error> {
        for (name, value) in std::mem::take(&mut usage.unknown) {
            self.unknown_of_usage.insert(name, value.text().into_owned());
        }
        let told = [
            ("input_tokens", usage.input_tokens.is_some()),
            ("output_tokens", true),
            ("cache_read_input_tokens", usage.cache_read_input_tokens.is_some()),
            ("cache_creation_input_tokens", usage.cache_creation_input_tokens.is_some()),
            ("cache_creation", usage.cache_creation.is_some()),
            ("service_tier", usage.service_tier.is_some()),
        ];
        for (name, _) in told.into_iter().filter(|(_, told)| *told) {
            self.told(&format!("/usage/{name}"), at.name(name));
        }
        self.message.usage.update(recoded::<L, Kept, _>(&usage)?);
        Ok(())
    }

    /// What Bedrock adds, on `message_delta` or on `message_stop`.
    fn bedrock<L: Leaves>(
        &mut self,
        guardrail_action: Option<messages::GuardrailAction>,
        trace: Option<L::Json>,
        invocation_metrics: Option<&messages::InvocationMetrics<L>>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if guardrail_action.as_ref().is_some_and(|action| *action != messages::GuardrailAction::None) {
            self.message.guardrail_action = guardrail_action;
            self.told("/amazon-bedrock-guardrailAction", at.name("amazon-bedrock-guardrailAction"));
        }
        if let Some(trace) = trace {
            let trace = kept_json::<L>(&trace);
            let differs = self.message.trace.as_ref().is_some_and(|own| *own != trace);
            self.replaced(differs, "/amazon-bedrock-trace", cx);
            self.message.trace = Some(trace);
            self.told("/amazon-bedrock-trace", at.name("amazon-bedrock-trace"));
        }
        if let Some(metrics) = invocation_metrics {
            let metrics = recoded::<L, Kept, _>(metrics)?;
            let differs = self.message.invocation_metrics.as_ref().is_some_and(|own| *own != metrics);
            self.replaced(differs, "/amazon-bedrock-invocationMetrics", cx);
            self.message.invocation_metrics = Some(metrics);
            self.told("/amazon-bedrock-invocationMetrics", at.name("amazon-bedrock-invocationMetrics"));
        }
        Ok(())
    }

    pub(super) fn stop<L: Leaves>(
        &mut self,
        event: messages::MessageStopEvent<L>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::MessageStopEvent { guardrail_action, trace, invocation_metrics, unknown } = event;
        cx.unknown(at, &unknown);
        self.bedrock::<L>(guardrail_action, trace, invocation_metrics.as_ref(), at, cx)
    }

    /// A later event tells another thing than an earlier one did.
    fn replaced(&self, differs: bool, there: &str, cx: &mut Cx<'_>) {
        if let Some(path) = self.places.find(there).filter(|_| differs) {
            cx.lose(path, Severity::Hint, Code::Dropped, "a later event tells another thing".into());
        }
    }

    /// Notes which event tells a member.
    fn told(&mut self, there: &str, at: Path<'_>) {
        self.places.tell(there, at.pointer());
    }

    /// The stream has failed: what was told never goes out.
    pub(super) fn abandon(&mut self, cx: &mut Cx<'_>) {
        for path in std::mem::take(&mut self.told) {
            cx.lose(path, Severity::Hint, Code::Dropped, "the stream has failed before it could be told".into());
        }
    }

    /// How the message ended, as a response without content would say it.
    pub(super) fn events(
        self,
        cx: &mut Cx<'_>,
    ) -> Result<(converse::MessageStopEvent<Kept>, converse::ConverseStreamMetadataEvent<Kept>), Error> {
        let mut message = self.message;
        let kept = |(name, json)| (name, RawJson::from_compact(json));
        message.unknown = self.unknown.into_iter().map(kept).collect();
        message.usage.unknown = self.unknown_of_usage.into_iter().map(kept).collect();
        let Converted { value: response, losses } =
            response::to_converse(message, &part_options(cx.options)).map_err(|error| self.places.error(error))?;
        self.places.adopt(losses, cx);
        let converse::Response {
            output: _,
            stop_reason,
            usage,
            metrics,
            additional_model_response_fields,
            trace,
            performance_config: _,
            service_tier,
            unknown: _,
        } = response;
        let stop = converse::MessageStopEvent { stop_reason, additional_model_response_fields, ..Default::default() };
        let metadata =
            converse::ConverseStreamMetadataEvent { usage, metrics, trace, service_tier, ..Default::default() };
        Ok((stop, metadata))
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
