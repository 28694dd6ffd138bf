//! A rig for one node: runs it by itself on given signals, in blocks of any length, to test and to measure it.

mod single;
mod wide;

pub use single::Single;
pub use wide::WideRig;

use super::*;
use crate::patch::TempoMap;
use crate::run::{Events, Inputs, Outputs, PortView};
use serde_json::Map;

/// One node by itself.
pub struct Rig {
    declaration: &'static Declaration,
    processor: Box<dyn Processor>,
    settings: Settings,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    moving: Vec<Option<Vec<f32>>>,
    notes: Vec<(i64, usize, EventKind)>,
    sent: Vec<(i64, usize, EventKind)>,
    frame: i64,
    fresh: bool,
    latency: usize,
    split: bool,
    recorded: Vec<Vec<f32>>,
    messages: Vec<Message>,
}

/// Signals of all ports: port, channel, frame.
pub type Signals = Vec<Vec<Vec<f32>>>;

impl Rig {
    /// Makes a node at `rate` with the values given; `inputs` says how many channels each audio input has (0: not
    /// connected).
    pub fn new(
        declaration: &'static Declaration,
        rate: u32,
        values: &[(&str, Value)],
        inputs: &[usize],
    ) -> Result<Self, String> {
        Self::with(declaration, rate, values, inputs, &NoAssets, &TempoMap::default())
    }

    /// As [`Rig::new`], with files and a tempo map.
    pub fn with(
        declaration: &'static Declaration,
        rate: u32,
        values: &[(&str, Value)],
        inputs: &[usize],
        assets: &dyn Assets,
        tempo: &TempoMap,
    ) -> Result<Self, String> {
        let map: Map<String, Value> = values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
        let (settings, errors) = declaration.settings(&map);
        if let Some(error) = errors.first() {
            return Err(error.to_string());
        }
        let connected: Vec<bool> =
            (0..declaration.inputs.len()).map(|i| inputs.get(i).is_none_or(|&w| w > 0)).collect();
        let follow = inputs.iter().copied().max().unwrap_or(1).max(1);
        let width = |port: &Port| -> Result<usize, String> {
            Ok(match port.kind {
                PortKind::Events => 0,
                PortKind::Audio(Width::Fixed(n)) => n,
                PortKind::Audio(Width::Follow) => follow,
                PortKind::Audio(Width::Parameter(name)) => {
                    let at = declaration.parameter(name).ok_or("no such parameter")?;
                    match settings[at] {
                        Setting::Number(n) => n as usize,
                        _ => 1,
                    }
                }
                PortKind::Audio(Width::File(name)) => {
                    let at = declaration.parameter(name).ok_or("no such parameter")?;
                    match &settings[at] {
                        Setting::Text(path) => assets.width(path)?,
                        _ => 1,
                    }
                }
            })
        };
        let inputs: Vec<usize> = declaration.inputs.iter().map(&width).collect::<Result<_, _>>()?;
        let outputs: Vec<usize> = declaration.outputs.iter().map(&width).collect::<Result<_, _>>()?;
        let moved = vec![false; settings.len()];
        let setup = Setup {
            key: "",
            rate,
            settings: &settings,
            inputs: &inputs,
            outputs: &outputs,
            connected: &connected,
            moved: &moved,
            assets,
            tempo,
            early: 0,
        };
        let processor = (declaration.make)(&Setup { connected: &[], moved: &[], ..setup })?;
        let latency = (declaration.latency)(&setup);
        let moving = vec![None; settings.len()];
        Ok(Self {
            declaration,
            processor,
            settings,
            inputs,
            outputs,
            moving,
            notes: Vec::new(),
            sent: Vec::new(),
            frame: 0,
            fresh: true,
            latency,
            split: false,
            recorded: Vec::new(),
            messages: Vec::new(),
        })
    }

    /// How many frames the output lags behind the input.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// How many channels each output port has.
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }

    /// Moves a parameter: one value a frame from frame 0 on; the last value holds.
    pub fn move_parameter(&mut self, name: &str, values: Vec<f32>) {
        if let Some(at) = self.declaration.parameter(name) {
            self.moving[at] = Some(values);
        }
    }

    /// Sends an event to an input port at a frame.
    pub fn note(&mut self, frame: i64, port: &str, kind: EventKind) {
        if let Some(at) = self.declaration.input(port) {
            self.notes.push((frame, at, kind));
        }
    }

    /// Lets sound and messages come in from outside, from frame 0 on; messages in order of time.
    pub fn hear(&mut self, channels: Vec<Vec<f32>>, messages: Vec<Message>) {
        (self.recorded, self.messages) = (channels, messages);
    }

    /// What the node has sent so far: the frame, the index of the output port, the event.
    pub fn sent(&self) -> Vec<(i64, usize, EventKind)> {
        self.sent.clone()
    }

    /// Runs `emit` and `absorb` in place of `process`.
    pub fn run_as_loop_cut(&mut self) {
        self.split = true;
    }

    /// What the node, a meter, has read.
    pub fn readings(&self) -> Vec<Reading> {
        self.processor.readings()
    }

    /// Goes back to the state after creation.
    pub fn reset(&mut self) {
        self.processor.reset();
        self.frame = 0;
        self.fresh = true;
    }

    /// Runs `frames` frames in blocks of 64 on the signals of the audio inputs; silence follows where one is short.
    pub fn run(&mut self, inputs: &[Vec<Vec<f32>>], frames: usize) -> Signals {
        self.run_in_blocks(inputs, frames, |_| BLOCK)
    }

    /// As [`Rig::run`] for a node with one mono or stereo input and output.
    pub fn through(&mut self, input: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let frames = input.first().map_or(0, Vec::len);
        self.run(&[input.to_vec()], frames).swap_remove(0)
    }

    /// As [`Rig::run`]; `length` gives the length of each block from its number.
    pub fn run_in_blocks(
        &mut self,
        inputs: &[Vec<Vec<f32>>],
        frames: usize,
        mut length: impl FnMut(usize) -> usize,
    ) -> Signals {
        let mut out: Signals = self.outputs.iter().map(|&w| vec![Vec::with_capacity(frames); w]).collect();
        let mut done = 0;
        for number in 0.. {
            if done == frames {
                break;
            }
            let n = length(number).clamp(1, BLOCK).min(frames - done);
            self.block(inputs, done, n, &mut out);
            done += n;
        }
        out
    }

    fn block<'s>(&mut self, inputs: &'s [Vec<Vec<f32>>], from: usize, n: usize, out: &mut Signals) {
        let mut memory: Vec<[f32; BLOCK]> = Vec::new();
        let mut lists: Vec<EventList> = Vec::new();
        let mut slots = Vec::new();
        let mut port = |width: usize, connected: bool, channel: &dyn Fn(usize) -> Option<&'s [f32]>| {
            if width == 0 {
                lists.push(EventList::new());
                return PortView {
                    start: lists.len() as u32 - 1,
                    width: 0,
                    events: true,
                    apart: false,
                    connected,
                };
            }
            let start = slots.len() as u32;
            for c in 0..width {
                let mut block = [0.0; BLOCK];
                let signal = channel(c).unwrap_or_default();
                for (to, x) in block[..n].iter_mut().zip(signal.iter().skip(from)) {
                    *to = *x;
                }
                slots.push(memory.len() as u32);
                memory.push(block);
            }
            PortView { start, width: width as u16, events: false, apart: false, connected }
        };
        // A mono signal fans out to all channels of its port.
        let signal = |p: usize, c: usize| -> Option<&'s [f32]> {
            let channels = inputs.get(p)?;
            channels.get(if channels.len() == 1 { 0 } else { c }).map(Vec::as_slice)
        };
        let mut in_ports: Vec<PortView> = self
            .inputs
            .iter()
            .enumerate()
            .map(|(p, &w)| port(w, w == 0 || inputs.get(p).is_some_and(|i| !i.is_empty()), &|c| signal(p, c)))
            .collect();
        let out_ports: Vec<PortView> = self
            .outputs
            .iter()
            .enumerate()
            .map(|(p, &w)| {
                let in_place = self.declaration.in_place && p == 0;
                port(w, true, &|c| if in_place { signal(0, c) } else { None })
            })
            .collect();
        // As in the engine, the first input of a node that works in place is seen in its output alone.
        if let (true, Some(first)) = (self.declaration.in_place, in_ports.first_mut()) {
            first.width = 0;
        }
        for &(frame, at, kind) in &self.notes {
            let offset = frame - self.frame;
            if (0..n as i64).contains(&offset) {
                lists[in_ports[at].start as usize].push(Event { frame: offset as u32, kind });
            }
        }
        let mut moving = vec![[0.0; BLOCK]; self.settings.len()];
        let values: Vec<Option<f32>> = self
            .settings
            .iter()
            .enumerate()
            .map(|(i, setting)| match (&self.moving[i], setting) {
                (Some(signal), _) => {
                    let last = signal.last().copied().unwrap_or(0.0);
                    for (k, to) in moving[i][..n].iter_mut().enumerate() {
                        *to = signal.get((self.frame + k as i64) as usize).copied().unwrap_or(last);
                    }
                    None
                }
                (None, Setting::Number(v)) => Some(*v),
                _ => Some(0.0),
            })
            .collect();
        let base = memory.as_mut_ptr().cast::<f32>();
        let events = lists.as_mut_ptr();
        // SAFETY: every slot was pushed just above and stands once; inputs and outputs are different slots and
        // different lists; memory, lists and tables outlive `io`.
        let (inputs, outputs, events) = unsafe {
            (
                Inputs::new(base, &in_ports, &slots, n),
                Outputs::new(base, &out_ports, &slots, n),
                Events::new(events, &in_ports, &out_ports, 1),
            )
        };
        let params = Params { values: &values, moving: &moving, frames: n };
        let song = Song::straight(self.frame);
        let (frame, fresh) = (self.frame, self.fresh);
        let incoming = &Incoming::new(&self.recorded, &self.messages, frame as usize, n);
        let mut io = Io { frames: n, frame, song, fresh, inputs, outputs, params, events, incoming };
        if self.split {
            self.processor.emit(&mut io);
            self.processor.absorb(&mut io);
        } else {
            self.processor.process(&mut io);
        }
        for (p, view) in out_ports.iter().enumerate().filter(|(_, view)| view.events) {
            let events = lists[view.start as usize].iter();
            self.sent.extend(events.map(|e| (self.frame + i64::from(e.frame), p, e.kind)));
        }
        for (p, view) in out_ports.iter().enumerate() {
            for c in 0..usize::from(view.width) {
                let slot = slots[view.start as usize + c] as usize;
                out[p][c].extend_from_slice(&memory[slot][..n]);
            }
        }
        self.frame += n as i64;
        self.fresh = false;
    }
}
