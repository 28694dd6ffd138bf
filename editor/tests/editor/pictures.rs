//! What is seen, against pictures that somebody has looked at. A picture that is missing fails; one that has changed is
//! written beside the build for a look, and is taken over by hand.

use crate::harness::{Harness, first, read_png, with, write_png};
use signalbox_editor::Options;
use signalbox_editor::keymap::{COMMANDS, Command};
use signalbox_editor::screen::Message;
use signalbox_editor::theme::Look;
use std::path::{Path, PathBuf};

/// A patch of every look of a card and a cable, that sounds steadily.
const PATCH: &str = include_str!("gallery.json");

/// By how much a part of a colour may differ, of 255, and how many of a thousand parts may differ by more.
const NEAR: u8 = 24;
const MANY: f64 = 0.3;

/// The share of the height that lies above the line at the bottom.
const ABOVE: f32 = 0.95;

fn compare(name: &str, seen: &(u32, u32, Vec<u8>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/pictures");
    compare_with(&folder.join(format!("{name}.png")), name, seen, MANY);
}

fn compare_with(path: &Path, name: &str, seen: &(u32, u32, Vec<u8>), many: f64) {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    write_png(&out, seen);
    assert!(path.exists(), "there is no picture {}; look at {}", path.display(), out.display());
    let known = read_png(path);
    assert_eq!((known.0, known.1), (seen.0, seen.1), "{name}: another size");
    // The line below tells how busy the machine is.
    let above = known.2.len() / known.1 as usize * ((known.1 as f32 * ABOVE) as usize);
    let far = known.2.iter().zip(&seen.2).take(above).filter(|(a, b)| a.abs_diff(**b) > NEAR).count();
    let share = 1_000.0 * far as f64 / known.2.len() as f64;
    assert!(share <= many, "{name}: {share:.2} of 1,000 differ; look at {}", out.display());
}

/// A screen that stands still.
fn still(options: Options, source: &'static str, width: f32, height: f32) -> Harness {
    let mut h = Harness::sized(options, width, height);
    h.screen.session.kept.still = true;
    h.screen.session.kept.hints.extend(0..9);
    h.screen.live.play(false);
    h.screen.live.seek(0.0);
    h.until("levels and pictures", |s| {
        s.live.level(source, "out").is_some_and(|l| l.peak > 0.01) && s.live.status().song == 0 && !s.draws()
    });
    // What was begun before the song stood rings out, and the meters come to rest.
    for _ in 0..60 {
        std::thread::sleep(std::time::Duration::from_millis(25));
        h.send(Message::Tick);
    }
    h.run(Command::Fit);
    h
}

#[test]
fn the_looks_are_as_they_were() {
    let mut h = still(with(PATCH), "soft", 1280.0, 800.0);
    h.clicks_on("low");
    for look in Look::ALL {
        h.screen.session.kept.look = look;
        compare(&format!("look-{}", look.name().replace(' ', "-")), &h.picture(1.0));
    }
}

#[test]
fn the_search_and_the_panes_are_as_they_were() {
    let mut h = still(with(PATCH), "soft", 1280.0, 800.0);
    h.key("Tab");
    compare("search", &h.picture(1.0));
    h.key("Escape");
    h.key("Ctrl+1");
    h.key("Ctrl+2");
    h.clicks_on("a soft fader");
    compare("panes", &h.picture(1.0));
}

#[test]
fn twice_as_large_is_as_it_was() {
    let mut h = still(with(PATCH), "soft", 960.0, 600.0);
    compare("large", &h.picture(2.0));
}

#[test]
fn the_picture_in_the_readme_is_what_one_sees() {
    let mut h = still(first(), "saw", 1280.0, 720.0);
    h.clicks_on("low");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/editor.png");
    // Its echoes have not rung out, and how far they have depends on when one looks.
    compare_with(&path, "editor", &h.picture(1.5), 10.0 * MANY);
}

/// The pictures of the guide: a small mix, an equaliser over what sounds there; its master, with the meters.
#[test]
fn the_pictures_of_the_guide_are_what_one_sees() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide");
    let pictures =
        [("first-mix", "layout-patching", "bass tone"), ("first-master", "layout-mastering", "limit")];
    let seen = pictures.map(|(name, layout, node)| {
        let mut h = Harness::sized(with(include_str!("guide.json")), 1280.0, 800.0);
        h.screen.session.kept.hints.extend(0..9);
        h.screen.session.kept.still = true;
        h.run(COMMANDS.iter().find(|e| e.id == layout).expect("a command").command);
        h.run(Command::Fit);
        h.clicks_on(node);
        h.until("pictures", |s| !s.draws());
        for _ in 0..250 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            h.send(Message::Tick);
        }
        (name, h.picture(1.0))
    });
    for (name, seen) in seen {
        // Noise is never the same twice.
        compare_with(&guide.join(format!("{name}.png")), name, &seen, 20.0 * MANY);
    }
}
