//! The editor, driven through its real view: what hands do, what is seen, what is heard.

mod desk;
mod exports;
mod gestures;
mod harness;
mod history;
mod inspector;
mod looks;
mod marks;
mod paths;
mod pictures;
mod pins;
mod presets;
mod shelf;
mod steps;
mod stories;
mod ways;
