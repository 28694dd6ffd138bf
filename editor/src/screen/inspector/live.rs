//! What the inspector shows of the sound at the node: the spectrum of what comes out of a filter, how far a dynamics node
//! turns down.

use super::GAIN;
use crate::bands;
use crate::meters::analyser::{Analyser, FLOOR};
use crate::picture::Sort;
use crate::screen::Screen;
use signalbox_engine::node::{Declaration, Group, Probe};
use signalbox_engine::patch::Cable;
use std::collections::VecDeque;
use std::sync::Arc;

/// The port at which a dynamics node tells how far it turns down, in decibels.
const REDUCTION: &str = "reduction";
/// Its side-chain.
const KEY: &str = "key";
/// The lowest level of a transfer curve, in dBFS; the highest is 0.
const QUIET: f32 = -60.0;
/// How many values a second are kept of it, and for how many seconds.
const MOMENTS: u32 = 30;
/// See above.
pub const SECONDS: usize = 6;
/// The levels at the bottom and the top of a spectrum behind a response, in dBFS.
const LEVELS: (f32, f32) = (-90.0, 0.0);

/// What is heard at the node.
#[derive(Default)]
pub struct Heard {
    probe: Option<Arc<Probe>>,
    next: u64,
    analyser: Option<Analyser>,
    reduction: Reduction,
}

/// How far a node turns down, in decibels, 0 or above.
#[derive(Clone, Debug, Default)]
pub struct Reduction {
    /// Most of what it did since the last look.
    pub now: f32,
    /// The last seconds, the newest at the end.
    pub history: VecDeque<f32>,
    /// The running moment: how much of it is over, and the most in it.
    moment: (usize, f32),
}

impl Reduction {
    fn hear(&mut self, rate: u32, sound: &[f32]) {
        self.now = 0.0;
        let long = (rate / MOMENTS).max(1) as usize;
        for db in sound {
            // A node tells it as a gain: 0 or below.
            let down = (-db).max(0.0);
            self.now = self.now.max(down);
            self.moment = (self.moment.0 + 1, self.moment.1.max(down));
            if self.moment.0 == long {
                if self.history.len() == SECONDS * MOMENTS as usize {
                    self.history.pop_front();
                }
                self.history.push_back(self.moment.1);
                self.moment = (0, 0.0);
            }
        }
    }
}

impl Heard {
    fn hear(&mut self, probe: Option<&Arc<Probe>>, spectrum: bool) {
        let Some(probe) = probe else { return *self = Self::default() };
        if !self.probe.as_ref().is_some_and(|held| Arc::ptr_eq(held, probe)) {
            let analyser = spectrum.then(|| Analyser::new(probe.rate()));
            *self = Self { probe: Some(probe.clone()), next: probe.written(), analyser, ..Self::default() };
        }
        let (new, end) = probe.since(self.next);
        self.next = end;
        let frames = new.first().map_or(0, Vec::len);
        if frames == 0 {
            return;
        }
        match &mut self.analyser {
            Some(analyser) => analyser.hear(&probe.last(analyser.size()), frames),
            None => self.reduction.hear(probe.rate(), &new[0]),
        }
    }
}

/// The port of a kind at which the inspector listens, and whether for its spectrum.
fn port(declaration: &'static Declaration) -> Option<(&'static str, bool)> {
    match declaration.group {
        Group::Filters => declaration.outputs.first().map(|p| (p.name, true)),
        Group::Dynamics => declaration.output(REDUCTION).map(|_| (REDUCTION, false)),
        _ => None,
    }
}

impl Screen {
    /// Listens at the node that is selected.
    pub(in crate::screen) fn inspect(&mut self) {
        let id = self.session.single().map(String::from).unwrap_or_default();
        let port = self.declaration(&id).and_then(port);
        let ports: Vec<&str> = port.iter().map(|p| p.0).collect();
        self.live.inspect(&self.session.inside, &id, &ports);
        self.heard.hear(self.live.inspected(0), port.is_some_and(|p| p.1));
    }

    /// The declaration of a node of the graph that is looked at.
    pub(in crate::screen) fn declaration(&self, id: &str) -> Option<&'static Declaration> {
        let patch = self.document.patch();
        self.shelf.get(&patch.scope(&self.scope())?.nodes.get(id)?.kind)
    }

    /// How far the selected node turns down; nothing where it does not tell.
    pub fn reduction(&self) -> Option<&Reduction> {
        let probe = self.heard.probe.as_ref()?;
        (self.heard.analyser.is_none() && probe.written() > 0).then_some(&self.heard.reduction)
    }

    /// The level of what the selected dynamics node measures, in dBFS, where something comes in: of its side-chain if
    /// that has a cable. Of several cables, the powers are summed.
    pub fn measured_level(&self) -> Option<f32> {
        let id = self.session.single()?;
        let declaration = self.declaration(id).filter(|d| d.group == Group::Dynamics)?;
        let patch = self.document.patch();
        let graph = patch.scope(&self.scope())?;
        let first = declaration.inputs.first()?.name;
        let level = |port: &str| {
            let here =
                |c: &&Cable| c.to.node == id && (c.to.port == port || c.to.port.is_empty() && port == first);
            let one = |cable: &Cable| {
                let (card, socket) = self.scene.find(&cable.from.node, &cable.from.port, true)?;
                let port = &self.scene.cards[card].sockets[socket].port.name;
                let gain = cable.gain.as_ref().and_then(|gain| GAIN.read_number(gain).ok()).unwrap_or(0.0);
                let db =
                    f64::from(20.0 * self.live.level(&cable.from.node, port)?.now.max(1e-9).log10() + gain);
                Some(10f64.powf(db / 10.0))
            };
            graph.cables.values().filter(here).filter_map(one).reduce(|a, b| a + b)
        };
        let power = level(KEY).or_else(|| level(first))?;
        Some((10.0 * power.log10()) as f32)
    }

    /// Where the selected dynamics node is on its curve: both from 0 to 1. Nothing below what the curve shows.
    pub fn on_curve(&self) -> Option<(f32, f32)> {
        let picture = self.shown.get(self.session.single()?).filter(|p| p.sort == Some(Sort::Transfer))?;
        let x = (self.measured_level()? - QUIET) / -QUIET;
        (x > 0.0).then(|| (x.min(1.0), picture.height(x.min(1.0))))
    }

    /// The spectrum of what comes out of the selected filter: heights from 0 to 1.
    pub fn node_spectrum(&self) -> Vec<f32> {
        let line = self.heard.analyser.as_ref().map_or(&[][..], Analyser::line);
        let height = |db: &f32| (db.max(FLOOR) - LEVELS.0) / (LEVELS.1 - LEVELS.0);
        line.iter().map(|db| height(db).clamp(0.0, 1.0)).collect()
    }

    /// The bands of the selected node.
    pub(in crate::screen) fn bands(&self) -> Vec<bands::Band> {
        let id = self.session.single().unwrap_or_default();
        let filters = self.declaration(id).is_some_and(|d| d.group == Group::Filters);
        if filters { bands::bands(&self.knobs()) } else { Vec::new() }
    }
}
