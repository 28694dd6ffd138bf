//! `import "parts/drums" as drums;`: other scripts of the project's folder.

use super::{Script, trouble};
use crate::syntax::Named;
use crate::trouble::{Trouble, Wrong};
use crate::words::Shared;
use rhai::{Dynamic, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope};
use std::cell::RefCell;
use std::rc::Rc;

/// How deep scripts may import one another.
const DEEPEST: usize = 16;

/// Reads imported scripts where the sandbox allows it.
pub struct Imports {
    world: Shared,
    /// Those that are being read.
    open: RefCell<Vec<String>>,
}

impl Imports {
    /// For the script of a world.
    pub fn new(world: Shared) -> Self {
        Self { world, open: RefCell::default() }
    }

    fn read(&self, engine: &Engine, name: &str) -> Result<Module, Box<EvalAltResult>> {
        let file = if name.ends_with(".rhai") { name.to_string() } else { format!("{name}.rhai") };
        if self.open.borrow().contains(&file) || self.open.borrow().len() >= DEEPEST {
            return Err(Wrong::new(format!("\"{file}\" imports itself")).into());
        }
        let (path, clock) = {
            let world = self.world.borrow();
            (world.root.read(&file)?, world.clock.clone())
        };
        let text =
            clock.stopped(|| signalbox_file::read_text(&path)).map_err(|e| Wrong::new(e.to_string()))?;
        let named = Named::read(&text);
        self.open.borrow_mut().push(file.clone());
        let module = engine.compile(&named.text).map_err(Into::into).and_then(|mut ast| {
            ast.set_source(file.as_str());
            Module::eval_ast_as_new(Scope::new(), &ast, engine)
        });
        self.open.borrow_mut().pop();
        module.map_err(|error: Box<EvalAltResult>| {
            let script = Script { name: file, source: text, file: Some(path) };
            let told: Trouble = trouble(&error, &script, &named, &self.world.borrow().docs);
            Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(told), Position::NONE))
        })
    }
}

impl ModuleResolver for Imports {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        _: Position,
    ) -> Result<Rc<Module>, Box<EvalAltResult>> {
        self.read(engine, path).map(Rc::new)
    }
}
