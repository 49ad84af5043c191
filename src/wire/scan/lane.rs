//! Sixteen bytes looked at as one, with the vector instructions of the machine.

#![allow(
    clippy::inline_always,
    reason = "each is an instruction or two, also where small code is asked for, which would call them"
)]

use wide::{CmpEq as _, i8x16};

/// Sixteen bytes, or for each of them whether something holds of it.
#[derive(Clone, Copy)]
pub(super) struct Lane(i8x16);

impl Lane {
    pub(super) const BYTES: usize = 16;

    #[inline(always)]
    pub(super) fn of(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytemuck::cast(bytes))
    }

    #[inline(always)]
    pub(super) fn is(self, byte: u8) -> Self {
        Self(self.0.cmp_eq(i8x16::splat(byte.cast_signed())))
    }

    #[inline(always)]
    pub(super) fn is_control(self) -> Self {
        Self(self.0 & i8x16::splat(0xE0_u8.cast_signed())).is(0)
    }

    /// The bytes with bits set.
    #[inline(always)]
    pub(super) fn with(self, bits: u8) -> Self {
        Self(self.0 | i8x16::splat(bits.cast_signed()))
    }

    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// A bit for each byte, the first one as the lowest.
    #[inline(always)]
    pub(super) fn mask(self) -> u64 {
        u64::from(self.0.move_mask().cast_unsigned())
    }
}
