//! Tools: their declaration, their use, their results.

use crate::Error;
use crate::wire::{Json, Leaves, Owned, Reader, Wire, Writer, document, object, open_enum, tagged, variant};

use super::{CacheControl, CitationsConfig, Content};

/// A tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Tool<L: Leaves = Owned> {
    /// A tool of the caller's: its `type` is absent or `custom`.
    Custom(CustomTool<L>),
    /// A tool that Anthropic has defined: its `type` says which.
    Typed(TypedTool<L>),
}

document!(Tool);

impl<L: Leaves> Default for Tool<L> {
    fn default() -> Self {
        Self::Custom(CustomTool::default())
    }
}

impl<L: Leaves> Wire<L> for Tool<L> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        // Most tools are custom, with their type left out: to look for it first would be to read them twice.
        let custom = reader.attempt(|reader| {
            let tool: CustomTool<L> = reader.value()?;
            Ok((!matches!(tool.kind, Some(CustomToolType::Unknown(_)))).then_some(tool))
        });
        if let Some(tool) = custom {
            *self = Self::Custom(tool);
            return Ok(());
        }
        match reader.tag()?.as_deref() {
            None | Some("custom") => variant!(Custom, self, reader),
            Some(_) => variant!(Typed, self, reader),
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Custom(tool) => tool.write(writer),
            Self::Typed(tool) => tool.write(writer),
        }
    }
}

object! {
    /// A tool of the caller's.
    pub struct CustomTool {
        /// Absent or `custom`.
        optional kind: CustomToolType = "type",
        /// Its name.
        required name: L::Text = "name",
        /// What it does.
        optional description: L::Text = "description",
        /// The JSON Schema of its input: an object.
        required input_schema: L::Json = "input_schema",
        /// Whether the model's input follows the schema exactly.
        optional strict: bool = "strict",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
        /// Who may call it.
        list allowed_callers: L::Text = "allowed_callers",
        /// Whether only a tool search shows it.
        optional defer_loading: bool = "defer_loading",
        /// Whether its input is streamed unchecked.
        optional eager_input_streaming: bool = "eager_input_streaming",
        /// Examples of its input.
        list input_examples: L::Json = "input_examples",
    }

    /// A tool that Anthropic has defined. Which members it has depends on its type; see Anthropic's reference for each.
    pub struct TypedTool {
        /// Which tool, in which version.
        required kind: ToolType = "type",
        /// Its name.
        optional name: L::Text = "name",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
        /// Who may call it.
        list allowed_callers: L::Text = "allowed_callers",
        /// Whether only a tool search shows it.
        optional defer_loading: bool = "defer_loading",
        /// Examples of its input.
        list input_examples: L::Json = "input_examples",
        /// Whether the model's input follows the schema exactly.
        optional strict: bool = "strict",
        /// Web search and fetch: only these domains.
        list allowed_domains: L::Text = "allowed_domains",
        /// Web search and fetch: not these domains.
        list blocked_domains: L::Text = "blocked_domains",
        /// Web search and fetch: how often.
        optional max_uses: i64 = "max_uses",
        /// Web search and fetch: what of the result stands in the response.
        optional response_inclusion: ResponseInclusion = "response_inclusion",
        /// Web search: where the user is.
        optional user_location: L::Json = "user_location",
        /// Web fetch: whether the model may cite it.
        optional citations: CitationsConfig<L> = "citations",
        /// Web fetch: the most tokens of a page.
        optional max_content_tokens: i64 = "max_content_tokens",
        /// Web fetch: where addresses may come from.
        optional url_sources: L::Json = "url_sources",
        /// Web fetch: whether a cached page may be used.
        optional use_cache: bool = "use_cache",
        /// Toolsets: what differs from the defaults, by member.
        optional configs: L::Json = "configs",
        /// Text editor: the most characters of a view.
        optional max_characters: i64 = "max_characters",
    }

    /// The model decides.
    pub struct ToolChoiceAuto: "auto" {
        /// At most one tool call.
        optional disable_parallel_tool_use: bool = "disable_parallel_tool_use",
    }

    /// The model must call some tool.
    pub struct ToolChoiceAny: "any" {
        /// Exactly one tool call.
        optional disable_parallel_tool_use: bool = "disable_parallel_tool_use",
    }

    /// The model must call this tool.
    pub struct ToolChoiceTool: "tool" {
        /// The tool's name.
        required name: L::Text = "name",
        /// Exactly one tool call.
        optional disable_parallel_tool_use: bool = "disable_parallel_tool_use",
    }

    /// The model must call none.
    pub struct ToolChoiceNone: "none" {}

    /// The model calls a tool.
    pub struct ToolUseBlock: "tool_use" {
        /// The call's id.
        required id: L::Text = "id",
        /// The tool's name.
        required name: L::Text = "name",
        /// What it is called with: an object.
        required input: L::Json = "input",
        /// Who calls it; absent: the model itself.
        optional caller: Caller<L> = "caller",
        /// The toolset it belongs to.
        optional toolset_name: L::Text = "toolset_name",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// What a tool has answered.
    pub struct ToolResultBlock: "tool_result" {
        /// The id of the call.
        required tool_use_id: L::Text = "tool_use_id",
        /// The answer.
        optional content: Content<L> = "content",
        /// Whether the tool failed.
        optional is_error: bool = "is_error",
        /// The toolset the tool belongs to.
        optional toolset_name: L::Text = "toolset_name",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// A tool, in the answer of a tool search.
    pub struct ToolReferenceBlock: "tool_reference" {
        /// The tool's name.
        required tool_name: L::Text = "tool_name",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// Tools that come into play, or leave it, at this place of the conversation. Beta.
    pub struct ToolChangeBlock {
        /// Which of the two.
        required kind: ToolChangeType = "type",
        /// The tools.
        required tool: ToolReference<L> = "tool",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// A reference to a tool, to a tool of an MCP server, or to all tools of an MCP server.
    pub struct ToolReference {
        /// Which of the three.
        required kind: ToolReferenceType = "type",
        /// The tool's name.
        optional name: L::Text = "name",
        /// The MCP server's name.
        optional server_name: L::Text = "server_name",
    }

    /// The model itself calls the tool.
    pub struct DirectCaller: "direct" {}

    /// Code that runs on the server calls the tool.
    pub struct ServerToolCaller {
        /// The code execution tool and its version.
        required kind: ServerToolCallerType = "type",
        /// The id of its call.
        required tool_id: L::Text = "tool_id",
    }
}

tagged! {
    /// Whether the model must call a tool.
    pub enum ToolChoice {
        /// The model decides.
        "auto" => Auto(ToolChoiceAuto<L>),
        /// It must call some tool.
        "any" => Any(ToolChoiceAny<L>),
        /// It must call this tool.
        "tool" => Tool(ToolChoiceTool<L>),
        /// It must call none.
        "none" => None(ToolChoiceNone<L>),
    }

    /// Who calls a tool.
    pub enum Caller {
        /// The model itself.
        "direct" => Direct(DirectCaller<L>),
        /// Code that runs on the server.
        "code_execution_20250825" | "code_execution_20260120" => ServerTool(ServerToolCaller<L>),
    }
}

open_enum! {
    /// The type of a tool of the caller's.
    pub enum CustomToolType {
        Custom = "custom",
    }

    /// The tools that Anthropic has defined, by version.
    pub enum ToolType {
        Bash20250124 = "bash_20250124",
        CodeExecution20250522 = "code_execution_20250522",
        CodeExecution20250825 = "code_execution_20250825",
        CodeExecution20260120 = "code_execution_20260120",
        CodeExecution20260521 = "code_execution_20260521",
        BrowserToolset20260801 = "browser_toolset_20260801",
        ComputerToolset20260801 = "computer_toolset_20260801",
        Memory20250818 = "memory_20250818",
        TextEditor20250124 = "text_editor_20250124",
        TextEditor20250429 = "text_editor_20250429",
        TextEditor20250728 = "text_editor_20250728",
        ToolSearchBm25 = "tool_search_tool_bm25",
        ToolSearchBm25_20251119 = "tool_search_tool_bm25_20251119",
        ToolSearchRegex = "tool_search_tool_regex",
        ToolSearchRegex20251119 = "tool_search_tool_regex_20251119",
        WebFetch20250910 = "web_fetch_20250910",
        WebFetch20260209 = "web_fetch_20260209",
        WebFetch20260309 = "web_fetch_20260309",
        WebFetch20260318 = "web_fetch_20260318",
        WebSearch20250305 = "web_search_20250305",
        WebSearch20260209 = "web_search_20260209",
        WebSearch20260318 = "web_search_20260318",
    }

    /// What of a web tool's result stands in the response.
    pub enum ResponseInclusion {
        Full = "full",
        Excluded = "excluded",
    }

    /// Whether tools come into play or leave it.
    pub enum ToolChangeType {
        Addition = "tool_addition",
        Removal = "tool_removal",
    }

    /// What a reference to a tool means.
    pub enum ToolReferenceType {
        Tool = "tool_reference",
        McpTool = "mcp_tool_reference",
        McpToolset = "mcp_toolset_reference",
    }

    /// The code execution tools that can call other tools.
    pub enum ServerToolCallerType {
        CodeExecution20250825 = "code_execution_20250825",
        CodeExecution20260120 = "code_execution_20260120",
    }
}

impl CustomTool {
    /// A tool of this name, whose input follows this JSON Schema.
    pub fn new(name: impl Into<String>, input_schema: impl Into<Json>) -> Self {
        Self { name: name.into(), input_schema: input_schema.into(), ..Self::default() }
    }
}

impl ToolUseBlock {
    /// A call of a tool.
    pub fn new(id: impl Into<String>, name: impl Into<String>, input: impl Into<Json>) -> Self {
        Self { id: id.into(), name: name.into(), input: input.into(), ..Self::default() }
    }
}

impl ToolResultBlock {
    /// The answer to a call.
    pub fn new(tool_use_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { tool_use_id: tool_use_id.into(), content: Some(content.into()), ..Self::default() }
    }
}
