use super::*;
use crate::Place as Where;
use std::io::Cursor;
use std::sync::Mutex;

/// A place in memory that can be looked at afterwards, and that is full after some bytes.
#[derive(Clone)]
struct Disk {
    bytes: Arc<Mutex<Cursor<Vec<u8>>>>,
    room: usize,
    kind: io::ErrorKind,
    /// How often something was written after the disk was full.
    knocks: Arc<Mutex<usize>>,
}

impl Disk {
    fn new(room: usize, kind: io::ErrorKind) -> Self {
        Self { bytes: Arc::default(), room, kind, knocks: Arc::default() }
    }

    fn whole() -> Self {
        Self::new(usize::MAX, io::ErrorKind::StorageFull)
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().get_ref().clone()
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut cursor = self.bytes.lock().unwrap();
        let free = self.room.saturating_sub(cursor.position() as usize);
        if free == 0 {
            *self.knocks.lock().unwrap() += 1;
            return Err(self.kind.into());
        }
        cursor.write(&bytes[..bytes.len().min(free)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.lock().unwrap().seek(to)
    }
}

fn encode(format: Format, channels: &[&[f32]]) -> Vec<u8> {
    let disk = Disk::whole();
    let mut encoder = Encoder::new(disk.clone(), 48_000, channels.len(), format);
    encoder.write(channels).unwrap();
    encoder.finish().unwrap();
    disk.bytes()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn sound_of_odd_size_is_padded_and_counted_as_the_format_demands() {
    for frames in 1..6 {
        let bytes = encode(Format::Pcm24, &[&vec![0.5; frames]]);
        let sound = u32_at(&bytes, 64) as usize;
        assert_eq!(sound, 3 * frames);
        assert_eq!(bytes.len(), 68 + sound.next_multiple_of(2));
        assert_eq!(u32_at(&bytes, 4) as usize, bytes.len() - 8);
        assert_eq!(&bytes[60..64], b"data");
    }
}

#[test]
fn more_than_two_channels_are_written_as_extensible() {
    for (width, format, tag) in
        [(1, Format::Pcm16, 1), (2, Format::Pcm16, 1), (6, Format::Pcm16, 0xfffe), (2, Format::Pcm24, 0xfffe)]
    {
        let frame = [0.0f32];
        let bytes = encode(format, &vec![&frame[..]; width]);
        assert_eq!(u16::from_le_bytes([bytes[20], bytes[21]]), tag);
        if width == 6 {
            // 5.1: the first six speakers, and the GUID of PCM.
            assert_eq!(u32_at(&bytes, 40), 0x3f);
            assert_eq!(bytes[44..60], *b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
        }
    }
}

#[test]
fn a_full_disk_is_told_at_once_and_stays_told() {
    let piece = vec![0.25; 100_000];
    for room in [0, 10, 44, 300_000, 400_068] {
        let disk = Disk::new(room, io::ErrorKind::StorageFull);
        let mut encoder = Encoder::new(disk.clone(), 48_000, 1, Format::Float32);
        let first = (0..10).find_map(|_| encoder.write(&[&piece]).err());
        assert_eq!(encoder.taken(), room as u64, "not all that was free was used");
        let knocks = *disk.knocks.lock().unwrap();
        for _ in 0..3 {
            assert!(encoder.write(&[&piece[..1]]).is_err(), "the disk was full and the next write said Ok");
        }
        let refusal = encoder.finish().unwrap_err();
        assert!(matches!(&refusal, Refusal::Failed(error) if error.kind() == io::ErrorKind::StorageFull));
        assert_eq!(*disk.knocks.lock().unwrap(), knocks, "the disk was asked again");
        let failed_at = first.map(|first| first.at(Path::new("a.wav"), 1, room as u64, 4_000_068));
        let error = failed_at.expect("told at once");
        assert!(matches!(error, FileError::DiskFull { needed: 4_000_068, .. }), "{error}");
    }
}

#[test]
fn a_disk_that_is_full_at_the_very_end_is_told_when_the_file_is_finished() {
    // Everything fits into the buffer, so nothing is known of the disk before the end.
    for room in [68, 100, 3_068] {
        let disk = Disk::new(room, io::ErrorKind::QuotaExceeded);
        let mut encoder = Encoder::new(disk, 48_000, 1, Format::Pcm24);
        encoder.write(&[&[0.5; 1_001]]).unwrap();
        let refusal = encoder.finish().unwrap_err();
        assert!(matches!(refusal.at(Path::new("a.wav"), 1, 0, 0), FileError::DiskFull { .. }));
    }
}

#[test]
fn another_failure_of_the_disk_keeps_its_words() {
    let mut encoder = Encoder::new(Disk::new(68, io::ErrorKind::TimedOut), 48_000, 1, Format::Float32);
    let refusal = encoder.write(&[&vec![0.0; 200_000]]).unwrap_err();
    assert!(refusal.at(Path::new("a.wav"), 1, 0, 0).to_string().contains("timed out"));
}

#[test]
fn what_would_not_fit_into_a_wav_file_is_refused_before_it_is_written() {
    let disk = Disk::whole();
    let mut encoder = Encoder::new(disk.clone(), 48_000, 2, Format::Pcm24);
    encoder.limit(600);
    encoder.write(&[&[0.1; 100], &[0.1; 100]]).unwrap();
    let refusal = encoder.write(&[&[0.1; 1], &[0.1; 1]]).unwrap_err();
    assert!(matches!(refusal, Refusal::TooLong(606)));
    assert!(matches!(encoder.write(&[&[], &[]]), Err(Refusal::TooLong(606))), "the refusal was forgotten");
}

#[test]
fn the_limit_leaves_room_for_header_and_padding_in_32_bits() {
    // The length in a RIFF header counts all but the first 8 of at most 68 bytes of header, and the padding.
    assert_eq!(MOST_BYTES + 68 - 8 + 1, u64::from(u32::MAX));
    let encoder = Encoder::new(Disk::whole(), 48_000, 64, Format::Float32);
    assert!(encoder.fits(MOST_BYTES / 256).is_ok());
    assert!(matches!(encoder.fits(MOST_BYTES / 256 + 1), Err(Refusal::TooLong(bytes)) if bytes > MOST_BYTES));
    assert!(encoder.fits(u64::MAX).is_err());
}

#[test]
fn a_sample_that_is_not_finite_is_refused_with_channel_and_frame() {
    for (wild, format) in
        [(f32::NAN, Format::Float32), (f32::INFINITY, Format::Pcm16), (-f32::INFINITY, Format::Pcm24)]
    {
        let mut encoder = Encoder::new(Disk::whole(), 48_000, 2, format);
        encoder.write(&[&[0.0; 1_000], &[0.0; 1_000]]).unwrap();
        let mut bad = vec![0.0; 500];
        bad[77] = wild;
        bad[78] = wild;
        let refusal = encoder.write(&[&[0.0; 500], &bad]).unwrap_err();
        assert!(matches!(refusal, Refusal::NotFinite(1, 1_077)), "{refusal:?}");
        let message = refusal.at(Path::new("a.wav"), 2, 0, 0).to_string();
        assert!(message.contains("channel 2") && message.contains("frame 1077"), "{message}");
        assert!(encoder.finish().is_err(), "a file without the refused piece was finished");
    }
}

#[test]
fn pieces_that_do_not_fit_are_refused() {
    for channels in
        [&[&[0.0f32; 3][..]][..], &[&[0.0; 3], &[0.0; 4]], &[&[0.0; 3], &[0.0; 3], &[0.0; 3]], &[]]
    {
        let mut encoder = Encoder::new(Disk::whole(), 48_000, 2, Format::Float32);
        assert!(matches!(encoder.write(channels), Err(Refusal::Shape(found)) if found == channels.len()));
    }
}

#[test]
fn places_in_a_message_say_where() {
    assert_eq!(Where::Frame(7).to_string(), "at frame 7");
    assert_eq!(Where::Byte(9).to_string(), "at byte 9");
    assert_eq!(Where::Header.to_string(), "in its header");
}
