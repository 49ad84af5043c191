//! `citationsContent.citations` ⇄ `text.citations`
//!
//! | Converse | Messages |
//! |---|---|
//! | `documentChar` `documentIndex start end` | `char_location` `document_index start_char_index end_char_index` |
//! | `documentPage` | `page_location` `… start_page_number end_page_number` |
//! | `documentChunk` | `content_block_location` `… start_block_index end_block_index` |
//! | `searchResultLocation` `searchResultIndex start end` | `search_result_location` `search_result_index start_block_index end_block_index` |
//! | `web` `url domain` | `web_search_result_location` `url`; `domain` and `encrypted_index` hint |
//! | `title` | `document_title` (documents), `title` |
//! | `source` | `source` (search results), elsewhere hint |
//! | `sourceContent` texts, joined | `cited_text` |

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm, Leaves, Map, Text};
use crate::{converse, messages};

/// `None`: the citation has no location that Messages could name; its text stays.
pub(super) fn to_messages<L: Leaves>(
    citation: converse::Citation<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::Citation<L>> {
    let converse::Citation { title, source, source_content, location, unknown } = citation;
    cx.unknown(at, &unknown);
    let cited_text = cited_text(source_content, at, cx);
    let location_at = at.name("location");
    let Some(location) = location else {
        cx.content(at, Code::Dropped, "a citation without a location has no place in Messages");
        return None;
    };
    if source.is_some() && !matches!(location, converse::CitationLocation::SearchResultLocation(_)) {
        cx.hint(at.name("source"), Code::Unsupported, "Messages names the source of search results only");
    }
    match location {
        converse::CitationLocation::Web(converse::WebLocation { url, domain, unknown }) => {
            let at = location_at.name("web");
            cx.unknown(at, &unknown);
            if domain.is_some() {
                cx.hint(at.name("domain"), Code::Unsupported, "Messages has no place for a citation's domain");
            }
            Some(messages::Citation::WebSearchResultLocation(messages::CitationWebSearchResultLocation {
                cited_text,
                title,
                url: or_empty::<L>(url, at.name("url"), cx),
                ..Default::default()
            }))
        }
        converse::CitationLocation::DocumentChar(range) => {
            let (document_index, start_char_index, end_char_index) =
                document(range, at, location_at.name("documentChar"), cx)?;
            Some(messages::Citation::CharLocation(messages::CitationCharLocation {
                cited_text,
                document_index,
                document_title: title,
                start_char_index,
                end_char_index,
                ..Default::default()
            }))
        }
        converse::CitationLocation::DocumentPage(range) => {
            let (document_index, start_page_number, end_page_number) =
                document(range, at, location_at.name("documentPage"), cx)?;
            Some(messages::Citation::PageLocation(messages::CitationPageLocation {
                cited_text,
                document_index,
                document_title: title,
                start_page_number,
                end_page_number,
                ..Default::default()
            }))
        }
        converse::CitationLocation::DocumentChunk(range) => {
            let (document_index, start_block_index, end_block_index) =
                document(range, at, location_at.name("documentChunk"), cx)?;
            Some(messages::Citation::ContentBlockLocation(messages::CitationContentBlockLocation {
                cited_text,
                document_index,
                document_title: title,
                start_block_index,
                end_block_index,
                ..Default::default()
            }))
        }
        converse::CitationLocation::SearchResultLocation(converse::SearchResultLocation {
            search_result_index,
            start,
            end,
            unknown,
        }) => {
            let citation_at = at;
            let at = location_at.name("searchResultLocation");
            cx.unknown(at, &unknown);
            let [search_result_index, start_block_index, end_block_index] =
                indexes([("searchResultIndex", search_result_index), ("start", start), ("end", end)], citation_at, cx)?;
            Some(messages::Citation::SearchResultLocation(messages::CitationSearchResultLocation {
                cited_text,
                search_result_index,
                source: or_empty::<L>(source, citation_at.name("source"), cx),
                title,
                start_block_index,
                end_block_index,
                ..Default::default()
            }))
        }
        converse::CitationLocation::Unknown(..) => {
            cx.hint(at, Code::UnknownType, "not a location this library knows; the text stays");
            None
        }
    }
}

fn document<L: Leaves>(
    range: converse::DocumentLocation<L>,
    citation_at: Path<'_>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<(i64, i64, i64)> {
    let converse::DocumentLocation { document_index, start, end, unknown } = range;
    cx.unknown(at, &unknown);
    indexes([("documentIndex", document_index), ("start", start), ("end", end)], citation_at, cx)
        .map(<(i64, i64, i64)>::from)
}

/// All of the indexes, which Messages requires.
fn indexes(named: [(&str, Option<i64>); 3], at: Path<'_>, cx: &mut Cx<'_>) -> Option<[i64; 3]> {
    let [Some(first), Some(second), Some(third)] = named.map(|(_, index)| index) else {
        let absent = named.iter().find(|(_, index)| index.is_none()).map_or("", |(name, _)| name);
        cx.content(at, Code::Dropped, format!("a citation without `{absent}` has no place in Messages"));
        return None;
    };
    Some([first, second, third])
}

/// A text that Messages requires and Converse does not: absent is empty, so empty would come back absent.
fn or_empty<L: Leaves>(text: Option<L::Text>, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    if text.as_ref().is_some_and(Text::is_empty) {
        cx.hint(at, Code::Rewritten, "an empty text here means the same as none");
    }
    text.unwrap_or_default()
}

fn cited_text<L: Leaves>(parts: Vec<converse::CitationSourceContent<L>>, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    let list_at = at.name("sourceContent");
    let mut texts = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        match part {
            converse::CitationSourceContent::Text(text) => texts.push(text),
            converse::CitationSourceContent::Unknown(name, _) => {
                cx.unknown_type(list_at.index(index).name(&name), &name);
            }
        }
    }
    super::content::joined::<L>(texts, "")
}

/// `None`: the citation has no place in Converse; its text stays.
pub(super) fn to_converse<L: Leaves>(
    citation: messages::Citation<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::Citation<L>> {
    let (cited_text, title, source, location) = match citation {
        messages::Citation::CharLocation(messages::CitationCharLocation {
            cited_text,
            document_index,
            document_title,
            start_char_index,
            end_char_index,
            file_id,
            unknown,
        }) => {
            beside(file_id.as_ref(), &unknown, at, cx);
            let range = range(document_index, start_char_index, end_char_index, at, cx)?;
            (cited_text, document_title, None, converse::CitationLocation::DocumentChar(range))
        }
        messages::Citation::PageLocation(messages::CitationPageLocation {
            cited_text,
            document_index,
            document_title,
            start_page_number,
            end_page_number,
            file_id,
            unknown,
        }) => {
            beside(file_id.as_ref(), &unknown, at, cx);
            let range = range(document_index, start_page_number, end_page_number, at, cx)?;
            (cited_text, document_title, None, converse::CitationLocation::DocumentPage(range))
        }
        messages::Citation::ContentBlockLocation(messages::CitationContentBlockLocation {
            cited_text,
            document_index,
            document_title,
            start_block_index,
            end_block_index,
            file_id,
            unknown,
        }) => {
            beside(file_id.as_ref(), &unknown, at, cx);
            let range = range(document_index, start_block_index, end_block_index, at, cx)?;
            (cited_text, document_title, None, converse::CitationLocation::DocumentChunk(range))
        }
        messages::Citation::WebSearchResultLocation(messages::CitationWebSearchResultLocation {
            cited_text,
            encrypted_index,
            title,
            url,
            unknown,
        }) => {
            cx.unknown(at, &unknown);
            if !encrypted_index.is_empty() {
                cx.hint(at.name("encrypted_index"), Code::Unsupported, "Converse has no place for an encrypted index");
            }
            let url = (!url.is_empty()).then_some(url);
            let location = converse::CitationLocation::Web(converse::WebLocation { url, ..Default::default() });
            (cited_text, title, None, location)
        }
        messages::Citation::SearchResultLocation(messages::CitationSearchResultLocation {
            cited_text,
            search_result_index,
            source,
            title,
            start_block_index,
            end_block_index,
            unknown,
        }) => {
            cx.unknown(at, &unknown);
            not_negative([search_result_index, start_block_index, end_block_index], at, cx)?;
            let location = converse::CitationLocation::SearchResultLocation(converse::SearchResultLocation {
                search_result_index: Some(search_result_index),
                start: Some(start_block_index),
                end: Some(end_block_index),
                ..Default::default()
            });
            (cited_text, title, (!source.is_empty()).then_some(source), location)
        }
        messages::Citation::Unknown(_) => {
            cx.hint(at, Code::UnknownType, "not a citation this library knows; the text stays");
            return None;
        }
    };
    let source_content =
        if cited_text.is_empty() { Vec::new() } else { vec![converse::CitationSourceContent::Text(cited_text)] };
    Some(converse::Citation { title, source, source_content, location: Some(location), ..Default::default() })
}

fn range<L: Leaves>(
    document_index: i64,
    start: i64,
    end: i64,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::DocumentLocation<L>> {
    not_negative([document_index, start, end], at, cx)?;
    Some(converse::DocumentLocation {
        document_index: Some(document_index),
        start: Some(start),
        end: Some(end),
        ..Default::default()
    })
}

/// Converse counts from 0.
fn not_negative(indexes: [i64; 3], at: Path<'_>, cx: &mut Cx<'_>) -> Option<()> {
    if indexes.iter().all(|index| *index >= 0) {
        return Some(());
    }
    cx.content(at, Code::Dropped, "a citation with a negative index has no place in Converse");
    None
}

/// What a citation of a document holds beside what Converse has.
fn beside<T, V: FreeForm>(file_id: Option<&T>, unknown: &Map<V>, at: Path<'_>, cx: &mut Cx<'_>) {
    cx.unknown(at, unknown);
    if file_id.is_some() {
        cx.hint(at.name("file_id"), Code::Unsupported, "Converse has no place for a citation's file");
    }
}
