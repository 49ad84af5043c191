//! `document` ⇄ `document`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `source.bytes` of `pdf` | `source` `base64` | the same base64 |
//! | `source.bytes` of `txt` (back: without citations), `source.text` (with) | `source` `text` | `md csv html` towards Messages: hint; other formats content |
//! | `source.content` | `source` `content` | without citations: towards Messages hint, towards Converse joined as `txt` (hint) |
//! | `source.s3Location` | `source` `url`, `file` | content |
//! | `name`, required and restricted | `title` | made to fit by `name` (hint) |
//! | `context`, `citations.enabled` | the same | |

mod name;
pub(super) mod search_result;

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, Leaves, Text};
use crate::{Error, converse, messages};

use super::rules;

pub(super) use name::Names;

pub(super) fn to_messages<L: Leaves>(
    document: converse::DocumentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::DocumentBlock<L>>, Error> {
    let converse::DocumentBlock { format, name, source, context, citations, unknown } = document;
    cx.unknown(at, &unknown);
    let citations = citations_to_messages(citations, at, cx);
    let cited = citations.as_ref().is_some_and(|citations| citations.enabled == Some(true));
    let source_at = at.name("source");
    let source = match source {
        converse::DocumentSource::Bytes(data) => bytes_to_messages(format.as_ref(), data, at, cx)?,
        converse::DocumentSource::Text(text) => {
            beside_text(format.as_ref(), at, cx);
            Some(plain_text(text))
        }
        converse::DocumentSource::Content(parts) => {
            beside_text(format.as_ref(), at, cx);
            let parts_at = source_at.name("content");
            if !cited {
                cx.hint(parts_at, Code::ServiceRule, "Converse takes `content` sources only with citations enabled");
            }
            let mut blocks = Vec::with_capacity(parts.len());
            for (index, part) in parts.into_iter().enumerate() {
                match part {
                    converse::DocumentContentBlock::Text(text) => {
                        blocks.push(super::content::text_block(text));
                    }
                    converse::DocumentContentBlock::Unknown(name, _) => {
                        cx.unknown_type(parts_at.index(index).name(&name), &name);
                    }
                }
            }
            let content = messages::Content::Blocks(blocks);
            Some(messages::DocumentSource::Content(messages::ContentBlockSource { content, ..Default::default() }))
        }
        converse::DocumentSource::S3Location(_) => {
            cx.unsupported(at, "s3Location");
            None
        }
        converse::DocumentSource::Unknown(name, _) => {
            cx.unknown_type(at, &name);
            None
        }
    };
    Ok(source.map(|source| messages::DocumentBlock {
        source,
        title: Some(name),
        context,
        citations,
        ..Default::default()
    }))
}

fn plain_text<L: Leaves>(data: L::Text) -> messages::DocumentSource<L> {
    let media_type = "text/plain".to_owned().into();
    messages::DocumentSource::Text(messages::PlainTextSource { media_type, data, ..Default::default() })
}

/// A format beside a text says nothing, unless it is another one than `txt`.
fn beside_text(format: Option<&converse::DocumentFormat>, at: Path<'_>, cx: &mut Cx<'_>) {
    if format.is_some_and(|format| *format != converse::DocumentFormat::Txt) {
        cx.hint(at.name("format"), Code::Unsupported, "Messages has no place for the format of a text");
    }
}

fn bytes_to_messages<L: Leaves>(
    format: Option<&converse::DocumentFormat>,
    data: Base64<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::DocumentSource<L>>, Error> {
    use converse::DocumentFormat as Format;
    rules::not_empty(&data, at.name("source").name("bytes"))?;
    let (code, why) = match format {
        Some(Format::Pdf) => {
            let media_type = "application/pdf".to_owned().into();
            let source = messages::Base64PdfSource { media_type, data, ..Default::default() };
            return Ok(Some(messages::DocumentSource::Base64(source)));
        }
        Some(Format::Txt | Format::Md | Format::Csv | Format::Html) => match String::from_utf8(data.decode()) {
            Ok(text) => {
                if format != Some(&Format::Txt) {
                    cx.hint(at.name("format"), Code::Rewritten, "Messages takes the document as plain text");
                }
                return Ok(Some(plain_text(text.into())));
            }
            Err(_) => (Code::Unsupported, "Messages takes documents as PDF or text, and these bytes are not UTF-8"),
        },
        Some(Format::Doc | Format::Docx | Format::Xls | Format::Xlsx) => {
            (Code::Unsupported, "Messages takes documents as PDF or text")
        }
        Some(Format::Unknown(_)) => (Code::UnknownValue, "Messages takes documents as PDF or text"),
        None => (Code::Unsupported, "without a format the bytes do not tell what they are"),
    };
    cx.content(at, code, why);
    Ok(None)
}

fn citations_to_messages<L: Leaves>(
    citations: Option<converse::CitationsConfig<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::CitationsConfig<L>> {
    let converse::CitationsConfig { enabled, unknown } = citations?;
    cx.unknown(at.name("citations"), &unknown);
    Some(messages::CitationsConfig { enabled: Some(enabled), ..Default::default() })
}

fn citations_to_converse<L: Leaves>(
    citations: Option<messages::CitationsConfig<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::CitationsConfig<L>> {
    let messages::CitationsConfig { enabled, unknown } = citations?;
    cx.unknown(at.name("citations"), &unknown);
    enabled.map(|enabled| converse::CitationsConfig { enabled, ..Default::default() })
}

/// The document; its cache control is the caller's.
pub(super) fn to_converse<L: Leaves>(
    document: messages::DocumentBlock<L>,
    at: Path<'_>,
    names: &mut Names,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::DocumentBlock<L>>, Error> {
    let messages::DocumentBlock { source, title, context, citations, cache_control: _, unknown } = document;
    cx.unknown(at, &unknown);
    let name = names.next::<L>(title, at.name("title"), cx);
    let citations = citations_to_converse(citations, at, cx);
    let cited = citations.as_ref().is_some_and(|citations| citations.enabled);
    Ok(source_to_converse(source, cited, at, cx)?.map(|(format, source)| converse::DocumentBlock {
        format,
        name,
        source,
        context,
        citations,
        ..Default::default()
    }))
}

type FormatAndSource<L> = (Option<converse::DocumentFormat>, converse::DocumentSource<L>);

fn source_to_converse<L: Leaves>(
    source: messages::DocumentSource<L>,
    cited: bool,
    block_at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<FormatAndSource<L>>, Error> {
    let at = block_at.name("source");
    match source {
        messages::DocumentSource::Base64(messages::Base64PdfSource { media_type, data, unknown }) => {
            cx.unknown(at, &unknown);
            rules::not_empty(&data, at.name("data"))?;
            if media_type.decode() != "application/pdf" {
                cx.content(block_at, Code::UnknownValue, "the bytes of a document are `application/pdf`");
                return Ok(None);
            }
            Ok(Some((Some(converse::DocumentFormat::Pdf), converse::DocumentSource::Bytes(data))))
        }
        messages::DocumentSource::Text(messages::PlainTextSource { media_type, data, unknown }) => {
            cx.unknown(at, &unknown);
            if media_type.decode() != "text/plain" {
                cx.content(block_at, Code::UnknownValue, "the text of a document is `text/plain`");
                return Ok(None);
            }
            Ok(Some(text_to_converse(data, cited)))
        }
        messages::DocumentSource::Content(messages::ContentBlockSource { content, unknown }) => {
            cx.unknown(at, &unknown);
            let content_at = at.name("content");
            let texts = texts_to_converse(content.into_blocks(), content_at, cx);
            if cited {
                let parts = texts.into_iter().map(converse::DocumentContentBlock::Text).collect();
                return Ok(Some((None, converse::DocumentSource::Content(parts))));
            }
            cx.hint(
                content_at,
                Code::Rewritten,
                "without citations Converse takes the texts as one, joined by blank lines",
            );
            Ok(Some(text_to_converse(super::content::joined::<L>(texts, "\n\n"), cited)))
        }
        messages::DocumentSource::Url(_) => {
            cx.unsupported(block_at, "url");
            Ok(None)
        }
        messages::DocumentSource::File(_) => {
            cx.unsupported(block_at, "file");
            Ok(None)
        }
        messages::DocumentSource::Unknown(unknown) => {
            cx.unknown_type(block_at, &unknown.kind);
            Ok(None)
        }
    }
}

/// The service takes `text` sources only with citations; bytes are never empty.
fn text_to_converse<L: Leaves>(text: L::Text, cited: bool) -> FormatAndSource<L> {
    let source = if cited || text.is_empty() {
        converse::DocumentSource::Text(text)
    } else {
        converse::DocumentSource::Bytes(Base64::encode(text.decode().as_bytes()))
    };
    (Some(converse::DocumentFormat::Txt), source)
}

/// The texts of blocks, among which Converse takes texts only.
fn texts_to_converse<L: Leaves>(blocks: Vec<messages::ContentBlock<L>>, at: Path<'_>, cx: &mut Cx<'_>) -> Vec<L::Text> {
    let mut texts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        match block {
            messages::ContentBlock::Text(block) => texts.push(super::content::bare_text(block, at.index(index), cx)),
            messages::ContentBlock::Unknown(block) => cx.unknown_type(at.index(index), &block.kind),
            other => cx.unsupported(at.index(index), super::content::type_of(&other)),
        }
    }
    texts
}
