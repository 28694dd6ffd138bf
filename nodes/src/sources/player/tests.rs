use super::*;
use crate::probe::noise;
use serde_json::{Value, json};
use signalbox_engine::node::{Assets, rig::Rig};
use signalbox_engine::patch::TempoMap;

/// One file, `take.wav`, of this sound.
struct Shelf(Arc<Audio>);

impl Assets for Shelf {
    fn audio(&self, path: &str, rate: u32) -> Result<Arc<Audio>, String> {
        self.width(path)?;
        assert_eq!(rate, self.0.rate);
        Ok(self.0.clone())
    }

    fn width(&self, path: &str) -> Result<usize, String> {
        if path == "take.wav" { Ok(self.0.width()) } else { Err(format!("{path}: no such file")) }
    }
}

fn stereo(frames: usize) -> Audio {
    Audio { rate: 48_000, channels: vec![noise(1, frames), noise(2, frames)] }
}

fn rig(audio: &Audio, values: &[(&str, Value)]) -> Rig {
    let mut all = vec![("file", json!("take.wav"))];
    all.extend_from_slice(values);
    Rig::with(&NODE, 48_000, &all, &[], &Shelf(Arc::new(audio.clone())), &TempoMap::default()).unwrap()
}

#[test]
fn a_file_comes_out_bit_for_bit_and_silence_follows() {
    let audio = stereo(1_000);
    let out = rig(&audio, &[]).run(&[], 1_500).remove(0);
    for (out, sound) in out.iter().zip(&audio.channels) {
        assert_eq!(out[..1_000], sound[..]);
        assert!(out[1_000..].iter().all(|&x| x == 0.0));
    }
    assert_eq!(out.len(), 2);
}

#[test]
fn start_and_offset_are_met_to_the_frame_in_blocks_of_any_length() {
    let audio = stereo(1_000);
    // 333 and 100 frames.
    let values = [("start", json!("6.9375 ms")), ("offset", json!(100.0 / 48_000.0))];
    for length in [64, 1, 17] {
        let out = rig(&audio, &values).run_in_blocks(&[], 1_500, |_| length).remove(0);
        assert!(out[0][..333].iter().all(|&x| x == 0.0));
        assert_eq!(out[0][333..1_233], audio.channels[0][100..]);
        assert!(out[1][1_233..].iter().all(|&x| x == 0.0));
    }
}

#[test]
fn a_loop_wraps_to_the_frame() {
    for frames in [1, 7, 64, 333] {
        let audio = stereo(frames + 48);
        let values = [("loop", json!(true)), ("offset", json!("1 ms")), ("start", json!("1 ms"))];
        let out = rig(&audio, &values).run(&[], 1_000).remove(0);
        for (i, &x) in out[1].iter().enumerate().skip(48) {
            assert_eq!(x, audio.channels[1][48 + (i - 48) % frames], "{frames} {i}");
        }
    }
}

#[test]
fn an_offset_past_the_end_is_silent() {
    let out = rig(&stereo(100), &[("offset", json!("1 s")), ("loop", json!(true))]).run(&[], 200).remove(0);
    assert!(out.iter().flatten().all(|&x| x == 0.0));
}

/// What the node says about its length.
fn extent(audio: Audio, values: &[(&str, Value)]) -> Extent {
    let map = values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    let (settings, errors) = NODE.settings(&map);
    assert!(errors.is_empty());
    (NODE.extent)(&Setup {
        key: "",
        rate: 48_000,
        settings: &settings,
        inputs: &[],
        outputs: &[audio.width()],
        connected: &[],
        moved: &[false; 4],
        assets: &Shelf(Arc::new(audio)),
        tempo: &TempoMap::default(),
        early: 0,
    })
}

#[test]
fn it_ends_with_the_file_and_a_loop_never() {
    let file = ("file", json!("take.wav"));
    let cut = [file.clone(), ("start", json!("1 s")), ("offset", json!("10 ms"))];
    assert_eq!(extent(stereo(1_000), &cut), Extent::Until(48_000 + 520));
    assert_eq!(extent(stereo(1_000), &[file.clone(), ("loop", json!(true))]), Extent::Endless);
    assert_eq!(extent(stereo(0), &[file, ("loop", json!(true))]), Extent::Until(0));
}

#[test]
fn a_missing_file_is_told() {
    let shelf = Shelf(Arc::new(stereo(1)));
    let tempo = TempoMap::default();
    let wrong = |values: &[(&str, Value)]| {
        let settings = NODE.settings(&values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect()).0;
        let setup = Setup {
            key: "",
            rate: 48_000,
            settings: &settings,
            inputs: &[],
            outputs: &[1],
            connected: &[],
            moved: &[false; 4],
            assets: &shelf,
            tempo: &tempo,
            early: 0,
        };
        (NODE.make)(&setup).err().unwrap()
    };
    assert!(wrong(&[]).contains("give it the path of an audio file"));
    assert_eq!(wrong(&[("file", json!("tale.wav"))]), "tale.wav: no such file");
}
