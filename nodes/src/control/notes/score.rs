//! The text of a melody, read into steps.

use signalbox_dsp::units::{Quantity, Unit};

/// The shortest note, in beats.
const SHORTEST: f64 = 1.0 / 1_024.0;

/// A note's beginning or its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// When, in beats from the beginning.
    pub beat: f64,
    /// Which note, counted from 0.
    pub note: u32,
    /// Key and velocity where it begins; none where it ends.
    pub on: Option<(f32, f32)>,
}

/// A melody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Score {
    /// In order of time; where several fall together, ends come first.
    pub steps: Vec<Step>,
    /// How long it is, with its rests.
    pub beats: f64,
}

impl Score {
    /// Reads a text; a note that says nothing has `beats` beats, and each is held for the part `gate` of its time.
    pub fn parse(text: &str, beats: f64, gate: f64) -> Result<Self, String> {
        let mut score = Self { steps: Vec::new(), beats: 0.0 };
        let mut count = 0;
        for (number, (at, word)) in words(text).enumerate().filter(|w| w.1.1 != "|") {
            let wrong =
                |why: String| format!("`notes`, word {}, `{word}` (character {at}): {why}", number + 1);
            let (head, velocity) = match word.split_once('@') {
                None => (word, 1.0),
                Some((head, v)) => (head, self::velocity(v).map_err(wrong)?),
            };
            let (keys, long) = match head.split_once(':') {
                None => (head, beats),
                Some((keys, b)) => (keys, self::beats(b).map_err(wrong)?),
            };
            if keys != "-" {
                for key in keys.split('+') {
                    let key = self::key(key).map_err(wrong)?;
                    score.steps.push(Step { beat: score.beats, note: count, on: Some((key, velocity)) });
                    score.steps.push(Step { beat: score.beats + long * gate, note: count, on: None });
                    count += 1;
                }
            }
            score.beats += long;
        }
        score.steps.sort_by(|a, b| a.beat.total_cmp(&b.beat).then(a.on.is_some().cmp(&b.on.is_some())));
        Ok(score)
    }

    /// How many notes there are.
    pub fn notes(&self) -> usize {
        self.steps.len() / 2
    }
}

/// The words of a text, each with the place of its first character, from 1.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| {
        let bytes = word.as_ptr() as usize - text.as_ptr() as usize;
        (text[..bytes].chars().count() + 1, word)
    })
}

fn velocity(text: &str) -> Result<f32, String> {
    match Quantity::parse(text) {
        Some(Quantity { value, unit: Unit::None }) if (0.0..=1.0).contains(&value) => Ok(value as f32),
        _ => Err(format!("the velocity after @ goes from 0 to 1, got `{text}`")),
    }
}

fn beats(text: &str) -> Result<f64, String> {
    match Quantity::parse(text) {
        Some(Quantity { value, unit: Unit::None }) if (SHORTEST..=1e6).contains(&value) => Ok(value),
        _ => Err(format!("the beats after : are a number or a fraction, such as 1/2, got `{text}`")),
    }
}

/// The number of a key: 60 for `c4` or for `60`.
fn key(text: &str) -> Result<f32, String> {
    let wrong = || format!("`{text}` is no key: c4, eb4, f#3 and 60 are, from c-1 to g9, and - is a rest");
    let mut letters = text.chars();
    let number = match letters.next().map(|c| c.to_ascii_lowercase()) {
        Some(c @ 'a'..='g') => {
            let step = [9, 11, 0, 2, 4, 5, 7][(c as u8 - b'a') as usize];
            let rest = letters.as_str();
            let octave = rest.trim_start_matches(['#', 'b']);
            let signs = &rest[..rest.len() - octave.len()];
            let shift = signs.chars().map(|s| if s == '#' { 1 } else { -1 }).sum::<i32>();
            let octave: i32 = octave.parse().map_err(|_| wrong())?;
            (-1..=9).contains(&octave).then(|| ((octave + 1) * 12 + step + shift) as f32)
        }
        _ => text.parse::<f32>().ok(),
    };
    number.filter(|n| (0.0..=127.0).contains(n)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begin, end, key and velocity of each note.
    fn notes(text: &str) -> Vec<(f64, f64, f32, f32)> {
        let score = Score::parse(text, 1.0, 1.0).unwrap();
        let end = |note| score.steps.iter().find(|s| s.note == note && s.on.is_none()).unwrap().beat;
        score.steps.iter().filter_map(|s| s.on.map(|(k, v)| (s.beat, end(s.note), k, v))).collect()
    }

    #[test]
    fn a_text_reads_as_it_is_written() {
        assert_eq!(
            notes("c3 eb3:1/2 -:1/2 | g3:1@0.7"),
            [(0.0, 1.0, 48.0, 1.0), (1.0, 1.5, 51.0, 1.0), (2.0, 3.0, 55.0, 0.7)]
        );
        assert_eq!(notes("c4+e4:2@0.5"), [(0.0, 2.0, 60.0, 0.5), (0.0, 2.0, 64.0, 0.5)]);
        assert_eq!(Score::parse("c4 -:3", 1.0, 1.0).unwrap().beats, 4.0);
        assert_eq!(notes(" \n "), []);
    }

    #[test]
    fn keys_are_named_as_midi_counts_them() {
        let keys = |text| notes(text).iter().map(|n| n.2).collect::<Vec<_>>();
        assert_eq!(
            keys("c-1 a0 a4 g9 C4 b3 bb3 b#3 cb4 f##4"),
            [0.0, 21.0, 69.0, 127.0, 60.0, 59.0, 58.0, 60.0, 59.0, 67.0]
        );
        assert_eq!(keys("60 60.5 0 127"), [60.0, 60.5, 0.0, 127.0]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let wrong = |text| Score::parse(text, 1.0, 1.0).unwrap_err();
        assert_eq!(
            wrong("c3 | h3:1/2 c3"),
            "`notes`, word 3, `h3:1/2` (character 6): `h3` is no key: c4, eb4, f#3 and 60 are, from c-1 to g9, and - \
             is a rest"
        );
        assert!(wrong("é").contains("(character 1)") && wrong("c4 é c").contains("(character 4)"));
        assert!(wrong("c4:x").ends_with("got `x`") && wrong("c4@2").ends_with("got `2`"));
        let keys = "c g#9 cb-1 c10 c99999999999 128 -1 nan c4+ b# --";
        let rest = "c4:0 c4:-1 c4:1/0 c4: c4:1s :1 c4@ c4@-0.1 @1";
        for word in keys.split(' ').chain(rest.split(' ')) {
            assert!(Score::parse(word, 1.0, 1.0).is_err(), "{word}");
        }
    }

    #[test]
    fn where_notes_meet_the_end_comes_before_the_beginning() {
        let score = Score::parse("c4 c4", 1.0, 1.0).unwrap();
        let order: Vec<_> = score.steps.iter().map(|s| (s.beat, s.on.is_some())).collect();
        assert_eq!(order, [(0.0, true), (1.0, false), (1.0, true), (2.0, false)]);
    }
}
