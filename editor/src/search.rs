//! Finding by typing: kinds of node, ports, commands.

/// What is longer is no name but a sentence.
const SENTENCE: usize = 48;

/// How well a text answers what was typed, higher is better; nothing where it does not. All letters must come in their
/// order; those at the start of words and in a row count most.
pub fn rate(typed: &str, text: &str) -> Option<i32> {
    let text = text.to_lowercase();
    // In a sentence there are almost always such letters somewhere: there they have to follow each other.
    if text.len() > SENTENCE && !text.contains(&typed.trim().to_lowercase()) {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let mut score = 0;
    let mut from = 0;
    let mut last = None;
    for letter in typed.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let starts = |at: usize| at == 0 || !text[at - 1].is_alphanumeric();
        let follows = |at: usize| last.is_some_and(|l: usize| l + 1 == at);
        let found = |at: &usize| text[*at] == letter;
        // In a row if that can be, else at the start of a word, else anywhere.
        let places = || (from..text.len()).filter(found);
        let at = places()
            .find(|&at| follows(at))
            .or_else(|| places().find(|&at| starts(at)))
            .or_else(|| places().next())?;
        score += if follows(at) {
            8
        } else if starts(at) {
            6
        } else {
            1
        };
        score -= (at - from).min(4) as i32;
        last = Some(at);
        from = at + 1;
    }
    Some(score * 4 - text.len().min(60) as i32)
}

/// The items that answer what was typed, best first; all in their order where nothing was. `texts` gives what is
/// searched of an item, the most telling first.
pub fn find<'a, T>(typed: &str, items: &'a [T], texts: impl Fn(&'a T) -> Vec<&'a str>) -> Vec<usize> {
    let rated = items.iter().enumerate().filter_map(|(k, item)| {
        let rates = texts(item).into_iter().enumerate();
        // What is found in a later text counts for less.
        let best = rates.filter_map(|(n, text)| Some(rate(typed, text)? - 24 * n as i32)).max()?;
        Some((k, best))
    });
    let mut rated: Vec<(usize, i32)> = rated.collect();
    if !typed.trim().is_empty() {
        rated.sort_by_key(|&(k, rate)| (-rate, k));
    }
    rated.into_iter().map(|(k, _)| k).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_sentence_letters_follow_each_other() {
        let sentence = "Goes over from one signal to another, by hand, by automation or by a cable";
        assert_eq!(rate("gate", sentence), None);
        assert!(rate("Automation", sentence).is_some() && rate("gte", "Gate").is_some());
    }

    #[test]
    fn starts_of_words_and_letters_in_a_row_come_first() {
        let items = ["Delete", "Delay", "Duplicate", "All-pass delay", "Limiter"];
        let first = |typed: &str| items[find(typed, &items, |i| vec![i])[0]];
        assert_eq!(first("del"), "Delay");
        assert_eq!(first("apd"), "All-pass delay");
        assert_eq!(first("lim"), "Limiter");
        assert_eq!(first(""), "Delete");
        assert!(find("xyz", &items, |i| vec![i]).is_empty());
    }
}
