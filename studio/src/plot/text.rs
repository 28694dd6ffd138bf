//! Sets text in Fira Sans: figures of one width so that columns of numbers align, pairs of letters kerned.
//!
//! Glyph outlines and the tables of the font are read by `ttf-parser`. What a plot needs of typesetting is small:
//! one line, left to right, tabular figures (OpenType `tnum`) and pair kerning (`kern`). A character that the font
//! lacks shows as its box.

use tiny_skia::{Path, PathBuilder};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::gsub::{SingleSubstitution, SubstitutionSubtable};
use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag};

const FIRA_SANS: &[u8] = include_bytes!("../../assets/FiraSans-Regular.ttf");

/// The bundled font.
pub struct Font {
    face: Face<'static>,
    tabular: Vec<SingleSubstitution<'static>>,
    kerning: Vec<PairAdjustment<'static>>,
}

/// A line of text that knows its width.
pub struct Line {
    glyphs: Vec<(GlyphId, f32)>,
    /// Pixels from the font's units.
    scale: f32,
    /// Advance of the whole line, in pixels.
    pub width: f32,
}

impl Font {
    /// Reads the bundled font.
    pub fn bundled() -> Result<Self, ttf_parser::FaceParsingError> {
        let face = Face::parse(FIRA_SANS, 0)?;
        let tabular = (face.tables().gsub.iter())
            .flat_map(|table| {
                let feature = table.features.find(Tag::from_bytes(b"tnum"));
                let lookups = feature.map(|f| f.lookup_indices).into_iter().flatten();
                lookups.filter_map(|index| table.lookups.get(index))
            })
            .flat_map(|lookup| lookup.subtables.into_iter())
            .filter_map(|part| match part {
                SubstitutionSubtable::Single(single) => Some(single),
                _ => None,
            })
            .collect();
        let kerning = (face.tables().gpos.iter())
            .flat_map(|table| {
                let feature = table.features.find(Tag::from_bytes(b"kern"));
                let lookups = feature.map(|f| f.lookup_indices).into_iter().flatten();
                lookups.filter_map(|index| table.lookups.get(index))
            })
            .flat_map(|lookup| lookup.subtables.into_iter())
            .filter_map(|part| match part {
                PositioningSubtable::Pair(pair) => Some(pair),
                _ => None,
            })
            .collect();
        Ok(Self { face, tabular, kerning })
    }

    /// Sets a line at `size` pixels.
    pub fn line(&self, text: &str, size: f32) -> Line {
        let scale = size / f32::from(self.face.units_per_em());
        let (mut glyphs, mut pen, mut last) = (Vec::with_capacity(text.len()), 0.0, None);
        for character in text.chars().filter(|c| !c.is_control()) {
            let glyph = self.face.glyph_index(character).unwrap_or_default();
            let glyph = if character.is_ascii_digit() { self.tabular(glyph) } else { glyph };
            if let Some(last) = last {
                pen += f32::from(self.kern(last, glyph)) * scale;
            }
            glyphs.push((glyph, pen));
            pen += f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
            last = Some(glyph);
        }
        Line { glyphs, scale, width: pen }
    }

    /// Sets a line that is no wider than `room` pixels: what is too long ends in an ellipsis.
    pub fn fit(&self, text: &str, size: f32, room: f32) -> Line {
        let line = self.line(text, size);
        if line.width <= room {
            return line;
        }
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let cut = |count: usize| {
            let end = ends.get(count).copied().unwrap_or(text.len());
            self.line(&format!("{}…", text[..end].trim_end()), size)
        };
        // Advances only grow with more letters (kerning is far smaller than a letter), so halving finds the cut.
        let longest = (0..ends.len()).collect::<Vec<_>>().partition_point(|&count| cut(count).width <= room);
        cut(longest.saturating_sub(1))
    }

    /// The outline of a line whose baseline starts at `x`, `y`; `None` when there is nothing to paint.
    pub fn outline(&self, line: &Line, x: f32, y: f32) -> Option<Path> {
        let mut pen = Pen { path: PathBuilder::new(), scale: line.scale, x, y };
        for &(glyph, at) in &line.glyphs {
            pen.x = x + at;
            self.face.outline_glyph(glyph, &mut pen);
        }
        pen.path.finish()
    }

    fn tabular(&self, glyph: GlyphId) -> GlyphId {
        for part in &self.tabular {
            let found = match part {
                SingleSubstitution::Format1 { coverage, delta } => {
                    coverage.get(glyph).map(|_| GlyphId(glyph.0.wrapping_add_signed(*delta)))
                }
                SingleSubstitution::Format2 { coverage, substitutes } => {
                    coverage.get(glyph).and_then(|index| substitutes.get(index))
                }
            };
            if let Some(found) = found {
                return found;
            }
        }
        glyph
    }

    /// How much nearer (negative) the second glyph stands, in the font's units.
    fn kern(&self, first: GlyphId, second: GlyphId) -> i16 {
        for pair in &self.kerning {
            let Some(index) = pair.coverage().get(first) else { continue };
            let found = match pair {
                PairAdjustment::Format1 { sets, .. } => sets.get(index).and_then(|set| set.get(second)),
                PairAdjustment::Format2 { classes, matrix, .. } => {
                    matrix.get((classes.0.get(first), classes.1.get(second)))
                }
            };
            if let Some((value, _)) = found {
                return value.x_advance;
            }
        }
        0
    }
}

/// Writes a glyph's outline, its y upwards, into a path whose y goes downwards.
struct Pen {
    path: PathBuilder,
    scale: f32,
    x: f32,
    y: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests;
