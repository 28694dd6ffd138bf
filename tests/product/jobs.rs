//! Jobs of a cluster that share a batch: the job files of the examples, run as the cluster would.

use crate::support::sound::{Bits, sine, spec};
use crate::support::{Folder, Said};
use std::path::Path;
use std::process::Command;

const JOBS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/examples/jobs");
const FILES: usize = 20;

const BATCH: &str =
    "for f in files(\"in/*.wav\") { f |> gain(-6.db) |> render(`out/${f.stem}.wav`, bits: 32); }";

fn folder() -> Folder {
    let folder = Folder::new();
    for i in 0..FILES {
        let pitch = 200.0 + 10.0 * i as f64;
        folder.wav(&format!("in/{i}.wav"), spec(48_000, 1, Bits::F32), 0.05, |t, _| 0.5 * sine(pitch, t));
    }
    folder.put("batch.rhai", BATCH);
    folder
}

/// Runs a shell in the folder, which finds the command.
fn shell(folder: &Folder, arguments: &[&str], variables: &[(&str, String)]) {
    let own = Path::new(env!("CARGO_BIN_EXE_signalbox")).parent().expect("its folder").display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.args(arguments).current_dir(folder.path("")).env("PATH", path);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let said = Said::of(command.output().expect("a shell"));
    assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
}

/// All files are there, as one run makes them.
fn is_whole(shared: &Folder) {
    let alone = folder();
    alone.does(&["run", "batch.rhai"]);
    for i in 0..FILES {
        let name = format!("out/{i}.wav");
        assert!(shared.bytes(&name) == alone.bytes(&name), "{name}");
    }
}

#[test]
fn all_tasks_of_a_slurm_array_make_the_whole() {
    let folder = folder();
    let text = std::fs::read_to_string(format!("{JOBS}/slurm.sh")).expect("the example");
    assert!(text.contains("#SBATCH --array=1-16\n"));
    for task in 1..=16 {
        let variables = [
            ("SLURM_ARRAY_TASK_ID", task.to_string()),
            ("SLURM_ARRAY_TASK_COUNT", "16".to_string()),
            ("SLURM_CPUS_PER_TASK", "2".to_string()),
        ];
        shell(&folder, &[&format!("{JOBS}/slurm.sh")], &variables);
        let listing = folder.listing();
        let done =
            listing.keys().filter(|p| p.starts_with("out") || p.display().to_string().contains("/out/"));
        assert!(done.count() >= task, "the task {task} has done nothing");
    }
    is_whole(&folder);
}

#[test]
fn all_pods_of_an_indexed_job_make_the_whole() {
    let folder = folder();
    let text = std::fs::read_to_string(format!("{JOBS}/kubernetes.yaml")).expect("the example");
    let number = |name: &str| -> usize {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)).expect(name);
        line.trim().parse().expect("a number")
    };
    let command = text.lines().find_map(|line| line.trim().strip_prefix("command: ")).expect("a command");
    let command: Vec<String> = serde_json::from_str(command).expect("a list");
    assert_eq!(command[0], "sh");
    let arguments: Vec<&str> = command[1..].iter().map(String::as_str).collect();
    for index in 0..number("completions:") {
        shell(&folder, &arguments, &[("JOB_COMPLETION_INDEX", index.to_string())]);
    }
    is_whole(&folder);
}

#[test]
fn gnu_parallel_makes_the_whole() {
    if Command::new("parallel").arg("--version").output().is_err() {
        eprintln!("skipped: there is no GNU parallel here");
        return;
    }
    let folder = folder();
    shell(&folder, &[&format!("{JOBS}/parallel.sh")], &[]);
    is_whole(&folder);
}
