//! TODO docs

mod cycle;
mod document;
mod expand;
mod index;
mod keyword;
mod names;
mod reach;
mod siblings;
mod uri;
mod write;

use crate::wire::{Json, Wire as _, DEFAULT_MAX_DEPTH, FreeForm as _};
use crate::{Code, Converted, Error, ErrorKind, Loss, Severity};

use cycle::{Components, Edges, Order};
use document::Document;
use expand::{Expansion, Rounds, Weight};
use names::Names;
use reach::{RESULT, Reached};
use siblings::{Merge, Siblings};

/// What happens to a definition that leads back to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recursion {
    /// It is an error, `recursive_ref`, that shows the cycle. The default.
    #[default]
    Error,
    /// It is written out this many times (at least once), one in the other; what would stand deeper accepts anything.
    Unroll(u8),
    /// It stays a definition, and references to it stay.
    Keep,
}

impl Recursion {
    /// [`Recursion::Unroll`] as deep as most callers want: 3.
    pub const UNROLL: Self = Self::Unroll(3);
}

/// What a caller may ask of [`inline`].
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
        Self {
            recursion: Recursion::default(),
            max_nodes: 100_000,
            max_bytes: 4 << 20,
            max_depth: DEFAULT_MAX_DEPTH,
        }
    }
}

/// Inlines.
pub fn inline(schema: &Json, options: &Options) -> Result<Converted<Json>, Error> {
    Ok(inline_text(schema.as_str(), options)?.map(Json::from_compact))
}

/// Inlines.
pub fn inline_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let schema = Json::from_json_within(json, options.max_depth.max(DEFAULT_MAX_DEPTH))?;
    inline_text(schema.as_str(), options)
}

/// The same for a compact JSON text that has been checked.
pub(crate) fn inline_text(schema: &str, options: &Options) -> Result<Converted<String>, Error> {
    let document = Document::new(schema)?;
    let reached = Reached::new(&document)?;
    let in_place = Components::new(&reached, Edges::InPlace);
    in_place.refuse(&reached, Edges::InPlace, "a schema that refers to itself for the same instance")?;
    let components = Components::new(&reached, Edges::All);
    match options.recursion {
        Recursion::Error => {
            components.refuse(&reached, Edges::All, "a recursive definition")?;
            let siblings = Siblings::new(&reached, |_| false);
            expanded(&siblings, &components, &Names::default(), None, options)
        }
        Recursion::Unroll(depth) => {
            let siblings = Siblings::new(&reached, |_| false);
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
            let is_kept = |number| number != RESULT && target(number).is_some_and(|to| components.is_cyclic(to));
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
    let most = options.max_nodes.saturating_add(siblings.reached.len());
    if !expansion.measure(most) {
        return Err(too_large(options.max_nodes, "values"));
    }
    within(expansion.total(), options)?;
    let losses = cuts(&expansion, options)?;
    Ok(Converted { value: write::write(&expansion), losses })
}

fn within(weight: Weight, options: &Options) -> Result<(), Error> {
    let exceeds = |size: u64, limit: usize| usize::try_from(size).map_or(true, |size| size > limit);
    if exceeds(weight.levels.into(), options.max_depth) {
        let message = format!("the result would nest deeper than {} levels", options.max_depth);
        return Err(Error::new(ErrorKind::TooDeep, "", message));
    }
    if exceeds(weight.nodes, options.max_nodes) {
        return Err(too_large(options.max_nodes, "values"));
    }
    if exceeds(weight.bytes, options.max_bytes) {
        return Err(too_large(options.max_bytes, "bytes"));
    }
    Ok(())
}

fn too_large(limit: usize, of: &str) -> Error {
    Error::new(ErrorKind::TooLarge, "", format!("the result would have more than {limit} {of}"))
}

/// The cuts as losses. Their pointers together are no longer than a result may be.
fn cuts(expansion: &Expansion<'_, '_, '_, '_>, options: &Options) -> Result<Vec<Loss>, Error> {
    let document = expansion.siblings.reached.document;
    let length: usize = expansion.cuts.iter().map(|place| document.pointer_length(*place)).sum();
    if length > options.max_bytes {
        return Err(too_large(options.max_bytes, "bytes of pointers to its cuts"));
    }
    let loss = |place: &document::Place| Loss {
        path: document.pointer(*place),
        severity: Severity::Hint,
        code: Code::Cut,
        message: "the recursion is cut here: what stands deeper is not checked".into(),
    };
    Ok(expansion.cuts.iter().map(loss).collect())
}
