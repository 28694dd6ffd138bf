//! A sound system that the test itself pumps: buffers of any length, and devices that fail when they are told to.

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    Data, DeviceDescription, DeviceDescriptionBuilder, DeviceId, Error, ErrorKind, FrameCount, HostId,
    InputCallbackInfo, InputStreamTimestamp, OutputCallbackInfo, OutputStreamTimestamp, SampleFormat,
    StreamConfig, StreamInstant, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

type Fill = Box<dyn FnMut(&mut Data, &OutputCallbackInfo) + Send>;
type Take = Box<dyn FnMut(&Data, &InputCallbackInfo) + Send>;
type Tell = Box<dyn FnMut(Error) + Send>;

/// What the test holds of the one device.
#[derive(Default)]
pub struct Board {
    /// Whether there is a device.
    pub plugged: bool,
    /// Its rate.
    pub rate: u32,
    /// The stream that is open.
    open: Option<(Fill, Tell)>,
    /// The stream that records.
    recording: Option<(Take, Tell)>,
    /// How often one was opened.
    recorded: usize,
    /// Whether there is a microphone.
    pub microphone: bool,
    /// Whether this thread has asked before.
    warm: bool,
    /// How often one was opened.
    pub opened: usize,
}

#[derive(Clone)]
pub struct Pump(pub Arc<Mutex<Board>>);

impl Pump {
    pub fn new(rate: u32) -> Self {
        Self(Arc::new(Mutex::new(Board { plugged: true, rate, ..Board::default() })))
    }

    /// A host with this device.
    pub fn host(&self) -> cpal::Host {
        cpal::Host::from(cpal::platform::CustomHost::from_host(self.clone()))
    }

    /// Asks for a buffer in stereo; nothing where no stream is open.
    pub fn pump(&self, frames: usize) -> Vec<f32> {
        // What was not written would be seen.
        let mut buffer = vec![99.0f32; frames * 2];
        let mut board = self.0.lock().expect("the board");
        let board = &mut *board;
        let Some((fill, _)) = &mut board.open else { return Vec::new() };
        // SAFETY: the buffer has as many samples of this format as are told, and outlives `data`.
        let mut data =
            unsafe { Data::from_parts(buffer.as_mut_ptr().cast(), buffer.len(), SampleFormat::F32) };
        let now = StreamInstant::new(0, 0);
        let info = OutputCallbackInfo::new(OutputStreamTimestamp { callback: now, playback: now });
        // The first callback of a thread makes room for what reads the schedule, once.
        if std::mem::replace(&mut board.warm, true) {
            assert_no_alloc::assert_no_alloc(|| fill(&mut data, &info));
        } else {
            fill(&mut data, &info);
        }
        buffer
    }

    /// Records a buffer in stereo; `false` where no stream is open.
    pub fn record(&self, samples: &mut [f32]) -> bool {
        let mut board = self.0.lock().expect("the board");
        let Some((take, _)) = &mut board.recording else { return false };
        // SAFETY: the buffer has as many samples of this format as are told, and outlives `data`.
        let data = unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), SampleFormat::F32) };
        let now = StreamInstant::new(0, 0);
        let info = InputCallbackInfo::new(InputStreamTimestamp { callback: now, capture: now });
        assert_no_alloc::assert_no_alloc(|| take(&data, &info));
        true
    }

    pub fn is_recording(&self) -> bool {
        self.0.lock().expect("the board").recording.is_some()
    }

    /// The microphone is gone, as it is told by the system, or is there again.
    pub fn microphone(&self, there: bool) {
        let mut board = self.0.lock().expect("the board");
        board.microphone = there;
        if let Some((_, tell)) = board.recording.as_mut().filter(|_| !there) {
            tell(Error::new(ErrorKind::DeviceNotAvailable));
        }
    }

    /// The device is gone, as it is told by the system.
    pub fn unplug(&self) {
        let mut board = self.0.lock().expect("the board");
        board.plugged = false;
        if let Some((_, tell)) = &mut board.open {
            tell(Error::new(ErrorKind::DeviceNotAvailable));
        }
        board.open = None;
    }

    /// It is there again.
    pub fn plug(&self) {
        self.0.lock().expect("the board").plugged = true;
    }

    pub fn is_open(&self) -> bool {
        self.0.lock().expect("the board").open.is_some()
    }
}

impl HostTrait for Pump {
    type Devices = std::vec::IntoIter<Self>;
    type Device = Self;

    fn is_available() -> bool {
        true
    }
    fn devices(&self) -> Result<Self::Devices, Error> {
        Ok(self.default_output_device().into_iter().collect::<Vec<_>>().into_iter())
    }
    fn default_input_device(&self) -> Option<Self> {
        self.0.lock().expect("the board").microphone.then(|| self.clone())
    }
    fn default_output_device(&self) -> Option<Self> {
        self.0.lock().expect("the board").plugged.then(|| self.clone())
    }
}

impl PartialEq for Pump {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl Eq for Pump {}
impl Hash for Pump {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}
impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pump")
    }
}
impl fmt::Display for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pump")
    }
}

const BUFFERS: SupportedBufferSize = SupportedBufferSize::Range { min: 1, max: 8_192 };

impl DeviceTrait for Pump {
    type SupportedInputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type SupportedOutputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type Stream = Pumped;

    fn description(&self) -> Result<DeviceDescription, Error> {
        Ok(DeviceDescriptionBuilder::new("Pump").build())
    }
    fn id(&self) -> Result<DeviceId, Error> {
        Ok(DeviceId::new(HostId::Custom, "pump"))
    }
    fn supported_input_configs(&self) -> Result<Self::SupportedInputConfigs, Error> {
        let Board { rate, microphone, .. } = *self.0.lock().expect("the board");
        let range = SupportedStreamConfigRange::new(2, rate, rate, BUFFERS, SampleFormat::F32);
        Ok(if microphone { vec![range] } else { Vec::new() }.into_iter())
    }
    fn supported_output_configs(&self) -> Result<Self::SupportedOutputConfigs, Error> {
        let rate = self.0.lock().expect("the board").rate;
        let range = SupportedStreamConfigRange::new(2, rate, rate, BUFFERS, SampleFormat::F32);
        Ok(vec![range].into_iter())
    }
    fn default_input_config(&self) -> Result<SupportedStreamConfig, Error> {
        match *self.0.lock().expect("the board") {
            Board { rate, microphone: true, .. } => {
                Ok(SupportedStreamConfig::new(2, rate, BUFFERS, SampleFormat::F32))
            }
            _ => Err(Error::new(ErrorKind::UnsupportedConfig)),
        }
    }
    fn default_output_config(&self) -> Result<SupportedStreamConfig, Error> {
        let rate = self.0.lock().expect("the board").rate;
        Ok(SupportedStreamConfig::new(2, rate, BUFFERS, SampleFormat::F32))
    }
    fn build_input_stream_raw<D, E>(
        &self,
        _config: StreamConfig,
        _format: SampleFormat,
        data: D,
        error: E,
        _timeout: Option<Duration>,
    ) -> Result<Pumped, Error>
    where
        D: FnMut(&Data, &InputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        let mut board = self.0.lock().expect("the board");
        if !board.microphone {
            return Err(Error::new(ErrorKind::DeviceNotAvailable));
        }
        board.recorded += 1;
        board.recording = Some((Box::new(data), Box::new(error)));
        Ok(Pumped { number: board.recorded, pump: self.clone(), records: true, start: Instant::now() })
    }
    fn build_output_stream_raw<D, E>(
        &self,
        _config: StreamConfig,
        _format: SampleFormat,
        data: D,
        error: E,
        _timeout: Option<Duration>,
    ) -> Result<Pumped, Error>
    where
        D: FnMut(&mut Data, &OutputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        let mut board = self.0.lock().expect("the board");
        if !board.plugged {
            return Err(Error::new(ErrorKind::DeviceNotAvailable));
        }
        board.opened += 1;
        board.open = Some((Box::new(data), Box::new(error)));
        Ok(Pumped { number: board.opened, pump: self.clone(), records: false, start: Instant::now() })
    }
}

pub struct Pumped {
    number: usize,
    pump: Pump,
    records: bool,
    start: Instant,
}

impl StreamTrait for Pumped {
    fn play(&self) -> Result<(), Error> {
        Ok(())
    }
    fn pause(&self) -> Result<(), Error> {
        Ok(())
    }
    fn now(&self) -> StreamInstant {
        let elapsed = self.start.elapsed();
        StreamInstant::new(elapsed.as_secs(), elapsed.subsec_nanos())
    }
    fn buffer_size(&self) -> Result<FrameCount, Error> {
        Ok(512)
    }
}

impl Drop for Pumped {
    fn drop(&mut self) {
        let Ok(mut board) = self.pump.0.lock() else { return };
        if self.records && board.recorded == self.number {
            board.recording = None;
        } else if !self.records && board.opened == self.number {
            board.open = None;
        }
    }
}
