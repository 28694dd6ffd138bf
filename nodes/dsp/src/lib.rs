//! Arithmetic with no graph: SIMD lane types, units, kernels, meters, dither, response curves.
//!
//! Nothing here knows a patch, a node or a port. [`lane`] holds the number types that every kernel is generic over.

pub mod lane;
pub mod units;
