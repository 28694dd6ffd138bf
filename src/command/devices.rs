//! `devices`: what can be played on.

use super::patch::count;
use crate::cli::Devices;
use crate::failure::Failure;
use crate::say::{say_line, tell};
use signalbox_live::{Listed, devices, hosts};

/// Lists the devices that can be used.
pub fn run(options: &Devices) -> Result<(), Failure> {
    let wanted = |d: &Listed| options.host.as_ref().is_none_or(|host| d.host.eq_ignore_ascii_case(host));
    let all: Vec<Listed> = devices().into_iter().filter(wanted).collect();
    for device in &all {
        let Listed { host, name, id, default, outputs, inputs, rates } = device;
        let rates: Vec<String> = rates.iter().map(|r| format!("{}", f64::from(*r) / 1e3)).collect();
        let mark = if *default { "*" } else { " " };
        say_line(format_args!("{mark} {name}"))?;
        say_line(format_args!("    --host {host} --device \"{id}\""))?;
        let ways: Vec<String> = [(outputs, "out"), (inputs, "in")]
            .into_iter()
            .filter(|(channels, _)| **channels > 0)
            .map(|(channels, way)| format!("{} {way}", count(usize::from(*channels), "channel")))
            .collect();
        say_line(format_args!("    {}; {} kHz", ways.join(", "), rates.join(", ")))?;
    }
    if all.is_empty() {
        tell(format_args!(
            "no sound device can be used here; sound systems that answer: {}. `signalbox play` plays in silence until \
             one comes",
            hosts().join(", ")
        ));
    } else if all.iter().any(|d| d.default) {
        say_line("\n* is played on where none is named.")?;
    }
    Ok(())
}
