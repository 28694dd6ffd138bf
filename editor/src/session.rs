//! How the editor is looked at: what is selected, the view, the panes. It is saved, and not undone.

use crate::geometry::{Point, Rect};
use crate::live::Solo;
use crate::marks::Mark;
use crate::theme::Look;
use serde::{Deserialize, Serialize};
use signalbox_engine::patch::{Patch, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which part of the canvas is seen: the place at the left upper corner, and how many pixels a unit has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The place at the left upper corner.
    pub at: Point,
    /// Pixels a unit.
    pub zoom: f32,
}

impl Default for View {
    fn default() -> Self {
        Self { at: Point::new(-40.0, -40.0), zoom: 1.0 }
    }
}

/// The least and the greatest zoom.
pub const ZOOMS: (f32, f32) = (0.05, 3.0);

impl View {
    /// The view on a whole box, no nearer than at `nearest`.
    pub fn on(area: Rect, screen: Point, nearest: f32) -> Self {
        let area = area.grown(32.0);
        let zoom = (screen.x / area.size.x).min(screen.y / area.size.y);
        let zoom = if zoom.is_finite() { zoom.clamp(ZOOMS.0, nearest) } else { 1.0 };
        Self { at: area.center() - screen / (2.0 * zoom), zoom }
    }

    /// The view zoomed by a factor; a place of the canvas stays where it is on the screen.
    pub fn zoomed(self, around: Point, by: f32) -> Self {
        let zoom = (self.zoom * by).clamp(ZOOMS.0, ZOOMS.1);
        Self { at: around - (around - self.at) * (self.zoom / zoom), zoom }
    }

    /// The view moved by pixels.
    pub fn panned(self, pixels: Point) -> Self {
        Self { at: self.at - pixels / self.zoom, ..self }
    }

    /// The box that is seen on a screen of some size.
    pub fn seen(self, screen: Point) -> Rect {
        Rect { at: self.at, size: screen / self.zoom }
    }

    /// The view moved as little as shows a box.
    pub fn showing(mut self, area: Rect, screen: Point) -> Self {
        let seen = self.seen(screen);
        let axis = |from: f32, to: f32, low: f32, high: f32| {
            if from < low {
                from - low
            } else if to > high {
                (to - high).min(from - low)
            } else {
                0.0
            }
        };
        let (end, last) = (area.end(), seen.end());
        self.at.x += axis(area.at.x, end.x, seen.at.x, last.x);
        self.at.y += axis(area.at.y, end.y, seen.at.y, last.y);
        self
    }
}

/// How the editor is looked at.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The nodes that are selected.
    pub selected: BTreeSet<String>,
    /// Nodes that were selected when an undone step took them away: if they come back, they are again.
    pub gone: BTreeSet<String>,
    /// The cable that is selected.
    pub cable: Option<u32>,
    /// The frame, the comment or the probe that is selected.
    pub mark: Option<Mark>,
    /// What is heard alone.
    pub solo: Option<Solo>,
    /// The parameter that keys turn.
    pub parameter: usize,
    /// Whether arrows go through the outline, and not over the canvas.
    pub outlined: bool,
    /// The instances that were entered, from the outside in.
    pub inside: Vec<String>,
    /// The view of each graph, by its path.
    pub views: BTreeMap<String, View>,
    /// What is kept from one start to the next.
    pub kept: Kept,
}

/// What is kept from one start to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The colours.
    pub look: Look,
    /// Whether the panes are seen.
    pub outline: bool,
    /// See above.
    pub history: bool,
    /// See above.
    pub meters: bool,
    /// See above.
    pub minimap: bool,
    /// See above.
    pub shelf: bool,
    /// How large everything is, from 1 to 3.
    pub scale: f32,
    /// Whether others look on: everything is larger, and keys are shown.
    pub presents: bool,
    /// Kinds of node that stand first on the shelf.
    pub favourites: Vec<String>,
    /// Whether it is shown what nodes cost.
    pub costs: bool,
    /// Whether nothing moves that need not.
    pub still: bool,
    /// Which hints were put away.
    pub hints: BTreeSet<usize>,
    /// The master volume, in decibels.
    pub volume: f32,
    /// Files that were open, the last first.
    pub recent: Vec<PathBuf>,
    /// Kinds of node that were added, the last first.
    pub used: Vec<String>,
    /// The window's size.
    pub window: (f32, f32),
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            look: Look::default(),
            outline: false,
            history: false,
            meters: false,
            minimap: true,
            shelf: false,
            scale: 1.0,
            presents: false,
            favourites: Vec::new(),
            costs: false,
            still: false,
            hints: BTreeSet::new(),
            volume: -12.0,
            recent: Vec::new(),
            used: Vec::new(),
            window: (1280.0, 800.0),
        }
    }
}

/// How many recent files and kinds are kept.
const RECENT: usize = 12;

impl Kept {
    /// Reads what was kept; the usual where nothing was, or where it can't be read.
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let text = serde_json::to_string_pretty(self).map_err(|e| e.to_string())?;
        signalbox_file::write_text(folder.join(FILE), &text).map_err(|e| e.to_string())
    }

    /// A file was open.
    pub fn opened(&mut self, path: &Path) {
        first(&mut self.recent, path.to_path_buf());
    }

    /// A kind was added.
    pub fn added(&mut self, kind: &str) {
        first(&mut self.used, kind.to_string());
    }
}

const FILE: &str = "session.json";

fn first<T: PartialEq>(list: &mut Vec<T>, item: T) {
    list.retain(|i| *i != item);
    list.insert(0, item);
    list.truncate(RECENT);
}

/// The folder for what is kept, as the system has it.
pub fn folder() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || var("HOME").map(|h| h.join(".config"));
    var("XDG_CONFIG_HOME").or_else(|| var("APPDATA")).or_else(home).map(|f| f.join("signalbox"))
}

/// The graph behind some instances, from the outside in; nothing where one of them is none.
pub fn scope(patch: &Patch, inside: &[String]) -> Option<Scope> {
    let mut scope: Scope = None;
    for id in inside {
        let kind = &patch.scope(&scope)?.nodes.get(id)?.kind;
        scope = Some(patch.subpatches.get_key_value(kind)?.0.clone());
    }
    Some(scope)
}

impl Session {
    /// The graph that is looked at.
    pub fn scope(&self, patch: &Patch) -> Scope {
        scope(patch, &self.inside).unwrap_or_default()
    }

    /// Forgets what is not there any more.
    pub fn settle(&mut self, patch: &Patch) {
        let mut scope: Scope = None;
        let mut there = 0;
        for id in &self.inside {
            let node = patch.scope(&scope).and_then(|g| g.nodes.get(id));
            let Some(kind) = node.map(|n| n.kind.clone()).filter(|k| patch.subpatches.contains_key(k)) else {
                break;
            };
            scope = Some(kind);
            there += 1;
        }
        self.inside.truncate(there);
        self.settle_solo(patch);
        if let Some(graph) = patch.scope(&scope) {
            let there = |id: &String| graph.nodes.contains_key(id);
            let (stay, gone): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.selected).into_iter().partition(there);
            let back = self.gone.iter().filter(|id| there(id)).cloned().collect::<Vec<_>>();
            self.gone.retain(|id| !there(id));
            self.gone.extend(gone);
            self.selected.extend(stay.into_iter().chain(back));
            self.cable = self.cable.filter(|id| graph.cables.contains_key(id));
        }
    }

    /// Forgets of what is heard alone what is not there any more.
    fn settle_solo(&mut self, patch: &Patch) {
        let Some(solo) = &mut self.solo else { return };
        let scope = scope(patch, &solo.inside);
        let graph = scope.and_then(|scope| patch.scope(&scope));
        solo.nodes.retain(|id| graph.is_some_and(|g| g.nodes.contains_key(id)));
        if solo.nodes.is_empty() {
            self.solo = None;
        }
    }

    fn key(&self) -> String {
        self.inside.join("/")
    }

    /// The view of the graph that is looked at, where it was looked at before.
    pub fn view(&self) -> Option<View> {
        self.views.get(&self.key()).copied()
    }

    /// Looks at the graph like this.
    pub fn look(&mut self, view: View) {
        self.views.insert(self.key(), view);
    }

    /// The one node that is selected.
    pub fn single(&self) -> Option<&str> {
        let mut all = self.selected.iter();
        all.next().filter(|_| all.next().is_none()).map(String::as_str)
    }

    /// Whether anything is selected.
    pub fn has_chosen(&self) -> bool {
        !self.selected.is_empty() || self.cable.is_some() || self.mark.is_some()
    }

    /// Selects these nodes and nothing else.
    pub fn select_all(&mut self, ids: impl IntoIterator<Item = String>) {
        self.selected = ids.into_iter().collect();
        self.gone.clear();
        self.cable = None;
        self.mark = None;
        self.parameter = 0;
    }

    /// Selects one node alone.
    pub fn select(&mut self, id: &str) {
        self.select_all([id.to_string()]);
    }

    /// Selects a cable and nothing else.
    pub fn select_cable(&mut self, cable: u32) {
        self.select_all([]);
        self.cable = Some(cable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_leaves_the_place_under_the_pointer_where_it_is() {
        let view = View { at: Point::new(30.0, -20.0), zoom: 0.8 };
        let place = Point::new(120.0, 75.0);
        let on_screen = |v: View| (place - v.at) * v.zoom;
        let zoomed = view.zoomed(place, 1.7);
        assert!((on_screen(zoomed) - on_screen(view)).length() < 1e-3);
        assert!((view.zoomed(place, 1e6).zoom - ZOOMS.1).abs() < 1e-6);
    }

    #[test]
    fn a_view_on_a_box_shows_all_of_it_in_the_middle() {
        let area = Rect::new(-300.0, 50.0, 2_000.0, 400.0);
        let screen = Point::new(1_000.0, 700.0);
        let view = View::on(area, screen, 1.0);
        let seen = view.seen(screen);
        assert!(seen.contains(area.at) && seen.contains(area.end()));
        assert!((seen.center() - area.center()).length() < 0.1);
    }

    #[test]
    fn what_is_kept_is_there_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut kept = Kept { volume: -20.0, ..Kept::default() };
        kept.opened(Path::new("a.json"));
        kept.opened(Path::new("b.json"));
        kept.opened(Path::new("a.json"));
        kept.write(folder.path()).expect("it is written");
        let again = Kept::read(folder.path());
        assert_eq!(again, kept);
        assert_eq!(again.recent, [PathBuf::from("a.json"), PathBuf::from("b.json")]);
        std::fs::write(folder.path().join(FILE), "{").expect("it is broken");
        assert_eq!(Kept::read(folder.path()), Kept::default());
    }
}
