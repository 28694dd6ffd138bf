use super::*;

/// Relative luminance and contrast ratio of the Web Content Accessibility Guidelines 2.2.
fn contrast(a: Ink, b: Ink) -> f64 {
    let luminance = |Ink(red, green, blue, _): Ink| {
        let linear = |value: u8| match f64::from(value) / 255.0 {
            v if v <= 0.04045 => v / 12.92,
            v => ((v + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let (light, dark) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
    (light + 0.05) / (dark + 0.05)
}

#[test]
fn the_measure_of_contrast_is_21_for_black_on_white() {
    assert!((contrast(Ink(0, 0, 0, 255), Ink(255, 255, 255, 255)) - 21.0).abs() < 1e-9);
}

#[test]
fn every_colour_of_text_reads_at_four_and_a_half_to_one() {
    for ink in [STRONG, TEXT, QUIET, ACCENT, BEFORE, ALARM] {
        for surface in [GROUND, CARD] {
            let ratio = contrast(ink, surface);
            assert!(ratio >= 4.5, "{ink:?} on {surface:?}: {ratio:.2}");
        }
    }
}

#[test]
fn no_text_is_smaller_than_twelve_pixels_when_the_picture_is_shown_at_three_quarters() {
    for size in [TITLE, HEADING, FIGURE, BODY, SMALL] {
        assert!(size * 0.75 >= 12.0);
    }
}
