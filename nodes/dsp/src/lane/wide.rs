//! Several values side by side, as an aligned array that the compiler keeps in vector registers.

use super::{Lane, Simd};
use std::array::from_fn;
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
}

/// `N` values of type `T` side by side; `N` is 4, 8 or 16.
#[derive(Clone, Copy, Debug, PartialEq)]
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

macro_rules! operator {
    ($trait:ident $fn:ident $assign:ident $assign_fn:ident) => {
        impl<T: Element<N> + $trait<Output = T>, const N: usize> $trait for Wide<T, N> {
            type Output = Self;
            #[inline(always)]
            fn $fn(self, o: Self) -> Self {
                Self::new(from_fn(|i| self.0[i].$fn(o.0[i])))
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
        Self::new(self.0.map(|x| -x))
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
            fn from_fn(f: impl FnMut(usize) -> $t) -> Self {
                Self::new(from_fn(f))
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
                Self::new(from_fn(|i| self.0[i].mul_add(b.0[i], c.0[i])))
            }
            #[inline(always)]
            fn max(self, o: Self) -> Self {
                Self::new(from_fn(|i| Simd::max(self.0[i], o.0[i])))
            }
            #[inline(always)]
            fn min(self, o: Self) -> Self {
                Self::new(from_fn(|i| Simd::min(self.0[i], o.0[i])))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self::new(self.0.map(|x| x.abs()))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self::new(self.0.map(|x| x.sqrt()))
            }
            #[inline(always)]
            fn floor(self) -> Self {
                Self::new(self.0.map(|x| x.floor()))
            }
            #[inline(always)]
            fn gt(self, o: Self) -> [bool; N] {
                from_fn(|i| self.0[i] > o.0[i])
            }
            #[inline(always)]
            fn select(mask: [bool; N], yes: Self, no: Self) -> Self {
                Self::new(from_fn(|i| if mask[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn any(mask: [bool; N]) -> bool {
                mask.iter().any(|&m| m)
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
{
    type Double = Wide<f64, N>;

    #[inline(always)]
    fn double(self) -> Wide<f64, N> {
        Wide::new(self.0.map(f64::from))
    }
    #[inline(always)]
    fn single(x: Wide<f64, N>) -> Self {
        Self::new(x.0.map(|x| x as f32))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        (Self::new(self.0.map(|x| x.split_exponent().0)), Self::new(self.0.map(|x| x.split_exponent().1)))
    }
    #[inline(always)]
    fn whole_exp2(self) -> Self {
        Self::new(self.0.map(|x| x.whole_exp2()))
    }
}
