//! The outline: the patch as a tree, along the way of the sound.

use super::{Message, Screen};
use crate::theme::{self, Colors};
use iced::widget::{button, column, row, scrollable, space, text};
use iced::{Element, Fill};
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

impl Screen {
    /// The pane.
    pub fn outline_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let here = &self.session.inside;
        let list = rows(self.document.patch()).into_iter().map(|r| {
            let depth = r.path.len() - 1;
            let chosen = r.path[..depth] == here[..] && self.session.selected.contains(&r.path[depth]);
            let to = if r.to.is_empty() { String::new() } else { format!("→ {}", r.to) };
            let words = column![
                text(r.words).size(theme::TEXT).color(c.text).wrapping(text::Wrapping::None),
                text(to).size(theme::SMALL).color(c.dim).wrapping(text::Wrapping::None),
            ];
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
            text("Outline").size(theme::SMALL).color(c.dim),
            scrollable(list).height(Fill).style(theme::scroll(c)),
        ]
        .spacing(8)
        .into()
    }
}
