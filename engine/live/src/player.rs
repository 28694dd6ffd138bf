//! The control side: compiles patches, publishes their programs, and leads from one to the next without a click.

use crate::engine::{Blamed, Engine, Order};
use crate::shared::Shared;
use crate::swap::{Publisher, swap};
use rtrb::{Consumer, Producer, RingBuffer};
use signalbox_engine::compile::{Compiled, Context, Problem, lanes_here};
use signalbox_engine::node::{Assets, Shelf};
use signalbox_engine::patch::Patch;
use signalbox_engine::render::main_output;
use signalbox_engine::run::{Builder, Compiling, Knobs, pair};
use signalbox_engine::schedule::Step;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

/// How many orders and faults wait at most.
const ROOM: usize = 256;

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
    orders: Producer<Order>,
    faults: Consumer<Blamed>,
    shared: Arc<Shared>,
    /// What was published last.
    last: Option<Last>,
    way: Way,
    /// The patch that was set while another one was on its way.
    waiting: Option<Patch>,
    /// What was wrong with a patch whose turn came later than it was set.
    problems: Vec<Problem>,
}

/// What was published last.
struct Last {
    patch: Patch,
    compiled: Compiled,
    number: u64,
    /// For how many frames it has to run before another follows.
    unsettled: u64,
}

/// Where the player is on the way to a patch.
enum Way {
    /// It plays.
    There,
    /// A transition plays; this follows.
    Fades(Box<Patch>),
    /// The output is turned down; this follows.
    Dips(Box<Patch>),
}

impl Player {
    /// A player and its engine, at a rate.
    pub fn new(source: Source, rate: u32) -> (Self, Engine) {
        let (builder, runner) = pair();
        let (publisher, reader) = swap();
        let (orders, obeys) = RingBuffer::new(ROOM);
        let (blames, faults) = RingBuffer::new(ROOM);
        let shared = Arc::new(Shared::default());
        let engine = Engine::new((runner, reader), (obeys, blames), shared.clone(), rate);
        let player = Self {
            source,
            rate,
            builder,
            publisher,
            orders,
            faults,
            shared,
            last: None,
            way: Way::There,
            waiting: None,
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
        let next = match &self.way {
            Way::There => None,
            Way::Fades(next) | Way::Dips(next) => Some(&**next),
        };
        self.waiting.as_ref().or(next).or(self.last.as_ref().map(|last| &last.patch))
    }

    /// Plays another patch from now on; what is alike goes on. Gives what is odd, or what is wrong: then nothing
    /// changes.
    pub fn set(&mut self, patch: Patch) -> Result<Vec<Problem>, Vec<Problem>> {
        let source = self.source.clone();
        let compiled = self.builder.compile(&patch, &context(&source, self.rate))?;
        if main_output(&compiled.schedule).is_none() {
            let what = "there is nothing to hear; add a node of the kind `output` and lead a cable to it";
            return Err(vec![Problem::new("the patch", what)]);
        }
        let warnings = compiled.warnings.clone();
        // What has not run yet holds state that is still to come over from what did.
        if matches!(self.way, Way::There) && self.is_settled() {
            self.begin(patch, compiled)?;
        } else {
            self.waiting = Some(patch);
        }
        Ok(warnings)
    }

    /// Does what has become due: the second half of a transition, the freeing of what is not played any more. To be
    /// called every few milliseconds.
    pub fn tick(&mut self) {
        self.publisher.collect();
        let settled = self.is_settled();
        let done = match &self.way {
            Way::There => {
                if settled && let Some(patch) = self.waiting.take() {
                    let set = self.set(patch);
                    self.problems.extend(set.err().unwrap_or_default());
                } else if settled {
                    self.shorten();
                }
                return;
            }
            Way::Fades(_) => settled,
            Way::Dips(_) => self.shared.dipped.load(Relaxed),
        };
        if !done {
            return;
        }
        let (Way::Fades(patch) | Way::Dips(patch)) = std::mem::replace(&mut self.way, Way::There) else {
            return;
        };
        // A patch that was set compiles; where its nodes can't be made, what there is goes on.
        let followed = self.follow(*patch);
        self.problems.extend(followed.err().unwrap_or_default());
        if self.shared.dipped.load(Relaxed) {
            self.order(Order::Dip(false));
        }
    }

    /// What was wrong with patches whose turn came later than they were set.
    pub fn problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Gives an order to the engine; `false`: too many wait.
    pub fn order(&mut self, order: Order) -> bool {
        self.orders.push(order).is_ok()
    }

    /// The parameters of a node of what plays.
    pub fn knobs(&self, key: &str) -> Option<Knobs> {
        self.publisher.current()?.program.knobs(key)
    }

    /// The next node that gave what is no number, by its key.
    pub fn blamed(&mut self) -> Option<String> {
        let (number, fault) = self.faults.pop().ok()?;
        let current = self.publisher.current().filter(|c| c.number == number)?;
        Some(current.program.fault_key(&fault).to_string())
    }

    /// How many programs that are not played any more are kept.
    pub fn retired(&self) -> usize {
        self.publisher.retired()
    }

    /// Whether what plays is the patch that was set last.
    pub fn is_there(&self) -> bool {
        matches!(self.way, Way::There) && self.waiting.is_none()
    }

    /// Whether the engine has run what was published for as long as that takes to settle.
    fn is_settled(&self) -> bool {
        self.last.as_ref().is_none_or(|last| {
            self.shared.number.load(Acquire) == last.number
                && self.shared.frames.load(Relaxed) >= last.unsettled
        })
    }

    fn begin(&mut self, patch: Patch, compiled: Compiled) -> Result<(), Vec<Problem>> {
        let Some(last) = &self.last else { return self.publish(patch, compiled) };
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let name = |c: &Compiled| main_output(&c.schedule).map(|at| c.schedule.outputs[at].name.clone());
        let heard = name(&last.compiled) == name(&compiled);
        let old = Compiling { compiled: &last.compiled, tempo: &last.patch.tempo };
        let new = Compiling { compiled: &compiled, tempo: &patch.tempo };
        let between = heard.then(|| self.builder.compile_between(old, new, &context)).flatten();
        match between {
            // Nothing comes or goes.
            Some(between) if !between.schedule.steps.iter().any(|s| matches!(s, Step::Fade { .. })) => {
                self.follow(patch)?;
            }
            Some(between) => {
                let through = Patch { tempo: patch.tempo.clone(), ..Patch::default() };
                self.publish(through, between)?;
                self.way = Way::Fades(Box::new(patch));
            }
            None => {
                self.order(Order::Dip(true));
                self.way = Way::Dips(Box::new(patch));
            }
        }
        Ok(())
    }

    /// Publishes a patch that follows the last program without more ado.
    fn follow(&mut self, patch: Patch) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let compiled = match &self.last {
            Some(last) => self.builder.compile_after(&patch, &last.compiled, &context)?,
            None => self.builder.compile(&patch, &context)?,
        };
        self.publish(patch, compiled)
    }

    /// Leaves out the delays that have come to nothing.
    fn shorten(&mut self) {
        let empty = |last: &Last| last.compiled.schedule.lines.iter().any(|line| line.frames == 0);
        if let Some(last) = self.last.take_if(|last| empty(last)) {
            let (source, patch) = (self.source.clone(), last.patch);
            if let Ok(compiled) = self.builder.compile(&patch, &context(&source, self.rate)) {
                let _ = self.publish(patch, compiled);
            }
        }
    }

    fn publish(&mut self, patch: Patch, compiled: Compiled) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let program = self.builder.build(&compiled, &context(&source, self.rate), &patch.tempo)?;
        let unsettled = program.unsettled() as u64;
        let output = main_output(&compiled.schedule).unwrap_or(0);
        let number = self.publisher.publish(program, output);
        self.last = Some(Last { patch, compiled, number, unsettled });
        Ok(())
    }
}

fn context(source: &Source, rate: u32) -> Context<'_> {
    Context { shelf: &source.shelf, assets: &*source.assets, rate, lanes: lanes_here() }
}
