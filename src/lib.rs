#![doc = include_str!("manual/overview.md")]
#![cfg_attr(feature = "bedrock", doc = "* [`bedrock`] calls Bedrock: the only part that does IO.")]
#![cfg_attr(
    not(feature = "bedrock"),
    doc = "* The feature `bedrock` adds the module of that name, which calls Bedrock."
)]

#[cfg(feature = "bedrock")]
pub mod bedrock;
mod bridge;
pub mod converse;
mod error;
pub mod frame;
mod loss;
pub mod manual;
pub mod messages;
pub mod model_id;
mod named;
mod options;
pub mod schema;
pub mod wire;

pub use bridge::{batch, count_tokens, errors, invoke, request, response, stream};
pub use error::{Error, ErrorKind};
/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub use loss::{Code, Converted, Loss, Policy, Severity};
pub use named::UnknownName;
pub use options::{Model, Options};
