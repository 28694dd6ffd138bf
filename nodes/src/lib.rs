//! The shelf: every processor, one file each.
