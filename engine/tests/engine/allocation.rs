//! Nothing is allocated or freed while a program runs.

use crate::support::allocations::allocations;
use crate::support::build::{nested, patch};
use crate::support::chance::Chance;
use crate::support::generate;
use crate::support::stage::Stage;
use std::hint::black_box;

#[test]
fn the_count_sees_what_is_allocated_and_what_is_freed() {
    let kept = vec![0u8; 100];
    assert_eq!(allocations(|| drop(black_box(kept))), 1);
    assert_eq!(allocations(|| drop(black_box(Box::new([0u8; 100])))), 2);
    assert_eq!(allocations(|| assert_eq!(black_box([0u8; 100])[99], 0)), 0);
}

#[test]
fn running_random_patches_allocates_and_frees_nothing() {
    for seed in 0..400 {
        let (patch, _) = generate::patch(seed);
        let mut stage = Stage::new();
        let program = stage.build(&patch);
        let mut chance = Chance::new(seed);
        let runner = &mut stage.runner;
        let mut sum = 0.0;
        let count = allocations(|| {
            for _ in 0..20 {
                let buffer = chance.between(1, 200);
                runner.run(&program, buffer, |block| {
                    if !program.schedule().outputs.is_empty() {
                        sum += block.channel(0, 0)[0];
                    }
                });
            }
        });
        assert_eq!(count, 0, "seed {seed}, {sum}");
    }
}

#[test]
fn setting_parameters_and_healing_nodes_allocates_nothing() {
    let patch = patch(
        "hiss noise
         sick broken at=10 forever=true
         vca gain
         out output
         hiss > sick
         sick > vca
         vca > out",
    );
    let mut stage = Stage::new();
    let program = stage.build(&patch);
    let cell = program.knobs("vca").expect("a node").clone();
    let runner = &mut stage.runner;
    let count = allocations(|| {
        for i in 0..200 {
            cell.set(0, i as f32 / 200.0);
            runner.run(&program, 100, |_| {});
        }
    });
    assert_eq!((count, runner.faults().len()), (0, 64));
}

//  notes ─×─×─×─ …: each level doubles the events, until there is room for no more
#[test]
fn more_events_than_there_is_room_for_are_lost_without_allocating() {
    let double = "in input\nback output\nin > back\nin > back";
    let mut text = String::from(
        "keys notes every=2\nlate latent frames=300\nhiss noise\nhiss > late\np pulse\nlate > p.level\n",
    );
    for i in 0..10 {
        let from = if i == 0 { "keys".into() } else { format!("d{}", i - 1) };
        text += &format!("d{i} double\n{from} > d{i}\n");
    }
    text += "d9 > p\nout output\np > out";
    let patch = nested(&text, &[("double", double)]);
    let mut stage = Stage::new();
    let program = stage.build(&patch);
    let runner = &mut stage.runner;
    assert_eq!(allocations(|| (0..100).for_each(|_| runner.run(&program, 100, |_| {}))), 0);
    let out = stage.run(&program, &[500]);
    assert!(out[0].iter().all(|x| x.is_finite()) && out[0].iter().any(|&x| x != 0.0));
}
