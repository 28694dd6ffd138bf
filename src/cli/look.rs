//! Options of the commands that tell.

use crate::values;
use clap::Args;
use std::path::PathBuf;

/// Options of `measure`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox measure master.wav\n  signalbox measure *.flac --json")]
pub struct Measure {
    /// Audio files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Prints a list in JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Options of `explain`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  signalbox explain song.json\n  signalbox explain song.json --dot | dot -Tsvg > song.svg"
)]
pub struct Explain {
    /// The patch.
    pub patch: PathBuf,
    /// Prints the graph for Graphviz instead.
    #[arg(long)]
    pub dot: bool,
    /// Frames a second; the patch's own, or 48,000, if left out.
    #[arg(long, value_name = "HZ", allow_hyphen_values = true, value_parser = values::rate)]
    pub rate: Option<u32>,
}

/// Options of `nodes`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox nodes\n  signalbox nodes comp")]
pub struct Nodes {
    /// A kind of node.
    pub name: Option<String>,
}

/// Options of `doc`.
#[derive(Args)]
#[command(after_help = "Examples:\n  signalbox doc\n  signalbox doc ride")]
pub struct Doc {
    /// A word of the language.
    pub word: Option<String>,
    /// Prints the page of all words, in Markdown.
    #[arg(long, conflicts_with = "word")]
    pub page: bool,
}

/// Options of `check`.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  signalbox check song.json\n  signalbox check mix.rhai\n  signalbox check song.json --store-cuts"
)]
pub struct Check {
    /// The patch, or a script (.rhai).
    pub patch: PathBuf,
    /// Writes into the patch where its loops are cut, so that they stay cut there when other cables are drawn.
    #[arg(long)]
    pub store_cuts: bool,
}

/// Options of `bench`.
#[derive(Args)]
#[command(after_help = "\
Workloads: W1 a mix of 64 tracks; W2 1,000 and 10,000 nodes; W3 256 voices; W8 W1 on two threads; code a node
of a script beside the same node in Rust; compile.
Each line gives the cost, that of the same arithmetic with no graph (limit), and their ratio, measured in turn.

Examples:
  signalbox bench
  signalbox bench W1 W3 --lanes 8
  signalbox bench --quick --json")]
pub struct Bench {
    /// Which workloads; all if left out.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(signalbox_studio::bench::run::NAMES))]
    pub workloads: Vec<String>,
    /// How many seconds of sound a round of W1 and W3 has; W2 takes a tenth.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(f64))]
    pub seconds: Option<f64>,
    /// How many nodes run side by side at most: 1, 4, 8 or 16; what the machine's registers hold if left out.
    #[arg(long, value_name = "N", value_parser = values::lanes)]
    pub lanes: Option<usize>,
    /// Only shows that all of it works.
    #[arg(long)]
    pub quick: bool,
    /// Prints a list in JSON.
    #[arg(long)]
    pub json: bool,
}
