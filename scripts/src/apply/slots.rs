//! Slots while they play: one that a script changes goes over from what it was to what it is.
//!
//! The nodes of a slot end in a `crossfade` node, its door; what is led out of it elsewhere has doors of its own. Where
//! the slot changes, its new nodes come in under names with a number (`pad osc ~2`) beside those that play, and lanes open
//! their doors while they close those of the others, from the next moment of the slot's grid on. When the fade is over the old nodes are gone, and the new ones keep their names, and
//! with these their state. All of it is an ordinary patch: rendered, it sounds as it does live.

mod part;

use part::{Part, rename};
use signalbox_dsp::units::Unit;
use signalbox_engine::patch::{Cable, Endpoint, Graph, Moment, Patch, Shape, TempoMap};
use signalbox_studio::console::automation::Course;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How far ahead of the song a fade begins at least, in seconds: the new nodes are made in this time.
const AHEAD: f64 = 0.15;

/// How long what has faded out is kept, in seconds.
const AFTER: f64 = 0.05;

/// Who goes back further than this before a fade, in seconds, does not wait for it.
const BACK: f64 = 1.0;

/// The shortest fade, in seconds.
const SHORTEST: f64 = 0.005;

/// The parameter of a door that opens it.
const POSITION: &str = "position";

/// A slot that changes by a fade.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// How long it takes to change, in seconds.
    pub fade: f64,
    /// On which beats a change may begin: multiples of this; at once where there is none.
    pub quant: Option<f64>,
    /// The nodes that its function has made, the doors among them.
    pub nodes: BTreeSet<String>,
    /// The nodes by which it sounds: its own, and those behind which it is led elsewhere.
    pub doors: Vec<String>,
}

/// Where the song stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// In seconds.
    pub song: f64,
    /// Whether it goes on; where it stands, nothing fades.
    pub rolls: bool,
}

/// A fade that is under way, or is to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Fade {
    /// The slot.
    pub slot: String,
    /// Where the song stood when the slot changed, in seconds.
    since: f64,
    /// Where in the song it begins and ends, in seconds.
    pub span: (f64, f64),
}

/// What a slot was before, on its way out.
#[derive(Clone, Debug)]
struct Going {
    doors: Vec<String>,
    part: Part,
    course: Course,
    fade: Fade,
}

/// The slots of what plays.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// What the script says, under the names that play.
    base: Option<Patch>,
    slots: Vec<Slot>,
    /// The slots under the names of the script.
    said: Vec<Slot>,
    /// The number that each slot's nodes have in their names; 1 is not written.
    numbers: HashMap<String, u32>,
    going: Vec<Going>,
    /// How doors open, until they are open.
    coming: BTreeMap<String, (Course, Fade)>,
    next_cable: u32,
}

impl Slots {
    /// Takes over what a script says now; gives the patch that is to play from now on.
    pub fn change(&mut self, patch: Patch, slots: &[Slot], turn: Turn) -> Patch {
        let tempo = patch.tempo.clone();
        let mut new = patch;
        let mut named: Vec<Slot> = slots.to_vec();
        for slot in &mut named {
            let number = *self.numbers.entry(slot.name.clone()).or_insert(1);
            rename(&mut new, slot, number);
        }
        let old = self.base.take();
        let before = std::mem::take(&mut self.slots);
        if let Some(old) = old.as_ref().filter(|_| turn.rolls) {
            for slot in &mut named {
                let was = before.iter().find(|s| s.name == slot.name);
                let same = was.is_some_and(|was| {
                    Part::of(&old.graph, &was.nodes).is_alike(&Part::of(&new.graph, &slot.nodes))
                });
                if same {
                    continue;
                }
                let fade = begin(slot, turn, &tempo);
                if was.is_some() || self.going.iter().any(|g| g.fade.slot == slot.name) {
                    let number = self.numbers.entry(slot.name.clone()).or_insert(1);
                    *number += 1;
                    let number = *number;
                    rename(&mut new, slot, number);
                }
                let mut course = Course::default();
                course.go(Moment::Seconds(fade.span.0), 100.0, fade.length(), 0.0, Shape::Linear, &tempo);
                if let Some(was) = was {
                    self.leave(old, &new, was, fade.clone(), &tempo);
                }
                for door in &slot.doors {
                    self.coming.insert(door.clone(), (course.clone(), fade.clone()));
                }
            }
            for gone in before.iter().filter(|was| !named.iter().any(|s| s.name == was.name)) {
                let fade = begin(gone, turn, &tempo);
                self.leave(old, &new, gone, fade, &tempo);
            }
        }
        self.keep_ids(old.as_ref(), &mut new);
        self.slots = named;
        self.said = slots.to_vec();
        self.base = Some(new);
        if !turn.rolls {
            self.end(|_| true);
        }
        self.playing()
    }

    /// The patch that is to play from now on, where a fade is over, or the song stands or is elsewhere.
    pub fn tick(&mut self, turn: Turn) -> Option<Patch> {
        let over =
            |fade: &Fade| !turn.rolls || turn.song > fade.span.1 + AFTER || turn.song < fade.since - BACK;
        self.end(over).then(|| self.playing())
    }

    /// The slots that were said last.
    pub fn said(&self) -> &[Slot] {
        &self.said
    }

    /// The fades that are under way or to come.
    pub fn fades(&self) -> Vec<Fade> {
        let coming = self.coming.values().map(|(_, fade)| fade);
        let mut all: Vec<Fade> = self.going.iter().map(|g| &g.fade).chain(coming).cloned().collect();
        all.sort_by(|a, b| a.slot.cmp(&b.slot).then(a.span.0.total_cmp(&b.span.0)));
        all.dedup();
        all
    }

    /// Ends some fades; whether there were any.
    fn end(&mut self, over: impl Fn(&Fade) -> bool) -> bool {
        let before = self.going.len() + self.coming.len();
        self.going.retain(|g| !over(&g.fade));
        self.coming.retain(|_, (_, fade)| !over(fade));
        before != self.going.len() + self.coming.len()
    }

    /// Lets a slot of the old patch go out, with what it needs and is heard by that is gone in the new one.
    fn leave(&mut self, old: &Patch, new: &Patch, slot: &Slot, fade: Fade, tempo: &TempoMap) {
        let mut nodes = BTreeSet::new();
        let mut wanted: Vec<&String> = slot.nodes.iter().collect();
        while let Some(node) = wanted.pop() {
            if !old.graph.nodes.contains_key(node) || !nodes.insert(node.clone()) {
                continue;
            }
            for cable in old.graph.cables.values() {
                let (from, to) = (&cable.from.node, &cable.to.node);
                let other = if from == node {
                    to
                } else if to == node {
                    from
                } else {
                    continue;
                };
                if !new.graph.nodes.contains_key(other) {
                    wanted.push(other);
                }
            }
        }
        // All doors of a slot open and close together.
        let open = slot.doors.iter().filter_map(|door| self.coming.remove(door)).last();
        let mut course = open.map(|(course, _)| course).unwrap_or_default();
        course.go(Moment::Seconds(fade.span.0), 0.0, fade.length(), 100.0, Shape::Linear, tempo);
        let part = Part::of(&old.graph, &nodes);
        self.going.push(Going { doors: slot.doors.clone(), part, course, fade });
    }

    /// Cables that stay keep their ids, whatever was drawn before them in the script.
    fn keep_ids(&mut self, old: Option<&Patch>, new: &mut Patch) {
        let Some(old) = old else {
            self.next_cable = new.graph.next_cable();
            return;
        };
        let ends = |c: &Cable| (c.from.clone(), c.to.clone(), c.feedback);
        let mut known: HashMap<_, Vec<u32>> = HashMap::new();
        for (&id, cable) in old.graph.cables.iter().rev() {
            known.entry(ends(cable)).or_default().push(id);
        }
        let cables = std::mem::take(&mut new.graph.cables).into_values();
        for cable in cables {
            let id = known.get_mut(&ends(&cable)).and_then(Vec::pop).unwrap_or_else(|| {
                self.next_cable += 1;
                self.next_cable - 1
            });
            new.graph.cables.insert(id, cable);
        }
    }

    /// What is to play: what the script says, with the fades that are under way.
    fn playing(&self) -> Patch {
        let mut patch = self.base.clone().unwrap_or_default();
        let tempo = patch.tempo.clone();
        let own: BTreeSet<String> = patch.graph.nodes.keys().cloned().collect();
        let stays = |cable: &Cable| own.contains(&cable.from.node) && own.contains(&cable.to.node);
        for going in &self.going {
            let Graph { nodes, cables, lanes } = &mut patch.graph;
            for (id, node) in &going.part.nodes {
                nodes.entry(id.clone()).or_insert_with(|| node.clone());
            }
            for (end, lane) in &going.part.lanes {
                lanes.entry(end.clone()).or_insert_with(|| lane.clone());
            }
            for (&id, cable) in &going.part.cables {
                // What lies between nodes that stay is theirs to say.
                let there = |node: &String| nodes.contains_key(node);
                if there(&cable.from.node) && there(&cable.to.node) && !stays(cable) {
                    cables.entry(id).or_insert_with(|| cable.clone());
                }
            }
            for door in &going.doors {
                lanes.insert(position(door), going.course.lane(Unit::Percent, &tempo));
            }
        }
        for (door, (course, _)) in &self.coming {
            patch.graph.lanes.insert(position(door), course.lane(Unit::Percent, &tempo));
        }
        patch
    }
}

impl Fade {
    /// How long it takes, in seconds.
    pub fn length(&self) -> f64 {
        self.span.1 - self.span.0
    }
}

/// The lane's end that opens a door.
fn position(door: &str) -> Endpoint {
    Endpoint { node: door.into(), port: POSITION.into() }
}

/// When a change of a slot begins and ends.
fn begin(slot: &Slot, turn: Turn, tempo: &TempoMap) -> Fade {
    let soon = turn.song.max(0.0) + AHEAD;
    let start = match slot.quant.filter(|q| *q > 0.0) {
        // What lies on the grid but for rounding lies on it.
        Some(quant) => tempo.seconds((tempo.beat(soon) / quant - 1e-9).ceil() * quant),
        None => soon,
    };
    Fade { slot: slot.name.clone(), since: turn.song, span: (start, start + slot.fade.max(SHORTEST)) }
}
