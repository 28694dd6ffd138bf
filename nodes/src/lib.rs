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
    /// What routes, pans and sums.
    stereo: gain;
}

#[cfg(test)]
mod probe;
#[cfg(test)]
mod tests;
