//! Enums whose values have names: on the command line, in the other languages, in reports.

/// A text that is none of the names of an enum.
///
/// ```
/// use converse_messages::Policy;
///
/// assert_eq!("deny".parse(), Ok(Policy::Deny));
/// assert_eq!("none".parse::<Policy>().unwrap_err().to_string(), "none of content, allow, deny");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("none of {}", .0.join(", "))]
pub struct UnknownName(pub(crate) &'static [&'static str]);

/// Declares an enum of values with names.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* #[doc = concat!("\n\nIts name: `", $text, "`.")] $variant, )+
        }

        $crate::named::names!($name { $( Self::$variant => $text => Self::$variant, )+ });
    };
}

/// Gives an enum names: of which variants, and for which value they stand.
macro_rules! names {
    ($name:ty { $( $variant:pat => $text:literal => $value:expr, )+ }) => {
        impl $name {
            /// All of them, in the order of their names in messages.
            pub const ALL: &'static [Self] = &[$( $value ),+];

            /// The name on the command line and in the other languages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( $variant => $text, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(name: &str) -> Result<Self, $crate::UnknownName> {
                let found = Self::ALL.iter().find(|value| value.as_str() == name);
                found.copied().ok_or($crate::UnknownName(&[$( $text ),+]))
            }
        }
    };
}

pub(crate) use {named, names};

#[cfg(test)]
mod tests {
    use crate::model_id::Family;
    use crate::schema::Recursion;
    use crate::stream::{Framing, Side};
    use crate::{Code, ErrorKind, Policy, Severity};

    #[test]
    fn every_name_is_read_as_what_it_names() {
        macro_rules! check {
            ($($name:ty),+) => { $( for value in <$name>::ALL {
                assert_eq!(value.to_string().parse(), Ok(*value));
            } )+ };
        }
        check!(Code, ErrorKind, Family, Framing, Policy, Recursion, Severity, Side);
        assert_eq!(Recursion::Unroll(7).as_str(), "unroll");
        assert!("Content".parse::<Policy>().is_err());
    }
}
