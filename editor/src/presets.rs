//! Presets: settings of nodes and whole sub-patches, each a file in the user's folder.

use serde::{Deserialize, Serialize};
use serde_json::Map;
use signalbox_engine::node::{Shelf, Value};
use signalbox_engine::patch::{Edit, Node, Scope};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A preset that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What people call it.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// Of what presets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// Of nodes of a kind: their values.
    Kind(&'a str),
    /// Sub-patches, as the text of a patch with one instance.
    Subpatches,
}

/// Why a preset can't be kept or read.
#[derive(Debug, Error)]
pub enum PresetError {
    /// Its name can't be that of a file.
    #[error("“{0}” can't be the name of a preset: it may have letters, digits, spaces, `-` and `_`")]
    Name(String),
    /// Its file can't be written.
    #[error("the preset can't be kept: {0}")]
    Write(String),
    /// Its file can't be read.
    #[error("{}: this preset can't be read: {why}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// The values of a node.
#[derive(Serialize, Deserialize)]
struct Settings {
    kind: String,
    values: Map<String, Value>,
}

fn folder(home: &Path, of: Of<'_>) -> PathBuf {
    match of {
        Of::Kind(kind) => home.join("presets").join("nodes").join(kind),
        Of::Subpatches => home.join("presets").join("sub-patches"),
    }
}

/// All presets of something, by name.
pub fn list(home: &Path, of: Of<'_>) -> Vec<Preset> {
    let files = std::fs::read_dir(folder(home, of)).into_iter().flatten().flatten();
    let preset = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_string();
        path.extension().is_some_and(|e| e == "json").then_some(Preset { name, path })
    };
    let mut all: Vec<Preset> = files.filter_map(|file| preset(file.path())).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Keeps a text under a name.
fn keep(home: &Path, of: Of<'_>, name: &str, text: &str) -> Result<(), PresetError> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if name.trim().is_empty() || !name.chars().all(good) {
        return Err(PresetError::Name(name.into()));
    }
    let folder = folder(home, of);
    std::fs::create_dir_all(&folder).map_err(|e| PresetError::Write(e.to_string()))?;
    let path = folder.join(format!("{}.json", name.trim()));
    signalbox_file::write_text(path, text).map_err(|e| PresetError::Write(e.to_string()))
}

/// Keeps how a node is set.
pub fn keep_node(home: &Path, name: &str, node: &Node) -> Result<(), PresetError> {
    let settings = Settings { kind: node.kind.clone(), values: node.values.clone() };
    let text = serde_json::to_string_pretty(&settings).map_err(|e| PresetError::Write(e.to_string()))?;
    keep(home, Of::Kind(&node.kind), name, &text)
}

/// Keeps a sub-patch: the text of a patch with one instance of it.
pub fn keep_subpatch(home: &Path, name: &str, text: &str) -> Result<(), PresetError> {
    keep(home, Of::Subpatches, name, text)
}

/// The text of a preset.
pub fn text(path: &Path) -> Result<String, PresetError> {
    std::fs::read_to_string(path).map_err(|e| PresetError::Read { path: path.into(), why: e.to_string() })
}

/// The edits that set a node as a preset says; what the preset does not name goes back to its default. What its kind does
/// not take is left out.
pub fn apply(
    path: &Path,
    scope: &Scope,
    id: &str,
    node: &Node,
    shelf: &Shelf,
) -> Result<Vec<Edit>, PresetError> {
    let wrong = |e: serde_json::Error| PresetError::Read { path: path.into(), why: e.to_string() };
    let settings: Settings = serde_json::from_str(&text(path)?).map_err(wrong)?;
    let declaration = shelf.get(&node.kind);
    let takes = |name: &str, value: &Value| {
        let parameter = declaration.and_then(|d| d.parameters.iter().find(|p| p.name == name));
        parameter.is_some_and(|p| p.read(value).is_ok())
    };
    let set = |name: &String, value| Edit::SetValue(scope.clone(), id.into(), name.clone(), value);
    let gone = node.values.keys().filter(|name| !settings.values.contains_key(*name));
    let new = settings
        .values
        .iter()
        .filter(|(name, value)| takes(name, value) && node.values.get(*name) != Some(value));
    Ok(gone
        .map(|name| set(name, None))
        .chain(new.map(|(name, value)| set(name, Some(value.clone()))))
        .collect())
}
