//! A node that gives what is no number is reset, silenced for that block and named; all others play on.

use crate::support::build::{RATE, context, patch};
use crate::support::kinds;
use crate::support::stage::Stage;
use signalbox_engine::patch::Patch;
use signalbox_engine::render::{Options, RenderError, to_memory};

//  hiss ─ broken ─┬─ out
//                 └─ late 10 ─ then
//  other ─────────── well
fn sick(values: &str) -> Patch {
    patch(&format!(
        "hiss noise seed=1 width=2
         other noise seed=2
         x broken {values}
         echo late frames=10
         out output
         then output
         well output
         hiss > x
         x > out
         x > echo
         echo > then
         other > well"
    ))
}

#[test]
fn what_is_no_number_is_silenced_for_its_block_and_the_node_begins_anew() {
    for gives in ["nan", "inf", "-inf"] {
        let mut stage = Stage::new();
        let program = stage.build(&sick(&format!("at=100 gives={gives}")));
        let all = stage.run(&program, &[64; 6]);
        let [left, right, then, _, well] = &all[..] else { panic!("five channels") };
        let hiss = Stage::new();
        let expected = plain(hiss, "seed=1 width=2");
        for (channel, x) in [left, right].into_iter().enumerate() {
            for frame in 0..384 {
                let count = match frame {
                    0..64 => frame as f32,
                    64..128 => {
                        assert_eq!(x[frame], 0.0, "{gives}: the block of the fault is silent");
                        continue;
                    }
                    // Reset, it counts from zero.
                    _ => (frame - 128) as f32,
                };
                assert_eq!(x[frame], expected[channel][frame] + count, "{gives}: frame {frame}");
            }
        }
        // What follows never sees it, so its memory stays clean.
        assert_eq!(then[10..], left[..374]);
        assert_eq!(*well, plain(Stage::new(), "seed=2")[0]);
        let faults = stage.runner.faults();
        let named: Vec<_> = faults.iter().map(|f| (program.fault_key(f), f.frame)).collect();
        assert_eq!(named, [("x", 64)], "{gives}");
    }
}

/// The noise by itself.
fn plain(mut stage: Stage, values: &str) -> Vec<Vec<f32>> {
    let program = stage.build(&patch(&format!("hiss noise {values}\nout output\nhiss > out")));
    stage.run(&program, &[64; 6])
}

//  sum ─ broken ─ delay 100 ─┬─ out
//   └────────────────────────┘
#[test]
fn a_fault_inside_a_loop_leaves_the_loop_sounding() {
    let mut stage = Stage::new();
    let program = stage.build(&patch(
        "hiss noise seed=3
         sum gain
         x broken at=300
         delay cutter frames=100
         out output
         hiss > sum
         delay > sum gain=-6
         sum > x
         x > delay
         delay > out",
    ));
    let out = stage.run(&program, &[50; 20]);
    assert!(out[0].iter().all(|x| x.is_finite()));
    assert!(out[0][900..].iter().any(|&x| x != 0.0));
    assert_eq!(stage.runner.faults().len(), 1);
}

#[test]
fn a_render_stops_and_tells_the_node_and_the_time() {
    let shelf = kinds::shelf();
    for buffer in [1, 64, 1_000] {
        let options = Options { seconds: Some(1.0), buffer, ..Options::default() };
        let error = to_memory(&sick("at=4000"), &context(&shelf), &options).expect_err("a fault");
        let RenderError::NotFinite { node, seconds } = &error else { panic!("{error}") };
        let late = (seconds - 4_000.0 / f64::from(RATE)) * f64::from(RATE);
        assert!(node == "x" && (-64.0..=0.0).contains(&late), "{error}");
        assert!(error.to_string().starts_with("`x` gave what is no number at 0."), "{error}");
    }
}
