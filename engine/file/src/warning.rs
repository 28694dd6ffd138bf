//! What was mended while a file was read.

use std::fmt;

/// Something that was wrong with a file and could be mended, or that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The file ends before its sound should. What there is was read.
    Truncated {
        /// The frames that are there.
        found: u64,
        /// The frames that the header promises, if it does.
        declared: Option<u64>,
    },
    /// The program that wrote the file never finished its header. The sound was read up to the end of the file.
    Unfinished {
        /// The frames that are there.
        found: u64,
    },
    /// NaN or infinity, replaced by 0.
    NotFinite {
        /// The first frame with such a sample, from 0.
        frame: u64,
        /// How many samples were replaced.
        samples: u64,
    },
    /// A stretch that can't be decoded, replaced by silence of the same length.
    Damaged {
        /// The first frame that is silent for this reason, from 0.
        frame: u64,
        /// How many frames in all.
        frames: u64,
    },
    /// An AAC file begins with silence that its encoder needed (about 1,024 to 2,112 frames), which was left in.
    EncoderDelay,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { found, declared: Some(declared) } => {
                write!(f, "the file is cut short: {found} of {declared} frames are there and were read")
            }
            Self::Truncated { found, declared: None } => {
                write!(f, "the file is cut short: {found} frames are there and were read")
            }
            Self::Unfinished { found } => {
                write!(f, "the header was never finished: {found} frames were found and read")
            }
            Self::NotFinite { frame, samples } => {
                write!(
                    f,
                    "{samples} samples from frame {frame} on are not finite numbers; 0 was put in their place"
                )
            }
            Self::Damaged { frame, frames } => {
                write!(
                    f,
                    "{frames} frames from frame {frame} on can't be decoded; silence was put in their place"
                )
            }
            Self::EncoderDelay => {
                write!(
                    f,
                    "an AAC file begins with up to 2,112 frames of silence from its encoder, which were left in"
                )
            }
        }
    }
}
