//! The Messages wing: the types of Anthropic's Messages API, under Anthropic's own names.
//!
//! Source: the API reference and the type definitions of the anthropic Python SDK 2.12.0 (the suffix `Param` is left out).
//! Every type keeps members it does not know.
//!
//! ```
//! use converse_messages::messages::{Content, CustomTool, Message, Request, Role, Tool, ToolResultBlock, ToolUseBlock};
//! use converse_messages::messages::ContentBlock::{ToolResult, ToolUse};
//! use serde_json::json;
//!
//! let mut request = Request::new("claude-sonnet-4-5", 1024);
//! let weather = CustomTool::new("weather", json!({"type": "object", "properties": {"city": {"type": "string"}}}));
//! request.tools.push(Tool::Custom(CustomTool { description: Some("The weather now".into()), ..weather }));
//! request.messages = vec![
//!     Message::user("How is the weather in Paris?"),
//!     Message::new(Role::Assistant, vec![ToolUse(ToolUseBlock::new("toolu_1", "weather", json!({"city": "Paris"})))].into()),
//!     Message::new(Role::User, vec![ToolResult(ToolResultBlock::new("toolu_1", "sunny"))].into()),
//! ];
//! assert!(matches!(&request.messages[1].content, Content::Blocks(blocks) if blocks.len() == 1));
//! ```

mod accumulate;
mod batch;
mod citation;
mod content;
mod document;
mod error;
mod invoke;
mod request;
mod response;
mod server_tool;
mod stream;
mod tool;

pub use accumulate::*;
pub use batch::*;
pub use citation::*;
pub use content::*;
pub use document::*;
pub use error::*;
pub use invoke::*;
pub use request::*;
pub use response::*;
pub use server_tool::*;
pub(crate) use stream::UNCHANGED;
pub use stream::*;
pub use tool::*;
