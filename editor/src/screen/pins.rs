//! Pinned probes: what they show while it plays, and what they showed in the last seconds while they are held.

use super::{Message, Notice, Screen};
use crate::geometry::Point;
use crate::keymap::Command;
use crate::layout::GRID;
use crate::live::{KEPT, MOST};
use crate::marks::{Pin, next};
use crate::ports::Sort;
use crate::theme::{self, Colors};
use crate::wave;
use crate::widget::fader::{Fader, Turn};
use crate::widget::graph_view::Shown;
use iced::widget::{button, container, row, text};
use iced::{Center, Element};
use std::collections::HashMap;

/// How far a key goes through what is held, in seconds.
pub(super) const STEP: f32 = 0.1;
/// How many parts the picture of all that is held has.
const PARTS: usize = 96;
/// How much of it is put into numbers, in seconds.
const READ: f32 = 0.1;

/// What pinned probes show.
#[derive(Default)]
pub struct State {
    /// By their numbers.
    shown: HashMap<u32, Shown>,
    held: Option<Held>,
}

/// The last seconds, as they were when they were held.
struct Held {
    inside: Vec<String>,
    /// How far one has gone back, in seconds.
    back: f32,
    /// By the number of the probe.
    kept: HashMap<u32, Kept>,
}

/// What one probe has heard.
struct Kept {
    rate: u32,
    channels: Vec<Vec<f32>>,
    /// The outline of the first channel.
    whole: Vec<(f32, f32)>,
}

impl Held {
    fn shown(&self, pin: u32) -> Option<Shown> {
        let Kept { rate, channels, whole } = self.kept.get(&pin)?;
        let length = channels.first()?.len();
        let end = length.saturating_sub((self.back * *rate as f32) as usize);
        let from = end.saturating_sub((READ * *rate as f32) as usize);
        let (peak, rms) = wave::levels(channels.iter().map(|c| &c[from..end]));
        Some(Shown {
            words: words(peak, rms),
            line: wave::trace(&channels[0][..end]).unwrap_or_default(),
            whole: whole.clone(),
            at: 1.0 - self.back / KEPT,
        })
    }
}

fn words(peak: f32, rms: f32) -> String {
    format!("peak {} dBFS, rms {} dB", wave::decibels(peak), wave::decibels(rms))
}

impl Screen {
    /// What a pinned probe shows.
    pub fn shown(&self, pin: u32) -> Option<&Shown> {
        self.pins.shown.get(&pin)
    }

    /// What the pinned probes show.
    pub(super) fn pins_shown(&self) -> &HashMap<u32, Shown> {
        &self.pins.shown
    }

    /// Pins a probe to what comes out where the pointer stands, or of what is selected; or takes it away.
    pub(super) fn pin(&mut self) {
        let Some((card, socket)) = self.pinned_port() else {
            self.notice = Some(Notice::tell(
                "Point at a cable or an output, or select a node: its sound is shown then.",
            ));
            return;
        };
        let card = &self.scene.cards[card];
        let (node, port) = (card.id.clone(), card.sockets[socket].port.name.clone());
        let marks = self.marks();
        if let Some((&id, _)) = marks.pins.iter().find(|(_, p)| p.node == node && p.port == port) {
            return self.remove_mark(crate::marks::Mark::Pin(id));
        }
        if marks.pins.len() >= MOST {
            self.notice = Some(Notice::tell(format!("{MOST} probes are pinned here: take one away first.")));
            return;
        }
        let at = self.pin_place(card.rect).snapped(GRID);
        let edit = self.marked(|m| {
            m.pins.insert(next(&m.pins), Pin { node: node.clone(), port, at: (at.x, at.y) });
        });
        self.commit(&format!("pin a probe to {node}"), vec![edit]);
    }

    /// The output that is meant: where the pointer stands, of the cable or of the node that is selected.
    fn pinned_port(&self) -> Option<(usize, usize)> {
        if let Some((node, port)) = &self.over {
            return self.scene.find(node, port, true);
        }
        if let Some(wire) = self.scene.wires.iter().find(|w| Some(w.id) == self.session.cable) {
            return Some(wire.from);
        }
        let id = self.session.single()?;
        let card = self.scene.cards.iter().position(|c| c.id == id)?;
        let sounds = |s: &crate::scene::Socket| s.out && s.port.sort == Sort::Sound;
        Some((card, self.scene.cards[card].sockets.iter().position(sounds)?))
    }

    /// A free place above a card, or below it.
    fn pin_place(&self, card: crate::geometry::Rect) -> Point {
        let size = crate::scene::PIN;
        let above = Point::new(card.end().x - size.x / 2.0, card.at.y - size.y - 24.0);
        let below = Point::new(above.x, card.end().y + 24.0);
        let free = |at: &Point| {
            let area = crate::geometry::Rect { at: *at, size }.grown(8.0);
            let marks =
                self.scene.pins.iter().map(|p| p.rect).chain(self.scene.comments.iter().map(|c| c.rect));
            let mut others = self.scene.cards.iter().map(|c| c.rect).chain(marks);
            !others.any(|r| r.meets(area))
        };
        let tried = (0..8).flat_map(|k| {
            let by = Point::new(0.0, 32.0 * k as f32);
            [above - by, below + by]
        });
        tried.clone().find(free).unwrap_or(above)
    }

    /// Looks at what the pinned probes hear; whether something moves there.
    pub(super) fn look_at_pins(&mut self) -> bool {
        if self.pins.held.as_ref().is_some_and(|held| held.inside != self.session.inside) {
            self.pins.held = None;
        }
        self.pins.shown.clear();
        let mut moves = false;
        for pin in &self.scene.pins {
            let shown = match &self.pins.held {
                Some(held) => held.shown(pin.id),
                None => self.heard_at(pin.source).map(|probe| {
                    let channels = probe.last((READ * probe.rate() as f32) as usize);
                    let (peak, rms) = wave::levels(channels.iter().map(Vec::as_slice));
                    moves |= peak > 1e-4;
                    let line = channels.first().and_then(|c| wave::trace(c)).unwrap_or_default();
                    Shown { words: words(peak, rms), line, ..Shown::default() }
                }),
            };
            self.pins.shown.extend(shown.map(|shown| (pin.id, shown)));
        }
        moves
    }

    fn heard_at(
        &self,
        (card, socket): (usize, usize),
    ) -> Option<&std::sync::Arc<signalbox_engine::node::Probe>> {
        let card = self.scene.cards.get(card)?;
        self.live.pinned(&self.session.inside, &card.id, &card.sockets.get(socket)?.port.name)
    }

    /// Holds what the pinned probes have heard, or lets them go on.
    pub(super) fn hold(&mut self) {
        if self.pins.held.take().is_none() {
            let keep = |pin: &crate::scene::PinBox| {
                let probe = self.heard_at(pin.source)?;
                let channels = probe.last(probe.kept());
                let whole = wave::outline(channels.first()?, PARTS);
                Some((pin.id, Kept { rate: probe.rate(), channels, whole }))
            };
            let kept: HashMap<_, _> = self.scene.pins.iter().filter_map(keep).collect();
            if kept.is_empty() {
                self.notice = Some(Notice::tell("Pin a probe first: its last ten seconds can be held then."));
                return;
            }
            self.pins.held = Some(Held { inside: self.session.inside.clone(), back: 0.0, kept });
        }
        self.look_at_pins();
    }

    /// Goes so many seconds back through what is held, or on.
    pub(super) fn scrub(&mut self, by: f32) {
        if self.pins.held.is_none() {
            self.hold();
        }
        if let Some(held) = &mut self.pins.held {
            held.back = (held.back + by).clamp(0.0, KEPT - READ);
        }
        self.look_at_pins();
    }

    pub(super) fn scrub_to(&mut self, turn: Turn) {
        let Some(held) = &mut self.pins.held else { return };
        match turn {
            Turn::To(place) => held.back = ((1.0 - place) * KEPT).clamp(0.0, KEPT - READ),
            Turn::Reset => held.back = 0.0,
            Turn::Done => {}
        }
        self.look_at_pins();
    }

    /// Tells that the probes are held, and how far one has gone back.
    pub(super) fn held_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let held = self.pins.held.as_ref()?;
        let key = self.keymap.key(Command::Hold).map_or(String::new(), |k| format!("   {k}"));
        let go = button(text(format!("Go on{key}")).size(theme::SMALL))
            .padding([4, 10])
            .style(theme::main(c))
            .on_press(Message::Run(Command::Hold));
        let fader = Fader::new(1.0 - held.back / KEPT, 1.0, c, Message::Scrub).width(240.0);
        let words = text(format!("Probes held, {:.1} s back", held.back)).size(theme::TEXT).color(c.text);
        let inner = row![container(words).width(176), fader, go].spacing(12).align_y(Center);
        Some(container(inner).padding([6, 12]).style(theme::floating(c)).into())
    }
}
