//! Playing live, in a sound system that the tests pump.

mod bound;
mod edits;
mod guard;
mod host;
mod notes;
mod outside;
mod report;
mod stage;
mod threads;
mod values;

use signalbox_engine::node::NoAssets;
use signalbox_engine::patch::{Patch, file};
use signalbox_live::Source;
use std::sync::Arc;

/// Aborts where a callback allocates or frees.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

fn source() -> Source {
    Source { shelf: Arc::new(signalbox_nodes::shelf()), assets: Arc::new(NoAssets) }
}

fn patch(text: &str) -> Patch {
    file::read(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// A number from 0 to before `end`, the same for every run (splitmix64: Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize % end.max(1)
    }
}
