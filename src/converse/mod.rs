//! The Converse wing: the types of Amazon Bedrock's Converse API, under AWS's own names.
//!
//! Source: the Bedrock runtime API reference and botocore's service model `bedrock-runtime` (2023-09-30). Blobs are base64
//! strings, as in the REST API's JSON. Every type keeps members it does not know.

mod content;
mod count_tokens;
mod document;
mod request;
mod tool;

pub use content::*;
pub use count_tokens::*;
pub use document::*;
pub use request::*;
pub use tool::*;
