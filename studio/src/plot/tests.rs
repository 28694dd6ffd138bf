use super::layout::Area;
use super::*;

/// A picture as it is read back by an independent decoder: three bytes a pixel, row by row.
struct Picture(Vec<u8>);

impl Picture {
    fn of(shown: &Overview) -> Self {
        let bytes = overview(shown).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1600, 1100));
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        Self(pixels)
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * WIDTH as usize + x);
        [self.0[at], self.0[at + 1], self.0[at + 2]]
    }

    /// How much of a colour's hue each column of an area shows: the sum of `tell` over its pixels.
    fn columns(&self, area: Area, tell: fn([u8; 3]) -> bool) -> Vec<usize> {
        let rows = area.top.ceil() as usize..area.bottom.floor() as usize;
        (area.left as usize..area.right as usize)
            .map(|x| rows.clone().filter(|&y| tell(self.at(x, y))).count())
            .collect()
    }

    fn has(&self, area: Area, tell: fn([u8; 3]) -> bool) -> bool {
        self.columns(area, tell).iter().any(|&count| count > 0)
    }
}

/// The accent, at any strength that is more than a grid line: green well above red.
fn accent([red, green, _]: [u8; 3]) -> bool {
    green > red.saturating_add(30)
}

/// The colour of full scale.
fn alarm([red, green, blue]: [u8; 3]) -> bool {
    red > 200 && green < 140 && blue < 140
}

/// A light grey that only a line or a letter has.
fn bright([red, green, blue]: [u8; 3]) -> bool {
    red > 140 && green > 140 && blue > 140
}

fn sine(rate: u32, width: usize, frames: usize, amplitude: f32) -> Audio {
    let channel: Vec<f32> = (0..frames).map(|n| amplitude * (n as f32 * 0.0573).sin()).collect();
    Audio { rate, channels: vec![channel; width] }
}

#[test]
fn the_waveform_is_widest_in_the_column_of_its_peak() {
    let plot = Layout::new(0).waveform.plot();
    let width = plot.width() as usize;
    for (width_of_sound, channel) in [(1, 0), (2, 0), (2, 1)] {
        for share in [0.003, 0.37, 0.999] {
            let mut audio = sine(48_000, width_of_sound, 200_000, 0.05);
            let at = (share * 200_000.0) as usize;
            audio.channels[channel][at] = 0.8;
            let picture = Picture::of(&Overview::new("Peak", &audio));
            let gap = if width_of_sound == 1 { 0.0 } else { 16.0 };
            let columns = picture.columns(plot.lane(channel, width_of_sound, gap), accent);
            let widest = columns.iter().enumerate().max_by_key(|c| c.1).unwrap().0;
            let expected = (0..width).rfind(|column| column * 200_000 / width <= at).unwrap();
            assert_eq!(widest, expected, "{width_of_sound} channels, frame {at}");
        }
    }
}

#[test]
fn a_constant_fills_as_much_of_its_lane_as_its_level_says() {
    let lane = Layout::new(0).waveform.plot();
    for level in [0.25f32, 0.5, 1.0] {
        let square: Vec<f32> = (0..400_000).map(|n| if n % 2 == 0 { level } else { -level }).collect();
        let audio = Audio { rate: 48_000, channels: vec![square] };
        let columns = Picture::of(&Overview::new("Square", &audio)).columns(lane, accent);
        // The line of the middle is painted over the body, one pixel of the column.
        let expected = f64::from(lane.height() * level);
        assert!(
            columns.iter().all(|&c| (c as f64 - expected).abs() <= 3.0),
            "{level}: {} {expected}",
            columns[7]
        );
    }
}

#[test]
fn full_scale_is_marked_where_it_is_reached_and_nowhere_else() {
    let plot = Layout::new(0).waveform.plot();
    let above = Area { top: plot.top - 8.0, bottom: plot.top, ..plot };
    let mut audio = sine(48_000, 1, 100_000, 0.9);
    assert!(!Picture::of(&Overview::new("Below", &audio)).has(above, alarm));
    audio.channels[0][50_000] = 1.0;
    let columns = Picture::of(&Overview::new("At", &audio)).columns(above, alarm);
    let marked: Vec<usize> = (0..columns.len()).filter(|&c| columns[c] > 0).collect();
    let middle = (plot.width() / 2.0) as usize;
    assert!(marked.len() == 3 && marked.contains(&middle), "{marked:?}");
}

#[test]
fn loudness_and_its_lines_lie_where_the_scale_says() {
    let audio = sine(48_000, 2, 48_000 * 20, 0.3);
    // A curve that stays at −20 for ten seconds and at −10 for ten more.
    let points: Vec<LoudnessPoint> =
        (0..=200).map(|i| (f64::from(i) / 10.0, f64::NAN, if i < 100 { -20.0 } else { -10.0 })).collect();
    let plot = Layout::new(0).loudness.plot();
    let row = |picture: &Picture, share: f32, tell: fn([u8; 3]) -> bool| {
        let x = (plot.left + share * plot.width()) as usize;
        (plot.top as usize..plot.bottom as usize).find(|&y| tell(picture.at(x, y)))
    };
    let strong: fn([u8; 3]) -> bool = |[red, green, _]| green > 180 && red < 120;
    let plain = Picture::of(&Overview { loudness: &points, ..Overview::new("Steps", &audio) });
    let (quiet, loud) = (row(&plain, 0.26, strong).unwrap(), row(&plain, 0.76, strong).unwrap());
    let lined = Picture::of(&Overview {
        loudness: &points,
        integrated_lufs: Some(-15.0),
        target_lufs: None,
        ..Overview::new("Steps", &audio)
    });
    // Half-way between the steps, for they are linear in loudness; the range is the same with the line inside it.
    let line = row(&lined, 0.26, bright).unwrap();
    assert!(line.abs_diff((quiet + loud) / 2) <= 2, "{quiet} {line} {loud}");
    assert!(!plain.has(Area { left: plot.left, right: plot.right - 2.0, ..plot }, bright));
}

#[test]
fn a_tone_stands_at_its_frequency() {
    let rate = 48_000;
    let step = std::f32::consts::TAU * 1000.0 / rate as f32;
    let channel: Vec<f32> = (0..rate * 4).map(|n| 0.5 * (step * n as f32).sin()).collect();
    let audio = Audio { rate, channels: vec![channel] };
    let plot = Layout::new(0).tone.plot();
    let points = spectrum(&audio);
    let picture = Picture::of(&Overview { spectrum: &points, ..Overview::new("Tone", &audio) });
    let columns = picture.columns(Area { bottom: plot.top + 30.0, ..plot }, accent);
    let lit: Vec<usize> = (0..columns.len()).filter(|&c| columns[c] > 0).collect();
    // 1 kHz lies at log 50 / log 1000 of the way from 20 Hz to 20 kHz.
    let expected = f64::from(plot.width()) * 50f64.log10() / 3.0;
    let middle = (lit[0] + lit[lit.len() - 1]) as f64 / 2.0;
    assert!((middle - expected).abs() < 3.0 && lit.len() < 40, "{middle} for {expected}, {} wide", lit.len());
}

#[test]
fn what_was_before_is_drawn_in_another_colour() {
    let audio = sine(48_000, 2, 48_000 * 5, 0.5);
    let points = spectrum(&audio);
    let quieter: Vec<SpectrumPoint> = points.iter().map(|p| (p.0, p.1 - 12.0)).collect();
    let plot = Layout::new(0).tone.plot();
    let inside = Area { top: plot.top + 2.0, ..plot };
    let alone = Overview { spectrum: &points, ..Overview::new("After", &audio) };
    let before = Before { spectrum: &quieter, ..Before::default() };
    assert!(!Picture::of(&alone).has(inside, bright));
    assert!(Picture::of(&Overview { before: Some(before), ..alone }).has(inside, bright));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let audio = sine(44_100, 2, 30_000, 0.7);
    let points = spectrum(&audio);
    assert_eq!(points, spectrum(&audio));
    let footer = [("Peak", "−3.1 dBFS".to_string())];
    let shown = Overview { spectrum: &points, footer: &footer, ..Overview::new("Twice", &audio) };
    assert_eq!(overview(&shown).unwrap(), overview(&shown).unwrap());
}

#[test]
fn a_reading_gets_the_minus_of_the_other_figures() {
    let audio = Audio::silence(48_000, 2, 100);
    let with = |value: &str| {
        let footer = [("Peak", value.to_string())];
        overview(&Overview { footer: &footer, ..Overview::new("Minus", &audio) }).unwrap()
    };
    assert_eq!(with("-3.1 dB"), with("−3.1 dB"));
    assert_ne!(with("3-1 dB"), with("3−1 dB"));
}

#[test]
fn any_audio_makes_a_picture() {
    let mut broken = sine(48_000, 2, 5000, 0.5);
    broken.channels[0][..3000].fill(f32::NAN);
    broken.channels[1][7] = f32::INFINITY;
    let sounds = [
        ("no channels", Audio::default()),
        ("no frames", Audio::silence(48_000, 2, 0)),
        ("one frame", Audio::silence(48_000, 1, 1)),
        ("silence", Audio::silence(44_100, 2, 44_100)),
        ("no rate", sine(0, 1, 100, 0.5)),
        ("six channels", sine(96_000, 6, 10_000, 0.5)),
        ("many channels", sine(48_000, 64, 100, 0.5)),
        ("beyond full scale", sine(48_000, 2, 3000, 1e30)),
        ("not finite", broken),
    ];
    for (name, audio) in sounds {
        let points = spectrum(&audio);
        let picture = Picture::of(&Overview { spectrum: &points, ..Overview::new(name, &audio) });
        let plot = Layout::new(0).waveform.plot();
        let waves = audio.frames() > 0;
        assert_eq!(picture.has(plot, accent), waves, "{name}");
    }
}

#[test]
fn any_measurement_makes_a_picture() {
    let audio = sine(48_000, 2, 48_000, 0.5);
    let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1e300, 1e300, -23.0];
    let loudness: Vec<LoudnessPoint> =
        wild.iter().flat_map(|&a| wild.iter().map(move |&b| (a, b, b))).collect();
    let points: Vec<SpectrumPoint> = wild.iter().flat_map(|&a| wild.iter().map(move |&b| (a, b))).collect();
    for value in wild {
        Picture::of(&Overview {
            loudness: &loudness,
            integrated_lufs: Some(value),
            target_lufs: Some(-value),
            spectrum: &points,
            before: Some(Before { loudness: &loudness, spectrum: &points }),
            ..Overview::new("Wild", &audio)
        });
    }
}

#[test]
fn no_text_leaves_the_picture_or_its_card() {
    let audio = sine(48_000, 2, 48_000, 1.0);
    let long = "W".repeat(500);
    let footer: Vec<Reading> = (0..40).map(|_| (long.as_str(), long.clone())).collect();
    let picture = Picture::of(&Overview {
        integrated_lufs: Some(-123.45),
        target_lufs: Some(-1000.0),
        footer: &footer,
        ..Overview::new(&long, &audio)
    });
    let layout = Layout::new(footer.len());
    let (right, bottom) = (layout.header.right, layout.footer.bottom);
    let beside = Area { left: right, right: WIDTH as f32, top: 0.0, bottom: HEIGHT as f32 };
    let below = Area { left: 0.0, right: WIDTH as f32, top: bottom, bottom: HEIGHT as f32 };
    assert!(!picture.has(beside, bright) && !picture.has(below, bright));
    // Each reading keeps clear of the next one.
    let columns = picture.columns(layout.footer, bright);
    assert!(columns.windows(8).filter(|w| w.iter().all(|&c| c == 0)).count() >= 8);
}
