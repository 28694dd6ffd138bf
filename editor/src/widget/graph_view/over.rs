//! What lies over the graph: the cable in the hand, the box around what is to be selected, numbers at the pointer.

use super::cards::{Side, write};
use super::{Detail, GraphView, Pen, cables};
use crate::geometry::{Curve, Point, Rect};
use crate::gesture::{Cabling, Gesture};
use crate::live::Level;
use crate::ports::Sort;
use crate::scene::{Badge, Hit, Wire};
use crate::theme::{self, fade};
use crate::wave;
use crate::widget::{area, plot, to};
use iced::advanced::graphics::geometry::{Frame, Path, Renderer as _, Stroke};
use iced::advanced::{Renderer as _, renderer};
use iced::{Border, Rectangle, Renderer, Vector};

impl<Message> GraphView<'_, Message> {
    pub(super) fn draw_over(&self, pen: &Pen<'_>, renderer: &mut Renderer) {
        let mut frame = Frame::new(renderer, cables::size(pen));
        match self.gesture {
            Gesture::Cabling(cabling) => self.draw_loose(pen, &mut frame, cabling),
            Gesture::Moving { join: Some((from, to)), .. } => {
                let at =
                    |(card, socket): (usize, usize)| pen.local(self.scene.cards[card].sockets[socket].at);
                cables::loose(&mut frame, at(*from), at(*to), pen.c.accent);
            }
            Gesture::Moving { into: Some(cable), .. } => {
                if let Some(wire) = self.scene.wires.iter().find(|w| w.id == *cable) {
                    let [a, b, c, d] = Curve(wire.curve.0.map(|p| pen.local(p))).0;
                    let path = Path::new(|path| {
                        path.move_to(to(a));
                        path.bezier_curve_to(to(b), to(c), to(d));
                    });
                    frame.stroke(&path, Stroke::default().with_color(pen.c.accent).with_width(4.0));
                }
            }
            _ => {}
        }
        let geometry = frame.into_geometry();
        let by = Vector::new(pen.bounds.x, pen.bounds.y);
        renderer.with_translation(by, |renderer| renderer.draw_geometry(geometry));
        if let Gesture::Boxing { from, to, .. } = self.gesture {
            let bounds = pen.rect(Rect::between(*from, *to));
            let border = Border { color: pen.c.accent, width: 1.0, radius: 2.0.into() };
            renderer.fill_quad(
                renderer::Quad { bounds, border, ..renderer::Quad::default() },
                fade(pen.c.accent, 0.12),
            );
        }
        if let Some((lines, at)) = self.words(pen) {
            let flows = matches!(pen.over, Some(Hit::Wire(_) | Hit::Socket(..)));
            let line =
                self.scope.filter(|_| flows).and_then(|probe| wave::trace(probe.last(wave::BACK).first()?));
            tip(pen, renderer, &lines, line.as_deref(), at);
        }
    }

    fn draw_loose(&self, pen: &Pen<'_>, frame: &mut Frame<Renderer>, cabling: &Cabling) {
        let socket =
            |(card, socket): (usize, usize)| self.scene.cards.get(card)?.sockets.get(socket).map(|s| s.at);
        let Some(held) = socket(cabling.from) else { return };
        let end = cabling.over.and_then(socket).unwrap_or(cabling.to);
        let (from, end) = if cabling.out { (held, end) } else { (end, held) };
        cables::loose(frame, pen.local(from), pen.local(end), pen.c.accent);
    }

    /// What is told at the pointer, and where.
    fn words(&self, pen: &Pen<'_>) -> Option<(Vec<String>, Point)> {
        let at = pen.pointer?;
        match pen.over? {
            Hit::Wire(wire) => {
                let wire = &self.scene.wires[wire];
                let mut lines = vec![self.ends(wire)];
                lines.extend(wire.amount.clone().map(|a| match wire.sort {
                    Sort::Value => format!("depth {a}"),
                    _ => format!("level {a}"),
                }));
                lines.push(numbers(wire.sort, &self.flows(wire)));
                lines.extend(match &wire.badge {
                    Some(Badge::Held(time)) => Some(format!("held back {time}, so that paths meet in time")),
                    Some(Badge::Round(time)) => Some(format!("closes a loop of {time}")),
                    None if wire.feedback => Some("the loop is cut here: one frame later".into()),
                    None => None,
                });
                Some((lines, at))
            }
            Hit::Socket(card, socket) => {
                let (card, socket) = (&self.scene.cards[card], &self.scene.cards[card].sockets[socket]);
                let mut lines = vec![format!("{} {}", card.title, socket.port.name)];
                lines.extend((!socket.port.help.is_empty()).then(|| socket.port.help.clone()));
                if let Some(level) = self.levels.level(&card.id, &socket.port.name).filter(|_| socket.out) {
                    lines.push(numbers(socket.port.sort, level));
                }
                Some((lines, at))
            }
            Hit::Card(card) => {
                let card = &self.scene.cards[card];
                let note = Some(card.note.clone()).filter(|note| !note.is_empty() && *note != card.title);
                let name = (pen.detail < Detail::Full || note.is_some()).then(|| card.title.clone());
                let lines: Vec<String> = name.into_iter().chain(note).collect();
                (!lines.is_empty()).then_some((lines, at))
            }
            _ => None,
        }
    }

    fn ends(&self, wire: &Wire) -> String {
        let name = |(card, socket): (usize, usize)| {
            let card = &self.scene.cards[card];
            let port = &card.sockets[socket].port.name;
            if port.is_empty() { card.title.clone() } else { format!("{} {port}", card.title) }
        };
        format!("{} → {}", name(wire.from), name(wire.to))
    }
}

fn numbers(sort: Sort, level: &Level) -> String {
    match sort {
        Sort::Notes => format!("{} notes", level.notes),
        _ if level.width == 0 => "no level yet".into(),
        _ => {
            let wide = if level.width == 1 { "mono".into() } else { format!("{} channels", level.width) };
            format!("{wide}, peak {} dBFS, rms {} dB", wave::decibels(level.peak), wave::decibels(level.rms))
        }
    }
}

/// How high a scope is.
const SCOPE: f32 = 56.0;
/// How high a line of a tip is.
const LINE: f32 = 18.0;

/// Lines of text beside the pointer, where there is room, and under them what is heard.
fn tip(pen: &Pen<'_>, renderer: &mut Renderer, lines: &[String], trace: Option<&[f32]>, at: Point) {
    let longest = lines.iter().map(|l| l.chars().count()).max().unwrap_or(0) as f32;
    let scope = if trace.is_some() { SCOPE + 6.0 } else { 0.0 };
    let size = Point::new(longest * 6.3 + 20.0, lines.len() as f32 * LINE + 12.0 + scope);
    let end = Point::new(pen.bounds.x + pen.bounds.width, pen.bounds.y + pen.bounds.height);
    let x = (at.x + 14.0).min(end.x - size.x - 8.0).max(pen.bounds.x);
    let y = if at.y + 18.0 + size.y > end.y { at.y - size.y - 10.0 } else { at.y + 18.0 };
    let bounds: Rectangle = area(Rect { at: Point::new(x, y), size });
    renderer.with_layer(pen.bounds, |renderer| {
        let border = Border { color: pen.c.line, width: 1.0, radius: theme::ROUND.into() };
        renderer.fill_quad(renderer::Quad { bounds, border, ..renderer::Quad::default() }, pen.c.raised);
        for (k, line) in lines.iter().enumerate() {
            let at = Point::new(x + 10.0, y + 6.0 + (k as f32 + 0.5) * LINE);
            let color = if k == 0 { pen.c.text } else { pen.c.dim };
            write(renderer, line, at, bounds, theme::SMALL, Side::Left, color);
        }
        if let Some(trace) = trace {
            let mut frame = Frame::new(renderer, bounds.size());
            let at = Rect::new(10.0, size.y - SCOPE - 6.0, size.x - 20.0, SCOPE);
            plot::lines(&mut frame, at, &[0.5], &[], pen.c.line);
            plot::draw(&mut frame, Some(crate::picture::Sort::Wave), trace, at, pen.c.sound.1, 1.5);
            let geometry = frame.into_geometry();
            renderer.with_translation(Vector::new(x, y), |renderer| renderer.draw_geometry(geometry));
        }
    });
}
