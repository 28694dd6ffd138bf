//! Hears where a sound begins.

/// A piece of sound with this many times the power of what was before begins something.
const LEAP: f32 = 8.0;
/// How far the power before is followed by each piece.
const FOLLOW: f32 = 0.15;
/// Pieces in a hop of the transform.
const PIECES: usize = 4;

/// Compares the power of short pieces with what was before.
pub struct Onset {
    /// How many frames a piece has, and after how many an onset is forgotten.
    piece: usize,
    longest: usize,
    /// How many frames of the piece are heard, their power, and the smoothed power of pieces before.
    heard: usize,
    power: f32,
    before: f32,
    /// How many frames ago the last onset was.
    age: Option<usize>,
}

impl Onset {
    pub fn new(size: usize, hop: usize) -> Self {
        Self { piece: hop / PIECES, longest: size, heard: 0, power: 0.0, before: 0.0, age: None }
    }

    /// Takes the power of a frame.
    #[inline(always)]
    pub fn hear(&mut self, power: f32) {
        self.power += power;
        self.heard += 1;
        if self.heard < self.piece {
            return;
        }
        self.age = self.age.map(|age| age + self.piece).filter(|&age| age < self.longest);
        // Onsets closer than this are one.
        if self.power > LEAP * self.before && self.age.is_none_or(|age| age > self.longest / 4) {
            self.age = Some(self.piece / 2);
        }
        self.before += FOLLOW * (self.power - self.before);
        (self.power, self.heard) = (0.0, 0);
    }

    /// How many frames ago the last onset was, where it was heard within the last transform.
    pub fn age(&self) -> Option<usize> {
        self.age
    }

    pub fn reset(&mut self) {
        (self.heard, self.power, self.before, self.age) = (0, 0.0, 0.0, None);
    }
}
