//! The control side: compiles patches, publishes their programs, and leads from one to the next without a click.

use crate::bridge::Bridge;
use crate::engine::Engine;
use crate::helpers::Helpers;
use crate::look::{self, Eyes, Looks, with_looks};
use crate::shared::Shared;
use crate::swap::{Publisher, swap};
use crate::wires::{ControlEnds, Late, Order, Played, Who, wires};
use rtrb::Producer;
use signalbox_engine::compile::{Compiled, Context, Problem, Settled, finish, lanes_here, settle};
use signalbox_engine::node::{Assets, Kind, Parameter, Probe, Setting, Shelf, Taper, Value, nearest};
use signalbox_engine::patch::{Endpoint, Patch};
use signalbox_engine::render::main_output;
use signalbox_engine::run::{self, Builder, Program, pair};
use signalbox_engine::schedule::Step;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
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
    /// The keys of what shows what it hears.
    seen: HashSet<Arc<str>>,
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
            waiting: None,
            patch: None,
            helpers: None,
            costs: HashMap::new(),
            turned: HashMap::new(),
            looks: Looks::new(),
            eyes,
            seen: HashSet::new(),
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

    /// What shows what it hears, by its key.
    pub fn probes(&self) -> Vec<(String, Arc<Probe>)> {
        self.eyes.probes(|key| self.seen.contains(key))
    }

    /// Sets a parameter of a node, by the node's key and the parameter's index, in its base unit. It stays there until
    /// the patch says another value than it does now.
    pub fn knob(&mut self, key: &str, parameter: usize, value: f32) {
        if let Some(knobs) = self.publisher.current().and_then(|c| c.program.knobs(key)) {
            knobs.set(parameter, value);
            self.turned.insert((key.into(), parameter), value);
        }
    }

    /// Turns a parameter to a place in its range, 0 to 1, as its knob would; the text says why that can't be.
    pub fn turn(&mut self, to: &Endpoint, place: f32) -> Result<(), String> {
        let (key, index, parameter) = self.parameter(to)?;
        let Kind::Number { min, max, taper, .. } = parameter.kind else { return Err(fixed(to)) };
        let value = match taper {
            Taper::Linear => min + (max - min) * place,
            Taper::Logarithmic => min * (max / min).powf(place),
        };
        self.knob(&key, index, value);
        Ok(())
    }

    /// Sets a parameter as a patch would, to a number in its unit or a text with one; the text says why that can't be.
    pub fn write(&mut self, to: &Endpoint, value: &Value) -> Result<(), String> {
        let (key, index, parameter) = self.parameter(to)?;
        match parameter.read(value).map_err(|e| e.to_string())? {
            Setting::Number(value) if parameter.moves() => {
                self.knob(&key, index, value);
                Ok(())
            }
            _ => Err(fixed(to)),
        }
    }

    /// A parameter of what plays: its node's key, its index, and what it is.
    fn parameter(&self, to: &Endpoint) -> Result<(String, usize, &'static Parameter), String> {
        let (key, name) = match to.port.rsplit_once('.') {
            Some((inside, parameter)) => (format!("{}/{}", to.node, inside.replace('.', "/")), parameter),
            None => (to.node.clone(), to.port.as_str()),
        };
        let node = self.last.as_ref().and_then(|l| l.compiled.flat.nodes.iter().find(|n| *n.key == *key));
        let declaration = node.map(|n| n.declaration).ok_or_else(|| format!("there is no node `{key}`"))?;
        let index = declaration.parameter(name).ok_or_else(|| {
            let near = nearest(name, declaration.parameters.iter().map(|p| p.name));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{key}` has no parameter `{name}`{near}")
        })?;
        Ok((key, index, &declaration.parameters[index]))
    }

    /// A patch with what is looked at.
    fn looked_at(&self, patch: &Arc<Patch>) -> Arc<Patch> {
        match self.looks.is_empty() {
            true => patch.clone(),
            false => Arc::new(with_looks(patch, &self.looks, &self.source.shelf)),
        }
    }

    fn go(&mut self, patch: Arc<Patch>) -> Result<Vec<Problem>, Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        if self.is_there()
            && let Some(last) = &mut self.last
            && let Some(set) = self.builder.set_values(&patch, &last.patch, &mut last.compiled, &context)?
        {
            last.patch = patch;
            self.turned.retain(|(key, parameter), _| !set.iter().any(|s| *s.0 == **key && s.1 == *parameter));
            return Ok(last.compiled.warnings.clone());
        }
        self.go_over(patch)
    }

    /// Goes over to a patch by another program.
    fn go_over(&mut self, patch: Arc<Patch>) -> Result<Vec<Problem>, Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let settled = settle(&patch, &context)?;
        if main_output(settled.outputs()).is_none() {
            let what = "there is nothing to hear; add a node of the kind `output` and lead a cable to it";
            return Err(vec![Problem::new("the patch", what)]);
        }
        let warnings = settled.warnings.clone();
        let coming = Box::new(Coming { patch, settled });
        // What has not run yet holds state that is still to come over from what did.
        if matches!(self.way, Way::There) && self.is_settled() {
            self.begin(coming)?;
        } else {
            self.waiting = Some(coming);
        }
        Ok(warnings)
    }

    /// Does what has become due: the second half of a transition, the freeing of what is not played any more. To be
    /// called every few milliseconds.
    pub fn tick(&mut self) {
        self.publisher.collect();
        while self.ends.used.pop().is_ok() {}
        let settled = self.is_settled();
        let done = match &self.way {
            Way::There => {
                if settled && let Some(coming) = self.waiting.take() {
                    let begun = self.begin(coming);
                    self.problems.extend(begun.err().unwrap_or_default());
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
        let (Way::Fades(coming) | Way::Dips(coming)) = std::mem::replace(&mut self.way, Way::There) else {
            return;
        };
        // A patch that was set compiles; where its nodes can't be made, what there is goes on.
        let followed = self.follow(*coming);
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

    /// Lets so many threads play from now on, 1 being the callback's alone.
    pub fn share(&mut self, threads: usize) {
        if threads == self.threads() {
            return;
        }
        let rank = self.shared.rank.load(Relaxed);
        self.helpers = (threads > 1).then(|| Helpers::new(threads - 1, rank, || self.publisher.reader()));
        if let Some(patch) = self.patch.clone() {
            // What plays still does on more threads.
            let _ = self.go_over(self.looked_at(&patch));
        }
    }

    /// How many threads play.
    pub fn threads(&self) -> usize {
        1 + self.helpers.as_ref().map_or(0, |helpers| helpers.threads().len())
    }

    /// Lets the helpers play a program that is not on the way to another one.
    fn with_helpers(&mut self, program: Program) -> (Program, Vec<Thread>) {
        if let Some(current) = self.publisher.current() {
            let costs = current.program.costs().into_iter();
            self.costs.extend(costs.filter_map(|(keys, cost)| Some((keys.first()?.to_string(), cost))));
        }
        match &self.helpers {
            Some(helpers) if program.unsettled() == 0 => {
                let costs = &self.costs;
                let cost = |keys: &[&str]| keys.first().and_then(|key| costs.get(*key)).copied();
                (program.with_crew(self.threads(), cost), helpers.threads())
            }
            _ => (program, Vec::new()),
        }
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

    /// Whether the engine has run what was published for as long as that takes to settle.
    fn is_settled(&self) -> bool {
        self.last.as_ref().is_none_or(|last| {
            self.shared.number.load(Acquire) == last.number
                && self.shared.frames.load(Relaxed) >= last.unsettled
        })
    }

    fn begin(&mut self, coming: Box<Coming>) -> Result<(), Vec<Problem>> {
        let Some(last) = &self.last else { return self.follow(*coming) };
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let heard = heard(last.compiled.schedule.names()) == heard(coming.settled.outputs());
        let old = run::Last { compiled: &last.compiled, tempo: &last.patch.tempo };
        let new = run::Next { settled: &coming.settled, tempo: &coming.patch.tempo };
        let between = heard.then(|| self.builder.compile_between(old, new, &context)).flatten();
        match between {
            // Nothing comes or goes.
            Some(between) if !between.schedule.steps.iter().any(|s| matches!(s, Step::Fade { .. })) => {
                self.follow(*coming)?;
            }
            Some(between) => {
                let through = Patch { tempo: coming.patch.tempo.clone(), ..Patch::default() };
                self.publish(Arc::new(through), between)?;
                self.way = Way::Fades(coming);
            }
            None => {
                self.order(Order::Dip(true));
                self.way = Way::Dips(coming);
            }
        }
        Ok(())
    }

    /// Publishes a patch that follows the last program without more ado.
    fn follow(&mut self, coming: Coming) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let context = context(&source, self.rate);
        let Coming { patch, settled } = coming;
        let compiled = match &self.last {
            Some(last) => self.builder.compile_after(settled, &last.compiled, &context, &patch.tempo),
            None => finish(settled, &context, &patch.tempo, &|_, _, _| None),
        };
        self.publish(patch, compiled)
    }

    /// Leaves out the delays that have come to nothing.
    fn shorten(&mut self) {
        let empty = |last: &Last| last.compiled.schedule.lines.iter().any(|line| line.frames == 0);
        if let Some(last) = self.last.take_if(|last| empty(last)) {
            let (source, patch) = (self.source.clone(), last.patch);
            let context = context(&source, self.rate);
            if let Ok(compiled) = self.builder.compile_again(last.compiled, &context, &patch.tempo) {
                let _ = self.publish(patch, compiled);
            }
        }
    }

    fn publish(&mut self, patch: Arc<Patch>, compiled: Compiled) -> Result<(), Vec<Problem>> {
        let source = self.source.clone();
        let program = self.builder.build(&compiled, &context(&source, self.rate), &patch.tempo)?;
        let unsettled = program.unsettled() as u64;
        let output = main_output(compiled.schedule.names()).unwrap_or(0);
        if let Some(last) = &self.last {
            let set = |of: &Compiled, (key, parameter): &(String, usize)| {
                let node = of.flat.nodes.iter().find(|n| *n.key == **key)?;
                node.settings.get(*parameter).cloned()
            };
            self.turned.retain(|at, _| set(&last.compiled, at) == set(&compiled, at));
        }
        for ((key, parameter), value) in &self.turned {
            let _ = program.knobs(key).map(|knobs| knobs.set(*parameter, *value));
        }
        let probes = compiled.flat.nodes.iter().filter(|n| n.declaration.name == look::KIND);
        self.seen = probes.map(|n| n.key.clone()).collect();
        let (program, helpers) = self.with_helpers(program);
        let number = self.publisher.publish(program, output, helpers);
        self.helpers.iter().flat_map(Helpers::threads).for_each(|thread| thread.unpark());
        self.last = Some(Last { patch, compiled, number, unsettled });
        Ok(())
    }
}

/// The name of the output that is heard.
fn heard<'a>(mut outputs: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    main_output(outputs.clone()).and_then(|at| outputs.nth(at))
}

fn context(source: &Source, rate: u32) -> Context<'_> {
    Context { shelf: &source.shelf, assets: &*source.assets, rate, lanes: lanes_here() }
}

fn fixed(to: &Endpoint) -> String {
    format!("{to} can't move while it plays; set it in the patch")
}
