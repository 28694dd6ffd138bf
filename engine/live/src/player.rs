//! The control side: compiles patches, publishes their programs, and leads from one to the next without a click.

mod knobs;
mod report;
mod share;
mod way;

pub use report::{Report, Wire};

use crate::bridge::Bridge;
use crate::engine::Engine;
use crate::helpers::Helpers;
use crate::look::{self, Eyes, Looks, Shown, with_looks};
use crate::shared::Shared;
use crate::swap::{Publisher, swap};
use crate::wires::{ControlEnds, Late, Order, Played, Who, wires};
use rtrb::Producer;
use signalbox_engine::compile::{Compiled, Context, Problem, Settled, finish, lanes_here, settle};
use signalbox_engine::node::{Assets, Kind, Parameter, Setting, Shelf, Taper, Value, nearest};
use signalbox_engine::patch::{Endpoint, Patch};
use signalbox_engine::render::main_output;
use signalbox_engine::run::{self, Builder, Program, pair};
use signalbox_engine::schedule::Step;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::Thread;

/// Where patches get their nodes and files from.
#[derive(Clone)]
pub struct Source {
    /// The kinds of node that there are.
    pub shelf: Arc<Shelf>,
    /// Where files come from.
    pub assets: Arc<dyn Assets + Send>,
}

/// Plays patches on an [`Engine`].
pub struct Player {
    source: Source,
    rate: u32,
    builder: Builder,
    publisher: Publisher,
    ends: ControlEnds,
    /// For whoever hears keyboards and controllers, until somebody takes it.
    plays: Option<Producer<Played>>,
    shared: Arc<Shared>,
    /// What was published last.
    last: Option<Last>,
    way: Way,
    /// How often the output was turned down.
    dips: u64,
    /// The patch that was set while another one was on its way.
    waiting: Option<Box<Coming>>,
    /// The patch that was set last, without what is looked at.
    patch: Option<Arc<Patch>>,
    helpers: Option<Helpers>,
    /// What nodes cost, by the key of the first of those that run together.
    costs: HashMap<String, f64>,
    /// What was turned by hand since, by node and parameter.
    turned: HashMap<(String, usize), f32>,
    looks: Looks,
    eyes: Arc<Eyes>,
    /// What was wrong with a patch whose turn came later than it was set.
    problems: Vec<Problem>,
}

/// What was published last.
struct Last {
    patch: Arc<Patch>,
    compiled: Compiled,
    number: u64,
    /// For how many frames it has to run before another follows.
    unsettled: u64,
}

/// A patch whose turn comes, with what is known of it.
struct Coming {
    patch: Arc<Patch>,
    settled: Settled,
}

/// Where the player is on the way to a patch.
enum Way {
    /// It plays.
    There,
    /// A transition plays; this follows.
    Fades(Box<Coming>),
    /// The output is turned down; this follows.
    Dips(Box<Coming>),
}

impl Player {
    /// A player and its engine, at a rate.
    pub fn new(source: Source, rate: u32) -> (Self, Engine) {
        let eyes = Arc::new(Eyes::new(source.assets));
        let source = Source { assets: eyes.clone(), ..source };
        let (builder, runner) = pair();
        let (publisher, reader) = swap();
        let (ends, audio, plays) = wires();
        let shared = Arc::new(Shared::default());
        let engine = Engine::new((runner, reader), audio, shared.clone(), rate);
        let player = Self {
            source,
            rate,
            builder,
            publisher,
            ends,
            plays: Some(plays),
            shared,
            last: None,
            way: Way::There,
            dips: 0,
            waiting: None,
            patch: None,
            helpers: None,
            costs: HashMap::new(),
            turned: HashMap::new(),
            looks: Looks::new(),
            eyes,
            problems: Vec::new(),
        };
        (player, engine)
    }

    /// Frames a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// What the engine tells.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The patch that plays, or that is on its way.
    pub fn patch(&self) -> Option<&Patch> {
        self.patch.as_deref()
    }

    /// Plays another patch from now on; what is alike goes on. Gives what is odd, or what is wrong: then nothing
    /// changes.
    pub fn set(&mut self, patch: Patch) -> Result<Vec<Problem>, Vec<Problem>> {
        let patch = Arc::new(patch);
        let warnings = self.go(self.looked_at(&patch))?;
        self.patch = Some(patch);
        Ok(warnings)
    }

    /// Looks at these places from now on.
    pub fn look(&mut self, looks: Looks) {
        if self.looks == looks {
            return;
        }
        self.looks = looks;
        if let Some(patch) = &self.patch {
            // A patch that plays still does with probes.
            let looked = self.go(self.looked_at(patch));
            self.problems.extend(looked.err().unwrap_or_default());
        }
    }

    /// What shows what it hears.
    pub fn probes(&self) -> Shown {
        self.eyes.shown()
    }

    /// A patch with what is looked at.
    fn looked_at(&self, patch: &Arc<Patch>) -> Arc<Patch> {
        match self.looks.is_empty() {
            true => patch.clone(),
            false => Arc::new(with_looks(patch, &self.looks, &self.source.shelf)),
        }
    }

    /// What was wrong with patches whose turn came later than they were set.
    pub fn problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Gives an order to the engine; `false`: too many wait.
    pub fn order(&mut self, order: Order) -> bool {
        self.ends.orders.push(order).is_ok()
    }

    /// The next node that gave what is no number, by its key.
    pub fn blamed(&mut self) -> Option<String> {
        let (number, fault) = self.ends.faults.pop().ok()?;
        let current = self.publisher.current().filter(|c| c.number == number)?;
        Some(current.program.fault_key(&fault).to_string())
    }

    /// The next buffer that was late, and the nodes on which most of its time went beyond what they usually take, where
    /// they are to blame and still play.
    pub fn late(&mut self) -> Option<(Late, Vec<String>)> {
        let late = self.ends.late.pop().ok()?;
        let current = self.publisher.current().filter(|c| c.number == late.number);
        let keys = match (current, late.who) {
            (Some(current), Who::Group(group)) => {
                current.program.group_keys(group).into_iter().map(String::from).collect()
            }
            _ => Vec::new(),
        };
        Some((late, keys))
    }

    /// Lets the audio side take from now on what is recorded, or nothing more; `false`: too many wait.
    pub fn record(&mut self, bridge: Option<Box<Bridge>>) -> bool {
        self.ends.bridges.push(bridge).is_ok()
    }

    /// Whether what plays, or is on its way, has a node that takes in what is recorded.
    pub fn records(&self) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.compiled.flat.nodes.iter().any(|node| node.declaration.records))
    }

    /// The end for keyboards and controllers; there is one.
    pub fn keys(&mut self) -> Option<Producer<Played>> {
        self.plays.take()
    }

    /// How many programs that are not played any more are kept.
    pub fn retired(&self) -> usize {
        self.publisher.retired()
    }

    /// Whether what plays is the patch that was set last.
    pub fn is_there(&self) -> bool {
        matches!(self.way, Way::There) && self.waiting.is_none()
    }

    /// Whether nothing is on its way, not even what the engine still has to settle.
    pub fn rests(&self) -> bool {
        self.is_there() && self.is_settled()
    }
}

fn context(source: &Source, rate: u32) -> Context<'_> {
    Context { shelf: &source.shelf, assets: &*source.assets, rate, lanes: lanes_here() }
}
