//! `messageStop`, `metadata` → `message_delta`, `message_stop`

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{Leaves, Map, RawJson, RawText, Text as _};
use crate::{Error, converse, messages};

use super::super::super::carried::{DEFAULT_ID, DEFAULT_MODEL};
use super::super::super::response;
use super::super::{Kept, Places, kept_json, number, part_options, recoded};

const NO_PLACE_AT_THE_END: &str = "the end of a stream has no place for it";

/// The end of the message, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    /// As a response without content.
    response: converse::Response<Kept>,
    /// The numbers of the events that told it.
    stopped: Option<usize>,
    measured: Option<usize>,
}

impl End {
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    pub(super) fn is_measured(&self) -> bool {
        self.measured.is_some()
    }

    /// The stream has failed: this never goes out.
    pub(super) fn abandon(&mut self, cx: &mut Cx<'_>) {
        let why = "the stream has failed before it could be told";
        if let Some(number) = self.stopped.take() {
            cx.content(Path::Root.index(number).name("messageStop"), Code::Dropped, why);
        }
        if let Some(number) = self.measured.take() {
            cx.hint(Path::Root.index(number).name("metadata"), Code::Dropped, why);
        }
    }

    pub(super) fn stop<L: Leaves>(&mut self, event: converse::MessageStopEvent<L>, at: Path<'_>, cx: &mut Cx<'_>) {
        let converse::MessageStopEvent { stop_reason, additional_model_response_fields: fields, padding, unknown } =
            event;
        cx.unknown_in_event(at.name("messageStop"), padding.as_ref(), &unknown);
        self.stopped = Some(number(at));
        self.response.stop_reason = stop_reason;
        self.response.additional_model_response_fields = fields.map(|fields| kept_json::<L>(&fields));
    }

    pub(super) fn measure<L: Leaves>(
        &mut self,
        event: converse::ConverseStreamMetadataEvent<L>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        self.measured = Some(number(at));
        let converse::ConverseStreamMetadataEvent {
            usage,
            metrics,
            trace,
            performance_config,
            service_tier,
            padding,
            unknown,
        } = event;
        cx.unknown_in_event(at.name("metadata"), padding.as_ref(), &unknown);
        let performance_config = performance_config.map(|config| recoded::<L, Kept, _>(&config)).transpose()?;
        if service_tier.is_some() {
            cx.hint(at.name("metadata").name("serviceTier"), Code::Unsupported, NO_PLACE_AT_THE_END);
        }
        self.response = converse::Response {
            usage: recoded::<L, Kept, _>(&usage)?,
            metrics: recoded::<L, Kept, _>(&metrics)?,
            trace: trace.map(|trace| kept_json::<L>(&trace)),
            performance_config,
            ..std::mem::take(&mut self.response)
        };
        Ok(())
    }

    /// How the message ended, as a response without content would say it.
    pub(super) fn events(
        self,
        cx: &mut Cx<'_>,
    ) -> Result<(messages::MessageDeltaEvent<Kept>, messages::MessageStopEvent<Kept>), Error> {
        let (stopped, measured) = (self.stopped.unwrap_or_default(), self.measured.unwrap_or_default());
        let stop_at = Path::Root.index(stopped);
        if self.measured.is_none() {
            cx.hint(stop_at.name("messageStop"), Code::Supplied, "no metadata tells the usage: 0 tokens were supplied");
        }
        let (stop_place, metadata_place) = (format!("/{stopped}/messageStop"), format!("/{measured}/metadata"));
        let mut places = Places::default();
        for there in ["/stopReason", "/additionalModelResponseFields"] {
            places.tell(there, format!("{stop_place}{there}"));
        }
        places.tell("", metadata_place);
        let nothing = converse::Message::new(converse::ConversationRole::Assistant, Vec::new());
        let end = converse::Response { output: converse::Output::Message(nothing), ..self.response };
        let fields = end.additional_model_response_fields.clone();
        let Converted { value: message, losses } =
            response::to_messages(end, &part_options(cx.options)).map_err(|error| places.error(error))?;
        places.adopt(losses, cx);
        let messages::Response {
            stop_reason,
            stop_sequence,
            stop_details,
            container,
            diagnostics,
            usage,
            guardrail_action,
            trace,
            invocation_metrics,
            ..
        } = message;
        let fields_at = stop_at.name("messageStop");
        let fields_at = fields_at.name("additionalModelResponseFields");
        let messages::Usage {
            input_tokens,
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens,
            cache_creation,
            output_tokens_details,
            server_tool_use,
            service_tier: _,
            inference_geo,
            speed,
            unknown,
        } = usage;
        let metadata_at = Path::Root.index(measured);
        let metadata_at = metadata_at.name("metadata");
        let why = NO_PLACE_AT_THE_END;
        cx.unsupported_members(metadata_at.name("usage"), [("cacheDetails", cache_creation.is_some())], why);
        cx.unsupported_members(fields_at, [("diagnostics", diagnostics.is_some())], why);
        let usage_at = fields_at.name("usage");
        cx.unsupported_members(usage_at, [("inference_geo", inference_geo.is_some()), ("speed", speed.is_some())], why);
        cx.unsupported_members(usage_at, unknown.iter().map(|(name, _)| (name, true)), why);
        late(fields.as_ref(), fields_at, cx);
        let delta =
            messages::MessageDelta { stop_reason, stop_sequence, stop_details, container, ..Default::default() };
        let usage = messages::MessageDeltaUsage {
            input_tokens: Some(input_tokens),
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens,
            output_tokens_details,
            server_tool_use,
            ..Default::default()
        };
        let delta = messages::MessageDeltaEvent { delta, usage, guardrail_action, ..Default::default() };
        let stop = messages::MessageStopEvent { trace, invocation_metrics, ..Default::default() };
        Ok((delta, stop))
    }
}

/// Members that `message_start` would have told, had they been known.
fn late(fields: Option<&RawJson<'static>>, at: Path<'_>, cx: &mut Cx<'_>) {
    let fields: Map<RawJson<'_>> = fields.and_then(|fields| Kept::parse(fields).ok()).unwrap_or_default();
    let told = [
        ("id", cx.options.message_id.as_deref().unwrap_or(DEFAULT_ID)),
        ("model", cx.options.response_model.as_deref().unwrap_or(DEFAULT_MODEL)),
    ];
    let late = told.map(|(name, told)| {
        let late = fields.get(name).and_then(|value| Kept::parse::<RawText<'_>>(value).ok());
        (name, late.is_some_and(|late| late.decode() != told))
    });
    cx.unsupported_members(at, late, "it comes too late: message_start has gone out");
}
