//! What lies under a place of the canvas.

use super::Scene;
use crate::geometry::{Point, Rect};

/// How near a place must be to a port, in pixels of the screen.
const PORT: f32 = 11.0;
/// How near to a cable.
const CABLE: f32 = 6.0;

/// What lies under a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A port: the card and the socket.
    Socket(usize, usize),
    /// A card.
    Card(usize),
    /// A cable, by its index.
    Wire(usize),
    /// The head of a frame, by its index.
    Frame(usize),
    /// A comment, by its index.
    Comment(usize),
    /// A pinned probe, by its index.
    Pin(usize),
    /// Nothing.
    Nothing,
}

impl Scene {
    /// What lies under a place, where a unit of the canvas is `zoom` pixels.
    pub fn hit(&self, at: Point, zoom: f32) -> Hit {
        let slack = PORT / zoom;
        if let Some(pin) = self.pins.iter().rposition(|p| p.rect.contains(at)) {
            return Hit::Pin(pin);
        }
        // Those on top come first.
        let mut order: Vec<usize> =
            (0..self.cards.len()).filter(|&c| self.cards[c].rect.grown(slack).contains(at)).collect();
        order.sort_by_key(|&c| (self.cards[c].level, c));
        for &card in order.iter().rev() {
            if let Some(socket) = self.socket(card, at, slack) {
                return Hit::Socket(card, socket);
            }
            if self.cards[card].rect.contains(at) {
                return Hit::Card(card);
            }
        }
        if let Some(comment) = self.comments.iter().rposition(|c| c.rect.contains(at)) {
            return Hit::Comment(comment);
        }
        let head = || self.frames.iter().rposition(|f| f.head().contains(at)).map(Hit::Frame);
        self.wire(at, zoom).map(Hit::Wire).or_else(head).unwrap_or(Hit::Nothing)
    }

    fn socket(&self, card: usize, at: Point, slack: f32) -> Option<usize> {
        let far = |s: &super::Socket| (s.at - at).length();
        let near = self.cards[card].sockets.iter().enumerate().filter(|(_, s)| far(s) <= slack);
        near.min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map(|(socket, _)| socket)
    }

    /// The cable at a place.
    pub fn wire(&self, at: Point, zoom: f32) -> Option<usize> {
        let slack = CABLE / zoom;
        let near = self.wires.iter().enumerate().filter(|(_, w)| w.curve.bounds().grown(slack).contains(at));
        let measured = near.map(|(k, w)| (k, w.curve.distance(at))).filter(|(_, far)| *far <= slack);
        measured.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| k)
    }

    /// The nodes that a box touches.
    pub fn within(&self, area: Rect) -> impl Iterator<Item = &str> {
        self.cards.iter().filter(move |c| c.rect.meets(area)).map(|c| c.id.as_str())
    }

    /// The next node from one in a direction, `(1, 0)` to the right: near, and straight ahead rather than aside.
    pub fn neighbour(&self, id: &str, direction: (f32, f32)) -> Option<&str> {
        let from = self.card(id)?.rect.center();
        let rated = self.cards.iter().filter(|c| c.id != id).filter_map(|c| {
            let way = c.rect.center() - from;
            let ahead = way.x * direction.0 + way.y * direction.1;
            let aside = (way.x * direction.1 - way.y * direction.0).abs();
            (ahead > 0.0 && aside <= ahead * 2.0).then_some((c, ahead + 2.0 * aside))
        });
        rated.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(c, _)| c.id.as_str())
    }
}
