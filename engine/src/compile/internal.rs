//! The kinds of node that the engine itself brings: outputs, the ports of sub-patches, placeholders.

use crate::node::{Declaration, Group, Io, Kernel, Port, Width, host};
use crate::wides;
use signalbox_dsp::lane::Lane;

/// What leaves the patch.
pub static OUTPUT: Declaration = Declaration {
    name: "output",
    title: "Output",
    group: Group::Stereo,
    help: "Gives sound out of the patch, or out of a sub-patch.",
    inputs: &[Port::audio("in", Width::Follow, "what is heard")],
    outputs: &[Port::audio("out", Width::Follow, "the same, for what takes it further")],
    in_place: true,
    make: |_| Ok(host(Wire)),
    ..Declaration::BLANK
};

/// An audio port of a sub-patch, seen from inside.
pub static WIRE: Declaration = Declaration {
    name: "input",
    title: "Port",
    group: Group::Stereo,
    help: "Takes sound into a sub-patch.",
    inputs: &[Port::audio("in", Width::Follow, "from outside")],
    outputs: &[Port::audio("out", Width::Follow, "to the inside")],
    in_place: true,
    make: |_| Ok(host(Wire)),
    wide: wides!(light, _ => Wire),
    ..Declaration::BLANK
};

/// An event port of a sub-patch, seen from inside.
pub static EVENT_WIRE: Declaration = Declaration {
    name: "input",
    title: "Port",
    group: Group::Stereo,
    help: "Takes events into a sub-patch.",
    inputs: &[Port::events("in", "from outside")],
    outputs: &[Port::events("out", "to the inside")],
    make: |_| Ok(host(EventWire)),
    ..Declaration::BLANK
};

/// The most event ports of an instance with voices.
pub const DEALT_PORTS: usize = 16;

const DEALT: Port = Port::events("events", "from outside, and to the voices");

/// What deals the notes that come into an instance to its voices; the schedule has a step of its own for it.
pub static DEALER: Declaration = Declaration {
    name: "dealer",
    title: "Voices",
    group: Group::Control,
    help: "Gives each note to a voice that is free, or else to the quietest.",
    inputs: &[DEALT; DEALT_PORTS],
    outputs: &[DEALT; DEALT_PORTS],
    ..Declaration::BLANK
};

/// A node of a kind that nobody knows here: silent, with its values kept.
pub static PLACEHOLDER: Declaration = Declaration {
    name: "placeholder",
    title: "Unknown",
    group: Group::Control,
    help: "Stands for a kind of node that is not on the shelf.",
    make: |_| Ok(host(Wire)),
    ..Declaration::BLANK
};

/// Whether a declaration is that of an output.
pub fn is_output(declaration: &Declaration) -> bool {
    std::ptr::eq(declaration, &OUTPUT)
}

/// Whether a declaration is that of what deals notes to voices.
pub fn is_dealer(declaration: &Declaration) -> bool {
    std::ptr::eq(declaration, &DEALER)
}

/// Whether a declaration stands for an unknown kind.
pub fn is_placeholder(declaration: &Declaration) -> bool {
    std::ptr::eq(declaration, &PLACEHOLDER)
}

struct Wire;

impl<L: Lane> Kernel<L> for Wire {
    #[inline(always)]
    fn process(&mut self, _io: &mut Io<'_, L>) {}
    fn reset(&mut self) {}
}

struct EventWire;

impl<L: Lane> Kernel<L> for EventWire {
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_, L>) {
        for &event in io.events.input(0, 0) {
            io.events.send(0, event);
        }
    }
    fn reset(&mut self) {}
}
