//! The fit of a digital magnitude to an analogue one.

use super::{Analogue, Curve, Ratio};
use crate::svf::Section;
use std::f64::consts::{PI, TAU};

/// Frequencies at which the two are compared: around the bends, and spread to the top.
const AROUND: usize = 8;
const SPREAD: usize = 14;
const POINTS: usize = 2 * AROUND + SPREAD;
/// Rounds of the fit; each weights by the poles of the one before.
const ROUNDS: usize = 3;
/// The squared magnitude below which errors count less and less: -30 dB.
const FLOOR: f64 = 1e-3;
/// Weights of the magnitude at half the rate, tried in turn until a filter results.
const AT_HALF_RATE: [f64; 3] = [0.01, 0.1, 1.0];
/// Damping is held above this, so that poles stay inside the unit circle whatever rounding does.
const LEAST_DAMPING: f64 = 1e-4;

/// Fits the filter over 0 to `top` hertz at `rate`.
pub fn fit(wanted: &Analogue, rate: f64, top: f64) -> Section {
    // A cut is the inverse of a boost, and every shelf is a low shelf times a constant.
    let boost = Analogue { gain_db: wanted.gain_db.abs(), ..*wanted };
    let whole = 10f64.powf(wanted.gain_db / 20.0);
    let (target, invert, gain) = match wanted.curve {
        Curve::LowShelf => (boost, wanted.gain_db < 0.0, 1.0),
        Curve::HighShelf => (Analogue { curve: Curve::LowShelf, ..boost }, wanted.gain_db > 0.0, whole),
        Curve::Tilt => (Analogue { curve: Curve::LowShelf, ..boost }, wanted.gain_db > 0.0, whole.sqrt()),
        Curve::Bell => (boost, wanted.gain_db < 0.0, 1.0),
        _ => (*wanted, false, 1.0),
    };
    let section = fit_section(&target, rate, top.min(0.45 * rate));
    let section = if invert { inverse(&section) } else { section };
    Section { high: section.high * gain, band: section.band * gain, low: section.low * gain, ..section }
}

/// Where to compare: in hertz.
fn points(target: &Analogue, top: f64) -> [f64; POINTS] {
    let half = 0.5 / target.q;
    let reach = ((1.0 + half * half).sqrt() + half).clamp(1.02, 4.0).powi(2);
    // A steep shelf bends at two frequencies, that of its poles and that of its zeros.
    let apart = if target.curve == Curve::LowShelf { 10f64.powf(target.gain_db / 80.0) } else { 1.0 };
    let mut points = [0.0; POINTS];
    for (at, bend) in [target.frequency / apart, target.frequency * apart].into_iter().enumerate() {
        let bend = bend.min(top);
        let (low, high) = (bend / reach, (bend * reach).min(top));
        let step = (high / low).powf(1.0 / AROUND as f64);
        let mut point = low * step.sqrt();
        for to in &mut points[at * AROUND..(at + 1) * AROUND] {
            *to = point;
            point *= step;
        }
    }
    for i in 0..SPREAD {
        // Denser towards the top, as the zeros of a Chebyshev polynomial are.
        let t = 0.5 - 0.5 * (PI * (i as f64 + 0.5) / SPREAD as f64).cos();
        points[2 * AROUND + i] = top * (0.02 + 0.98 * t);
    }
    points
}

/// The filter that fits best. What lies above `top` hardly counts, as long as the fit is one that a filter can have.
fn fit_section(target: &Analogue, rate: f64, top: f64) -> Section {
    let analogue = target.ratio();
    let warp = |f: f64| (PI * f / rate).tan().powi(2);
    let scale = warp(target.frequency.min(if target.curve == Curve::Notch { 0.49 * rate } else { top }));
    let samples = points(target, top).map(|f| (warp(f) / scale, target.power(f)));
    let half_rate = target.power(0.5 * rate);
    let mut held = match target.curve {
        Curve::HighPass => [Some(0.0), None, None, None],
        Curve::Notch => [Some(-2.0), Some(1.0), None, None],
        _ => [None; 4],
    };
    // What is to be inverted must not vanish at half the rate.
    let least =
        if matches!(target.curve, Curve::Bell | Curve::LowShelf) { 0.3 * half_rate.sqrt() } else { 0.0 };
    let real = |ratio: Ratio| realise(scale, &ratio).filter(|s| s.high >= least);
    for weight in AT_HALF_RATE {
        if let Some(s) = fit_ratio(&analogue, &samples, (half_rate, weight), held).and_then(real) {
            return s;
        }
    }
    // With two slow poles the best fit may ask for one that no filter has. Then the poles are those of Vicanek.
    let poles = invariant_poles(target, &analogue, rate, scale);
    (held[2], held[3]) = (Some(poles[0]), Some(poles[1]));
    for top_held in [held[1], Some(held[1].unwrap_or(half_rate * poles[1]))] {
        held[1] = top_held;
        if let Some(s) = fit_ratio(&analogue, &samples, (half_rate, AT_HALF_RATE[0]), held).and_then(real) {
            return s;
        }
    }
    // What the bilinear transform gives is always a filter.
    realise(scale, &analogue).unwrap_or(Section::neutral(target.frequency / rate, 1.0 / target.q))
}

/// The ratio over `tan²(π f / rate) / scale`, with its bottom beginning with 1, from samples of that quantity and of
/// the squared magnitude, and from the magnitude at half the rate with its weight.
/// `held` are the values of those of the four unknowns (two of the top, two of the bottom) that are known.
fn fit_ratio(
    analogue: &Ratio,
    samples: &[(f64, f64)],
    (half_rate, weight): (f64, f64),
    held: [Option<f64>; 4],
) -> Option<Ratio> {
    let at_zero = analogue.top[0] / analogue.bottom[0];
    let mut ratio =
        Ratio { top: [at_zero, 0.0, 0.0], bottom: analogue.bottom.map(|c| c / analogue.bottom[0]) };
    for _ in 0..ROUNDS {
        let mut matrix = [[0.0; 5]; 4];
        let mut add = |row: [f64; 5]| {
            for i in 0..4 {
                for j in 0..5 {
                    matrix[i][j] += row[i] * row[j];
                }
            }
        };
        let [_, d1, d2] = ratio.bottom;
        for &(x, t) in samples {
            let weight = 1.0 / ((t + FLOOR) * (1.0 + x * (d1 + x * d2)).abs().max(1e-9));
            add([x, x * x, -t * x, -t * x * x, t - at_zero].map(|c| c * weight));
        }
        add([0.0, 1.0, 0.0, -half_rate, 0.0].map(|c| c * weight / ((half_rate + FLOOR) * d2)));
        for (i, value) in held.into_iter().enumerate() {
            if let Some(value) = value {
                matrix[i] = [0.0, 0.0, 0.0, 0.0, value];
                matrix[i][i] = 1.0;
            }
        }
        let [n1, n2, d1, d2] = solve(matrix)?;
        if d2 <= 0.0 {
            return None;
        }
        ratio = Ratio { top: [at_zero, n1, n2], bottom: [1.0, d1, d2] };
    }
    Some(ratio)
}

/// The two unknowns of the bottom where the digital poles decay and ring as the analogue ones do (impulse invariance).
fn invariant_poles(target: &Analogue, analogue: &Ratio, rate: f64, scale: f64) -> [f64; 2] {
    let [b0, b1, b2] = analogue.bottom;
    let w = TAU * target.frequency * (b0 / b2).powf(0.25) / rate;
    let half_k = 0.5 * (2.0 + b1 / (b0 * b2).sqrt()).max(0.0).sqrt();
    // Distances of the two poles from 1 and from -1, multiplied, and their product.
    let (to_zero, to_half, product) = if half_k < 1.0 {
        let radius = (-w * half_k).exp();
        let cos = (w * (1.0 - half_k * half_k).sqrt()).min(0.98 * PI).cos();
        let square = 1.0 + radius * radius;
        (square - 2.0 * radius * cos, square + 2.0 * radius * cos, radius * radius)
    } else {
        let spread = (half_k * half_k - 1.0).sqrt();
        let [p, r] = [half_k - spread, half_k + spread].map(|s| (-w * s).exp());
        ((1.0 - p) * (1.0 - r), (1.0 + p) * (1.0 + r), p * r)
    };
    let g = (to_zero / to_half).sqrt();
    let k = 2.0 * (1.0 - product) / (to_half * g);
    let root = scale / (g * g);
    [(k * k - 2.0) * root, root * root]
}

/// Four linear equations by Gauss's elimination; `None` where they do not determine the unknowns.
fn solve(mut m: [[f64; 5]; 4]) -> Option<[f64; 4]> {
    for i in 0..4 {
        let pivot = (i..4).max_by(|&a, &b| m[a][i].abs().total_cmp(&m[b][i].abs()))?;
        m.swap(i, pivot);
        if m[i][i] == 0.0 {
            return None;
        }
        let row = m[i];
        for (j, other) in m.iter_mut().enumerate() {
            let factor = if j == i { 0.0 } else { other[i] / row[i] };
            other.iter_mut().zip(&row).for_each(|(to, from)| *to -= factor * from);
        }
    }
    let x = [0, 1, 2, 3].map(|i| m[i][4] / m[i][i]);
    x.iter().all(|v| v.is_finite()).then_some(x)
}

/// The filter whose poles and zeros have the squared magnitude given; `None` where no filter has.
fn realise(scale: f64, ratio: &Ratio) -> Option<Section> {
    let [d0, d1, d2] = ratio.bottom;
    let [n0, n1, n2] = ratio.top.map(|c| c / d0);
    let root = (d2 / d0).sqrt();
    let (low, high) = (n0.sqrt(), n2.sqrt() / root);
    let band = n1 / root + 2.0 * low * high;
    let damping = 2.0 + d1 / d0 / root;
    // A notch has no band output, up to rounding.
    let real = low >= 0.0 && high >= 0.0 && band >= -1e-9 && damping >= LEAST_DAMPING * LEAST_DAMPING;
    real.then(|| Section {
        g: (scale / root).sqrt(),
        k: damping.sqrt(),
        high,
        band: band.max(0.0).sqrt(),
        low,
    })
}

/// The filter that undoes a section.
fn inverse(s: &Section) -> Section {
    // (high s² + band s + low), with s = r s', r² = low / high, is low (s'² + band r / low s' + 1).
    let r = (s.low / s.high).sqrt();
    Section {
        g: s.g * r,
        k: (s.band * r / s.low).max(LEAST_DAMPING),
        high: 1.0 / s.high,
        band: s.k * r / s.low,
        low: 1.0 / s.low,
    }
}
