//! Deals out the space of the picture on a grid of 8 pixels.

use super::{HEIGHT, WIDTH};

/// Space around everything.
const MARGIN: f32 = 32.0;
/// Space between two cards.
const GAP: f32 = 16.0;
/// Height of the heading, with the space below it.
const HEADER: f32 = 80.0;
/// Height of a row of readings.
pub const FOOTER_ROW: f32 = 72.0;
/// Readings in a row, at most.
pub const FOOTER_COLUMNS: usize = 9;
/// Rows of readings, at most.
const FOOTER_ROWS: usize = 2;

/// A rectangle, in pixels from the upper left corner of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Area {
    /// How wide it is.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// How high it is.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Its middle from top to bottom.
    pub fn middle(&self) -> f32 {
        0.5 * (self.top + self.bottom)
    }

    /// The plot inside a card: below its heading, right of its axis labels, above the labels of the other axis and
    /// left of the column for readings.
    pub fn plot(&self) -> Area {
        Area {
            left: self.left + 80.0,
            top: self.top + 48.0,
            right: self.right - 184.0,
            bottom: self.bottom - 40.0,
        }
    }

    /// One of `count` lanes on top of each other, with `gap` pixels between two; `index` from 0 at the top.
    pub fn lane(&self, index: usize, count: usize, gap: f32) -> Area {
        let height = (self.height() - gap * (count as f32 - 1.0)) / count as f32;
        let top = self.top + index as f32 * (height + gap);
        Area { top, bottom: top + height, ..*self }
    }
}

/// Where everything goes.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The heading.
    pub header: Area,
    /// The card of the waveform.
    pub waveform: Area,
    /// The card of loudness over time.
    pub loudness: Area,
    /// The card of the spectrum.
    pub tone: Area,
    /// The card of the readings; without height when there are none.
    pub footer: Area,
}

impl Layout {
    /// Space for a picture with this many readings.
    pub fn new(readings: usize) -> Self {
        let (left, right) = (MARGIN, WIDTH as f32 - MARGIN);
        let end = HEIGHT as f32 - MARGIN;
        let rows = readings.div_ceil(FOOTER_COLUMNS).min(FOOTER_ROWS);
        let footer = Area { left, right, top: end - rows as f32 * FOOTER_ROW, bottom: end };
        let bottom = if rows == 0 { end } else { footer.top - GAP };
        let mut top = MARGIN + HEADER;
        let free = bottom - top - 2.0 * GAP;
        let mut card = |height: f32| {
            let area = Area { left, right, top, bottom: top + height };
            top = area.bottom + GAP;
            area
        };
        let part = |share: f32| (free * share / 8.0).round() * 8.0;
        let (first, second) = (part(0.35), part(0.31));
        Self {
            header: Area { left, right, top: MARGIN, bottom: MARGIN + HEADER },
            waveform: card(first),
            loudness: card(second),
            tone: card(free - first - second),
            footer,
        }
    }
}

#[cfg(test)]
mod tests;
