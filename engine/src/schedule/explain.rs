//! A schedule in words, a line a step, and as a graph for Graphviz.

use super::constants::constants;
use super::{Bank, Dealer, Fade, Line, Place, Run, Schedule, Step, Term};
use crate::compile::{Compiled, Depth, FlatCable, Mode, Target};
use crate::run::PortView;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The schedule in words: what each step reads and writes, and why it is there.
pub fn explain(compiled: &Compiled, rate: u32) -> String {
    let Compiled { schedule, flat, .. } = compiled;
    let ms = |frames: usize| frames as f64 * 1e3 / f64::from(rate);
    let mut out = String::new();
    let runs = schedule.steps.iter().filter(|s| matches!(s, Step::Run(_))).count();
    let _ = writeln!(
        out,
        "{} steps, {runs} of them nodes; {} buffers of {} frames for {} channels of sound; outputs {} frames ({:.2} ms) late",
        schedule.steps.len(),
        schedule.slots.saturating_sub(1),
        crate::node::BLOCK,
        channels(schedule),
        schedule.latency,
        ms(schedule.latency),
    );
    for (number, words) in lines(compiled, rate).enumerate() {
        let _ = writeln!(out, "{:>5}  {words}", number + 1);
    }
    let heard = heard(compiled);
    let unheard: Vec<&str> =
        (0..flat.nodes.len()).filter(|&n| !heard[n]).map(|n| &*flat.nodes[n].key).collect();
    if !unheard.is_empty() {
        let _ = writeln!(
            out,
            "skipped: {}: no cable leads from here to an output or a meter",
            unheard.join(", ")
        );
    }
    for output in &schedule.outputs {
        let places: Vec<String> = output.channels.iter().map(b).collect();
        let _ = writeln!(out, "output   {} from {}", output.name, places.join(" "));
    }
    out
}

/// A delay of so many cables side by side, of which this is the first, in milliseconds.
fn delay_line(
    (line, count): (&Line, usize),
    channels: &[(Place, Place)],
    compiled: &Compiled,
    ms: f64,
) -> String {
    let flat = &compiled.flat;
    let cable = flat.cables.iter().find(|c| is_line(c, line));
    let output = || format!("output {} waits for the later outputs", line.scope);
    let others = match count {
        1 => String::new(),
        _ => format!(", and {} more side by side", count - 1),
    };
    let whom = cable.map_or_else(output, |c| {
        let (from, to) = (&flat.nodes[c.from.0].key, &flat.nodes[c.to.0].key);
        format!("cable {from} → {to} waits for the slower path to {to}{others}")
    });
    let places: Vec<String> = channels.iter().map(|c| b(&c.0)).collect();
    format!("delay    {} by {} frames ({ms:.2} ms): {whom}", places.join(" "), line.frames)
}

/// What each step does, in words.
pub(super) fn lines(compiled: &Compiled, rate: u32) -> impl Iterator<Item = String> + '_ {
    let constants = constants(&compiled.schedule);
    compiled.schedule.steps.iter().map(move |step| words(step, compiled, &constants, rate))
}

fn words(step: &Step, compiled: &Compiled, constants: &HashSet<u32>, rate: u32) -> String {
    let schedule = &*compiled.schedule;
    let ms = |frames: usize| frames as f64 * 1e3 / f64::from(rate);
    match step {
        Step::Copy { from, to } => {
            format!(
                "copy     {} → {}: the next step works in place, and others still read {}",
                b(from),
                b(to),
                b(from)
            )
        }
        Step::Loop { steps, frames } => {
            let every = match frames {
                1 => "frame by frame".into(),
                n => format!("{n} frames at once"),
            };
            format!("loop     the next {steps} steps run {every}, round and round")
        }
        Step::Fuse { steps } => {
            format!(
                "fuse     the next {steps} steps run as one while no parameter moves: each frame by itself"
            )
        }
        Step::Give { line, to } => {
            let to: Vec<String> = to.iter().map(b).collect();
            format!("give     {}: what {} brought one frame ago", to.join(" "), cable(*line, compiled))
        }
        Step::Take { line, from } => {
            let from: Vec<String> = from.iter().map(b).collect();
            format!("take     {}: {} brings it in the next frame", from.join(" "), cable(*line, compiled))
        }
        Step::Sum { before, to, terms } => {
            let mut told: Vec<String> = before.iter().map(b).collect();
            told.extend(terms.iter().map(term));
            let more = if to.span == 1 { "" } else { "  so far: the rest is added when it is there" };
            format!("sum      {} → {}{more}", told.join(" + "), b(to))
        }
        Step::WideSum { to, terms } => {
            let terms: Vec<String> = terms.iter().map(|(place, gains)| b(place) + &levels(gains)).collect();
            format!("sum      {} → {}, in {} lanes", terms.join(" + "), b(to), to.span)
        }
        Step::Pack { from, to } => {
            let from: Vec<String> = from.iter().map(b).collect();
            format!("pack     {} → {}: the next step runs them side by side", from.join(" "), b(to))
        }
        Step::Unpack { from, to } => {
            let to: Vec<String> =
                to.iter().map(|(lane, place)| format!("{} (lane {lane})", b(place))).collect();
            format!("unpack   {} → {}: they go on by themselves", b(from), to.join(" "))
        }
        Step::Delay { line, channels } => {
            let line = &schedule.lines[*line as usize];
            delay_line((line, 1), channels, compiled, ms(line.frames))
        }
        Step::WideDelay { line, channels } => {
            let wide = &schedule.wide_lines[*line as usize];
            let first = wide.lines().next();
            let told =
                |line: &Line| delay_line((line, wide.lines().count()), channels, compiled, ms(line.frames));
            first.map_or_else(String::new, told)
        }
        Step::Fade { fade: Fade { from, to, .. }, channels } => {
            let places: Vec<String> = channels.iter().map(|c| b(&c.0)).collect();
            format!("fade     {} from {from} to {to}: the cable is new, or goes", places.join(" "))
        }
        Step::Merge { to, from, ends } => {
            let lists: Vec<String> = from
                .iter()
                .map(|&(list, held)| match held {
                    Some(line) => {
                        format!("e{list} held {} frames", schedule.event_lines[line as usize].frames)
                    }
                    None => format!("e{list}"),
                })
                .collect();
            let why = if *ends { ": notes end, their cable goes" } else { "" };
            format!("merge    {} → e{to}{why}", lists.join(" + "))
        }
        Step::Deal { dealer, from, to, room } => {
            let Dealer { key, voices, .. } = &schedule.dealers[*dealer as usize];
            let lists = |port: u32| format!("e{}–{}", to + port * room, to + port * room + voices - 1);
            let lists: Vec<String> =
                from.iter().zip(0..).map(|(from, port)| format!("e{from} → {}", lists(port))).collect();
            let why = format!("each note to a free voice of {key}, else to the quietest of the {voices}");
            format!("deal     {}: {why}", lists.join(", "))
        }
        Step::Level { dealer, of, lanes } => {
            let which = match (of.span, &lanes[..]) {
                (1, _) => String::new(),
                (span, some) if some.len() < span as usize => format!(" ({} lanes)", some.len()),
                (span, _) => format!(" ({span} lanes)"),
            };
            let key = &schedule.dealers[*dealer as usize].key;
            format!("level    {}{which}: how loud voices of {key} are, so that the quietest is known", b(of))
        }
        Step::Run(run) => run_line(run, compiled, constants),
    }
}

/// Whether a delay belongs to a cable.
pub(super) fn is_line(cable: &FlatCable, line: &Line) -> bool {
    cable.scope == line.scope && (cable.id, cable.ends) == (line.cable, line.ends)
}

/// The cable that a delay belongs to.
fn cable(line: u32, compiled: &Compiled) -> String {
    let line = &compiled.schedule.lines[line as usize];
    let cable = compiled.flat.cables.iter().find(|c| is_line(c, line));
    let keys = |n: usize| &*compiled.flat.nodes[n].key;
    cable.map_or_else(String::new, |c| format!("the cable {} → {}", keys(c.from.0), keys(c.to.0)))
}

/// Whether each node of the flat table is run.
fn heard(compiled: &Compiled) -> Vec<bool> {
    let mut heard = vec![false; compiled.flat.nodes.len()];
    compiled.schedule.nodes().for_each(|n| heard[n] = true);
    compiled.schedule.dealers.iter().for_each(|d| heard[d.node] = true);
    heard
}

/// A term of a sum, with its level.
fn term(term: &Term) -> String {
    match term {
        Term::Channel(place, gain) => b(place) + &levels(&[*gain]),
        Term::Lanes(place, lanes) => {
            let gains: Vec<f32> = lanes.iter().map(|l| l.1).collect();
            let all = lanes.len() == place.span as usize;
            let which = match lanes[..] {
                [(lane, _)] => format!(" (lane {lane})"),
                _ if all => format!(" ({} lanes)", lanes.len()),
                _ => format!(" ({} of {} lanes)", lanes.len(), place.span),
            };
            b(place) + &which + &levels(&gains)
        }
    }
}

/// Amplitudes in decibels; nothing where all are 1.
fn levels(gains: &[f32]) -> String {
    let db = |gain: f32| format!("{:+.1}", 20.0 * gain.abs().log10());
    match gains {
        _ if gains.iter().all(|&g| g == 1.0) => String::new(),
        [first, rest @ ..] if rest.iter().all(|g| g == first) => format!(" {} dB", db(*first)),
        _ => {
            let (low, high) =
                gains.iter().fold((f32::MAX, 0.0f32), |(l, h), g| (l.min(g.abs()), h.max(g.abs())));
            format!(" {} to {} dB", db(low), db(high))
        }
    }
}

fn channels(schedule: &Schedule) -> u32 {
    let values = schedule.steps.iter().flat_map(|step| match step {
        Step::Run(run) => run.places.iter().map(|p| p.value).collect(),
        Step::Sum { to, .. } | Step::WideSum { to, .. } => vec![to.value],
        _ => Vec::new(),
    });
    values.max().unwrap_or(0)
}

fn b(place: &Place) -> String {
    match (place.value, place.span) {
        (0, _) => "silence".into(),
        (_, 1 | 2) => format!("b{}", place.slot),
        (_, span) => format!("b{}–{}", place.slot, place.slot + span - 1),
    }
}

fn run_line(run: &Run, compiled: &Compiled, constants: &HashSet<u32>) -> String {
    let bank = &compiled.schedule.banks[run.bank as usize];
    let Some(first) = bank.first() else { return "nothing".into() };
    let node = &compiled.flat.nodes[first];
    let mut parts = vec![format!("{:<8} {}", node.declaration.name, names(bank, compiled))];
    if bank.lanes() == 1 && node.title() != &*node.key {
        parts.push(format!("“{}”", shortened(node.title())));
    }
    parts.push(match run.mode {
        Mode::Process if node.bypass => "(bypassed)".into(),
        Mode::Process => String::new(),
        Mode::Emit => "(gives first: it cuts a loop)".into(),
        Mode::Absorb => "(takes last: it cuts a loop)".into(),
    });
    let ports = |views: &[PortView], names: &dyn Fn(usize) -> &'static str| {
        let mut told = Vec::new();
        for (i, view) in views.iter().enumerate() {
            if view.events {
                if view.start != 0 {
                    let last = view.start + bank.lanes() as u32 - 1;
                    let lists = if view.apart { format!("–{last}") } else { String::new() };
                    told.push(format!("{} e{}{lists}", names(i), view.start));
                }
                continue;
            }
            let places = &run.places[view.start as usize..][..usize::from(view.width)];
            if places.iter().any(|p| p.value != 0) {
                let list: Vec<String> = places.iter().map(b).collect();
                told.push(format!("{} {}", names(i), list.join(" ")));
            }
        }
        told
    };
    let inputs = ports(&run.inputs, &|i| node.declaration.inputs[i].name);
    let outputs = ports(&run.outputs, &|i| node.declaration.outputs[i].name);
    if !run.before.is_empty() {
        parts.push("in place".into());
    }
    if !inputs.is_empty() {
        parts.push(format!("reads {}", inputs.join(", ")));
    }
    if !outputs.is_empty() {
        parts.push(format!("writes {}", outputs.join(", ")));
    }
    for moved in &run.moved {
        let name = node.declaration.parameters[moved.parameter as usize].name;
        let mut by: Vec<String> = moved.curves.iter().take(1).map(|_| "its lane".into()).collect();
        by.extend(moved.cables.iter().map(|(place, depths)| match depths[..] {
            [Depth::Units(d)] => format!("{} × {d}", b(place)),
            [Depth::Octaves(d)] => format!("{} × {d} oct", b(place)),
            _ => b(place),
        }));
        let rests = moved.curves.is_empty() && moved.cables.iter().all(|c| constants.contains(&c.0.value));
        let how = if rests { "set, once a block," } else { "moved" };
        parts.push(format!("{name} {how} by {}", by.join(", ")));
    }
    let constant = |port: &PortView| {
        let places = &run.places[port.start as usize..][..usize::from(port.width)];
        places.iter().all(|p| constants.contains(&p.value))
    };
    if bank.pointwise && run.outputs.iter().all(constant) {
        parts.push("constant: one frame is computed".into());
    }
    if run.arrival > 0 {
        parts.push(format!("{} frames late", run.arrival));
    }
    parts.retain(|p| !p.is_empty());
    parts.join("  ")
}

/// The keys of the nodes that run as one: all of a few, the first and the last of many.
fn names(bank: &Bank, compiled: &Compiled) -> String {
    let keys: Vec<&str> = bank.nodes().map(|n| &*compiled.flat.nodes[n].key).collect();
    match keys[..] {
        [one] if bank.lanes() == 1 => one.into(),
        [a, b, c, .., z] => format!("{a}, {b}, {c} … {z} ({} in {} lanes)", keys.len(), bank.lanes()),
        _ => format!("{} ({} in {} lanes)", keys.join(", "), keys.len(), bank.lanes()),
    }
}

/// A label in so many letters that the line stays readable.
fn shortened(label: &str) -> String {
    const MOST: usize = 40;
    if label.chars().count() <= MOST {
        return label.into();
    }
    let start: String = label.chars().take(MOST - 1).collect();
    format!("{}…", start.trim_end())
}

/// The unfolded patch as a graph for Graphviz.
pub fn dot(compiled: &Compiled) -> String {
    let (flat, heard) = (&compiled.flat, heard(compiled));
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from("digraph patch {\n  rankdir=LR;\n  node [shape=box];\n");
    for (n, node) in flat.nodes.iter().enumerate() {
        let style = if heard[n] { "" } else { ", style=dashed" };
        let label = format!(
            "{}\\n{}",
            node.title().replace('\\', "\\\\").replace('"', "\\\""),
            node.declaration.name
        );
        let _ = writeln!(out, "  {} [label=\"{label}\"{style}];", quote(&node.key));
    }
    for cable in &flat.cables {
        let (from, to) = (&flat.nodes[cable.from.0], &flat.nodes[cable.to.0]);
        let end = match cable.to.1 {
            Target::Port(port) => to.declaration.inputs[port].name,
            Target::Parameter(parameter, _) => to.declaration.parameters[parameter].name,
        };
        let held = compiled.schedule.held().find(|line| is_line(cable, line));
        let held = held.map_or(String::new(), |l| format!(" (+{} frames)", l.frames));
        let _ = writeln!(out, "  {} -> {} [label=\"{end}{held}\"];", quote(&from.key), quote(&to.key));
    }
    out.push_str("}\n");
    out
}
