//! The shelf: all kinds of node that a patch may use.

use super::Declaration;
use strsim::damerau_levenshtein;

/// All kinds of node that a patch may use, found by name.
#[derive(Clone, Default)]
pub struct Shelf {
    kinds: Vec<&'static Declaration>,
}

impl Shelf {
    /// A shelf of these kinds, in this order.
    pub fn new(kinds: &[&'static Declaration]) -> Self {
        Self { kinds: kinds.to_vec() }
    }

    /// The kind with this name.
    pub fn get(&self, name: &str) -> Option<&'static Declaration> {
        self.kinds.iter().copied().find(|d| d.name == name)
    }

    /// All kinds, in order.
    pub fn kinds(&self) -> &[&'static Declaration] {
        &self.kinds
    }

    /// The name of a kind that a user may have meant.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.kinds.iter().map(|d| d.name))
    }
}

/// The word that is nearest to `name` by edits of single letters, where one is near enough to be meant.
pub fn nearest<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let best = words.into_iter().map(|w| (damerau_levenshtein(name, w), w)).min()?;
    (best.0 <= (name.chars().count() / 3).max(1)).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour_and_nonsense_finds_none() {
        let words = ["threshold", "attack", "release", "gain"];
        assert_eq!(nearest("treshold", words), Some("threshold"));
        assert_eq!(nearest("atack", words), Some("attack"));
        assert_eq!(nearest("volume", words), None);
    }
}
