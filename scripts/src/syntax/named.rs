//! Named arguments: `comp(ratio: 4, attack: 5.ms)` becomes `comp(#{ratio: 4, attack: 5.ms})`.
//!
//! Each run of named arguments in a call is put between `#{` and `}` where it stands; nothing moves, so every column
//! maps back exactly. Strings, comments and the code inside `${ }` are known as Rhai knows them.

use super::lexer::Pass;

/// A place in the user's text: line and column, both from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Characters that were put in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inserted {
    /// Where, in what came out.
    pub at: Place,
    /// How many.
    pub count: usize,
}

/// A named argument in the user's text.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    /// Where the name of what is called stands.
    pub call: Place,
    /// Its own name.
    pub name: String,
    /// Where that stands.
    pub at: Place,
}

/// A text in which named arguments have become maps, and what is needed to find the way back.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// What Rhai reads.
    pub text: String,
    pub(super) inserted: Vec<Inserted>,
    pub(super) arguments: Vec<Argument>,
}

impl Named {
    /// Reads a text.
    pub fn read(source: &str) -> Self {
        Pass::read(source)
    }

    /// The place in the user's text of a place in what Rhai read.
    pub fn original(&self, place: Place) -> Place {
        // They stand in order of their places.
        let first = self.inserted.partition_point(|i| i.at.line < place.line);
        let line = self.inserted[first..].iter().take_while(|i| i.at.line == place.line);
        let before = line.filter(|i| i.at.column <= place.column);
        let shift: usize = before.map(|i| i.count.min(place.column - i.at.column)).sum();
        Place { column: (place.column - shift).max(1), ..place }
    }

    /// Where an argument of the call at a place of the user's text stands.
    pub fn argument(&self, call: Place, name: &str) -> Option<Place> {
        self.arguments.iter().find(|a| a.call == call && a.name == name).map(|a| a.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_named_arguments_become_maps_where_they_stand() {
        for (source, wanted) in [
            ("comp(ratio: 4)", "comp(#{ratio: 4})"),
            ("comp(3, attack: 5.ms, mix: 1.0)", "comp(3, #{attack: 5.ms, mix: 1.0})"),
            ("def(\"a\", fade: 2.s, || { x })", "def(\"a\", #{fade: 2.s}, || { x })"),
            ("f(a: g(b: 1), 2, c: 3)", "f(#{a: g(#{b: 1})}, 2, #{c: 3})"),
            ("x.send(verb, -9.db, over: 2.bars)", "x.send(verb, -9.db, #{over: 2.bars})"),
            ("f(a: 1,)", "f(#{a: 1},)"),
            ("f(/* c: */ a /* x */ : 1)", "f(/* c: */ #{a /* x */ : 1})"),
            ("f(a\n  : 1,\n  b: 2)", "f(#{a\n  : 1,\n  b: 2})"),
            ("f(`${g(a: 1)} b: ${\"`\"}`, c: 2)", "f(`${g(#{a: 1})} b: ${\"`\"}`, #{c: 2})"),
            ("f(if x { #{a: 1} } else { y }, b: 2)", "f(if x { #{a: 1} } else { y }, #{b: 2})"),
        ] {
            assert_eq!(Named::read(source).text, wanted);
        }
    }

    #[test]
    fn what_is_no_named_argument_stays_as_it_is() {
        for source in [
            "#{a: 1, b: (2)}",
            "f(a::b, c)",
            "(a) // f(x: 1)",
            "/* f(x: /* 1 */ ) */ f(2)",
            "\"f(a: 1)\"",
            "'\\'' + \"\\\"f(a: 1)\"",
            "`f(a: 1) ``g(b: 2)`",
            "#\"f(a: \"1)\"#",
            "switch x { 1 => f(2) }",
            "f([a, b], |x, y| x)",
            "f(",
            "`${",
            "\"",
        ] {
            assert_eq!(Named::read(source).text, source);
        }
    }

    #[test]
    fn every_column_maps_back() {
        let source = "a(b: c(d: 1, 2), e: 3); f(g: `${h(i: 4)}`)\nj(k: 5)";
        let named = Named::read(source);
        // Each letter and digit of the source is found again from where it has gone.
        for (line, (old, new)) in source.lines().zip(named.text.lines()).enumerate() {
            let place = |text: &str, c: char| text.chars().position(|x| x == c).unwrap() + 1;
            for c in old.chars().filter(char::is_ascii_alphanumeric) {
                let there = Place { line: line + 1, column: place(new, c) };
                assert_eq!(named.original(there).column, place(old, c), "{c}");
            }
        }
        assert_eq!(named.argument(Place { line: 1, column: 6 }, "d"), Some(Place { line: 1, column: 8 }));
        assert_eq!(named.argument(Place { line: 2, column: 1 }, "k"), Some(Place { line: 2, column: 3 }));
    }
}
