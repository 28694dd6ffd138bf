//! What people put on the canvas beside nodes: frames, comments, pinned probes, bookmarks. It is a word about the patch
//! that lies in its file, and that nobody needs who plays it.

use serde::{Deserialize, Serialize};
use signalbox_engine::patch::{Edit, Patch, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// What lies on the canvas of one graph, each thing under a number of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Frames.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub frames: BTreeMap<u32, Frame>,
    /// Comments.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub comments: BTreeMap<u32, Comment>,
    /// Probes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<u32, Pin>,
    /// Views to come back to, 1 to 9.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bookmarks: BTreeMap<u32, Bookmark>,
}

/// A frame around some nodes: it is as large as they need, and where it goes they go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Frame {
    /// What is read on it.
    pub title: String,
    /// Its colour.
    pub color: Tint,
    /// The nodes in it.
    pub nodes: BTreeSet<String>,
}

/// Some words on the canvas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comment {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub at: (f32, f32),
    /// Their colour.
    pub color: Tint,
}

/// A probe that stays on the canvas: it shows what comes out of a port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pin {
    /// The node.
    pub node: String,
    /// The port.
    pub port: String,
    /// Where it stands.
    pub at: (f32, f32),
}

/// A view to come back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The middle of the view.
    pub at: (f32, f32),
    /// Pixels a unit.
    pub zoom: f32,
}

/// The colour of a frame or a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tint {
    /// Grey.
    #[default]
    Grey,
    /// Red.
    Red,
    /// Amber.
    Amber,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Violet.
    Violet,
}

impl Tint {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Grey, Self::Red, Self::Amber, Self::Green, Self::Blue, Self::Violet];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["grey", "red", "amber", "green", "blue", "violet"][self as usize]
    }

    /// The next one.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}

/// One of the things on a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A frame.
    Frame(u32),
    /// A comment.
    Comment(u32),
    /// A probe.
    Pin(u32),
}

/// The word in a patch under which the marks of a graph lie.
fn word(scope: &Scope) -> String {
    scope.as_ref().map_or_else(|| "canvas".into(), |name| format!("canvas of {name}"))
}

/// A number above all others.
pub fn next<T>(things: &BTreeMap<u32, T>) -> u32 {
    things.keys().next_back().map_or(1, |last| last.saturating_add(1))
}

impl Marks {
    /// The marks of a graph; none where there are none, or where they can't be read.
    pub fn of(patch: &Patch, scope: &Scope) -> Self {
        let there = patch.meta.get(&word(scope)).cloned();
        there.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    /// The edit that puts these in the place of those that there are.
    pub fn edit(&self, scope: &Scope) -> Edit {
        let kept = (*self != Self::default()).then(|| serde_json::to_value(self).ok()).flatten();
        Edit::SetMeta(word(scope), kept)
    }

    /// The frame that a node is in; of several the smallest.
    pub fn frame_of(&self, node: &str) -> Option<u32> {
        let own = self.frames.iter().filter(|(_, f)| f.nodes.contains(node));
        own.min_by_key(|(_, f)| f.nodes.len()).map(|(&id, _)| id)
    }

    /// Takes nodes out of their frames; a frame with nothing in it goes.
    pub fn take_out(&mut self, nodes: &BTreeSet<String>) {
        for frame in self.frames.values_mut() {
            frame.nodes.retain(|id| !nodes.contains(id));
        }
        self.frames.retain(|_, f| !f.nodes.is_empty());
    }

    /// Takes a mark away.
    pub fn remove(&mut self, mark: Mark) {
        match mark {
            Mark::Frame(id) => drop(self.frames.remove(&id)),
            Mark::Comment(id) => drop(self.comments.remove(&id)),
            Mark::Pin(id) => drop(self.pins.remove(&id)),
        }
    }

    /// Moves what lies somewhere by itself; a frame lies where its nodes do.
    pub fn shift(&mut self, mark: Mark, (x, y): (f32, f32)) {
        let at = match mark {
            Mark::Frame(_) => None,
            Mark::Comment(id) => self.comments.get_mut(&id).map(|c| &mut c.at),
            Mark::Pin(id) => self.pins.get_mut(&id).map(|p| &mut p.at),
        };
        if let Some(at) = at {
            *at = (at.0 + x, at.1 + y);
        }
    }

    /// What is read on a mark.
    pub fn text(&self, mark: Mark) -> Option<&str> {
        match mark {
            Mark::Frame(id) => self.frames.get(&id).map(|f| f.title.as_str()),
            Mark::Comment(id) => self.comments.get(&id).map(|c| c.text.as_str()),
            Mark::Pin(_) => None,
        }
    }

    /// Writes something on a mark.
    pub fn write(&mut self, mark: Mark, text: &str) {
        let there = match mark {
            Mark::Frame(id) => self.frames.get_mut(&id).map(|f| &mut f.title),
            Mark::Comment(id) => self.comments.get_mut(&id).map(|c| &mut c.text),
            Mark::Pin(_) => None,
        };
        there.into_iter().for_each(|there| *there = text.into());
    }

    /// The colour of a mark that has one.
    pub fn tint(&mut self, mark: Mark) -> Option<&mut Tint> {
        match mark {
            Mark::Frame(id) => self.frames.get_mut(&id).map(|f| &mut f.color),
            Mark::Comment(id) => self.comments.get_mut(&id).map(|c| &mut c.color),
            Mark::Pin(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_engine::patch::file;

    #[test]
    fn marks_lie_in_the_file_and_come_back_out_of_it() {
        let mut patch = Patch::default();
        let mut marks = Marks::default();
        let nodes = BTreeSet::from(["a".to_string(), "b".to_string()]);
        marks.frames.insert(1, Frame { title: "Drums".into(), color: Tint::Amber, nodes });
        marks.comments.insert(3, Comment { text: "Louder here".into(), at: (8.0, -16.0), color: Tint::Grey });
        marks.bookmarks.insert(2, Bookmark { at: (0.0, 40.0), zoom: 0.5 });
        for scope in [None, Some("verse".to_string())] {
            patch.apply(marks.edit(&scope)).expect("it is kept");
            let again = file::read(&file::write(&patch).expect("a text")).expect("a patch");
            assert_eq!(Marks::of(&again, &scope), marks);
        }
        patch.apply(Marks::default().edit(&None)).expect("it is forgotten");
        assert_eq!(patch.meta.len(), 1, "nothing is kept where nothing lies");
    }

    #[test]
    fn a_node_is_in_the_smallest_frame_around_it_and_an_empty_frame_goes() {
        let frame =
            |ids: &[&str]| Frame { nodes: ids.iter().map(|i| i.to_string()).collect(), ..Frame::default() };
        let mut marks = Marks::default();
        marks.frames.insert(1, frame(&["a", "b", "c"]));
        marks.frames.insert(2, frame(&["a"]));
        assert_eq!((marks.frame_of("a"), marks.frame_of("c"), marks.frame_of("d")), (Some(2), Some(1), None));
        marks.take_out(&BTreeSet::from(["a".to_string()]));
        assert_eq!(marks.frames.keys().copied().collect::<Vec<_>>(), [1]);
    }
}
