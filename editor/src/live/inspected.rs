//! What somebody looks at who has selected a node: some of its ports, each with a probe as long as it is looked at.

use signalbox_engine::node::Probe;
use signalbox_live::Place;
use std::sync::Arc;

/// Places that are looked at.
#[derive(Default)]
pub struct Inspected(Vec<Looked>);

#[derive(Clone)]
struct Looked {
    place: Place,
    /// The key of its probe.
    key: String,
    probe: Option<Arc<Probe>>,
}

impl Inspected {
    /// Looks at these places and no others; gives those that come and go.
    pub fn set(&mut self, wanted: Vec<Place>) -> Vec<Place> {
        if self.0.iter().map(|p| &p.place).eq(&wanted) {
            return Vec::new();
        }
        let old = std::mem::take(&mut self.0);
        let gone = old.iter().map(|p| &p.place).filter(|p| !wanted.contains(p));
        let come = wanted.iter().filter(|p| !old.iter().any(|o| o.place == **p));
        let other = gone.chain(come).cloned().collect();
        let looked = |place: Place| {
            let there = old.iter().find(|o| o.place == place).cloned();
            there.unwrap_or_else(|| Looked { key: place.key(), place, probe: None })
        };
        self.0 = wanted.into_iter().map(looked).collect();
        other
    }

    /// Whether a place is looked at.
    pub fn holds(&self, place: &Place) -> bool {
        self.0.iter().any(|p| p.place == *place)
    }

    /// Before probes are given: there is none.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(|p| p.probe = None);
    }

    /// Takes a probe, if it is at one of these.
    pub fn take(&mut self, key: &str, probe: &Arc<Probe>) {
        if let Some(held) = self.0.iter_mut().find(|p| p.key == key) {
            held.probe = Some(probe.clone());
        }
    }

    /// The probe at one of the places, as soon as it is there.
    pub fn probe(&self, at: usize) -> Option<&Arc<Probe>> {
        self.0.get(at)?.probe.as_ref()
    }
}
