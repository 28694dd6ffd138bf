//! What somebody looks at who has selected a node: some of its ports, each with a probe as long as it is looked at.

use signalbox_engine::node::Probe;
use signalbox_live::Place;
use std::sync::Arc;

/// Places that are looked at.
#[derive(Default)]
pub struct Inspected {
    places: Vec<(Place, Option<Arc<Probe>>)>,
}

impl Inspected {
    /// Looks at these places and no others; gives those that come and go.
    pub fn set(&mut self, wanted: Vec<Place>) -> Vec<Place> {
        if self.places.iter().map(|p| &p.0).eq(&wanted) {
            return Vec::new();
        }
        let old = std::mem::take(&mut self.places);
        let gone = old.iter().map(|p| &p.0).filter(|p| !wanted.contains(p));
        let come = wanted.iter().filter(|p| !old.iter().any(|o| o.0 == **p));
        let other = gone.chain(come).cloned().collect();
        let probe = |place: &Place| old.iter().find(|o| o.0 == *place).and_then(|o| o.1.clone());
        self.places = wanted.into_iter().map(|place| (place.clone(), probe(&place))).collect();
        other
    }

    /// Whether a place is looked at.
    pub fn holds(&self, place: &Place) -> bool {
        self.places.iter().any(|(p, _)| p == place)
    }

    /// Before probes are given: there is none.
    pub fn clear(&mut self) {
        self.places.iter_mut().for_each(|(_, probe)| *probe = None);
    }

    /// Takes a probe by its key; whether that is one of these.
    pub fn take(&mut self, key: &str, probe: &Arc<Probe>) -> bool {
        let mut found = self.places.iter_mut().filter(|(place, _)| place.key() == key);
        found.next().map(|(_, held)| *held = Some(probe.clone())).is_some()
    }

    /// The probe at one of the places, as soon as it is there.
    pub fn probe(&self, at: usize) -> Option<&Arc<Probe>> {
        self.places.get(at)?.1.as_ref()
    }
}
