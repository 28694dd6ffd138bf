//! Scripts that chance has spoilt: each runs or is refused at a place of its own text, and none breaks a word.

use crate::support::{Project, script};
use signalbox_scripts::Mode;

const TEXTS: &[&str] = &[
    include_str!("../../examples/mix.rhai"),
    include_str!("../../examples/live.rhai"),
    include_str!("../../examples/lesson.rhai"),
    include_str!("../../examples/batch.rhai"),
    "let a = osc(freq: 220.hz, level: -6.db); a |> eq(hp: 90.hz, low: -2.db) |> comp(key: a, ratio: 4) |> out;\n\
     add_node(\"x\", \"osc\", values: #{\"freq\": 3.hz}); connect(90, \"x\", \"out\", gain: -6.db); /* `${a}` */\n\
     def(\"pad\", fade: 1.s, quant: 1.bar, || feedback(|y| a + y |> delay(time: 3.beats / 4) * -4.db));",
];

/// Pieces that mean something.
const PIECES: &[&str] = &[
    "(", ")", "[", "]", "{", "}", "#{", "|", "|>", ":", ",", ";", "\"", "`", "${", "//", "/*", "*/", ".db",
    ".hz", ".", "-", "=", "let ", "fn ", "if ", "loop ", "name: ", "ä", "𝄞", "\n", "\\", "'", "0", "1e999",
    "()", "each(", "def(", "wait(",
];

struct Chance(u64);

impl Chance {
    /// The same numbers in every run (splitmix64: Steele, Lea, Flood 2014).
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }

    fn spoil(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..1 + self.below(4) {
            let at = self.below(chars.len() + 1);
            let length = self.below(12).min(chars.len() - at);
            match self.below(3) {
                0 => drop(chars.drain(at..at + length)),
                1 => drop(chars.splice(at..at, PIECES[self.below(PIECES.len())].chars())),
                _ => {
                    let piece: Vec<char> = chars[at..at + length].to_vec();
                    let to = self.below(chars.len() + 1);
                    drop(chars.splice(to..to, piece));
                }
            }
        }
        chars.into_iter().collect()
    }
}

#[test]
fn spoilt_scripts_break_nothing() {
    let project = Project::new();
    let soak = std::env::var("SIGNALBOX_SOAK").ok().and_then(|n| n.parse::<u64>().ok());
    let (mut refused, rounds) = (0, 1_500 * soak.unwrap_or(1));
    for seed in 0..rounds {
        let mut chance = Chance(seed);
        let text = chance.spoil(TEXTS[seed as usize % TEXTS.len()]);
        let Err(trouble) = script(&text).run(&project.settings(Mode::Build)) else { continue };
        refused += 1;
        assert!(!trouble.what.contains("broke a word"), "seed {seed}: {trouble}\n{text}");
        if let Some(place) = trouble.place {
            let line = text.lines().nth(place.line - 1).unwrap_or_default();
            assert!(place.line <= text.lines().count() + 1, "seed {seed}: {trouble}\n{text}");
            assert!(place.column <= line.chars().count() + 2, "seed {seed}: {trouble}\n{text}");
        }
    }
    assert!(refused * 2 > rounds, "{refused} of {rounds} were refused");
}
