//! Several values side by side, as an aligned array that the compiler keeps in vector registers.
//!
//! Each operation is a plain loop over the lanes. A closure handed to `array::from_fn` or `map` is a function of its
//! own, which is compiled for the baseline wherever the compiler does not inline it: a call for each lane.

use super::{Lane, Simd};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// What `N` of can lie side by side, aligned as vector registers want it and without a gap to the next ones.
pub trait Element<const N: usize>: Copy + Default + PartialEq + std::fmt::Debug {
    /// A type of that alignment.
    type Align: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static;
}

/// Nothing, with an alignment of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(16))]
pub struct Align16;
/// Nothing, with an alignment of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))]
pub struct Align32;
/// Nothing, with an alignment of 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Align64;

macro_rules! elements {
    ($($t:ty, $n:literal: $align:ty;)+) => {
        $(impl Element<$n> for $t {
            type Align = $align;
        })+
    };
}

elements! {
    f32, 4: Align16;
    f32, 8: Align32;
    f32, 16: Align64;
    f64, 4: Align32;
    f64, 8: Align64;
    f64, 16: Align64;
    u64, 4: Align32;
    u64, 8: Align64;
    u64, 16: Align64;
}

/// `N` values of type `T` side by side; `N` is 4, 8 or 16.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Wide<T: Element<N>, const N: usize>(pub [T; N], [T::Align; 0]);

impl<T: Element<N>, const N: usize> Wide<T, N> {
    /// From the value of each lane.
    #[inline(always)]
    pub const fn new(lanes: [T; N]) -> Self {
        Self(lanes, [])
    }
}

impl<T: Element<N>, const N: usize> Default for Wide<T, N> {
    #[inline(always)]
    fn default() -> Self {
        Self::new([T::default(); N])
    }
}

impl<T: Element<N>, const N: usize> PartialEq for Wide<T, N> {
    #[inline(always)]
    fn eq(&self, o: &Self) -> bool {
        // All lanes at once, with no way out at the first that differs.
        let mut same = true;
        for i in 0..N {
            same &= self.0[i] == o.0[i];
        }
        same
    }
}

macro_rules! operator {
    ($trait:ident $fn:ident $assign:ident $assign_fn:ident) => {
        impl<T: Element<N> + $trait<Output = T>, const N: usize> $trait for Wide<T, N> {
            type Output = Self;
            #[inline(always)]
            fn $fn(self, o: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].$fn(o.0[i]);
                }
                out
            }
        }
        impl<T: Element<N> + $trait<Output = T>, const N: usize> $assign for Wide<T, N> {
            #[inline(always)]
            fn $assign_fn(&mut self, o: Self) {
                *self = self.$fn(o);
            }
        }
    };
}

operator!(Add add AddAssign add_assign);
operator!(Sub sub SubAssign sub_assign);
operator!(Mul mul MulAssign mul_assign);
operator!(Div div DivAssign div_assign);

impl<T: Element<N> + Neg<Output = T>, const N: usize> Neg for Wide<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = -self.0[i];
        }
        out
    }
}

macro_rules! wide_simd {
    ($t:ty) => {
        impl<const N: usize> Simd for Wide<$t, N>
        where
            $t: Element<N>,
        {
            type Scalar = $t;
            type Mask = [bool; N];
            const LANES: usize = N;

            #[inline(always)]
            fn splat(x: $t) -> Self {
                Self::new([x; N])
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $t) -> Self {
                let mut out = Self::default();
                for i in 0..N {
                    out.0[i] = f(i);
                }
                out
            }
            #[inline(always)]
            fn get(self, lane: usize) -> $t {
                self.0[lane]
            }
            #[inline(always)]
            fn set(&mut self, lane: usize, x: $t) {
                self.0[lane] = x;
            }
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].mul_add(b.0[i], c.0[i]);
                }
                out
            }
            #[inline(always)]
            fn max(self, o: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = Simd::max(self.0[i], o.0[i]);
                }
                out
            }
            #[inline(always)]
            fn min(self, o: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = Simd::min(self.0[i], o.0[i]);
                }
                out
            }
            #[inline(always)]
            fn abs(self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].abs();
                }
                out
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].copysign(sign.0[i]);
                }
                out
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].sqrt();
                }
                out
            }
            #[inline(always)]
            fn floor(self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].floor();
                }
                out
            }
            #[inline(always)]
            fn gt(self, o: Self) -> [bool; N] {
                let mut out = [false; N];
                for (i, out) in out.iter_mut().enumerate() {
                    *out = self.0[i] > o.0[i];
                }
                out
            }
            #[inline(always)]
            fn select(mask: [bool; N], yes: Self, no: Self) -> Self {
                let mut out = no;
                for (i, yes_here) in mask.into_iter().enumerate() {
                    out.0[i] = if yes_here { yes.0[i] } else { no.0[i] };
                }
                out
            }
            #[inline(always)]
            fn any(mask: [bool; N]) -> bool {
                let mut any = false;
                for m in mask {
                    any |= m;
                }
                any
            }
        }
    };
}

wide_simd!(f32);
wide_simd!(f64);

impl<const N: usize> Lane for Wide<f32, N>
where
    f32: Element<N>,
    f64: Element<N>,
    u64: Element<N>,
{
    type Double = Wide<f64, N>;
    type Phase = Wide<u64, N>;

    #[inline(always)]
    fn double(self) -> Wide<f64, N> {
        let mut out = Wide::<f64, N>::default();
        for i in 0..N {
            out.0[i] = f64::from(self.0[i]);
        }
        out
    }
    #[inline(always)]
    fn single(x: Wide<f64, N>) -> Self {
        let mut out = Self::default();
        for i in 0..N {
            out.0[i] = x.0[i] as f32;
        }
        out
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let (mut exponent, mut mantissa) = (self, self);
        for i in 0..N {
            (exponent.0[i], mantissa.0[i]) = self.0[i].split_exponent();
        }
        (exponent, mantissa)
    }
    #[inline(always)]
    fn whole_exp2(self) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = self.0[i].whole_exp2();
        }
        out
    }
}
