//! What a caller may ask of a conversion.

use crate::loss::Policy;
use crate::model_id::Geo;
use crate::schema;
use crate::wire::DEFAULT_MAX_DEPTH;

/// What a caller may ask of a conversion. The defaults are what most callers want.
///
/// ```
/// use converse_messages::{Options, Policy};
///
/// let options = Options { loss: Policy::Allow, ..Options::default() };
/// assert_eq!(options.default_max_tokens, Some(4096));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which losses are refused. Default: content losses.
    pub loss: Policy,
    /// The `max_tokens` of a Messages request when the Converse request has none: Messages requires it, at least 1. `None`
    /// refuses such a request. Default: 4096.
    pub default_max_tokens: Option<i64>,
    /// What happens to model ids. Default: they are kept.
    pub model: Model,
    /// A text block, not empty, to add to a message that has a document but no text, which Converse refuses. Default: none,
    /// and such a message is reported.
    pub document_text: Option<String>,
    /// The `id` of a Messages response, which Converse does not have. Default: `msg_converse`.
    pub message_id: Option<String>,
    /// The `model` of a Messages response, which Converse names only in a prompt router's trace. Default: `unknown`.
    pub response_model: Option<String>,
    /// The latency in milliseconds of a Converse response, which Messages does not have. Default: 0.
    pub latency_ms: Option<i64>,
    /// The request's id for a Messages error: Converse has it in the header `x-amzn-requestid`. Default: none.
    pub request_id: Option<String>,
    /// How many levels of arrays and objects a JSON document may nest. Default: 128. A larger limit holds for free-form JSON;
    /// what is read into types never nests deeper than 128 levels, for which half a megabyte of stack is enough.
    pub max_depth: usize,
    /// Whether every `$ref` in the tools' schemas and in the schema of the output is inlined, and how. A recursion that is
    /// cut is a hint. Default: schemas are not rewritten.
    pub inline_refs: Option<schema::Options>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            loss: Policy::default(),
            default_max_tokens: Some(4096),
            model: Model::default(),
            document_text: None,
            message_id: None,
            response_model: None,
            latency_ms: None,
            request_id: None,
            max_depth: DEFAULT_MAX_DEPTH,
            inline_refs: None,
        }
    }
}

impl Options {
    /// The defaults for streams: as for anything else, but no loss is refused, since what has gone out cannot be called back.
    #[must_use]
    pub fn streaming() -> Self {
        Self { loss: Policy::Allow, ..Self::default() }
    }
}

/// What happens to model ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Model {
    /// The id is kept as it is: Bedrock's endpoints take Bedrock's ids in both formats. The default.
    #[default]
    Keep,
    /// The id is translated between Anthropic's and Bedrock's names; one that does not translate is kept and reported.
    Translate(Option<Geo>),
    /// This id stands for the source's.
    Replace(String),
}
