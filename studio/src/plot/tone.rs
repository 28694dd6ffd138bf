//! Shows the balance of tones: the average spectrum, and how it was before.

use super::axis::{self, Scale};
use super::canvas::{Canvas, Pencil};
use super::curve::stretches;
use super::layout::Area;
use super::panel::{self, Sample, Side};
use super::{Overview, SpectrumPoint, theme};

/// Lowest and highest frequency shown, in Hz.
const BAND: [f64; 2] = [20.0, 20_000.0];

/// Draws the panel.
pub fn draw(canvas: &mut Canvas, card: Area, overview: &Overview) {
    let after = overview.spectrum;
    let before = overview.before.map_or(&[][..], |before| before.spectrum);
    let now = Pencil::solid(theme::ACCENT, 2.5);
    let earlier = Pencil::solid(theme::BEFORE, 1.5);
    let mut legend = Vec::new();
    if !before.is_empty() {
        legend = vec![(Sample::Line(now), "After".into()), (Sample::Line(earlier), "Before".into())];
    }
    let plot = panel::open(canvas, card, "Spectrum", "dB, average", &legend);
    let Some((low, high)) = range(after, before) else {
        let none = after.is_empty() && before.is_empty();
        return panel::nothing(canvas, plot, if none { "Not measured" } else { "Silent" });
    };
    let scale = Scale::linear([high, low], [plot.top, plot.bottom]);
    let pitch = Scale::logarithmic(BAND, [plot.left, plot.right]);
    for hertz in (2..10).flat_map(|m| [10.0, 100.0, 1e3, 1e4].map(|d| f64::from(m) * d)) {
        if hertz < BAND[1] {
            canvas.rule_down(pitch.at(hertz), plot.top, plot.bottom, theme::GRID_MINOR);
        }
    }
    let ticks = axis::frequency().map(|(hertz, label)| (hertz, label.to_string()));
    panel::columns(canvas, plot, &pitch, &ticks);
    panel::rows(canvas, plot, &scale, &axis::level(low, high, (plot.height() / 24.0) as usize));
    let line = |points: &[SpectrumPoint]| {
        stretches(points.iter().filter(|p| p.0 > 0.0).map(|p| match p.1 {
            v if v.is_nan() => (f32::NAN, f32::NAN),
            v => (pitch.at(p.0), scale.at(v)),
        }))
    };
    canvas.within(plot, |canvas| {
        let curve = line(after);
        curve.iter().for_each(|s| canvas.glow(s, plot.top, plot.bottom, theme::ACCENT.faded(64)));
        line(before).iter().for_each(|s| canvas.curve(s, earlier));
        curve.iter().for_each(|s| canvas.curve(s, now));
    });
    readings(canvas, plot, after, before);
}

/// The strongest tone and the slope, right of the plot.
fn readings(canvas: &mut Canvas, plot: Area, after: &[SpectrumPoint], before: &[SpectrumPoint]) {
    let strongest = shown(after).max_by(|a, b| a.1.total_cmp(&b.1));
    let mut sides = Vec::new();
    if let Some((hertz, _)) = strongest {
        sides.push(Side::new("Strongest", axis::hertz(hertz)));
    }
    if let Some(slope) = slope(after) {
        sides.push(Side::new("dB/octave", axis::number(slope, 1)));
    }
    if let Some(slope) = slope(before) {
        sides.push(Side { ink: theme::BEFORE, ..Side::new("before", axis::number(slope, 1)) });
    }
    for (index, side) in sides.iter().enumerate() {
        panel::side(canvas, plot, plot.top + 12.0 + 26.0 * index as f32, side);
    }
}

/// What falls into the picture and is not silence.
fn shown(points: &[SpectrumPoint]) -> impl Iterator<Item = SpectrumPoint> {
    points.iter().copied().filter(|p| p.1.is_finite() && p.0 >= BAND[0] && p.0 <= BAND[1])
}

/// The slope from 100 Hz to 10 kHz in dB an octave, by least squares over the logarithm of frequency.
fn slope(points: &[SpectrumPoint]) -> Option<f64> {
    let spots: Vec<(f64, f64)> =
        shown(points).filter(|p| p.0 >= 100.0 && p.0 <= 10e3).map(|p| (p.0.log2(), p.1)).collect();
    let count = spots.len() as f64;
    let (x, y) =
        (spots.iter().map(|s| s.0).sum::<f64>() / count, spots.iter().map(|s| s.1).sum::<f64>() / count);
    let spread: f64 = spots.iter().map(|s| (s.0 - x).powi(2)).sum();
    let product: f64 = spots.iter().map(|s| (s.0 - x) * (s.1 - y)).sum();
    // A single point, or none, has no slope.
    (spread > 1e-9).then(|| product / spread)
}

/// The levels that the plot shows: 42 to 84 dB that hold the curves, without the falls at either end of the band.
fn range(after: &[SpectrumPoint], before: &[SpectrumPoint]) -> Option<(f64, f64)> {
    let all = || shown(after).chain(shown(before));
    let high = all().map(|p| p.1).reduce(f64::max)?;
    let middle = all().filter(|p| p.0 >= 30.0 && p.0 <= 14e3).map(|p| p.1);
    let low = middle.reduce(f64::min).unwrap_or(high);
    let high = ((high + 2.0) / 6.0).ceil() * 6.0;
    let low = ((low - 3.0) / 6.0).floor() * 6.0;
    Some((low.clamp(high - 84.0, high - 42.0), high))
}

#[cfg(test)]
mod tests;
