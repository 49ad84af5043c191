//! `ContentBlock`: what a message holds.

use crate::wire::{Base64, Leaves, object, open_enum, union};

use super::{DocumentBlock, SearchResultBlock, ToolAdditionBlock, ToolRemovalBlock, ToolResultBlock, ToolUseBlock};

union! {
    /// A block of a message. Source: API reference, `ContentBlock`.
    pub enum ContentBlock {
        /// Text.
        "text" => Text(L::Text),
        /// An image.
        "image" => Image(ImageBlock<L>),
        /// A document.
        "document" => Document(DocumentBlock<L>),
        /// A video.
        "video" => Video(VideoBlock<L>),
        /// Audio.
        "audio" => Audio(AudioBlock<L>),
        /// The model calls a tool.
        "toolUse" => ToolUse(ToolUseBlock<L>),
        /// What a tool has answered.
        "toolResult" => ToolResult(ToolResultBlock<L>),
        /// Content marked for the guardrail.
        "guardContent" => GuardContent(GuardrailConverseContentBlock<L>),
        /// What stands before may be cached.
        "cachePoint" => CachePoint(CachePointBlock<L>),
        /// The model's reasoning.
        "reasoningContent" => ReasoningContent(ReasoningContentBlock<L>),
        /// Text with its citations.
        "citationsContent" => CitationsContent(CitationsContentBlock<L>),
        /// A search result.
        "searchResult" => SearchResult(SearchResultBlock<L>),
        /// Tools that come into play here.
        "toolAddition" => ToolAddition(ToolAdditionBlock<L>),
        /// Tools that leave play here.
        "toolRemoval" => ToolRemoval(ToolRemovalBlock<L>),
    }

    /// Where an image's bytes are.
    pub enum ImageSource {
        /// Here, as base64. Not empty.
        "bytes" => Bytes(Base64<L>),
        /// In S3.
        "s3Location" => S3Location(S3Location<L>),
    }

    /// Where a video's bytes are.
    pub enum VideoSource {
        /// Here, as base64. Not empty.
        "bytes" => Bytes(Base64<L>),
        /// In S3.
        "s3Location" => S3Location(S3Location<L>),
    }

    /// Where audio's bytes are.
    pub enum AudioSource {
        /// Here, as base64. Not empty.
        "bytes" => Bytes(Base64<L>),
        /// In S3.
        "s3Location" => S3Location(S3Location<L>),
    }

    /// Content marked for the guardrail.
    pub enum GuardrailConverseContentBlock {
        /// Text.
        "text" => Text(GuardrailConverseTextBlock<L>),
        /// An image.
        "image" => Image(GuardrailConverseImageBlock<L>),
    }

    /// Where the bytes of an image for the guardrail are.
    pub enum GuardrailConverseImageSource {
        /// Here, as base64. Not empty.
        "bytes" => Bytes(Base64<L>),
    }

    /// The model's reasoning.
    pub enum ReasoningContentBlock {
        /// In plain text.
        "reasoningText" => ReasoningText(ReasoningTextBlock<L>),
        /// Encrypted by the provider: base64 of the bytes of Anthropic's `data` string.
        "redactedContent" => RedactedContent(Base64<L>),
    }

    /// Text that the model has generated from what it cites.
    pub enum CitationGeneratedContent {
        /// Text.
        "text" => Text(L::Text),
    }

    /// Text that is cited.
    pub enum CitationSourceContent {
        /// Text.
        "text" => Text(L::Text),
    }

    /// Where in the source the cited text stands.
    pub enum CitationLocation {
        /// On a page of the web.
        "web" => Web(WebLocation<L>),
        /// At characters of a document.
        "documentChar" => DocumentChar(DocumentLocation<L>),
        /// On pages of a document.
        "documentPage" => DocumentPage(DocumentLocation<L>),
        /// In chunks of a document.
        "documentChunk" => DocumentChunk(DocumentLocation<L>),
        /// In blocks of a search result.
        "searchResultLocation" => SearchResultLocation(SearchResultLocation<L>),
    }
}

object! {
    /// An image.
    pub struct ImageBlock {
        /// Its format.
        required format: ImageFormat = "format",
        /// Its bytes.
        required source: ImageSource<L> = "source",
        /// Why there is no image.
        optional error: ErrorBlock<L> = "error",
    }

    /// A place in S3.
    pub struct S3Location {
        /// `s3://bucket/key`
        required uri: L::Text = "uri",
        /// The account that owns the bucket.
        optional bucket_owner: L::Text = "bucketOwner",
    }

    /// Why something could not be generated.
    pub struct ErrorBlock {
        /// The reason.
        optional message: L::Text = "message",
    }

    /// A video.
    pub struct VideoBlock {
        /// Its format.
        required format: VideoFormat = "format",
        /// Its bytes.
        required source: VideoSource<L> = "source",
    }

    /// Audio.
    pub struct AudioBlock {
        /// Its format.
        required format: AudioFormat = "format",
        /// Its bytes.
        required source: AudioSource<L> = "source",
        /// Why there is no audio.
        optional error: ErrorBlock<L> = "error",
    }

    /// Text marked for the guardrail.
    pub struct GuardrailConverseTextBlock {
        /// The text.
        required text: L::Text = "text",
        /// What it is to the guardrail.
        list qualifiers: GuardrailConverseContentQualifier = "qualifiers",
    }

    /// An image marked for the guardrail.
    pub struct GuardrailConverseImageBlock {
        /// Its format: png or jpeg.
        required format: ImageFormat = "format",
        /// Its bytes.
        required source: GuardrailConverseImageSource<L> = "source",
    }

    /// What stands before this point may be cached.
    pub struct CachePointBlock {
        /// The kind of cache point.
        required kind: CachePointType = "type",
        /// How long the cache lives. Absent: five minutes.
        optional ttl: CacheTtl = "ttl",
    }

    /// Reasoning in plain text.
    pub struct ReasoningTextBlock {
        /// The text.
        required text: L::Text = "text",
        /// The provider's signature, to be sent back unchanged.
        optional signature: L::Text = "signature",
    }

    /// Text with its citations.
    pub struct CitationsContentBlock {
        /// The text.
        list content: CitationGeneratedContent<L> = "content",
        /// What it cites.
        list citations: Citation<L> = "citations",
    }

    /// A citation.
    pub struct Citation {
        /// The source's title.
        optional title: L::Text = "title",
        /// The source itself: a URL, an id.
        optional source: L::Text = "source",
        /// The cited text.
        list source_content: CitationSourceContent<L> = "sourceContent",
        /// Where it stands.
        optional location: CitationLocation<L> = "location",
    }

    /// A page of the web.
    pub struct WebLocation {
        /// Its address.
        optional url: L::Text = "url",
        /// Its domain.
        optional domain: L::Text = "domain",
    }

    /// A range in a document: of characters, pages or chunks (AWS: `DocumentCharLocation`, `DocumentPageLocation`,
    /// `DocumentChunkLocation`).
    pub struct DocumentLocation {
        /// Which document of the request, from 0.
        optional document_index: i64 = "documentIndex",
        /// The range's start.
        optional start: i64 = "start",
        /// The range's end.
        optional end: i64 = "end",
    }

    /// A range of blocks in a search result.
    pub struct SearchResultLocation {
        /// Which search result of the request, from 0.
        optional search_result_index: i64 = "searchResultIndex",
        /// The range's start.
        optional start: i64 = "start",
        /// The range's end.
        optional end: i64 = "end",
    }
}

open_enum! {
    /// The format of an image.
    pub enum ImageFormat {
        Png = "png",
        Jpeg = "jpeg",
        Gif = "gif",
        Webp = "webp",
    }

    /// The format of a video.
    pub enum VideoFormat {
        Mkv = "mkv",
        Mov = "mov",
        Mp4 = "mp4",
        Webm = "webm",
        Flv = "flv",
        Mpeg = "mpeg",
        Mpg = "mpg",
        Wmv = "wmv",
        ThreeGp = "three_gp",
    }

    /// The format of audio.
    pub enum AudioFormat {
        Mp3 = "mp3",
        Opus = "opus",
        Wav = "wav",
        Aac = "aac",
        Flac = "flac",
        Mp4 = "mp4",
        Ogg = "ogg",
        Mkv = "mkv",
        Mka = "mka",
        XAac = "x-aac",
        M4a = "m4a",
        Mpeg = "mpeg",
        Mpga = "mpga",
        Pcm = "pcm",
        Webm = "webm",
    }

    /// What marked text is to the guardrail.
    pub enum GuardrailConverseContentQualifier {
        GroundingSource = "grounding_source",
        Query = "query",
        GuardContent = "guard_content",
    }

    /// The kind of a cache point.
    pub enum CachePointType {
        Default = "default",
    }

    /// How long a cache lives.
    pub enum CacheTtl {
        FiveMinutes = "5m",
        OneHour = "1h",
    }
}

impl From<&str> for ContentBlock {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ContentBlock {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<L: Leaves> ImageBlock<L> {
    /// An image of these bytes.
    #[must_use]
    pub fn new(format: ImageFormat, bytes: &[u8]) -> Self {
        Self { format, source: ImageSource::Bytes(Base64::encode(bytes)), ..Self::default() }
    }
}
