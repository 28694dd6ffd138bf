//! Lists the files of a project by a pattern: `dialogue/**/*.wav`.

use super::Root;
use crate::trouble::Wrong;
use std::path::Path;

/// The most files of one list, and the most that are looked at.
const MOST: usize = 16_000;
const MOST_LOOKED_AT: usize = 200_000;
/// How deep folders may lie in each other.
const DEEPEST: usize = 32;

/// The files that fit a pattern, in order of their names, relative to the project's folder. `*` stands for any letters
/// of a name, `?` for one, `**` for any folders.
pub fn files(root: &Root, pattern: &str) -> Result<Vec<String>, Wrong> {
    let steps: Vec<&str> = pattern.split('/').filter(|s| !s.is_empty() && *s != ".").collect();
    if steps.is_empty()
        || steps.contains(&"..")
        || pattern.starts_with('/')
        || pattern.contains(['\\', ':', '\0'])
    {
        return Err(Wrong::new(format!(
            "\"{pattern}\" lies outside of the project's folder; write files(\"folder/*.wav\")"
        )));
    }
    let mut found = Vec::new();
    let mut looked = 0;
    walk(root.folder(), "", &steps, 0, &mut found, &mut looked)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(
    folder: &Path,
    name: &str,
    steps: &[&str],
    depth: usize,
    found: &mut Vec<String>,
    looked: &mut usize,
) -> Result<(), Wrong> {
    let Some((&step, rest)) = steps.split_first() else { return Ok(()) };
    if step == "**" {
        walk(folder, name, rest, depth, found, looked)?;
    }
    if depth > DEEPEST {
        return Ok(());
    }
    let there = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(there) else { return Ok(()) };
    for entry in entries.flatten() {
        *looked += 1;
        if *looked > MOST_LOOKED_AT || found.len() >= MOST {
            return Err(Wrong::new(format!(
                "there are more than {MOST} files; name a folder that has fewer"
            )));
        }
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = if name.is_empty() { own.clone() } else { format!("{name}/{own}") };
        // Links are not followed: they may lead out, or round in circles.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            let inner = if step == "**" { steps } else { rest };
            if step == "**" && !own.starts_with('.') || step != "**" && fits(step, &own) {
                walk(&entry.path(), &path, inner, depth + 1, found, looked)?;
            }
        } else if kind.is_file() && rest.is_empty() && step != "**" && fits(step, &own) {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a name fits a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, reach)) => {
                    star = Some((at, reach + 1));
                    (p, n) = (at + 1, reach + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, name, wanted) in [
            ("*.wav", "a.wav", true),
            ("*.wav", "a.wave", false),
            ("take?.*", "take1.flac", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn files_of_all_folders_are_found_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.wav", "a/x.wav", "a/b/y.wav", "a/z.txt", ".git/h.wav"] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let root = Root::new(dir.path());
        assert_eq!(files(&root, "**/*.wav").unwrap(), ["a/b/y.wav", "a/x.wav", "b.wav"]);
        assert_eq!(files(&root, "a/*.wav").unwrap(), ["a/x.wav"]);
        assert_eq!(files(&root, "*/b/*").unwrap(), ["a/b/y.wav"]);
        assert!(files(&root, "../*.wav").is_err());
    }
}
