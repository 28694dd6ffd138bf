//! What moves a patch from outside while it plays: MIDI and OSC.

use super::screen::Screen;
use crate::cli::Play;
use crate::failure::Failure;
use crate::say::tell;
use signalbox_engine::patch::Endpoint;
use signalbox_live::midi::{Midi, System, Told};
use signalbox_live::osc::{Osc, address};
use signalbox_live::{Stage, Status};
use std::collections::HashSet;

/// The word that listens to no MIDI port.
const NONE: &str = "none";

/// MIDI and OSC.
pub struct Inputs {
    midi: Option<Midi>,
    osc: Option<Osc>,
    /// What was wrong with messages, told once.
    told: HashSet<String>,
}

/// How many different mistakes in messages are told.
const MISTAKES: usize = 20;

impl Inputs {
    /// As the command line asks for.
    pub fn new(options: &Play, stage: &Stage) -> Result<Self, Failure> {
        let wanted = options.midi.as_deref().unwrap_or("");
        let midi = (wanted != NONE).then(|| Midi::new(Box::new(System), wanted, stage.keys()));
        stage.follow(options.clock);
        if let Some(parameter) = &options.learn {
            stage.learn(Some(Endpoint::from(parameter.as_str())));
            tell(format_args!("move the controller for {parameter}"));
        }
        let place = |text: &Option<String>| text.as_deref().map(address).transpose().map_err(Failure::new);
        let (from, to) = (place(&options.osc)?, place(&options.osc_out)?);
        let osc = match (from, to) {
            (None, None) => None,
            (from, to) => {
                let osc = Osc::new(from, to).map_err(|e| {
                    let at = from.or(to).map_or_else(String::new, |a| a.to_string());
                    Failure::new(format!("OSC at {at}: {e}; another program may use it, try another port"))
                })?;
                if let Some(from) = from {
                    tell(format_args!("OSC is heard at {from}"));
                }
                Some(osc)
            }
        };
        Ok(Self { midi, osc, told: HashSet::new() })
    }

    /// Hears and tells what there is.
    pub fn tick(&mut self, stage: &Stage, status: &Status, screen: &Screen) {
        for told in self.midi.iter().flat_map(Midi::told) {
            screen.aside(|| match told {
                Told::Listens(name) => tell(format_args!("listens to {name}")),
                Told::Gone(name) => {
                    tell(format_args!("{name} is gone; it is heard again when it comes back"))
                }
                Told::Failed(name, why) => tell(format_args!("{name} can't be heard: {why}")),
            });
        }
        let Some(osc) = &mut self.osc else { return };
        for wrong in osc.obey(stage) {
            if self.told.len() < MISTAKES && self.told.insert(wrong.clone()) {
                screen.aside(|| tell(format_args!("OSC: {wrong}")));
            }
        }
        let seconds = status.song as f32 / status.rate.max(1) as f32;
        osc.tell("song", &[seconds]);
        osc.tell("rolls", &[f32::from(u8::from(status.rolls))]);
        osc.tell("peaks", &status.meters.peaks);
        osc.tell("load", &[status.meters.load]);
    }
}
