//! The library: chains that are written in the language itself, and called as words.

use super::args::Args;
use super::{Doc, Words};
use crate::amount::{Amount, Measure};
use crate::draft::named;
use crate::trouble::Wrong;
use rhai::{Dynamic, FnPtr, Map};
use signalbox_engine::node::nearest;
use std::cell::RefCell;
use std::rc::Rc;

/// The name under which Rhai knows the library's texts.
pub const SOURCE: &str = "library";

/// The texts, each a group.
const TEXTS: &[(&str, &str)] = &[
    ("Chains: effects", include_str!("../../library/effects.rhai")),
    ("Chains: routing", include_str!("../../library/routing.rhai")),
    ("Chains: mastering", include_str!("../../library/mastering.rhai")),
];

/// A chain of the library: what it is called with, and the function that makes it.
#[derive(Clone)]
pub struct Recipe {
    /// Its name.
    pub name: String,
    help: String,
    /// Names and defaults, in order of their names.
    defaults: Map,
    make: FnPtr,
}

/// The most values and runs of names of one call.
const MOST_VALUES: usize = 4;

/// Reads the library, and teaches its chains as words.
pub fn teach(words: &mut Words<'_>) {
    let recipes = Rc::new(RefCell::new(Vec::new()));
    let list = recipes.clone();
    // A name, a sentence, defaults and a function, in the library alone.
    words.engine.register_fn("recipe", move |name: &str, help: &str, defaults: Map, make: FnPtr| {
        list.borrow_mut().push(Recipe { name: name.into(), help: help.into(), defaults, make });
    });
    for (group, text) in TEXTS {
        let named = crate::syntax::Named::read(text);
        let read = words.engine.compile(&named.text).map_err(Into::into).and_then(|mut ast| {
            ast.set_source(SOURCE);
            // Its functions are called from scripts, which have none of them.
            words.engine.register_global_module(ast.shared_lib().clone());
            words.engine.run_ast(&ast)
        });
        debug_assert!(read.is_ok(), "{group}: {read:?}");
        for recipe in recipes.borrow_mut().drain(..) {
            words.docs.push(doc(group, &recipe));
            let name = recipe.name.clone();
            words.silent_word(&name, 0..=MOST_VALUES, move |call, args| {
                recipe.make.call_within_context(call.context, (recipe.given(args)?,))
            });
        }
    }
}

impl Recipe {
    /// What its function is called with: what was given, and defaults for the rest.
    fn given(&self, mut args: Args) -> Result<Map, Wrong> {
        let mut given = self.defaults.clone();
        for (name, value) in args.rest() {
            if !given.contains_key(name.as_str()) {
                let names: Vec<&str> = self.defaults.keys().map(|k| k.as_str()).collect();
                let way = match nearest(&name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has: {}", names.join(", ")),
                };
                return Err(Wrong::about(&name, format!("`{}` has no parameter `{name}`; {way}", self.name)));
            }
            given.insert(name.as_str().into(), value);
        }
        if let Some(value) = args.next() {
            // One value without a name is meant for the one parameter that there is.
            let mut names = self.defaults.keys();
            let (Some(only), None) = (names.next(), names.next()) else {
                return Err(Wrong::new(format!("`{}` wants names; got {}", self.name, named(&value))));
            };
            given.insert(only.clone(), value);
        }
        args.done()?;
        Ok(given)
    }
}

fn doc(group: &'static str, recipe: &Recipe) -> Doc {
    let default = |v: &Dynamic| match v.clone().try_cast::<Amount>() {
        Some(Amount { value, measure: Measure::Of(unit) }) => super::nodes::literal(value as f32, unit),
        _ if crate::draft::number(v).is_some() => v.to_string(),
        _ => "…".into(),
    };
    let shown: Vec<String> = recipe.defaults.iter().map(|(n, v)| format!("{n}: {}", default(v))).collect();
    Doc {
        group,
        name: recipe.name.clone(),
        signature: format!("{}({})", recipe.name, shown.join(", ")),
        help: recipe.help.clone(),
        parameters: Vec::new(),
    }
}
