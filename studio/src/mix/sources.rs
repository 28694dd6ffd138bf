//! Which files of a folder are recordings, and which are what came of them earlier.

use super::Job;
use super::survey::Survey;
use crate::output::StudioError;
use signalbox_engine::patch;
use signalbox_file::FileError;
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

/// Finds the recordings; masters that patches in the folder name are none. Refuses, before any work is done, to write
/// over what no mix has made: a recording, a patch by hand.
pub fn find(job: &Job<'_>) -> Result<Found, StudioError> {
    let all = signalbox_file::folder(job.folder)?;
    let (master, named) = (whole(job.out), named_by(job.patch));
    writable(job, named.is_some())?;
    let mut outputs = earlier_masters(job.folder);
    outputs.extend(named);
    if all.iter().any(|path| whole(path) == master) && !outputs.contains(&master) {
        return Err(StudioError::Refused(format!(
            "{}: would overwrite a recording that is to be mixed, for no patch beside it says that it is an earlier \
             master; choose another name",
            job.out.display()
        )));
    }
    let (made, recordings): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|path| outputs.contains(&whole(path)));
    if recordings.is_empty() {
        return Err(StudioError::Refused(format!(
            "{}: holds nothing but earlier masters; put the recordings there",
            job.folder.display()
        )));
    }
    let paths = recordings.iter().map(|path| from_patch(job, path)).collect();
    let notes = made.iter().map(|path| format!("{}: an earlier master; left out", path.display())).collect();
    Ok(Found { paths, notes })
}

/// Refuses a master or a patch that can't be, or would overwrite what no mix has written.
fn writable(job: &Job<'_>, patch_is_ours: bool) -> Result<(), StudioError> {
    if whole(job.out) == whole(job.patch) {
        return Err(StudioError::Refused(format!(
            "{}: is to be both master and patch; name a --patch",
            job.patch.display()
        )));
    }
    for path in [job.out, job.patch] {
        if path.is_dir() {
            return Err(FileError::Folder { path: path.into() }.into());
        }
        if let Some(file) = path.ancestors().skip(1).find(|above| above.is_file()) {
            return Err(FileError::NotFolder { path: file.into() }.into());
        }
    }
    if job.patch.exists() && !patch_is_ours {
        return Err(StudioError::Refused(format!(
            "{}: is there already and was not written by `mix`, so it is not overwritten; name another --patch, or move it \
             away",
            job.patch.display()
        )));
    }
    Ok(())
}

/// The masters that the patches in a folder say were made with them.
fn earlier_masters(folder: &Path) -> HashSet<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return HashSet::new() };
    let patches = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json"));
    patches.filter_map(|path| named_by(&path)).collect()
}

/// The master that a patch says was made with it; `None` where it says nothing, or is no patch.
fn named_by(path: &Path) -> Option<PathBuf> {
    let patch = patch::file::read(&signalbox_file::read_text(path).ok()?).ok()?;
    Some(whole(&path.with_file_name(patch.meta.get(MASTER)?.as_str()?)))
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
    match path.file_name() {
        Some(name) => whole(parent).join(name),
        None => parent.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.into()),
    }
}

/// A file as the job's patch names it.
pub fn from_patch(job: &Job<'_>, path: &Path) -> String {
    relative(&whole(path), &whole(job.patch.parent().unwrap_or(Path::new(""))))
}

/// Keeps the patch of an earlier mix under another name where a user may have edited it; says so.
pub fn keep_earlier(patch: &Path, new: &str) -> Result<Option<String>, StudioError> {
    let Ok(earlier) = signalbox_file::read_text(patch) else { return Ok(None) };
    if earlier == new {
        return Ok(None);
    }
    let free = (1..).map(|n| patch.with_extension(format!("{n}.json"))).find(|p| !p.exists());
    let kept = free.unwrap_or_else(|| patch.with_extension("old.json"));
    signalbox_file::write_text(&kept, &earlier)?;
    Ok(Some(format!("{}: the earlier patch, kept as {}", patch.display(), kept.display())))
}

/// The way from a folder to a file, with forward slashes so that a patch moves between systems.
fn relative(path: &Path, base: &Path) -> String {
    let way = pathdiff::diff_paths(path, base).unwrap_or_else(|| path.into());
    way.components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
        .replacen("//", "/", 1)
}

/// The name of a recording, as an id of nodes: the file's name without its ending.
pub fn name(path: &str) -> String {
    let stem = Path::new(path).file_stem().map_or(path.into(), |s| s.to_string_lossy());
    let plain: String = stem.chars().map(|c| if "./".contains(c) { '_' } else { c }).collect();
    if plain.trim().is_empty() { "recording".into() } else { plain }
}

/// Gives recordings whose nodes would have the same ids a number each, and keeps off the mix's own nodes: `kick fader`
/// may be the fader of `kick`, or a recording.
pub fn tell_apart(surveys: &mut [(String, Survey)]) {
    const OWN: [&str; 5] = ["mix", "master", "reverb", "delay", "out"];
    const NODES: [&str; 9] = ["", " trim", " eq", " comp", " pan", " fader", " glue", " limiter", " meter"];
    let ids = |name: &str| NODES.map(|node| format!("{name}{node}"));
    let mut used: HashSet<String> = OWN.iter().flat_map(|name| ids(name)).collect();
    for (_, survey) in surveys {
        let own = survey.name.clone();
        let mut number = 2;
        while ids(&survey.name).iter().any(|id| used.contains(id)) {
            survey.name = format!("{own} {number}");
            number += 1;
        }
        used.extend(ids(&survey.name));
    }
}
