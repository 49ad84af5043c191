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

    (@type optional $type:ty) => { Option<$type> };
    (@type nullable $type:ty) => { Option<$type> };
    (@type list $type:ty) => { Vec<$type> };
    (@type required $type:ty) => { $type };

    (@bit required $place:expr) => { 1 << $place };
    (@bit $mode:ident $place:expr) => { 0 };

    (@read list $field:expr, $reader:ident) => { $crate::wire::read_list($field, $reader) };
    (@read $mode:ident $field:expr, $reader:ident) => { $crate::wire::Wire::<L>::read($field, $reader) };

    (@write list $field:expr, $key:literal, $writer:ident) => {
        if !$field.is_empty() {
            object!(@write required $field, $key, $writer);
        }
    };
    (@write optional $field:expr, $key:literal, $writer:ident) => {
        $crate::wire::write_optional::<L, _>($field.as_ref(), $crate::wire::identifier!($key), $writer);
    };
    (@write $mode:ident $field:expr, $key:literal, $writer:ident) => {
        $writer.name($crate::wire::identifier!($key));
        $crate::wire::Wire::<L>::write($field, $writer);
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

        const _: () = {
            #[allow(dead_code, non_camel_case_types)]
            enum Member { $( $field, )* }

            impl<L: $crate::wire::Leaves> $crate::wire::Members<L> for $name<L> {
                #[allow(unused_variables)]
                fn known(&mut self, place: usize, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                    match place {
                        $( place if place == Member::$field as usize => object!(@read $mode &mut self.$field, reader), )*
                        // The reader gives no other place.
                        _ => Ok(()),
                    }
                }

                fn other(&mut self, name: &str, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                    self.unknown.read_member(name, reader)
                }
            }

            impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
                fn read(&mut self, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                    const SHAPE: $crate::wire::Shape = $crate::wire::Shape::new(
                        object!(@tag $($tag)?),
                        &[$( $crate::wire::identifier!($key), )*],
                        0 $( | object!(@bit $mode Member::$field as u64) )*,
                    );
                    reader.object(&SHAPE, self)
                }

                fn write(&self, writer: &mut $crate::wire::Writer) {
                    writer.begin_object();
                    $(
                        writer.name($crate::wire::TYPE);
                        writer.identifier($crate::wire::identifier!($tag));
                    )?
                    $( object!(@write $mode &self.$field, $key, writer); )*
                    self.unknown.write_members(writer);
                    writer.end_object();
                }
            }
        };

        $crate::wire::document!($name);
    )+ };
}

/// An [`Identifier`](crate::wire::Identifier).
macro_rules! identifier {
    ($text:literal) => {
        $crate::wire::Identifier::new(concat!("\"", $text, "\":"))
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
        #[non_exhaustive]
        pub enum $name<L: $crate::wire::Leaves = $crate::wire::Owned> {
            $( $(#[$doc])* $variant($type), )+
            /// A member this library does not know: its name and its value.
            Unknown(String, L::Json),
        }

        /// Nothing yet: a member without a name.
        impl<L: $crate::wire::Leaves> Default for $name<L> {
            fn default() -> Self {
                Self::Unknown(String::new(), Default::default())
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Members<L> for $name<L> {
            fn known(&mut self, place: usize, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                enum Variant { $( $variant, )+ }
                match place {
                    $( place if place == Variant::$variant as usize => $crate::wire::variant!($variant, self, reader), )+
                    // The reader gives no other place.
                    _ => Ok(()),
                }
            }

            fn other(&mut self, name: &str, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                *self = Self::Unknown(name.to_owned(), reader.json()?);
                Ok(())
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
            fn read(&mut self, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                const SHAPE: $crate::wire::Shape = $crate::wire::Shape::new(None, &[$( $crate::wire::identifier!($key), )+], 0);
                reader.union(&SHAPE, self)
            }

            fn write(&self, writer: &mut $crate::wire::Writer) {
                writer.begin_object();
                match self {
                    $( Self::$variant(value) => {
                        writer.name($crate::wire::identifier!($key));
                        $crate::wire::Wire::<L>::write(value, writer);
                    } )+
                    Self::Unknown(name, value) => {
                        writer.key(name);
                        $crate::wire::Wire::<L>::write(value, writer);
                    }
                }
                writer.end_object();
            }
        }

        $crate::wire::document!($name);
    )+ };
}

/// Makes a union this variant, and reads what it holds.
macro_rules! variant {
    ($variant:ident, $union:ident, $reader:ident) => {{
        *$union = Self::$variant(Default::default());
        match $union {
            Self::$variant(value) => $crate::wire::Wire::<L>::read(value, $reader),
            _ => Ok(()),
        }
    }};
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
        #[non_exhaustive]
        pub enum $name<L: $crate::wire::Leaves = $crate::wire::Owned> {
            $( $(#[$doc])* $variant($type), )+
            /// A `type` this library does not know.
            Unknown($crate::wire::Untyped<L>),
        }

        /// Nothing yet: a `type` without a name.
        impl<L: $crate::wire::Leaves> Default for $name<L> {
            fn default() -> Self {
                Self::Unknown(Default::default())
            }
        }

        impl<L: $crate::wire::Leaves> $crate::wire::Wire<L> for $name<L> {
            fn read(&mut self, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                #[allow(clippy::enum_variant_names)]
                enum Variant { $( $variant, )+ }
                match reader.tag_among(&[$( &[$($tag),+] ),+])? {
                    $( Some(place) if place == Variant::$variant as usize => $crate::wire::variant!($variant, self, reader), )+
                    _ => $crate::wire::variant!(Unknown, self, reader),
                }
            }

            fn write(&self, writer: &mut $crate::wire::Writer) {
                match self {
                    $( Self::$variant(value) => $crate::wire::Wire::<L>::write(value, writer), )+
                    Self::Unknown(value) => $crate::wire::Wire::<L>::write(value, writer),
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
        /// Open: a value that is not listed here is kept as `Unknown`, and may be [known to a later
        /// release](crate::wire#what-is-not-known-yet). The default is the first one.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
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
                enum Variant { $( $variant, )+ }
                match $crate::wire::place_of(text, &[$( &[$text] ),+]) {
                    $( Some(place) if place == Variant::$variant as usize => Self::$variant, )+
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
            fn read(&mut self, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                *self = Self::from(&*reader.string()?);
                Ok(())
            }

            fn write(&self, writer: &mut $crate::wire::Writer) {
                match self {
                    $( Self::$variant => writer.identifier($crate::wire::identifier!($text)), )+
                    Self::Unknown(text) => writer.string(text),
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
        #[non_exhaustive]
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
            fn read(&mut self, reader: &mut $crate::wire::Reader<'_, L>) -> Result<(), $crate::Error> {
                enum Variant { $( $variant, )+ }
                let mark = reader.mark();
                *self = match $crate::wire::place_of(&reader.string()?, &[$( &[$text] ),+]) {
                    $( Some(place) if place == Variant::$variant as usize => Self::$variant, )+
                    _ => return Err(reader.invalid(&mark, None, concat!("not one of", $( " ", $text ),+))),
                };
                Ok(())
            }

            fn write(&self, writer: &mut $crate::wire::Writer) {
                writer.identifier(match self {
                    $( Self::$variant => $crate::wire::identifier!($text), )+
                });
            }
        }
    )+ };
}

pub(crate) use {closed_enum, document, identifier, object, open_enum, tagged, union, variant};
