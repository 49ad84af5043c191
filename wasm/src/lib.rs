//! What the npm package `converse-messages` runs: `js/` calls it, and nobody else.
//!
//! A call gives the value; whatever else there is to say goes to JavaScript, by `report`.

#![allow(clippy::float_cmp, reason = "the macro compares the numbers of JavaScript's enumerations")]

mod convert;
mod js;
mod model_id;
mod options;
mod report;
mod stream;
