use super::*;
use crate::probe::{noise, sine};
use serde_json::json;
use signalbox_engine::node::rig::Rig;

fn run(program: &str, p1: f64, x: Vec<f32>) -> Result<Vec<f32>, String> {
    let values = [("program", json!(program)), ("p1", json!(p1))];
    Ok(Rig::new(&NODE, 48_000, &values, &[1])?.through(&[x]).remove(0))
}

#[test]
fn every_operation_is_what_mathematics_says() {
    type Wanted = fn(f64) -> f64;
    let all: [(&str, Wanted); 15] = [
        ("in; const 0.5; add 0 1", |x| x + 0.5),
        ("in; const 0.5; sub 0 1", |x| x - 0.5),
        ("in; const 3; mul 0 1", |x| x * 3.0),
        ("in; const 3; div 0 1", |x| x / 3.0),
        ("in; const 0.1; min 0 1", |x| x.min(f64::from(0.1f32))),
        ("in; const 0.1; max 0 1", |x| x.max(f64::from(0.1f32))),
        ("in; const 0.1; less 0 1", |x| f64::from(u8::from(x < f64::from(0.1f32)))),
        ("in; neg 0", |x| -x),
        ("in; abs 0", f64::abs),
        ("in; sin 0", f64::sin),
        ("in; cos 0", f64::cos),
        ("in; tanh 0", f64::tanh),
        ("in; exp 0", f64::exp),
        ("in; abs 0; sqrt 1", |x| x.abs().sqrt()),
        ("in; const 9; select 0 0 1", |x| if x > 0.0 { x } else { 9.0 }),
    ];
    let x = noise(1, 500);
    for (program, wanted) in all {
        let y = run(program, 0.0, x.clone()).unwrap();
        let off = x.iter().zip(&y).map(|(&x, &y)| (wanted(f64::from(x)) - f64::from(y)).abs()).fold(0.0, f64::max);
        assert!(off < 2e-6, "{program}: {off}");
    }
}

#[test]
fn state_is_a_frame_or_a_time_back_and_a_loop_is_a_filter() {
    let x = noise(2, 300);
    let y = run("in; prev 0", 0.0, x.clone()).unwrap();
    assert_eq!(y[1..], x[..299]);
    let y = run("in; delay 0 0.002", 0.0, x.clone()).unwrap();
    assert_eq!(y[96..], x[..204]);
    // In several pieces, and with rings that are shorter and longer than a piece.
    for (seconds, frames) in [(0.000_05, 2), (0.001, 48), (0.002, 96)] {
        let y = run(&format!("in; delay 0 {seconds}"), 0.0, x.clone()).unwrap();
        assert_eq!(y[frames..], x[..300 - frames], "{frames}");
    }
    // y = x + p (y' - x): a one-pole low-pass, against the recursion by hand.
    let y = run("in; back; sub 1 0; p 1; mul 2 3; add 0 4", 0.9, x.clone()).unwrap();
    let mut last = 0.0f32;
    for (&x, &y) in x.iter().zip(&y) {
        last = x + (last - x) * 0.9;
        assert!((last - y).abs() < 1e-6);
    }
}

#[test]
fn a_program_that_is_none_says_where() {
    for (program, word) in [
        ("", "empty"),
        ("in; mul 0 1", "`mul 0 1`"),
        ("in; foo 0", "`foo`"),
        ("in; const x", "`const x`"),
        ("p 9", "`p 9`"),
        ("in; delay 0 100", "10 s"),
    ] {
        let error = run(program, 0.0, sine(100.0, 48_000, 10)).unwrap_err();
        assert!(error.contains(word), "{program}: {error}");
    }
    assert!(run(&"in;".repeat(300), 0.0, vec![0.0]).unwrap_err().contains("256"));
}

#[test]
fn what_hangs_on_parameters_alone_follows_them() {
    // y = x sin(2 p): set, at rest, and moving.
    let program = "in; p 1; const 2; mul 1 2; sin 3; mul 0 4";
    let x = noise(3, 500);
    for p in [0.3, 0.9] {
        let y = run(program, p, x.clone()).unwrap();
        assert!(x.iter().zip(&y).all(|(x, y)| (x * (2.0 * p as f32).sin() - y).abs() < 1e-6));
    }
    let mut rig = Rig::new(&NODE, 48_000, &[("program", json!(program))], &[1]).unwrap();
    let course: Vec<f32> = (0..500).map(|i| if i < 130 { 0.2 } else { i as f32 * 0.01 }).collect();
    rig.move_parameter("p1", course.clone());
    let y = rig.through(std::slice::from_ref(&x)).remove(0);
    for i in 0..500 {
        assert!((x[i] * (2.0 * course[i]).sin() - y[i]).abs() < 2e-6, "{i}");
    }
}
