//! What a node is: its declaration, its ports and parameters, what it gets to run with, and the shelf of all kinds.
//!
//! A kind of node is one constant, a [`Declaration`]. Its arithmetic is a [`Kernel`], generic over the lane type. The
//! engine knows no concrete kind: others fill a [`Shelf`] with theirs.

mod declaration;
mod event;
mod incoming;
mod io;
mod kernel;
mod points;
mod probe;
pub mod rig;
mod setup;
mod shelf;
mod value;

pub use declaration::{Declaration, Extent, Group, Kind, Parameter, Port, PortKind, Taper, Width};
pub use event::{Event, EventKind, EventList};
pub use incoming::{Incoming, Message, MessageKind};
pub use io::{Io, Param, Params, Song, Span};
pub use kernel::{Kernel, Make, Processor, Reading, Wides, host};
pub use points::{At, Operand, Point, Points};
pub use probe::{Level, Probe};
pub use setup::{Assets, NoAssets, Setup};
pub use shelf::{Shelf, nearest};
pub use signalbox_dsp::lane::{Keeper, Wide};
pub use value::{Setting, Settings, Value, ValueError};

/// The most frames that the engine runs at once.
pub const BLOCK: usize = 64;

/// Coefficients are renewed at whole multiples of this many frames.
pub const GRID: usize = 16;

/// The most channels of one port.
pub const MAX_CHANNELS: usize = 64;
