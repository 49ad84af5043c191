//! Documents and search results.

use crate::wire::{Base64, object, open_enum, union};

use super::S3Location;

object! {
    /// A document. Source: API reference, `DocumentBlock`.
    pub struct DocumentBlock {
        /// Its format.
        optional format: DocumentFormat = "format",
        /// Its name: letters, digits, single white space, `-()[]`; 1 to 200 characters, unique in the request. The model sees it.
        required name: L::Text = "name",
        /// Its content.
        required source: DocumentSource<L> = "source",
        /// What the model should know about it.
        optional context: L::Text = "context",
        /// Whether the model may cite it.
        optional citations: CitationsConfig<L> = "citations",
    }

    /// Whether the model may cite something.
    pub struct CitationsConfig {
        /// Whether it may.
        required enabled: bool = "enabled",
    }

    /// A search result. Source: API reference, `SearchResultBlock`.
    pub struct SearchResultBlock {
        /// Where it was found: a URL, an id.
        required source: L::Text = "source",
        /// Its title.
        required title: L::Text = "title",
        /// Its texts.
        required content: Vec<SearchResultContentBlock<L>> = "content",
        /// Whether the model may cite it.
        optional citations: CitationsConfig<L> = "citations",
    }

    /// A text of a search result.
    pub struct SearchResultContentBlock {
        /// The text.
        required text: L::Text = "text",
    }
}

union! {
    /// A document's content. The service takes `text` and `content` only when citations are enabled.
    pub enum DocumentSource {
        /// The file's bytes, as base64. Not empty.
        "bytes" => Bytes(Base64<L>),
        /// A file in S3.
        "s3Location" => S3Location(S3Location<L>),
        /// Plain text.
        "text" => Text(L::Text),
        /// Plain text in chunks that can be cited.
        "content" => Content(Vec<DocumentContentBlock<L>>),
    }

    /// A chunk of a document.
    pub enum DocumentContentBlock {
        /// Text.
        "text" => Text(L::Text),
    }
}

open_enum! {
    /// The format of a document.
    pub enum DocumentFormat {
        Pdf = "pdf",
        Csv = "csv",
        Doc = "doc",
        Docx = "docx",
        Xls = "xls",
        Xlsx = "xlsx",
        Html = "html",
        Txt = "txt",
        Md = "md",
    }
}
