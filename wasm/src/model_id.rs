//! Model ids.

use converse_messages::model_id::{self, Geo};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::options::Invalid;
use crate::report::{Failure, told};

#[wasm_bindgen]
pub fn model_id_to_anthropic(id: &str) -> Option<String> {
    model_id::to_anthropic(id)
}

/// An empty geography is none.
#[wasm_bindgen]
pub fn model_id_to_bedrock(id: &str, geo: &str) -> Option<String> {
    let geo = match geo {
        "" => Ok(None),
        name => Geo::new(name).map(Some).map_err(|_| Failure::Options(Invalid("geo".to_owned()))),
    };
    told(geo.map(|geo| model_id::to_bedrock(id, geo.as_ref())))
}

#[wasm_bindgen]
pub fn model_family(id: &str) -> String {
    model_id::family(id).as_str().to_owned()
}
