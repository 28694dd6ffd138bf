//! Functions of lanes, made of the lane operations alone, so that one lane and many give the same bits.

use super::Lane;

/// Twenty over the binary logarithm of ten: decibels of one doubling of amplitude.
const DB_PER_OCTAVE: f32 = 6.020_6;

/// Horner's scheme, highest coefficient first, with fused steps.
#[inline(always)]
pub fn polynomial<L: Lane, const N: usize>(x: L, coefficients: [f32; N]) -> L {
    let mut sum = L::splat(coefficients[0]);
    for &c in &coefficients[1..] {
        sum = sum.mul_add(x, L::splat(c));
    }
    sum
}

/// Binary logarithm of positive values, within 2e-7 absolute; values below 1e-37 count as 1e-37.
#[inline(always)]
pub fn log2<L: Lane>(x: L) -> L {
    let (exponent, mantissa) = x.max(L::splat(1e-37)).split_exponent();
    let high = mantissa.gt(L::splat(std::f32::consts::SQRT_2));
    let m = L::select(high, mantissa * L::splat(0.5), mantissa);
    let e = L::select(high, exponent + L::splat(1.0), exponent);
    // Over 0.707 to 1.414 a polynomial is as near as the series in (m - 1) / (m + 1), and needs no division.
    let t = m - L::splat(1.0);
    let series = polynomial(
        t,
        [
            0.125_411_21,
            -0.210_302_93,
            0.217_379_66,
            -0.238_519_5,
            0.287_656_66,
            -0.360_721_2,
            0.480_922_52,
            -0.721_347_15,
            1.442_694_9,
        ],
    );
    series.mul_add(t, e)
}

/// Two to the power of `x`, within 2e-7 relative; `x` is held between -126 and 126.
#[inline(always)]
pub fn exp2<L: Lane>(x: L) -> L {
    let x = x.clamp(L::splat(-126.0), L::splat(126.0));
    let whole = (x + L::splat(0.5)).floor();
    let p = polynomial(
        x - whole,
        [
            1.525_273_4e-5,
            1.540_353e-4,
            1.333_355_8e-3,
            9.618_129e-3,
            5.550_411e-2,
            0.240_226_5,
            std::f32::consts::LN_2,
            1.0,
        ],
    );
    p * whole.whole_exp2()
}

/// Amplitude of a level in decibels.
#[inline(always)]
pub fn db_to_gain<L: Lane>(db: L) -> L {
    exp2(db * L::splat(1.0 / DB_PER_OCTAVE))
}

/// Level in decibels of a (positive) amplitude; never below -740 dB.
#[inline(always)]
pub fn gain_to_db<L: Lane>(gain: L) -> L {
    log2(gain) * L::splat(DB_PER_OCTAVE)
}

/// Sine over `y` of an angle of `y` turns, -0.25 to 0.25, from its square.
#[inline(always)]
fn sine_series<L: Lane>(square: L) -> L {
    polynomial(square, [-15.094_643, 42.058_693, -76.705_86, 81.605_25, -41.341_7, std::f32::consts::TAU])
}

/// Sine of an angle of `x` turns, -0.25 to 0.25, within 3e-7.
#[inline(always)]
pub fn sin_quarter<L: Lane>(x: L) -> L {
    x * sine_series(x * x)
}

/// Sine and cosine of `pi * x`, within 3e-7; `x` in `0..=0.5`.
#[inline(always)]
pub fn half_turns<L: Lane>(x: L) -> (L, L) {
    let y = x * L::splat(0.5);
    let z = L::splat(0.25) - y;
    (sin_quarter(y), sin_quarter(z))
}

/// Sine of an angle in turns, within 3e-7.
#[inline(always)]
pub fn sin_turns<L: Lane>(x: L) -> L {
    // Into -0.5..0.5, then folded into -0.25..0.25 where the odd series converges fast.
    let x = x - (x + L::splat(0.5)).floor();
    let folded = L::splat(0.5) - x.abs();
    let near = L::splat(0.25).gt(x.abs());
    let sign = L::select(x.gt(L::splat(0.0)), L::splat(1.0), L::splat(-1.0));
    let y = L::select(near, x, sign * folded);
    sin_quarter(y)
}

/// Cosine of an angle in turns, within 3e-7.
#[inline(always)]
pub fn cos_turns<L: Lane>(x: L) -> L {
    sin_turns(x + L::splat(0.25))
}

/// `tan(pi * x)`: the pre-warped frequency of the trapezoidal rule for `x = frequency / rate`, `x` in `0..0.5`.
#[inline(always)]
pub fn tan_half_turns<L: Lane>(x: L) -> L {
    let (sine, cosine) = half_turns(x);
    sine / cosine
}

/// Hyperbolic tangent, within 2e-6.
#[inline(always)]
pub fn tanh<L: Lane>(x: L) -> L {
    // tanh x = (e^2x - 1) / (e^2x + 1); near zero the cubic series keeps relative accuracy.
    let clamped = x.clamp(L::splat(-12.0), L::splat(12.0));
    let e = exp2(clamped * L::splat(2.0 * std::f32::consts::LOG2_E));
    let wide = (e - L::splat(1.0)) / (e + L::splat(1.0));
    let x2 = x * x;
    let small = x * polynomial(x2, [-0.053_968_254, 0.133_333_34, -0.333_333_34, 1.0]);
    L::select(L::splat(0.1).gt(x.abs()), small, wide)
}

#[cfg(test)]
mod tests;
