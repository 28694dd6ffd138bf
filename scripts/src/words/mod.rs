//! The words: a file for each group.

mod args;
mod batch;
mod building;
mod console;
mod edits;
mod lesson;
mod library;
mod live;
mod measures;
mod nodes;
mod operators;
mod pattern;
mod through;
mod time;
mod units;
mod world;

pub use args::Args;
pub use batch::each::Sharing;
pub use library::SOURCE as LIBRARY;
pub use world::{Check, Lesson, Mode, NEEDS_SOUND, Quiz, Shared, World, written};

use crate::draft::Draft;
use crate::syntax::Place;
use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};
use std::any::TypeId;
use std::ops::RangeInclusive;

/// What a word answers.
pub type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// What is told about a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// The group that it belongs to.
    pub group: &'static str,
    /// The word.
    pub name: String,
    /// How it is called.
    pub signature: String,
    /// What it does.
    pub help: String,
    /// What is told of each parameter: its name, its values, its help.
    pub parameters: Vec<[String; 3]>,
}

/// One call of a word.
pub struct Call<'c, 'a> {
    /// Rhai's side of it.
    pub context: &'c NativeCallContext<'a>,
    /// The world that it changes.
    pub world: &'c Shared,
}

impl Call<'_, '_> {
    /// Works on the patch that is written.
    pub fn draft<T>(&self, work: impl FnOnce(&mut Draft) -> T) -> T {
        let mut world = self.world.borrow_mut();
        let place = self.place(&world);
        world.draft.place = place;
        work(&mut world.draft)
    }

    /// Where the word stands in the user's text; nowhere inside of a chain of the library, or of an imported script.
    fn place(&self, world: &World) -> Option<Place> {
        let position = self.context.call_position();
        let place = Place { line: position.line()?, column: position.position()? };
        self.context.call_source().is_none_or(str::is_empty).then(|| world.named.original(place))
    }
}

/// Teaches an engine words.
pub struct Words<'e> {
    /// The engine.
    pub engine: &'e mut Engine,
    /// The world that the words change.
    pub world: Shared,
    /// What is told about them.
    pub docs: Vec<Doc>,
    group: &'static str,
}

impl<'e> Words<'e> {
    /// Teaches all words.
    pub fn teach(engine: &'e mut Engine, world: Shared) -> Vec<Doc> {
        let mut words = Self { engine, world, docs: Vec::new(), group: "" };
        words.group("Units", units::teach);
        words.group("Signals and chains", building::teach);
        words.group("Operators", operators::teach);
        words.group("Time", time::teach);
        words.group("Console", console::teach);
        words.group("Measuring", measures::teach);
        words.group("Batches", batch::teach);
        words.group("Live", |words| {
            live::teach(words);
            pattern::teach(words);
        });
        words.group("Own nodes", crate::trace::teach);
        words.group("Lessons", lesson::teach);
        words.group("Nodes", nodes::teach);
        words.group("Edits", edits::teach);
        words.group("Chains", library::teach);
        words.docs
    }

    fn group(&mut self, name: &'static str, teach: fn(&mut Self)) {
        self.group = name;
        teach(self);
    }

    /// Tells about a word.
    pub fn doc(&mut self, name: &str, signature: &str, help: &str) {
        let (name, signature, help) = (name.into(), signature.into(), help.into());
        self.docs.push(Doc { group: self.group, name, signature, help, parameters: Vec::new() });
    }

    /// Teaches a word that takes so many values, maps of named arguments included.
    pub fn word(
        &mut self,
        name: &str,
        signature: &str,
        help: &str,
        counts: RangeInclusive<usize>,
        work: impl Fn(&Call<'_, '_>, Args) -> Answer + 'static,
    ) {
        self.doc(name, signature, help);
        self.silent_word(name, counts, work);
    }

    /// Teaches a word of which nothing is told here.
    pub fn silent_word(
        &mut self,
        name: &str,
        counts: RangeInclusive<usize>,
        work: impl Fn(&Call<'_, '_>, Args) -> Answer + 'static,
    ) {
        self.plain_word(name, counts, 0, work);
    }

    /// As [`Words::silent_word`], for a word whose first values may be maps.
    pub fn plain_word(
        &mut self,
        name: &str,
        counts: RangeInclusive<usize>,
        plain: usize,
        work: impl Fn(&Call<'_, '_>, Args) -> Answer + 'static,
    ) {
        let work = std::rc::Rc::new(work);
        for count in counts {
            let (world, work, own) = (self.world.clone(), work.clone(), name.to_string());
            let types = vec![TypeId::of::<Dynamic>(); count];
            self.engine.register_raw_fn(name, types, move |context, values| {
                let args = Args::read(&own, values, plain);
                work(&Call { context: &context, world: &world }, args)
            });
        }
    }
}
