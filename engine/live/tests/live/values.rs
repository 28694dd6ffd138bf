//! A value in a patch that plays.

use crate::{patch, source};
use signalbox_engine::patch::Patch;
use signalbox_live::Player;

const RATE: u32 = 48_000;
const SINES: usize = 6;

/// Sines into gains into one output.
fn first() -> Patch {
    let nodes: String = (0..SINES)
        .map(|i| {
            let pitch = 100 + 150 * i;
            format!(
                r#"{{"id": "s{i}", "kind": "osc", "values": {{"shape": "sine", "freq": {pitch}, "level": -20}}}},
                {{"id": "g{i}", "kind": "gain"}}, "#
            )
        })
        .collect();
    let cables: Vec<String> = (0..SINES)
        .map(|i| format!(r#"{{"from": "s{i}", "to": "g{i}"}}, {{"from": "g{i}", "to": "out"}}"#))
        .collect();
    patch(&format!(
        r#"{{"format": 1, "nodes": [{nodes} {{"id": "out", "kind": "output"}}], "cables": [{}]}}"#,
        cables.join(", ")
    ))
}

#[test]
fn a_value_in_a_patch_that_plays_is_turned_without_a_new_program() {
    let mut patch = first();
    let (mut player, mut engine) = Player::new(source(), RATE);
    player.set(patch.clone()).expect("it plays");
    engine.enter();
    let mut peak = |player: &mut Player| {
        let (mut buffer, mut peak) = (vec![0.0f32; 2 * 512], 0.0f32);
        for call in 0..40 {
            engine.fill(&mut buffer, 2);
            player.tick();
            // The first half is for what glides or fades.
            peak = buffer.iter().filter(|_| call >= 20).fold(peak, |peak, x| peak.max(x.abs()));
        }
        peak
    };
    let before = peak(&mut player);
    for i in 0..SINES {
        let node = patch.graph.nodes.get_mut(&format!("g{i}")).expect("a gain");
        node.values.insert("gain".into(), (-20).into());
    }
    player.set(patch.clone()).expect("it plays");
    assert_eq!((player.retired(), player.is_there()), (0, true));
    assert_eq!(player.patch(), Some(&patch));
    let after = peak(&mut player);
    assert!((after / before - 0.1).abs() < 0.01, "{before} {after}");
    // What was turned stays so when a cable is pulled, which takes a program of its own.
    patch.graph.cables.pop_last();
    player.set(patch.clone()).expect("it plays");
    assert_ne!(player.retired(), 0);
    let pulled = peak(&mut player);
    assert!(pulled > 0.5 * after && pulled < 1.01 * after, "{after} {pulled}");
    // A value that is wrong changes nothing.
    patch.graph.nodes.get_mut("g0").expect("a gain").values.insert("gain".into(), "3 Hz".into());
    assert!(player.set(patch).is_err_and(|problems| problems[0].place == "g0"));
    assert_eq!(peak(&mut player), pulled);
}
