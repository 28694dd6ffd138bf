//! How the screen is put together.

use super::{Message, Screen};
use crate::theme::{self, Colors};
use crate::widget::graph_view::{GraphView, Levels};
use iced::widget::{column, container, opaque, row, space, stack};
use iced::{Alignment, Element, Fill, padding};

/// How wide the panes on the left are, and in a window as wide as this.
const LEFT: f32 = 248.0;
const WIDE: (f32, f32) = (1_800.0, 336.0);
/// What is less wide has room for a pane on one side alone.
const NARROW: f32 = 900.0;
/// In how many seconds a mark goes from one to the next.
const PACE: f32 = 1.2;

impl Levels for crate::live::Live {
    fn level(&self, node: &str, port: &str) -> Option<&crate::live::Level> {
        Self::level(self, node, port)
    }
}

impl Screen {
    /// The colours.
    pub fn colors(&self) -> &'static Colors {
        self.session.kept.look.colors()
    }

    /// The theme of the toolkit's own pieces.
    pub fn theme(&self) -> iced::Theme {
        theme::toolkit(self.colors(), self.session.kept.look.name())
    }

    /// What is behind everything.
    pub fn style(&self, _: &iced::Theme) -> iced::theme::Style {
        let c = self.colors();
        iced::theme::Style { background_color: c.behind(self.moves && self.odd), text_color: c.text }
    }

    /// What is shown.
    pub fn view(&self) -> Element<'_, Message> {
        let c = self.colors();
        let across = || container(space()).width(Fill).height(1).style(theme::rule(c));
        let upright = || container(space()).width(1).height(Fill).style(theme::rule(c));
        let mut middle = row![];
        // In a narrow window there is room for one pane at a time: for what is selected, if something is.
        let chosen = self.session.has_chosen();
        let left = self.left(c).filter(|_| !(self.is_narrow() && chosen));
        let right = !self.is_narrow() || left.is_none();
        if let Some(left) = left {
            middle = middle.push(left).push(upright());
        }
        middle = middle.push(self.canvas_view(c));
        if right {
            middle = middle.push(upright()).push(self.inspector_view(c));
        }
        column![self.bar(c), across(), middle.height(Fill), across(), self.line(c)].into()
    }

    /// Whether there is much room.
    pub(super) fn is_wide(&self) -> bool {
        self.session.kept.window.0 >= WIDE.0
    }

    /// Whether there is no room for panes on both sides.
    pub(super) fn is_narrow(&self) -> bool {
        self.session.kept.window.0 < NARROW
    }

    fn left<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let kept = &self.session.kept;
        let mut panes: Vec<Element<'a, Message>> = Vec::new();
        if kept.shelf {
            panes.push(self.shelf_view(c));
        }
        if kept.outline {
            panes.push(self.outline_view(c));
        }
        if kept.history {
            panes.push(self.history_view(c));
        }
        if kept.meters {
            panes.push(self.meters_view(c));
        }
        if panes.is_empty() {
            return None;
        }
        let panes = column(panes).spacing(16);
        Some(
            container(panes)
                .width(if self.is_wide() { WIDE.1 } else { LEFT })
                .height(Fill)
                .padding(16)
                .style(theme::pane(c))
                .into(),
        )
    }

    fn canvas_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Message> {
        let moves = self.moves && !self.session.kept.still;
        let graph = GraphView {
            scene: self.dragged.as_ref().map_or(&self.scene, |dragged| &dragged.scene),
            view: self.view_of(),
            selected: &self.session.selected,
            cable: self.session.cable,
            mark: self.session.mark,
            gesture: &self.gesture,
            levels: &self.live,
            scope: self.live.scope(),
            way: self.way(),
            pins: self.pins_shown(),
            pictures: &self.shown,
            wrong: &self.wrong,
            phase: moves.then(|| (self.started.elapsed().as_secs_f32() / PACE).fract()),
            minimap: self.session.kept.minimap,
            colors: c,
            on: Message::Canvas,
        };
        let mut layers = stack![Element::from(graph)];
        let pad = 16.0;
        if let Some(empty) = self.empty_view(c) {
            layers = layers.push(container(empty).center(Fill));
        }
        if let Some(crumbs) = self.crumbs(c) {
            let at = container(crumbs).padding(pad);
            layers = layers.push(at);
        }
        let told = [self.solo_view(c), self.held_view(c)].into_iter().flatten();
        let told: Vec<Element<'a, Message>> = told.map(opaque).collect();
        if !told.is_empty() {
            let told = column(told).spacing(8).align_x(Alignment::Center);
            layers = layers.push(container(told).padding(pad).center_x(Fill));
        }
        // What is told and stepped through at the bottom needs its room.
        if let Some(hint) = self.hint(c).filter(|_| self.notice.is_none() && self.steps.is_none()) {
            let at = container(opaque(hint)).padding(pad).height(Fill).align_y(Alignment::End);
            layers = layers.push(at);
        }
        // Below, what is told stands over the schedule.
        let middle = |what| container(opaque(what)).center_x(Fill);
        let notice = self.notice().map(|notice| middle(notice.view(c)).into());
        let steps = self.steps_view(c).map(|steps| middle(steps).into());
        let below: Vec<Element<'a, Message>> = notice.into_iter().chain(steps).collect();
        if let Some(drop) = self.drop_view(c) {
            layers = layers.push(drop);
        }
        if let Some(search) = &self.search {
            let at = container(opaque(search.view(self.size.x, c))).padding(padding::top(56)).center_x(Fill);
            layers = layers.push(at);
        }
        if self.export.is_open() {
            let at = container(opaque(self.export_view(c))).padding(padding::top(56)).center_x(Fill);
            layers = layers.push(at);
        }
        if let Some(gallery) = self.gallery_view(c) {
            let at = container(opaque(gallery)).padding(padding::all(pad).top(56)).center_x(Fill);
            layers = layers.push(at);
        }
        if let Some(path) = &self.path {
            layers = layers.push(container(opaque(path.view(c))).padding(padding::top(56)).center_x(Fill));
        }
        if let Some(pressed) = self.pressed_view(c) {
            let at = container(pressed).padding(padding::bottom(48)).center_x(Fill);
            layers = layers.push(at.height(Fill).align_y(Alignment::End));
        }
        if let Some(works) = self.works_view(c) {
            layers = layers.push(container(opaque(works)).padding(pad).align_right(Fill));
        }
        if !below.is_empty() {
            let at = container(column(below).spacing(8)).padding(pad).height(Fill).align_y(Alignment::End);
            layers = layers.push(at.width(Fill));
        }
        layers.width(Fill).height(Fill).into()
    }
}
