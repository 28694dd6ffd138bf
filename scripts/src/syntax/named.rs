//! Named arguments: `comp(ratio: 4, attack: 5.ms)` becomes `comp(#{ratio: 4, attack: 5.ms})`.
//!
//! Each run of named arguments in a call is put between `#{` and `}` where it stands; nothing moves, so every column
//! maps back exactly. Strings, comments and the code inside `${ }` are known as Rhai knows them.

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
struct Inserted {
    /// Where, in what came out.
    at: Place,
    count: usize,
}

/// A named argument in the user's text.
#[derive(Clone, Debug)]
struct Argument {
    /// Where the name of what is called stands.
    call: Place,
    name: String,
    at: Place,
}

/// A text in which named arguments have become maps, and what is needed to find the way back.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// What Rhai reads.
    pub text: String,
    inserted: Vec<Inserted>,
    arguments: Vec<Argument>,
}

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug)]
enum Inside {
    /// The arguments of a call: where its name stands, and whether a run of named arguments is open.
    Call { name: Place, open: bool },
    /// Any other bracket.
    Bracket,
    /// `${ … }` in a text between backticks.
    Interpolation,
}

impl Named {
    /// Reads a text.
    pub fn read(source: &str) -> Self {
        let mut pass = Pass {
            chars: source.chars().collect(),
            at: 0,
            here: Place { line: 1, column: 1 },
            shift: 0,
            out: Self { text: String::with_capacity(source.len() + source.len() / 8), ..Self::default() },
        };
        pass.run();
        pass.out
    }

    /// The place in the user's text of a place in what Rhai read.
    pub fn original(&self, place: Place) -> Place {
        let before = self.inserted.iter().filter(|i| i.at.line == place.line && i.at.column <= place.column);
        let shift: usize = before.map(|i| i.count.min(place.column - i.at.column)).sum();
        Place { column: (place.column - shift).max(1), ..place }
    }

    /// Where an argument of the call at a place of the user's text stands.
    pub fn argument(&self, call: Place, name: &str) -> Option<Place> {
        self.arguments.iter().find(|a| a.call == call && a.name == name).map(|a| a.at)
    }
}

struct Pass {
    chars: Vec<char>,
    at: usize,
    here: Place,
    /// How many characters were put into this line.
    shift: usize,
    out: Named,
}

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl Pass {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Copies one character.
    fn step(&mut self) {
        let Some(c) = self.peek(0) else { return };
        self.out.text.push(c);
        self.at += 1;
        if c == '\n' {
            self.here = Place { line: self.here.line + 1, column: 1 };
            self.shift = 0;
        } else {
            self.here.column += 1;
        }
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.step());
    }

    fn insert(&mut self, text: &str) {
        let at = Place { line: self.here.line, column: self.here.column + self.shift };
        self.out.inserted.push(Inserted { at, count: text.len() });
        self.out.text.push_str(text);
        self.shift += text.len();
    }

    fn run(&mut self) {
        let mut inside: Vec<Inside> = Vec::new();
        // The name that was read last, where nothing but blanks lies behind it; what a bracket that opens now belongs to.
        let mut callee: Option<Place> = None;
        while let Some(c) = self.peek(0) {
            let next = self.peek(1);
            match c {
                '/' if next == Some('/') => self.line_comment(),
                '/' if next == Some('*') => self.block_comment(),
                '"' => {
                    self.quoted('"');
                    callee = None;
                }
                '\'' => {
                    self.quoted('\'');
                    callee = None;
                }
                '`' => {
                    self.step();
                    self.backtick(&mut inside);
                    callee = None;
                }
                '#' if matches!(next, Some('"' | '#')) => {
                    self.raw();
                    callee = None;
                }
                c if begins_name(c) => {
                    callee = Some(self.here);
                    while self.peek(0).is_some_and(in_name) {
                        self.step();
                    }
                }
                c if c.is_ascii_digit() => {
                    // A number takes its letters along, so that `1e3` is no name.
                    while self.peek(0).is_some_and(in_name) {
                        self.step();
                    }
                    callee = None;
                }
                '(' => {
                    self.step();
                    match callee.take() {
                        Some(name) => {
                            let open = self.begins_named();
                            inside.push(Inside::Call { name, open });
                            if open {
                                self.open(name, true);
                            }
                        }
                        None => inside.push(Inside::Bracket),
                    }
                }
                '[' | '{' => {
                    inside.push(Inside::Bracket);
                    self.step();
                    callee = None;
                }
                ')' => {
                    if let Some(Inside::Call { open: true, .. }) = inside.pop() {
                        self.insert("}");
                    }
                    callee = Some(self.here);
                    self.step();
                }
                ']' | '}' => {
                    let left = inside.pop();
                    callee = (c == ']').then_some(self.here);
                    self.step();
                    if let Some(Inside::Interpolation) = left {
                        self.backtick(&mut inside);
                    }
                }
                ',' => {
                    self.comma(&mut inside);
                    callee = None;
                }
                c => {
                    if !c.is_whitespace() {
                        callee = None;
                    }
                    self.step();
                }
            }
        }
    }

    /// A comma: in a call, a run of named arguments may begin, go on or end.
    fn comma(&mut self, inside: &mut [Inside]) {
        let Some(Inside::Call { name, open }) = inside.last_mut() else { return self.step() };
        let (name, was) = (*name, *open);
        self.at += 1;
        let named = self.begins_named();
        self.at -= 1;
        *open = named;
        if was && !named {
            self.insert("}");
        }
        self.step();
        if named {
            self.open(name, !was);
        }
    }

    /// Notes the named argument that begins behind blanks, and opens its run in front of it.
    fn open(&mut self, call: Place, first: bool) {
        let blanks = self.code_from(0);
        self.steps(blanks);
        let at = self.here;
        if first {
            self.insert("#{");
        }
        let name: String = self.chars[self.at..].iter().copied().take_while(|c| in_name(*c)).collect();
        self.out.arguments.push(Argument { call, name, at });
    }

    /// Whether `name:` comes next.
    fn begins_named(&self) -> bool {
        let start = self.code_from(0);
        if !self.peek(start).is_some_and(begins_name) {
            return false;
        }
        let mut end = start;
        while self.peek(end).is_some_and(in_name) {
            end += 1;
        }
        let colon = self.code_from(end);
        self.peek(colon) == Some(':') && self.peek(colon + 1) != Some(':')
    }

    /// How many characters from `ahead` on are blanks or comments, counted from here.
    fn code_from(&self, mut ahead: usize) -> usize {
        loop {
            match (self.peek(ahead), self.peek(ahead + 1)) {
                (Some(c), _) if c.is_whitespace() => ahead += 1,
                (Some('/'), Some('/')) => {
                    while self.peek(ahead).is_some_and(|c| c != '\n') {
                        ahead += 1;
                    }
                }
                (Some('/'), Some('*')) => ahead += self.comment_length(ahead),
                _ => return ahead,
            }
        }
    }

    /// How long the block comment is that begins `ahead`; comments nest.
    fn comment_length(&self, ahead: usize) -> usize {
        let (mut depth, mut i) = (0usize, ahead);
        loop {
            match (self.peek(i), self.peek(i + 1)) {
                (Some('/'), Some('*')) => (depth, i) = (depth + 1, i + 2),
                (Some('*'), Some('/')) => (depth, i) = (depth - 1, i + 2),
                (Some(_), _) => i += 1,
                (None, _) => return i - ahead,
            }
            if depth == 0 {
                return i - ahead;
            }
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.step();
        }
    }

    fn block_comment(&mut self) {
        self.steps(self.comment_length(0));
    }

    /// A text or a character between two marks.
    fn quoted(&mut self, mark: char) {
        self.step();
        while let Some(c) = self.peek(0) {
            self.step();
            match c {
                '\\' => self.step(),
                c if c == mark => return,
                _ => {}
            }
        }
    }

    /// A text between backticks, from behind its first or from behind what was put in.
    fn backtick(&mut self, inside: &mut Vec<Inside>) {
        while let Some(c) = self.peek(0) {
            if c == '$' && self.peek(1) == Some('{') {
                self.steps(2);
                inside.push(Inside::Interpolation);
                return;
            }
            self.step();
            match c {
                // Two of them stand for one.
                '`' if self.peek(0) == Some('`') => self.step(),
                '`' => return,
                _ => {}
            }
        }
    }

    /// A raw text, `#"…"#` with as many `#` behind as in front.
    fn raw(&mut self) {
        let mut marks = 0;
        while self.peek(marks) == Some('#') {
            marks += 1;
        }
        if self.peek(marks) != Some('"') {
            return self.steps(marks);
        }
        self.steps(marks + 1);
        while let Some(c) = self.peek(0) {
            self.step();
            if c == '"' && (0..marks).all(|i| self.peek(i) == Some('#')) {
                return self.steps(marks);
            }
        }
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
