//! Tells the compiler what lies side by side.

use super::Lane;

/// To be called in each turn of a loop over frames whose turns do not depend on each other. Nothing happens at run
/// time. With one lane the compiler lays several frames side by side in a vector register; with more lanes it would
/// try the same and shuffle lanes apart, ten times as slow as leaving them where they are. This keeps it from that.
#[inline(always)]
pub fn by_lanes<L: Lane>() {
    if L::LANES > 1 {
        std::hint::black_box(());
    }
}
