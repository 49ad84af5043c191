//! What the fuzz targets share.

#[path = "../../tests/common/adding_up.rs"]
pub mod adding_up;
#[path = "../../tests/common/framing.rs"]
pub mod framing;
pub mod generate;
pub mod law;
#[path = "../../tests/common/normalise.rs"]
pub mod normalise;
#[path = "../../tests/common/normalise_response.rs"]
pub mod normalise_response;
pub mod response;
pub mod streams;
#[path = "../../tests/common/transcoding.rs"]
pub mod transcoding;
