//! Arithmetic with no graph: SIMD lane types, units, kernels, meters, dither, response curves.
//!
//! Nothing here knows a patch, a node or a port. [`lane`] holds the number types that every kernel is generic over;
//! [`meter`] and [`spectrum`] say what a sound measures.

pub mod biquad;
pub mod blep;
pub mod delay_line;
pub mod dither;
pub mod dynamics;
pub mod fdn;
pub mod held;
pub mod interpolate;
pub mod lane;
pub mod meter;
pub mod noise;
pub mod oscillator;
pub mod oversample;
pub mod spectrum;
pub mod stft;
pub mod svf;
pub mod units;
