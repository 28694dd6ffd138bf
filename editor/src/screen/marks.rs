//! Frames and comments: made, written, coloured, put away.

use super::{Message as Screened, Notice, Screen};
use crate::geometry::Point;
use crate::layout::GRID;
use crate::marks::{Comment, Frame, Mark, Marks, Tint, next};
use crate::theme::{self, Colors};
use iced::widget::{Id, button, column, container, operation, row, space, text, text_input, tooltip};
use iced::{Element, Fill, Task};
use signalbox_engine::patch::Edit;

/// What happens to the mark that is selected.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something was typed.
    Typed(String),
    /// Enter was pressed.
    Submit,
    /// It has another colour.
    Tint(Tint),
    /// It is put away.
    Remove,
}

/// The field's name.
const FIELD: &str = "mark";

impl Screen {
    /// What lies on the canvas that is looked at.
    pub(super) fn marks(&self) -> Marks {
        Marks::of(self.document.patch(), &self.scope())
    }

    /// The edit that changes what lies on the canvas.
    pub(super) fn marked(&self, change: impl FnOnce(&mut Marks)) -> Edit {
        let mut marks = self.marks();
        change(&mut marks);
        marks.edit(&self.scope())
    }

    pub(super) fn on_mark(&mut self, message: Message) -> Task<Screened> {
        let Some(mark) = self.session.mark else { return Task::none() };
        match message {
            Message::Typed(text) => self.written = Some(text),
            Message::Submit => {
                if let Some(text) = self.written.take() {
                    let edit = self.marked(|m| m.write(mark, text.trim()));
                    self.commit(name("write", mark), vec![edit]);
                }
                return super::inspector::leave_field();
            }
            Message::Tint(tint) => {
                let edit = self.marked(|m| m.tint(mark).into_iter().for_each(|there| *there = tint));
                self.commit(name("colour", mark), vec![edit]);
            }
            Message::Remove => self.remove_mark(mark),
        }
        Task::none()
    }

    pub(super) fn remove_mark(&mut self, mark: Mark) {
        let edit = self.marked(|m| m.remove(mark));
        self.commit(name("take away", mark), vec![edit]);
    }

    /// Selects a mark; with a frame, what is in it.
    pub(super) fn select_mark(&mut self, mark: Mark) {
        let within = match mark {
            Mark::Frame(id) => self.marks().frames.remove(&id).map(|f| f.nodes).unwrap_or_default(),
            _ => Default::default(),
        };
        let there = within.into_iter().filter(|id| self.scene.card(id).is_some());
        self.session.select_all(there.collect::<Vec<_>>());
        self.session.mark = Some(mark);
        self.written = None;
    }

    /// Lets the words of the mark be typed that is selected.
    pub(super) fn write_mark(&self) -> Task<Screened> {
        Task::batch([operation::focus(Id::new(FIELD)), operation::select_all(Id::new(FIELD))])
    }

    /// Puts a frame around what is selected; of one that is selected the title is typed.
    pub(super) fn frame_selected(&mut self) -> Task<Screened> {
        let nodes = self.session.selected.clone();
        if nodes.is_empty() {
            self.notice = Some(Notice::tell("Select the nodes that the frame is to hold first."));
            return Task::none();
        }
        let marks = self.marks();
        let there = marks.frames.iter().find(|(_, f)| f.nodes == nodes).map(|(&id, _)| id);
        let id = there.unwrap_or_else(|| next(&marks.frames));
        if there.is_none() {
            let color = Tint::ALL[id as usize % Tint::ALL.len()];
            let edit = self.marked(|m| {
                m.frames.insert(id, Frame { title: "Frame".into(), color, nodes });
            });
            if !self.commit("put a frame around", vec![edit]) {
                return Task::none();
            }
        }
        self.select_mark(Mark::Frame(id));
        self.write_mark()
    }

    /// Takes what is selected out of its frames.
    pub(super) fn unframe(&mut self) {
        let nodes = self.session.selected.clone();
        if nodes.iter().all(|id| self.marks().frame_of(id).is_none()) {
            self.notice = Some(Notice::tell("What is selected is in no frame."));
            return;
        }
        let edit = self.marked(|m| m.take_out(&nodes));
        self.commit("take out of the frame", vec![edit]);
    }

    /// Puts a comment somewhere, or where there is room, and lets its words be typed.
    pub(super) fn comment(&mut self, at: Option<Point>) -> Task<Screened> {
        let at = at.unwrap_or_else(|| self.free_place()).snapped(GRID);
        let id = next(&self.marks().comments);
        let comment = Comment { text: "Comment".into(), at: (at.x, at.y), color: Tint::Amber };
        let edit = self.marked(|m| {
            m.comments.insert(id, comment);
        });
        if !self.commit("write a comment", vec![edit]) {
            return Task::none();
        }
        self.select_mark(Mark::Comment(id));
        self.write_mark()
    }

    /// Gives the frame or the comment that is selected the next colour.
    pub(super) fn next_tint(&mut self) {
        let Some(mark) = self.session.mark.filter(|mark| self.marks().tint(*mark).is_some()) else {
            self.notice = Some(Notice::tell("Select a frame or a comment first."));
            return;
        };
        let edit = self.marked(|m| m.tint(mark).into_iter().for_each(|tint| *tint = tint.next()));
        self.commit(name("colour", mark), vec![edit]);
    }

    /// Goes to the next frame, comment or probe.
    pub(super) fn next_mark(&mut self) {
        let all = self.scene.marks();
        let at = self.session.mark.and_then(|mark| all.iter().position(|m| *m == mark));
        let next = at.map_or(0, |at| (at + 1) % all.len());
        if let Some(&mark) = all.get(next) {
            self.select_mark(mark);
            self.see_mark(mark);
        }
    }

    pub(super) fn see_mark(&mut self, mark: Mark) {
        if let Some(rect) = self.scene.mark(mark) {
            let view = self.view_of().showing(rect.grown(24.0), self.size);
            self.session.look(view);
        }
    }

    /// The edit that puts nodes into the frame in which they are dropped, where that is another one than theirs.
    pub(super) fn dropped(&self, by: Point) -> Option<Edit> {
        let moved = |id: &str| self.session.selected.contains(id);
        let marks = self.marks();
        if marks.frames.is_empty() || matches!(self.session.mark, Some(Mark::Frame(_))) {
            return None;
        }
        let free = self.session.selected.iter().filter(|id| marks.frame_of(id).is_none());
        let into: Vec<(u32, String)> = free
            .filter_map(|id| {
                let middle = self.scene.card(id)?.rect.center() + by;
                Some((self.scene.frame_at(middle, moved)?, id.clone()))
            })
            .collect();
        (!into.is_empty()).then(|| {
            self.marked(|m| {
                for (frame, id) in into {
                    m.frames.entry(frame).or_default().nodes.insert(id);
                }
            })
        })
    }

    /// A mark in the inspector.
    pub(super) fn mark_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let Some(mark) = self.session.mark else { return space().into() };
        let (what, field) = match mark {
            Mark::Frame(_) => ("Frame", "Title"),
            Mark::Comment(_) => ("Comment", "Words"),
            Mark::Pin(_) => ("Pinned probe", ""),
        };
        let told = |message: Message| Screened::Mark(message);
        let mut marks = self.marks();
        let mut all = column![text(what).size(15).color(c.text)].spacing(10);
        if let Some(there) = marks.text(mark) {
            let there = self.written.clone().unwrap_or_else(|| there.into());
            let input = text_input(field, &there)
                .id(Id::new(FIELD))
                .on_input(move |text| told(Message::Typed(text)))
                .on_submit(told(Message::Submit))
                .size(theme::TEXT)
                .padding([6, 8])
                .style(theme::field(c, false));
            all = all.push(column![text(field).size(theme::SMALL).color(c.dim), input].spacing(4));
        }
        if let Some(chosen) = marks.tint(mark).copied() {
            let swatch = |tint: Tint| {
                let edge = if tint == chosen { c.accent } else { c.line };
                let color = c.mark(tint);
                let swatch =
                    button(space().width(24).height(24)).padding(0).on_press(told(Message::Tint(tint)));
                let swatch = swatch.style(move |_, _| button::Style {
                    background: Some(color.into()),
                    border: iced::Border { color: edge, width: 2.0, radius: 4.0.into() },
                    ..button::Style::default()
                });
                let tip = container(text(tint.name()).size(theme::SMALL).color(c.text)).padding([4, 8]);
                Element::from(tooltip(swatch, tip.style(theme::floating(c)), tooltip::Position::Bottom))
            };
            all = all.push(row(Tint::ALL.map(swatch)).spacing(8));
        }
        let words = match mark {
            Mark::Frame(_) => "Take the frame away",
            Mark::Comment(_) => "Delete the comment",
            Mark::Pin(_) => "Unpin the probe",
        };
        let remove = button(text(words).size(theme::SMALL)).padding([4, 10]).style(theme::solid(c));
        all.push(remove.on_press(told(Message::Remove))).width(Fill).into()
    }
}

/// The name of a step.
fn name(word: &str, mark: Mark) -> &'static str {
    match (word, mark) {
        ("write", Mark::Frame(_)) => "name a frame",
        ("write", _) => "write a comment",
        ("colour", Mark::Frame(_)) => "colour a frame",
        ("colour", _) => "colour a comment",
        (_, Mark::Frame(_)) => "take a frame away",
        (_, Mark::Comment(_)) => "delete a comment",
        (_, Mark::Pin(_)) => "unpin a probe",
    }
}
