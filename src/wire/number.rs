//! Numbers at a leaf.

use std::borrow::Cow;
use std::fmt::{Debug, Write as _};

use super::leaves::sealed::Sealed;
use super::leaves::{Owned, Raw};
use super::{Reader, Wire, Writer};
use crate::Error;

/// A number at a leaf.
///
/// Sealed: `f64` and [`RawNumber`] are all there are.
pub trait Number: Sealed + Clone + Debug + Default + PartialEq {
    /// Whether 64 bits of floating point hold it, if not exactly. What is read always is.
    fn is_finite(&self) -> bool;

    /// Whether it is from 0 to 1.
    fn is_from_0_to_1(&self) -> bool;

    /// Appends the number as a JSON token; `null` for what JSON has no number for.
    fn write_token(&self, out: &mut String);
}

impl Sealed for f64 {}

impl Number for f64 {
    fn is_finite(&self) -> bool {
        Self::is_finite(*self)
    }

    fn is_from_0_to_1(&self) -> bool {
        (0.0..=1.0).contains(self)
    }

    /// The shortest digits that read back as the same number.
    fn write_token(&self, out: &mut String) {
        if self.is_finite() {
            // Writing to a string does not fail.
            let _ = write!(out, "{self:?}");
        } else {
            out.push_str("null");
        }
    }
}

impl Wire<Owned> for f64 {
    fn read(&mut self, reader: &mut Reader<'_, Owned>) -> Result<(), Error> {
        *self = reader.number()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.number(self);
    }
}

/// A JSON number as its token: its digits survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawNumber<'a>(Cow<'a, str>);

impl<'a> RawNumber<'a> {
    pub(super) fn from_token(token: impl Into<Cow<'a, str>>) -> Self {
        Self(token.into())
    }
}

impl Default for RawNumber<'_> {
    fn default() -> Self {
        Self::from_token("0")
    }
}

impl Sealed for RawNumber<'_> {}

impl Number for RawNumber<'_> {
    fn is_finite(&self) -> bool {
        let Decimal { digits, exponent } = Decimal::of(&self.0);
        let (largest, most) = LARGEST;
        digits.is_empty()
            || exponent < most
            || exponent == most && digits.get(..largest.len()).unwrap_or(&digits) <= largest
    }

    fn is_from_0_to_1(&self) -> bool {
        let Decimal { digits, exponent } = Decimal::of(&self.0);
        digits.is_empty() || !self.0.starts_with('-') && (exponent < 1 || exponent == 1 && digits == "1")
    }

    fn write_token(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl<'a> Wire<Raw<'a>> for RawNumber<'a> {
    fn read(&mut self, reader: &mut Reader<'_, Raw<'a>>) -> Result<(), Error> {
        *self = reader.number()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.number(self);
    }
}

/// A number without its sign: the digits behind `0.`, the first of them not 0, times ten to the exponent. Zero has no digits.
///
/// So little is asked of numbers that they need not be made binary, which is a tenth of the npm package.
struct Decimal {
    digits: String,
    exponent: i64,
}

/// [`f64::MAX`], to the digits that tell it from its neighbour.
const LARGEST: (&str, i64) = ("17976931348623157", 309);

impl Decimal {
    fn of(token: &str) -> Self {
        let unsigned = token.trim_start_matches('-');
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        let all = [whole, fraction].concat();
        let digits = all.trim_start_matches('0');
        let zeros = all.len() - digits.len();
        Self {
            exponent: exponent
                .parse()
                .unwrap_or(beyond)
                .saturating_add_unsigned(whole.len() as u64)
                .saturating_sub_unsigned(zeros as u64),
            digits: digits.trim_end_matches('0').to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_answers_like_the_number_it_stands_for() {
        let mantissas = [
            "0",
            "1",
            "2",
            "9",
            "10",
            "0.1",
            "0.001",
            "1.0",
            "1.5",
            "1.000",
            "1.7976931348623157",
            "1.7976931348623159",
            "0.00",
        ];
        let exponents = [
            "",
            "e0",
            "E+1",
            "e-1",
            "e2",
            "e-3",
            "e307",
            "E308",
            "e309",
            "e310",
            "e311",
            "e-400",
            "e99999999999999999999",
            "e-99999999999999999999",
        ];
        for (mantissa, exponent) in mantissas.iter().flat_map(|mantissa| exponents.map(|exponent| (mantissa, exponent)))
        {
            for token in [format!("{mantissa}{exponent}"), format!("-{mantissa}{exponent}")] {
                let (raw, number) = (RawNumber::from_token(&*token), token.parse::<f64>().unwrap());
                assert_eq!(raw.is_finite(), number.is_finite(), "{token}");
                let underflows = number == 0.0 && token.starts_with('-') && !raw.is_from_0_to_1();
                assert!(raw.is_from_0_to_1() == number.is_from_0_to_1() || underflows, "{token}");
            }
        }
    }
}
