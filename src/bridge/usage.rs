//! `usage`, `serviceTier` ⇄ `usage`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `inputTokens outputTokens cacheReadInputTokens cacheWriteInputTokens` | `input_tokens output_tokens cache_read_input_tokens cache_creation_input_tokens` | copied: both count cached tokens apart |
//! | `totalTokens` | | the sum of the four; towards Messages no loss if it is that or input and output |
//! | `cacheDetails[]` `ttl inputTokens` | `cache_creation` `ephemeral_1h_input_tokens ephemeral_5m_input_tokens` | one hour first |
//! | `serviceTier.type` default, priority | `service_tier` standard, priority | others hint |
//! | `additionalModelResponseFields.usage` | `output_tokens_details server_tool_use inference_geo speed` and unknown ones | `carried` |
//! | `cacheReadInputTokenCount cacheWriteInputTokenCount serverToolUsage` | | undocumented; hint only if they say anything new |

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm as _, Kind, Leaves, Map};
use crate::{Error, converse, messages};

use super::carried::CarriedUsage;
use super::rules::{count, invalid};
use super::{present, unless_empty};

fn count_if_any(tokens: Option<i64>, at: Path<'_>) -> Result<Option<i64>, Error> {
    tokens.map(|tokens| count(tokens, at)).transpose()
}

pub(super) fn to_messages<L: Leaves>(
    usage: converse::TokenUsage<L>,
    carried: CarriedUsage<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<messages::Usage<L>, Error> {
    let converse::TokenUsage {
        input_tokens,
        output_tokens,
        total_tokens,
        cache_read_input_tokens,
        cache_write_input_tokens,
        cache_details,
        unknown,
    } = usage;
    let input_tokens = count(input_tokens, at.name("inputTokens"))?;
    let output_tokens = count(output_tokens, at.name("outputTokens"))?;
    let total_tokens = count(total_tokens, at.name("totalTokens"))?;
    let read = count_if_any(cache_read_input_tokens, at.name("cacheReadInputTokens"))?;
    let written = count_if_any(cache_write_input_tokens, at.name("cacheWriteInputTokens"))?;
    let uncached = input_tokens.checked_add(output_tokens);
    let all = sum([Some(input_tokens), Some(output_tokens), read, written]);
    if ![uncached, all].contains(&Some(total_tokens)) {
        cx.hint(at.name("totalTokens"), Code::Unsupported, "not the sum of the others, and Messages has no total");
    }
    undocumented::<L>(&unknown, read, written, at, cx);
    let CarriedUsage { output_tokens_details, server_tool_use, inference_geo, speed, unknown } = carried;
    Ok(messages::Usage {
        input_tokens,
        output_tokens,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        cache_creation: details_to_messages(cache_details, at.name("cacheDetails"), cx)?,
        output_tokens_details,
        server_tool_use,
        service_tier: None,
        inference_geo,
        speed,
        unknown,
    })
}

fn sum(counts: [Option<i64>; 4]) -> Option<i64> {
    counts.into_iter().flatten().try_fold(0_i64, i64::checked_add)
}

/// Members that real responses have and the reference has not. They repeat others, or are empty.
fn undocumented<L: Leaves>(
    members: &Map<L::Json>,
    read: Option<i64>,
    written: Option<i64>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) {
    let repeats = |value: &L::Json, count: Option<i64>| L::parse(value).ok() == Some(count.unwrap_or_default());
    let says_more = |(name, value): &(&str, &L::Json)| match *name {
        "cacheReadInputTokenCount" => !repeats(value, read),
        "cacheWriteInputTokenCount" => !repeats(value, written),
        "serverToolUsage" => value.text() != "{}",
        _ => true,
    };
    let is_present = |(_, value): &(&str, &L::Json)| value.kind() != Kind::Null;
    for (name, _) in members.iter().filter(is_present).filter(says_more) {
        cx.unknown_member(at, name);
    }
}

fn details_to_messages<L: Leaves>(
    details: Vec<converse::CacheDetail<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::CacheCreation<L>>, Error> {
    let (mut hour, mut minutes) = (None, None);
    for (index, detail) in details.into_iter().enumerate() {
        let at = at.index(index);
        let converse::CacheDetail { ttl, input_tokens, unknown } = detail;
        cx.unknown(at, &unknown);
        let tokens_at = at.name("inputTokens");
        let tokens = count(input_tokens, tokens_at)?;
        let slot = match ttl {
            converse::CacheTtl::OneHour => &mut hour,
            converse::CacheTtl::FiveMinutes => &mut minutes,
            converse::CacheTtl::Unknown(_) if tokens == 0 => continue,
            converse::CacheTtl::Unknown(_) => {
                cx.hint(at, Code::UnknownValue, "Messages has no count for caches that live so long");
                continue;
            }
        };
        if slot.is_some() {
            cx.hint(at, Code::Rewritten, "counts of one lifetime are added up");
        }
        let total = slot.unwrap_or(0_i64).checked_add(tokens);
        *slot = Some(total.ok_or_else(|| invalid(tokens_at, "the counts are too large to add up"))?);
    }
    Ok((hour.is_some() || minutes.is_some()).then(|| messages::CacheCreation {
        ephemeral_1h_input_tokens: Some(hour.unwrap_or_default()),
        ephemeral_5m_input_tokens: Some(minutes.unwrap_or_default()),
        ..Default::default()
    }))
}

/// Messages' usage in Converse: the counts, the tier, and what is to be carried.
pub(super) struct UsageAndTier<L: Leaves> {
    pub(super) usage: converse::TokenUsage<L>,
    pub(super) service_tier: Option<converse::ServiceTier<L>>,
    pub(super) carried: CarriedUsage<L>,
}

pub(super) fn to_converse<L: Leaves>(
    usage: messages::Usage<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<UsageAndTier<L>, Error> {
    let messages::Usage {
        input_tokens,
        output_tokens,
        cache_read_input_tokens,
        cache_creation_input_tokens,
        cache_creation,
        output_tokens_details,
        server_tool_use,
        service_tier,
        inference_geo,
        speed,
        unknown,
    } = usage;
    let input_tokens = count(input_tokens, at.name("input_tokens"))?;
    let output_tokens = count(output_tokens, at.name("output_tokens"))?;
    let read = count_if_any(cache_read_input_tokens, at.name("cache_read_input_tokens"))?;
    let written = count_if_any(cache_creation_input_tokens, at.name("cache_creation_input_tokens"))?;
    let total_tokens = sum([Some(input_tokens), Some(output_tokens), read, written])
        .ok_or_else(|| invalid(at, "the counts are too large to add up"))?;
    let usage = converse::TokenUsage {
        input_tokens,
        output_tokens,
        total_tokens,
        cache_read_input_tokens: read,
        cache_write_input_tokens: written,
        cache_details: details_to_converse(cache_creation, at.name("cache_creation"), cx)?,
        ..Default::default()
    };
    let carried = CarriedUsage {
        output_tokens_details: unless_empty(output_tokens_details),
        server_tool_use: unless_empty(server_tool_use),
        inference_geo,
        speed,
        unknown: present(unknown),
    };
    Ok(UsageAndTier { usage, service_tier: tier_to_converse(service_tier, at.name("service_tier"), cx), carried })
}

fn details_to_converse<L: Leaves>(
    creation: Option<messages::CacheCreation<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Vec<converse::CacheDetail<L>>, Error> {
    let Some(messages::CacheCreation { ephemeral_1h_input_tokens, ephemeral_5m_input_tokens, unknown }) = creation
    else {
        return Ok(Vec::new());
    };
    cx.unknown(at, &unknown);
    let hour = count_if_any(ephemeral_1h_input_tokens, at.name("ephemeral_1h_input_tokens"))?;
    let minutes = count_if_any(ephemeral_5m_input_tokens, at.name("ephemeral_5m_input_tokens"))?;
    let detail = |ttl, count: Option<i64>| {
        count.map(|input_tokens| converse::CacheDetail { ttl, input_tokens, ..Default::default() })
    };
    let details = [detail(converse::CacheTtl::OneHour, hour), detail(converse::CacheTtl::FiveMinutes, minutes)];
    Ok(details.into_iter().flatten().collect())
}

pub(super) fn tier_to_messages<L: Leaves>(
    tier: Option<converse::ServiceTier<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::UsageServiceTier> {
    let converse::ServiceTier { kind, unknown } = tier?;
    cx.unknown(at, &unknown);
    match kind {
        converse::ServiceTierType::Default => Some(messages::UsageServiceTier::Standard),
        converse::ServiceTierType::Priority => Some(messages::UsageServiceTier::Priority),
        converse::ServiceTierType::Flex | converse::ServiceTierType::Reserved => {
            cx.hint(at.name("type"), Code::Unsupported, "Messages has no such service tier");
            None
        }
        converse::ServiceTierType::Unknown(_) => {
            cx.hint(at.name("type"), Code::UnknownValue, "Messages has no such service tier");
            None
        }
    }
}

fn tier_to_converse<L: Leaves>(
    tier: Option<messages::UsageServiceTier>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::ServiceTier<L>> {
    let kind = match tier? {
        messages::UsageServiceTier::Standard => converse::ServiceTierType::Default,
        messages::UsageServiceTier::Priority => converse::ServiceTierType::Priority,
        messages::UsageServiceTier::Batch => {
            cx.hint(at, Code::Unsupported, "Converse has no such service tier");
            return None;
        }
        messages::UsageServiceTier::Unknown(_) => {
            cx.hint(at, Code::UnknownValue, "Converse has no such service tier");
            return None;
        }
    };
    Some(converse::ServiceTier { kind, ..Default::default() })
}
