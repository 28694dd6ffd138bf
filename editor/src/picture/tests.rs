use super::*;

fn picture(kind: &str, values: &[(&str, Value)]) -> Vec<f32> {
    let declaration = signalbox_studio::shelf().get(kind).expect("on the shelf");
    let values: Values = values.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
    draw(declaration, &values).expect("a picture").line
}

/// The level in decibels that a response has at a frequency.
fn level(line: &[f32], frequency: f32) -> f32 {
    between(line, (frequency / 20.0).ln() / 1_000f32.ln()) * 48.0 - 24.0
}

#[test]
fn a_low_pass_falls_by_12_db_an_octave() {
    let line = picture("filter", &[("freq", "500 Hz".into())]);
    assert!(level(&line, 50.0).abs() < 0.2);
    assert!((level(&line, 500.0) + 3.0).abs() < 0.4, "{}", level(&line, 500.0));
    // The asymptote of a second order: 40 log f.
    assert!((level(&line, 1_500.0) + 19.1).abs() < 0.6, "{}", level(&line, 1_500.0));
}

#[test]
fn a_compressor_bends_above_its_threshold() {
    let values = [("threshold", "-30 dB".into()), ("ratio", Value::from(4.0)), ("knee", "0 dB".into())];
    let line = picture("comp", &values);
    let out = |db: f32| between(&line, (db + 60.0) / 60.0) * 60.0 - 60.0;
    assert!((out(-45.0) + 45.0).abs() < 0.7, "{}", out(-45.0));
    // 20 dB over the threshold become 5.
    assert!((out(-10.0) + 25.0).abs() < 1.5, "{}", out(-10.0));
}

#[test]
fn an_envelope_rises_to_its_peak_and_falls_back() {
    let values = [("attack", "100 ms".into()), ("decay", "100 ms".into()), ("sustain", "50 %".into())];
    let line = picture("env", &values);
    let most = line.iter().copied().fold(0.0, f32::max);
    assert!(line[0] < 0.1 && most > 0.9 && line[PLACES - 1] < 0.2, "{line:?}");
}

#[test]
fn every_kind_that_has_a_picture_draws_one() {
    for declaration in signalbox_studio::shelf().kinds() {
        if Sort::of(declaration).is_some() {
            // An equaliser is flat until a band is on.
            let band = [("type1".into(), "bell".into()), ("gain1".into(), "6 dB".into())];
            let values: &[(String, Value)] = if declaration.name == "eq" { &band } else { &[] };
            let line = draw(declaration, values).unwrap_or_else(|| panic!("{}", declaration.name)).line;
            assert!(line.len() > 10 && line.iter().all(|y| (0.0..=1.0).contains(y)), "{}", declaration.name);
            assert!(line.iter().any(|y| *y != line[0]), "{}: a flat line", declaration.name);
        }
    }
}

#[test]
fn pictures_come_by_themselves_and_are_kept() {
    let mut pictures = Pictures::default();
    let declaration = signalbox_studio::shelf().get("filter").expect("on the shelf");
    let values = serde_json::Map::new();
    assert!(pictures.get(declaration, &values).is_none());
    let start = std::time::Instant::now();
    while pictures.waits() {
        pictures.collect();
        assert!(start.elapsed().as_secs() < 20, "the picture does not come");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(pictures.get(declaration, &values).is_some());
}
