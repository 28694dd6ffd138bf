use super::*;

#[test]
fn all_figures_are_equally_wide() {
    let font = Font::bundled().unwrap();
    let width = |figure: char| font.line(&figure.to_string(), 100.0).width;
    assert!("123456789".chars().all(|figure| width(figure) == width('0')));
    assert_eq!(font.line("11:11", 100.0).width, font.line("00:00", 100.0).width);
}

#[test]
fn pairs_with_a_gap_stand_nearer() {
    let font = Font::bundled().unwrap();
    let width = |text: &str| font.line(text, 100.0).width;
    for pair in ["AV", "To", "Ty"] {
        let apart: f32 = pair.chars().map(|letter| width(&letter.to_string())).sum();
        assert!(width(pair) < apart - 1.0, "{pair}: {} of {apart}", width(pair));
    }
}

#[test]
fn a_line_grows_with_its_size() {
    let font = Font::bundled().unwrap();
    let (small, large) = (font.line("Loudness", 10.0).width, font.line("Loudness", 30.0).width);
    assert!((large - 3.0 * small).abs() < 1e-3);
}

#[test]
fn what_is_too_long_ends_in_an_ellipsis_within_its_room() {
    let font = Font::bundled().unwrap();
    let long = "Überlänge – ein sehr langer Titel, der nicht passt";
    let room = 200.0;
    let line = font.fit(long, 20.0, room);
    assert!(line.width <= room, "{}", line.width);
    let ellipsis = font.face.glyph_index('…').unwrap();
    assert_eq!(line.glyphs.last().unwrap().0, ellipsis);
    // One more letter would not fit: the cut is as late as can be, but for a space before it.
    assert!(line.width > room - 2.0 * font.line("W ", 20.0).width);
    assert_eq!(font.fit("kurz", 20.0, room).glyphs.len(), 4);
}

#[test]
fn every_character_that_the_plots_write_is_in_the_font() {
    let font = Font::bundled().unwrap();
    let all = ('!'..='~').chain("−–·…∞µäöüßéÅØłžЖяΩ".chars());
    for character in all {
        let glyph = font.face.glyph_index(character);
        assert!(glyph.is_some_and(|glyph| glyph.0 != 0), "{character} is missing");
    }
}

#[test]
fn an_outline_stands_on_its_baseline() {
    let font = Font::bundled().unwrap();
    let bounds = font.outline(&font.line("H", 100.0), 50.0, 200.0).unwrap().bounds();
    // The capital height that the font declares is 689 of 1000.
    assert!((bounds.bottom() - 200.0).abs() < 0.01 && (bounds.height() - 68.9).abs() < 0.11, "{bounds:?}");
    assert!(bounds.left() >= 50.0 && bounds.right() <= 50.0 + font.line("H", 100.0).width);
}

#[test]
fn text_without_marks_paints_nothing() {
    let font = Font::bundled().unwrap();
    assert!(font.outline(&font.line("", 20.0), 0.0, 0.0).is_none());
    assert!(font.outline(&font.line(" \n\t", 20.0), 0.0, 0.0).is_none());
}
