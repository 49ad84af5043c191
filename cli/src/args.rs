//! The arguments.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use converse_messages::model_id::Geo;
use converse_messages::schema::{self, Recursion};
use converse_messages::{Model, Options, Policy, UnknownName};

/// Converts both ways between the Amazon Bedrock Converse format and the Anthropic Messages format, and accounts for every
/// member it cannot carry.
#[derive(Debug, Parser)]
#[command(name = "converse-messages", version)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(flatten)]
    Convert(Conversion),
    /// Inline every `$ref` of a JSON Schema
    Inline(Inline),
    /// Translate a model id; exit code 1 if it has no translation
    ModelId(ModelId),
}

#[derive(Debug, Subcommand)]
pub enum Conversion {
    /// Convert a request
    Request {
        #[command(flatten)]
        document: Document,
        /// What the source is; the other format unless given
        #[arg(long)]
        from: Option<Form>,
        /// On the Messages side: the form of Bedrock's `InvokeModel`, {`model_id`, stream, headers, body}
        #[arg(long)]
        invoke: bool,
    },
    /// Convert a response
    Response {
        #[command(flatten)]
        document: Document,
    },
    /// Convert a stream, event by event as it comes
    Stream {
        #[command(flatten)]
        document: Document,
        /// How the source's events are framed
        #[arg(long, value_enum, default_value_t = Framing::Json)]
        from_framing: Framing,
        /// How the target's events are framed
        #[arg(long, value_enum, default_value_t = Framing::Json)]
        to_framing: Framing,
    },
    /// Convert an error
    Error {
        #[command(flatten)]
        document: Document,
        /// The HTTP status of the source; a result line then has the target's
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=599))]
        status: Option<u16>,
    },
    /// Convert a request to count a conversation's tokens, or its response
    CountTokens {
        #[command(flatten)]
        document: Document,
        /// Towards Converse: a request that holds the body of `InvokeModel`
        #[arg(long)]
        invoke: bool,
    },
    /// Convert the records of a batch, one a line: Bedrock's batch inference jobs and Anthropic's message batches
    Batch {
        #[command(flatten)]
        document: Document,
        /// On the Messages side: bodies of Bedrock's `InvokeModel`
        #[arg(long)]
        invoke: bool,
        /// Where refused records go: {line, id, error}; with --jsonl they are answered in their place
        #[arg(long, value_name = "FILE", required_unless_present = "jsonl")]
        errors: Option<PathBuf>,
    },
}

impl Command {
    /// What clap cannot say.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Convert(conversion) => conversion.check(),
            Self::Inline(Inline { recursion, depth, .. }) => {
                let is_idle = depth.is_some() && !matches!(recursion, Recursion::Unroll(_));
                if is_idle { Err("--depth is for `--recursion unroll`") } else { Ok(()) }
            }
            Self::ModelId(ModelId { to: ModelIdTarget::Anthropic, geo: Some(_), .. }) => Err(GEO_MISUSED),
            Self::ModelId(_) => Ok(()),
        }
    }
}

const GEO_MISUSED: &str = "--geo is for ids that are translated to Bedrock's";

impl Conversion {
    /// A geography is part of a Bedrock id that is made here, and whole streams are JSON.
    fn check(&self) -> Result<(), &'static str> {
        let misuses_geo = match self {
            Self::Request { document, invoke, .. } | Self::Batch { document, invoke, .. } => {
                document.misuses_geo(*invoke)
            }
            Self::Response { document }
            | Self::Stream { document, .. }
            | Self::Error { document, .. }
            | Self::CountTokens { document, .. } => document.misuses_geo(false),
        };
        match self {
            _ if misuses_geo => Err(GEO_MISUSED),
            Self::Stream { from_framing: Framing::Json, to_framing: Framing::Json, .. } => Ok(()),
            Self::Stream { document, .. } if document.jsonl => {
                Err("with --jsonl each line is a whole stream, a JSON array: it has no other framing")
            }
            _ => Ok(()),
        }
    }
}

/// What all conversions of documents have in common.
#[derive(Debug, ClapArgs)]
pub struct Document {
    /// The format to convert to
    #[arg(long)]
    pub to: Target,
    /// One document a line in, one result a line out: {"value", "losses"} or {"error"}
    #[arg(long)]
    pub jsonl: bool,
    /// Which losses to refuse: content losses, the default but for streams; none (allow); all (deny)
    #[arg(long, value_parser = named(Policy::ALL, Policy::as_str))]
    pub loss: Option<Policy>,
    /// The `max_tokens` of a Converse request that has none; `none` refuses it
    #[arg(long, value_name = "N|none", default_value = "4096", value_parser = default_max_tokens)]
    pub default_max_tokens: MaxTokens,
    /// Model ids: keep them, translate them, or put this id in their place
    #[arg(long, value_name = "keep|translate|ID", default_value = "keep")]
    pub model: String,
    /// The geography of translated Bedrock ids: us, eu, apac, …, or a region
    #[arg(long, value_name = "GEO", value_parser = geo)]
    pub geo: Option<Geo>,
    /// A text to add to a message that has a document but no text, which Converse refuses
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    #[allow(clippy::struct_field_names, reason = "the library's name for it")]
    pub document_text: Option<String>,
    /// The `id` of Messages responses
    #[arg(long, value_name = "ID")]
    pub message_id: Option<String>,
    /// The `model` of Messages responses
    #[arg(long, value_name = "ID")]
    pub response_model: Option<String>,
    /// The latency of Converse responses, in milliseconds
    #[arg(long, value_name = "N")]
    pub latency_ms: Option<i64>,
    /// The `request_id` of Messages errors
    #[arg(long, value_name = "ID")]
    pub request_id: Option<String>,
    /// Inline every `$ref` in the tools' schemas and the output's; recursive ones: refuse, write out three times, or keep
    #[arg(long, value_parser = named(Recursion::ALL, Recursion::as_str), value_name = "RECURSION")]
    pub inline_refs: Option<Recursion>,
    /// How many levels of arrays and objects a document may nest
    #[arg(long, value_name = "N", default_value_t = Options::default().max_depth, value_parser = limit())]
    pub max_depth: usize,
    /// The document; standard input if absent or `-`
    pub file: Option<PathBuf>,
}

impl Document {
    fn misuses_geo(&self, invoke: bool) -> bool {
        let makes_bedrock_id = self.model == "translate" && (invoke || matches!(self.to, Target::Converse));
        self.geo.is_some() && !makes_bedrock_id
    }

    pub fn options(&self) -> Options {
        let max_depth = self.max_depth;
        let inline = |recursion| schema::Options { recursion, max_depth, ..schema::Options::default() };
        Options {
            loss: self.loss.unwrap_or_default(),
            default_max_tokens: self.default_max_tokens.0,
            model: match self.model.as_str() {
                "keep" => Model::Keep,
                "translate" => Model::Translate(self.geo.clone()),
                id => Model::Replace(id.to_owned()),
            },
            document_text: self.document_text.clone(),
            message_id: self.message_id.clone(),
            response_model: self.response_model.clone(),
            latency_ms: self.latency_ms,
            request_id: self.request_id.clone(),
            max_depth,
            inline_refs: self.inline_refs.map(inline),
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct Inline {
    /// Schemas that refer to themselves: refuse them, write them out a few times, or keep their definitions
    #[arg(long, value_parser = named(Recursion::ALL, Recursion::as_str), default_value_t)]
    pub recursion: Recursion,
    /// How many times `--recursion unroll` writes a definition out: 3 unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub depth: Option<u8>,
    /// One schema a line in, one result a line out: {"value", "losses"} or {"error"}
    #[arg(long)]
    pub jsonl: bool,
    /// Which losses to refuse: a cut recursion is one, a hint, which only `deny` refuses
    #[arg(long, value_parser = named(Policy::ALL, Policy::as_str), default_value_t)]
    pub loss: Policy,
    /// How many values the result may have
    #[arg(long, value_name = "N", default_value_t = schema::Options::default().max_nodes, value_parser = limit())]
    pub max_nodes: usize,
    /// How many bytes the result may have, as compact JSON
    #[arg(long, value_name = "N", default_value_t = schema::Options::default().max_bytes, value_parser = limit())]
    pub max_bytes: usize,
    /// How many levels of arrays and objects the result may nest
    #[arg(long, value_name = "N", default_value_t = schema::Options::default().max_depth, value_parser = limit())]
    pub max_depth: usize,
    /// The schema; standard input if absent or `-`
    pub file: Option<PathBuf>,
}

impl Inline {
    pub fn options(&self) -> schema::Options {
        let recursion = match (self.recursion, self.depth) {
            (Recursion::Unroll(_), Some(depth)) => Recursion::Unroll(depth),
            (recursion, _) => recursion,
        };
        let Self { max_nodes, max_bytes, max_depth, .. } = *self;
        schema::Options { recursion, max_nodes, max_bytes, max_depth }
    }
}

#[derive(Debug, ClapArgs)]
pub struct ModelId {
    /// The id
    pub id: String,
    /// Whose id to translate to
    #[arg(long)]
    pub to: ModelIdTarget,
    /// The geography of the Bedrock id: us, eu, apac, …, or a region
    #[arg(long, value_name = "GEO", value_parser = geo)]
    pub geo: Option<Geo>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Target {
    Messages,
    Converse,
}

/// What a request may be.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Form {
    Converse,
    Messages,
    /// Messages in the form of Bedrock's `InvokeModel`
    Invoke,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Framing {
    /// One event a line
    Json,
    /// Server-sent events: Messages
    Sse,
    /// Frames of application/vnd.amazon.eventstream: Converse
    Eventstream,
    /// Frames of chunks, as `InvokeModelWithResponseStream` has them: Messages
    Invoke,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ModelIdTarget {
    Bedrock,
    Anthropic,
}

#[derive(Clone, Copy, Debug)]
pub struct MaxTokens(pub Option<i64>);

fn default_max_tokens(text: &str) -> Result<MaxTokens, String> {
    match text {
        "none" => Ok(MaxTokens(None)),
        _ => match text.parse() {
            Ok(number) if number >= 1 => Ok(MaxTokens(Some(number))),
            _ => Err("a number of at least 1, or `none`".to_owned()),
        },
    }
}

/// The library's names.
fn named<T>(all: &[T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T> + use<T>
where
    T: Copy + FromStr<Err = UnknownName> + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().copied().map(name)).try_map(|name| name.parse())
}

/// At least 1: nothing would pass a limit of 0.
fn limit() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

fn geo(text: &str) -> Result<Geo, String> {
    Geo::new(text).map_err(|error| error.to_string())
}
