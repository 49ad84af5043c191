//! The arguments.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use converse_messages::model_id::Geo;
use converse_messages::{Model, Options, Policy, schema};

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
    /// Convert a request
    Request {
        #[command(flatten)]
        document: Document,
        /// On the Messages side: the form of Bedrock's `InvokeModel`, {`model_id`, stream, headers, body}
        #[arg(long)]
        invoke: bool,
    },
    /// Convert a request to count a conversation's tokens
    CountTokens {
        #[command(flatten)]
        document: Document,
    },
    /// Inline every `$ref` of a JSON Schema
    Inline(Inline),
    /// Translate a model id; exit code 1 if it has no translation
    ModelId(ModelId),
}

impl Args {
    /// What clap cannot say: a geography is part of a Bedrock id that is made here, and only what is unrolled has a depth.
    pub fn check(&self) -> Result<(), &'static str> {
        let misused = match &self.command {
            Command::Inline(Inline { recursion, depth, .. }) => {
                let is_idle = depth.is_some() && !matches!(recursion, Recursion::Unroll);
                return if is_idle { Err("--depth is for `--recursion unroll`") } else { Ok(()) };
            }
            Command::Request { document, invoke } => document.geo.is_some() && !document.makes_bedrock_id(*invoke),
            Command::CountTokens { document } => document.geo.is_some() && !document.makes_bedrock_id(false),
            Command::ModelId(ModelId { to, geo, .. }) => geo.is_some() && matches!(to, ModelIdTarget::Anthropic),
        };
        if misused { Err("--geo is for ids that are translated to Bedrock's") } else { Ok(()) }
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
    /// Which losses to refuse: content losses; none (allow); all (deny)
    #[arg(long, value_enum, default_value_t = Loss::Content)]
    pub loss: Loss,
    /// The `max_tokens` of a Converse request that has none; `none` refuses it
    #[arg(long, value_name = "N|none", default_value = "4096", value_parser = default_max_tokens)]
    pub default_max_tokens: MaxTokens,
    /// Model ids: keep them, translate them, or put this id in their place
    #[arg(long, value_name = "keep|translate|ID", default_value = "keep")]
    pub model: String,
    /// The geography of translated Bedrock ids: us, eu, apac, …, or a region
    #[arg(long, value_name = "GEO", value_parser = geo)]
    pub geo: Option<Geo>,
    /// Inline every `$ref` in the tools' schemas and the output's; recursive ones: refuse, write out three times, or keep
    #[arg(long, value_enum, value_name = "RECURSION")]
    pub inline_refs: Option<Recursion>,
    /// The document; standard input if absent or `-`
    pub file: Option<PathBuf>,
}

impl Document {
    fn makes_bedrock_id(&self, invoke: bool) -> bool {
        self.model == "translate" && (invoke || matches!(self.to, Target::Converse))
    }

    pub fn options(&self) -> Options {
        Options {
            loss: self.loss.policy(),
            default_max_tokens: self.default_max_tokens.0,
            model: match self.model.as_str() {
                "keep" => Model::Keep,
                "translate" => Model::Translate(self.geo.clone()),
                id => Model::Replace(id.to_owned()),
            },
            inline_refs: self.inline_refs.map(|recursion| recursion.options(None)),
            ..Options::default()
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct Inline {
    /// Schemas that refer to themselves: refuse them, write them out a few times, or keep their definitions
    #[arg(long, value_enum, default_value_t = Recursion::Error)]
    pub recursion: Recursion,
    /// How many times `--recursion unroll` writes a definition out: 3 unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub depth: Option<u8>,
    /// One schema a line in, one result a line out: {"value", "losses"} or {"error"}
    #[arg(long)]
    pub jsonl: bool,
    /// Which losses to refuse: a cut recursion is one, a hint, which only `deny` refuses
    #[arg(long, value_enum, default_value_t = Loss::Content)]
    pub loss: Loss,
    /// The schema; standard input if absent or `-`
    pub file: Option<PathBuf>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ModelIdTarget {
    Bedrock,
    Anthropic,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Loss {
    Content,
    Allow,
    Deny,
}

impl Loss {
    pub fn policy(self) -> Policy {
        match self {
            Self::Content => Policy::Content,
            Self::Allow => Policy::Allow,
            Self::Deny => Policy::Deny,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Recursion {
    Error,
    Unroll,
    Keep,
}

impl Recursion {
    pub fn options(self, depth: Option<u8>) -> schema::Options {
        let recursion = match self {
            Self::Error => schema::Recursion::Error,
            Self::Unroll => depth.map_or(schema::Recursion::UNROLL, schema::Recursion::Unroll),
            Self::Keep => schema::Recursion::Keep,
        };
        schema::Options { recursion, ..schema::Options::default() }
    }
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

fn geo(text: &str) -> Result<Geo, String> {
    Geo::new(text).map_err(|error| error.to_string())
}
