//! What stands at a place of a text that is being written: the word, and the call that it lies in.

/// What is known of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The word that ends or stands there, and where it begins, in characters.
    pub word: String,
    /// Where the word begins.
    pub start: usize,
    /// Whether it follows a full stop.
    pub behind_dot: bool,
    /// The word whose arguments it stands among.
    pub call: Option<String>,
    /// Whether an argument begins with it.
    pub begins_argument: bool,
    /// Whether it lies in a text or in a comment.
    pub in_text: bool,
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What stands before a place, which is counted in characters.
pub fn cursor(text: &str, at: usize) -> Cursor {
    let chars: Vec<char> = text.chars().take(at).collect();
    // By bracket: the word before it.
    let mut calls: Vec<Option<String>> = Vec::new();
    let mut i = 0;
    let mut in_text = false;
    while let Some(&c) = chars.get(i) {
        let next = chars.get(i + 1).copied();
        in_text = false;
        match c {
            '"' | '`' | '\'' => {
                i += 1;
                while chars.get(i).is_some_and(|x| *x != c) {
                    i += if chars[i] == '\\' && c != '`' { 2 } else { 1 };
                }
                in_text = i >= chars.len();
            }
            '/' if next == Some('/') => {
                while chars.get(i + 1).is_some_and(|x| *x != '\n') {
                    i += 1;
                }
                in_text = i + 1 >= chars.len();
            }
            '/' if next == Some('*') => {
                i += 2;
                while i < chars.len() && !(chars[i] == '*' && chars.get(i + 1) == Some(&'/')) {
                    i += 1;
                }
                in_text = i >= chars.len();
                i += 1;
            }
            '(' | '[' | '{' => {
                let name = name_before(&chars, i);
                calls.push((c == '(' && !name.is_empty()).then_some(name));
            }
            ')' | ']' | '}' => drop(calls.pop()),
            _ => {}
        }
        i += 1;
    }
    let word = name_before(&chars, chars.len());
    let start = chars.len() - word.chars().count();
    let before = chars[..start].iter().rev().find(|c| !c.is_whitespace());
    Cursor {
        behind_dot: start > 0 && chars[start - 1] == '.',
        begins_argument: matches!(before, Some('(' | ',')),
        call: calls.last().cloned().flatten(),
        in_text,
        word,
        start,
    }
}

/// The whole word around a place, and where it begins and ends, in characters.
pub fn word_at(text: &str, at: usize) -> Option<(String, usize, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let at = at.min(chars.len());
    let start = at - chars[..at].iter().rev().take_while(|c| in_name(**c)).count();
    let end = at + chars[at..].iter().take_while(|c| in_name(**c)).count();
    (start < end).then(|| (chars[start..end].iter().collect(), start, end))
}

fn name_before(chars: &[char], end: usize) -> String {
    let length = chars[..end].iter().rev().take_while(|c| in_name(**c)).count();
    chars[end - length..end].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(text: &str) -> Cursor {
        cursor(text, text.chars().count())
    }

    #[test]
    fn a_word_knows_the_call_that_it_stands_in() {
        let c = at_end("let x = osc(220.hz) |> comp(key: f(1, 2), thr");
        assert_eq!((c.word.as_str(), c.call.as_deref(), c.begins_argument), ("thr", Some("comp"), true));
        let c = at_end("comp(ratio: 4) |> low");
        assert_eq!((c.word.as_str(), c.call, c.begins_argument), ("low", None, false));
        let c = at_end("eq(hp: [90.h");
        assert_eq!((c.word.as_str(), c.call, c.behind_dot), ("h", None, true));
    }

    #[test]
    fn texts_and_comments_are_no_code() {
        assert!(at_end("track(\"vo").in_text);
        assert!(at_end("a // com").in_text);
        assert!(at_end("a /* com").in_text);
        let c = at_end("f(\"a ) \\\" (\", /* ( */ b");
        assert_eq!((c.in_text, c.call.as_deref(), c.word.as_str()), (false, Some("f"), "b"));
        assert!(!at_end("// line\nosc").in_text);
    }

    #[test]
    fn the_word_around_a_place_is_found_from_any_side() {
        for at in 4..=8 {
            assert_eq!(word_at("a = comp(3)", at), Some(("comp".into(), 4, 8)));
        }
        assert_eq!(word_at("a = comp", 3), None);
    }
}
