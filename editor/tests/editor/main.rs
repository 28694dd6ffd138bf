//! The editor, driven through its real view: what hands do, what is seen, what is heard.

mod exports;
mod gestures;
mod harness;
mod marks;
mod pictures;
mod stories;
mod ways;
