//! The outline: the patch as a tree, along the way of the sound.

use super::{Message, Screen};
use crate::theme::{self, Colors};
use iced::widget::{Id, button, column, operation, row, scrollable, space, text};
use iced::{Element, Fill, Task};
use signalbox_engine::patch::{Graph, Patch};

/// How deep the tree is shown.
const DEEPEST: usize = 8;

/// A row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The instances on the way, and the node.
    pub path: Vec<String>,
    /// What is read.
    pub words: String,
    /// Where it leads.
    pub to: String,
}

/// All rows of a patch.
pub fn rows(patch: &Patch) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut open: Vec<(Vec<String>, &Graph)> = vec![(Vec::new(), &patch.graph)];
    walk(patch, &mut open, &mut rows);
    rows
}

fn walk<'p>(patch: &'p Patch, open: &mut Vec<(Vec<String>, &'p Graph)>, rows: &mut Vec<Row>) {
    let Some((way, graph)) = open.pop() else { return };
    for (id, node) in &graph.nodes {
        let mut path = way.clone();
        path.push(id.clone());
        let to: Vec<String> =
            graph.cables.values().filter(|c| c.from.node == *id).map(|c| c.to.to_string()).collect();
        let label = if node.label.is_empty() { id } else { &node.label };
        let kind = if node.kind == *label { String::new() } else { format!(", {}", node.kind) };
        let state = match (node.mute, node.bypass) {
            (true, _) => ", muted",
            (_, true) => ", bypassed",
            _ => "",
        };
        rows.push(Row { path: path.clone(), words: format!("{label}{kind}{state}"), to: to.join(", ") });
        if let Some(inner) = patch.subpatches.get(&node.kind)
            && path.len() < DEEPEST
        {
            open.push((path, inner));
            walk(patch, open, rows);
        }
    }
}

/// The list's name.
const LIST: &str = "outline";

/// The row to which an arrow leads from another: up and down in order, to the right into an instance, to the left out
/// of it.
fn next(rows: &[Row], at: usize, way: (f32, f32)) -> usize {
    let own = &rows[at].path;
    let found = match way {
        (_, y) if y > 0.0 => Some(at + 1),
        (_, y) if y < 0.0 => at.checked_sub(1),
        (x, _) if x > 0.0 => Some(at + 1).filter(|&n| rows.get(n).is_some_and(|r| r.path.len() > own.len())),
        _ => rows[..at].iter().rposition(|r| r.path.len() < own.len()),
    };
    found.filter(|&n| n < rows.len()).unwrap_or(at)
}

impl Screen {
    /// Shows the outline and goes there; from there, puts it away.
    pub(super) fn show_outline(&mut self) -> Task<Message> {
        let there = self.session.kept.outline && self.session.outlined;
        self.session.kept.outline = !there;
        self.session.outlined = !there;
        if there || self.session.single().is_some() {
            return Task::none();
        }
        self.go_in_outline((0.0, 0.0))
    }

    /// Goes to another row by an arrow; to the first where none is selected.
    pub(super) fn go_in_outline(&mut self, way: (f32, f32)) -> Task<Message> {
        let rows = rows(self.document.patch());
        let mut own = self.session.inside.clone();
        own.extend(self.session.single().map(String::from));
        let at = rows.iter().position(|r| r.path == own);
        let to = at.map_or(0, |at| if way == (0.0, 0.0) { at } else { next(&rows, at, way) });
        let Some(row) = rows.get(to) else { return Task::none() };
        self.select(row.path.clone());
        let y = to as f32 / rows.len().saturating_sub(1).max(1) as f32;
        operation::snap_to(Id::new(LIST), scrollable::RelativeOffset { x: 0.0, y })
    }

    /// The pane.
    pub fn outline_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let here = &self.session.inside;
        let list = rows(self.document.patch()).into_iter().map(|r| {
            let depth = r.path.len() - 1;
            let chosen = r.path[..depth] == here[..] && self.session.selected.contains(&r.path[depth]);
            let to = if r.to.is_empty() { String::new() } else { format!("→ {}", r.to) };
            let to = (!to.is_empty())
                .then(|| text(to).size(theme::SMALL).color(c.dim).wrapping(text::Wrapping::None));
            let name = text(r.words).size(theme::TEXT).color(c.text).wrapping(text::Wrapping::None);
            let words = column![name].push(to);
            button(row![space().width(16.0 * depth as f32), words])
                .width(Fill)
                .padding([3, 8])
                .clip(true)
                .style(theme::row(c, chosen))
                .on_press(Message::Select(r.path))
                .into()
        });
        let list = column(list).padding(iced::padding::right(12));
        column![
            text("Outline").size(theme::SMALL).color(if self.session.outlined { c.accent } else { c.dim }),
            scrollable(list).id(Id::new(LIST)).height(Fill).style(theme::scroll(c)),
        ]
        .spacing(8)
        .into()
    }
}
