//! Citations: what a text rests on.

use crate::wire::{object, tagged};

tagged! {
    /// A citation.
    pub enum Citation {
        /// At characters of a document.
        "char_location" => CharLocation(CitationCharLocation<L>),
        /// On pages of a document.
        "page_location" => PageLocation(CitationPageLocation<L>),
        /// In blocks of a document.
        "content_block_location" => ContentBlockLocation(CitationContentBlockLocation<L>),
        /// On a page of the web.
        "web_search_result_location" => WebSearchResultLocation(CitationWebSearchResultLocation<L>),
        /// In blocks of a search result.
        "search_result_location" => SearchResultLocation(CitationSearchResultLocation<L>),
    }
}

object! {
    /// At characters of a document.
    pub struct CitationCharLocation: "char_location" {
        /// The cited text.
        required cited_text: L::Text = "cited_text",
        /// Which document of the request, from 0.
        required document_index: i64 = "document_index",
        /// The document's title.
        nullable document_title: L::Text = "document_title",
        /// The first character, from 0.
        required start_char_index: i64 = "start_char_index",
        /// The character behind the last.
        required end_char_index: i64 = "end_char_index",
        /// The document's file.
        optional file_id: L::Text = "file_id",
    }

    /// On pages of a document.
    pub struct CitationPageLocation: "page_location" {
        /// The cited text.
        required cited_text: L::Text = "cited_text",
        /// Which document of the request, from 0.
        required document_index: i64 = "document_index",
        /// The document's title.
        nullable document_title: L::Text = "document_title",
        /// The first page, from 1.
        required start_page_number: i64 = "start_page_number",
        /// The page behind the last.
        required end_page_number: i64 = "end_page_number",
        /// The document's file.
        optional file_id: L::Text = "file_id",
    }

    /// In blocks of a document.
    pub struct CitationContentBlockLocation: "content_block_location" {
        /// The cited text.
        required cited_text: L::Text = "cited_text",
        /// Which document of the request, from 0.
        required document_index: i64 = "document_index",
        /// The document's title.
        nullable document_title: L::Text = "document_title",
        /// The first block, from 0.
        required start_block_index: i64 = "start_block_index",
        /// The block behind the last.
        required end_block_index: i64 = "end_block_index",
        /// The document's file.
        optional file_id: L::Text = "file_id",
    }

    /// On a page of the web.
    pub struct CitationWebSearchResultLocation: "web_search_result_location" {
        /// The cited text.
        required cited_text: L::Text = "cited_text",
        /// Where in the search results, encrypted.
        required encrypted_index: L::Text = "encrypted_index",
        /// The page's title.
        nullable title: L::Text = "title",
        /// The page's address.
        required url: L::Text = "url",
    }

    /// In blocks of a search result.
    pub struct CitationSearchResultLocation: "search_result_location" {
        /// The cited text.
        required cited_text: L::Text = "cited_text",
        /// Which search result of the request, from 0.
        required search_result_index: i64 = "search_result_index",
        /// Where it was found.
        required source: L::Text = "source",
        /// Its title.
        nullable title: L::Text = "title",
        /// The first block, from 0.
        required start_block_index: i64 = "start_block_index",
        /// The block behind the last.
        required end_block_index: i64 = "end_block_index",
    }
}
