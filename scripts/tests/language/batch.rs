//! The batch of the examples, word for word: dialogue is cleaned, brought to a loudness, and reported.

use crate::support::{Project, near, script, sine};
use signalbox_scripts::{Mode, Outcome, Settings, Trouble};
use signalbox_studio::measure;
use std::cell::Cell;

const BATCH: &str = include_str!("../../examples/batch.rhai");

/// Words of a voice with pauses between, over noise of an amplitude.
fn dialogue(project: &Project, name: &str, noise: f64) {
    let state = Cell::new(88_172_645_463_325_252u64);
    let hiss = || {
        let mut x = state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        x as f64 / u64::MAX as f64 * 2.0 - 1.0
    };
    let word = |t: f64| if (t / 0.8).fract() < 0.5 { 0.2 * sine(300.0, t) } else { 0.0 };
    project.sound(name, 6.0, |t| word(t) + noise * hiss());
}

fn project() -> Project {
    let project = Project::new();
    dialogue(&project, "dialogue/clean.wav", 0.0003);
    dialogue(&project, "dialogue/day 2/noisy.wav", 0.006);
    project
}

#[test]
fn the_batch_cleans_measures_and_reports() {
    let project = project();
    let outcome = project.run(BATCH).unwrap_or_else(|e| panic!("{e}"));
    assert!(outcome.failed().is_empty(), "{}", outcome.failed()[0]);
    let report = std::fs::read_to_string(project.folder().join("clean/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let rows = report.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for (row, name) in rows.iter().zip(["clean.wav", "noisy.wav"]) {
        assert_eq!(row["name"], name);
        let audio = signalbox_file::read(project.folder().join("clean").join(name)).unwrap();
        let measured = measure::audio(&audio);
        near(name, measured.integrated_lufs.unwrap(), -23.0, 0.05);
        near("report", row["lufs"].as_f64().unwrap(), -23.0, 0.05);
        assert!(measured.true_peak_dbtp.unwrap() <= -1.0);
        assert_eq!(audio.rate, crate::support::RATE);
    }
    // The denoiser took its half of 24 dB from the noisy one, before both were made as loud.
    let level =
        |name: &str| measure::analysis::analyse(&signalbox_file::read(project.folder().join(name)).unwrap());
    let (before, after) = (level("dialogue/day 2/noisy.wav"), level("clean/noisy.wav"));
    let louder = after.meters.integrated_lufs.unwrap() - before.meters.integrated_lufs.unwrap();
    let down = before.noise_dbfs.unwrap() + louder - after.noise_dbfs.unwrap();
    assert!(down > 6.0, "{down}");
}

#[test]
fn a_silent_file_is_named_and_fails_the_batch() {
    let project = project();
    project.sound("dialogue/empty.wav", 1.0, |_| 0.0);
    let outcome = project.run(BATCH).unwrap_or_else(|e| panic!("{e}"));
    let failed = outcome.failed();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].to_string().contains("empty.wav: silent"), "{}", failed[0]);
}

fn shard(project: &Project, source: &str, part: usize) -> Result<Outcome, Trouble> {
    script(source).run(&Settings { shard: Some((part, 3)), ..project.settings(Mode::Run) })
}

#[test]
fn shards_share_a_list_and_leave_what_is_finished() {
    let project = Project::new();
    for i in 0..7 {
        project.sound(&format!("in/{i}.wav"), 0.2, |t| 0.1 * sine(200.0, t));
    }
    let source = "each(files(\"in/*.wav\"), |f| { f |> gain(-6.db) |> render(\"out/\" + f.stem + \".wav\") }); report(`out/${files(\"in/*.wav\")[0].stem}.csv`);";
    for part in 1..=3 {
        shard(&project, source, part).unwrap_or_else(|e| panic!("{e}"));
    }
    let there = |i: usize| project.folder().join(format!("out/{i}.wav"));
    let times =
        || (0..7).map(|i| std::fs::metadata(there(i)).unwrap().modified().unwrap()).collect::<Vec<_>>();
    let before = times();
    std::fs::remove_file(there(4)).unwrap();
    for part in 1..=3 {
        shard(&project, source, part).unwrap();
    }
    let after = times();
    let again: Vec<usize> = (0..7).filter(|&i| before[i] != after[i]).collect();
    assert_eq!(again, [4]);
    let table = std::fs::read_to_string(project.folder().join("out/1.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "name,lufs,true_peak");
    assert_eq!(lines.len(), 3, "the second of three parts has two of seven: {table}");
}

#[test]
fn a_batch_writes_nothing_outside_and_nothing_over_its_sources() {
    let project = project();
    for (source, word) in [
        ("files(\"dialogue/*.wav\")[0] |> gain(1.db) |> render(\"../x.wav\")", "outside"),
        ("files(\"dialogue/*.wav\")[0] |> gain(1.db) |> render(\"dialogue/clean.wav\")", "overwrite"),
        ("files(\"dialogue/*.wav\")[0] |> gain(1.db) |> render(\"x.mp3\")", ".wav"),
        ("files(\"dialogue/*.wav\")[0] |> loudness(target: -3.db) |> render(\"x.wav\")", "wants a loudness"),
        ("files(\"/etc/*\")", "outside"),
        ("report(\"r.json\", columns: [\"lusf\"])", "did you mean \"lufs\"?"),
    ] {
        let text = project.trouble(source);
        assert!(text.contains(word), "{source}: {text}");
    }
}

/// Measures, writes and rolls dice for each file.
const JOBS: &str = "seed(5);
let loud = each(files(\"in/*.wav\"), |f| peak(f) > 0.15, jobs: JOBS);
let fix = gain(-6.db);
let found = each(files(\"in/*.wav\"), |f| {
    let out = f |> fix |> render(\"out/\" + f.stem + \".wav\", bits: 32);
    print(`done ${f.stem}`);
    assert peak(out) < 0.14, f.name;
    #{ name: f.name, peak: peak(out), chance: rand(), out: out, list: [1, -6.db, ()] }
}, jobs: JOBS);
report(\"report.csv\", columns: [\"name\", \"peak\"]);
print(found.to_string() + loud.to_string());";

#[test]
fn jobs_do_the_same_however_many_they_are() {
    let run = |jobs: usize| {
        let project = Project::new();
        for i in 0..9 {
            project.sound(&format!("in/{i}.wav"), 0.3, |t| (0.1 + 0.03 * f64::from(i)) * sine(200.0, t));
        }
        let outcome = project.run(&JOBS.replace("JOBS", &jobs.to_string())).unwrap_or_else(|e| panic!("{e}"));
        let failed: Vec<String> = outcome.failed().iter().map(ToString::to_string).collect();
        let sound =
            |i: usize| signalbox_file::read(project.folder().join(format!("out/{i}.wav"))).unwrap().channels;
        let sounds: Vec<_> = (0..9).map(sound).collect();
        let report = std::fs::read_to_string(project.folder().join("report.csv")).unwrap();
        (project.printed.borrow().clone(), failed, sounds, report)
    };
    let one = run(1);
    // Nine in their order and the last word; half of 0.28 and more are not below 0.14.
    assert_eq!(one.0.len(), 10);
    assert!(one.0[..9].iter().enumerate().all(|(i, text)| *text == format!("done {i}")), "{:?}", one.0);
    assert_eq!(one.1.len(), 3, "{:?}", one.1);
    assert!(one.1[0].starts_with("test.rhai:7:") && one.1[0].contains("6.wav"), "{}", one.1[0]);
    assert_eq!(one.3.lines().count(), 10);
    for jobs in [2, 3, 0, 50] {
        assert!(run(jobs) == one, "{jobs} jobs");
    }
}

#[test]
fn what_jobs_cannot_is_told_at_its_place() {
    let project = Project::new();
    for i in 0..4 {
        project.sound(&format!("in/{i}.wav"), 0.1, |t| 0.1 * sine(200.0, t));
    }
    for (source, words) in [
        ("each(files(\"in/*.wav\"), |f| osc(220.hz), jobs: 2)", &["plain values", "got a signal"][..]),
        ("each(files(\"in/*.wav\"), |f| { osc(220.hz); 1 }, jobs: 2)", &["can't build into the patch"]),
        ("let a = 1;\neach([1, 2, 3], |i| if i == 2 { i.foo() }, jobs: 3)", &["test.rhai:2:", "foo"]),
        ("each([1, 2], |i| { loop {} }, jobs: 2)", &["test.rhai:1:"]),
        ("each([1], |i| i, jobs: 2.5)", &["`jobs` goes from 0 to 256"]),
        ("each([osc(1.hz)], |i| i, jobs: 2)", &["plain values"]),
    ] {
        let text = project.trouble(source);
        assert!(words.iter().all(|word| text.contains(word)), "{source}: {text}");
    }
}

#[test]
fn a_changed_script_makes_its_files_anew() {
    let project = Project::new();
    project.sound("in/a.wav", 0.1, |t| 0.1 * sine(200.0, t));
    let path = project.folder().join("batch.rhai");
    let run = |gain: &str| {
        std::fs::write(&path, format!("files(\"in/*.wav\")[0] |> gain({gain}) |> render(\"out.wav\")"))
            .unwrap();
        let script = signalbox_scripts::Script::open(&path).unwrap();
        let settings = Settings { resume: true, ..project.settings(Mode::Run) };
        script.run(&settings).unwrap_or_else(|e| panic!("{e}"));
        std::fs::metadata(project.folder().join("out.wav")).unwrap().modified().unwrap()
    };
    let first = run("-6.db");
    // Saved later than the file was written.
    std::thread::sleep(std::time::Duration::from_millis(30));
    let second = run("-12.db");
    assert!(second > first);
    let script = signalbox_scripts::Script::open(&path).unwrap();
    script.run(&Settings { resume: true, ..project.settings(Mode::Run) }).unwrap();
    let third = std::fs::metadata(project.folder().join("out.wav")).unwrap().modified().unwrap();
    assert_eq!(third, second, "what is finished is left");
}
