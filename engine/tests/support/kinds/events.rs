//! Events: a source, a node between, and one that turns them into sound and tells their order by what it gives.

use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Event, EventKind, Extent, Group, Io, Kernel, Parameter, Port, Width, host,
};

/// A chord of two notes each `every` frames, from frame `phase` on; each ends half way to the next.
pub static NOTES: Declaration = Declaration {
    name: "notes",
    group: Group::Control,
    outputs: &[Port::events("out", "")],
    parameters: &[
        Parameter::fixed("every", Unit::None, (2.0, 1e5), 50.0, ""),
        Parameter::fixed("phase", Unit::None, (0.0, 1e5), 0.0, ""),
    ],
    extent: |_| Extent::Endless,
    make: |setup| Ok(host(Notes { every: setup.number(0) as i64, phase: setup.number(1) as i64 })),
    ..Declaration::BLANK
};

struct Notes {
    every: i64,
    phase: i64,
}

impl Kernel<f32> for Notes {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for j in 0..io.frames {
            let since = io.frame + j as i64 - self.phase;
            let (number, into) = (since.div_euclid(self.every), since.rem_euclid(self.every));
            if since < 0 {
                continue;
            }
            for voice in 0..2 {
                let id = (2 * number + voice) as u32;
                let key = 40.0 + (number % 13) as f32 + 7.0 * voice as f32;
                if into == 0 {
                    let kind = EventKind::NoteOn { key, velocity: 0.75, id };
                    io.events.send(0, Event { frame: j as u32, kind });
                } else if into == self.every / 2 {
                    io.events.send(0, Event { frame: j as u32, kind: EventKind::NoteOff { id } });
                }
            }
        }
    }
    fn reset(&mut self) {}
}

/// Passes all events on, notes shifted by `by` keys, and the ends of notes once more at a second port.
pub static SHIFT: Declaration = Declaration {
    name: "shift",
    group: Group::Control,
    inputs: &[Port::events("in", "")],
    outputs: &[Port::events("out", ""), Port::events("ends", "")],
    parameters: &[Parameter::number("by", Unit::Semitone, (-24.0, 24.0), 0.0, "")],
    make: |_| Ok(host(Shift)),
    ..Declaration::BLANK
};

struct Shift;

impl Kernel<f32> for Shift {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let by = io.params.get(0);
        for &event in io.events.input(0, 0) {
            match event.kind {
                EventKind::NoteOn { key, velocity, id } => {
                    let key = key + by.at(event.frame as usize);
                    io.events.send(0, Event { kind: EventKind::NoteOn { key, velocity, id }, ..event });
                }
                EventKind::NoteOff { .. } => {
                    io.events.send(0, event);
                    io.events.send(1, event);
                }
            }
        }
    }
    fn reset(&mut self) {}
}

/// A decaying level that each event changes in another way, so that it tells their order; times `level` where that is
/// plugged in.
pub static PULSE: Declaration = Declaration {
    name: "pulse",
    group: Group::Sources,
    inputs: &[Port::events("notes", ""), Port::audio("level", Width::Fixed(1), "")],
    outputs: &[Port::audio("out", Width::Fixed(1), "")],
    make: |_| Ok(host(Pulse(0.0))),
    ..Declaration::BLANK
};

struct Pulse(f32);

impl Kernel<f32> for Pulse {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        let mut events = io.events.input(0, 0).iter().peekable();
        let level = io.inputs.connected(1).then(|| io.inputs.channel(1, 0));
        for (j, out) in io.outputs.channel(0, 0).iter_mut().enumerate() {
            while let Some(event) = events.next_if(|e| e.frame as usize <= j) {
                self.0 = match event.kind {
                    EventKind::NoteOn { key, velocity, id } => {
                        0.5 * self.0 + velocity * key / 128.0 + (id % 7) as f32 / 64.0
                    }
                    EventKind::NoteOff { id } => -0.25 * self.0 + (id % 5) as f32 / 64.0,
                };
            }
            *out = self.0 * level.map_or(1.0, |l| l[j]);
            self.0 = if self.0.abs() < 1e-10 { 0.0 } else { self.0 * 0.99 };
        }
    }
    fn reset(&mut self) {
        self.0 = 0.0;
    }
}
