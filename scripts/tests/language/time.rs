//! Time in scripts: tempo maps, sequences, snapshots, by when something is heard.

use crate::support::{Project, RATE, level, listen, near, sine};

/// A steady tone on a track whose changes are heard by its level.
const TONE: &str = "rate(16.khz); length(12.s);\nlet t = bus(\"t\"); osc(1.khz, shape: \"sine\", level: -6.db) |> t; t |> master();\n";

fn heard(project: &Project, text: &str) -> Vec<f32> {
    let outcome = project.build(&format!("{TONE}{text}")).unwrap_or_else(|e| panic!("{e}"));
    listen(&outcome, "t fader", 12.0)
}

/// The time of the first frame at which the level has come down.
fn falls(x: &[f32], from: f64) -> f64 {
    let step = 0.005;
    let mut t = from;
    while t < 11.9 && level(x, t, 0.01) > -15.0 {
        t += step;
    }
    t
}

#[test]
fn a_bar_lies_where_the_tempi_and_meters_before_it_put_it() {
    let project = Project::new();
    // Four bars of 4 beats at 120: 8 s. In the other case the tempo halves at bar 2, and bars have 3 beats from bar 3 on:
    // 2 s, then 4 s, then 3 s a bar.
    for (map, time) in [
        ("tempo(120.bpm); meter(4, 4);", 8.0),
        ("tempo([[bar(1), 120.bpm], [bar(2), 60.bpm]]); meter(4, 4); at(bar(3), || meter(3, 4));", 9.0),
    ] {
        let bar = if time == 8.0 { 5 } else { 4 };
        let x = heard(&project, &format!("{map}\nat(bar({bar}), || t.gain = -20.db);"));
        near(map, falls(&x, 1.0), time, 0.02);
    }
}

#[test]
fn a_sequence_waits_from_where_it_stands() {
    let project = Project::new();
    let x = heard(
        &project,
        "tempo(120.bpm);\nseq(|| { wait(1.bar); t.gain = -20.db; wait(2.beats); t.gain = 0.db; wait(1.s); t.gain = -20.db; });",
    );
    near("after a bar", falls(&x, 0.5), 2.0, 0.02);
    assert!(level(&x, 2.5, 0.5) < -20.0);
    assert!(level(&x, 3.5, 0.5) > -10.0);
    near("after two beats and a second", falls(&x, 3.2), 4.0, 0.02);
    assert!(level(&x, 8.0, 4.0) < -20.0);
}

#[test]
fn a_snapshot_brings_all_faders_back_over_its_time() {
    let project = Project::new();
    let x = heard(
        &project,
        "let before = snapshot();\nat(2.s, || { t.gain = -20.db; t.pan = 1.0; });\nat(6.s, || recall(before, over: 2.s));",
    );
    let (low, half, back) = (level(&x, 4.0, 1.0), level(&x, 7.0, 0.05), level(&x, 10.0, 1.0));
    near("back", back, level(&x, 1.0, 0.5), 0.01);
    assert!(low < half - 5.0 && half < back - 3.0, "{low} {half} {back}");
    let fall = (0.5 * f64::from(RATE)) as usize;
    assert!(x[fall..].windows(2).all(|w| (w[1] - w[0]).abs() < 0.5));
}

#[test]
fn a_pan_law_is_how_loud_the_middle_is() {
    let project = Project::new();
    project.sound("tone.wav", 1.0, |t| sine(1_000.0, t));
    for (law, db) in [("power", -3.01), ("compromise", -4.5), ("linear", -6.02)] {
        let source = format!(
            "let t = track(\"t\", file: \"tone.wav\"); t |> master();\nt.pan = 0.0; t.pan_law = \"{law}\";"
        );
        let outcome = project.build(&source).unwrap_or_else(|e| panic!("{e}"));
        near(law, level(&listen(&outcome, "t fader", 1.0), 0.5, 0.5) + 3.01, db, 0.05);
    }
    let text = project.trouble("let t = bus(\"t\"); t.pan_law = \"lienar\";");
    assert!(text.contains("`pan_law`") && text.contains("linear"), "{text}");
}
