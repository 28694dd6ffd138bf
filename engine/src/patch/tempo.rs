//! How beats and bars lie in time.

use serde::{Deserialize, Serialize};

/// How beats and bars lie in time: tempi that hold from a beat on, meters that hold from a bar on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TempoMap {
    /// `(beat, beats a minute)`: from this beat (from 0) this tempo holds; in order, the first at beat 0.
    pub tempo: Vec<(f64, f64)>,
    /// `(bar, beats a bar)`: from this bar (from 1) this meter holds; in order, the first at bar 1.
    pub meter: Vec<(u32, f64)>,
}

impl Default for TempoMap {
    fn default() -> Self {
        Self { tempo: vec![(0.0, 120.0)], meter: vec![(1, 4.0)] }
    }
}

impl TempoMap {
    /// One tempo and four beats a bar throughout.
    pub fn steady(bpm: f64) -> Self {
        Self { tempo: vec![(0.0, bpm)], ..Self::default() }
    }

    /// What is wrong with the map, in words.
    pub fn problem(&self) -> Option<&'static str> {
        let ordered = |starts: &[f64]| starts.windows(2).all(|w| w[0] < w[1] && w[1].is_finite());
        let beats: Vec<f64> = self.tempo.iter().map(|t| t.0).collect();
        let bars: Vec<f64> = self.meter.iter().map(|m| f64::from(m.0)).collect();
        if beats.first() != Some(&0.0) || !ordered(&beats) {
            Some("tempi must begin at beat 0 and follow each other")
        } else if bars.first() != Some(&1.0) || !ordered(&bars) {
            Some("meters must begin at bar 1 and follow each other")
        } else if self.tempo.iter().any(|t| !(1.0..=1_000.0).contains(&t.1)) {
            Some("a tempo must lie between 1 and 1,000 beats a minute")
        } else if self.meter.iter().any(|m| !(0.25..=64.0).contains(&m.1)) {
            Some("a bar must have between a quarter and 64 beats")
        } else {
            None
        }
    }

    /// The time of a beat in seconds; beat 0 is the start.
    pub fn seconds(&self, beat: f64) -> f64 {
        let mut time = 0.0;
        for (i, &(start, bpm)) in self.tempo.iter().enumerate() {
            let end = self.tempo.get(i + 1).map_or(f64::INFINITY, |next| next.0).min(beat);
            if end > start || i == 0 {
                time += (end - start) * 60.0 / bpm;
            }
        }
        time
    }

    /// The beat at a time in seconds.
    pub fn beat(&self, seconds: f64) -> f64 {
        let mut start = 0.0;
        for (i, &(beat, bpm)) in self.tempo.iter().enumerate() {
            let here = beat + (seconds - start) * bpm / 60.0;
            match self.tempo.get(i + 1) {
                Some(next) if here >= next.0 => start += (next.0 - beat) * 60.0 / bpm,
                _ => return here,
            }
        }
        0.0
    }

    /// The bar in which a beat lies, from 1, and the beat inside it, from 1.
    pub fn bar(&self, beat: f64) -> (u32, f64) {
        let mut start = 0.0;
        for (i, &(bar, per_bar)) in self.meter.iter().enumerate() {
            let bars = ((beat - start) / per_bar).floor().max(0.0);
            match self.meter.get(i + 1) {
                Some(next) if f64::from(bar) + bars >= f64::from(next.0) => {
                    start += f64::from(next.0 - bar) * per_bar;
                }
                _ => return (bar + bars as u32, beat - start - bars * per_bar + 1.0),
            }
        }
        (1, 1.0)
    }

    /// The beat at which a bar begins, and `beat` (from 1) inside it; bar 1 is the start.
    pub fn beat_of_bar(&self, bar: f64, beat: f64) -> f64 {
        let mut beats = 0.0;
        for (i, &(start, per_bar)) in self.meter.iter().enumerate() {
            let end = self.meter.get(i + 1).map_or(f64::INFINITY, |next| f64::from(next.0)).min(bar);
            if end > f64::from(start) {
                beats += (end - f64::from(start)) * per_bar;
            }
        }
        beats + beat - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_lie_where_the_tempi_put_them() {
        let map = TempoMap { tempo: vec![(0.0, 120.0), (4.0, 60.0)], meter: vec![(1, 4.0), (3, 3.0)] };
        assert_eq!(map.problem(), None);
        assert_eq!([0.0, 2.0, 4.0, 6.0].map(|b| map.seconds(b)), [0.0, 1.0, 2.0, 4.0]);
        assert_eq!([0.0, 1.0, 2.0, 4.0].map(|s| map.beat(s)), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(
            [0.0, 7.5, 8.0, 11.0, 14.25].map(|b| map.bar(b)),
            [(1, 1.0), (2, 4.5), (3, 1.0), (4, 1.0), (5, 1.25)]
        );
        assert_eq!(map.beat_of_bar(1.0, 1.0), 0.0);
        assert_eq!(map.beat_of_bar(3.0, 2.0), 9.0);
        assert_eq!(map.beat_of_bar(5.0, 1.0), 14.0);
    }
}
