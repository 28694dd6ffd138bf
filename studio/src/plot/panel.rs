//! Draws what every panel has: its card, its heading with a legend, its axes.

use super::axis::{self, Scale, Tick};
use super::canvas::{Align, Canvas, Pencil};
use super::layout::Area;
use super::theme;

/// How far below its middle the baseline of a figure lies, as a share of the size of the text.
const HALF_CAP: f32 = 0.345;

/// How a legend shows what it names.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// A piece of line.
    Line(Pencil),
    /// A filled square.
    Square(theme::Ink),
}

/// Paints a card with its heading, the unit of its values and a legend; gives the plot inside.
pub fn open(canvas: &mut Canvas, card: Area, heading: &str, unit: &str, legend: &[(Sample, String)]) -> Area {
    let plot = card.plot();
    let baseline = card.top + 31.0;
    canvas.card(card, theme::CARD);
    let left = card.left + 24.0;
    let width = canvas.text(heading, theme::HEADING, theme::STRONG, (left, baseline), Align::Left);
    canvas.text(unit, theme::SMALL, theme::QUIET, (left + width + 12.0, baseline), Align::Left);
    let mut right = plot.right;
    for (sample, name) in legend.iter().rev() {
        let width = canvas.text(name, theme::SMALL, theme::TEXT, (right, baseline), Align::Right);
        let end = right - width - 8.0;
        let middle = baseline - theme::SMALL * HALF_CAP;
        right = match *sample {
            Sample::Line(pencil) => {
                canvas.curve(&[(end - 30.0, middle), (end, middle)], pencil);
                end - 30.0
            }
            Sample::Square(ink) => {
                let (top, bottom) = ((middle - 6.0).round(), (middle + 6.0).round());
                let right = end.round();
                canvas.area(Area { left: right - 12.0, right, top, bottom }, ink);
                right - 12.0
            }
        } - 24.0;
    }
    plot
}

/// Writes a word in the middle of a plot that has nothing to show.
pub fn nothing(canvas: &mut Canvas, plot: Area, why: &str) {
    let middle = 0.5 * (plot.left + plot.right);
    canvas.text(why, theme::BODY, theme::QUIET, (middle, plot.middle() + 6.0), Align::Centre);
}

/// Lines across with labels left of the plot.
pub fn rows(canvas: &mut Canvas, plot: Area, scale: &Scale, ticks: &[Tick]) {
    for (value, label) in ticks {
        let y = scale.at(*value);
        canvas.rule_across(plot.left, plot.right, y.min(plot.bottom - 1.0), theme::GRID);
        row_label(canvas, plot, y, label);
    }
}

/// A label left of the plot, at a height.
pub fn row_label(canvas: &mut Canvas, plot: Area, y: f32, label: &str) {
    let baseline = y + theme::SMALL * HALF_CAP;
    canvas.text(label, theme::SMALL, theme::QUIET, (plot.left - 12.0, baseline), Align::Right);
}

/// A line down at each mark, with its label below the plot.
pub fn columns(canvas: &mut Canvas, plot: Area, scale: &Scale, ticks: &[Tick]) {
    for (value, label) in ticks {
        let x = scale.at(*value);
        canvas.rule_down(x.min(plot.right - 1.0), plot.top, plot.bottom, theme::GRID);
        canvas.text(label, theme::SMALL, theme::QUIET, (x, plot.bottom + 24.0), Align::Centre);
    }
}

/// The axis of time below a plot; gives its scale.
pub fn time(canvas: &mut Canvas, plot: Area, seconds: f64) -> Scale {
    let scale = Scale::linear([0.0, seconds], [plot.left, plot.right]);
    columns(canvas, plot, &scale, &axis::time(seconds, (plot.width() / 96.0) as usize));
    scale
}

/// A line of the column right of the plots: its label and its value, in a colour.
#[derive(Clone, Debug)]
pub struct Side {
    /// What it is.
    pub label: &'static str,
    /// The value, with its unit.
    pub value: String,
    /// Colour of the value.
    pub ink: theme::Ink,
}

impl Side {
    /// A reading in the colour of figures.
    pub fn new(label: &'static str, value: String) -> Self {
        Self { label, value, ink: theme::STRONG }
    }
}

/// Writes one line of readings right of the plot, centred on a height.
pub fn side(canvas: &mut Canvas, plot: Area, middle: f32, side: &Side) {
    let baseline = middle + theme::SMALL * HALF_CAP;
    canvas.text(side.label, theme::SMALL, theme::TEXT, (plot.right + 24.0, baseline), Align::Left);
    canvas.text(&side.value, theme::SMALL, side.ink, (plot.right + 160.0, baseline), Align::Right);
}
