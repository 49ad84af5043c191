//! `searchResult` ⇄ `search_result`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `source`, `title`, `citations.enabled` | the same | |
//! | `content[].text` | `content` texts | other blocks content |

use crate::loss::{Cx, Path};
use crate::wire::Leaves;
use crate::{converse, messages};

use super::super::content;
use super::{citations_to_converse, citations_to_messages, texts_to_converse};

pub(in crate::bridge) fn to_messages<L: Leaves>(
    result: converse::SearchResultBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> messages::SearchResultBlock<L> {
    let converse::SearchResultBlock { source, title, content, citations, unknown } = result;
    cx.unknown(at, &unknown);
    let citations = citations_to_messages(citations, at, cx);
    let list_at = at.name("content");
    let text = |(index, part): (usize, converse::SearchResultContentBlock<L>)| {
        let converse::SearchResultContentBlock { text, unknown } = part;
        cx.unknown(list_at.index(index), &unknown);
        content::text_block(text)
    };
    let content = content.into_iter().enumerate().map(text).collect();
    messages::SearchResultBlock { source, title, content, citations, ..Default::default() }
}

/// The search result; its cache control is the caller's.
pub(in crate::bridge) fn to_converse<L: Leaves>(
    result: messages::SearchResultBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::SearchResultBlock<L> {
    let messages::SearchResultBlock { source, title, content, citations, cache_control: _, unknown } = result;
    cx.unknown(at, &unknown);
    let citations = citations_to_converse(citations, at, cx);
    let texts = texts_to_converse(content, at.name("content"), cx);
    let content =
        texts.into_iter().map(|text| converse::SearchResultContentBlock { text, ..Default::default() }).collect();
    converse::SearchResultBlock { source, title, content, citations, ..Default::default() }
}
