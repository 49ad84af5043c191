//! What the fuzz targets share.

pub mod generate;
pub mod law;
#[path = "../../tests/common/normalise.rs"]
pub mod normalise;
