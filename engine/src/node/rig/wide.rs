//! A rig for one kernel with any number of lanes: each lane has its own signals, parameters and events.

use super::*;
use signalbox_dsp::lane::Lane;

/// A kernel for `L::LANES` nodes by itself, with memory that stays: running it allocates nothing.
pub struct WideRig<L: Lane> {
    /// The absolute frame of the next block.
    pub frame: i64,
    /// Whether the next block is the first one.
    pub fresh: bool,
    processor: Box<dyn Processor<L>>,
    in_place: bool,
    in_ports: Vec<PortView>,
    out_ports: Vec<PortView>,
    widths: Vec<usize>,
    slots: Vec<u32>,
    memory: Vec<[L; BLOCK]>,
    lists: Vec<EventList>,
    values: Vec<Option<L>>,
    moving: Vec<[L; BLOCK]>,
}

impl<L: Lane> WideRig<L> {
    /// As [`Rig::new`], for the processor that `make` gives; all lanes begin with the same values.
    pub fn new(
        declaration: &'static Declaration,
        make: Make<L>,
        rate: u32,
        values: &[(&str, Value)],
        inputs: &[usize],
    ) -> Result<Self, String> {
        let Rig { settings, inputs: widths, outputs, .. } = Rig::new(declaration, rate, values, inputs)?;
        let connected: Vec<bool> = (0..widths.len()).map(|i| inputs.get(i).is_none_or(|&w| w > 0)).collect();
        let processor = make(&Setup {
            key: "",
            rate,
            settings: &settings,
            inputs: &widths,
            outputs: &outputs,
            connected: &[],
            moved: &[],
            assets: &NoAssets,
            tempo: &TempoMap::default(),
            early: 0,
        })?;
        let mut rig = Self {
            frame: 0,
            fresh: true,
            processor,
            in_place: declaration.in_place,
            in_ports: Vec::new(),
            out_ports: Vec::new(),
            widths: outputs.clone(),
            slots: Vec::new(),
            memory: Vec::new(),
            lists: Vec::new(),
            values: settings.iter().map(Self::value).collect(),
            moving: vec![[L::default(); BLOCK]; settings.len()],
        };
        for (port, &width) in widths.iter().enumerate() {
            let there = connected[port] || width == 0;
            let view = if rig.in_place && port == 0 {
                rig.port(0, there, false)
            } else {
                rig.port(width, there, width == 0)
            };
            rig.in_ports.push(view);
        }
        for &width in &outputs {
            let view = rig.port(width, true, width == 0);
            rig.out_ports.push(view);
        }
        Ok(rig)
    }

    fn value(setting: &Setting) -> Option<L> {
        Some(L::splat(if let Setting::Number(v) = setting { *v } else { 0.0 }))
    }

    fn port(&mut self, width: usize, connected: bool, events: bool) -> PortView {
        let start = if events { self.lists.len() } else { self.slots.len() } as u32;
        if events {
            self.lists.extend((0..L::LANES).map(|_| EventList::new()));
        }
        for _ in 0..width {
            self.slots.push(self.memory.len() as u32);
            self.memory.push([L::default(); BLOCK]);
        }
        PortView { start, width: width as u16, events, apart: events, connected }
    }

    /// How many channels each output port has (0 for events).
    pub fn outputs(&self) -> &[usize] {
        &self.widths
    }

    /// The block of a channel that the next call of [`Self::run`] reads; a node that works in place overwrites its
    /// first input.
    pub fn input(&mut self, port: usize, channel: usize) -> &mut [L; BLOCK] {
        let first = self.in_place && port == 0;
        let view = if first { self.out_ports[0] } else { self.in_ports[port] };
        &mut self.memory[self.slots[view.start as usize + channel] as usize]
    }

    /// A channel after [`Self::run`].
    pub fn output(&self, port: usize, channel: usize) -> &[L; BLOCK] {
        &self.memory[self.slots[self.out_ports[port].start as usize + channel] as usize]
    }

    /// Sets a parameter in every lane, for all blocks to come.
    pub fn set(&mut self, parameter: usize, values: L) {
        self.values[parameter] = Some(values);
    }

    /// Makes a parameter a moving one; gives its values in the next block.
    pub fn moving(&mut self, parameter: usize) -> &mut [L; BLOCK] {
        self.values[parameter] = None;
        &mut self.moving[parameter]
    }

    /// Sends an event to a lane in the next block.
    pub fn send(&mut self, port: usize, lane: usize, event: Event) {
        let view = self.in_ports[port];
        if view.events {
            self.lists[view.start as usize + lane].push(event);
        }
    }

    /// The kernel itself.
    pub fn processor(&mut self) -> &mut dyn Processor<L> {
        &mut *self.processor
    }

    /// Runs one block of `frames` frames, 1 to 64; the events sent for it are gone then.
    pub fn run(&mut self, frames: usize) {
        let frames = frames.clamp(1, BLOCK);
        self.call(frames, |processor, io| processor.process(io));
        self.lists.iter_mut().for_each(EventList::clear);
        self.frame += frames as i64;
        self.fresh = false;
    }

    /// What the kernel says in points that it does in the next block; see [`Kernel::points`].
    pub fn points(&mut self) -> Option<Vec<Point>> {
        let mut points = Points::new();
        let said = self.call(BLOCK, |processor, io| processor.points(io, &mut points));
        points.list().filter(|_| said).map(<[Point]>::to_vec)
    }

    fn call<R>(&mut self, frames: usize, what: impl FnOnce(&mut dyn Processor<L>, &mut Io<'_, L>) -> R) -> R {
        let base = self.memory.as_mut_ptr().cast::<L>();
        // SAFETY: every slot stands once in the table and has a block of memory of its own, each port has lists of its
        // own, one a lane; all of it belongs to `self`, which `io` does not outlive and nobody touches meanwhile.
        let (inputs, outputs, events) = unsafe {
            (
                Inputs::new(base, &self.in_ports, &self.slots, frames),
                Outputs::new(base, &self.out_ports, &self.slots, frames),
                Events::new(self.lists.as_mut_ptr(), &self.in_ports, &self.out_ports, L::LANES),
            )
        };
        let params = Params { values: &self.values, moving: &self.moving, frames };
        let song = Song::straight(self.frame);
        let mut io = Io {
            frames,
            frame: self.frame,
            song,
            fresh: self.fresh,
            inputs,
            outputs,
            params,
            events,
            incoming: &crate::node::Incoming::default(),
        };
        what(&mut *self.processor, &mut io)
    }
}
