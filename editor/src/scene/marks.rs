//! Frames, comments and pinned probes at their places on the canvas.

use super::Scene;
use crate::geometry::{Point, Rect};
use crate::marks::{Mark, Marks, Tint};

/// The room between a frame and what is in it, and the height of its head.
const PAD: f32 = 24.0;
const HEAD: f32 = 28.0;
/// How high a line of a comment is.
pub const LINE: f32 = 18.0;
/// How wide a comment is, and how many letters a line of it has about.
const WIDE: f32 = 224.0;
const LETTERS: usize = 33;
/// The size of a pinned probe.
pub const PIN: Point = Point::new(208.0, 104.0);

/// A frame.
#[derive(Clone, Debug)]
pub struct FrameBox {
    /// Its number.
    pub id: u32,
    /// What is read on it.
    pub title: String,
    /// Its colour.
    pub tint: Tint,
    /// Where it lies.
    pub rect: Rect,
    /// The cards in it.
    pub cards: Vec<usize>,
    /// How many frames lie in it, one within the other.
    within: usize,
}

impl FrameBox {
    /// Where it is taken hold of.
    pub fn head(&self) -> Rect {
        Rect { size: Point::new(self.rect.size.x, HEAD), ..self.rect }
    }
}

/// A comment.
#[derive(Clone, Debug)]
pub struct CommentBox {
    /// Its number.
    pub id: u32,
    /// Its words.
    pub text: String,
    /// Its colour.
    pub tint: Tint,
    /// Where it lies.
    pub rect: Rect,
}

impl CommentBox {
    /// Its words in lines, as they fit into it at their usual size.
    pub fn lines(&self) -> Vec<String> {
        wrap(&self.text, LETTERS)
    }
}

/// A pinned probe.
#[derive(Clone, Debug)]
pub struct PinBox {
    /// Its number.
    pub id: u32,
    /// The card and the socket whose sound it shows.
    pub source: (usize, usize),
    /// Where it lies.
    pub rect: Rect,
}

impl Scene {
    pub(super) fn put_marks(&mut self, marks: &Marks) {
        for (&id, frame) in &marks.frames {
            let cards: Vec<usize> = frame.nodes.iter().filter_map(|id| self.index.get(id).copied()).collect();
            let inside = |o: &&crate::marks::Frame| o.nodes.is_subset(&frame.nodes) && o.nodes != frame.nodes;
            let within = marks.frames.values().filter(inside).count();
            if !cards.is_empty() {
                let rect = Rect::default();
                let (title, tint) = (frame.title.clone(), frame.color);
                self.frames.push(FrameBox { id, title, tint, rect, cards, within });
            }
        }
        // The larger lie behind.
        self.frames.sort_by_key(|f| (std::cmp::Reverse(f.within), f.id));
        for (&id, comment) in &marks.comments {
            let at = Point::new(comment.at.0, comment.at.1);
            let rect = Rect { at, size: Point::new(WIDE, 0.0) };
            let mut comment = CommentBox { id, text: comment.text.clone(), tint: comment.color, rect };
            comment.rect.size.y = comment.lines().len().max(1) as f32 * LINE + 20.0;
            self.comments.push(comment);
        }
        for (&id, pin) in &marks.pins {
            let Some(source) = self.find(&pin.node, &pin.port, true) else { continue };
            let rect = Rect { at: Point::new(pin.at.0, pin.at.1), size: PIN };
            self.pins.push(PinBox { id, source, rect });
        }
        self.frame();
    }

    /// Makes each frame as large as what is in it needs.
    pub(super) fn frame(&mut self) {
        for frame in &mut self.frames {
            let cards = frame.cards.iter().map(|&c| self.cards[c].rect);
            let pad = PAD + (PAD + HEAD) * frame.within as f32;
            let around = cards.reduce(Rect::with).unwrap_or_default().grown(pad);
            let head = Point::new(0.0, HEAD);
            frame.rect = Rect { at: around.at - head, size: around.size + head };
        }
    }

    /// Moves a mark, as a drag does before it is over.
    pub fn shift_mark(&mut self, mark: Mark, by: Point) {
        let rect = match mark {
            Mark::Frame(_) => None,
            Mark::Comment(id) => self.comments.iter_mut().find(|c| c.id == id).map(|c| &mut c.rect),
            Mark::Pin(id) => self.pins.iter_mut().find(|p| p.id == id).map(|p| &mut p.rect),
        };
        rect.into_iter().for_each(|rect| *rect = rect.moved(by));
    }

    /// Where a mark lies.
    pub fn mark(&self, mark: Mark) -> Option<Rect> {
        match mark {
            Mark::Frame(id) => self.frames.iter().find(|f| f.id == id).map(|f| f.rect),
            Mark::Comment(id) => self.comments.iter().find(|c| c.id == id).map(|c| c.rect),
            Mark::Pin(id) => self.pins.iter().find(|p| p.id == id).map(|p| p.rect),
        }
    }

    /// All marks, from left to right.
    pub fn marks(&self) -> Vec<Mark> {
        let frames = self.frames.iter().map(|f| (f.rect, Mark::Frame(f.id)));
        let comments = self.comments.iter().map(|c| (c.rect, Mark::Comment(c.id)));
        let pins = self.pins.iter().map(|p| (p.rect, Mark::Pin(p.id)));
        let mut all: Vec<(Rect, Mark)> = frames.chain(comments).chain(pins).collect();
        all.sort_by(|a, b| a.0.at.x.total_cmp(&b.0.at.x).then(a.1.cmp(&b.1)));
        all.into_iter().map(|(_, mark)| mark).collect()
    }

    /// The frame that nodes come into which are dropped with their middle here: the innermost that holds none of them.
    pub fn frame_at(&self, at: Point, moved: impl Fn(&str) -> bool) -> Option<u32> {
        let free = |f: &&FrameBox| !f.cards.iter().any(|&c| moved(&self.cards[c].id));
        self.frames.iter().rev().filter(free).find(|f| f.rect.contains(at)).map(|f| f.id)
    }
}

/// Words in lines of so many letters at most; a longer word has a line of its own.
pub fn wrap(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut().filter(|line| line.chars().count() + 1 + length <= letters) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.into()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_into_lines_and_none_is_lost() {
        let text = "What  comes in here is far too loud, turn it down";
        let lines = wrap(text, 12);
        assert!(lines.iter().all(|l| l.chars().count() <= 12), "{lines:?}");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(lines.join(" ").split(' ').collect::<Vec<_>>(), words);
        assert_eq!(wrap("extraordinary", 5), ["extraordinary"]);
    }
}
