//! The four shapes of wire type, each a macro that turns a declaration into a type that reads and writes itself.
//!
//! * [`object!`]: a struct of known members, which keeps the unknown ones. A member is `required`, `optional` (absent,
//!   null: `None`), `nullable` (the same, but written as null) or a `list` (absent, null: empty; written when not empty).
//!   `@beside` adds a field that is not on the wire.
//! * [`union!`]: a Converse union, an object with exactly one member, which names the variant.
//! * [`tagged!`]: a Messages union, an object whose member `type` names the variant.
//! * [`open_enum!`]: an enumeration of strings that keeps the ones it does not know.

macro_rules! object {
    // `derive` refuses structs whose fields have macros for types.
    (@derive $name:ident $($field:ident)*) => {
        impl<L: $crate::wire::Leaves> Clone for $name<L> {
            fn clone(&self) -> Self {
                Self { $( $field: self.$field.clone(), )* }
            }
        }

        impl<L: $crate::wire::Leaves> std::fmt::Debug for $name<L> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$( .field(stringify!($field), &self.$field) )*.finish()
            }
        }

        /// Optional members are absent; required ones are empty, to be set.
        impl<L: $crate::wire::Leaves> Default for $name<L> {
            fn default() -> Self {
                Self { $( $field: Default::default(), )* }
            }
        }

        impl<L: $crate::wire::Leaves> PartialEq for $name<L> {
            fn eq(&self, other: &Self) -> bool {
                $( self.$field == other.$field )&&*
            }
        }
    };

    (@tag) => { None };
    (@tag $tag:literal) => { Some($crate::wire::identifier!($tag)) };

    (@type required $type:ty) => { $type };
    (@type list $type:ty) => { Vec<$type> };
    (@type $mode:ident $type:ty) => { Option<$type> };

    (@read required $slot:ident $source:ident) => { $crate::wire::read_required(&mut $slot, $source)? };
    (@read $mode:ident $slot:ident $source:ident) => { $crate::wire::read_optional(&mut $slot, $source)? };

    (@take required $slot:ident $key:literal $mark:ident $source:ident) => {
        $crate::wire::required($slot, $key, &$mark, $source)?
    };
    (@take list $slot:ident $key:literal $mark:ident $source:ident) => { $slot.unwrap_or_default() };
    (@take $mode:ident $slot:ident $key:literal $mark:ident $source:ident) => { $slot };

    (@write required $field:expr, $key:literal, $sink:ident) => {
        $sink.name($crate::wire::identifier!($key));
        $crate::wire::Wire::<L>::write($field, $sink);
    };
    (@write list $field:expr, $key:literal, $sink:ident) => {
        if !$field.is_empty() {
            object!(@write required $field, $key, $sink);
        }
    };
    (@write optional $field:expr, $key:literal, $sink:ident) => {
        $crate::wire::write_optional($field.as_ref(), $crate::wire::identifier!($key), $sink);
    };
    (@write nullable $field:expr, $key:literal, $sink:ident) => {
        match $field {
            Some(value) => { object!(@write required value, $key, $sink); }
            None => {
                $sink.name($crate::wire::identifier!($key));
                $sink.null();
            }
        }
    };

    ($(
        $(#[$meta:meta])*
        pub struct $name:ident $(: $tag:literal)? {
            $( $(#[$doc:meta])* $mode:ident $field:ident: $type:ty = $key:literal, )*
            $( @beside $(#[$beside_doc:meta])* $beside:ident: $beside_type:ty, )*
        }
    )+) => { $(
        $(#[$meta])*
        pub struct $name<L: $crate::wire::Leaves = $crate::wire::Owned> {
            $( $(#[$doc])* pub $field: object!(@type $mode $type), )*
            $( $(#[$beside_doc])* pub $beside: $beside_type, )*
            /// Members this library does not know.
            pub unknown: $crate::wire::Map<L::Json>,
        }

        object! { @derive $name $($field)* $($beside)* unknown }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
            #[allow(unused_mut, unused_variables, non_camel_case_types)]
            fn read<S: $crate::wire::Source<L>>(source: &mut S) -> Result<Self, $crate::Error> {
                #[derive(Clone, Copy)]
                enum Member { $( $field, )* }
                const MEMBERS: &[Member] = &[$( Member::$field, )*];
                const KNOWN: &[$crate::wire::Identifier] = &[$( $crate::wire::identifier!($key), )*];
                const { assert!(KNOWN.len() <= $crate::wire::MAX_KNOWN) };
                $( let mut $field = None; )*
                let mut unknown = $crate::wire::Map::new();
                let mark = source.object(object!(@tag $($tag)?), KNOWN, |source, member| {
                    match member {
                        $crate::wire::Member::Known(place) => match MEMBERS.get(place).copied() {
                            $( Some(Member::$field) => object!(@read $mode $field source), )*
                            // No source gives another place.
                            None => {}
                        },
                        $crate::wire::Member::Unknown(name) => unknown.push(name, source.json()?),
                    }
                    Ok(())
                })?;
                Ok(Self { $( $field: object!(@take $mode $field $key mark source), )* $( $beside: Default::default(), )* unknown })
            }

            fn write<K: $crate::wire::Sink<L>>(&self, sink: &mut K) {
                sink.begin_object();
                $(
                    sink.name($crate::wire::TYPE);
                    sink.identifier($crate::wire::identifier!($tag));
                )?
                $( object!(@write $mode &self.$field, $key, sink); )*
                $crate::wire::write_members(&self.unknown, sink);
                sink.end_object();
            }
        }

        $crate::wire::document!($name);
    )+ };
}

/// An [`Identifier`](crate::wire::Identifier).
macro_rules! identifier {
    ($text:literal) => {
        $crate::wire::Identifier::new($text, concat!("\"", $text, "\":"))
    };
}

/// `serde` for a wire type with owned leaves, so that it can stand inside a caller's own types.
macro_rules! document {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$crate::wire::Owned as $crate::wire::Leaves>::free_form(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = $crate::wire::Json::deserialize(deserializer)?;
                <$crate::wire::Owned as $crate::wire::Leaves>::parse(&json).map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! union {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $key:literal => $variant:ident($type:ty), )+
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name<L: $crate::wire::Leaves = $crate::wire::Owned> {
            $( $(#[$doc])* $variant($type), )+
            /// A member this library does not know: its name and its value.
            Unknown(String, L::Json),
        }

        /// The first variant's default.
        impl<L: $crate::wire::Leaves> Default for $name<L> {
            #[allow(unreachable_code)]
            fn default() -> Self {
                $( return Self::$variant(Default::default()); )+
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
            fn read<S: $crate::wire::Source<L>>(source: &mut S) -> Result<Self, $crate::Error> {
                enum Variant { $( $variant, )+ }
                const VARIANTS: &[Variant] = &[$( Variant::$variant, )+];
                const KNOWN: &[$crate::wire::Identifier] = &[$( $crate::wire::identifier!($key), )+];
                const { assert!(KNOWN.len() <= $crate::wire::MAX_KNOWN) };
                let (mut value, mut second) = (None, None);
                let mark = source.object(None, KNOWN, |source, member| {
                    if source.null()? {
                        return Ok(());
                    }
                    if value.is_some() {
                        // Read on: the same member twice is another error, found at the end.
                        second.get_or_insert(source.mark());
                        return source.json().map(drop);
                    }
                    value = Some(match member {
                        $crate::wire::Member::Known(place) => match VARIANTS.get(place) {
                            $( Some(Variant::$variant) => Self::$variant($crate::wire::Wire::<L>::read(source)?), )+
                            // No source gives another place.
                            None => return Ok(()),
                        },
                        $crate::wire::Member::Unknown(name) => Self::Unknown(name.to_owned(), source.json()?),
                    });
                    Ok(())
                })?;
                if let Some(second) = second {
                    return Err(source.invalid(&second, None, "a union has exactly one member, this is a second one"));
                }
                value.ok_or_else(|| source.invalid(&mark, None, "a union has exactly one member, this has none"))
            }

            fn write<K: $crate::wire::Sink<L>>(&self, sink: &mut K) {
                sink.begin_object();
                match self {
                    $( Self::$variant(value) => {
                        sink.name($crate::wire::identifier!($key));
                        $crate::wire::Wire::<L>::write(value, sink);
                    } )+
                    Self::Unknown(name, value) => {
                        sink.key(name);
                        sink.json(value);
                    }
                }
                sink.end_object();
            }
        }

        $crate::wire::document!($name);
    )+ };
}

macro_rules! tagged {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $($tag:literal)|+ => $variant:ident($type:ty), )+
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name<L: $crate::wire::Leaves = $crate::wire::Owned> {
            $( $(#[$doc])* $variant($type), )+
            /// A `type` this library does not know.
            Unknown($crate::wire::Untyped<L>),
        }

        /// The first variant's default.
        impl<L: $crate::wire::Leaves> Default for $name<L> {
            #[allow(unreachable_code)]
            fn default() -> Self {
                $( return Self::$variant(Default::default()); )+
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
            fn read<S: $crate::wire::Source<L>>(source: &mut S) -> Result<Self, $crate::Error> {
                use $crate::wire::{Tag, Wire};
                let mark = source.mark();
                let tag = source.tag(|tag| match tag {
                    $( $($tag)|+ => Some((|source| Ok(Self::$variant(Wire::<L>::read(source)?))) as fn(&mut S) -> Result<Self, $crate::Error>), )+
                    _ => None,
                })?;
                match tag {
                    Tag::Known(read) => read(source),
                    Tag::Unknown => Wire::<L>::read(source).map(Self::Unknown),
                    Tag::Missing => Err(source.invalid(&mark, Some("type"), "a required member is missing")),
                }
            }

            fn write<K: $crate::wire::Sink<L>>(&self, sink: &mut K) {
                match self {
                    $( Self::$variant(value) => $crate::wire::Wire::<L>::write(value, sink), )+
                    Self::Unknown(value) => $crate::wire::Wire::<L>::write(value, sink),
                }
            }
        }

        $crate::wire::document!($name);
    )+ };
}

macro_rules! open_enum {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $text:literal, )+
        }
    )+) => { $(
        $(#[$meta])*
        ///
        /// Open: a value that is not listed here is kept as `Unknown`. The default is the first one.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( #[doc = concat!("`", $text, "`")] $(#[$doc])* $variant, )+
            /// A value this library does not know.
            Unknown(String),
        }

        impl $name {
            /// The documented values.
            pub const KNOWN: &'static [Self] = &[$( Self::$variant ),+];

            /// The value on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl Default for $name {
            #[allow(unreachable_code)]
            fn default() -> Self {
                $( return Self::$variant; )+
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name {
            fn read<S: $crate::wire::Source<L>>(source: &mut S) -> Result<Self, $crate::Error> {
                source.string(|text| Self::from(text))
            }

            fn write<K: $crate::wire::Sink<L>>(&self, sink: &mut K) {
                match self {
                    $( Self::$variant => sink.identifier($crate::wire::identifier!($text)), )+
                    Self::Unknown(text) => sink.string(text),
                }
            }
        }
    )+ };
}

/// An enumeration of strings whose other values are malformed.
macro_rules! closed_enum {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $text:literal, )+
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( #[doc = concat!("`", $text, "`")] $(#[$doc])* $variant, )+
        }

        impl Default for $name {
            #[allow(unreachable_code)]
            fn default() -> Self {
                $( return Self::$variant; )+
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name {
            fn read<S: $crate::wire::Source<L>>(source: &mut S) -> Result<Self, $crate::Error> {
                let mark = source.mark();
                let known = source.string(|text| match text {
                    $( $text => Some(Self::$variant), )+
                    _ => None,
                })?;
                known.ok_or_else(|| source.invalid(&mark, None, concat!("not one of", $( " ", $text ),+)))
            }

            fn write<K: $crate::wire::Sink<L>>(&self, sink: &mut K) {
                sink.identifier(match self {
                    $( Self::$variant => $crate::wire::identifier!($text), )+
                });
            }
        }
    )+ };
}

pub(crate) use {closed_enum, document, identifier, object, open_enum, tagged, union};
