//! `bench`: every workload runs, here and in continuous integration; how fast it is, is for people to judge.

use crate::support::Folder;

#[test]
fn a_quick_bench_runs_every_workload_and_tells_its_cost_and_its_ratio() {
    let folder = Folder::new();
    let said = folder.does(&["bench", "--quick", "--json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&said.out).expect("a list");
    let names: Vec<&str> = rows.iter().filter_map(|r| r["workload"].as_str()).collect();
    for wanted in ["W1", "W2 chain", "W2 sines", "W3", "W8", "code", "compile"] {
        assert!(names.iter().any(|n| n.starts_with(wanted)), "{wanted} is not among {names:?}");
    }
    for row in &rows {
        let figures = row.as_object().expect("a row").values().filter_map(serde_json::Value::as_f64);
        let figures: Vec<f64> = figures.collect();
        assert!(figures.len() >= 3 && figures.iter().all(|f| f.is_finite() && *f >= 0.0), "{row}");
    }
}

#[test]
fn a_line_of_the_bench_reads_as_name_and_figures() {
    let folder = Folder::new();
    let said = folder.does(&["bench", "W8", "--quick"]);
    assert!(
        said.out.starts_with("W8 wall_s_per_audio_min=") && said.out.contains("times_faster="),
        "{}",
        said.out
    );
    folder.misused(&["bench", "W9"], &["W8"]);
    folder.misused(&["bench", "--lanes", "3"], &["1, 4, 8 or 16"]);
}
