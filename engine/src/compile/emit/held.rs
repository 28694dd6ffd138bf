//! Delays of cables that lie side by side: what a batch gives is held back as it is, before another batch hears it.

use super::{Channel, Channels, Emitter, Given, Op};

impl Emitter<'_> {
    /// Holds back the cables to a batch that lie side by side there where they begin.
    pub(super) fn hold(&mut self, members: &[Option<usize>]) {
        let arriving = self.arriving;
        let count = members.iter().flatten().map(|&n| arriving[n].len()).min().unwrap_or(0);
        for at in 0..count {
            let cables: Vec<Option<usize>> = members.iter().map(|n| n.map(|n| arriving[n][at])).collect();
            self.hold_together(cables);
        }
    }

    /// Holds cables back together where all of them are late by the same and each comes from its own lane of one
    /// batch. Others are left, each to be held back by itself.
    fn hold_together(&mut self, cables: Vec<Option<usize>>) {
        let Some(&first) = cables.iter().flatten().next() else { return };
        let frames = self.alignment.delay[first];
        if frames == 0 {
            return;
        }
        let Some(given) = self.given(first).cloned() else { return };
        let lanes = cables.len() as u32;
        for (lane, &cable) in cables.iter().enumerate() {
            let Some(cable) = cable else { continue };
            let beside = |(own, of): (&Channel, &Channel)| {
                (own.value, own.lane, own.lanes) == (of.value, lane as u32, lanes)
            };
            let fits = self
                .given(cable)
                .is_some_and(|own| own.len() == given.len() && own.iter().zip(&given).all(beside));
            if !fits || self.alignment.delay[cable] != frames || !self.stays(cable, frames) {
                return;
            }
        }
        let channels: Vec<_> = given.iter().map(|c| (c.value, self.value(lanes as usize))).collect();
        let sources: Vec<Option<usize>> =
            cables.iter().map(|c| c.map(|c| self.flat.cables[c].from.0)).collect();
        self.members.extend(channels.iter().map(|c| (c.1, sources.clone())));
        for (lane, cable) in (0..lanes).zip(&cables) {
            let Some(cable) = *cable else { continue };
            let own = channels.iter().map(|c| Channel { value: c.1, lane, lanes }).collect();
            self.held.insert(cable, own);
        }
        self.out.ops.push(Op::WideDelay { cables, frames, channels });
    }

    /// The channels that a cable begins at.
    fn given(&self, cable: usize) -> Option<&Channels> {
        let (node, port) = self.flat.cables[cable].from;
        match self.given[node].get(port) {
            Some(Given::Channels(channels)) => Some(channels),
            _ => None,
        }
    }

    /// Whether a cable neither comes nor goes, nor was held back by another number of frames before.
    fn stays(&self, cable: usize, frames: usize) -> bool {
        let cable = &self.flat.cables[cable];
        cable.fade.is_none() && !cable.goes && !cable.apart && cable.was.is_none_or(|was| was == frames)
    }
}
