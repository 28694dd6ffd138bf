//! Reads a text as Rhai's lexer does, as far as named arguments need it: names, brackets, texts, comments.

use super::named::{Argument, Inserted, Named, Place};

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

/// Reads a text character by character and copies it with what is put in.
pub struct Pass {
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
    /// Reads a text.
    pub fn read(source: &str) -> Named {
        let mut pass = Self {
            chars: source.chars().collect(),
            at: 0,
            here: Place { line: 1, column: 1 },
            shift: 0,
            out: Named { text: String::with_capacity(source.len() + source.len() / 8), ..Named::default() },
        };
        pass.run();
        pass.out
    }

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
