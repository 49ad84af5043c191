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
use crate::wire::{Leaves, Text};
use crate::{converse, messages};

/// What a citation says beside its location.
struct Cited<L: Leaves> {
    text: L::Text,
    title: Option<L::Text>,
    source: Option<L::Text>,
}

macro_rules! locations {
    ($($location:ident $member:literal = $citation:ident $fields:ident $start:ident $end:ident,)+) => {
        fn location_to_messages<L: Leaves>(
            location: converse::CitationLocation<L>,
            cited: Cited<L>,
            at: Path<'_>,
            cx: &mut Cx<'_>,
        ) -> Option<messages::Citation<L>> {
            let location_at = at.name("location");
            match location {
                $( converse::CitationLocation::$location(range) => {
                    let Cited { text: cited_text, title: document_title, source: _ } = cited;
                    let [document_index, $start, $end] = range_to_messages(range, at, location_at.name($member), cx)?;
                    Some(messages::Citation::$citation(messages::$fields {
                        cited_text, document_index, document_title, $start, $end, ..Default::default()
                    }))
                } )+
                converse::CitationLocation::Web(page) => {
                    let citation = web_to_messages(page, cited, location_at.name("web"), cx);
                    Some(messages::Citation::WebSearchResultLocation(citation))
                }
                converse::CitationLocation::SearchResultLocation(range) => {
                    let citation = search_result_to_messages(range, cited, at, cx)?;
                    Some(messages::Citation::SearchResultLocation(citation))
                }
                converse::CitationLocation::Unknown(..) => {
                    cx.hint(at, Code::UnknownType, "not a location this library knows; the text stays");
                    None
                }
            }
        }

        fn location_to_converse<L: Leaves>(
            citation: messages::Citation<L>,
            at: Path<'_>,
            cx: &mut Cx<'_>,
        ) -> Option<(converse::CitationLocation<L>, Cited<L>)> {
            match citation {
                $( messages::Citation::$citation(citation) => {
                    let messages::$fields {
                        cited_text, document_index, document_title, $start, $end, file_id, unknown
                    } = citation;
                    cx.unknown(at, &unknown);
                    if file_id.is_some() {
                        cx.hint(at.name("file_id"), Code::Unsupported, "Converse has no place for a citation's file");
                    }
                    let range = range_to_converse([document_index, $start, $end], at, cx)?;
                    let cited = Cited { text: cited_text, title: document_title, source: None };
                    Some((converse::CitationLocation::$location(range), cited))
                } )+
                messages::Citation::WebSearchResultLocation(citation) => Some(web_to_converse(citation, at, cx)),
                messages::Citation::SearchResultLocation(citation) => search_result_to_converse(citation, at, cx),
                messages::Citation::Unknown(_) => {
                    cx.hint(at, Code::UnknownType, "not a citation this library knows; the text stays");
                    None
                }
            }
        }
    };
}

locations! {
    DocumentChar "documentChar" = CharLocation CitationCharLocation start_char_index end_char_index,
    DocumentPage "documentPage" = PageLocation CitationPageLocation start_page_number end_page_number,
    DocumentChunk "documentChunk" = ContentBlockLocation CitationContentBlockLocation start_block_index end_block_index,
}

/// `None`: the citation has no location that Messages could name; its text stays.
pub(super) fn to_messages<L: Leaves>(
    citation: converse::Citation<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::Citation<L>> {
    let converse::Citation { title, source, source_content, location, unknown } = citation;
    cx.unknown(at, &unknown);
    let text = cited_text(source_content, at, cx);
    let Some(location) = location else {
        cx.content(at, Code::Dropped, "a citation without a location has no place in Messages");
        return None;
    };
    if source.is_some() && !matches!(location, converse::CitationLocation::SearchResultLocation(_)) {
        cx.hint(at.name("source"), Code::Unsupported, "Messages names the source of search results only");
    }
    location_to_messages(location, Cited { text, title, source }, at, cx)
}

fn range_to_messages<L: Leaves>(
    range: converse::DocumentLocation<L>,
    citation_at: Path<'_>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<[i64; 3]> {
    let converse::DocumentLocation { document_index, start, end, unknown } = range;
    cx.unknown(at, &unknown);
    indexes([("documentIndex", document_index), ("start", start), ("end", end)], citation_at, cx)
}

fn web_to_messages<L: Leaves>(
    page: converse::WebLocation<L>,
    cited: Cited<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> messages::CitationWebSearchResultLocation<L> {
    let converse::WebLocation { url, domain, unknown } = page;
    cx.unknown(at, &unknown);
    if domain.is_some() {
        cx.hint(at.name("domain"), Code::Unsupported, "Messages has no place for a citation's domain");
    }
    let Cited { text: cited_text, title, source: _ } = cited;
    let url = or_empty::<L>(url, at.name("url"), cx);
    messages::CitationWebSearchResultLocation { cited_text, title, url, ..Default::default() }
}

fn search_result_to_messages<L: Leaves>(
    range: converse::SearchResultLocation<L>,
    cited: Cited<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::CitationSearchResultLocation<L>> {
    let converse::SearchResultLocation { search_result_index, start, end, unknown } = range;
    cx.unknown(at.name("location").name("searchResultLocation"), &unknown);
    let [search_result_index, start_block_index, end_block_index] =
        indexes([("searchResultIndex", search_result_index), ("start", start), ("end", end)], at, cx)?;
    let Cited { text: cited_text, title, source } = cited;
    Some(messages::CitationSearchResultLocation {
        cited_text,
        search_result_index,
        source: or_empty::<L>(source, at.name("source"), cx),
        title,
        start_block_index,
        end_block_index,
        ..Default::default()
    })
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
    let (location, Cited { text, title, source }) = location_to_converse(citation, at, cx)?;
    let source_content = if text.is_empty() { Vec::new() } else { vec![converse::CitationSourceContent::Text(text)] };
    Some(converse::Citation { title, source, source_content, location: Some(location), ..Default::default() })
}

fn range_to_converse<L: Leaves>(
    indexes: [i64; 3],
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::DocumentLocation<L>> {
    let [document_index, start, end] = not_negative(indexes, at, cx)?.map(Some);
    Some(converse::DocumentLocation { document_index, start, end, ..Default::default() })
}

fn web_to_converse<L: Leaves>(
    citation: messages::CitationWebSearchResultLocation<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> (converse::CitationLocation<L>, Cited<L>) {
    let messages::CitationWebSearchResultLocation { cited_text, encrypted_index, title, url, unknown } = citation;
    cx.unknown(at, &unknown);
    if !encrypted_index.is_empty() {
        cx.hint(at.name("encrypted_index"), Code::Unsupported, "Converse has no place for an encrypted index");
    }
    let page = converse::WebLocation { url: (!url.is_empty()).then_some(url), ..Default::default() };
    (converse::CitationLocation::Web(page), Cited { text: cited_text, title, source: None })
}

fn search_result_to_converse<L: Leaves>(
    citation: messages::CitationSearchResultLocation<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<(converse::CitationLocation<L>, Cited<L>)> {
    let messages::CitationSearchResultLocation {
        cited_text,
        search_result_index,
        source,
        title,
        start_block_index,
        end_block_index,
        unknown,
    } = citation;
    cx.unknown(at, &unknown);
    let [search_result_index, start, end] =
        not_negative([search_result_index, start_block_index, end_block_index], at, cx)?.map(Some);
    let range = converse::SearchResultLocation { search_result_index, start, end, ..Default::default() };
    let cited = Cited { text: cited_text, title, source: Some(source).filter(|source| !source.is_empty()) };
    Some((converse::CitationLocation::SearchResultLocation(range), cited))
}

/// Converse counts from 0.
fn not_negative(indexes: [i64; 3], at: Path<'_>, cx: &mut Cx<'_>) -> Option<[i64; 3]> {
    if indexes.iter().all(|index| *index >= 0) {
        return Some(indexes);
    }
    cx.content(at, Code::Dropped, "a citation with a negative index has no place in Converse");
    None
}
