//! Along cables by keys, views to come back to, and nodes that are heard alone.

use super::{Message, Notice, Screen};
use crate::keymap::{COMMANDS, Command};
use crate::live::{Alone, Solo};
use crate::marks::Bookmark;
use crate::session::View;
use crate::theme::{self, Colors};
use iced::widget::{button, container, row, text};
use iced::{Center, Element};

/// What the names of the commands begin with that set bookmarks.
const SETS: &str = "set-bookmark-";

impl Screen {
    /// Where the cable lies that is selected.
    fn wire(&self) -> Option<usize> {
        let id = self.session.cable?;
        self.scene.wires.iter().position(|w| w.id == id)
    }

    /// Goes to another cable of the same node, so many further on.
    pub(super) fn next_cable(&mut self, by: isize) {
        let (all, at) = match (self.wire(), self.session.single()) {
            (Some(wire), _) => {
                let all = self.scene.beside(wire);
                let at = all.iter().position(|&w| w == wire).unwrap_or(0);
                let next = (at as isize + by).rem_euclid(all.len().max(1) as isize) as usize;
                (all, next)
            }
            (None, Some(id)) => (self.scene.cables_of(id), 0),
            (None, None) => {
                self.notice = Some(Notice::tell("Select a node first: its cables follow."));
                return;
            }
        };
        match all.get(at).and_then(|&w| self.scene.wires.get(w)) {
            Some(wire) => {
                let (id, bounds) = (wire.id, wire.curve.bounds());
                self.session.select_cable(id);
                let view = self.view_of().showing(bounds.grown(24.0), self.size);
                self.session.look(view);
            }
            None => self.notice = Some(Notice::tell("This node has no cable.")),
        }
    }

    /// With a cable selected, an arrow goes to one of its ends, or to the cable beside it; else nothing.
    pub(super) fn go_along(&mut self, way: (f32, f32)) -> bool {
        let Some(wire) = self.wire() else { return false };
        if way.0 == 0.0 {
            self.next_cable(way.1 as isize);
            return true;
        }
        let wire = &self.scene.wires[wire];
        let end = if way.0 > 0.0 { wire.to.0 } else { wire.from.0 };
        let id = self.scene.cards[end].id.clone();
        self.session.select(&id);
        self.see(&id);
        true
    }

    /// Keeps the view under a number, or comes back to it.
    pub(super) fn bookmark(&mut self, command: Command) {
        let id = command.entry().id;
        let Some(number) = id.rsplit('-').next().and_then(|n| n.parse().ok()) else { return };
        let view = self.view_of();
        if id.starts_with(SETS) {
            let middle = view.seen(self.size).center();
            let mark = Bookmark { at: (middle.x.round(), middle.y.round()), zoom: view.zoom };
            let edit = self.marked(|m| {
                m.bookmarks.insert(number, mark);
            });
            self.commit(&format!("set bookmark {number}"), vec![edit]);
            return;
        }
        match self.marks().bookmarks.get(&number) {
            Some(mark) => {
                let middle = crate::geometry::Point::new(mark.at.0, mark.at.1);
                let view = View { at: middle - self.size / (2.0 * mark.zoom), zoom: mark.zoom };
                self.session.look(view);
            }
            None => {
                let sets = COMMANDS.iter().find(|e| e.id == format!("{SETS}{number}"));
                let key = sets.and_then(|entry| self.keymap.key(entry.command));
                let how = key.map_or(String::new(), |key| format!(": {key} sets it to what is seen"));
                self.notice = Some(Notice::tell(format!("There is no bookmark {number} here{how}.")));
            }
        }
    }

    /// Lets what is selected be heard alone, or all again.
    pub(super) fn solo(&mut self) {
        let selected = self.session.selected.clone();
        let inside = self.session.inside.clone();
        let now = self.session.solo.as_ref();
        if selected.is_empty() || now.is_some_and(|s| s.inside == inside && s.nodes == selected) {
            if self.session.solo.take().is_none() {
                self.notice = Some(Notice::tell("Select what is to be heard alone first."));
                return;
            }
            return self.changed();
        }
        let patch = self.document.patch();
        let Some(graph) = patch.scope(&self.scope()) else { return };
        if !Alone::new(graph, &selected).leads_out(graph) {
            self.notice =
                Some(Notice::tell("Nothing of this is heard: no cable leads from here to an output."));
            return;
        }
        self.session.solo = Some(Solo { inside, nodes: selected });
        self.changed();
    }

    /// Tells that something is heard alone.
    pub(super) fn solo_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let solo = self.session.solo.as_ref()?;
        let names: Vec<&str> = solo.nodes.iter().take(3).map(String::as_str).collect();
        let more = solo.nodes.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let way: String = solo.inside.iter().map(|id| format!("{id} › ")).collect();
        let words = text(format!("Solo: {way}{}{more}", names.join(", "))).size(theme::TEXT).color(c.text);
        let key = self.keymap.key(Command::Solo).map_or(String::new(), |k| format!("   {k}"));
        let end = button(text(format!("Hear all again{key}")).size(theme::SMALL))
            .padding([4, 10])
            .style(theme::main(c))
            .on_press(Message::HearAll);
        let inner = row![words, end].spacing(12).align_y(Center);
        let edge = move |_: &iced::Theme| container::Style {
            border: iced::Border { color: c.accent, width: 2.0, radius: theme::ROUND.into() },
            ..theme::floating(c)(&iced::Theme::Dark)
        };
        Some(container(inner).padding([6, 12]).style(edge).into())
    }
}
