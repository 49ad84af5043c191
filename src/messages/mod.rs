//! The Messages wing: the types of Anthropic's Messages API, under Anthropic's own names.
//!
//! Source: the API reference and the type definitions of the anthropic Python SDK 2.12.0 (the suffix `Param` is left out).
//! Every type keeps members it does not know.

mod citation;
mod content;
mod document;
mod invoke;
mod request;
mod tool;

pub use citation::*;
pub use content::*;
pub use document::*;
pub use invoke::*;
pub use request::*;
pub use tool::*;
