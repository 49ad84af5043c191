//! The keywords of JSON Schema: where schemas stand in a schema, and what a keyword beside `$ref` means.

use super::document::{Document, Place};
use crate::wire::Kind;

/// A set of drafts, one bit each. A schema that names no draft, or an unknown one, is read with the keywords of all, and
/// the rules of the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drafts(u8);

impl Drafts {
    /// Draft-07 and before.
    pub(super) const LEGACY: Self = Self(1);
    pub(super) const D2019_09: Self = Self(2);
    pub(super) const D2020_12: Self = Self(4);
    const SINCE_2019_09: Self = Self(6);
    const UNTIL_2019_09: Self = Self(3);
    pub(super) const ALL: Self = Self(7);

    /// The draft that a `$schema` names.
    pub(super) fn named(uri: &str) -> Self {
        let uri = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        match uri.trim_end_matches('#') {
            "json-schema.org/draft/2020-12/schema" => Self::D2020_12,
            "json-schema.org/draft/2019-09/schema" => Self::D2019_09,
            "json-schema.org/draft-07/schema"
            | "json-schema.org/draft-06/schema"
            | "json-schema.org/draft-04/schema"
            | "json-schema.org/draft-03/schema" => Self::LEGACY,
            _ => Self::ALL,
        }
    }

    pub(super) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What stands as a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// No schemas: whatever looks like one is data.
    Data,
    One,
    List,
    Map,
    OneOrList,
    /// By name: a schema or, which is data, a list of names.
    MapOrNames,
}

/// What a keyword is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Says which instances are valid. In place: by a schema that applies to the same instance.
    Constraint { in_place: bool },
    /// Says something about the schema or its instances, and so does every keyword that nobody knows.
    Annotation,
    /// Names, or holds, what references lead to: not needed when there are none.
    Definition,
    /// `$ref`
    Reference,
    /// A reference that depends on the way that led to it.
    Dynamic,
}

macro_rules! keywords {
    ($( $variant:ident = $name:literal $drafts:ident $shape:ident $role:expr, )+) => {
        /// A keyword.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Keyword {
            $( $variant, )+
            Unknown,
        }

        impl Keyword {
            /// The keyword of this name, in whatever draft.
            pub(super) fn named(name: &str) -> Self {
                match name {
                    $( $name => Self::$variant, )+
                    _ => Self::Unknown,
                }
            }

            /// The drafts that know it.
            fn drafts(self) -> Drafts {
                match self {
                    $( Self::$variant => Drafts::$drafts, )+
                    Self::Unknown => Drafts::ALL,
                }
            }

            pub(super) fn shape(self) -> Shape {
                match self {
                    $( Self::$variant => Shape::$shape, )+
                    Self::Unknown => Shape::Data,
                }
            }

            pub(super) fn role(self) -> Role {
                match self {
                    $( Self::$variant => $role, )+
                    Self::Unknown => Role::Annotation,
                }
            }
        }
    };
}

const CONSTRAINT: Role = Role::Constraint { in_place: false };
const IN_PLACE: Role = Role::Constraint { in_place: true };

keywords! {
    Ref = "$ref" ALL Data Role::Reference,
    DynamicRef = "$dynamicRef" D2020_12 Data Role::Dynamic,
    RecursiveRef = "$recursiveRef" D2019_09 Data Role::Dynamic,

    Defs = "$defs" ALL Map Role::Definition,
    Definitions = "definitions" ALL Map Role::Definition,
    Id = "$id" ALL Data Role::Definition,
    Anchor = "$anchor" SINCE_2019_09 Data Role::Definition,
    DynamicAnchor = "$dynamicAnchor" D2020_12 Data Role::Definition,
    RecursiveAnchor = "$recursiveAnchor" D2019_09 Data Role::Definition,

    AllOf = "allOf" ALL List IN_PLACE,
    AnyOf = "anyOf" ALL List IN_PLACE,
    OneOf = "oneOf" ALL List IN_PLACE,
    Not = "not" ALL One IN_PLACE,
    If = "if" ALL One IN_PLACE,
    Then = "then" ALL One IN_PLACE,
    Else = "else" ALL One IN_PLACE,
    DependentSchemas = "dependentSchemas" SINCE_2019_09 Map IN_PLACE,
    Dependencies = "dependencies" ALL MapOrNames IN_PLACE,

    Properties = "properties" ALL Map CONSTRAINT,
    PatternProperties = "patternProperties" ALL Map CONSTRAINT,
    AdditionalProperties = "additionalProperties" ALL One CONSTRAINT,
    UnevaluatedProperties = "unevaluatedProperties" SINCE_2019_09 One CONSTRAINT,
    PropertyNames = "propertyNames" ALL One CONSTRAINT,
    PrefixItems = "prefixItems" D2020_12 List CONSTRAINT,
    Items = "items" ALL OneOrList CONSTRAINT,
    AdditionalItems = "additionalItems" UNTIL_2019_09 One CONSTRAINT,
    UnevaluatedItems = "unevaluatedItems" SINCE_2019_09 One CONSTRAINT,
    Contains = "contains" ALL One CONSTRAINT,
    MinContains = "minContains" SINCE_2019_09 Data CONSTRAINT,
    MaxContains = "maxContains" SINCE_2019_09 Data CONSTRAINT,
    ContentSchema = "contentSchema" SINCE_2019_09 One CONSTRAINT,
    ContentEncoding = "contentEncoding" ALL Data CONSTRAINT,
    ContentMediaType = "contentMediaType" ALL Data CONSTRAINT,

    Type = "type" ALL Data CONSTRAINT,
    Enum = "enum" ALL Data CONSTRAINT,
    Const = "const" ALL Data CONSTRAINT,
    MultipleOf = "multipleOf" ALL Data CONSTRAINT,
    Maximum = "maximum" ALL Data CONSTRAINT,
    ExclusiveMaximum = "exclusiveMaximum" ALL Data CONSTRAINT,
    Minimum = "minimum" ALL Data CONSTRAINT,
    ExclusiveMinimum = "exclusiveMinimum" ALL Data CONSTRAINT,
    MaxLength = "maxLength" ALL Data CONSTRAINT,
    MinLength = "minLength" ALL Data CONSTRAINT,
    Pattern = "pattern" ALL Data CONSTRAINT,
    MaxItems = "maxItems" ALL Data CONSTRAINT,
    MinItems = "minItems" ALL Data CONSTRAINT,
    UniqueItems = "uniqueItems" ALL Data CONSTRAINT,
    MaxProperties = "maxProperties" ALL Data CONSTRAINT,
    MinProperties = "minProperties" ALL Data CONSTRAINT,
    Required = "required" ALL Data CONSTRAINT,
    DependentRequired = "dependentRequired" SINCE_2019_09 Data CONSTRAINT,
    Format = "format" ALL Data CONSTRAINT,

    Schema = "$schema" ALL Data Role::Annotation,
    Title = "title" ALL Data Role::Annotation,
    Description = "description" ALL Data Role::Annotation,
    Discriminator = "discriminator" ALL Data Role::Annotation,
}

impl Keyword {
    /// Whether it says how a schema is called, or in which draft it is written.
    pub(super) fn names_schemas(self) -> bool {
        matches!(self, Self::Schema | Self::Id | Self::Anchor | Self::DynamicAnchor)
    }
}

/// Keywords that mean nothing, or something else, without one another: beside a `$ref`, all of a group stand on one side.
const GROUPS: &[&[Keyword]] = &[
    &[Keyword::Properties, Keyword::PatternProperties, Keyword::AdditionalProperties],
    &[Keyword::PrefixItems, Keyword::Items, Keyword::AdditionalItems],
    &[Keyword::If, Keyword::Then, Keyword::Else],
    &[Keyword::Contains, Keyword::MinContains, Keyword::MaxContains],
    &[Keyword::ContentEncoding, Keyword::ContentMediaType, Keyword::ContentSchema],
    // A cut turns the one into the other.
    &[Keyword::AnyOf, Keyword::OneOf],
];

/// A set of keywords that somebody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Keywords(u64);

impl Keywords {
    pub(super) const NONE: Self = Self(0);

    pub(super) const UNEVALUATED: Self =
        Self(1 << Keyword::UnevaluatedProperties as u64 | 1 << Keyword::UnevaluatedItems as u64);

    pub(super) fn insert(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u64;
    }

    pub(super) fn has(self, keyword: Keyword) -> bool {
        self.0 & 1 << keyword as u64 != 0
    }

    pub(super) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a group of keywords is spread over two sides, of which neither has all that there is of the group.
    pub(super) fn split_a_group(self, other: Self) -> bool {
        GROUPS.iter().any(|group| {
            let mut all = Self::default();
            group.iter().for_each(|keyword| all.insert(*keyword));
            let (own, others) = (self.0 & all.0, other.0 & all.0);
            own != 0 && others != 0 && own != others
        })
    }
}

/// The keyword of a member of a schema, as the draft has it: a keyword of other drafts only is unknown.
pub(super) fn of(document: &Document<'_>, member: Place, drafts: Drafts) -> Keyword {
    let keyword = document.keyword(member);
    if keyword.drafts().meet(drafts) { keyword } else { Keyword::Unknown }
}

/// Whether a value can be a schema.
pub(super) fn is_schema(kind: Kind) -> bool {
    matches!(kind, Kind::Object | Kind::Boolean)
}

/// Visits the schemas of a keyword's value, up to the first place, if there is one, where none is but should be.
pub(super) fn schemas(
    document: &Document<'_>,
    member: Place,
    shape: Shape,
    mut visit: impl FnMut(Place),
) -> Result<(), Place> {
    let is_list = match (shape, document.kind(member)) {
        (Shape::Data, _) => return Ok(()),
        (Shape::List | Shape::OneOrList, Kind::Array) | (Shape::Map | Shape::MapOrNames, Kind::Object) => true,
        (Shape::One | Shape::OneOrList, kind) if is_schema(kind) => false,
        _ => return Err(member),
    };
    if !is_list {
        visit(member);
        return Ok(());
    }
    for child in document.children(member) {
        match document.kind(child) {
            Kind::Object | Kind::Boolean => visit(child),
            Kind::Array if shape == Shape::MapOrNames => {}
            _ => return Err(child),
        }
    }
    Ok(())
}
