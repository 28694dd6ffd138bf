//! Signals and strips.

use signalbox_engine::patch::Endpoint;
use signalbox_studio::console::fader;

/// An output of a node, at a level.
#[derive(Clone, Debug, PartialEq)]
pub struct Tap {
    /// The output.
    pub from: Endpoint,
    /// Its level in decibels.
    pub db: f64,
}

/// A sound or control signal with its place in the patch: the sum of some outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signal {
    /// What is summed.
    pub taps: Vec<Tap>,
}

impl Signal {
    /// The first output of a node, or `node.port`.
    pub fn of(from: &str) -> Self {
        Self { taps: vec![Tap { from: Endpoint::from(from), db: 0.0 }] }
    }

    /// The signal at another level.
    pub fn louder(&self, db: f64) -> Self {
        let tap = |t: &Tap| Tap { from: t.from.clone(), db: t.db + db };
        Self { taps: self.taps.iter().map(tap).collect() }
    }

    /// The sum of two.
    pub fn plus(&self, other: &Self) -> Self {
        Self { taps: self.taps.iter().chain(&other.taps).cloned().collect() }
    }

    /// The node that it comes from, where that is one.
    pub fn node(&self) -> Option<&str> {
        match self.taps.as_slice() {
            [tap] => Some(&tap.from.node),
            _ => None,
        }
    }
}

/// A strip of the console: a track, a bus, a group, the master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Its name.
    pub name: String,
}

impl Strip {
    /// The strip of a name.
    pub fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// What it gives after its fader.
    pub fn out(&self) -> Signal {
        Signal::of(&fader(&self.name))
    }
}
