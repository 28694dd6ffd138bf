//! The inspector: all about what is selected.

mod knobs;
pub mod live;
mod shape;
mod view;

pub use knobs::{Knob, knobs};

use super::dialogs::Ask;
use super::{Message as Screened, Notice, Screen};
use crate::keymap::Command;
use crate::value::{self, Ground};
use crate::widget::fader::Turn;
use iced::Task;
use iced::widget::{Id, operation};
use signalbox_engine::node::{Kind, Parameter, Setting, Value};
use signalbox_engine::patch::{Control, Edit, TempoMap};
use std::path::Path;

/// What the inspector remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// What is being typed: into which field, and what.
    typed: Option<(String, String)>,
    /// What is wrong with it.
    wrong: Option<String>,
    /// The parameter that waits for a controller.
    learns: Option<String>,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something was typed into a field.
    Typed(String, String),
    /// Enter was pressed in a field.
    Submit(String),
    /// A fader was turned.
    Turn(String, Turn),
    /// A word was chosen.
    Choose(String, String),
    /// A switch was thrown.
    Switch(String, bool),
    /// A file is to be chosen.
    Browse(String),
    /// A controller is to move the parameter.
    Learn(String),
    /// A band of a filter was moved.
    Band(crate::widget::bands::Told),
    /// A button.
    Run(Command),
}

/// The names of fields that are no parameters.
pub const LABEL: &str = "label";
/// The level or the depth of a cable.
pub const AMOUNT: &str = "amount";
/// The patch's title.
pub const TITLE: &str = "title";
/// The patch's tempo.
pub const TEMPO: &str = "tempo";

/// The id of a field.
fn field(name: &str) -> Id {
    Id::from(format!("field {name}"))
}

impl State {
    /// Whether it waits for a controller.
    pub fn learns(&self) -> bool {
        self.learns.is_some()
    }

    /// Forgets what is being typed.
    pub fn forget(&mut self) {
        self.typed = None;
        self.wrong = None;
    }

    /// What a field shows: what is being typed, or else what there is.
    fn text(&self, name: &str, there: &str) -> String {
        match &self.typed {
            Some((field, text)) if field == name => text.clone(),
            _ => there.into(),
        }
    }

    /// What is wrong with what is being typed into a field.
    fn wrong(&self, name: &str) -> Option<&str> {
        self.typed.as_ref().filter(|(field, _)| field == name).and(self.wrong.as_deref())
    }

    /// Lets a new label be typed.
    pub fn focus_label(&self) -> Task<Screened> {
        focus(LABEL)
    }
}

fn focus(name: &str) -> Task<Screened> {
    Task::batch([operation::focus(field(name)), operation::select_all(field(name))])
}

/// Leaves the field that is typed into: keys go to the canvas again.
pub(super) fn leave_field() -> Task<Screened> {
    // To focus what is not there takes the focus from all that is.
    operation::focus(Id::new("canvas"))
}

impl Screen {
    pub(super) fn inspected(&mut self, message: Message) -> Task<Screened> {
        match message {
            Message::Typed(field, text) => {
                self.inspector.typed = Some((field, text));
                self.inspector.wrong = None;
            }
            Message::Submit(field) => return self.submit(&field),
            Message::Turn(name, turn) => self.turn(&name, turn),
            Message::Choose(name, word) => self.set(&name, Some(Value::String(word))),
            Message::Switch(name, on) => self.set(&name, Some(Value::Bool(on))),
            Message::Browse(name) => {
                if let Some(id) = self.session.single() {
                    return self.ask(Ask::Audio(id.into(), name));
                }
            }
            Message::Learn(name) => self.learn(&name),
            Message::Band(told) => self.band_told(told),
            Message::Run(command) => return self.run(command),
        }
        Task::none()
    }

    /// The knobs of the one node that is selected.
    pub fn knobs(&self) -> Vec<Knob> {
        let Some(id) = self.session.single() else { return Vec::new() };
        knobs(self.document.patch(), &self.scope(), id, &self.shelf)
    }

    fn knob(&self, name: &str) -> Option<Knob> {
        self.knobs().into_iter().find(|k| k.name == name)
    }

    fn submit(&mut self, field: &str) -> Task<Screened> {
        let Some((typed, text)) = self.inspector.typed.clone().filter(|(typed, _)| typed == field) else {
            return leave_field();
        };
        let scope = self.scope();
        let done = match (typed.as_str(), self.session.single().map(String::from), self.session.cable) {
            (LABEL, Some(id), _) => {
                let label = if text.trim() == id { "" } else { text.trim() };
                self.commit(&format!("rename {id}"), crate::edits::label(&scope, &id, label));
                Ok(())
            }
            (AMOUNT, None, Some(cable)) => self.set_amount(cable, &text),
            (TITLE, ..) => {
                self.commit("name the patch", vec![Edit::SetTitle(text)]);
                Ok(())
            }
            (TEMPO, ..) => self.set_tempo(&text),
            (name, Some(_), _) => self.type_value(name, &text),
            _ => Ok(()),
        };
        match done {
            Ok(()) => {
                self.inspector.forget();
                leave_field()
            }
            Err(why) => {
                self.inspector.wrong = Some(super::sentence(&why));
                Task::none()
            }
        }
    }

    /// How long a beat lasts at the start, in seconds.
    fn beat(&self) -> f64 {
        let tempo = &self.document.patch().tempo;
        tempo.seconds(1.0) - tempo.seconds(0.0)
    }

    fn type_value(&mut self, name: &str, text: &str) -> Result<(), String> {
        let knob = self.knob(name).ok_or("there is no such parameter")?;
        let kept = match knob.setting {
            Setting::Number(now) => {
                let number = value::read(text, &knob.parameter, Ground { now, beat: self.beat() })?;
                value::keep(number, &knob.parameter)
            }
            _ => Value::String(text.into()),
        };
        self.set(name, Some(kept));
        Ok(())
    }

    fn set(&mut self, name: &str, value: Option<Value>) {
        if let Some(id) = self.session.single().map(String::from) {
            let edit = Edit::SetValue(self.scope(), id.clone(), name.into(), value);
            self.commit(&format!("set {id} {name}"), vec![edit]);
        }
    }

    fn turn(&mut self, name: &str, turn: Turn) {
        let (Some(id), Some(knob)) = (self.session.single().map(String::from), self.knob(name)) else {
            return;
        };
        self.session.parameter = self.knobs().iter().position(|k| k.name == name).unwrap_or(0);
        match turn {
            Turn::To(place) => {
                let kept = value::keep(value::at(place, &knob.parameter), &knob.parameter);
                let edit = Edit::SetValue(self.scope(), id.clone(), name.into(), Some(kept));
                self.drag(&format!("turn {id} {name}"), vec![edit]);
            }
            Turn::Done => self.document.end_drag(),
            Turn::Reset => self.set(name, None),
        }
    }

    /// The parameter that keys turn.
    fn turned_knob(&self) -> Option<Knob> {
        let mut knobs = self.knobs();
        let at = self.session.parameter;
        (at < knobs.len()).then(|| knobs.swap_remove(at))
    }

    pub(super) fn step_parameter(&mut self, by: isize) {
        let last = self.knobs().len().saturating_sub(1);
        self.session.parameter = self.session.parameter.saturating_add_signed(by).min(last);
        self.document.end_drag();
    }

    /// Turns the parameter by a share of its range; a word, to the next; a switch, over.
    pub(super) fn turn_by(&mut self, by: f32) {
        let Some(knob) = self.turned_knob() else { return };
        match (&knob.setting, knob.parameter.kind) {
            (Setting::Number(now), _) => {
                let place = value::position(*now, &knob.parameter) + by;
                let mut next = value::at(place, &knob.parameter);
                // What is counted goes on by one at least.
                if matches!(knob.parameter.kind, Kind::Fixed { .. })
                    && (next - now).abs() < 1.0
                    && now.fract() == 0.0
                {
                    next = value::at(value::position(now + by.signum(), &knob.parameter), &knob.parameter);
                }
                let at = value::position(next, &knob.parameter);
                self.turn(&knob.name, Turn::To(at));
            }
            (Setting::Choice(at), Kind::Choice { options, .. }) => {
                let next = (*at as isize + by.signum() as isize).rem_euclid(options.len() as isize) as usize;
                self.set(&knob.name, Some(Value::String(options[next].0.into())));
            }
            (Setting::Switch(on), _) => self.set(&knob.name, Some(Value::Bool(!on))),
            _ => {}
        }
    }

    pub(super) fn scale_value(&mut self, twice: bool) {
        let Some(knob) = self.turned_knob() else { return };
        if let Setting::Number(now) = knob.setting {
            let kept = value::keep(value::scaled(now, twice, &knob.parameter), &knob.parameter);
            self.set(&knob.name, Some(kept));
        }
    }

    pub(super) fn reset_value(&mut self) {
        if let Some(knob) = self.turned_knob() {
            self.set(&knob.name, None);
        }
    }

    /// Lets the value be typed that keys turn.
    pub(super) fn edit_value(&mut self) -> Task<Screened> {
        self.inspector.forget();
        match self.turned_knob() {
            Some(knob) => focus(&knob.name),
            None => Task::none(),
        }
    }

    fn set_amount(&mut self, cable: u32, text: &str) -> Result<(), String> {
        let scope = self.scope();
        let Some(there) = self.document.patch().scope(&scope).and_then(|g| g.cables.get(&cable)).cloned()
        else {
            return Ok(());
        };
        let written = (!text.trim().is_empty()).then(|| match text.trim().parse::<f64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::String(text.trim().into()),
        });
        let edit = match crate::ports::parameter(self.document.patch(), &scope, &there.to, &self.shelf) {
            Some(_) => Edit::SetCable(scope, cable, there.gain, written),
            None => {
                if let Some(value) = &written {
                    GAIN.read_number(value).map_err(|e| e.to_string())?;
                }
                Edit::SetCable(scope, cable, written, there.depth)
            }
        };
        match self.why_not(std::slice::from_ref(&edit)) {
            None => {
                self.commit("set a cable", vec![edit]);
                Ok(())
            }
            Some(why) => Err(why),
        }
    }

    fn set_tempo(&mut self, text: &str) -> Result<(), String> {
        let number = text.trim().trim_end_matches("bpm").trim();
        let beats: f64 = number.parse().map_err(|_| format!("`{text}` is no number of beats a minute"))?;
        if !(1.0..=999.0).contains(&beats) {
            return Err("the tempo goes from 1 to 999 beats a minute".into());
        }
        let old = &self.document.patch().tempo;
        let tempo = TempoMap { tempo: vec![(0.0, beats)], ..old.clone() };
        self.commit("set the tempo", vec![Edit::SetTempo(tempo)]);
        Ok(())
    }

    /// A sound file for a parameter: kept by its way from the patch's folder, where there is one.
    pub(super) fn set_file(&mut self, node: &str, parameter: &str, path: &Path) {
        let text = self.beside_patch(path).display().to_string();
        let edit = Edit::SetValue(self.scope(), node.into(), parameter.into(), Some(Value::String(text)));
        self.commit(&format!("set {node} {parameter}"), vec![edit]);
    }

    fn learn(&mut self, name: &str) {
        let Some(id) = self.session.single().map(String::from) else { return };
        if self.inspector.learns.take().as_deref() == Some(name) {
            return self.live.learn(None);
        }
        if !self.session.inside.is_empty() {
            self.notice = Some(Notice::tell(
                "Learn from outside: select the sub-patch and the parameter inside of it.",
            ));
            return;
        }
        self.inspector.learns = Some(name.into());
        self.live.learn(Some(crate::ports::end(&id, name)));
    }

    /// A controller was learnt: it belongs to the patch.
    pub(super) fn learnt(&mut self, control: Control) {
        self.inspector.learns = None;
        let mut controls = self.document.patch().controls.clone();
        controls.retain(|c| c.to != control.to);
        let name = format!("learn {}", control.to);
        controls.push(control);
        self.commit(&name, vec![Edit::SetControls(controls)]);
    }
}

/// What the level of a cable takes.
const GAIN: Parameter = Parameter::number(
    "level",
    signalbox_dsp::units::Unit::Decibel,
    (-120.0, 48.0),
    0.0,
    "the level of a cable",
);
