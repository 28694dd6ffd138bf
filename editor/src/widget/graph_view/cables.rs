//! Cables: their colour says what flows and how loud it is, their line what sort it is and how wide.

use super::batch::{Batch, circle, polygon};
use super::{Detail, GraphView, Pen};
use crate::geometry::{Curve, Point};
use crate::live::Level;
use crate::ports::Sort;
use crate::scene::{Badge, Hit, Wire};
use crate::theme::mix;
use crate::widget::meter::place;
use crate::widget::to;
use iced::advanced::Renderer as _;
use iced::advanced::graphics::geometry::path::Builder;
use iced::advanced::graphics::geometry::{Frame, LineCap, LineDash, Path, Renderer as _, Stroke};
use iced::{Renderer, Size, Vector};

/// Below this amplitude nothing moves along a cable: -60 dBFS.
const STILL: f32 = 1e-3;
/// The pieces of a dashed line, in pixels: a cable of notes, and one at which a loop is cut.
const NOTES: [f32; 2] = [7.0, 4.0];
const LOOP: [f32; 2] = [3.0, 4.0];
/// In how many steps a cable goes from silent to loud: finer than an eye tells apart.
const SHADES: f32 = 32.0;

impl<Message> GraphView<'_, Message> {
    /// The level of what flows through a cable.
    pub(super) fn flows(&self, wire: &Wire) -> Level {
        let card = &self.scene.cards[wire.from.0];
        let port = &card.sockets[wire.from.1].port.name;
        self.levels.level(&card.id, port).copied().unwrap_or_default()
    }

    fn is_lit(&self, pen: &Pen<'_>, index: usize, wire: &Wire) -> bool {
        let over = match pen.over {
            Some(Hit::Wire(over)) => over == index,
            Some(Hit::Socket(card, socket)) => wire.from == (card, socket) || wire.to == (card, socket),
            _ => false,
        };
        over || self.cable == Some(wire.id)
    }

    pub(super) fn draw_cables(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let mut cables = Batch::default();
        let mut marks = Batch::default();
        for (index, wire) in self.scene.wires.iter().enumerate() {
            if wire.curve.bounds().meets(pen.seen) {
                let stands = pen.path.as_ref().is_none_or(|p| p.wires[index]);
                let level = self.flows(wire);
                let look = Look::new(wire, &level, pen, stands, self.is_lit(pen, index, wire));
                let curve = Curve(wire.curve.0.map(|p| pen.local(p)));
                look.line(pen, cables.with(look), &curve);
                if stands && !wire.mute && pen.detail > Detail::Boxes {
                    self.draw_flow(pen, &mut marks, &curve, wire, &level);
                }
            }
        }
        let mut frame = Frame::new(renderer, pen.bounds.size());
        cables.each(|look, path| frame.stroke(path, look.stroke(pen)));
        marks.each(|mark, path| {
            let color = match mark {
                Moving::Flow(sort) => pen.c.cable(sort).1,
                Moving::Clips => pen.c.alarm,
            };
            frame.fill(path, color);
        });
        let geometry = frame.into_geometry();
        let by = Vector::new(pen.bounds.x, pen.bounds.y);
        renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
    }

    /// What moves along a cable while something flows, and a mark where it clips.
    fn draw_flow(&self, pen: &Pen<'_>, marks: &mut Batch<Moving>, curve: &Curve, wire: &Wire, level: &Level) {
        let flows = if wire.sort == Sort::Notes { level.spark > 0.05 } else { level.peak > STILL };
        let size = 2.2 * pen.view.zoom.clamp(0.6, 1.2);
        if let (true, Some(phase)) = (flows, self.phase) {
            let length = (curve.0[3] - curve.0[0]).length();
            let count = (length / 120.0).clamp(1.0, 6.0) as usize;
            let path = marks.with(Moving::Flow(wire.sort));
            for k in 0..count {
                circle(path, curve.at((k as f32 + phase) / count as f32), size);
            }
        }
        if wire.sort == Sort::Sound && level.peak > 1.0 {
            // Told by its shape, too.
            let corners = [(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)];
            let corners = corners.map(|(x, y)| curve.at(0.5) + Point::new(x, y) * (2.5 * size));
            polygon(marks.with(Moving::Clips), &corners);
        }
    }
}

/// What is drawn on cables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moving {
    Flow(Sort),
    Clips,
}

/// How a cable looks. What stands out lies over the rest, and what is loud over what is quiet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    /// Whether it lies on the path that is pointed at, if there is one.
    stands: bool,
    lit: bool,
    /// How brightly it shines, of [`SHADES`].
    shine: u8,
    sort: Sort,
    /// How thick it is, in tenths of a pixel.
    thick: u8,
    dashes: Option<Dashes>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dashes {
    Notes,
    Loop,
}

impl Look {
    fn new(wire: &Wire, level: &Level, pen: &Pen<'_>, stands: bool, lit: bool) -> Self {
        let shine = if wire.sort == Sort::Notes { level.spark } else { place(level.peak) };
        // On a path that stands out, what is silent is seen as well as what sounds.
        let shine = if pen.path.is_some() && stands { shine.max(0.6) } else { shine };
        let dashes = match wire.sort {
            _ if pen.detail <= Detail::Boxes => None,
            _ if wire.feedback || matches!(wire.badge, Some(Badge::Round(_))) => Some(Dashes::Loop),
            Sort::Notes => Some(Dashes::Notes),
            _ => None,
        };
        let thick = width(wire, level) + if lit { 10 } else { 0 };
        Self { stands, lit, shine: (shine * SHADES).round() as u8, sort: wire.sort, thick, dashes }
    }

    /// Draws the line: straight, from far away.
    fn line(self, pen: &Pen<'_>, path: &mut Builder, curve: &Curve) {
        let [a, b, c, d] = curve.0.map(to);
        path.move_to(a);
        match pen.detail {
            Detail::Tiles | Detail::Boxes => path.line_to(d),
            Detail::Names | Detail::Full => path.bezier_curve_to(b, c, d),
        }
    }

    fn stroke(self, pen: &Pen<'_>) -> Stroke<'static> {
        let (still, loud) = pen.c.cable(self.sort);
        let shine = f32::from(self.shine) / SHADES;
        let color = if self.lit { pen.c.accent } else { mix(still, loud, shine) };
        let color = if self.stands { color } else { mix(color, pen.c.canvas, 0.72) };
        let width = pen.view.zoom.clamp(0.5, 1.25) * f32::from(self.thick) / 10.0;
        let width = if pen.detail <= Detail::Boxes { width.min(1.0) } else { width };
        let segments: &[f32] = match self.dashes {
            Some(Dashes::Loop) => &LOOP,
            Some(Dashes::Notes) => &NOTES,
            None => &[],
        };
        let stroke = Stroke {
            line_cap: if self.dashes.is_some() { LineCap::Butt } else { LineCap::Round },
            line_dash: LineDash { segments, offset: 0 },
            ..Stroke::default()
        };
        stroke.with_color(color).with_width(width)
    }
}

/// How thick a cable is, in tenths of a pixel.
fn width(wire: &Wire, level: &Level) -> u8 {
    match wire.sort {
        _ if wire.mute => 10,
        Sort::Sound if level.width > 1 => 32,
        Sort::Sound => 22,
        Sort::Notes => 20,
        Sort::Value => 14,
    }
}

/// A path of a cable that is being drawn.
pub(super) fn loose(frame: &mut Frame<Renderer>, from: Point, end: Point, color: iced::Color) {
    let [a, b, c, d] = Curve::cable(from, end).0;
    let path = Path::new(|path| {
        path.move_to(to(a));
        path.bezier_curve_to(to(b), to(c), to(d));
    });
    frame.stroke(
        &path,
        Stroke { line_cap: LineCap::Round, ..Stroke::default() }.with_color(color).with_width(2.4),
    );
}

/// The size of a canvas as the toolkit has it.
pub(super) fn size(pen: &Pen<'_>) -> Size {
    pen.bounds.size()
}
