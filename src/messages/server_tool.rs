//! The tools that Anthropic's servers run: their use, and what they answer.

use crate::Error;
use crate::wire::{Kind, Leaves, Owned, Reader, Wire, Writer, document, object, open_enum, tagged, variant};

use super::{CacheControl, Caller, DocumentBlock, ToolReferenceBlock};

object! {
    /// The model calls a tool that the server runs.
    pub struct ServerToolUseBlock: "server_tool_use" {
        /// The call's id.
        required id: L::Text = "id",
        /// The tool.
        required name: ServerToolName = "name",
        /// What it is called with: an object.
        required input: L::Json = "input",
        /// Who calls it; absent: the model itself.
        optional caller: Caller<L> = "caller",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// What a tool of the server's has answered.
    pub struct ServerToolResultBlock {
        /// Which tool's answer.
        required kind: ServerToolResultType = "type",
        /// The id of the call.
        required tool_use_id: L::Text = "tool_use_id",
        /// The answer: kept whole. [`ServerToolResultBlock::answer`] reads it.
        required content: L::Json = "content",
        /// Who called the tool; absent: the model itself.
        optional caller: Caller<L> = "caller",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// A page that a web search has found.
    pub struct WebSearchResultBlock: "web_search_result" {
        /// Its title.
        required title: L::Text = "title",
        /// Its address.
        required url: L::Text = "url",
        /// Its content, to be sent back unchanged.
        required encrypted_content: L::Text = "encrypted_content",
        /// How old it is.
        optional page_age: L::Text = "page_age",
    }

    /// A page that was fetched.
    pub struct WebFetchBlock: "web_fetch_result" {
        /// Its address.
        required url: L::Text = "url",
        /// Its content.
        required content: DocumentBlock<L> = "content",
        /// When it was fetched: RFC 3339.
        optional retrieved_at: L::Text = "retrieved_at",
    }

    /// What code has printed.
    pub struct CodeExecutionResultBlock: "code_execution_result" {
        /// The files it has made.
        required content: Vec<CodeExecutionOutputBlock<L>> = "content",
        /// Its exit code.
        required return_code: i64 = "return_code",
        /// Its standard error.
        required stderr: L::Text = "stderr",
        /// Its standard output.
        required stdout: L::Text = "stdout",
    }

    /// What code has printed, encrypted.
    pub struct EncryptedCodeExecutionResultBlock: "encrypted_code_execution_result" {
        /// The files it has made.
        required content: Vec<CodeExecutionOutputBlock<L>> = "content",
        /// Its exit code.
        required return_code: i64 = "return_code",
        /// Its standard error.
        required stderr: L::Text = "stderr",
        /// Its standard output, to be sent back unchanged.
        required encrypted_stdout: L::Text = "encrypted_stdout",
    }

    /// A file that code has made.
    pub struct CodeExecutionOutputBlock: "code_execution_output" {
        /// The file's id.
        required file_id: L::Text = "file_id",
    }

    /// What a command has printed.
    pub struct BashCodeExecutionResultBlock: "bash_code_execution_result" {
        /// The files it has made.
        required content: Vec<BashCodeExecutionOutputBlock<L>> = "content",
        /// Its exit code.
        required return_code: i64 = "return_code",
        /// Its standard error.
        required stderr: L::Text = "stderr",
        /// Its standard output.
        required stdout: L::Text = "stdout",
    }

    /// A file that a command has made.
    pub struct BashCodeExecutionOutputBlock: "bash_code_execution_output" {
        /// The file's id.
        required file_id: L::Text = "file_id",
    }

    /// What a file holds.
    pub struct TextEditorCodeExecutionViewResultBlock: "text_editor_code_execution_view_result" {
        /// The content.
        required content: L::Text = "content",
        /// `text`, `image` or `pdf`
        required file_type: L::Text = "file_type",
        /// How many lines are shown.
        optional num_lines: i64 = "num_lines",
        /// The first line that is shown.
        optional start_line: i64 = "start_line",
        /// How many lines there are.
        optional total_lines: i64 = "total_lines",
    }

    /// A file was written.
    pub struct TextEditorCodeExecutionCreateResultBlock: "text_editor_code_execution_create_result" {
        /// Whether it was there before.
        required is_file_update: bool = "is_file_update",
    }

    /// A text in a file was replaced.
    pub struct TextEditorCodeExecutionStrReplaceResultBlock: "text_editor_code_execution_str_replace_result" {
        /// The lines of the change.
        list lines: L::Text = "lines",
        /// How many lines there are now.
        optional new_lines: i64 = "new_lines",
        /// The first of them.
        optional new_start: i64 = "new_start",
        /// How many lines there were.
        optional old_lines: i64 = "old_lines",
        /// The first of them.
        optional old_start: i64 = "old_start",
    }

    /// The tools that a search has found.
    pub struct ToolSearchToolSearchResultBlock: "tool_search_tool_search_result" {
        /// Which ones.
        required tool_references: Vec<ToolReferenceBlock<L>> = "tool_references",
    }

    /// A tool of the server's has failed.
    pub struct ServerToolResultError {
        /// Which tool.
        required kind: ServerToolResultErrorType = "type",
        /// Why.
        required error_code: L::Text = "error_code",
        /// Why, for a person to read.
        optional error_message: L::Text = "error_message",
    }
}

tagged! {
    /// What a tool of the server's has answered, if it is an object.
    pub enum ServerToolResult {
        /// It has failed.
        "web_search_tool_result_error" | "web_fetch_tool_result_error" | "code_execution_tool_result_error"
            | "bash_code_execution_tool_result_error" | "text_editor_code_execution_tool_result_error"
            | "tool_search_tool_result_error" => Error(ServerToolResultError<L>),
        /// A page.
        "web_fetch_result" => WebFetch(WebFetchBlock<L>),
        /// What code has printed.
        "code_execution_result" => CodeExecution(CodeExecutionResultBlock<L>),
        /// What code has printed, encrypted.
        "encrypted_code_execution_result" => EncryptedCodeExecution(EncryptedCodeExecutionResultBlock<L>),
        /// What a command has printed.
        "bash_code_execution_result" => BashCodeExecution(BashCodeExecutionResultBlock<L>),
        /// What a file holds.
        "text_editor_code_execution_view_result" => TextEditorView(TextEditorCodeExecutionViewResultBlock<L>),
        /// A file was written.
        "text_editor_code_execution_create_result" => TextEditorCreate(TextEditorCodeExecutionCreateResultBlock<L>),
        /// A text in a file was replaced.
        "text_editor_code_execution_str_replace_result"
            => TextEditorStrReplace(TextEditorCodeExecutionStrReplaceResultBlock<L>),
        /// The tools that a search has found.
        "tool_search_tool_search_result" => ToolSearch(ToolSearchToolSearchResultBlock<L>),
    }
}

open_enum! {
    /// The tools that the server runs.
    pub enum ServerToolName {
        WebSearch = "web_search",
        WebFetch = "web_fetch",
        CodeExecution = "code_execution",
        BashCodeExecution = "bash_code_execution",
        TextEditorCodeExecution = "text_editor_code_execution",
        ToolSearchRegex = "tool_search_tool_regex",
        ToolSearchBm25 = "tool_search_tool_bm25",
    }

    /// The answers of tools that the server runs.
    pub enum ServerToolResultType {
        WebSearch = "web_search_tool_result",
        WebFetch = "web_fetch_tool_result",
        CodeExecution = "code_execution_tool_result",
        BashCodeExecution = "bash_code_execution_tool_result",
        TextEditorCodeExecution = "text_editor_code_execution_tool_result",
        ToolSearch = "tool_search_tool_result",
    }

    /// The tools of the server's that can fail.
    pub enum ServerToolResultErrorType {
        WebSearch = "web_search_tool_result_error",
        WebFetch = "web_fetch_tool_result_error",
        CodeExecution = "code_execution_tool_result_error",
        BashCodeExecution = "bash_code_execution_tool_result_error",
        TextEditorCodeExecution = "text_editor_code_execution_tool_result_error",
        ToolSearch = "tool_search_tool_result_error",
    }
}

/// What a tool of the server's has answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ServerToolAnswer<L: Leaves = Owned> {
    /// The pages that a web search has found.
    WebSearch(Vec<WebSearchResultBlock<L>>),
    /// Anything else.
    Other(ServerToolResult<L>),
}

document!(ServerToolAnswer);

impl<L: Leaves> Default for ServerToolAnswer<L> {
    fn default() -> Self {
        Self::WebSearch(Vec::new())
    }
}

impl<L: Leaves> Wire<L> for ServerToolAnswer<L> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        if reader.next_kind()? == Kind::Array {
            variant!(WebSearch, self, reader)
        } else {
            variant!(Other, self, reader)
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::WebSearch(pages) => pages.write(writer),
            Self::Other(result) => result.write(writer),
        }
    }
}

impl<L: Leaves> ServerToolResultBlock<L> {
    /// The answer, read.
    ///
    /// # Errors
    /// It is not of a form that Anthropic's servers give; the path is relative to `content`.
    ///
    /// ```
    /// use converse_messages::messages::{ServerToolAnswer, ServerToolResultBlock};
    ///
    /// let block: ServerToolResultBlock = serde_json::from_str(r#"{"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
    ///     "content": [{"type": "web_search_result", "title": "A page", "url": "https://a.example", "encrypted_content": "Eo8…"}]}"#)?;
    /// let ServerToolAnswer::WebSearch(pages) = block.answer()? else { panic!("a web search finds pages") };
    /// assert_eq!(pages[0].url, "https://a.example");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answer(&self) -> Result<ServerToolAnswer<L>, Error> {
        L::parse(&self.content)
    }
}
