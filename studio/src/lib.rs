//! The workflows: measure, mix a folder, master, plots, the demo.
