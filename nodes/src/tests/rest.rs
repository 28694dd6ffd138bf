//! A node that says that it rests is silent, and need not be run.

use super::kinds;
use super::lanes::{Dice, Lanes, Settings};
use signalbox_dsp::lane::{Lane, Wide};
use signalbox_engine::node::rig::WideRig;
use signalbox_engine::node::{Declaration, Port, PortKind};

/// How long a node may take to come to rest.
const PATIENCE: usize = 96_000;

/// Runs one block with the same signal on every input.
fn run<L: Lane>(
    rig: &mut WideRig<L>,
    settings: &Settings,
    frames: usize,
    x: &mut dyn FnMut() -> f32,
) -> bool {
    for (port, &width) in settings.inputs.iter().enumerate() {
        for channel in 0..width {
            rig.input(port, channel)[..frames].fill_with(|| L::from_fn(|_| x()));
        }
    }
    rig.run(frames);
    let outputs = rig.outputs().to_vec();
    let mut channels =
        outputs.iter().enumerate().flat_map(|(port, &width)| (0..width).map(move |c| (port, c)));
    channels.all(|(port, c)| {
        rig.output(port, c)[..frames].iter().all(|x| (0..L::LANES).all(|l| x.get(l).to_bits() == 0))
    })
}

/// Whether a kernel came to rest after noise; then it is silent, and one that is not run meanwhile goes on alike.
fn rests<L: Lanes>(settings: &Settings, dice: &mut Dice) -> bool {
    let what = format!("{} with {} lanes, {:?}", settings.kind.name, L::LANES, settings.values);
    let (mut runs, mut waits) = (settings.rig::<L>(), settings.rig::<L>());
    let seed = dice.below(1_000) as u32;
    let noise = |rig: &mut WideRig<L>| {
        let mut dice = Dice::new(seed);
        let out: Vec<bool> = (0..20).map(|_| run(rig, settings, 33, &mut || dice.part() - 0.5)).collect();
        let last = |rig: &WideRig<L>| rig.output(0, 0)[..33].to_vec();
        (out, last(rig))
    };
    noise(&mut runs);
    noise(&mut waits);
    let mut silence = || 0.0;
    for _ in 0..PATIENCE / 50 {
        // The lengths take the end of a block to every place on the grid of coefficients.
        run(&mut runs, settings, 49, &mut silence);
        run(&mut waits, settings, 49, &mut silence);
        if !runs.processor().at_rest() {
            continue;
        }
        for _ in 0..10 {
            assert!(run(&mut runs, settings, 37, &mut silence), "not silent at rest: {what}");
            assert!(runs.processor().at_rest(), "wakes up by itself: {what}");
        }
        waits.frame += 370;
        let (ran, waited) = (noise(&mut runs), noise(&mut waits));
        assert!(ran == waited, "what is not run at rest goes on otherwise: {what}");
        return true;
    }
    false
}

fn heard(kind: &Declaration) -> bool {
    let audio = |ports: &[Port]| ports.iter().any(|p| p.kind != PortKind::Events);
    audio(kind.inputs) && audio(kind.outputs)
}

#[test]
fn what_rests_is_silent_and_need_not_be_run() {
    for kind in kinds() {
        for seed in 0..8 {
            let dice = &mut Dice::new(seed + 77);
            let mut settings = Settings::random(kind, dice);
            if seed == 0 {
                settings.values.clear();
            }
            if !heard(kind) {
                continue;
            }
            let rest = rests::<f32>(&settings, dice);
            if kind.wide.is_some() {
                assert_eq!(
                    rests::<Wide<f32, 4>>(&settings, dice),
                    rest,
                    "{} {:?}",
                    kind.name,
                    settings.values
                );
                assert_eq!(
                    rests::<Wide<f32, 16>>(&settings, dice),
                    rest,
                    "{} {:?}",
                    kind.name,
                    settings.values
                );
            }
        }
    }
}

#[test]
fn what_works_on_sound_comes_to_rest_after_it() {
    let resting = [
        "gain",
        "pan",
        "bus",
        "mono",
        "split",
        "join",
        "eq",
        "filter",
        "comp",
        "saturator",
        "env",
        "crossfade",
    ];
    for kind in kinds().filter(|k| resting.contains(&k.name)) {
        let settings = Settings {
            kind,
            values: Vec::new(),
            inputs: kind.inputs.iter().map(|p| usize::from(p.kind != PortKind::Events)).collect(),
        };
        assert!(rests::<f32>(&settings, &mut Dice::new(5)), "{} never rests", kind.name);
    }
}
