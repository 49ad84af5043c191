//! Model ids: `us.anthropic.claude-sonnet-4-5-20250929-v1:0` ⇄ `claude-sonnet-4-5-20250929`.
//!
//! Bedrock writes `[geo.]anthropic.<name>[-vN[:M]]`, where `geo` is one of `us eu apac jp au ca us-gov global` or the name
//! of a region, or an ARN of a foundation model, an inference profile, and so on. Anthropic writes `<name>`.
//! Source: the Bedrock user guide, “Supported foundation models” and “Inference profiles”.

use std::fmt;

use crate::named::named;

/// The geography of a cross-region inference profile: the part of a Bedrock id before `anthropic.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geo(String);

/// A text that is no geography.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a geography is one of {}, or the name of a region", GEOS.join(", "))]
pub struct InvalidGeo;

const GEOS: &[&str] = &["us", "eu", "apac", "jp", "au", "ca", "us-gov", "global"];

impl Geo {
    /// The geography of this name.
    ///
    /// # Errors
    /// It is neither one of the known geographies nor shaped like a region's name.
    ///
    /// ```
    /// use converse_messages::model_id::Geo;
    /// assert!(Geo::new("eu").is_ok() && Geo::new("ap-northeast-1").is_ok() && Geo::new("mars").is_err());
    /// ```
    pub fn new(name: &str) -> Result<Self, InvalidGeo> {
        if is_geo(name) { Ok(Self(name.to_owned())) } else { Err(InvalidGeo) }
    }
}

impl fmt::Display for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One of the geographies, or a region's name: `xx-word[-word]-N`.
fn is_geo(name: &str) -> bool {
    let mut parts = name.split('-');
    let region = parts.next().is_some_and(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        && parts.next_back().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.clone().count() > 0
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    region || GEOS.contains(&name)
}

/// Anthropic's name and what Bedrock writes behind it, where the two differ by more than a prefix.
const VERSIONS: &[(&str, &str)] = &[
    ("claude-3-haiku-20240307", "-v1:0"),
    ("claude-3-sonnet-20240229", "-v1:0"),
    ("claude-3-opus-20240229", "-v1:0"),
    ("claude-3-5-sonnet-20240620", "-v1:0"),
    ("claude-3-5-sonnet-20241022", "-v2:0"),
    ("claude-3-5-haiku-20241022", "-v1:0"),
    ("claude-3-7-sonnet-20250219", "-v1:0"),
    ("claude-sonnet-4-20250514", "-v1:0"),
    ("claude-opus-4-20250514", "-v1:0"),
    ("claude-opus-4-1-20250805", "-v1:0"),
    ("claude-sonnet-4-5-20250929", "-v1:0"),
    ("claude-haiku-4-5-20251001", "-v1:0"),
    ("claude-opus-4-5-20251101", "-v1:0"),
    ("claude-opus-4-6", "-v1"),
];

named! {
    /// Whose model an id names, as far as it tells.
    pub enum Family {
        /// The id contains `anthropic.` or begins with `claude`.
        Claude = "claude",
        /// An Amazon Nova model.
        Nova = "nova",
        /// An ARN that does not tell which model is behind it.
        Opaque = "opaque",
        /// Another model.
        Other = "other",
    }
}

impl Family {
    /// Whether the model may be Claude, and take what Claude takes.
    #[must_use]
    pub fn may_be_claude(self) -> bool {
        matches!(self, Self::Claude | Self::Opaque)
    }
}

/// Whose model an id names.
///
/// ```
/// use converse_messages::model_id::{Family, family};
/// assert_eq!(family("eu.anthropic.claude-sonnet-4-5-20250929-v1:0"), Family::Claude);
/// assert_eq!(family("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl"), Family::Opaque);
/// ```
#[must_use]
pub fn family(id: &str) -> Family {
    if id.contains("anthropic.") || id.starts_with("claude") {
        Family::Claude
    } else if id.contains("amazon.nova") {
        Family::Nova
    } else if id.starts_with("arn:") && !names_model(id) {
        Family::Opaque
    } else {
        Family::Other
    }
}

/// Whether an ARN names its model: one of a foundation model or of a geography's inference profile.
fn names_model(arn: &str) -> bool {
    arn.rsplit_once('/').is_some_and(|(kind, id)| {
        kind.ends_with(":foundation-model") || kind.ends_with(":inference-profile") && id.contains('.')
    })
}

/// Anthropic's id of a model, from either kind of id. `None`: the id is no Claude model's, or does not tell.
///
/// ```
/// use converse_messages::model_id::to_anthropic;
/// let id = to_anthropic("ap-northeast-1.anthropic.claude-sonnet-4-5-20250514-v1:0");
/// assert_eq!(id.as_deref(), Some("claude-sonnet-4-5-20250514"));
/// assert_eq!(to_anthropic("amazon.nova-pro-v1:0"), None);
/// ```
#[must_use]
pub fn to_anthropic(id: &str) -> Option<String> {
    let id = match id.starts_with("arn:") {
        true if names_model(id) => id.rsplit_once('/')?.1,
        true => return None,
        false => id,
    };
    let name = match id.split_once("anthropic.") {
        Some(("", name)) => name,
        Some((geo, name)) if geo.strip_suffix('.').is_some_and(is_geo) => name,
        None if id.starts_with("claude") => return Some(id.to_owned()),
        Some(_) | None => return None,
    };
    Some(match name {
        "claude-instant-v1" => "claude-instant-1.2".to_owned(),
        "claude-v2" => "claude-2.0".to_owned(),
        "claude-v2:1" => "claude-2.1".to_owned(),
        _ => match without_version(name) {
            "" => return None,
            variant if variant.contains(':') => return None,
            bare => bare.to_owned(),
        },
    })
}

/// The name without `-vN` or `-vN:M`.
fn without_version(name: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once("-v") {
        Some((bare, version)) if version.split(':').count() <= 2 && version.split(':').all(digits) => bare,
        _ => name,
    }
}

/// Bedrock's id of a model, from either kind of id. A geography replaces the one the id has. `None`: the id is no Claude
/// model's, or an ARN that does not tell.
///
/// The version behind the name comes from a small table; a name that is not in it gets none.
///
/// ```
/// use converse_messages::model_id::{Geo, to_bedrock};
/// let us = Geo::new("us").ok();
/// let id = to_bedrock("claude-sonnet-4-5-20250929", us.as_ref());
/// assert_eq!(id.as_deref(), Some("us.anthropic.claude-sonnet-4-5-20250929-v1:0"));
/// ```
#[must_use]
pub fn to_bedrock(id: &str, geo: Option<&Geo>) -> Option<String> {
    let name = match id.split_once("anthropic.") {
        // Already Bedrock's.
        Some(_) if geo.is_none() => return to_anthropic(id).map(|_| id.to_owned()),
        Some((_, name)) if to_anthropic(id).is_some() => name.to_owned(),
        Some(_) => return None,
        None if !id.starts_with("claude") => return None,
        None => match id {
            "claude-instant-1.2" => "claude-instant-v1".to_owned(),
            "claude-2.0" => "claude-v2".to_owned(),
            "claude-2.1" => "claude-v2:1".to_owned(),
            _ => {
                let version = VERSIONS.iter().find(|(name, _)| *name == id).map_or("", |(_, version)| version);
                format!("{id}{version}")
            }
        },
    };
    Some(match geo {
        Some(geo) => format!("{geo}.anthropic.{name}"),
        None => format!("anthropic.{name}"),
    })
}
