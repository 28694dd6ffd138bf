//! What a file is, from its first bytes.

/// How a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A WAV, RF64 or BW64 file.
    Wave,
    /// Known by its mark, but there is no decoder.
    Foreign(&'static str),
    /// One that symphonia reads, by its mark.
    Coded,
    /// Without a mark that is known: at best an MP3 with something before it.
    Unknown,
}

/// How many bytes are looked at.
pub(super) const LENGTH: usize = 64;

/// Marks at the beginning of files that can't be read, and what they are.
const FOREIGN: [(&[u8], &str); 16] = [
    (b"RIFX", "big-endian WAV"),
    (b"riff\x2e\x91\xcf\x11", "Wave64"),
    (b".snd", "Sun AU"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"TTA1", "True Audio"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"DSD ", "DSD"),
    (b"FRM8", "DSD"),
    (b"#!AMR", "AMR"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (b"MThd", "MIDI (notes, no sound)"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
];

/// Codecs that can stand at byte 28 of an Ogg file without a decoder.
const FOREIGN_IN_OGG: [(&[u8], &str); 3] =
    [(b"OpusHead", "Opus"), (b"Speex   ", "Speex"), (b"\x80theora", "Theora video")];

/// Marks of files that symphonia reads, and the byte at which they stand.
const CODED: [(usize, &[u8]); 7] = [
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"FORM"),
    (0, b"caff"),
    (0, b"ID3"),
    (4, b"ftyp"),
    (0, b"\x1a\x45\xdf\xa3"),
];

/// What the file is that begins with these bytes.
pub(super) fn sniff(head: &[u8]) -> Kind {
    let found = |at: usize, mark: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(mark));
    if [&b"RIFF"[..], b"RF64", b"BW64"].iter().any(|mark| found(0, mark)) {
        return match head.get(8..12) {
            Some(b"WAVE") => Kind::Wave,
            Some(b"AVI ") => Kind::Foreign("AVI video"),
            _ => Kind::Foreign("a RIFF file without sound"),
        };
    }
    if found(0, b"OggS") {
        let foreign = FOREIGN_IN_OGG.iter().find(|(mark, _)| found(28, mark));
        return foreign.map_or(Kind::Coded, |(_, name)| Kind::Foreign(name));
    }
    if let Some((_, name)) = FOREIGN.iter().find(|(mark, _)| found(0, mark)) {
        return Kind::Foreign(name);
    }
    let synced = head.len() > 1 && head[0] == 0xff && head[1] & 0xe0 == 0xe0;
    let coded = synced || CODED.iter().any(|&(at, mark)| found(at, mark));
    if coded { Kind::Coded } else { Kind::Unknown }
}
