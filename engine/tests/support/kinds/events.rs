//! Events: a source, a node between, and one that turns them into sound and tells their order by what it gives.

use signalbox_dsp::lane::{Keeper, Lane, Simd};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::{
    Declaration, Event, EventKind, Extent, Group, Io, Kernel, Parameter, Port, Width, host,
};
use signalbox_engine::wides;

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
                EventKind::AllOff => io.events.send(0, event),
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
    make: |_| Ok(host(Pulse(0.0f32))),
    wide: wides!(heavy, _ => Pulse(<L as Simd>::splat(0.0))),
    ..Declaration::BLANK
};

struct Pulse<L>(L);

impl<L: Lane> Kernel<L> for Pulse<L> {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        let level = io.inputs.connected(1).then(|| io.inputs.channel(1, 0));
        for lane in 0..L::LANES {
            let mut events = io.events.input(0, lane).iter().peekable();
            let mut x = self.0.get(lane);
            for (j, out) in io.outputs.channel(0, 0).iter_mut().enumerate() {
                while let Some(event) = events.next_if(|e| e.frame as usize <= j) {
                    x = match event.kind {
                        EventKind::NoteOn { key, velocity, id } => {
                            0.5 * x + velocity * key / 128.0 + (id % 7) as f32 / 64.0
                        }
                        EventKind::AllOff => 0.0,
                        EventKind::NoteOff { id } => -0.25 * x + (id % 5) as f32 / 64.0,
                    };
                }
                out.set(lane, x * level.map_or(1.0, |l| l[j].get(lane)));
                x = if x.abs() < 1e-10 { 0.0 } else { x * 0.99 };
            }
            self.0.set(lane, x);
        }
    }
    fn reset(&mut self) {
        self.0 = L::splat(0.0);
    }
    fn at_rest(&self) -> bool {
        self.0.is_zero()
    }
    fn keep(&mut self, keeper: &mut Keeper<'_>) {
        keeper.number(&mut self.0);
    }
}
