//! What every kind of node must hold, tried on each from its declaration alone.

use signalbox_engine::node::{Declaration, Kind, PortKind, rig::Rig};

/// A rig with every audio input connected in stereo, defaults everywhere.
fn rig(node: &'static Declaration) -> Rig {
    let inputs = vec![2; node.inputs.len()];
    Rig::new(node, 48_000, &[], &inputs).unwrap_or_else(|e| panic!("{}: {e}", node.name))
}

/// Seeded noise for every input port.
fn noise(node: &Declaration, frames: usize) -> Vec<Vec<Vec<f32>>> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    node.inputs
        .iter()
        .map(|p| match p.kind {
            PortKind::Events => Vec::new(),
            PortKind::Audio(_) => vec![(0..frames).map(|_| next() * 0.5).collect(); 2],
        })
        .collect()
}

/// Kinds that can be made with no file.
fn kinds() -> impl Iterator<Item = &'static Declaration> {
    let all = crate::shelf().kinds().to_vec();
    all.into_iter().filter(|k| !k.parameters.iter().any(|p| p.kind == Kind::File))
}

#[test]
fn any_length_of_block_gives_the_same_bits() {
    for node in kinds() {
        let signals = noise(node, 5_000);
        let whole = rig(node).run(&signals, 5_000);
        for lengths in [[1, 1, 1], [7, 64, 3], [16, 33, 15]] {
            let cut = rig(node).run_in_blocks(&signals, 5_000, |i| lengths[i % 3]);
            assert!(whole == cut, "{} in blocks of {lengths:?}", node.name);
        }
    }
}
