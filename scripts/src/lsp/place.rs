//! Places as the protocol counts them, lines and UTF-16 units from 0, and as we do, characters.

use lsp_types::Position;

/// How many characters stand before a place; places behind the end of a line are its end.
pub fn offset(text: &str, at: Position) -> usize {
    let mut count = 0;
    for (number, line) in text.split('\n').enumerate() {
        if number < at.line as usize {
            count += line.chars().count() + 1;
            continue;
        }
        let mut units = 0;
        return count
            + line
                .chars()
                .take_while(|c| {
                    units += c.len_utf16();
                    units <= at.character as usize
                })
                .count();
    }
    text.chars().count()
}

/// The place behind so many characters.
pub fn position(text: &str, offset: usize) -> Position {
    let mut at = Position::default();
    for c in text.chars().take(offset) {
        if c == '\n' {
            at = Position { line: at.line + 1, character: 0 };
        } else {
            at.character += c.len_utf16() as u32;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_beside_letters_of_any_width() {
        let text = "let ä = 1;\nlet 𝄞 = \"ü\" + x;\n\nend";
        for count in 0..=text.chars().count() {
            assert_eq!(offset(text, position(text, count)), count);
        }
        // The clef takes two units.
        assert_eq!(position(text, 16), Position { line: 1, character: 6 });
        assert_eq!(offset(text, Position { line: 2, character: 40 }), text.chars().count() - 4);
    }
}
