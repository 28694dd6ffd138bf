//! Writes what stands above and below the panels: the heading, and a row of readings.

use super::canvas::{Align, Canvas};
use super::layout::{FOOTER_COLUMNS, FOOTER_ROW, Layout};
use super::{Overview, Reading, axis, theme};
use signalbox_engine::Audio;

/// Writes the title, what kind of sound it is and, on the right, how loud the whole is.
pub fn header(canvas: &mut Canvas, layout: &Layout, overview: &Overview) {
    let area = layout.header;
    let (upper, lower) = (area.top + 28.0, area.top + 57.0);
    let mut right = area.right;
    if let Some(loudness) = overview.integrated_lufs.filter(|v| v.is_finite()) {
        let unit = canvas.text("LUFS", theme::HEADING, theme::TEXT, (area.right, upper), Align::Right);
        let at = (area.right - unit - 10.0, upper);
        let figure = canvas.text(&axis::number(loudness, 1), theme::TITLE, theme::ACCENT, at, Align::Right);
        let below = against(loudness, overview.target_lufs);
        let caption = canvas.text(&below, theme::BODY, theme::TEXT, (area.right, lower), Align::Right);
        right -= caption.max(figure + unit + 10.0) + 32.0;
    }
    let title = if overview.title.trim().is_empty() { "Untitled" } else { overview.title };
    canvas.text_within(title, theme::TITLE, theme::STRONG, (area.left, upper), right - area.left);
    canvas.text_within(
        &kind(overview.audio),
        theme::BODY,
        theme::TEXT,
        (area.left, lower),
        right - area.left,
    );
}

/// What loudness means against its target.
fn against(loudness: f64, target: Option<f64>) -> String {
    let Some(target) = target.filter(|v| v.is_finite()) else { return "integrated".into() };
    // To the tenth that the picture shows.
    let off = ((loudness - target) * 10.0).round() / 10.0;
    match off {
        0.0 => "integrated, on target".into(),
        o if o > 0.0 => format!("integrated, {} LU over target", axis::number(o, 1)),
        o => format!("integrated, {} LU under target", axis::number(-o, 1)),
    }
}

/// Channels, rate and length in words.
fn kind(audio: &Audio) -> String {
    let channels = match audio.width() {
        0 => "No channels".into(),
        1 => "Mono".into(),
        2 => "Stereo".into(),
        many => format!("{many} channels"),
    };
    let rate = f64::from(audio.rate) / 1e3;
    let seconds = audio.seconds();
    let length = match seconds {
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => axis::clock(s),
    };
    format!("{channels}  ·  {rate} kHz  ·  {length}")
}

/// Writes the readings in columns of one width.
pub fn footer(canvas: &mut Canvas, layout: &Layout, readings: &[Reading]) {
    let area = layout.footer;
    if area.height() <= 0.0 {
        return;
    }
    canvas.card(area, theme::CARD);
    let rows = (area.height() / FOOTER_ROW).round() as usize;
    let columns = readings.len().div_ceil(rows).min(FOOTER_COLUMNS);
    let inner = area.width() - 32.0;
    let width = inner / columns as f32;
    for (index, (label, value)) in readings.iter().take(columns * rows).enumerate() {
        let (row, column) = (index / columns, index % columns);
        let left = area.left + 24.0 + column as f32 * width;
        let top = area.top + row as f32 * FOOTER_ROW;
        if column > 0 {
            canvas.rule_down(left - 16.0, top + 16.0, top + FOOTER_ROW - 16.0, theme::GRID);
        }
        canvas.text_within(label, theme::SMALL, theme::TEXT, (left, top + 27.0), width - 24.0);
        // A value that was printed plainly gets the minus of the other figures.
        let value = value.strip_prefix('-').map_or_else(|| value.clone(), |rest| format!("−{rest}"));
        canvas.text_within(&value, theme::FIGURE, theme::STRONG, (left, top + 55.0), width - 24.0);
    }
}

#[cfg(test)]
mod tests;
