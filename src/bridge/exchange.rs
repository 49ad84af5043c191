//! What a request and a token count have in common: the members that the model reads.
//!
//! Here meet the tools, the system prompt and the messages. Towards Converse, Bedrock's rules tie them together: cache points
//! along all three, tools that a history names, a tool choice that needs tools.

use std::collections::{BTreeSet, HashSet};

use crate::loss::{Code, Cx, Path};
use crate::model_id::Family;
use crate::wire::{FromCompact as _, Leaves, Map, Text};
use crate::{Error, converse, messages};

use super::additional::{Additional, FIELDS, PartialToolChoice};
use super::cache::{self, Cached, Points};
use super::{tool, turn};

/// The exchange in Messages.
struct InMessages<L: Leaves> {
    messages: Vec<messages::Message<L>>,
    system: Option<messages::Content<L>>,
    tools: Vec<messages::Tool<L>>,
    tool_choice: Option<messages::ToolChoice<L>>,
    cache_control: Option<messages::CacheControl<L>>,
}

/// The exchange in Converse.
pub(super) struct InConverse<L: Leaves> {
    pub(super) messages: Vec<converse::Message<L>>,
    pub(super) system: Vec<converse::SystemContentBlock<L>>,
    pub(super) tool_config: Option<converse::ToolConfiguration<L>>,
}

/// Puts the exchange into a request that holds what `additionalModelRequestFields` say, apart from their tool choice.
pub(super) fn to_messages<L: Leaves>(
    exchange: InConverse<L>,
    carried_choice: Option<PartialToolChoice<L>>,
    request: &mut messages::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let InConverse { messages, system, tool_config } = exchange;
    let root = Path::Root;
    let (config_at, fields_at) = (root.name("toolConfig"), root.name(FIELDS));
    let converse::ToolConfiguration { tools, tool_choice, unknown } = tool_config.unwrap_or_default();
    cx.unknown(config_at, &unknown);
    let (choice_at, carried_at) = (config_at.name("toolChoice"), fields_at.name("tool_choice"));
    request.tool_choice = tool::choice::to_messages(tool_choice, carried_choice, choice_at, carried_at, cx)?;
    let mut cached = Cached::new();
    tool::to_messages(tools, config_at.name("tools"), &mut cached, cx)?;
    turn::system_to_messages(system, root.name("system"), &mut cached, cx)?;
    turn::to_messages(messages, root.name("messages"), &mut cached, cx)?;
    request.system = turn::system_of(cached.system);
    request.messages = turn::messages_of(cached.messages);
    let carried_tools = std::mem::take(&mut request.tools);
    request.tools = cached.tools.into_iter().map(messages::Tool::Custom).chain(carried_tools).collect();
    Ok(())
}

/// The exchange, and what goes to `additionalModelRequestFields`. All else has been taken out of the request.
fn split<L: Leaves>(request: messages::Request<L>) -> (InMessages<L>, Additional<L>) {
    let messages::Request {
        anthropic_beta,
        betas,
        system,
        messages,
        tools,
        tool_choice,
        thinking,
        top_k,
        output_config,
        cache_control,
        context_management,
        unknown,
        model: _,
        anthropic_version: _,
        max_tokens: _,
        temperature: _,
        top_p: _,
        stop_sequences: _,
        metadata: _,
        service_tier: _,
        stream: _,
        container: _,
        mcp_servers: _,
        diagnostics: _,
        inference_geo: _,
        speed: _,
        user_profile_id: _,
        workspace_id: _,
    } = request;
    let carried = Additional {
        anthropic_beta,
        betas,
        top_k,
        thinking,
        output_config,
        context_management,
        unknown,
        ..Default::default()
    };
    (InMessages { messages, system, tools, tool_choice, cache_control }, carried)
}

/// The exchange and `additionalModelRequestFields` of a request out of which all else has been taken.
pub(super) fn to_converse<L: Leaves>(
    request: messages::Request<L>,
    family: Family,
    cx: &mut Cx<'_>,
) -> Result<(InConverse<L>, Option<L::Json>), Error> {
    let (InMessages { messages, system, tools, tool_choice, cache_control }, mut carried) = split(request);
    let root = Path::Root;
    let tools_at = root.name("tools");
    let mut points = Points::default();
    let chosen = chosen_among(tool_choice.as_ref(), &tools).cloned();
    let tool::Tools { mut specs, carried: carried_tools } =
        tool::to_converse(tools, family, tools_at, &mut points, cx)?;
    carried.tools = carried_tools;
    let mut system = turn::system_to_converse(system, root.name("system"), &mut points, cx);
    let mut messages = turn::to_converse(messages, root.name("messages"), &mut points, cx)?;
    let wish = cache::wish(cache_control, root, cx);
    points.displaced_point(wish, "automatic caching becomes one cache point at the end");

    let choice = match tool_choice {
        // The tools of a history are declared below, and then none of them may be called either.
        Some(choice @ messages::ToolChoice::None(_)) if family.may_be_claude() && has_tool_blocks(&messages) => {
            Some(choice)
        }
        Some(messages::ToolChoice::None(_)) if has_tool_blocks(&messages) => {
            cx.unsupported(root.name("tool_choice"), "none");
            None
        }
        Some(_) if specs.is_empty() && carried.tools.is_empty() => {
            cx.hint(root.name("tool_choice"), Code::Dropped, "a tool choice without tools chooses nothing");
            None
        }
        Some(messages::ToolChoice::None(_)) if !family.may_be_claude() => {
            cx.hint(root.name("tool_choice"), Code::Rewritten, "only Claude takes `none`: the tools are left out");
            cx.hint(tools_at, Code::Dropped, "the tools are left out, since none may be called");
            specs.clear();
            points.forget_tools();
            None
        }
        Some(messages::ToolChoice::Tool(_)) if chosen.is_some_and(|name| !is_there(&name, &specs, &carried.tools)) => {
            cx.content(root.name("tool_choice"), Code::Dropped, "the tool that it names is lost");
            None
        }
        choice => choice,
    };
    if specs.is_empty() && has_tool_blocks(&messages) {
        let known: HashSet<_> = carried.tools.iter().filter_map(name_of).map(Text::decode).collect();
        specs = tool::declared(called(&messages).into_iter().filter(|name| !known.contains(name.as_str())));
        if !specs.is_empty() {
            cx.hint(tools_at, Code::Supplied, "Bedrock asks for a declaration of the tools that the history names");
        } else if carried.tools.is_empty() {
            cx.hint(tools_at, Code::ServiceRule, "Bedrock asks for tools beside tool results, and none are named");
        }
    }
    let mut tool_choice = None;
    if let Some(choice) = choice {
        let at = root.name("tool_choice");
        (tool_choice, carried.tool_choice) = tool::choice::to_converse(choice, !specs.is_empty(), family, at, cx)?;
    }
    points.place(&mut specs, &mut system, &mut messages, cx);
    let config = converse::ToolConfiguration { tools: specs, tool_choice, ..Default::default() };
    let tool_config = (!config.tools.is_empty()).then_some(config);
    Ok((InConverse { messages, system, tool_config }, carry(carried, family, cx)))
}

/// The name of the tool that must be called, if it is one of these.
fn chosen_among<'c, L: Leaves>(
    choice: Option<&'c messages::ToolChoice<L>>,
    tools: &[messages::Tool<L>],
) -> Option<&'c L::Text> {
    let Some(messages::ToolChoice::Tool(messages::ToolChoiceTool { name, .. })) = choice else {
        return None;
    };
    tools.iter().any(|tool| name_of(tool) == Some(name)).then_some(name)
}

/// Whether a tool has gone to either place.
fn is_there<L: Leaves>(name: &L::Text, specs: &[converse::Tool<L>], carried: &[messages::Tool<L>]) -> bool {
    specs.iter().any(|spec| matches!(spec, converse::Tool::ToolSpec(spec) if spec.name == *name))
        || carried.iter().any(|tool| name_of(tool) == Some(name))
}

fn blocks<L: Leaves>(messages: &[converse::Message<L>]) -> impl Iterator<Item = &converse::ContentBlock<L>> {
    messages.iter().flat_map(|message| &message.content)
}

/// Whether there is any tool call or result.
fn has_tool_blocks<L: Leaves>(messages: &[converse::Message<L>]) -> bool {
    use converse::ContentBlock::{ToolResult, ToolUse};
    blocks(messages).any(|block| matches!(block, ToolUse(_) | ToolResult(_)))
}

/// The names of the tools that are called.
fn called<L: Leaves>(messages: &[converse::Message<L>]) -> BTreeSet<String> {
    // One by one: `collect` sorts first, which is code that nothing else in the wasm needs.
    let mut names = BTreeSet::new();
    for block in blocks(messages) {
        if let converse::ContentBlock::ToolUse(call) = block {
            names.insert(call.name.decode().into_owned());
        }
    }
    names
}

fn name_of<L: Leaves>(tool: &messages::Tool<L>) -> Option<&L::Text> {
    match tool {
        messages::Tool::Custom(tool) => Some(&tool.name),
        messages::Tool::Typed(tool) => tool.name.as_ref(),
    }
}

/// `additionalModelRequestFields`, as far as the model takes them: a model that is not Claude takes none of Claude's.
fn carry<L: Leaves>(mut carried: Additional<L>, family: Family, cx: &mut Cx<'_>) -> Option<L::Json> {
    let root = Path::Root;
    if family.may_be_claude() {
        // These names mean something else in the fields.
        let has_thinking = carried.thinking.is_some();
        let is_taken = |name: &str| name == "inferenceConfig" || name == "reasoning_config" && has_thinking;
        for (name, _) in carried.unknown.iter().filter(|(name, _)| is_taken(name)) {
            cx.hint(root.name(name), Code::Unsupported, "another member has this place in the additional fields");
        }
        carried.unknown = carried.unknown.into_iter().filter(|(name, _)| !is_taken(name)).collect();
        carried.anthropic_beta = messages::united(carried.anthropic_beta, std::mem::take(&mut carried.betas));
    } else {
        let why = "only Claude takes it";
        let contents =
            [("thinking", carried.thinking.is_some()), ("context_management", carried.context_management.is_some())];
        cx.unsupported_contents(root, &contents, why);
        let top_k = carried.top_k.take();
        let hints = [
            ("anthropic_beta", !carried.anthropic_beta.is_empty()),
            ("betas", !carried.betas.is_empty()),
            ("top_k", top_k.is_some() && family != Family::Nova),
        ];
        cx.unsupported_members(root, hints, why);
        cx.unsupported_members(root, carried.unknown.iter().map(|(name, _)| (name, true)), why);
        if let Some(messages::OutputConfig { format, effort, unknown }) = &carried.output_config {
            let at = root.name("output_config");
            cx.unsupported_members(at, [("format", format.is_some()), ("effort", effort.is_some())], why);
            cx.unsupported_members(at, unknown.iter().map(|(name, _)| (name, true)), why);
        }
        let top_k = top_k.filter(|_| family == Family::Nova).map(|top_k| L::Json::from_compact(top_k.to_string()));
        let inference_config = top_k.map(|top_k| Map::from_iter([("topK".to_owned(), top_k)]));
        carried = Additional { inference_config, ..Default::default() };
    }
    (carried != Additional::default()).then(|| L::free_form(&carried))
}
