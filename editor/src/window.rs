//! The window of the system, with the screen in it.

mod icon;

use crate::screen::{Message, Options, Screen, System, heard};
use crate::session::Kept;
use crate::theme;
use iced::futures::channel::mpsc;
use iced::{Event, Size, Subscription, event, window};
use signalbox_live::Pulse;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why there is no window.
#[derive(Debug, Error)]
pub enum WindowError {
    /// There is no display.
    #[error(
        "there is no display to open a window on; set DISPLAY or WAYLAND_DISPLAY, or use `signalbox play` and \
         `signalbox render`, which need none"
    )]
    NoDisplay,
    /// The system refused.
    #[error("no window could be opened: {0}; `signalbox play` and `signalbox render` need none")]
    Refused(String),
}

/// How often levels are looked at while something moves; how often it is looked whether something does; and after how
/// long all is looked at although nothing does.
const QUICK: Duration = Duration::from_millis(33);
const SLOW: Duration = Duration::from_millis(100);
const SELDOM: Duration = Duration::from_secs(5);
/// The least size of the window.
const LEAST: Size = Size::new(720.0, 480.0);

/// Whether the system has something to open a window on.
fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Starts the program anew so that the processor draws, where there is no graphics processor; else does nothing. A
/// graphics processor that is only played by the processor is slower than that.
#[cfg(target_os = "linux")]
pub fn prefer_processor() {
    use std::os::unix::process::CommandExt;
    const CHOICE: &str = "ICED_BACKEND";
    let there = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    let real = there.into_iter().any(|e| e.file_name().to_string_lossy().starts_with("renderD"));
    if real || std::env::var_os(CHOICE).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        // It comes back only where that failed; then it goes on as it is.
        let _ = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(CHOICE, "tiny-skia")
            .exec();
    }
}

/// Elsewhere the system's choice is good.
#[cfg(not(target_os = "linux"))]
pub fn prefer_processor() {}

/// Opens the window, and comes back when it is closed.
pub fn run(options: Options) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let kept = options.home.as_deref().map(Kept::read).unwrap_or_default();
    // Sizes are in units of what is drawn; where all is larger, the least window has fewer of them.
    let least = LEAST * (1.0 / kept.scale.max(1.0));
    let (width, height) = kept.window;
    let settings = window::Settings {
        size: Size::new(width.max(least.width), height.max(least.height)),
        min_size: Some(LEAST),
        exit_on_close_request: false,
        icon: icon::icon(),
        #[cfg(target_os = "linux")]
        platform_specific: window::settings::PlatformSpecific {
            // By this name a desktop finds what belongs to the program.
            application_id: "signalbox".into(),
            ..Default::default()
        },
        ..window::Settings::default()
    };
    let boot = move || Screen::new(options.clone(), Arc::new(System));
    iced::application(boot, Screen::update, Screen::view)
        .title(Screen::title)
        .theme(Screen::theme)
        .style(Screen::style)
        .subscription(subscription)
        .scale_factor(Screen::scale)
        .default_font(theme::FONT)
        .antialiasing(true)
        .window(settings)
        .run()
        .map_err(|e| WindowError::Refused(e.to_string()))
}

fn subscription(screen: &Screen) -> Subscription<Message> {
    let watch = Watch { pulse: screen.pulse(), moves: screen.moves() };
    Subscription::batch([
        Subscription::run_with(watch, |watch| ticks(watch.clone())),
        event::listen_with(|event, status, _| match event {
            Event::Keyboard(event) => heard(&event, status == event::Status::Captured),
            Event::Window(window::Event::CloseRequested) => Some(Message::Close),
            Event::Window(window::Event::Resized(size)) => Some(Message::Resized(size.width, size.height)),
            Event::Window(window::Event::FileDropped(path)) => Some(Message::Dropped(path)),
            _ => None,
        }),
    ])
}

/// What decides when levels are looked at.
#[derive(Clone, Hash)]
struct Watch {
    pulse: Pulse,
    /// Whether something moves.
    moves: bool,
}

/// A beat from a thread of its own, as often as there is something to be seen: each beat draws the window anew. One that
/// was not heard in time is left out, so that beats never pile up.
fn ticks(watch: Watch) -> mpsc::Receiver<Message> {
    let (mut sender, receiver) = mpsc::channel(1);
    // Without the thread no levels are seen; all else goes on.
    let _ = std::thread::Builder::new().name("ticks".into()).spawn(move || {
        let (mut last, mut told) = (None, Instant::now());
        loop {
            std::thread::sleep(if watch.moves { QUICK } else { SLOW });
            let beat = Some(watch.pulse.beat());
            let sounds = beat.as_ref().is_some_and(|beat| beat.sounds);
            let other = beat != last;
            last = beat;
            if !watch.moves && !other && !sounds && told.elapsed() < SELDOM {
                // Nobody may listen any more, though.
                if sender.is_closed() {
                    return;
                }
                continue;
            }
            told = Instant::now();
            match sender.try_send(Message::Tick) {
                Err(error) if error.is_disconnected() => return,
                _ => {}
            }
        }
    });
    receiver
}
