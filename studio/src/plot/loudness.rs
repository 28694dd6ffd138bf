//! Shows loudness over time: every moment, the trend of three seconds, the whole, and what was aimed at.

use super::axis::{self, Scale};
use super::canvas::{Canvas, Pencil, Spot};
use super::curve::stretches;
use super::layout::Area;
use super::panel::{self, Sample, Side};
use super::{LoudnessPoint, Overview, theme};

/// Least distance between two labels right of the plot, in pixels.
const LABEL: f32 = 26.0;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas, card: Area, overview: &Overview) {
    let before = overview.before.map_or(&[][..], |before| before.loudness);
    let momentary = Pencil::solid(theme::ACCENT.faded(190), 1.2);
    let short = Pencil::solid(theme::ACCENT, 3.0);
    let earlier = Pencil::solid(theme::BEFORE, 1.5);
    let finite = |value: Option<f64>| value.filter(|v| v.is_finite());
    let (integrated, target) = (finite(overview.integrated_lufs), finite(overview.target_lufs));
    let measured = |points: &[LoudnessPoint]| points.iter().any(|p| p.1.is_finite() || p.2.is_finite());
    let mut legend = Vec::new();
    if measured(overview.loudness) {
        legend.push((Sample::Line(momentary), "Momentary 0.4 s".into()));
        legend.push((Sample::Line(short), "Short-term 3 s".into()));
    }
    if measured(before) {
        legend.push((Sample::Line(earlier), "Before, short-term".into()));
    }
    let plot = panel::open(canvas, card, "Loudness", "LUFS", &legend);
    if legend.is_empty() && integrated.is_none() && target.is_none() {
        let none = overview.loudness.is_empty() && before.is_empty();
        return panel::nothing(
            canvas,
            plot,
            if none { "Not measured" } else { "Silent, or too short to measure" },
        );
    }
    let (low, high) = range(overview.loudness, before, [integrated, target]);
    let scale = Scale::linear([high, low], [plot.top, plot.bottom]);
    panel::rows(canvas, plot, &scale, &axis::level(low, high, (plot.height() / 24.0) as usize));
    let time = panel::time(canvas, plot, span(overview, before));
    let line = |points: &[LoudnessPoint], value: fn(&LoudnessPoint) -> f64| {
        stretches(points.iter().map(|p| match value(p) {
            v if v.is_finite() && p.0.is_finite() => (time.at(p.0), scale.at(v)),
            _ => (f32::NAN, f32::NAN),
        }))
    };
    canvas.within(plot, |canvas| {
        let trend = line(overview.loudness, |p| p.2);
        trend.iter().for_each(|s| canvas.glow(s, plot.top, plot.bottom, theme::ACCENT.faded(64)));
        line(before, |p| p.2).iter().for_each(|s| canvas.curve(s, earlier));
        line(overview.loudness, |p| p.1).iter().for_each(|s| canvas.curve(s, momentary));
        trend.iter().for_each(|s| canvas.curve(s, short));
    });
    levels(canvas, plot, &scale, integrated, target);
}

/// The lines of integrated loudness and target, each led to its label.
fn levels(canvas: &mut Canvas, plot: Area, scale: &Scale, integrated: Option<f64>, target: Option<f64>) {
    let reading = |label, value: f64| Side::new(label, axis::number(value, 1));
    let mut lines: Vec<(f32, Pencil, Side)> = [
        integrated.map(|v| (scale.at(v), Pencil::solid(theme::STRONG, 1.5), reading("Integrated", v))),
        target.map(|v| (scale.at(v), Pencil::dashed(theme::TEXT, 1.5), reading("Target", v))),
    ]
    .into_iter()
    .flatten()
    .collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut heights: Vec<f32> = lines.iter().map(|line| line.0.clamp(plot.top, plot.bottom)).collect();
    if let [first, second] = heights[..] {
        heights = apart(first, second).to_vec();
    }
    let half = 0.5 * LABEL;
    for ((y, pencil, side), height) in lines.iter().zip(heights) {
        // A line beyond the range has no place in the plot; its label stands at the edge.
        let height = height.clamp(plot.top - half, plot.bottom + half);
        if (plot.top..=plot.bottom).contains(y) {
            let lead: [Spot; 2] = [(plot.right + 2.0, *y), (plot.right + 16.0, height)];
            canvas.curve(&[(plot.left, *y), (plot.right, *y)], *pencil);
            canvas.curve(&lead, *pencil);
        }
        panel::side(canvas, plot, height, side);
    }
}

/// Moves two heights, the first the upper one, apart from each other until both labels fit.
fn apart(first: f32, second: f32) -> [f32; 2] {
    let lacking = (LABEL - (second - first)).max(0.0);
    [first - 0.5 * lacking, second + 0.5 * lacking]
}

/// How many seconds the axis shows: the sound, or what was measured where that is longer.
fn span(overview: &Overview, before: &[LoudnessPoint]) -> f64 {
    let last =
        |points: &[LoudnessPoint]| points.iter().map(|p| p.0).filter(|s| s.is_finite()).fold(0.0, f64::max);
    let frames = overview.audio.seconds();
    // The mix before may have a longer tail; the picture is about the sound.
    if frames > 0.0 { frames } else { last(overview.loudness).max(last(before)) }
}

/// The values that the plot shows: the short-term curve but its quietest twentieth, all lines, and some air.
fn range(after: &[LoudnessPoint], before: &[LoudnessPoint], lines: [Option<f64>; 2]) -> (f64, f64) {
    let audible = |value: &f64| value.is_finite() && *value > -70.0;
    let mut trend: Vec<f64> = after.iter().chain(before).map(|p| p.2).filter(audible).collect();
    if trend.is_empty() {
        trend = after.iter().chain(before).map(|p| p.1).filter(audible).collect();
    }
    trend.sort_by(f64::total_cmp);
    let lines = lines.into_iter().flatten();
    let momentary = after.iter().map(|p| p.1).filter(audible);
    let highest = trend.last().copied().into_iter().chain(momentary).chain(lines.clone()).reduce(f64::max);
    let lowest = trend.get(trend.len() / 20).copied().into_iter().chain(lines).reduce(f64::min);
    let high = ((highest.unwrap_or(-12.0) + 1.0) / 3.0).ceil() * 3.0;
    let low = ((lowest.unwrap_or(-36.0) - 4.0) / 3.0).floor() * 3.0;
    (low.min(high - 18.0).max(high - 60.0), high)
}

#[cfg(test)]
mod tests;
