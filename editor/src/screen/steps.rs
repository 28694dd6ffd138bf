//! The schedule as a path over the graph, a step after the other.

use super::{Message, Screen};
use crate::keymap::Command;
use crate::steps::{Place, Walker};
use crate::theme::{self, Colors};
use crate::widget::graph_view::Way;
use crate::widget::icon::Icon;
use iced::widget::{column, container, row, text};
use iced::{Center, Element};
use signalbox_engine::compile::Problem;
use signalbox_engine::node::BLOCK;
use signalbox_engine::schedule::Told;

/// What is walked through.
pub struct State {
    walker: Walker,
    told: Vec<Told>,
    wrong: Option<Problem>,
    at: Place,
    way: Way,
}

impl State {
    /// Whether steps are still to come.
    pub fn waits(&self) -> bool {
        self.walker.waits()
    }
}

impl Screen {
    /// Shows the schedule, or puts it away.
    pub(super) fn show_steps(&mut self) {
        if self.steps.take().is_some() {
            return;
        }
        let walker = Walker::new(self.shelf.clone(), self.folder.clone());
        self.steps =
            Some(State { walker, told: Vec::new(), wrong: None, at: Place::default(), way: Way::default() });
        self.want_steps();
    }

    /// Whether the schedule is shown.
    pub(super) fn hide_steps(&mut self) -> bool {
        self.steps.take().is_some()
    }

    /// Wants the steps of the patch as it stands, where they are shown.
    pub(super) fn want_steps(&mut self) {
        let rate = self.live.status().rate.max(8_000);
        if let Some(state) = &mut self.steps {
            state.walker.want(self.document.shared(), rate);
        }
        self.find_way();
    }

    /// Takes what has come; whether more is to come.
    pub(super) fn collect_steps(&mut self) -> bool {
        let Some(state) = &mut self.steps else { return false };
        let walked = state.walker.collect();
        let waits = state.walker.waits();
        match walked {
            Some(Ok(told)) => {
                state.at = state.at.within(&told);
                (state.told, state.wrong) = (told, None);
                self.find_way();
            }
            Some(Err(problems)) => state.wrong = problems.into_iter().next(),
            None => {}
        }
        waits
    }

    /// The step that is shown, from 0 on, and all of them.
    pub fn step(&self) -> Option<(usize, &[Told])> {
        self.steps.as_ref().map(|s| (s.at.step, s.told.as_slice()))
    }

    pub(super) fn way(&self) -> Option<&Way> {
        self.steps.as_ref().map(|s| &s.way)
    }

    /// Goes to another step.
    pub(super) fn go_step(&mut self, to: fn(Place, &[Told]) -> Place) {
        if self.steps.is_none() {
            return self.show_steps();
        }
        let Some(state) = &mut self.steps else { return };
        state.at = to(state.at, &state.told);
        self.find_way();
        let now = self.way().and_then(|way| way.now.first().copied());
        if let Some(card) = now.and_then(|card| self.scene.cards.get(card)) {
            let id = card.id.clone();
            self.see(&id);
        }
    }

    /// Finds the way of the schedule over the cards that are seen.
    fn find_way(&mut self) {
        let scope: String = self.session.inside.iter().map(|id| format!("{id}/")).collect();
        let scene = &self.scene;
        let Some(state) = &mut self.steps else { return };
        let card = |key: &str| scene.index_of(key.strip_prefix(scope.as_str())?.split('/').next()?);
        let mut way = Way::default();
        for (number, told) in state.told.iter().enumerate().filter(|(_, told)| told.runs) {
            let mut cards: Vec<usize> = told.nodes.iter().filter_map(|key| card(key)).collect();
            cards.dedup();
            for &card in &cards {
                way.numbers.entry(card).or_insert(number + 1);
            }
            if let Some(&first) = cards.first().filter(|first| way.path.last() != Some(first)) {
                way.path.push(first);
            }
            if number <= state.at.step {
                way.done = way.path.len();
            }
        }
        if let Some(told) = state.told.get(state.at.step) {
            way.now = told.nodes.iter().filter_map(|key| card(key)).collect();
            way.now.dedup();
            let own = told.cables.iter().filter(|(lies, _)| **lies == *scope);
            way.cables = own.map(|(_, id)| *id).collect();
        }
        state.way = way;
    }

    /// The step in words.
    pub(super) fn steps_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Message>> {
        let state = self.steps.as_ref()?;
        let words = match (&state.wrong, state.told.get(state.at.step)) {
            (Some(problem), _) => format!("{}: {}", problem.place, super::sentence(&problem.what)),
            (None, Some(told)) => told.words.split_whitespace().collect::<Vec<_>>().join(" "),
            (None, None) => "The patch is being compiled …".into(),
        };
        let number = if state.told.is_empty() { 0 } else { state.at.step + 1 };
        let head = row![
            self.tool(Icon::Back, Command::LastStep, false, c),
            container(text(format!("Step {number} of {}", state.told.len())).size(theme::TEXT).color(c.text))
                .center_x(136),
            self.tool(Icon::Forth, Command::NextStep, false, c),
        ]
        .spacing(8)
        .align_y(Center);
        let words = text(words).size(theme::TEXT).color(c.text);
        let round = state.at.frames(&state.told).map(|(frames, rounds)| {
            let frames = match frames.len() {
                1 => format!("Frame {} of {BLOCK}", frames.end),
                _ => format!("Frames {} to {} of {BLOCK}", frames.start + 1, frames.end),
            };
            let key =
                self.keymap.key(Command::OverStep).map_or(String::new(), |k| format!("   {k} leaves it"));
            let round = format!("{frames}: round {} of {rounds} of the loop{key}", state.at.round + 1);
            text(round).size(theme::SMALL).color(c.dim)
        });
        let inner = column![head, words].push(round).spacing(6).align_x(Center);
        Some(container(inner).padding([8, 16]).max_width(640).style(theme::floating(c)).into())
    }
}
