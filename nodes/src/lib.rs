//! The shelf: every processor, one file each.
//!
//! A file holds one kind of node: the constant `NODE` that declares it, its kernel, and who published the algorithm.
//! To add a kind, add its file and put its name into the table below.

use signalbox_engine::node::Shelf;

/// Declares the modules and the shelf from one table: a line a folder, a word a kind.
macro_rules! shelf {
    ($($(#[$doc:meta])* $folder:ident: $($kind:ident)+;)+) => {
        $($(#[$doc])* pub mod $folder { $(pub mod $kind;)+ })+

        /// Every kind of node, in the order of the table.
        pub fn shelf() -> Shelf {
            Shelf::new(&[$($(&$folder::$kind::NODE),+),+])
        }
    };
}

shelf! {
    /// What makes sound.
    sources: player osc noise impulse live;
    /// What changes the spectrum.
    filters: eq filter;
    /// What adds harmonics.
    colour: saturator;
    /// What changes levels over time.
    dynamics: comp limiter gate deess;
    /// What repeats or shifts in time.
    time: delay;
    /// What puts sound into a room.
    space: reverb;
    /// What routes, pans and sums.
    stereo: gain pan bus split join mono crossfade;
    /// What changes pitch.
    pitch: pitch;
    /// What takes faults away.
    repair: denoise;
    /// What drives parameters and notes.
    control: env notes math code midi cc;
    /// What measures.
    meters: meter probe;
}

#[cfg(test)]
mod probe;
#[cfg(test)]
mod tests;
