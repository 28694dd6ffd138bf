//! The meters against the standards, and against another implementation.

mod oracle;
mod signals;
mod split;
mod tech3341;
mod tech3342;
mod true_peaks;
