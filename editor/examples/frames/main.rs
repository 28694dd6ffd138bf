//! What the editor costs: the geometry of a frame with all cables live, a change until it can be drawn, and the window
//! itself, as long as there is a display to open it on: its memory, what it takes while nothing plays, and how soon the
//! first frame is seen.
//!
//! Times are those that the processor spent on it, so that a busy machine tells nearly the same as a quiet one. Geometry
//! is the view, its layout and all shapes and texts of a frame, without pixels: those are the renderer's.

mod window;

use iced::advanced::renderer::{Headless, Style};
use iced::futures::executor::block_on;
use iced::{Event, Renderer, Size, mouse};
use iced_runtime::user_interface::{Cache, UserInterface};
use rustix::time::{ClockId, clock_gettime};
use signalbox_editor::keymap::Command;
use signalbox_editor::screen::{Message, Screen, System};
use signalbox_editor::{Options, Output, theme};
use signalbox_engine::patch::{Cable, Node, Patch};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sizes of patches, and the milliseconds that the geometry of a frame may take.
const FRAMES: [(usize, f64); 3] = [(300, 2.0), (1_000, 4.0), (5_000, 8.0)];
/// How long a change may take until it can be drawn, in milliseconds: levels are looked at as often.
const EDIT: f64 = 33.0;
/// The most cables whose levels the editor shows.
const LIVE: usize = 2_000;

/// What is written into a line: what it is, what was measured, and what is to be reached.
fn tell(what: &str, measured: f64, most: f64, unit: &str) {
    let verdict = match measured / most {
        share if share <= 1.0 => format!("reached: {:.0} % of it", share * 100.0),
        share => format!("NOT reached: {share:.2} times as much"),
    };
    println!("{what:<44} {measured:>8.2} {unit:<4} to reach {most} {unit}: {verdict}");
}

/// A patch of so many nodes: rows of a tone and gains behind each other, or of gains alone, which are silent.
fn patch(nodes: usize, sounds: bool) -> Patch {
    const ROW: usize = 20;
    let mut patch = Patch::default();
    patch.graph.nodes.insert("out".into(), Node::new("output").at(-240.0, 0.0));
    for k in 0..nodes - 1 {
        let (row, column) = (k / ROW, k % ROW);
        let source = column == 0 && sounds;
        let node =
            Node::new(if source { "osc" } else { "gain" }).at(240.0 * column as f64, 160.0 * row as f64);
        let node = if source { node.with("level", "-40 dB").with("mode", "polyblep") } else { node };
        patch.graph.nodes.insert(format!("n{k}"), node);
        if column > 0 {
            patch.graph.connect(Cable::new(&format!("n{}", k - 1), &format!("n{k}")));
        }
        if column == ROW - 1 {
            patch.graph.connect(Cable::new(&format!("n{k}"), "out"));
        }
    }
    patch
}

/// How long this thread has kept a processor busy.
fn spent() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 * 1e-6
}

/// The median of some runs, in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..25)
        .map(|_| {
            let start = spent();
            run();
            spent() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The editor without a window.
struct Bench {
    screen: Screen,
    cache: Option<Cache>,
    renderer: Renderer,
}

impl Bench {
    fn new(nodes: usize) -> Self {
        let renderer = block_on(<Renderer as Headless>::new(theme::FONT, 16.0.into(), Some("tiny-skia")));
        let output = Output { deaf: true, ..Output::default() };
        let patch = Some((patch(nodes, true), PathBuf::new()));
        let screen = Screen::new(Options { patch, output, ..Options::default() }, Arc::new(System));
        Self { screen, cache: None, renderer: renderer.expect("the processor draws") }
    }

    fn frame(&mut self) {
        let size = Size::new(2560.0, 1440.0);
        let cache = self.cache.take().unwrap_or_default();
        let mut messages = Vec::new();
        let mut ui = UserInterface::build(self.screen.view(), size, cache, &mut self.renderer);
        let events = [Event::Window(iced::window::Event::RedrawRequested(Instant::now()))];
        let cursor = mouse::Cursor::Unavailable;
        ui.update(&events, cursor, &mut self.renderer, &mut iced::advanced::clipboard::Null, &mut messages);
        ui.draw(&mut self.renderer, &self.screen.theme(), &Style::default(), cursor);
        self.cache = Some(ui.into_cache());
        for message in messages {
            let _ = self.screen.update(message);
        }
    }

    /// Waits until levels are there; gives how many cables sound.
    fn hear(&mut self, nodes: usize) -> usize {
        let sounds = |screen: &Screen| {
            let loud = |k: &usize| screen.live.level(&format!("n{k}"), "out").is_some_and(|l| l.peak > 1e-3);
            (0..nodes).filter(loud).count()
        };
        let start = Instant::now();
        while sounds(&self.screen) < (nodes - 1).min(LIVE - 1) && start.elapsed().as_secs() < 20 {
            let _ = self.screen.update(Message::Tick);
            std::thread::sleep(Duration::from_millis(20));
        }
        sounds(&self.screen)
    }
}

fn main() {
    if let Some(nodes) = window::asked() {
        return window::open(nodes);
    }
    for (nodes, most) in FRAMES {
        let mut bench = Bench::new(nodes);
        bench.frame();
        let live = bench.hear(nodes);
        println!("{nodes} nodes, {live} cables with a level, 2560 x 1440");
        let _ = bench.screen.update(Message::Run(Command::Fit));
        bench.frame();
        tell("  geometry of a frame, all seen", median(|| bench.frame()), most, "ms");
        let _ = bench.screen.update(Message::Run(Command::ZoomOne));
        tell("  geometry of a frame, at 100 %", median(|| bench.frame()), most, "ms");
        let look = median(|| drop(bench.screen.update(Message::Tick)));
        tell("  a look at the levels", look, most, "ms");
        let _ = bench.screen.update(Message::Select(vec!["n5".into()]));
        let edit = median(|| {
            let _ = bench.screen.update(Message::Run(Command::Raise));
            bench.frame();
        });
        tell("  a knob turned until it can be drawn", edit, EDIT, "ms");
    }
    window::measure();
}
