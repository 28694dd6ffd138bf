//! One processor, one frame at a time, with no engine around it: for whoever computes a patch node by node.

use crate::node::{BLOCK, Declaration, Event, EventKind, EventList, Io, Params, PortKind, Processor, Song};
use crate::run::{Events, Inputs, Outputs, PortView};

/// One processor, run frame by frame. Fill in `inputs`, `events` and `values`, call [`Single::process`] (or, where a
/// loop is cut, [`Single::emit`] and then [`Single::absorb`]), and read `outputs` and `sent`.
pub struct Single {
    /// What comes in: by port, by channel; no channels at a port for events.
    pub inputs: Vec<Vec<f32>>,
    /// The events that come in at this frame, by port.
    pub events: Vec<Vec<EventKind>>,
    /// The value of each parameter at this frame.
    pub values: Vec<f32>,
    /// What came out: by port, by channel.
    pub outputs: Vec<Vec<f32>>,
    /// The events that came out at this frame, by port.
    pub sent: Vec<Vec<EventKind>>,
    /// Whether a cable comes in at each input port.
    pub connected: Vec<bool>,
    processor: Box<dyn Processor>,
    in_place: bool,
    fresh: bool,
}

/// The ports that a call sees.
#[derive(Clone, Copy, PartialEq)]
enum Call {
    Process,
    Emit,
    Absorb,
}

/// Memory of one call: each channel in a slot of its own, each list of events by itself.
#[derive(Default)]
struct Memory {
    slots: Vec<[f32; BLOCK]>,
    table: Vec<u32>,
    lists: Vec<EventList>,
}

impl Memory {
    fn audio(&mut self, samples: &[f32], connected: bool) -> PortView {
        let start = self.slots.len() as u32;
        for &x in samples {
            self.table.push(self.slots.len() as u32);
            self.slots.push([x; BLOCK]);
        }
        PortView { start, width: samples.len() as u16, events: false, apart: false, connected }
    }

    fn events(&mut self, kinds: &[EventKind], connected: bool) -> PortView {
        let mut list = EventList::new();
        kinds.iter().for_each(|&kind| list.push(Event { frame: 0, kind }));
        self.lists.push(list);
        PortView { start: self.lists.len() as u32 - 1, width: 0, events: true, apart: false, connected }
    }
}

impl Single {
    /// A processor of this kind with so many channels at each port (0 for events), and a cable or none at each input.
    pub fn new(
        declaration: &Declaration,
        processor: Box<dyn Processor>,
        inputs: &[usize],
        outputs: &[usize],
        connected: &[bool],
    ) -> Self {
        let silent = |widths: &[usize]| widths.iter().map(|&w| vec![0.0; w]).collect();
        // A port for events is told by its kind; its width is 0.
        debug_assert!(
            declaration.inputs.iter().zip(inputs).all(|(p, &w)| (p.kind == PortKind::Events) == (w == 0))
        );
        Self {
            inputs: silent(inputs),
            events: vec![Vec::new(); inputs.len()],
            values: vec![0.0; declaration.parameters.len()],
            outputs: silent(outputs),
            sent: vec![Vec::new(); outputs.len()],
            processor,
            in_place: declaration.in_place,
            connected: connected.to_vec(),
            fresh: true,
        }
    }

    /// Runs the frame with this number, inputs to outputs.
    pub fn process(&mut self, frame: i64) {
        self.call(frame, Call::Process);
        self.fresh = false;
    }

    /// Gives the outputs of a frame before its inputs are known.
    pub fn emit(&mut self, frame: i64) {
        self.call(frame, Call::Emit);
    }

    /// Takes the inputs of a frame after [`Single::emit`].
    pub fn absorb(&mut self, frame: i64) {
        self.call(frame, Call::Absorb);
        self.fresh = false;
    }

    /// What the node, a meter, has read.
    pub fn readings(&self) -> Vec<crate::node::Reading> {
        self.processor.readings()
    }

    fn call(&mut self, frame: i64, call: Call) {
        let mut memory = Memory::default();
        let in_place = self.in_place && call == Call::Process;
        let mut in_ports = Vec::with_capacity(self.inputs.len());
        for (port, samples) in self.inputs.iter().enumerate() {
            let connected = self.connected[port];
            in_ports.push(match (samples.len(), call) {
                (0, Call::Emit) => memory.events(&[], connected),
                (0, _) => memory.events(&self.events[port], connected),
                (width, Call::Emit) => memory.audio(&vec![0.0; width], connected),
                // Where a node works in place, its first input is seen in its first output alone.
                _ if in_place && port == 0 => memory.audio(&[], connected),
                _ => memory.audio(samples, connected),
            });
        }
        let mut out_ports = Vec::with_capacity(self.outputs.len());
        for (port, samples) in self.outputs.iter().enumerate() {
            out_ports.push(match (samples.len(), call) {
                (_, Call::Absorb) => PortView::default(),
                (0, _) => memory.events(&[], true),
                _ if in_place && port == 0 => memory.audio(&self.inputs[0], true),
                (width, _) => memory.audio(&vec![0.0; width], true),
            });
        }
        let values: Vec<Option<f32>> = self.values.iter().map(|&v| Some(v)).collect();
        let Memory { slots, table, lists } = &mut memory;
        let base = slots.as_mut_ptr().cast::<f32>();
        // SAFETY: every slot stands once in the table, and each port has slots and lists of its own; memory and
        // tables outlive `io`, and nobody else touches them until it is gone.
        let (inputs, outputs, events) = unsafe {
            (
                Inputs::new(base, &in_ports, table, 1),
                Outputs::new(base, &out_ports, table, 1),
                Events::new(lists.as_mut_ptr(), &in_ports, &out_ports, 1),
            )
        };
        let params = Params { values: &values, moving: &[], frames: 1 };
        let mut io = Io {
            frames: 1,
            frame,
            song: Song::straight(frame),
            fresh: self.fresh,
            inputs,
            outputs,
            params,
            events,
            incoming: &crate::node::Incoming::default(),
        };
        match call {
            Call::Process => self.processor.process(&mut io),
            Call::Emit => self.processor.emit(&mut io),
            Call::Absorb => self.processor.absorb(&mut io),
        }
        for (port, view) in out_ports.iter().enumerate().filter(|_| call != Call::Absorb) {
            for (c, x) in self.outputs[port].iter_mut().enumerate() {
                *x = slots[view.start as usize + c][0];
            }
            self.sent[port].clear();
            if view.events {
                self.sent[port].extend(lists[view.start as usize].iter().map(|e| e.kind));
            }
        }
    }
}
