//! What the fuzz targets share.

#[path = "../../tests/common/framing.rs"]
pub mod framing;
pub mod generate;
pub mod law;
#[path = "../../tests/common/normalise.rs"]
pub mod normalise;
