//! A meter: what it reads tells every sample and its place.

use signalbox_engine::node::{Declaration, Group, Io, Kernel, Port, Reading, Width, host};

/// Sums its samples, each by the weight of its channel and frame.
pub static METER: Declaration = Declaration {
    name: "meter",
    group: Group::Meters,
    inputs: &[Port::audio("in", Width::Follow, "")],
    make: |_| Ok(host(Meter::default())),
    ..Declaration::BLANK
};

#[derive(Default)]
struct Meter {
    sum: f64,
    frames: u64,
}

impl Kernel<f32> for Meter {
    fn process(&mut self, io: &mut Io<'_, f32>) {
        for j in 0..io.frames {
            let frame = io.frame + j as i64;
            for channel in 0..io.inputs.width(0) {
                let weight = (frame.rem_euclid(97) + 1) * (channel as i64 + 1);
                self.sum += f64::from(io.inputs.channel(0, channel)[j]) * weight as f64;
            }
            self.frames += 1;
        }
    }
    fn reset(&mut self) {
        *self = Self::default();
    }
    fn readings(&self) -> Vec<Reading> {
        vec![
            Reading { name: "sum", value: Some(self.sum) },
            Reading { name: "frames", value: Some(self.frames as f64) },
        ]
    }
}
