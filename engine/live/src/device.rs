//! Hosts and devices: what can be used, and what is wanted.

use crate::quiet::hush;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{
    BufferSize, Device, DeviceDescription, DeviceDirection, Host, HostId, SampleFormat, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig,
};
use thiserror::Error;

/// Rates that people use, to be named where a device allows a range.
const RATES: [u32; 8] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 352_800, 384_000];

/// The longest buffer that is asked for where a device takes any, in frames: 10 ms at 48 kHz.
const USUAL_BUFFER: u32 = 512;

/// Plug-ins of ALSA that call themselves devices.
const JUNK: [&str; 12] = [
    "null",
    "lavrate",
    "samplerate",
    "speexrate",
    "speex",
    "upmix",
    "vdownmix",
    "oss",
    "jack",
    "iec958",
    "dmix",
    "dsnoop",
];

/// What playing live may fail at.
#[derive(Debug, Error)]
pub enum LiveError {
    /// The system has no such way to sound.
    #[error("there is no sound system `{wanted}` here; there is: {there}")]
    NoHost {
        /// What was asked for.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// There is no device at all.
    #[error("there is no sound device here")]
    NoDevice,
    /// There is no device that records.
    #[error("there is no device here that records")]
    NoInput,
    /// There is no device of this name.
    #[error("there is no device `{wanted}`; `signalbox devices` lists those that can be used")]
    NoSuchDevice {
        /// What was asked for.
        wanted: String,
    },
    /// The device does not do what was asked for.
    #[error("`{device}` does not run at {rate} Hz; it does: {there}")]
    NoRate {
        /// Its name.
        device: String,
        /// What was asked for.
        rate: u32,
        /// What it does.
        there: String,
    },
    /// The system refused.
    #[error("`{device}`: {why}")]
    Refused {
        /// Its name.
        device: String,
        /// In the system's words.
        why: String,
    },
}

impl LiveError {
    /// The system refused a device.
    pub(crate) fn refused(device: &str, why: &cpal::Error) -> Self {
        let why = why.to_string();
        Self::Refused { device: device.into(), why: why.trim_end_matches('.').into() }
    }
}

/// What device is wanted; what is not said is the system's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The sound system: `alsa`, `jack`, `pulseaudio`, `coreaudio`, `wasapi`.
    pub host: Option<String>,
    /// The device, by its name or id, or a part of it.
    pub device: Option<String>,
    /// Frames a second.
    pub rate: Option<u32>,
    /// Frames of a buffer.
    pub buffer: Option<u32>,
    /// The device that records, by its name or id, or a part of it; the one that plays, if that records too, or else
    /// the system's choice.
    pub input: Option<String>,
}

/// A device that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its sound system.
    pub host: String,
    /// The name for people.
    pub name: String,
    /// The name for `--device`.
    pub id: String,
    /// Whether it is played on where none is named.
    pub default: bool,
    /// How many channels it plays.
    pub outputs: u16,
    /// How many channels it records.
    pub inputs: u16,
    /// The rates that it can run at.
    pub rates: Vec<u32>,
}

/// The names of the sound systems that there are here.
pub fn hosts() -> Vec<String> {
    cpal::available_hosts().iter().map(|id| id.name().to_lowercase()).collect()
}

/// All devices that can be used.
pub fn devices() -> Vec<Listed> {
    hush();
    let default_host = cpal::default_host().id();
    let mut all = Vec::new();
    for id in cpal::available_hosts() {
        let Ok(host) = cpal::host_from_id(id) else { continue };
        let default = host.default_output_device().and_then(|d| id_of(&d));
        let Ok(devices) = host.devices() else { continue };
        for device in devices {
            all.extend(listed(&device, id).map(|listed| Listed {
                default: id == default_host && default.as_ref() == Some(&listed.id),
                ..listed
            }));
        }
        // What the system calls its default need not be in its list.
        let there = |d: &Device| all.iter().any(|l: &Listed| Some(&l.id) == id_of(d).as_ref());
        if let Some(device) = host.default_output_device().filter(|d| !there(d)) {
            let listed = listed(&device, id).map(|l| Listed { default: id == default_host, ..l });
            all.extend(listed);
        }
    }
    all
}

fn id_of(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.to_string())
}

fn name_of(device: &Device) -> String {
    device.description().map_or_else(|_| "a device".into(), |d| d.name().to_string())
}

fn listed(device: &Device, host: HostId) -> Option<Listed> {
    let id = id_of(device)?;
    let short = id.split_once(':').map_or(id.as_str(), |(_, short)| short);
    let kind = short.split([':', '=']).next().unwrap_or(short);
    if host.name() == "ALSA" && JUNK.contains(&kind) {
        return None;
    }
    let rates = rates(device);
    let direction = device.description().map_or(DeviceDirection::Unknown, |d| d.direction());
    let (plays, records) = match direction {
        DeviceDirection::Output => (true, false),
        DeviceDirection::Input => (false, true),
        _ => (true, true),
    };
    let channels = |config: Result<SupportedStreamConfig, cpal::Error>| config.map_or(0, |c| c.channels());
    let inputs = if records { channels(device.default_input_config()) } else { 0 };
    let outputs = if plays { channels(device.default_output_config()) } else { 0 };
    if inputs == 0 && (outputs == 0 || rates.is_empty()) {
        return None;
    }
    let host = host.name().to_lowercase();
    Some(Listed { host, name: name_of(device), id, default: false, outputs, inputs, rates })
}

/// The rates that a device can play at.
fn rates(device: &Device) -> Vec<u32> {
    let Ok(configs) = device.supported_output_configs() else { return Vec::new() };
    let ranges: Vec<(u32, u32)> = configs.map(|c| (c.min_sample_rate(), c.max_sample_rate())).collect();
    let inside = |rate: u32| ranges.iter().any(|r| (r.0..=r.1).contains(&rate));
    let mut rates: Vec<u32> = RATES.into_iter().filter(|&rate| inside(rate)).collect();
    rates.extend(ranges.iter().filter(|r| r.0 == r.1).map(|r| r.0));
    rates.sort_unstable();
    rates.dedup();
    rates
}

/// A device and how it is opened.
pub struct Opening {
    /// The device.
    pub device: Device,
    /// Its name.
    pub name: String,
    /// How.
    pub config: StreamConfig,
    /// What its samples are.
    pub format: SampleFormat,
}

/// Finds the device that is wanted, and how it can be opened.
pub fn find(host: &Host, wanted: &Wanted) -> Result<Opening, LiveError> {
    let device = match &wanted.device {
        None => host.default_output_device().ok_or(LiveError::NoDevice)?,
        Some(name) => named(host.output_devices().map(Iterator::collect).unwrap_or_default(), name)?,
    };
    let name = name_of(&device);
    let refused = |e: cpal::Error| LiveError::refused(&name, &e);
    let usual = device.default_output_config().map_err(refused)?;
    let rate = wanted.rate.unwrap_or(usual.sample_rate());
    if rate != usual.sample_rate() {
        let there = rates(&device);
        if !there.contains(&rate) {
            let there = there.iter().map(|r| format!("{r} Hz")).collect::<Vec<_>>().join(", ");
            return Err(LiveError::NoRate { device: name, rate, there });
        }
    }
    let channels = usual.channels();
    // Numbers are what the engine gives; else what the device likes best.
    let takes = |format: SampleFormat| {
        device.supported_output_configs().is_ok_and(|mut all| {
            all.any(|c| {
                c.sample_format() == format
                    && c.channels() == channels
                    && (c.min_sample_rate()..=c.max_sample_rate()).contains(&rate)
            })
        })
    };
    let formats = [SampleFormat::F32, usual.sample_format(), SampleFormat::I32, SampleFormat::I16];
    let format = formats.into_iter().find(|f| takes(*f)).unwrap_or(usual.sample_format());
    let buffer_size = buffer_size(wanted, &usual);
    Ok(Opening { device, name, config: StreamConfig { channels, sample_rate: rate, buffer_size }, format })
}

fn named(all: Vec<Device>, name: &str) -> Result<Device, LiveError> {
    let low = name.to_lowercase();
    let exact = |d: &&Device| id_of(d).is_some_and(|id| id == name) || name_of(d) == name;
    let part = |d: &&Device| {
        name_of(d).to_lowercase().contains(&low)
            || id_of(d).is_some_and(|id| id.to_lowercase().contains(&low))
    };
    let found = all.iter().find(exact).or_else(|| all.iter().find(part));
    found.cloned().ok_or_else(|| LiveError::NoSuchDevice { wanted: name.into() })
}

/// Finds the device that records: the one that is named, or the one that plays, or the system's choice. Also whether it
/// runs by the clock of the one that plays.
pub fn find_input(host: &Host, wanted: &Wanted, plays: &Heard) -> Result<(Opening, bool), LiveError> {
    let all = || host.input_devices().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let same = |d: &Device| id_of(d).is_some() && id_of(d) == plays.id;
    let device = match &wanted.input {
        Some(name) => named(all(), name)?,
        None => {
            // Some systems list what only plays here, too.
            let records = |d: &Device| {
                let plays = |d: DeviceDescription| d.direction() == DeviceDirection::Output;
                d.default_input_config().is_ok() && !d.description().is_ok_and(plays)
            };
            let own = all().into_iter().find(|d| same(d) && records(d));
            own.or_else(|| host.default_input_device()).ok_or(LiveError::NoInput)?
        }
    };
    let name = name_of(&device);
    let usual = device.default_input_config().map_err(|e| LiveError::refused(&name, &e))?;
    let channels = usual.channels();
    let ranges: Vec<_> = device.supported_input_configs().map(Iterator::collect).unwrap_or_default();
    let inside = |rate: u32, format: SampleFormat| {
        ranges.iter().any(|c: &cpal::SupportedStreamConfigRange| {
            c.sample_format() == format
                && c.channels() == channels
                && (c.min_sample_rate()..=c.max_sample_rate()).contains(&rate)
        })
    };
    // The rate of what plays, where that can be: nothing has to be converted then.
    let formats = [SampleFormat::F32, usual.sample_format(), SampleFormat::I32, SampleFormat::I16];
    let both = [plays.rate, usual.sample_rate()].into_iter().flat_map(|r| formats.map(|f| (r, f)));
    let (sample_rate, format) =
        both.into_iter().find(|&(r, f)| inside(r, f)).unwrap_or((usual.sample_rate(), usual.sample_format()));
    let one_clock = sample_rate == plays.rate && (same(&device) || host.id().name() == "JACK");
    let config = StreamConfig { channels, sample_rate, buffer_size: buffer_size(wanted, &usual) };
    Ok((Opening { device, name, config, format }, one_clock))
}

/// The device that plays, as far as the one that records is to be chosen by it.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Its id.
    pub id: Option<String>,
    /// Its rate.
    pub rate: u32,
}

impl Opening {
    /// What a device that records is chosen by.
    pub fn heard(&self) -> Heard {
        Heard { id: id_of(&self.device), rate: self.config.sample_rate }
    }
}

/// How many frames a device asks for or gives at once.
fn buffer_size(wanted: &Wanted, usual: &SupportedStreamConfig) -> BufferSize {
    match (wanted.buffer, usual.buffer_size()) {
        (Some(frames), _) => BufferSize::Fixed(frames),
        // Left alone, some systems ask for two seconds at once.
        (None, SupportedBufferSize::Range { min, max }) => {
            BufferSize::Fixed(USUAL_BUFFER.clamp((*min).min(*max), *max))
        }
        (None, SupportedBufferSize::Unknown) => BufferSize::Default,
    }
}

/// The sound system that is wanted.
pub fn host(wanted: &Wanted) -> Result<Host, LiveError> {
    hush();
    let Some(name) = &wanted.host else { return Ok(cpal::default_host()) };
    let id = cpal::available_hosts().into_iter().find(|id| id.name().eq_ignore_ascii_case(name));
    let none = || LiveError::NoHost { wanted: name.clone(), there: hosts().join(", ") };
    id.and_then(|id| cpal::host_from_id(id).ok()).ok_or_else(none)
}
