//! Shows the shape of the sound: between which values it moves, how strong it is, where it reaches full scale.

mod reduce;

use super::axis::{self, Scale};
use super::canvas::{Align, Canvas, Pencil, Spot};
use super::layout::Area;
use super::panel::{self, Sample, Side};
use super::theme;
use reduce::{Column, Summary};
use signalbox_engine::Audio;

/// More channels than this are drawn as one.
const MOST_LANES: usize = 8;
/// Space between two lanes, in pixels; the marks of full scale stand in it.
const GAP: f32 = 16.0;
/// The part of the envelope that peaks alone reach, as opacity of the accent.
const PEAKS: u8 = 105;

/// Below this many pixels a frame, columns tell more than a line.
const TRACE: usize = 2;

/// One lane: its name and what it shows.
struct Lane<'a> {
    name: String,
    /// A column a pixel.
    summary: Summary,
    /// The frames themselves, where there are so few that a line through them says it better.
    frames: &'a [f32],
}

/// Draws the waveform of every channel.
pub fn draw(canvas: &mut Canvas, card: Area, audio: &Audio) {
    let plot = card.plot();
    let lanes = lanes(audio, plot.width() as usize);
    let full: u64 = lanes.iter().map(|lane| lane.summary.full_scale).sum();
    let mut legend = Vec::new();
    if lanes.iter().any(|lane| lane.frames.is_empty()) && audio.frames() > 0 {
        legend.push((Sample::Square(theme::ACCENT.faded(PEAKS)), "Peak".into()));
        legend.push((Sample::Square(theme::ACCENT), "RMS".into()));
    }
    if full > 0 {
        let samples = if full == 1 { "sample" } else { "samples" };
        legend.push((Sample::Square(theme::ALARM), format!("Full scale, {full} {samples}")));
    }
    panel::open(canvas, card, "Waveform", "dBFS", &legend);
    if audio.frames() == 0 || lanes.is_empty() {
        return panel::nothing(canvas, plot, "No sound");
    }
    panel::time(canvas, plot, audio.seconds());
    let count = lanes.len();
    let gap = if count > 4 { GAP * 0.5 } else { GAP };
    for (index, lane) in lanes.iter().enumerate() {
        draw_lane(canvas, plot, plot.lane(index, count, gap), lane);
    }
}

fn draw_lane(canvas: &mut Canvas, plot: Area, area: Area, lane: &Lane) {
    let scale = Scale::linear([1.0, -1.0], [area.top, area.bottom]);
    let half = 0.5 * area.height();
    // In low lanes strong lines would drown the sound.
    let edge = if half > 24.0 { theme::RULE } else { theme::GRID };
    canvas.rule_across(plot.left, plot.right, area.top, edge);
    canvas.rule_across(plot.left, plot.right, area.bottom - 1.0, edge);
    if half > 36.0 {
        for level in [-6.0, -12.0] {
            let gain = 10f64.powf(level / 20.0);
            for value in [gain, -gain] {
                canvas.rule_across(plot.left, plot.right, scale.at(value), theme::GRID);
            }
        }
    }
    labels(canvas, area, &scale, area.bottom == plot.bottom);
    if lane.frames.is_empty() {
        paint(canvas, area, &scale, &lane.summary.columns);
        canvas.rule_across(plot.left, plot.right, area.middle(), theme::CARD.faded(120));
    } else {
        trace(canvas, area, &scale, lane.frames);
    }
    marks(canvas, area, &lane.summary.columns);
    readings(canvas, area, lane);
}

/// Labels of a lane that do not come nearer to each other than a line of text; full scale below only under the last.
fn labels(canvas: &mut Canvas, area: Area, scale: &Scale, last_lane: bool) {
    let room = theme::SMALL + 2.0;
    let mut last = f32::NEG_INFINITY;
    let middle = area.middle();
    for level in [0.0, -6.0, -12.0] {
        let y = scale.at(10f64.powf(level / 20.0));
        if y - last < room || (level != 0.0 && middle - y < room) {
            continue;
        }
        last = y;
        let label = axis::number(level, 0);
        panel::row_label(canvas, area, y, &label);
        // The lower half mirrors the upper one.
        if area.height() > 4.0 * room && (level != 0.0 || last_lane) {
            panel::row_label(canvas, area, 2.0 * middle - y, &label);
        }
    }
    if area.height() > 2.0 * room {
        panel::row_label(canvas, area, middle, "−∞");
    }
}

/// Paints the envelope, and over it the body that the RMS fills.
fn paint(canvas: &mut Canvas, area: Area, scale: &Scale, columns: &[Column]) {
    let outline = |low: fn(&Column) -> f32, high: fn(&Column) -> f32, thinnest: f32| {
        let (mut upper, mut lower): (Vec<Spot>, Vec<Spot>) = (Vec::new(), Vec::new());
        for (index, column) in columns.iter().enumerate() {
            let x = area.left + index as f32;
            let at = |value: f32| scale.at(f64::from(value.clamp(-1.0, 1.0)));
            let (mut top, mut bottom) = (at(high(column)), at(low(column)));
            if bottom - top < thinnest {
                let middle = 0.5 * (top + bottom);
                (top, bottom) = (middle - 0.5 * thinnest, middle + 0.5 * thinnest);
            }
            upper.extend([(x, top), (x + 1.0, top)]);
            lower.extend([(x, bottom), (x + 1.0, bottom)]);
        }
        lower.reverse();
        upper.extend(lower);
        upper
    };
    let envelope = outline(|c| c.low, |c| c.high, 1.5);
    let body = outline(|c| c.low.max(-c.rms).min(c.high), |c| c.high.min(c.rms).max(c.low), 0.0);
    canvas.shape(&envelope, theme::ACCENT.faded(PEAKS));
    canvas.shape(&body, theme::ACCENT);
}

/// Draws the line through few frames; the last one holds for its whole length.
fn trace(canvas: &mut Canvas, area: Area, scale: &Scale, frames: &[f32]) {
    let step = area.width() / frames.len() as f32;
    let held = frames.iter().chain(frames.last());
    let spots: Vec<Spot> = held
        .enumerate()
        .map(|(index, &value)| {
            let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
            (area.left + index as f32 * step, scale.at(f64::from(value)))
        })
        .collect();
    canvas.curve(&spots, Pencil::solid(theme::ACCENT, 2.0));
}

/// Small bars outside the lane where full scale is reached, so that shape and place tell it as well as colour.
fn marks(canvas: &mut Canvas, area: Area, columns: &[Column]) {
    const HEIGHT: f32 = 6.0;
    for (index, column) in columns.iter().enumerate() {
        let x = area.left + index as f32;
        let mut bar = |top: f32| {
            let (left, right) = ((x - 1.0).max(area.left), (x + 2.0).min(area.right));
            canvas.area(Area { left, right, top, bottom: top + HEIGHT }, theme::ALARM);
        };
        if column.full_above {
            bar((area.top - HEIGHT).round());
        }
        if column.full_below {
            bar(area.bottom.round());
        }
    }
}

/// Name, peak and RMS of a lane, right of it; as many as its height takes.
fn readings(canvas: &mut Canvas, area: Area, lane: &Lane) {
    const LINE: f32 = 24.0;
    let decibels = |amplitude: f64| axis::number(20.0 * amplitude.log10(), 1);
    let (peak, rms) = (decibels(f64::from(lane.summary.peak)), decibels(lane.summary.rms));
    let full = lane.summary.full_scale > 0;
    let peak = Side { ink: if full { theme::ALARM } else { theme::STRONG }, ..Side::new("Peak", peak) };
    if area.height() < 3.0 * LINE {
        let size = theme::SMALL.min(area.height() + 6.0);
        let baseline = (area.right + 24.0, area.middle() + size * 0.345);
        canvas.text(&lane.name, size, theme::TEXT, baseline, Align::Left);
        let baseline = (area.right + 160.0, baseline.1);
        canvas.text(&peak.value, size, peak.ink, baseline, Align::Right);
        return;
    }
    let middle = area.middle();
    let baseline = (area.right + 24.0, middle - LINE + 5.5);
    canvas.text(&lane.name, theme::SMALL, theme::STRONG, baseline, Align::Left);
    panel::side(canvas, area, middle, &peak);
    panel::side(canvas, area, middle + LINE, &Side::new("RMS", rms));
}

fn lanes(audio: &Audio, width: usize) -> Vec<Lane<'_>> {
    let frames = audio.frames();
    let channels: Vec<&[f32]> = audio.channels.iter().map(|c| &c[..c.len().min(frames)]).collect();
    if channels.len() > MOST_LANES {
        let summary = reduce::together(&channels, width);
        return vec![Lane { name: format!("{} channels", channels.len()), summary, frames: &[] }];
    }
    let names = names(channels.len());
    (channels.into_iter().zip(names))
        .map(|(channel, name)| Lane {
            name,
            summary: reduce::together(&[channel], width),
            frames: if frames * TRACE <= width { channel } else { &[] },
        })
        .collect()
}

/// Names of the channels in the order of a WAV file.
fn names(count: usize) -> Vec<String> {
    let names: &[&str] = match count {
        1 => &["Mono"],
        2 => &["Left", "Right"],
        6 => &["Left", "Right", "Centre", "LFE", "Left sur.", "Right sur."],
        8 => &["Left", "Right", "Centre", "LFE", "Left rear", "Right rear", "Left side", "Right side"],
        _ => return (1..=count).map(|channel| format!("Channel {channel}")).collect(),
    };
    names.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
