//! `demo`: a song, its mix and its master.

use super::measure::table;
use super::threads;
use crate::cli::Demo;
use crate::failure::Failure;
use crate::progress::{Bar, interrupted};
use crate::say::{say, say_line};
use signalbox_dsp::meter::Measurement;
use signalbox_studio::output::StudioError;
use signalbox_studio::{demo, picture};

/// Makes the demo.
pub fn run(options: &Demo) -> Result<(), Failure> {
    let folder = &options.out;
    let made =
        demo::run(folder, threads(options.threads), &Bar::default(), &interrupted).map_err(|e| match e {
            StudioError::Stopped => {
                Failure::interrupted(format!("stopped; what was finished lies under {}", folder.display()))
            }
            e => e.into(),
        })?;
    let picture = folder.join("master.png");
    let png = picture::of_master(&made.outcome, "Night bus").map_err(Failure::new)?;
    signalbox_file::write_bytes(&picture, &png)?;
    let mut rows: Vec<(&str, &Measurement)> = made.stems.iter().map(|(name, m)| (name.as_str(), m)).collect();
    rows.push(("mix, before", &made.outcome.before));
    rows.push(("master, after", &made.outcome.after));
    say(table(&rows))?;
    say_line(format_args!("\nUnder {}:", folder.display()))?;
    for (name, what) in [
        ("master.wav", "listen to this"),
        ("mix.wav", "the same before mastering"),
        ("stems/", "what was mixed"),
        ("song.json", "the patch that synthesised the stems"),
        ("mix.json", "the patch that mixed and mastered them, every setting with its reason"),
        ("master.png", "waveform, loudness and spectrum"),
    ] {
        say_line(format_args!("  {name:<11} {what}"))?;
    }
    Ok(())
}
