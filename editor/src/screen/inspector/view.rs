//! How the inspector looks.

use super::super::Message as Screened;
use super::{AMOUNT, Knob, LABEL, Message, TEMPO, TITLE, field};
use crate::bands::Band;
use crate::keymap::Command;
use crate::screen::shelf::example_button;
use crate::screen::{Screen, told};
use crate::theme::{self, Colors};
use crate::value;
use crate::widget::fader::Fader;
use crate::widget::length;
use iced::widget::{button, column, container, pick_list, row, scrollable, space, text, text_input, tooltip};
use iced::{Center, Element, Fill, padding};
use signalbox_engine::node::{Declaration, Kind, Setting};
use std::borrow::Cow;

/// How wide the pane is, and in a window that is called wide.
const WIDTH: (f32, f32) = (312.0, 384.0);
/// How wide names and values are.
const NAME: f32 = 76.0;
const VALUE: f32 = 84.0;

fn small<'a>(words: impl Into<String>, c: &'static Colors) -> Element<'a, Screened> {
    text(words.into()).size(theme::SMALL).color(c.dim).into()
}

fn typed<'a>(
    screen: &Screen,
    name: &str,
    there: &str,
    c: &'static Colors,
) -> text_input::TextInput<'a, Screened> {
    hinted(screen, name, there, "", c)
}

/// A field that tells what an empty one means.
fn hinted<'a>(
    screen: &Screen,
    name: &str,
    there: &str,
    hint: &str,
    c: &'static Colors,
) -> text_input::TextInput<'a, Screened> {
    let state = &screen.inspector;
    let owner = name.to_string();
    text_input(hint, &state.text(name, there))
        .id(field(name))
        .on_input(move |text| Screened::Inspector(Message::Typed(owner.clone(), text)))
        .on_submit(Screened::Inspector(Message::Submit(name.into())))
        .size(theme::TEXT)
        .padding([3, 6])
        .style(theme::field(c, state.wrong(name).is_some()))
}

fn run<'a>(words: &'a str, command: Command, on: bool, c: &'static Colors) -> Element<'a, Screened> {
    let label = text(words).size(theme::SMALL);
    let press = Screened::Inspector(Message::Run(command));
    button(label)
        .padding([4, 7])
        .style(move |t, s| if on { theme::main(c)(t, s) } else { theme::solid(c)(t, s) })
        .on_press(press)
        .into()
}

/// Two commands side by side, as wide as the pane.
fn pair<'a>(
    left: (&'a str, Command, bool),
    right: (&'a str, Command, bool),
    c: &'static Colors,
) -> Element<'a, Screened> {
    let half = |(words, command, on)| {
        let press = Screened::Inspector(Message::Run(command));
        button(text(words).size(theme::SMALL).width(Fill).center())
            .padding([4, 7])
            .style(move |t, s| if on { theme::main(c)(t, s) } else { theme::solid(c)(t, s) })
            .on_press(press)
    };
    row![half(left), half(right)].spacing(6).into()
}

/// So many of something.
fn count(many: usize, what: &str) -> String {
    if many == 1 { format!("1 {what}") } else { format!("{many} {what}s") }
}

/// What is told of a kind: its ports, where it comes from, an example.
fn about<'a>(declaration: &'static Declaration, c: &'static Colors) -> Element<'a, Screened> {
    let mut lines = column![space().height(4), small("About", c)].spacing(4);
    for port in declaration.inputs.iter().chain(declaration.outputs) {
        let words = text(format!("{}: {}", port.name, port.help)).size(theme::SMALL).color(c.text);
        lines = lines.push(words);
    }
    lines = lines.push(small(declaration.source.split_whitespace().collect::<Vec<_>>().join(" "), c));
    lines.push(example_button(declaration, c)).into()
}

impl Screen {
    /// The inspector.
    pub fn inspector_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let single = self.session.single();
        let inner = match (single, self.session.cable) {
            _ if self.session.mark.is_some() => self.mark_view(c),
            (Some(id), _) => self.node_view(id, c),
            (None, Some(cable)) => self.cable_view(cable, c),
            (None, None) if self.session.selected.len() > 1 => self.many_view(c),
            _ => self.patch_view(c),
        };
        let inner = container(inner).padding(padding::all(16).right(20));
        container(scrollable(inner).height(Fill).style(theme::scroll(c)))
            .width(if self.is_wide() { WIDTH.1 } else { WIDTH.0 })
            .height(Fill)
            .style(theme::pane(c))
            .into()
    }

    fn node_view<'a>(&'a self, id: &str, c: &'static Colors) -> Element<'a, Screened> {
        let patch = self.document.patch();
        let Some(node) = patch.scope(&self.scope()).and_then(|g| g.nodes.get(id)) else {
            return space().into();
        };
        let declaration = self.shelf.get(&node.kind);
        let inside = patch.subpatches.contains_key(&node.kind);
        let label = if node.label.is_empty() { id } else { &node.label };
        let kind = match (declaration, inside) {
            (Some(d), _) => d.title.to_string(),
            (None, true) => format!("Sub-patch {}", node.kind),
            (None, false) => node.kind.clone(),
        };
        let mut all =
            column![typed(self, LABEL, label, c).size(15).padding([6, 8]), small(kind, c)].spacing(6);
        if let Some(d) = declaration {
            all = all.push(text(d.help).size(theme::SMALL).color(c.text));
        }
        let mut does = row![
            run("Bypass", Command::Bypass, node.bypass, c),
            run("Mute", Command::Mute, node.mute, c),
            run("Solo", Command::Solo, self.session.solo.as_ref().is_some_and(|s| s.nodes.contains(id)), c),
            run("Replace…", Command::Replace, false, c),
        ]
        .spacing(4);
        does = does.push(match inside {
            true => run("Enter", Command::Open, false, c),
            false => run("Presets…", Command::Preset, false, c),
        });
        all = all.push(does.wrap().vertical_spacing(6));
        if let Some(picture) = self.picture_view(id, declaration, c).filter(|_| !inside) {
            all = all.push(picture);
        }
        let knobs = self.knobs();
        if !knobs.is_empty() {
            all = all.push(space().height(2));
        }
        // Of bands that are off only the one is shown that keys turn.
        let hidden = |k: usize, bands: &[Band]| {
            let band = bands.iter().find(|b| b.holds(k));
            band.is_some_and(|b| !b.is_on(&knobs) && !b.holds(self.session.parameter))
        };
        let bands = self.bands();
        let seen: Vec<usize> = (0..knobs.len()).filter(|&k| !hidden(k, &bands)).collect();
        for (k, knob) in knobs.into_iter().enumerate().filter(|(k, _)| seen.contains(k)) {
            all = all.push(self.knob_view(knob, k == self.session.parameter, c));
        }
        if let Some(d) = declaration {
            all = all.push(about(d, c));
        }
        for problem in self.live.problems().iter().filter(|p| p.place.contains(id)) {
            all = all.push(text(super::super::sentence(&problem.what)).size(theme::SMALL).color(c.wrong));
        }
        all.spacing(8).into()
    }

    fn knob_view<'a>(&'a self, knob: Knob, chosen: bool, c: &'static Colors) -> Element<'a, Screened> {
        let name = knob.name.clone();
        let color = if chosen {
            c.accent
        } else if knob.set {
            c.text
        } else {
            c.dim
        };
        let mark = if knob.moved { " ~" } else { "" };
        let words = text(format!("{}{mark}", in_two(&name))).size(theme::SMALL).color(color);
        let tip = self.tip(&knob, c);
        let label = tooltip(
            container(words.wrapping(text::Wrapping::WordOrGlyph)).width(NAME),
            tip,
            tooltip::Position::Left,
        );
        let shown = value::show(&knob.setting, &knob.parameter);
        let control: Element<'a, Screened> = match (&knob.setting, knob.parameter.kind) {
            (Setting::Number(now), _) => {
                let place = value::position(*now, &knob.parameter);
                let rest = match knob.parameter.default() {
                    Setting::Number(rest) => value::position(rest, &knob.parameter),
                    _ => 0.0,
                };
                let owner = name.clone();
                let fader = Fader::new(place, rest, c, move |turn| {
                    Screened::Inspector(Message::Turn(owner.clone(), turn))
                });
                row![fader.chosen(chosen), typed(self, &name, &shown, c).width(VALUE)].spacing(6).into()
            }
            (Setting::Choice(at), Kind::Choice { options, .. }) => {
                let owner = name.clone();
                let words: Vec<&'static str> = options.iter().map(|o| o.0).collect();
                pick_list(words, options.get(*at).map(|o| o.0), move |word: &'static str| {
                    Screened::Inspector(Message::Choose(owner.clone(), word.into()))
                })
                .width(Fill)
                .text_size(theme::TEXT)
                .padding([3, 8])
                .style(theme::choice(c))
                .menu_style(theme::menu(c))
                .into()
            }
            (Setting::Switch(on), _) => {
                let press = Screened::Inspector(Message::Switch(name.clone(), !on));
                let on = *on;
                button(text(if on { "on" } else { "off" }).size(theme::TEXT))
                    .padding([3, 12])
                    .style(move |t, s| if on { theme::main(c)(t, s) } else { theme::solid(c)(t, s) })
                    .on_press(press)
                    .into()
            }
            (_, Kind::File) => {
                let press = Screened::Inspector(Message::Browse(name.clone()));
                let browse = button(text("Choose…").size(theme::SMALL))
                    .padding([4, 8])
                    .style(theme::solid(c))
                    .on_press(press);
                row![typed(self, &name, &shown, c), browse].spacing(6).into()
            }
            _ => typed(self, &name, &shown, c).into(),
        };
        let mut all = column![row![label, control].spacing(8).align_y(Center)].spacing(4);
        if let Some(wrong) = self.inspector.wrong(&knob.name) {
            all = all.push(text(wrong.to_string()).size(theme::SMALL).color(c.wrong));
        }
        let learns = self.inspector.learns.as_ref() == Some(&knob.name);
        if (chosen || learns) && knob.parameter.moves() {
            let (controlled, color) = match (learns, knob.control) {
                (true, _) if self.live.has_controllers() => ("Move a controller now".into(), c.accent),
                (true, _) => ("Connect a MIDI controller and move it".into(), c.accent),
                (_, Some(n)) => (format!("Controller {n}: learn another"), c.dim),
                (_, None) => ("Learn a controller".into(), c.dim),
            };
            let press = Screened::Inspector(Message::Learn(knob.name.clone()));
            let learn = button(text(controlled).size(theme::SMALL).color(color))
                .padding([2, 6])
                .style(theme::plain(c))
                .on_press(press);
            all = all.push(row![space().width(NAME), learn].spacing(2));
        }
        all.into()
    }

    /// What is told of a parameter.
    fn tip<'a>(&self, knob: &Knob, c: &'static Colors) -> Element<'a, Screened> {
        let mut lines = column![text(knob.parameter.help).size(theme::SMALL).color(c.text)].spacing(4);
        if let Some((unit, min, max)) = knob.parameter.range() {
            let show = |v: f32| signalbox_dsp::units::Quantity::new(f64::from(v), unit).to_string();
            let usual = value::show(&knob.parameter.default(), &knob.parameter);
            lines = lines.push(small(format!("{} to {}, usually {usual}", show(min), show(max)), c));
        }
        if let Kind::Choice { options, .. } = knob.parameter.kind {
            for (word, what) in options {
                lines = lines.push(small(format!("{word}: {what}"), c));
            }
        }
        if knob.moved {
            lines = lines.push(small("~ moved by a cable or a lane", c));
        }
        container(lines).max_width(320).padding(10).style(theme::floating(c)).into()
    }

    fn cable_view<'a>(&'a self, cable: u32, c: &'static Colors) -> Element<'a, Screened> {
        let scope = self.scope();
        let Some(there) = self.document.patch().scope(&scope).and_then(|g| g.cables.get(&cable)) else {
            return space().into();
        };
        let moves = crate::ports::parameter(self.document.patch(), &scope, &there.to, &self.shelf).is_some();
        let amount = if moves { &there.depth } else { &there.gain };
        let shown = amount
            .as_ref()
            .map(|v| v.as_str().map_or_else(|| v.to_string(), String::from))
            .unwrap_or_default();
        let (word, help) = match moves {
            true => (
                "Depth",
                "How far a signal of 1 moves the parameter, in its unit, or “2 oct” for a frequency.",
            ),
            false => ("Level", "In decibels: “-6 dB”. Empty: unchanged."),
        };
        let amount = hinted(self, AMOUNT, &shown, if moves { "" } else { "0 dB" }, c);
        let mut all = column![
            text(format!("{} → {}", there.from, there.to)).size(15).color(c.text),
            small("Cable", c),
            row![container(small(word, c)).width(NAME), amount].spacing(8).align_y(Center),
            small(help, c),
        ]
        .spacing(8);
        if let Some(wrong) = self.inspector.wrong(AMOUNT) {
            all = all.push(text(wrong.to_string()).size(theme::SMALL).color(c.wrong));
        }
        let does = row![
            run("Pull the cable", Command::Delete, false, c),
            run("Pin a probe", Command::Pin, false, c)
        ];
        all.push(does.spacing(6)).into()
    }

    fn many_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let title = text(format!("{} nodes", self.session.selected.len())).size(15).color(c.text);
        let pairs = [
            [("Bypass", Command::Bypass), ("Mute", Command::Mute)],
            [("Solo", Command::Solo), ("Duplicate", Command::Duplicate)],
            [("Fold into a sub-patch", Command::Fold), ("Put a frame around", Command::Frame)],
            [("Lay out", Command::Arrange), ("Straighten", Command::Straighten)],
            [("Align in a row", Command::AlignRow), ("Align in a column", Command::AlignColumn)],
            [("Spread in a row", Command::SpreadRow), ("Spread in a column", Command::SpreadColumn)],
        ];
        let rows = pairs.map(|[a, b]| pair((a.0, a.1, false), (b.0, b.1, false), c));
        column![title].push(column(rows).spacing(6)).spacing(12).into()
    }

    fn patch_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let patch = self.document.patch();
        let bpm = patch.tempo.tempo.first().map_or(120.0, |t| t.1);
        let (nodes, cables) = (self.scene.cards.len(), self.scene.wires.len());
        let line = |word: &'static str, control: Element<'a, Screened>| -> Element<'a, Screened> {
            row![container(small(word, c)).width(NAME), control].spacing(8).align_y(Center).into()
        };
        let mut all = column![
            hinted(self, TITLE, &patch.title, "Untitled", c).size(15).padding([6, 8]),
            small(format!("{}, {}", count(nodes, "node"), count(cables, "cable")), c),
            line("Tempo", typed(self, TEMPO, &format!("{bpm} bpm"), c).into()),
        ]
        .spacing(8);
        if let Some(wrong) = self.inspector.wrong(TEMPO) {
            all = all.push(text(wrong.to_string()).size(theme::SMALL).color(c.wrong));
        }
        for problem in self.mistakes() {
            all = all.push(text(told(problem)).size(theme::SMALL).color(c.wrong));
        }
        for warning in self.live.warnings() {
            all = all.push(text(told(warning)).size(theme::SMALL).color(c.dim));
        }
        let records = self.live.recording().is_some();
        let record = if records { "End the recording" } else { "Record…" };
        let rows = [
            pair(("Start from…", Command::Gallery, false), ("Open again…", Command::Recent, false), c),
            pair(("Put a patch in…", Command::Import, false), ("All commands…", Command::Palette, false), c),
            pair(("Export a file…", Command::ExportMix, false), (record, Command::Record, records), c),
        ];
        all.push(space().height(8)).push(column(rows).spacing(6)).into()
    }
}

/// The name of a parameter inside of a sub-patch, in two lines where it is too long for one.
fn in_two(name: &str) -> Cow<'_, str> {
    match name.rsplit_once('.') {
        Some((node, parameter)) if length(name) * theme::SMALL > NAME => {
            format!("{node}.\n{parameter}").into()
        }
        _ => name.into(),
    }
}
