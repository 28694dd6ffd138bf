//! What is seen of values; and wrong twins of tags: what they say of buffers is heard.

use super::{Tag, look};
use crate::node::Incoming;
use crate::run::pair;
use crate::schedule::Step;
use crate::schedule::access::writes;
use crate::support::build::context;
use crate::support::{generate, kinds};
use std::collections::HashMap;

#[test]
fn values_are_silent_constant_or_live_by_their_bits_lane_by_lane() {
    let mut four = [0.5, -0.5, 0.0, 3.0].repeat(64);
    assert_eq!(look(&[0.0; 64], 1), (true, Tag::Silent));
    assert_eq!(look(&[-0.0; 64], 1), (true, Tag::Constant));
    assert_eq!(look(&[0.25; 64], 1), (true, Tag::Constant));
    assert_eq!(look(&[f32::NAN; 64], 1), (false, Tag::Constant));
    assert_eq!(look(&four, 4), (true, Tag::Constant));
    assert_eq!(look(&four, 1), (true, Tag::Live));
    for at in [1, 2, 63] {
        let mut one = [0.25; 64];
        one[at] = 0.5;
        assert_eq!(look(&one, 1), (true, Tag::Live), "{at}");
        let mut signed = [0.0; 64];
        signed[at] = -0.0;
        assert_eq!(look(&signed, 1), (true, Tag::Live), "{at}");
    }
    four[63 * 4 + 2] = -0.0;
    assert_eq!(look(&four, 4), (true, Tag::Live));
}

/// A wrong twin of tags: what it does wrong, and the tag of a buffer that was tagged so in the block before and should
/// be tagged so now.
type Twin = (&'static str, fn(Tag, Tag) -> Tag);

const TWINS: &[Twin] = &[
    ("stays constant when its source moves", |before, now| match (before, now) {
        (Tag::Constant, Tag::Live) => Tag::Constant,
        _ => now,
    }),
    ("stays silent when sound comes", |before, now| match before {
        Tag::Silent => Tag::Silent,
        _ => now,
    }),
    ("takes what is constant for silent", |_, now| match now {
        Tag::Constant => Tag::Silent,
        _ => now,
    }),
];

/// The bits of a random patch that plays with a twin of tags; and whether that said anything wrong.
fn play(seed: u64, twin: fn(Tag, Tag) -> Tag) -> (Vec<u32>, bool) {
    let (patch, compiled) = generate::patch(seed);
    let shelf = kinds::shelf();
    let (mut builder, mut runner) = pair();
    let program =
        builder.build(&compiled, &context(&shelf), &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    let steps = &program.schedule().steps;
    let (mut before, mut wrong, mut bits) = (HashMap::new(), false, Vec::new());
    let outputs = || program.schedule().outputs.iter().enumerate();
    let mut hear = |block: &crate::run::Block<'_>| {
        for (output, channels) in outputs().map(|(i, o)| (i, o.channels.len())) {
            (0..channels).for_each(|c| bits.extend(block.channel(output, c).iter().map(|x| x.to_bits())));
        }
    };
    runner.run_with(&program, Incoming::default(), 2_000, &mut hear, |pass, n| {
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let next = match step {
                Step::Loop { steps, .. } | Step::Fuse { steps } => at + 1 + steps,
                _ => at + 1,
            };
            pass.steps(at..next, 0..n);
            for step in &steps[at..next] {
                writes(step, |place| {
                    let tag = &mut pass.memory.tags[place.slot as usize];
                    let now = *tag;
                    *tag = twin(before.insert(place.value, now).unwrap_or(now), now);
                    wrong |= *tag != now;
                });
            }
            at = next;
        }
    });
    (bits, wrong)
}

#[test]
fn wrong_twins_of_tags_are_heard() {
    for (what, twin) in TWINS {
        let (mut tried, mut heard) = (0, 0);
        for seed in 0..400 {
            let (bits, wrong) = play(seed, *twin);
            if wrong {
                tried += 1;
                heard += usize::from(bits != play(seed, |_, now| now).0);
            }
            if tried == 40 {
                break;
            }
        }
        println!("{what}: {heard} of {tried} heard");
        assert!(tried == 40 && heard * 4 > tried, "{what}: {heard} of {tried} heard");
    }
}
