//! Patches to start from.

use signalbox_engine::patch::{Patch, file};

/// A patch to start from: its name, and the text of its file.
type Entry = (&'static str, &'static str);

macro_rules! example {
    ($name:literal, $file:literal) => {
        ($name, include_str!(concat!("../../examples/", $file)))
    };
}

const ENTRIES: [Entry; 6] = [
    ("First patch", crate::screen::FIRST),
    example!("Chords", "chords.json"),
    example!("Dub delay", "dub-delay.json"),
    example!("Plucked string", "karplus-strong.json"),
    example!("Feedback FM", "feedback-fm.json"),
    example!("Schroeder's reverb", "schroeder.json"),
];

/// A patch to start from.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its name.
    pub name: &'static str,
    /// What it shows, in a line.
    pub what: String,
    /// The patch.
    pub patch: Patch,
}

/// All of them: an empty one first. That each can be read is tried by a test.
pub fn starts() -> Vec<Start> {
    let empty = Start { name: "Empty", what: "Nothing yet: Tab adds a node".into(), patch: Patch::default() };
    let read = |(name, text): &Entry| {
        let patch = file::read(text).ok()?;
        let what = patch.title.split_once(": ").map_or("Notes through a filter, an echo and a room", |t| t.1);
        let mut letters = what.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        Some(Start { name, what: format!("{first}{}", letters.as_str()), patch })
    };
    std::iter::once(empty).chain(ENTRIES.iter().filter_map(read)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_engine::compile::{Context, compile};
    use signalbox_engine::node::NoAssets;

    #[test]
    fn every_patch_of_the_gallery_plays() {
        let starts = starts();
        assert_eq!(starts.len(), ENTRIES.len() + 1, "all can be read");
        let shelf = signalbox_studio::shelf();
        let context = Context { shelf: &shelf, assets: &NoAssets, rate: 48_000, lanes: 1 };
        for start in &starts[1..] {
            assert!(compile(&start.patch, &context).is_ok(), "{}", start.name);
            assert!(!start.what.is_empty());
        }
    }
}
