//! How loud it is at the ports of the graph that is looked at.

use signalbox_engine::node::Probe;
use std::collections::HashMap;

/// How much of a level is left after a look: it falls by 26 dB a second at thirty looks.
pub const FALL: f32 = 0.905;
/// What is more than this is seen: -80 dBFS.
pub const SEEN: f32 = 1e-4;

/// The level of what comes out of a port.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// The greatest amplitude, as a meter shows it: up at once, down slowly.
    pub peak: f32,
    /// The greatest amplitude since the last look.
    pub now: f32,
    /// The root of the mean square over 300 ms.
    pub rms: f32,
    /// How many channels.
    pub width: usize,
    /// How many notes have begun.
    pub notes: u64,
    /// Shines when a note begins, and fades.
    pub spark: f32,
}

/// Levels by nodes and their ports.
#[derive(Debug, Default)]
pub struct Levels(HashMap<String, Vec<Held>>);

#[derive(Debug)]
struct Held {
    port: String,
    level: Level,
    /// What was heard in the look that goes on; nothing where no probe is there any more.
    heard: Option<Level>,
}

impl Levels {
    /// The level at a port.
    pub fn get(&self, node: &str, port: &str) -> Option<&Level> {
        self.0.get(node)?.iter().find(|held| held.port == port).map(|held| &held.level)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Hears a probe at a port. Of several voices the loudest is shown.
    pub fn hear(&mut self, node: &str, port: &str, probe: &Probe) {
        if !self.0.contains_key(node) {
            self.0.insert(node.into(), Vec::new());
        }
        let Some(ports) = self.0.get_mut(node) else { return };
        let at = ports.iter().position(|held| held.port == port).unwrap_or_else(|| {
            ports.push(Held { port: port.into(), level: Level::default(), heard: None });
            ports.len() - 1
        });
        let heard = ports[at].heard.get_or_insert_default();
        for level in probe.levels() {
            heard.now = heard.now.max(level.peak);
            heard.rms = heard.rms.max(level.rms);
        }
        heard.width = heard.width.max(probe.width());
        heard.notes += probe.notes();
    }

    /// Shows what was heard since the last call; whether that is seen to move.
    pub fn settle(&mut self) -> bool {
        let mut moved = false;
        self.0.retain(|_, ports| {
            ports.retain_mut(|held| {
                let Some(heard) = held.heard.take() else {
                    moved |= held.level.peak > SEEN;
                    return false;
                };
                let before = held.level;
                let begun = heard.notes > before.notes && before.width + before.notes as usize > 0;
                held.level = Level {
                    peak: heard.now.max(before.peak * FALL),
                    spark: if begun { 1.0 } else { before.spark * FALL },
                    ..heard
                };
                moved |= held.level.peak > SEEN || held.level.spark > 0.01 || before.peak > SEEN;
                true
            });
            !ports.is_empty()
        });
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(amplitude: f32) -> Probe {
        let probe = Probe::new(48_000, 1, 0.0);
        probe.write(0, &[amplitude; 64]);
        probe.wrote(64, 0);
        probe
    }

    #[test]
    fn a_level_rises_at_once_falls_by_26_db_a_second_and_goes_with_its_probe() {
        let mut levels = Levels::default();
        let loud = probe(0.5);
        levels.hear("tone", "out", &loud);
        assert!(levels.settle());
        assert_eq!(levels.get("tone", "out").map(|l| (l.peak, l.width)), Some((0.5, 1)));
        assert!(levels.get("tone", "other").is_none() && levels.get("other", "out").is_none());
        for _ in 0..30 {
            levels.hear("tone", "out", &loud);
            levels.settle();
        }
        let fallen = levels.get("tone", "out").map_or(0.0, |l| 20.0 * (l.peak / 0.5).log10());
        assert!((fallen + 26.0).abs() < 0.1, "{fallen} dB");
        assert!(levels.settle(), "it is seen to go");
        assert!(levels.get("tone", "out").is_none() && !levels.settle());
    }

    #[test]
    fn of_several_voices_the_loudest_is_shown() {
        let mut levels = Levels::default();
        for amplitude in [0.1, 0.7, 0.3] {
            levels.hear("lead", "out", &probe(amplitude));
        }
        levels.settle();
        assert_eq!(levels.get("lead", "out").map(|l| l.now), Some(0.7));
    }
}
