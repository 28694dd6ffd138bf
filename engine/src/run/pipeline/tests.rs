//! A wrong twin of the pipeline: what it forgets to bring from one segment to another is heard.

use super::*;
use crate::run::pair;
use crate::run::segment::Segment;
use crate::support::build::context;
use crate::support::chance::Chance;
use crate::support::{generate, kinds};

/// Runs a random patch on three threads; with `forgets` one segment does not read what an earlier one wrote. `None`
/// where nothing crosses.
fn play(seed: u64, forgets: bool) -> Option<Vec<Vec<u32>>> {
    let (patch, compiled) = generate::patch(seed);
    let shelf = kinds::shelf();
    let (mut builder, mut runner) = pair();
    let program =
        builder.build(&compiled, &context(&shelf), &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    let mut chance = Chance::new(seed);
    let costs: Vec<f64> = program.schedule().steps.iter().map(|_| chance.unit()).collect();
    let mut pipeline = Pipeline::new(&program, &costs, 3);
    let mut reading: Vec<&mut Segment> =
        pipeline.relay.cut.segments.iter_mut().filter(|s| !s.reads.is_empty()).collect();
    let count = reading.len();
    let segment = reading.get_mut(chance.below(count))?;
    if forgets {
        let at = chance.below(segment.reads.len());
        segment.reads.remove(at);
    }
    let played = runner.run_threads(&program, &pipeline, 1_000);
    Some(played.iter().map(|channel| channel.iter().map(|x| x.to_bits()).collect()).collect())
}

#[test]
fn a_segment_that_does_not_read_what_another_wrote_is_heard() {
    let (mut tried, mut heard) = (0, 0);
    for seed in 0..100 {
        let Some(right) = play(seed, false) else { continue };
        assert_eq!(play(seed, false).as_ref(), Some(&right));
        tried += 1;
        heard += usize::from(play(seed, true) != Some(right));
    }
    println!("{heard} of {tried} heard");
    assert!(tried > 50 && heard * 2 > tried, "{heard} of {tried} heard");
}
