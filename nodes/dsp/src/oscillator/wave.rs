//! The forms of one period.

use super::Shape;
use crate::lane::{Lane, Phase, Simd, sin_quarter};

/// Where a triangle has its corners, in periods.
pub(super) const PEAKS: [f64; 2] = [0.25, 0.75];

/// The wave at a phase, with bare corners.
#[inline(always)]
pub(super) fn wave<L: Lane>(shape: Shape, phase: L::Phase, width: L::Phase) -> L {
    let one = L::splat(1.0);
    match shape {
        Shape::Saw => {
            let t = phase.centred();
            t.mul_add(L::splat(2.0), -one.copysign(t))
        }
        Shape::Square => L::select(phase.before(width), one, -one),
        Shape::Triangle => phase.folded() * L::splat(4.0),
        Shape::Sine => sin_quarter(phase.folded()),
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
pub(super) fn rounded<L: Lane>(shape: Shape, phase: L::Phase, width: L::Phase, step: L, pace: L) -> L {
    let quarter = L::splat(0.25);
    match shape {
        Shape::Saw => {
            let t = phase.centred();
            t.mul_add(L::splat(2.0), -bare(t, pace).copysign(t))
        }
        Shape::Square => {
            let since_fall = phase.minus(width);
            wave::<L>(shape, phase, width) + (rest(since_fall.centred(), pace) - rest(phase.centred(), pace))
        }
        Shape::Triangle => {
            let height = phase.folded();
            let (peak, trough) = (near(quarter - height, pace), near(quarter + height, pace));
            let kinks = trough * trough * trough - peak * peak * peak;
            height.mul_add(L::splat(4.0), kinks * (step * L::splat(8.0 / 6.0)))
        }
        Shape::Sine => wave::<L>(shape, phase, width),
    }
}

/// How near a corner is that lies `distance` periods away: from 0, a frame or more, to 1.
#[inline(always)]
fn near<L: Lane>(distance: L, pace: L) -> L {
    (-distance).mul_add(pace, L::splat(1.0)).max(L::splat(0.0))
}

/// How much of a step up by 2 is seen, without its sign, `t` periods after it (before it, if negative).
#[inline(always)]
fn bare<L: Lane>(t: L, pace: L) -> L {
    let near = near(t.abs(), pace);
    (-near).mul_add(near, L::splat(1.0))
}

/// What a rounded step up by 2 has less than a bare one.
#[inline(always)]
fn rest<L: Lane>(t: L, pace: L) -> L {
    let near = near(t.abs(), pace);
    (near * near).copysign(t)
}
