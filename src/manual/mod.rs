//! The manual: chapters without code. The chapter on Bedrock's transport is the documentation of the module `bedrock`.

#[doc = include_str!("mapping.md")]
pub mod mapping {}

#[doc = include_str!("losses.md")]
pub mod losses {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("design.md")]
pub mod design {}
