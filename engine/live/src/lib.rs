//! Playing live: the schedule in the callback of a sound device, edited while it sounds.
//!
//! The control side has a [`Player`], which compiles patches and publishes programs; the audio side has an [`Engine`],
//! which runs the one that is published. A [`Stage`] keeps both, opens devices, and goes on when they fail.

#![cfg_attr(rtsan, feature(sanitize))]

mod bridge;
mod device;
mod engine;
mod guard;
mod helpers;
mod look;
pub mod midi;
pub mod osc;
mod player;
mod pulse;
mod quiet;
mod ran;
mod rank;
mod seat;
mod shared;
mod stage;
mod stream;
mod swap;
mod wires;

pub use bridge::{Bridge, Gaps, Recorder, bridge};
pub use device::{Listed, LiveError, Wanted, devices, hosts};
pub use engine::Engine;
pub use guard::{Guard, Trip};
pub use look::{Place, Shown};
pub use player::{Player, Report, Source, Wire};
pub use pulse::{Beat, Pulse};
pub use shared::{Meters, Shared};
pub use stage::{Dropout, Event, Keys, Set, Stage, Status};
pub use wires::{Late, Order, Played, Who};
