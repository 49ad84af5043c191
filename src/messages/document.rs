//! Documents and search results.

use crate::wire::{Base64, object, tagged};

use super::{CacheControl, Content, ContentBlock, FileSource, UrlSource};

object! {
    /// A document.
    pub struct DocumentBlock: "document" {
        /// Where it is.
        required source: DocumentSource<L> = "source",
        /// Its title. The model sees it.
        optional title: L::Text = "title",
        /// What the model should know about it.
        optional context: L::Text = "context",
        /// Whether the model may cite it.
        optional citations: CitationsConfig<L> = "citations",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }

    /// Whether the model may cite something. Absent: it may not.
    pub struct CitationsConfig {
        /// Whether it may.
        optional enabled: bool = "enabled",
    }

    /// A PDF file's bytes.
    pub struct Base64PdfSource: "base64" {
        /// `application/pdf`
        required media_type: L::Text = "media_type",
        /// The bytes.
        required data: Base64<L> = "data",
    }

    /// Plain text.
    pub struct PlainTextSource: "text" {
        /// `text/plain`
        required media_type: L::Text = "media_type",
        /// The text.
        required data: L::Text = "data",
    }

    /// Texts and images that can be cited one by one.
    pub struct ContentBlockSource: "content" {
        /// The texts and images.
        required content: Content<L> = "content",
    }

    /// A search result.
    pub struct SearchResultBlock: "search_result" {
        /// Where it was found.
        required source: L::Text = "source",
        /// Its title.
        required title: L::Text = "title",
        /// Its texts: blocks of type `text`.
        required content: Vec<ContentBlock<L>> = "content",
        /// Whether the model may cite it.
        optional citations: CitationsConfig<L> = "citations",
        /// What stands up to here may be cached.
        optional cache_control: CacheControl<L> = "cache_control",
    }
}

tagged! {
    /// Where a document is.
    pub enum DocumentSource {
        /// Here: a PDF file, as base64.
        "base64" => Base64(Base64PdfSource<L>),
        /// Here: plain text.
        "text" => Text(PlainTextSource<L>),
        /// Here: texts and images.
        "content" => Content(ContentBlockSource<L>),
        /// A PDF file at an address.
        "url" => Url(UrlSource<L>),
        /// In the Files API.
        "file" => File(FileSource<L>),
    }
}
