//! The forms of one period.

use super::Shape;
use crate::lane::{Lane, Simd, sin_turns};

/// Where a triangle has its corners, in periods.
pub(super) const PEAKS: [f64; 2] = [0.25, 0.75];

/// The bare wave at a phase from 0 to 1.
#[inline(always)]
pub(super) fn wave<L: Lane>(shape: Shape, phase: L::Double, width: L::Double) -> L {
    let double = L::Double::splat;
    match shape {
        Shape::Saw => L::single(phase.mul_add(double(2.0), double(-1.0))),
        Shape::Square => L::single(L::Double::select(width.gt(phase), double(1.0), double(-1.0))),
        Shape::Triangle => {
            let turned = phase + double(0.25);
            let centred = turned - turned.floor() - double(0.5);
            L::single(centred.abs().mul_add(double(-4.0), double(1.0)))
        }
        Shape::Sine => sin_turns(L::single(phase)),
    }
}

/// 1 where `x` is below `bound`, else 0.
#[inline(always)]
pub(super) fn below<L: Lane>(x: L::Double, bound: L::Double) -> L::Double {
    L::Double::select(bound.gt(x), L::Double::splat(1.0), L::Double::splat(0.0))
}

/// The wave at a phase, with its corners rounded by the polynomials that a two-frame triangular impulse gives: a step
/// is mended by a parabola on both sides, a kink by a cubic (Valimaki 2005; Valimaki, Pekonen, Nam 2012; Esqueda,
/// Valimaki, Bilbao 2016). Both reach one frame, `step` periods, to each side; `pace` is one over the step.
#[inline(always)]
pub(super) fn rounded<L: Lane>(shape: Shape, phase: L::Double, width: L, step: L, pace: L) -> L {
    let one = L::splat(1.0);
    let t = L::single(phase);
    match shape {
        Shape::Saw => t.mul_add(L::splat(2.0), -one) - step_up(t, pace),
        Shape::Square => {
            let up = width.gt(t);
            let since_fall = t + L::select(up, one - width, -width);
            L::select(up, one, -one) + (step_up(t, pace) - step_up(since_fall, pace))
        }
        Shape::Triangle => {
            let turned = t + L::splat(0.25);
            let off = (turned - turned.floor() - L::splat(0.5)).abs();
            let (peak, trough) = (near(off, pace), near(L::splat(0.5) - off, pace));
            let kinks = trough * trough * trough - peak * peak * peak;
            off.mul_add(L::splat(-4.0), one) + kinks * (step * L::splat(8.0 / 6.0))
        }
        Shape::Sine => sin_turns(t),
    }
}

/// How near a corner is that lies `distance` periods away: from 0, a frame or more, to 1.
#[inline(always)]
fn near<L: Lane>(distance: L, pace: L) -> L {
    (L::splat(1.0) - distance * pace).max(L::splat(0.0))
}

/// What a rounded step up by 2 has more than a bare one, `t` periods after it and `1 - t` before the next.
#[inline(always)]
fn step_up<L: Lane>(t: L, pace: L) -> L {
    let (after, before) = (near(t, pace), near(L::splat(1.0) - t, pace));
    before * before - after * after
}
