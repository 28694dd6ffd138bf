//! The device that records: open where a patch has a use for it, and tried again where it fails.

use super::{Event, RETRY, SILENT};
use crate::bridge::{Gaps, bridge};
use crate::device::{Heard, LiveError, Wanted, find_input};
use crate::player::Player;
use crate::stream::{OpenInput, open_input};
use cpal::Host;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// The device that records.
#[derive(Default)]
pub enum Input {
    /// Nobody has a use for it.
    #[default]
    Off,
    /// It records; how many buffers it had, and when that was seen last to be more.
    On(Box<OpenInput>, Arc<Gaps>, u64, Instant),
    /// It failed: when it is tried again, and after how long then.
    Failed(Instant, Duration),
}

impl Input {
    /// Its name, where it is open.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::On(open, ..) => Some(&open.name),
            _ => None,
        }
    }

    /// How often something that was recorded was missing or too much.
    pub fn gaps(&self) -> u64 {
        match self {
            Self::On(open, gaps, ..) => gaps.count() + open.signals.dropouts.load(Relaxed),
            _ => 0,
        }
    }

    /// Opens and closes the device as the patch needs it, beside the one that plays (none: nothing is recorded); gives
    /// what is to be told, and a stream that is to be dropped.
    pub fn look_after(
        &mut self,
        player: &mut Player,
        heard: Option<&Heard>,
        (host, wanted): (&dyn Fn() -> Result<Host, LiveError>, &Wanted),
    ) -> (Option<Event>, Option<Box<OpenInput>>) {
        let Some(heard) = heard.filter(|_| player.records()) else {
            return (None, self.close(player, Self::Off));
        };
        match self {
            Self::On(open, gaps, seen, when) => {
                let buffers = gaps.buffers();
                if buffers != *seen {
                    (*seen, *when) = (buffers, Instant::now());
                }
                if !open.signals.lost.load(Relaxed) && when.elapsed() <= SILENT {
                    return (None, None);
                }
                let name = open.name.clone();
                let failed = Self::Failed(Instant::now() + RETRY.0, RETRY.0);
                (Some(Event::InputLost(name)), self.close(player, failed))
            }
            Self::Failed(when, _) if Instant::now() < *when => (None, None),
            Self::Off | Self::Failed(..) => {
                let wait = if let Self::Failed(_, wait) = self { Some(*wait) } else { None };
                (self.open(player, heard, host, wanted, wait), None)
            }
        }
    }

    fn close(&mut self, player: &mut Player, next: Self) -> Option<Box<OpenInput>> {
        match std::mem::replace(self, next) {
            Self::On(open, ..) => {
                player.record(None);
                Some(open)
            }
            _ => None,
        }
    }

    fn open(
        &mut self,
        player: &mut Player,
        heard: &Heard,
        host: &dyn Fn() -> Result<Host, LiveError>,
        wanted: &Wanted,
        waited: Option<Duration>,
    ) -> Option<Event> {
        let opened =
            host().and_then(|host| find_input(&host, wanted, heard)).and_then(|(opening, one_clock)| {
                let (channels, rate) = (usize::from(opening.config.channels), opening.config.sample_rate);
                let refused = |why| LiveError::Refused { device: opening.name.clone(), why };
                let (recorder, bridge) = bridge(channels, rate, player.rate(), one_clock).map_err(refused)?;
                let gaps = bridge.gaps().clone();
                let open = open_input(opening, recorder)?;
                player.record(Some(Box::new(bridge)));
                Ok((Self::On(Box::new(open), gaps, 0, Instant::now()), rate))
            });
        match opened {
            Ok((on, rate)) => {
                *self = on;
                Some(Event::Records(self.name().unwrap_or_default().into(), rate))
            }
            Err(error) => {
                let next = waited.map_or(RETRY.0, |wait| (wait * 2).min(RETRY.1));
                *self = Self::Failed(Instant::now() + next, next);
                // It is told once.
                waited.is_none().then(|| Event::NoInput(error.to_string()))
            }
        }
    }
}
