//! Inlines the references of a JSON Schema: an equivalent schema without `$ref`, or an error.
//!
//! Tool APIs refuse or mishandle `$ref`, `$defs` and cycles; every provider takes a schema that is one finite tree.
//! Schema generators write references all the time. What Pydantic's `model_json_schema()` gives for a model with a nested
//! model, for instance:
//!
//! ```
//! use converse_messages::schema;
//!
//! let chat_tool_input = br##"{
//!     "$defs": {
//!         "Role": {"enum": ["user", "assistant"], "title": "Role", "type": "string"},
//!         "Turn": {
//!             "properties": {"role": {"$ref": "#/$defs/Role", "description": "Who speaks."}, "text": {"type": "string"}},
//!             "required": ["role", "text"], "title": "Turn", "type": "object"
//!         }
//!     },
//!     "properties": {"turns": {"items": {"$ref": "#/$defs/Turn"}, "type": "array"}},
//!     "required": ["turns"], "title": "ChatToolInput", "type": "object"
//! }"##;
//! let inlined = schema::inline_json(chat_tool_input, &schema::Options::default())?;
//! let turn = concat!(
//!     r#"{"properties":{"role":{"enum":["user","assistant"],"title":"Role","type":"string","description":"Who speaks."},"#,
//!     r#""text":{"type":"string"}},"required":["role","text"],"title":"Turn","type":"object"}"#,
//! );
//! let rest = r#""required":["turns"],"title":"ChatToolInput","type":"object"}"#;
//! assert_eq!(inlined.value, format!(r#"{{"properties":{{"turns":{{"items":{turn},"type":"array"}}}},{rest}"#));
//! # Ok::<(), converse_messages::Error>(())
//! ```
//!
//! What stood under `$defs` now stands wherever it was referred to. Annotations beside a `$ref`, like the description
//! above, come before those of the definition.
//!
//! # Recursion
//!
//! A definition is *recursive* when following references out of it leads back to it. A comment has replies, which are
//! comments: a class that has a field of its own type gives such a schema.
//!
//! ```text
//! class Comment(BaseModel):          {"$defs": {"Comment": {
//!     text: str                          "properties": {
//!     replies: list["Comment"]               "text": {"type": "string"},
//!                                            "replies": {"type": "array", "items": {"$ref": "#/$defs/Comment"}}},
//!                                        "required": ["text", "replies"], "title": "Comment", "type": "object"}},
//! class ChatToolInput(BaseModel):     "properties": {"comment": {"$ref": "#/$defs/Comment"}},
//!     comment: Comment                "required": ["comment"], "title": "ChatToolInput", "type": "object"}
//! ```
//!
//! Every comment is finite, but the schema written out never ends: in the place of the `$ref` stands a `Comment`, in which
//! stands a `$ref`, in whose place… No schema without references says the same. [`Recursion`] is the choice between:
//!
//! * `Error`, the default: nothing is changed silently. The error shows the cycle.
//! * `Unroll(3)`: three comments are written out, one in the other, and the innermost one's replies are cut: a *stub* keeps
//!   their title, description and type, and accepts anything of that type. Most tools are never called with more. What was
//!   accepted before still is: a cut only widens, and what could turn the wider part into a narrower whole (a `not` around
//!   it, for instance) is left out, and `oneOf` becomes `anyOf`. Each cut is reported as a loss, a hint with the code `cut`.
//! * `Keep`: all other definitions are inlined, and what is recursive stays in `$defs`, for those who take references.
//!
//! ```
//! use converse_messages::{Code, ErrorKind, schema};
//!
//! let recursive = br##"{
//!     "$defs": {"Comment": {
//!         "properties": {
//!             "text": {"type": "string"},
//!             "replies": {"type": "array", "items": {"$ref": "#/$defs/Comment"}}},
//!         "required": ["text", "replies"], "title": "Comment", "type": "object"}},
//!     "properties": {"comment": {"$ref": "#/$defs/Comment"}},
//!     "required": ["comment"], "title": "ChatToolInput", "type": "object"
//! }"##;
//! let error = schema::inline_json(recursive, &schema::Options::default()).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::RecursiveRef);
//! assert_eq!(error.path(), "/$defs/Comment/properties/replies/items/$ref");
//! let cycle = "#/$defs/Comment -> properties.replies.items -> #/$defs/Comment";
//! assert!(error.message().ends_with(cycle));
//!
//! let options = schema::Options { recursion: schema::Recursion::Unroll(1), ..schema::Options::default() };
//! let once = schema::inline_json(recursive, &options)?;
//! assert!(once.value.contains(r#""replies":{"type":"array","items":{"title":"Comment","type":"object"}}"#));
//! assert_eq!(once.losses[0].code, Code::Cut);
//! assert_eq!(once.losses[0].path, "/$defs/Comment/properties/replies/items/$ref");
//!
//! let options = schema::Options { recursion: schema::Recursion::Keep, ..schema::Options::default() };
//! assert!(schema::inline_json(recursive, &options)?.value.contains(r##""items":{"$ref":"#/$defs/Comment"}"##));
//! # Ok::<(), converse_messages::Error>(())
//! ```
//!
//! A schema that refers to itself without a step into the instance, like `{"$ref": "#"}`, says nothing at all, and is an
//! error however recursion is treated.
//!
//! # What is equivalent
//!
//! The result accepts exactly the instances that the source accepts, by the rules of the draft that `$schema` declares:
//! 2020-12 (also when none is declared), 2019-09, or draft-07, where constraints beside a `$ref` are ignored. The members
//! of a definition are merged into the schema that refers to it where that means the same; where it does not (the
//! definition has `properties`, and `additionalProperties: false` stands beside the `$ref`) the definition stands in an
//! `allOf`. `enum`, `const`, `default`, `examples` and keywords that nobody knows are data and stay as they are, whatever
//! they look like. `discriminator.mapping`, whose references would lead nowhere, is left out; its `propertyName` stays.
//! Definitions that nothing refers to are left out unread. Key order and the digits of numbers survive.
//!
//! References are resolved within the document: JSON pointers, `$anchor`, `$id`. Nothing is ever fetched.
//!
//! # How it works
//!
//! 1. `document`: while the text is checked, a flat list of its values is made; there is no tree, so nothing recurses.
//! 2. `index`: one walk lists every `$id` and anchor; `keyword` says where schemas stand.
//! 3. `reach`: from the document on, keywords and references are followed; each schema that validation can reach gets a
//!    number, once. Dangling references are found here, and those that nothing reaches are not.
//! 4. `cycle`: the strongly connected components are the recursive definitions; `order` says which references lead back.
//! 5. `siblings`: for each `$ref`, whether its target can be merged flat.
//! 6. `expand`: each schema is measured once, from those of its parts: how many values, bytes and levels it will have
//!    written out (`weight`), and whether it holds a cut (`bend`). The limits are checked here, by arithmetic. Twenty definitions that each
//!    refer twice to the next one are a million values in the result, and twenty sums.
//! 7. `write`: only then is the text written, its places on a list and not on the stack.
//!
//! Each step is linear in the source, the last one in the result.

mod bend;
mod cycle;
mod document;
mod expand;
mod index;
mod keyword;
mod names;
mod order;
mod reach;
mod siblings;
mod uri;
mod weight;
mod write;

use crate::named::names;
use crate::wire::{DEFAULT_MAX_DEPTH, FromCompact as _, Json, utf8};
use crate::{Code, Converted, Error, ErrorKind, Loss, Severity};

use cycle::{Components, Edges};
use document::Document;
use expand::{Expansion, Rounds};
use names::Names;
use order::Order;
use reach::Reached;
use siblings::{Merge, Siblings};
use weight::Weight;

/// What happens to a definition that leads back to itself: see [the module](self#recursion).
///
/// ```
/// use converse_messages::schema::Recursion;
///
/// assert_eq!(Recursion::default(), Recursion::Error);
/// assert_eq!(Recursion::UNROLL, Recursion::Unroll(3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recursion {
    /// It is an error, `recursive_ref`, that shows the cycle. The default.
    #[default]
    Error,
    /// It is written out this many times (at least once), one in the other; what would stand deeper is cut. If the result
    /// would be larger than the limits, it is written out twice, then once. The name `unroll` stands for
    /// [`UNROLL`](Self::UNROLL).
    Unroll(u8),
    /// It stays a definition, and references to it stay.
    Keep,
}

impl Recursion {
    /// [`Recursion::Unroll`] as deep as most callers want: 3.
    pub const UNROLL: Self = Self::Unroll(3);
}

// The name does not tell how often a recursion is written out: read, it stands for `UNROLL`.
names!(Recursion {
    Self::Error => "error" => Self::Error,
    Self::Unroll(_) => "unroll" => Self::UNROLL,
    Self::Keep => "keep" => Self::Keep,
});

/// What a caller may ask of [`inline`].
///
/// ```
/// use converse_messages::{ErrorKind, schema};
///
/// // Each of 30 definitions refers twice to the next one: 2^30 copies of the last.
/// let bomb: Vec<String> = (0..30)
///     .map(|n| format!(r##""d{n}": {{"prefixItems": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##, n + 1))
///     .collect();
/// let bomb = format!(r##"{{"$ref": "#/$defs/d0", "$defs": {{{}, "d30": {{"type": "null"}}}}}}"##, bomb.join(","));
/// let error = schema::inline_json(bomb.as_bytes(), &schema::Options::default()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::TooLarge);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What happens to recursive definitions. Default: they are an error.
    pub recursion: Recursion,
    /// How many values the result may have. Default: 100,000.
    pub max_nodes: usize,
    /// How many bytes the result may have, as compact JSON. Default: 4 MiB.
    pub max_bytes: usize,
    /// How many levels of arrays and objects the result may nest. Default: 128.
    pub max_depth: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { recursion: Recursion::default(), max_nodes: 100_000, max_bytes: 4 << 20, max_depth: DEFAULT_MAX_DEPTH }
    }
}

/// Inlines every `$ref` of a schema. A recursion that was cut is a loss, whose path leads to the `$ref`.
///
/// # Errors
/// References that lead nowhere (`unresolved_ref`), out of the document (`remote_ref`) or back (`recursive_ref`), what is no
/// schema (`invalid_schema`), `$dynamicRef` and the like (`unsupported`), and a result beyond the limits (`too_large`,
/// `too_deep`). The path leads to the `$ref` at fault.
///
/// ```
/// use converse_messages::{schema, wire::Json};
///
/// let source = Json::parse(r##"{"$ref": "#/$defs/Id", "title": "User", "$defs": {"Id": {"type": "integer", "title": "Id"}}}"##)?;
/// let inlined = schema::inline(&source, &schema::Options::default())?;
/// assert_eq!(inlined.value.as_str(), r#"{"type":"integer","title":"User"}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn inline(schema: &Json, options: &Options) -> Result<Converted<Json>, Error> {
    Ok(inline_text(schema.as_str(), options)?.map(Json::from_compact))
}

/// The same, JSON to JSON.
///
/// # Errors
/// Malformed JSON, and what [`inline`] refuses.
///
/// ```
/// use converse_messages::{ErrorKind, schema};
///
/// let error = schema::inline_json(br##"{"items": {"$ref": "#/$defs/Gone"}}"##, &schema::Options::default()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UnresolvedRef);
/// assert_eq!(error.to_string(), "/items/$ref: `#/$defs/Gone` leads nowhere");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn inline_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let document = Document::read(utf8(json)?, options.max_depth.max(DEFAULT_MAX_DEPTH))?;
    inline_document(&document, options)
}

/// The same for a JSON text that has been checked, however deep it nests.
pub(crate) fn inline_text(schema: &str, options: &Options) -> Result<Converted<String>, Error> {
    inline_document(&Document::read(schema, usize::MAX)?, options)
}

fn inline_document(document: &Document<'_>, options: &Options) -> Result<Converted<String>, Error> {
    let reached = Reached::new(document, options.recursion == Recursion::Keep)?;
    let components = Components::new(&reached, Edges::All);
    if components.has_cycles() {
        let why = "a schema that refers to itself for the same instance";
        Components::new(&reached, Edges::InPlace).refuse(&reached, Edges::InPlace, why)?;
    }
    match options.recursion {
        Recursion::Error => {
            components.refuse(&reached, Edges::All, "a recursive definition")?;
            let siblings = Siblings::new(&reached, |_| false);
            expanded(&siblings, &components, &Names::default(), None, options)
        }
        Recursion::Unroll(depth) => {
            let siblings = Siblings::new(&reached, |_| false);
            if !components.has_cycles() {
                return expanded(&siblings, &components, &Names::default(), None, options);
            }
            let mut rounds = Rounds { order: Order::new(&reached), most: u32::from(depth.max(1)) };
            loop {
                match expanded(&siblings, &components, &Names::default(), Some(&rounds), options) {
                    Err(_) if rounds.most > 1 => rounds.most = (rounds.most - 1).min(2),
                    answer => return answer,
                }
            }
        }
        Recursion::Keep => {
            let target = |number| reached.schema(number).reference.map(|reference| reference.target);
            let is_kept = |number| target(number).is_some_and(|to| components.is_cyclic(to));
            let siblings = Siblings::new(&reached, is_kept);
            let kept = (0..).take(reached.len()).filter(|number| siblings.merge(*number) == Merge::Kept);
            let names = Names::new(&reached, kept.filter_map(target));
            expanded(&siblings, &components, &names, None, options)
        }
    }
}

fn expanded(
    siblings: &Siblings<'_, '_, '_>,
    components: &Components,
    names: &Names,
    rounds: Option<&Rounds>,
    options: &Options,
) -> Result<Converted<String>, Error> {
    let mut expansion = Expansion::new(siblings, components, names, rounds);
    expansion.measure(options)?;
    within(expansion.total(), options)?;
    let losses = cuts(&expansion, options)?;
    Ok(Converted { value: write::write(&expansion), losses })
}

fn within(weight: Weight, options: &Options) -> Result<(), Error> {
    let exceeds = |size: u32, limit: usize| size == u32::MAX || usize::try_from(size).is_ok_and(|size| size > limit);
    if exceeds(weight.levels, options.max_depth) {
        return Err(too_deep(options));
    }
    if exceeds(weight.nodes, options.max_nodes) {
        return Err(too_large(options.max_nodes, "values"));
    }
    if exceeds(weight.bytes, options.max_bytes) {
        return Err(too_large(options.max_bytes, "bytes"));
    }
    Ok(())
}

fn too_deep(limits: &Options) -> Error {
    Error::new(ErrorKind::TooDeep, "", format!("the result would nest deeper than {} levels", limits.max_depth))
}

fn too_large(limit: usize, of: &str) -> Error {
    Error::new(ErrorKind::TooLarge, "", format!("the result would have more than {limit} {of}"))
}

/// The cuts as losses. Their pointers together are no longer than a result may be.
fn cuts(expansion: &Expansion<'_, '_, '_, '_>, options: &Options) -> Result<Vec<Loss>, Error> {
    let document = expansion.siblings.reached.document;
    let length: usize = expansion.cuts().map(|place| document.pointer_length(place)).sum();
    if length > options.max_bytes {
        return Err(too_large(options.max_bytes, "bytes of pointers to its cuts"));
    }
    let loss = |place| Loss {
        path: document.pointer(place),
        severity: Severity::Hint,
        code: Code::Cut,
        message: "the recursion is cut here: what stands deeper is not checked".into(),
    };
    Ok(expansion.cuts().map(loss).collect())
}
