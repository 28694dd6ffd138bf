//! What somebody looks at who has selected a node: some of its ports, each with a probe as long as it is looked at.

use signalbox_engine::node::Probe;
use signalbox_live::{Place, Stage};
use std::sync::Arc;

/// Places that are looked at.
#[derive(Default)]
pub struct Inspected {
    places: Vec<(Place, Option<Arc<Probe>>)>,
}

impl Inspected {
    /// Looks at these places and no others, with so many seconds kept; but for what somebody else looks at.
    pub fn set(&mut self, wanted: Vec<Place>, keep: f32, stage: &Stage, other: Option<&Place>) {
        if self.places.iter().map(|p| &p.0).eq(&wanted) {
            return;
        }
        let old = std::mem::take(&mut self.places);
        for (place, _) in old.iter().filter(|(p, _)| !wanted.contains(p) && Some(p) != other) {
            stage.look(place, None);
        }
        for place in wanted {
            let kept = old.iter().find(|(p, _)| *p == place).and_then(|(_, probe)| probe.clone());
            if kept.is_none() && Some(&place) != other {
                stage.look(&place, Some(keep));
            }
            self.places.push((place, kept));
        }
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
