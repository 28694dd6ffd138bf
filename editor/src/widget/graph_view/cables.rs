//! Cables: their colour says what flows and how loud it is, their line what sort it is and how wide.

use super::{Detail, GraphView, Pen};
use crate::geometry::{Curve, Point};
use crate::live::Level;
use crate::ports::Sort;
use crate::scene::{Badge, Hit, Wire};
use crate::theme::mix;
use crate::widget::meter::place;
use crate::widget::to;
use iced::advanced::Renderer as _;
use iced::advanced::graphics::geometry::{Frame, LineCap, LineDash, Path, Renderer as _, Stroke};
use iced::{Renderer, Size, Vector};

/// Below this amplitude nothing moves along a cable: -60 dBFS.
const STILL: f32 = 1e-3;
/// The pieces of a dashed line, in pixels: a cable of notes, and one at which a loop is cut.
const NOTES: [f32; 2] = [7.0, 4.0];
const LOOP: [f32; 2] = [3.0, 4.0];

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
        let mut frame = Frame::new(renderer, pen.bounds.size());
        let off = |index: usize| pen.path.as_ref().is_some_and(|p| !p.wires[index]);
        // What stands out lies over the rest.
        for dim in [true, false] {
            for (index, wire) in self.scene.wires.iter().enumerate().filter(|(index, _)| off(*index) == dim) {
                if wire.curve.bounds().meets(pen.seen) {
                    self.draw_cable(pen, &mut frame, wire, (self.is_lit(pen, index, wire), dim));
                }
            }
        }
        let geometry = frame.into_geometry();
        let by = Vector::new(pen.bounds.x, pen.bounds.y);
        renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
    }

    fn draw_cable(&self, pen: &Pen<'_>, frame: &mut Frame<Renderer>, wire: &Wire, (lit, dim): (bool, bool)) {
        let level = self.flows(wire);
        let (still, loud) = pen.c.cable(wire.sort);
        let shine = if wire.sort == Sort::Notes { level.spark } else { place(level.peak) };
        // On a path that stands out, what is silent is seen as well as what sounds.
        let shine = if pen.path.is_some() && !dim { shine.max(0.6) } else { shine };
        let color = if lit { pen.c.accent } else { mix(still, loud, shine) };
        let color = if dim { mix(color, pen.c.canvas, 0.72) } else { color };
        let scale = pen.view.zoom.clamp(0.5, 1.25);
        let width = scale * if lit { 1.0 } else { 0.0 } + scale * width(wire, &level);
        let local = Curve(wire.curve.0.map(|p| pen.local(p)));
        if pen.detail <= Detail::Boxes {
            let line = Path::line(to(local.0[0]), to(local.0[3]));
            frame.stroke(&line, Stroke::default().with_color(color).with_width(width.min(1.0)));
            return;
        }
        let [a, b, c, d] = local.0;
        let path = Path::new(|path| {
            path.move_to(to(a));
            path.bezier_curve_to(to(b), to(c), to(d));
        });
        let dashes: &[f32] = match wire.sort {
            _ if wire.feedback || matches!(wire.badge, Some(Badge::Round(_))) => &LOOP,
            Sort::Notes => &NOTES,
            _ => &[],
        };
        let stroke = Stroke {
            line_cap: if dashes.is_empty() { LineCap::Round } else { LineCap::Butt },
            line_dash: LineDash { segments: dashes, offset: 0 },
            ..Stroke::default()
        };
        frame.stroke(&path, stroke.with_color(color).with_width(width));
        if !wire.mute && !dim {
            self.draw_flow(pen, frame, &local, wire, &level);
        }
    }

    /// What moves along a cable while something flows, and a mark where it clips.
    fn draw_flow(
        &self,
        pen: &Pen<'_>,
        frame: &mut Frame<Renderer>,
        curve: &Curve,
        wire: &Wire,
        level: &Level,
    ) {
        let (_, loud) = pen.c.cable(wire.sort);
        let flows = if wire.sort == Sort::Notes { level.spark > 0.05 } else { level.peak > STILL };
        let size = 2.2 * pen.view.zoom.clamp(0.6, 1.2);
        if let (true, Some(phase)) = (flows, self.phase) {
            let length = (curve.0[3] - curve.0[0]).length();
            let count = (length / 120.0).clamp(1.0, 6.0) as usize;
            for k in 0..count {
                let at = curve.at((k as f32 + phase) / count as f32);
                frame.fill(&Path::circle(to(at), size), loud);
            }
        }
        if wire.sort == Sort::Sound && level.peak > 1.0 {
            // Told by its shape, too.
            let at = curve.at(0.5);
            let corner = |x: f32, y: f32| to(at + Point::new(x, y) * (2.5 * size));
            let peak = Path::new(|path| {
                path.move_to(corner(0.0, -1.0));
                path.line_to(corner(1.0, 0.8));
                path.line_to(corner(-1.0, 0.8));
                path.close();
            });
            frame.fill(&peak, pen.c.alarm);
        }
    }
}

fn width(wire: &Wire, level: &Level) -> f32 {
    match wire.sort {
        _ if wire.mute => 1.0,
        Sort::Sound if level.width > 1 => 3.2,
        Sort::Sound => 2.2,
        Sort::Notes => 2.0,
        Sort::Value => 1.4,
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
