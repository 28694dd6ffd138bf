//! Leads signals through chains, some stages of which are functions of the script.

use super::{Answer, Call};
use crate::draft::{Chain, Signal, Stage, Strip, named, signal};
use crate::trouble::Wrong;
use rhai::{Dynamic, EvalAltResult};
use signalbox_dsp::units::Quantity;

/// Leads a signal through a chain; gives what comes out.
pub fn through(call: &Call<'_, '_>, input: &Signal, chain: &Chain) -> Result<Signal, Box<EvalAltResult>> {
    let mut signal = input.clone();
    for stage in &chain.stages {
        signal = match stage {
            Stage::Node(blueprint) => call.draft(|d| d.put(blueprint, Some(&signal)))?,
            Stage::Level(level) => call.draft(|d| d.at_level(&signal, level))?,
            Stage::Beside(chains) => {
                let mut sum = Signal::default();
                for chain in chains {
                    sum = sum.plus(&through(call, &signal, chain)?);
                }
                sum
            }
            Stage::Function(f) => {
                let result: Answer = f.call_within_context(call.context, (Dynamic::from(signal),));
                let result = result?;
                crate::draft::signal(&result).ok_or_else(|| {
                    Wrong::new(format!("a function in a chain gives a signal; it gave {}", named(&result)))
                })?
            }
        };
    }
    Ok(signal)
}

/// Appends a chain to the inserts of a strip.
pub fn insert(call: &Call<'_, '_>, strip: &Strip, chain: &Chain) -> Result<(), Box<EvalAltResult>> {
    let (next, tail) = call.draft(|d| {
        let next = d.desk().behind_inserts(&strip.name);
        let mut tail = Signal::default();
        for cable in d.desk().take_inputs(&next)? {
            let db = cable.gain.as_ref().and_then(|g| g.as_str()).and_then(Quantity::parse);
            tail = tail.plus(&Signal::of(&cable.from.to_string()).louder(db.map_or(0.0, |q| q.value)));
        }
        Ok::<_, Wrong>((next, tail))
    })?;
    let scope = call.draft(|d| std::mem::replace(&mut d.scope, strip.name.clone()));
    let result = through(call, &tail, chain);
    // A chain that can't be leaves the strip as it was.
    let out = result.as_ref().unwrap_or(&tail).clone();
    call.draft(|d| {
        d.scope = scope;
        d.lead(&out, &next);
    });
    result.map(drop)
}

/// What a value is as a signal, or an error that says that it is none.
pub fn wanted_signal(value: &Dynamic) -> Result<Signal, Wrong> {
    signal(value)
        .ok_or_else(|| Wrong::new(format!("{} is no signal; nothing can be led on from it", named(value))))
}
