//! Playing live: the schedule in the callback of a sound device, edited while it sounds.
//!
//! The control side has a [`Player`], which compiles patches and publishes programs; the audio side has an [`Engine`],
//! which runs the one that is published. A [`Stage`] keeps both, opens devices, and goes on when they fail.

mod device;
mod engine;
mod guard;
mod player;
mod quiet;
mod shared;
mod stage;
mod stream;
mod swap;

pub use device::{Listed, LiveError, Wanted, devices, hosts};
pub use engine::{Engine, Order};
pub use guard::{Guard, Trip};
pub use player::{Player, Source};
pub use shared::{Meters, Shared};
pub use stage::{Event, Stage, Status};
