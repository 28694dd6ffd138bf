use super::*;
use serde_json::json;
use signalbox_engine::node::rig::Rig;

#[test]
fn the_channels_that_are_asked_for_come_in_to_the_bit_and_the_rest_is_silent() {
    let recorded: Vec<Vec<f32>> = (1..=3).map(|seed| crate::probe::noise(seed, 700)).collect();
    let values = [("first", json!(2)), ("channels", json!(3))];
    let mut rig = Rig::new(&NODE, 48_000, &values, &[]).unwrap();
    rig.hear(recorded.clone(), Vec::new());
    let out = rig.run(&[], 1_000).remove(0);
    for (out, wanted) in out.iter().zip(&recorded[1..]) {
        assert!(out[..700] == wanted[..] && out[700..].iter().all(|x| x.to_bits() == 0));
    }
    assert!(out[2].iter().all(|x| x.to_bits() == 0), "the device has no fourth channel");
}
