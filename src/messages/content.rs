//! `ContentBlockParam` and `ContentBlock`: what a message holds.

use crate::Error;
use crate::wire::{Base64, Kind, Leaves, Owned, Reader, Wire, Writer, document, object, open_enum, tagged, variant};

use super::{
    Citation, DocumentBlock, SearchResultBlock, ServerToolResultBlock, ServerToolUseBlock, ToolChangeBlock,
    ToolReferenceBlock, ToolResultBlock, ToolUseBlock,
};

/// A string, or a list of blocks. A string means the same as one text block.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<L: Leaves = Owned> {
    /// One text.
    Text(L::Text),
    /// Blocks.
    Blocks(Vec<ContentBlock<L>>),
}

document!(Content);

impl<L: Leaves> Default for Content<L> {
    fn default() -> Self {
        Self::Blocks(Vec::new())
    }
}

impl<L: Leaves> Content<L> {
    /// The blocks; a string is one text block.
    #[must_use]
    pub fn into_blocks(self) -> Vec<ContentBlock<L>> {
        match self {
            Self::Text(text) => vec![ContentBlock::Text(TextBlock { text, ..TextBlock::default() })],
            Self::Blocks(blocks) => blocks,
        }
    }
}

impl<L: Leaves> Wire<L> for Content<L> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        match reader.next_kind()? {
            Kind::String => variant!(Text, self, reader),
            Kind::Array => variant!(Blocks, self, reader),
            found => {
                let here = reader.mark();
                reader.json()?;
                let message = format!("expected a string or an array, found {}", found.article());
                Err(reader.invalid(&here, None, &message))
            }
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Text(text) => text.write(writer),
            Self::Blocks(blocks) => blocks.write(writer),
        }
    }
}

tagged! {
    /// A block of a message, of the system prompt or of a tool's answer.
    pub enum ContentBlock {
        /// Text.
        "text" => Text(TextBlock<L>),
        /// An image.
        "image" => Image(ImageBlock<L>),
        /// A document.
        "document" => Document(DocumentBlock<L>),
        /// A search result.
        "search_result" => SearchResult(SearchResultBlock<L>),
        /// The model's thinking.
        "thinking" => Thinking(ThinkingBlock<L>),
        /// The model's thinking, encrypted.
        "redacted_thinking" => RedactedThinking(RedactedThinkingBlock<L>),
        /// The model calls a tool.
        "tool_use" => ToolUse(ToolUseBlock<L>),
        /// What a tool has answered.
        "tool_result" => ToolResult(ToolResultBlock<L>),
        /// The model calls a tool that the server runs.
        "server_tool_use" => ServerToolUse(ServerToolUseBlock<L>),
        /// What a tool of the server's has answered.
        "web_search_tool_result" | "web_fetch_tool_result" | "code_execution_tool_result" | "bash_code_execution_tool_result"
            | "text_editor_code_execution_tool_result" | "tool_search_tool_result" => ServerToolResult(ServerToolResultBlock<L>),
        /// A file for the container.
        "container_upload" => ContainerUpload(ContainerUploadBlock<L>),
        /// A tool, in the answer of a tool search.
        "tool_reference" => ToolReference(ToolReferenceBlock<L>),
        /// Tools that come into play or leave it here. Beta.
        "tool_addition" | "tool_removal" => ToolChange(ToolChangeBlock<L>),
    }

    /// Where an image is.
    pub enum ImageSource {
        /// Here, as base64.
        "base64" => Base64(Base64ImageSource<L>),
        /// At an address.
        "url" => Url(UrlSource<L>),
        /// In the Files API.
        "file" => File(FileSource<L>),
    }
}

object! {
    /// Text.
    pub struct TextBlock: "text" {
        /// The text.
        required text: L::Text = "text",
        /// What it cites.
        list citations: Citation<L> = "citations",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// What stands up to here may be cached.
    pub struct CacheControl {
        /// The kind of cache.
        required kind: CacheControlType = "type",
        /// How long the cache lives. Absent: five minutes.
        optional ttl: CacheTtl = "ttl",
    }

    /// An image.
    pub struct ImageBlock: "image" {
        /// Where it is.
        required source: ImageSource<L> = "source",
        /// What may be done to it.
        optional transformations: L::Json = "transformations",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// An image's bytes.
    pub struct Base64ImageSource: "base64" {
        /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
        required media_type: L::Text = "media_type",
        /// The bytes.
        required data: Base64<L> = "data",
    }

    /// An address.
    pub struct UrlSource: "url" {
        /// The address.
        required url: L::Text = "url",
    }

    /// A file of the Files API.
    pub struct FileSource: "file" {
        /// The file's id.
        required file_id: L::Text = "file_id",
    }

    /// The model's thinking.
    pub struct ThinkingBlock: "thinking" {
        /// The text.
        required thinking: L::Text = "thinking",
        /// Anthropic's signature, to be sent back unchanged.
        required signature: L::Text = "signature",
    }

    /// The model's thinking, encrypted.
    pub struct RedactedThinkingBlock: "redacted_thinking" {
        /// The encrypted thinking, to be sent back unchanged.
        required data: L::Text = "data",
    }

    /// A file for the container.
    pub struct ContainerUploadBlock: "container_upload" {
        /// The file's id.
        required file_id: L::Text = "file_id",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }
}

open_enum! {
    /// The kind of a cache.
    pub enum CacheControlType {
        Ephemeral = "ephemeral",
    }

    /// How long a cache lives.
    pub enum CacheTtl {
        FiveMinutes = "5m",
        OneHour = "1h",
    }
}

impl From<&str> for ContentBlock {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for ContentBlock {
    fn from(text: String) -> Self {
        Self::Text(TextBlock { text, ..TextBlock::default() })
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<L: Leaves> From<Vec<ContentBlock<L>>> for Content<L> {
    fn from(blocks: Vec<ContentBlock<L>>) -> Self {
        Self::Blocks(blocks)
    }
}

impl ImageBlock {
    /// An image of these bytes.
    #[must_use]
    pub fn new(media_type: &str, bytes: &[u8]) -> Self {
        let data = Base64::encode(bytes);
        let source = Base64ImageSource { media_type: media_type.to_owned(), data, ..Base64ImageSource::default() };
        Self { source: ImageSource::Base64(source), ..Self::default() }
    }
}
