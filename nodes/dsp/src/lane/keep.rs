//! Moves what a kernel keeps for one lane into a lane of another kernel of the same kind.

use super::Simd;

/// A number that fits into one word.
pub trait Word: Copy {
    /// The bits of the number.
    fn to_word(self) -> u64;
    /// The number with these bits.
    fn from_word(word: u64) -> Self;
}

macro_rules! words {
    ($($t:ty: $self:ident => $to:expr, $word:ident => $from:expr;)+) => {
        $(impl Word for $t {
            #[inline(always)]
            fn to_word($self) -> u64 {
                $to
            }
            #[inline(always)]
            fn from_word($word: u64) -> Self {
                $from
            }
        })+
    };
}

words! {
    f32: self => u64::from(self.to_bits()), word => f32::from_bits(word as u32);
    f64: self => self.to_bits(), word => f64::from_bits(word);
    u32: self => u64::from(self), word => word as u32;
    u64: self => self, word => word;
    usize: self => self as u64, word => word as usize;
    bool: self => u64::from(self), word => word != 0;
}

/// What a [`Keeper`] does with each number that it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Count,
    Save,
    Load,
}

/// Walks over the state of one lane of a kernel. A kernel shows it every number that it keeps, always in the same
/// order, whatever the number of lanes.
#[derive(Debug)]
pub struct Keeper<'a> {
    way: Way,
    lane: usize,
    words: &'a mut [u64],
    at: usize,
}

impl<'a> Keeper<'a> {
    /// Counts the words that a lane needs; see [`Keeper::words`].
    pub fn count() -> Self {
        Self { way: Way::Count, lane: 0, words: &mut [], at: 0 }
    }

    /// Copies a lane into `words`.
    pub fn save(lane: usize, words: &'a mut [u64]) -> Self {
        Self { way: Way::Save, lane, words, at: 0 }
    }

    /// Copies `words` into a lane.
    pub fn load(lane: usize, words: &'a mut [u64]) -> Self {
        Self { way: Way::Load, lane, words, at: 0 }
    }

    /// How many words were walked over.
    pub fn words(&self) -> usize {
        self.at
    }

    /// The lane that is saved or loaded.
    pub fn lane(&self) -> usize {
        self.lane
    }

    /// Shows a number that belongs to the lane alone, such as one of a list with an entry a lane.
    #[inline(always)]
    pub fn own<T: Word>(&mut self, x: &mut T) {
        match (self.way, self.words.get_mut(self.at)) {
            (Way::Save, Some(word)) => *word = x.to_word(),
            (Way::Load, Some(word)) => *x = T::from_word(*word),
            _ => {}
        }
        self.at += 1;
    }

    /// Shows a number with a value in every lane.
    #[inline(always)]
    pub fn number<S: Simd>(&mut self, x: &mut S) {
        let mut own = x.get(self.lane);
        self.own(&mut own);
        if self.way == Way::Load {
            x.set(self.lane, own);
        }
    }

    /// Shows several numbers.
    #[inline(always)]
    pub fn numbers<'s, S: Simd>(&mut self, all: impl IntoIterator<Item = &'s mut S>) {
        all.into_iter().for_each(|x| self.number(x));
    }

    /// Shows a ring, oldest first, where `next` is the index that is written next: rings that stand at different
    /// places can take over from each other.
    #[inline(always)]
    pub fn ring<S: Simd>(&mut self, ring: &mut [S], next: usize) {
        let (new, old) = ring.split_at_mut(next.min(ring.len()));
        self.numbers(old);
        self.numbers(new);
    }
}
