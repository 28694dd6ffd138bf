//! Which files of a folder are recordings, and which are what came of them earlier.

use super::Job;
use super::survey::Survey;
use crate::output::StudioError;
use signalbox_engine::patch;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The word about a patch under which it names the master that was made with it.
pub const MASTER: &str = "master";

/// The recordings of a folder.
pub struct Found {
    /// Their paths, relative to the patch.
    pub paths: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Finds the recordings; the master itself and masters that patches in the folder name are none.
pub fn find(job: &Job<'_>) -> Result<Found, StudioError> {
    let all = signalbox_file::folder(job.folder)?;
    let mut outputs: HashSet<PathBuf> = HashSet::from([whole(job.out)]);
    outputs.extend(earlier_masters(job.folder));
    let (made, recordings): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| outputs.contains(&whole(path)));
    if recordings.is_empty() {
        return Err(StudioError::Refused(format!(
            "{}: holds nothing but earlier masters; put the recordings there",
            job.folder.display()
        )));
    }
    let base = whole(job.patch.parent().unwrap_or(Path::new("")));
    let paths = recordings.iter().map(|path| relative(&whole(path), &base)).collect();
    let notes = made.iter().map(|path| format!("{}: an earlier master; left out", path.display())).collect();
    Ok(Found { paths, notes })
}

/// The masters that the patches in a folder say were made with them.
fn earlier_masters(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let patches = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json"));
    let named = patches.filter_map(|path| {
        let patch = patch::file::read(&signalbox_file::read_text(&path).ok()?).ok()?;
        Some(whole(&path.with_file_name(patch.meta.get(MASTER)?.as_str()?)))
    });
    named.collect()
}

/// A path from the root, whether or not the file is there.
fn whole(path: &Path) -> PathBuf {
    if let Ok(found) = path.canonicalize() {
        return found;
    }
    let parent = match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let parent = parent.canonicalize().or_else(|_| std::path::absolute(parent)).unwrap_or_else(|_| parent.into());
    path.file_name().map_or(parent.clone(), |name| parent.join(name))
}

/// The way from a folder to a file, with forward slashes so that a patch moves between systems.
fn relative(path: &Path, base: &Path) -> String {
    let way = pathdiff::diff_paths(path, base).unwrap_or_else(|| path.into());
    way.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replacen("//", "/", 1)
}

/// The name of a recording, as an id of nodes: the file's name without its ending.
pub fn name(path: &str) -> String {
    let stem = Path::new(path).file_stem().map_or(path.into(), |s| s.to_string_lossy());
    let plain: String = stem.chars().map(|c| if "./".contains(c) { '_' } else { c }).collect();
    if plain.trim().is_empty() { "recording".into() } else { plain }
}

/// Gives recordings of one name a number each, and keeps off the names of the mix's own nodes.
pub fn tell_apart(surveys: &mut [(String, Survey)]) {
    const TAKEN: [&str; 5] = ["mix", "master", "reverb", "delay", "out"];
    let mut used: HashSet<String> = TAKEN.map(String::from).into();
    for (_, survey) in surveys {
        let own = survey.name.clone();
        let mut number = 2;
        while !used.insert(survey.name.clone()) {
            survey.name = format!("{own} {number}");
            number += 1;
        }
    }
}
