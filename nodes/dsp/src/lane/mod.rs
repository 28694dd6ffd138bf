//! Lane types: the same arithmetic on one value or on several side by side.
//!
//! A kernel is written once, generic over [`Lane`], and runs with `f32` (one instance) or with [`Wide`] (4, 8 or
//! 16 instances in SIMD lanes). Every lane type does the same operations in the same order, with a fused
//! multiply-add, so that the bits do not depend on how many lanes run side by side.

mod by_lanes;
mod dispatch;
mod keep;
mod math;
mod phase;
mod prefetch;
mod transpose;
mod wide;

pub use by_lanes::by_lanes;
pub use dispatch::{Level, Task, dispatch, level};
pub use keep::{Keeper, Word};
pub use math::{
    cos_turns, db_to_gain, exp2, gain_to_db, half_turns, log2, polynomial, sin_quarter, sin_turns,
    tan_half_turns, tanh,
};
pub use phase::{Phase, on_grid};
pub use prefetch::prefetch;
pub use transpose::{Block, pack, unpack};
pub use wide::{Element, Wide};

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// One or several numbers of one scalar type, with arithmetic lane by lane.
pub trait Simd:
    Copy
    + Send
    + Sync
    + Debug
    + Default
    + PartialEq
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The type of one lane.
    type Scalar: Copy + PartialOrd + Word;
    /// A truth value for each lane.
    type Mask: Copy;
    /// How many values lie side by side.
    const LANES: usize;

    /// The same value in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// The value of each lane from its index.
    fn from_fn(f: impl FnMut(usize) -> Self::Scalar) -> Self;
    /// The value in one lane.
    fn get(self, lane: usize) -> Self::Scalar;
    /// Puts a value into one lane.
    fn set(&mut self, lane: usize, x: Self::Scalar);
    /// `self * b + c`, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// The larger of both; `o` where either is not a number.
    fn max(self, o: Self) -> Self;
    /// The smaller of both; `o` where either is not a number.
    fn min(self, o: Self) -> Self;
    /// The value without its sign.
    fn abs(self) -> Self;
    /// The value with the sign of another.
    fn copysign(self, sign: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The largest whole number that is not above the value.
    fn floor(self) -> Self;
    /// `self > o`, lane by lane.
    fn gt(self, o: Self) -> Self::Mask;
    /// `yes` where the mask is true, `no` elsewhere.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Whether the mask is true in any lane.
    fn any(mask: Self::Mask) -> bool;

    /// Whether every lane is zero, without a sign.
    #[inline(always)]
    fn is_zero(self) -> bool {
        (0..Self::LANES).all(|lane| self.get(lane).to_word() == 0)
    }

    /// The value held between two bounds.
    #[inline(always)]
    fn clamp(self, low: Self, high: Self) -> Self {
        self.max(low).min(high)
    }
}

/// Lanes of single precision: what audio and parameters are made of.
pub trait Lane: Simd<Scalar = f32> {
    /// The same number of lanes in double precision, for sums and for states that need it.
    type Double: Simd<Scalar = f64>;
    /// Phases of the same number of waves.
    type Phase: Phase<Self>;

    /// Widens every lane.
    fn double(self) -> Self::Double;
    /// Rounds every lane of `x` to single precision.
    fn single(x: Self::Double) -> Self;
    /// The binary exponent of each (positive, normal) lane as a whole number, and its mantissa in `1..2`.
    fn split_exponent(self) -> (Self, Self);
    /// Two to the power of each lane, which must hold a whole number in `-126..=127`.
    fn whole_exp2(self) -> Self;
}

macro_rules! scalar_simd {
    ($t:ty) => {
        impl Simd for $t {
            type Scalar = $t;
            type Mask = bool;
            const LANES: usize = 1;

            #[inline(always)]
            fn splat(x: $t) -> Self {
                x
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $t) -> Self {
                f(0)
            }
            #[inline(always)]
            fn get(self, _: usize) -> $t {
                self
            }
            #[inline(always)]
            fn set(&mut self, _: usize, x: $t) {
                *self = x;
            }
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                <$t>::mul_add(self, b, c)
            }
            #[inline(always)]
            fn max(self, o: Self) -> Self {
                if self > o { self } else { o }
            }
            #[inline(always)]
            fn min(self, o: Self) -> Self {
                if self < o { self } else { o }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                <$t>::copysign(self, sign)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$t>::floor(self)
            }
            #[inline(always)]
            fn gt(self, o: Self) -> bool {
                self > o
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn any(mask: bool) -> bool {
                mask
            }
        }
    };
}

scalar_simd!(f32);
scalar_simd!(f64);

impl Lane for f32 {
    type Double = f64;
    type Phase = u64;

    #[inline(always)]
    fn double(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn single(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn split_exponent(self) -> (f32, f32) {
        let bits = self.to_bits();
        let exponent = ((bits >> 23) & 0xff) as i32 - 127;
        (exponent as f32, f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000))
    }
    #[inline(always)]
    fn whole_exp2(self) -> f32 {
        // In 2^23 + n the last bits hold n; shifted, they are the exponent.
        f32::from_bits((self + (8_388_608.0 + 127.0)).to_bits() << 23)
    }
}
