use super::*;

/// Counts upwards, so that a frame that is missing or comes twice is seen; exact in 24 bits.
fn ramp(from: u64, frames: usize) -> Vec<f32> {
    (0..frames as u64).map(|k| ((from + k) % 8_192) as f32 / 16_384.0).collect()
}

fn feed(probe: &Probe, from: u64, frames: usize) {
    let (mut at, end) = (from, from + frames as u64);
    while at < end {
        let block = ramp(at, 64.min((end - at) as usize));
        probe.write(0, &block);
        probe.write(1, &block.iter().map(|x| -x).collect::<Vec<_>>());
        probe.wrote(block.len(), 0);
        at += block.len() as u64;
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_recording_has_every_frame_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("take.wav");
    let probe = Arc::new(Probe::new(48_000, 2, 2.0));
    let mut tape = Tape::default();
    tape.hear(Some(&probe));
    tape.record(&path, Format::Float32);
    let mut fed = 0;
    for _ in 0..20 {
        feed(&probe, fed, 2_400);
        fed += 2_400;
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!path.exists(), "it appears when it is whole");
    tape.stop();
    let mut over = Vec::new();
    until("the recording ends", || {
        over.extend(tape.over());
        !over.is_empty()
    });
    let sound = signalbox_file::read(&path).expect("a file");
    assert_eq!(over[0].1.as_ref().ok(), Some(&sound.seconds()), "{over:?}");
    // It began when the order came, which some of it may have been before.
    let begin = 48_000 - sound.frames() as u64;
    assert!(begin <= 4_800, "{begin}");
    assert_eq!(sound.channels[0], ramp(begin, sound.frames()));
    assert!(sound.channels[1].iter().zip(&sound.channels[0]).all(|(b, a)| *b == -a));
    assert!(tape.recording().is_none());
    assert_eq!(tape.reel().frames(), 48_000, "the reel has it, too");
}

#[test]
fn what_can_not_be_written_is_told() {
    let probe = Arc::new(Probe::new(48_000, 1, 2.0));
    let mut tape = Tape::default();
    tape.hear(Some(&probe));
    tape.record(Path::new("/proc/none/take.wav"), Format::Pcm24);
    let mut over = Vec::new();
    until("it is told", || {
        probe.write(0, &[0.5; 64]);
        probe.wrote(64, 0);
        over.extend(tape.over());
        !over.is_empty()
    });
    assert!(over[0].1.is_err());
}

#[test]
fn five_minutes_are_kept_and_no_more() {
    let mut reel = Reel::default();
    for k in 0..400u64 {
        reel.push(1_000, vec![ramp(k * 1_000, 1_000)]);
    }
    assert_eq!(reel.frames(), 300_000);
    let mut first = None;
    reel.each(|channels| {
        first.get_or_insert(channels[0][0]);
        Ok::<(), ()>(())
    })
    .expect("nothing fails");
    assert_eq!(first, Some(ramp(100_000, 1)[0]), "the oldest went");
    reel.push(2_000, vec![vec![0.0; 10]; 2]);
    assert_eq!((reel.frames(), reel.width()), (10, 0), "another rate begins anew; silence takes no room");
    reel.push(2_000, vec![vec![0.5; 10]; 2]);
    let mut frames = 0;
    let whole = reel.each(|channels| {
        frames += channels[1].len();
        if channels.len() == 2 { Ok(()) } else { Err(()) }
    });
    assert!(whole.is_ok() && frames == 20);
}
