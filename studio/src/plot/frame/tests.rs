use super::*;

#[test]
fn the_heading_says_what_loudness_means_against_its_target() {
    assert_eq!(against(-14.04, Some(-14.0)), "integrated, on target");
    assert_eq!(against(-12.4, Some(-14.0)), "integrated, 1.6 LU over target");
    assert_eq!(against(-16.0, Some(-14.0)), "integrated, 2.0 LU under target");
    assert_eq!(against(-16.0, None), "integrated");
    assert_eq!(against(-16.0, Some(f64::NAN)), "integrated");
}

#[test]
fn the_sound_is_described_in_words() {
    let sound = |rate, width, frames| kind(&Audio::silence(rate, width, frames));
    assert_eq!(sound(44_100, 2, 44_100 * 187), "Stereo  ·  44.1 kHz  ·  3:07");
    assert_eq!(sound(48_000, 1, 72_000), "Mono  ·  48 kHz  ·  1.50 s");
    assert_eq!(sound(96_000, 6, 960), "6 channels  ·  96 kHz  ·  10.00 ms");
    assert_eq!(sound(48_000, 0, 0), "No channels  ·  48 kHz  ·  0.00 ms");
}
