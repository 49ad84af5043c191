//! `stopReason` ⇄ `stop_reason`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `content_filtered` | `refusal` | |
//! | `guardrail_intervened` | `end_turn` beside `amazon-bedrock-guardrailAction: INTERVENED` | hint: most are masked answers, which `refusal` would hide |
//! | `malformed_model_output`, `malformed_tool_use`, unknown | `end_turn` | hint |
//! | `end_turn`, and the reason itself in `additionalModelResponseFields` | `pause_turn`, unknown | hint |
//! | absent | null | `end_turn` (hint) |

use crate::loss::{Code, Cx, Path};
use crate::{converse, messages};

macro_rules! stop_reasons {
    ($($converse:ident = $messages:ident,)+) => {
        /// `None`: Messages has no such reason.
        fn named_in_messages(reason: &converse::StopReason) -> Option<messages::StopReason> {
            match reason {
                $( converse::StopReason::$converse => Some(messages::StopReason::$messages), )+
                converse::StopReason::GuardrailIntervened
                | converse::StopReason::MalformedModelOutput
                | converse::StopReason::MalformedToolUse
                | converse::StopReason::Unknown(_) => None,
            }
        }

        /// `None`: Converse has no such reason.
        fn named_in_converse(reason: &messages::StopReason) -> Option<converse::StopReason> {
            match reason {
                $( messages::StopReason::$messages => Some(converse::StopReason::$converse), )+
                messages::StopReason::PauseTurn | messages::StopReason::Unknown(_) => None,
            }
        }
    };
}

stop_reasons! {
    EndTurn = EndTurn,
    ToolUse = ToolUse,
    MaxTokens = MaxTokens,
    StopSequence = StopSequence,
    ContentFiltered = Refusal,
    ModelContextWindowExceeded = ModelContextWindowExceeded,
}

/// The reason, and what the guardrail did. `carried` is Anthropic's own reason, as far as it came along: it says more than
/// Converse's, unless they contradict each other.
pub(super) fn to_messages(
    reason: Option<&converse::StopReason>,
    at: Path<'_>,
    carried: Option<messages::StopReason>,
    carried_at: Path<'_>,
    cx: &mut Cx<'_>,
) -> (messages::StopReason, Option<messages::GuardrailAction>) {
    let Some(reason) = reason else {
        let stopped = carried.unwrap_or_else(|| {
            cx.hint(at, Code::Supplied, "nothing says why the model stopped: `end_turn`");
            messages::StopReason::EndTurn
        });
        return (stopped, None);
    };
    let own = named_in_messages(reason).unwrap_or_else(|| {
        match reason {
            converse::StopReason::Unknown(_) => cx.hint(at, Code::UnknownValue, "not a reason that Messages has"),
            _ => cx.hint(at, Code::Rewritten, "Messages has no such reason: `end_turn`"),
        }
        messages::StopReason::EndTurn
    });
    let guardrail =
        (*reason == converse::StopReason::GuardrailIntervened).then_some(messages::GuardrailAction::Intervened);
    let stopped = match carried {
        // It says more than Converse's.
        Some(carried) if carried != own && in_converse(&carried) == *reason => carried,
        Some(_) => {
            cx.hint(carried_at, Code::Dropped, "`stopReason` says it, or another thing");
            own
        }
        None => own,
    };
    (stopped, guardrail)
}

fn in_converse(reason: &messages::StopReason) -> converse::StopReason {
    named_in_converse(reason).unwrap_or(converse::StopReason::EndTurn)
}

/// The reason, and Anthropic's own one if it has to be carried.
pub(super) fn to_converse(
    reason: Option<messages::StopReason>,
    at: Path<'_>,
    guardrail: Option<&messages::GuardrailAction>,
    guardrail_at: Path<'_>,
    cx: &mut Cx<'_>,
) -> (converse::StopReason, Option<messages::StopReason>) {
    let ended = reason == Some(messages::StopReason::EndTurn);
    match guardrail {
        Some(messages::GuardrailAction::Intervened) if ended => {
            return (converse::StopReason::GuardrailIntervened, None);
        }
        Some(messages::GuardrailAction::Intervened) => {
            cx.hint(guardrail_at, Code::Unsupported, "Converse has one reason, and it is another");
        }
        Some(messages::GuardrailAction::Unknown(_)) => {
            cx.hint(guardrail_at, Code::UnknownValue, "not an action that Converse has");
        }
        Some(messages::GuardrailAction::None) | None => {}
    }
    let Some(reason) = reason else {
        cx.hint(at, Code::Supplied, "nothing says why the model stopped: `end_turn`");
        return (converse::StopReason::EndTurn, None);
    };
    if let Some(named) = named_in_converse(&reason) {
        return (named, None);
    }
    let code = match reason {
        messages::StopReason::Unknown(_) => Code::UnknownValue,
        _ => Code::Rewritten,
    };
    cx.hint(at, code, "Converse has no such reason: `end_turn`, and the reason itself is carried");
    (converse::StopReason::EndTurn, Some(reason))
}
