//! `nodes`: the shelf, and all about one kind.

use crate::cli::Nodes;
use crate::failure::Failure;
use crate::say::{say, say_line};
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_engine::node::{Declaration, Kind, Parameter, Port, PortKind, Width};
use std::fmt::Write as _;

/// The kind that the engine brings itself.
const OUTPUT: &str = "\
Output (output)
Gives sound out of the patch, or out of a sub-patch: what cables lead to it is what is rendered.

Inputs
  in           any width              what is heard

Outputs
  out          any width              the same, for what takes it further";

/// Lists the shelf, or tells all about one kind.
pub fn run(options: &Nodes) -> Result<(), Failure> {
    let shelf = signalbox_studio::shelf();
    let Some(name) = &options.name else {
        let mut kinds = shelf.kinds().to_vec();
        kinds.sort_by_key(|k| (k.group, k.name));
        let mut group = None;
        for kind in kinds {
            if group.replace(kind.group) != Some(kind.group) {
                say_line(format_args!("{:?}", kind.group))?;
            }
            say_line(format_args!("  {:<10} {}", kind.name, kind.help))?;
        }
        say_line(format_args!("\nAll about one: signalbox nodes NAME. `output` is there in every patch."))?;
        return Ok(());
    };
    if name == "output" {
        say_line(OUTPUT)?;
        return Ok(());
    }
    // A title does as well as a name: `compressor` for `comp`.
    let meant = |k: &&Declaration| k.name.eq_ignore_ascii_case(name) || k.title.eq_ignore_ascii_case(name);
    let kind = shelf.get(name).or_else(|| shelf.kinds().iter().copied().find(meant)).ok_or_else(|| {
        let near = shelf.nearest(name).map_or(".".into(), |n| format!("; did you mean `{n}`?"));
        Failure::new(format!("`{name}` is not on the shelf{near} `signalbox nodes` lists what is"))
    })?;
    say(about(kind))?;
    Ok(())
}

fn about(kind: &Declaration) -> String {
    let mut out = format!("{} ({}, {:?})\n{}\n", kind.title, kind.name, kind.group, kind.help);
    for (title, ports) in [("Inputs", kind.inputs), ("Outputs", kind.outputs)] {
        if !ports.is_empty() {
            let _ = writeln!(out, "\n{title}");
            ports.iter().for_each(|port| {
                let _ = writeln!(out, "  {:<12} {:<22} {}", port.name, flow(port), port.help);
            });
        }
    }
    if !kind.parameters.is_empty() {
        let _ = writeln!(out, "\nParameters");
        for parameter in kind.parameters {
            let _ = writeln!(out, "  {:<12} {:<44} {}", parameter.name, range(parameter), parameter.help);
            if let Kind::Choice { options, .. } = parameter.kind {
                for (word, meaning) in options {
                    let _ = writeln!(out, "  {:<12}   {word}: {meaning}", "");
                }
            }
        }
    }
    let _ = writeln!(out, "\n{}\n\nExample\n{}", kind.source, tidy(kind.example));
    out
}

fn flow(port: &Port) -> String {
    match port.kind {
        PortKind::Events => "events".into(),
        PortKind::Audio(Width::Fixed(1)) => "mono".into(),
        PortKind::Audio(Width::Fixed(2)) => "stereo".into(),
        PortKind::Audio(Width::Fixed(n)) => format!("{n} channels"),
        PortKind::Audio(Width::Follow) => "any width".into(),
        PortKind::Audio(Width::Parameter(name)) => format!("as `{name}` says"),
        PortKind::Audio(Width::File(name)) => format!("as `{name}` has"),
    }
}

fn range(parameter: &Parameter) -> String {
    let shown = |v: f32, unit: Unit| Quantity::new(shortest(v), unit).to_string();
    match parameter.kind {
        Kind::Number { unit, min, max, default, .. } => {
            format!("{} ({} to {})", shown(default, unit), shown(min, unit), shown(max, unit))
        }
        Kind::Fixed { unit, min, max, default } => {
            format!("{} ({} to {}), fixed", shown(default, unit), shown(min, unit), shown(max, unit))
        }
        Kind::Choice { options, default } => {
            let words: Vec<&str> = options.iter().map(|o| o.0).collect();
            format!("{} (of {})", words.get(default).unwrap_or(&""), words.join(", "))
        }
        Kind::Switch { default } => if default { "true" } else { "false" }.to_string(),
        Kind::Text { default } => format!("\"{default}\""),
        Kind::File => "a file".into(),
    }
}

/// The number that a person would have written for a value in single precision.
fn shortest(v: f32) -> f64 {
    v.to_string().parse().unwrap_or_else(|_| f64::from(v))
}

/// An example as a patch file would hold it.
fn tidy(example: &str) -> String {
    let patch = signalbox_engine::patch::file::read(example);
    patch.and_then(|p| signalbox_engine::patch::file::write(&p)).unwrap_or_else(|_| example.into())
}
