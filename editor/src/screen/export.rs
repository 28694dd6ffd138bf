//! Export: the sound of the patch, its strips, what was heard, its picture; and what is being written and recorded.

mod view;

use super::dialogs::Ask;
use super::{Message as Screened, Notice, Screen};
use crate::export::{Job, Sound, Source, heard};
use crate::keymap::{Chord, Command};
use crate::{portrait, svg};
use iced::Task;
use iced::widget::{Id, operation};
use signalbox_dsp::units::{Quantity, Unit};
use signalbox_file::Format;
use signalbox_studio::output::StudioError;
use std::fmt;
use std::path::Path;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// What is heard, rendered.
    Mix,
    /// Each strip by itself.
    Stems,
    /// What was heard in the last five minutes.
    Heard,
    /// A picture of points.
    Png,
    /// A picture of lines.
    Svg,
}

/// The whats, each with its name.
const WHATS: [(What, &str); 5] = [
    (What::Mix, "The mix, as a WAV file"),
    (What::Stems, "The stems, as WAV files in a folder"),
    (What::Heard, "What was heard in the last five minutes"),
    (What::Png, "A picture of the patch, as PNG"),
    (What::Svg, "A picture of the patch, as SVG"),
];
/// How samples are stored, each with its name.
const FORMATS: [(Format, &str); 3] =
    [(Format::Pcm16, "16 bit, dithered"), (Format::Pcm24, "24 bit"), (Format::Float32, "32 bit float")];
/// Frames a second that are offered.
const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WHATS[*self as usize].1)
    }
}

impl What {
    /// The name that is proposed for its file, from that of the patch.
    pub fn file_name(self, stem: &str) -> String {
        match self {
            Self::Mix => format!("{stem}.wav"),
            Self::Stems => format!("{stem} stems"),
            Self::Heard => format!("{stem} heard.wav"),
            Self::Png => format!("{stem}.png"),
            Self::Svg => format!("{stem}.svg"),
        }
    }

    /// Which of the rows say something about it.
    fn rows(self) -> &'static [Row] {
        match self {
            Self::Mix | Self::Stems => &[Row::What, Row::Format, Row::Rate, Row::Length],
            Self::Heard => &[Row::What, Row::Format],
            Self::Png | Self::Svg => &[Row::What],
        }
    }
}

/// A row of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    What,
    Format,
    Rate,
    Length,
}

/// What is chosen, and what goes on.
pub struct State {
    /// Whether the panel is seen.
    open: bool,
    what: What,
    format: usize,
    rate: u32,
    length: String,
    row: Row,
    wrong: Option<String>,
    jobs: Vec<Job>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            open: false,
            what: What::Mix,
            format: 1,
            rate: 48_000,
            length: String::new(),
            row: Row::What,
            wrong: None,
            jobs: Vec::new(),
        }
    }
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is to be written.
    What(What),
    /// How samples are stored.
    Format(&'static str),
    /// Frames a second.
    Rate(u32),
    /// A length was typed.
    Length(String),
    /// It is to be written.
    Go,
    /// The panel is put away.
    Close,
    /// So many jobs before it: this one is to stop.
    Stop(usize),
    /// The recording is to end.
    StopRecording,
}

const LENGTH: &str = "length of the export";

impl State {
    /// Whether the panel is seen.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Puts the panel away.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Whether something is being written.
    pub fn works(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// How samples are stored.
    pub fn format(&self) -> Format {
        FORMATS[self.format].0
    }

    fn sound(&self) -> Result<Sound, String> {
        let typed = self.length.trim();
        let seconds = match Quantity::parse(typed) {
            _ if typed.is_empty() => None,
            Some(q)
                if matches!(q.unit, Unit::Second | Unit::None) && q.value > 0.0 && q.value <= 86_400.0 =>
            {
                Some(q.value)
            }
            _ => return Err(format!("`{typed}` is no length: write it like 90, 30 s or 2 min")),
        };
        Ok(Sound { format: self.format(), rate: self.rate, seconds })
    }

    /// Goes to another row.
    fn go(&mut self, by: isize) {
        let rows = self.what.rows();
        let at = rows.iter().position(|row| *row == self.row).unwrap_or(0);
        self.row = rows[(at as isize + by).rem_euclid(rows.len() as isize) as usize];
    }

    /// Takes the next value of a row.
    fn turn(&mut self, by: isize) {
        let step = |at: usize, count: usize| (at as isize + by).rem_euclid(count as isize) as usize;
        match self.row {
            Row::What => self.what = WHATS[step(self.what as usize, WHATS.len())].0,
            Row::Format => self.format = step(self.format, FORMATS.len()),
            Row::Rate => {
                let at = RATES.iter().position(|rate| *rate == self.rate).unwrap_or(1);
                self.rate = RATES[step(at, RATES.len())];
            }
            Row::Length => {}
        }
    }
}

impl Screen {
    /// Opens the panel, with what is to be written chosen.
    pub(super) fn open_export(&mut self, what: What) -> Task<Screened> {
        self.search = None;
        let device = self.document.patch().rate.unwrap_or(self.live.status().rate);
        let state = &mut self.export;
        (state.open, state.what, state.row, state.wrong) = (true, what, Row::What, None);
        if RATES.contains(&device) {
            state.rate = device;
        }
        Task::none()
    }

    /// A key while the panel is seen.
    pub(super) fn export_key(&mut self, chord: &Chord, command: Option<Command>) -> Task<Screened> {
        let state = &mut self.export;
        match chord.key.as_str() {
            "ArrowDown" | "Tab" if !chord.shift => state.go(1),
            "ArrowUp" | "Tab" => state.go(-1),
            "ArrowRight" | "Space" => state.turn(1),
            "ArrowLeft" => state.turn(-1),
            "Enter" => return self.exports(Message::Go),
            _ if command == Some(Command::Cancel) => state.open = false,
            _ => return Task::none(),
        }
        match self.export.row {
            Row::Length => operation::focus(Id::new(LENGTH)),
            // To focus what is not there takes the focus from all that is.
            _ => operation::focus(Id::new("canvas")),
        }
    }

    pub(super) fn exports(&mut self, message: Message) -> Task<Screened> {
        let state = &mut self.export;
        match message {
            Message::What(what) => (state.what, state.row) = (what, Row::What),
            Message::Format(name) => {
                state.format = FORMATS.iter().position(|f| f.1 == name).unwrap_or(state.format);
            }
            Message::Rate(rate) => state.rate = rate,
            Message::Length(typed) => (state.length, state.wrong) = (typed, None),
            Message::Go => match state.sound() {
                Ok(_) => {
                    state.open = false;
                    let what = state.what;
                    return self.ask(Ask::Export(what));
                }
                Err(why) => state.wrong = Some(super::sentence(&why)),
            },
            Message::Close => state.open = false,
            Message::Stop(at) => state.jobs.get(at).iter().for_each(|job| job.stop()),
            Message::StopRecording => self.live.tape().stop(),
        }
        Task::none()
    }

    /// Begins to write.
    pub(super) fn export(&mut self, what: What, path: &Path) {
        let path = path.to_path_buf();
        let sound = match self.export.sound() {
            Ok(sound) => sound,
            Err(why) => return self.notice = Some(Notice::tell(super::sentence(&why))),
        };
        let source = Source {
            patch: self.document.patch().clone(),
            path: self.document.path().map(Into::into),
            folder: self.folder.clone(),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (scene, pictures, c) = (self.scene.clone(), self.shown.clone(), self.colors());
        let job = match what {
            What::Mix => Job::start(name, move |watch| source.mix(sound, &path, watch)),
            What::Stems => Job::start(name, move |watch| source.stems(sound, &path, watch)),
            What::Heard => {
                let reel = self.live.tape().reel();
                Job::start(name, move |watch| heard(&reel, sound.format, &path, watch))
            }
            What::Png => Job::start(name, move |_| portrait::write(&scene, &pictures, c, &path)),
            What::Svg => Job::start(name, move |_| {
                signalbox_file::write_text(&path, &svg::draw(&scene, &pictures, c))?;
                Ok::<_, StudioError>(format!("{}: written.", path.display()))
            }),
        };
        self.export.jobs.push(job);
    }

    /// Begins to record what is heard, or ends that.
    pub(super) fn record(&mut self) -> Task<Screened> {
        if self.live.recording().is_some() {
            self.live.tape().stop();
            return Task::none();
        }
        self.ask(Ask::Record)
    }

    /// Looks at what goes on; tells what is over.
    pub(super) fn look_at_work(&mut self) {
        let mut told: Vec<String> = Vec::new();
        self.export.jobs.retain(|job| match job.result() {
            None => true,
            Some(Ok(words)) => {
                told.push(words);
                false
            }
            Some(Err(why)) => {
                told.push(super::sentence(&why));
                false
            }
        });
        for (path, recorded) in self.live.tape().over() {
            let path = path.display();
            told.push(match recorded {
                Ok(seconds) => format!("{path}: {seconds:.1} s recorded."),
                Err(why) => format!("{path} could not be recorded: {why}."),
            });
        }
        if !told.is_empty() {
            self.notice = Some(Notice::tell(told.join("\n")));
        }
    }
}
