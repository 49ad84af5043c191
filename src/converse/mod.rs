//! The Converse wing: the types of Amazon Bedrock's Converse API, under AWS's own names.
//!
//! Source: the Bedrock runtime API reference and botocore's service model `bedrock-runtime` (2023-09-30). Blobs are base64
//! strings, as in the REST API's JSON. Every type keeps members it does not know.
//!
//! ```
//! use converse_messages::converse::{ContentBlock, ImageBlock, ImageFormat, InferenceConfiguration, Message, Request};
//! use converse_messages::converse::ConversationRole::User;
//!
//! let mut request = Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
//! request.inference_config = Some(InferenceConfiguration { max_tokens: Some(1024), ..Default::default() });
//! let image = ContentBlock::Image(ImageBlock::new(ImageFormat::Png, b"the image's bytes"));
//! request.messages.push(Message::new(User, vec![image, "What is this?".into()]));
//! ```

mod accumulate;
mod batch;
mod content;
mod count_tokens;
mod document;
mod exception;
mod request;
mod response;
mod stream;
mod tool;

pub use accumulate::*;
pub use batch::*;
pub use content::*;
pub use count_tokens::*;
pub use document::*;
pub use exception::*;
pub use request::*;
pub use response::*;
pub use stream::*;
pub use tool::*;
