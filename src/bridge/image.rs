//! `image` ⇄ `image`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `format`, `source.bytes` | `source` `base64`: `media_type`, `data` | the same base64 |
//! | `source.s3Location` | | content |
//! | | `source` `url` | a `data:` URL is unpacked (hint), another one content |
//! | | `source` `file` | content |
//! | `error` | | content, the image stays |
//! | | `transformations` | hint |

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, Leaves, Text};
use crate::{Error, converse, messages};

use super::rules;

macro_rules! formats {
    ($($format:ident = $media_type:literal),+ $(,)?) => {
        fn media_type(format: &converse::ImageFormat) -> Option<&'static str> {
            match format {
                $( converse::ImageFormat::$format => Some($media_type), )+
                converse::ImageFormat::Unknown(_) => None,
            }
        }

        fn format(media_type: &str) -> Option<converse::ImageFormat> {
            match media_type {
                $( $media_type => Some(converse::ImageFormat::$format), )+
                _ => None,
            }
        }
    };
}

formats! {
    Png = "image/png",
    Jpeg = "image/jpeg",
    Gif = "image/gif",
    Webp = "image/webp",
}

pub(super) fn to_messages<L: Leaves>(
    image: converse::ImageBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ImageBlock<L>>, Error> {
    let converse::ImageBlock { format, source, error, unknown } = image;
    cx.unknown(at, &unknown);
    if error.is_some() {
        cx.content(at.name("error"), Code::Unsupported, "Messages has no place for an image's error");
    }
    source_to_messages(&format, source, at, cx)
}

/// A block with an image's format and source, which an image for the guardrail has too.
fn source_to_messages<L: Leaves>(
    format: &converse::ImageFormat,
    source: converse::ImageSource<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ImageBlock<L>>, Error> {
    let data = match source {
        converse::ImageSource::Bytes(data) => data,
        converse::ImageSource::S3Location(_) => {
            cx.unsupported(at, "s3Location");
            return Ok(None);
        }
        converse::ImageSource::Unknown(name, _) => {
            cx.unknown_type(at, &name);
            return Ok(None);
        }
    };
    rules::not_empty(&data, at.name("source").name("bytes"))?;
    let Some(media_type) = media_type(format) else {
        cx.content(at, Code::UnknownValue, "Messages takes images as png, jpeg, gif and webp");
        return Ok(None);
    };
    let source = messages::Base64ImageSource { media_type: media_type.to_owned().into(), data, ..Default::default() };
    Ok(Some(messages::ImageBlock { source: messages::ImageSource::Base64(source), ..Default::default() }))
}

pub(super) fn guarded_to_messages<L: Leaves>(
    image: converse::GuardrailConverseImageBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ImageBlock<L>>, Error> {
    let converse::GuardrailConverseImageBlock { format, source, unknown } = image;
    cx.unknown(at, &unknown);
    let source = match source {
        converse::GuardrailConverseImageSource::Bytes(data) => converse::ImageSource::Bytes(data),
        converse::GuardrailConverseImageSource::Unknown(name, value) => converse::ImageSource::Unknown(name, value),
    };
    source_to_messages(&format, source, at, cx)
}

/// The image; what else the block holds, its cache control, is the caller's.
pub(super) fn to_converse<L: Leaves>(
    source: messages::ImageSource<L>,
    transformations: Option<&L::Json>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::ImageBlock<L>>, Error> {
    if transformations.is_some() {
        cx.hint(at.name("transformations"), Code::Unsupported, "Converse has no place for an image's transformations");
    }
    let source_at = at.name("source");
    let (media_type, data, unpacked) = match source {
        messages::ImageSource::Base64(messages::Base64ImageSource { media_type, data, unknown }) => {
            cx.unknown(source_at, &unknown);
            rules::not_empty(&data, source_at.name("data"))?;
            (media_type, data, false)
        }
        messages::ImageSource::Url(messages::UrlSource { url, unknown }) => {
            cx.unknown(source_at, &unknown);
            let Some((media_type, data)) = data_url(&url.decode()) else {
                cx.unsupported(at, "url");
                return Ok(None);
            };
            (media_type, data, true)
        }
        messages::ImageSource::File(_) => {
            cx.unsupported(at, "file");
            return Ok(None);
        }
        messages::ImageSource::Unknown(unknown) => {
            cx.unknown_type(at, &unknown.kind);
            return Ok(None);
        }
    };
    let written = media_type.decode();
    let (same, meant) = (format(&written), normal_format(&written));
    let Some(format) = same.clone().or(meant) else {
        cx.content(at, Code::UnknownValue, "Converse takes images as png, jpeg, gif and webp");
        return Ok(None);
    };
    if unpacked {
        cx.hint(source_at.name("url"), Code::Rewritten, "the `data:` URL is unpacked into bytes");
    } else if same.is_none() {
        let message = "the media type is written as Converse names the format";
        cx.hint(source_at.name("media_type"), Code::Rewritten, message);
    }
    Ok(Some(converse::ImageBlock { format, source: converse::ImageSource::Bytes(data), ..Default::default() }))
}

/// The format that a media type means, however it is written.
fn normal_format(media_type: &str) -> Option<converse::ImageFormat> {
    match media_type.to_ascii_lowercase().as_str() {
        "image/jpg" => Some(converse::ImageFormat::Jpeg),
        lower => format(lower),
    }
}

/// The media type and the bytes of a `data:` URL (RFC 2397), if it has some in base64.
fn data_url<L: Leaves>(url: &str) -> Option<(L::Text, Base64<L>)> {
    let (_, rest) = url.split_at_checked(5).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("data:"))?;
    let (head, data) = rest.split_once(',')?;
    let (parameters, encoding) = head.rsplit_once(';')?;
    let media_type = parameters.split(';').next()?;
    let data = encoding.eq_ignore_ascii_case("base64").then(|| Base64::from_text(data.to_owned().into()))?.ok()?;
    (!data.is_empty()).then(|| (media_type.to_owned().into(), data))
}
