//! Tools: their declaration, their use, their results.

use crate::wire::{Json, object, open_enum, union};

use super::{CachePointBlock, DocumentBlock, ImageBlock, SearchResultBlock, VideoBlock};

object! {
    /// The tools the model may call, and whether it must. Source: API reference, `ToolConfiguration`.
    pub struct ToolConfiguration {
        /// The tools. At least one.
        required tools: Vec<Tool<L>> = "tools",
        /// Whether the model must call one.
        optional tool_choice: ToolChoice<L> = "toolChoice",
    }

    /// A tool of the caller's.
    pub struct ToolSpecification {
        /// Its name: `[a-zA-Z0-9_-]{1,64}`.
        required name: L::Text = "name",
        /// What it does, not empty.
        optional description: L::Text = "description",
        /// The schema of its input.
        required input_schema: ToolInputSchema<L> = "inputSchema",
        /// Whether the model's input follows the schema exactly.
        optional strict: bool = "strict",
    }

    /// A tool of the provider's.
    pub struct SystemTool {
        /// Its name.
        required name: L::Text = "name",
    }

    /// The model decides.
    pub struct AutoToolChoice {}

    /// The model must call some tool.
    pub struct AnyToolChoice {}

    /// The model must call this tool.
    pub struct SpecificToolChoice {
        /// The tool's name.
        required name: L::Text = "name",
    }

    /// The model calls a tool.
    pub struct ToolUseBlock {
        /// The call's id: `[a-zA-Z0-9_.:-]{1,64}`.
        required tool_use_id: L::Text = "toolUseId",
        /// The tool's name.
        required name: L::Text = "name",
        /// What it is called with: an object.
        required input: L::Json = "input",
        /// Who runs the tool; absent: the caller.
        optional kind: ToolUseType = "type",
    }

    /// What a tool has answered.
    pub struct ToolResultBlock {
        /// The id of the call.
        required tool_use_id: L::Text = "toolUseId",
        /// The answer.
        required content: Vec<ToolResultContentBlock<L>> = "content",
        /// Whether the tool worked.
        optional status: ToolResultStatus = "status",
        /// What kind of result, when the provider has run the tool.
        optional kind: L::Text = "type",
    }

    /// Tools that come into play here.
    pub struct ToolAdditionBlock {
        /// Which ones.
        required tool: ToolReference<L> = "tool",
    }

    /// Tools that leave play here.
    pub struct ToolRemovalBlock {
        /// Which ones.
        required tool: ToolReference<L> = "tool",
    }

    /// A reference to a tool, to a tool of an MCP server, or to all tools of an MCP server.
    pub struct ToolReference {
        /// `tool_reference`, `mcp_tool_reference` or `mcp_toolset_reference`. 1 to 64 characters.
        optional kind: L::Text = "type",
        /// The tool's name. 1 to 128 characters.
        optional name: L::Text = "name",
        /// The MCP server's name. 1 to 128 characters.
        optional server_name: L::Text = "serverName",
    }
}

union! {
    /// A tool, or a cache point among tools.
    pub enum Tool {
        /// A tool of the caller's.
        "toolSpec" => ToolSpec(ToolSpecification<L>),
        /// A tool of the provider's.
        "systemTool" => SystemTool(SystemTool<L>),
        /// What stands before may be cached.
        "cachePoint" => CachePoint(CachePointBlock<L>),
    }

    /// The schema of a tool's input.
    pub enum ToolInputSchema {
        /// A JSON Schema.
        "json" => Json(L::Json),
    }

    /// Whether the model must call a tool.
    pub enum ToolChoice {
        /// The model decides.
        "auto" => Auto(AutoToolChoice<L>),
        /// It must call some tool.
        "any" => Any(AnyToolChoice<L>),
        /// It must call this tool.
        "tool" => Tool(SpecificToolChoice<L>),
    }

    /// A part of a tool's answer.
    pub enum ToolResultContentBlock {
        /// JSON: an object.
        "json" => Json(L::Json),
        /// Text.
        "text" => Text(L::Text),
        /// An image.
        "image" => Image(ImageBlock<L>),
        /// A document.
        "document" => Document(DocumentBlock<L>),
        /// A video.
        "video" => Video(VideoBlock<L>),
        /// A search result.
        "searchResult" => SearchResult(SearchResultBlock<L>),
    }
}

open_enum! {
    /// Who runs a tool.
    pub enum ToolUseType {
        ServerToolUse = "server_tool_use",
        /// What some responses say of a tool that the caller runs; the same as no type.
        ToolUse = "tool_use",
    }

    /// Whether a tool worked.
    pub enum ToolResultStatus {
        Success = "success",
        Error = "error",
    }
}

impl ToolSpecification {
    /// A tool of this name, whose input follows this JSON Schema.
    pub fn new(name: impl Into<String>, schema: impl Into<Json>) -> Self {
        Self { name: name.into(), input_schema: ToolInputSchema::Json(schema.into()), ..Self::default() }
    }
}

impl ToolUseBlock {
    /// A call of a tool.
    pub fn new(tool_use_id: impl Into<String>, name: impl Into<String>, input: impl Into<Json>) -> Self {
        Self { tool_use_id: tool_use_id.into(), name: name.into(), input: input.into(), ..Self::default() }
    }
}

impl ToolResultBlock {
    /// The answer to a call.
    pub fn new(tool_use_id: impl Into<String>, content: Vec<ToolResultContentBlock>) -> Self {
        Self { tool_use_id: tool_use_id.into(), content, ..Self::default() }
    }
}
