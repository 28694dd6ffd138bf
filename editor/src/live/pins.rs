//! Probes that stay: what flows at some places, and its last seconds.

use super::{Live, behind};
use signalbox_engine::node::Probe;
use signalbox_live::Place;
use std::collections::HashMap;
use std::sync::Arc;

/// How much is kept of what a pinned probe hears, in seconds.
pub const KEPT: f32 = 10.0;
/// The most probes that are pinned: each channel keeps some megabytes.
pub const MOST: usize = 32;

/// By the key of its probe: each place, and what flows there as soon as it is there.
#[derive(Default)]
pub struct Pins(HashMap<String, (Place, Option<Arc<Probe>>)>);

impl Pins {
    /// Whether a place is pinned.
    pub(super) fn holds(&self, place: &Place) -> bool {
        self.0.contains_key(&place.key())
    }

    /// Forgets what was seen.
    pub(super) fn forget(&mut self) {
        self.0.values_mut().for_each(|(_, probe)| *probe = None);
    }

    /// Takes a probe, if it is one of these.
    pub(super) fn take(&mut self, key: &str, probe: &Arc<Probe>) {
        if let Some((_, seen)) = self.0.get_mut(key) {
            *seen = Some(probe.clone());
        }
    }
}

impl Live {
    /// Keeps the last seconds of what comes out of these ports of nodes behind some instances, and of nothing else.
    pub fn pin<'a>(&mut self, inside: &[String], ports: impl Iterator<Item = (&'a str, &'a str)>) {
        let wanted: HashMap<String, Place> = ports
            .take(MOST)
            .map(|(node, port)| behind(inside, node, port))
            .map(|place| (place.key(), place))
            .collect();
        let gone: Vec<String> =
            self.pins.0.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
        let gone: Vec<_> = gone.iter().filter_map(|key| self.pins.0.remove(key)).collect();
        let come: Vec<_> = wanted.into_iter().filter(|(key, _)| !self.pins.0.contains_key(key)).collect();
        self.pins.0.extend(come.iter().map(|(key, place)| (key.clone(), (place.clone(), None))));
        let come = come.iter().map(|(_, place)| place);
        gone.iter().map(|(place, _)| place).chain(come).for_each(|place| self.look_at(place));
    }

    /// What flows at a port that is pinned, as soon as it is there.
    pub fn pinned(&self, inside: &[String], node: &str, port: &str) -> Option<&Arc<Probe>> {
        self.pins.0.get(&behind(inside, node, port).key())?.1.as_ref()
    }
}
