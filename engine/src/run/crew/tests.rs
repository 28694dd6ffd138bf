//! Several threads give the bits of one, and a crew that forgets something is heard.

use crate::node::Incoming;
use crate::run::{Help, Program, pair};
use crate::support::build::context;
use crate::support::chance::Chance;
use crate::support::{generate, kinds};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Runs a random patch in buffers of random lengths; with `threads` over 1 by a crew, whose helpers are awake all the time.
fn play(seed: u64, threads: usize, spoil: &dyn Fn(&mut Program) -> bool) -> Option<Vec<u32>> {
    let (patch, compiled) = generate::patch(seed);
    let shelf = kinds::shelf();
    let (mut builder, mut runner) = pair();
    let program =
        builder.build(&compiled, &context(&shelf), &patch.tempo).unwrap_or_else(|p| panic!("{p:?}"));
    let mut chance = Chance::new(seed);
    let mut program = match threads {
        1 => program,
        _ => program.with_crew(threads, |keys| Some(keys.len() as f64)),
    };
    if !spoil(&mut program) {
        return None;
    }
    let (program, over) = (&program, AtomicBool::new(false));
    let mut heard = Vec::new();
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| {
                while !over.load(Relaxed) {
                    if program.help() != Help::Did {
                        std::thread::yield_now();
                    }
                }
            });
        }
        let widths: Vec<usize> = program.schedule().outputs.iter().map(|o| o.channels.len()).collect();
        let mut left = 3_000;
        // The song jumps under way.
        runner.repeat(Some((500, 900)));
        while left > 0 {
            let frames = chance.between(1, 700).min(left);
            left -= frames;
            let mut rows: Vec<Vec<u32>> = vec![Vec::new(); widths.iter().sum()];
            runner.run_live(program, Incoming::default(), frames, &|| {}, |block| {
                let channels = widths.iter().enumerate().flat_map(|(o, &w)| (0..w).map(move |c| (o, c)));
                for (row, (output, channel)) in rows.iter_mut().zip(channels) {
                    row.extend(block.channel(output, channel).iter().map(|x| x.to_bits()));
                }
            });
            heard.extend(rows.into_iter().flatten());
        }
        over.store(true, Relaxed);
    });
    Some(heard)
}

#[test]
fn a_crew_gives_the_bits_of_one_thread() {
    for seed in 0..150 {
        let one = play(seed, 1, &|_| true);
        for threads in [2, 3] {
            assert!(play(seed, threads, &|_| true) == one, "seed {seed} on {threads} threads");
        }
    }
}

#[test]
fn a_crew_whose_segment_does_not_read_what_another_wrote_is_heard() {
    let (mut tried, mut heard) = (0, 0);
    for seed in 0..100 {
        let forget = |program: &mut Program| {
            let segments = program.crew.as_mut().map_or(&mut [][..], |crew| &mut crew.relay.cut.segments);
            let first = segments.iter_mut().find(|s| !s.reads.is_empty());
            first.map(|segment| segment.reads.remove(0)).is_some()
        };
        let Some(wrong) = play(seed, 2, &forget) else { continue };
        tried += 1;
        heard += usize::from(play(seed, 1, &|_| true) != Some(wrong));
    }
    assert!(tried > 50 && heard * 2 > tried, "{heard} of {tried} heard");
}
