//! Phases as whole numbers, which are exact and wrap by themselves.

use super::{Element, Lane, Simd, Wide};

/// Periods as 64 bits of fixed point, lane by lane. Adding never rounds, so that the phase of a frame does not depend
/// on how the frames before it were cut into blocks.
pub trait Phase<L: Lane>: Copy + Send + Sync + std::fmt::Debug + Default + PartialEq + 'static {
    /// From periods, 0 to 1, to the 52 bits that [`on_grid`] leaves.
    fn new(periods: L::Double) -> Self;
    /// The sum.
    fn plus(self, o: Self) -> Self;
    /// The difference.
    fn minus(self, o: Self) -> Self;
    /// The sum of so many steps.
    fn times(self, count: u64) -> Self;
    /// Periods, 0 to below 1.
    fn periods(self) -> L::Double;
    /// The way from the nearest end of a period, -1/2 to 1/2, after it above 0; single precision from 0 on.
    fn centred(self) -> L;
    /// The angle in periods, -1/4 to 1/4, whose sine is the same; single precision from 0 on.
    fn folded(self) -> L;
    /// Whether the phase lies before another one, counted from the begin of the period.
    fn before(self, o: Self) -> L::Mask;
}

/// Rounds periods, 0 to 1, to what a [`Phase`] holds.
#[inline(always)]
pub fn on_grid<D: Simd<Scalar = f64>>(periods: D) -> D {
    let one = D::splat(1.0);
    periods + one - one
}

/// The weight of the last of the 32 bits that count where single precision is wanted.
const LAST: f32 = 1.0 / 4_294_967_296.0;

#[inline(always)]
fn from_periods(periods: f64) -> u64 {
    // Between 1 and 2 the bits behind the point are the mantissa.
    (periods + 1.0).to_bits() << 12
}

#[inline(always)]
fn to_periods(phase: u64) -> f64 {
    f64::from_bits(phase >> 12 | 0x3ff0_0000_0000_0000) - 1.0
}

#[inline(always)]
fn to_centred(phase: u64) -> f32 {
    (phase >> 32) as u32 as i32 as f32 * LAST
}

#[inline(always)]
fn to_folded(phase: u64) -> f32 {
    const QUARTER: u32 = 1 << 30;
    let from_peak = ((phase >> 32) as u32).wrapping_sub(QUARTER) as i32;
    QUARTER.wrapping_sub(from_peak.unsigned_abs()) as i32 as f32 * LAST
}

impl Phase<f32> for u64 {
    #[inline(always)]
    fn new(periods: f64) -> Self {
        from_periods(periods)
    }
    #[inline(always)]
    fn plus(self, o: Self) -> Self {
        self.wrapping_add(o)
    }
    #[inline(always)]
    fn minus(self, o: Self) -> Self {
        self.wrapping_sub(o)
    }
    #[inline(always)]
    fn times(self, count: u64) -> Self {
        self.wrapping_mul(count)
    }
    #[inline(always)]
    fn periods(self) -> f64 {
        to_periods(self)
    }
    #[inline(always)]
    fn centred(self) -> f32 {
        to_centred(self)
    }
    #[inline(always)]
    fn folded(self) -> f32 {
        to_folded(self)
    }
    #[inline(always)]
    fn before(self, o: Self) -> bool {
        self < o
    }
}

impl<const N: usize> Phase<Wide<f32, N>> for Wide<u64, N>
where
    f32: Element<N>,
    f64: Element<N>,
    u64: Element<N>,
{
    #[inline(always)]
    fn new(periods: Wide<f64, N>) -> Self {
        let mut out = Self::default();
        for i in 0..N {
            out.0[i] = from_periods(periods.0[i]);
        }
        out
    }
    #[inline(always)]
    fn plus(self, o: Self) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = self.0[i].wrapping_add(o.0[i]);
        }
        out
    }
    #[inline(always)]
    fn minus(self, o: Self) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = self.0[i].wrapping_sub(o.0[i]);
        }
        out
    }
    #[inline(always)]
    fn times(self, count: u64) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = self.0[i].wrapping_mul(count);
        }
        out
    }
    #[inline(always)]
    fn periods(self) -> Wide<f64, N> {
        let mut out = Wide::<f64, N>::default();
        for i in 0..N {
            out.0[i] = to_periods(self.0[i]);
        }
        out
    }
    #[inline(always)]
    fn centred(self) -> Wide<f32, N> {
        let mut out = Wide::<f32, N>::default();
        for i in 0..N {
            out.0[i] = to_centred(self.0[i]);
        }
        out
    }
    #[inline(always)]
    fn folded(self) -> Wide<f32, N> {
        let mut out = Wide::<f32, N>::default();
        for i in 0..N {
            out.0[i] = to_folded(self.0[i]);
        }
        out
    }
    #[inline(always)]
    fn before(self, o: Self) -> [bool; N] {
        let mut out = [false; N];
        for (i, out) in out.iter_mut().enumerate() {
            *out = self.0[i] < o.0[i];
        }
        out
    }
}
