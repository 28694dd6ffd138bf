//! The words with which own nodes are written.

use super::{Symbol, Tape};
use crate::amount::Amount;
use crate::draft::{Blueprint, Chain, Given, Stage, named, number};
use crate::trouble::Wrong;
use crate::words::{Answer, Args, Call, Words};
use rhai::{Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext};
use signalbox_dsp::units::Unit;
use signalbox_engine::node::nearest;
use std::any::TypeId;
use std::rc::Rc;

/// The node of the shelf that runs programs, and how many numbers it takes.
const KIND: &str = "code";
const MOST_PARAMETERS: usize = 8;

/// An own node, which makes a chain when it is called.
#[derive(Clone, Debug)]
pub struct Maker {
    name: String,
    program: String,
    /// Names and defaults, in the order of the program's numbers.
    parameters: Vec<(String, f64)>,
}

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    words.word(
        "node",
        "let fold = node(\"fold\", |x, p| sin(x * (1 + p.drive * 4)) * 0.7, drive: 0.5)",
        "an own node: the function says what becomes of each frame `x`; its parameters are given by name when it is \
         called, as in fold(drive: 0.2), and move like those of any node",
        2..=3,
        node,
    );
    words.word(
        "select",
        "select(x > 0, a, b)",
        "inside of an own node: `a` where the condition holds, else `b`",
        3..=3,
        |_, mut args| {
            let mut three = Vec::new();
            while let Some(value) = args.next() {
                three.push(value);
            }
            let tape = three.iter().find_map(|v| v.clone().try_cast::<Symbol>());
            let tape =
                tape.ok_or_else(|| Wrong::new("`select` is for own nodes; elsewhere there is `if`"))?;
            let all: Result<Vec<Symbol>, Wrong> = three.iter().map(|v| symbol(tape.tape(), v)).collect();
            let all = all?;
            Ok(Dynamic::from(all[0].with("select", &[&all[1], &all[2]])?))
        },
    );
    words.word(
        "prev",
        "prev(x)",
        "inside of an own node: the value one frame before; prev(p.x) too",
        1..=1,
        |_, mut args| {
            let value = args.next().unwrap_or_default();
            let Some(x) = value.clone().try_cast::<Symbol>() else {
                return Err(Wrong::new(format!(
                    "`prev` is for values of an own node; got {}",
                    named(&value)
                ))
                .into());
            };
            Ok(Dynamic::from(x.with("prev", &[])?))
        },
    );
    words.word(
        "back",
        "back(x)",
        "inside of an own node: what came out of it one frame before, as in x + (back(x) - x) * 0.9",
        1..=1,
        |_, mut args| {
            let value = args.next().unwrap_or_default();
            let Some(x) = value.clone().try_cast::<Symbol>() else {
                return Err(Wrong::new(format!(
                    "`back` is for values of an own node; got {}",
                    named(&value)
                ))
                .into());
            };
            Ok(Dynamic::from(x.tape().write("back".into())?))
        },
    );
    words.engine.register_fn("delay", |x: Symbol, time: Amount| -> Result<Symbol, Box<EvalAltResult>> {
        if time.measure != crate::amount::Measure::Of(Unit::Second) || !(0.0..=10.0).contains(&time.value) {
            return Err(
                Wrong::new(format!("a delay inside of a node goes from 0 s to 10 s; got {time}")).into()
            );
        }
        // A delay of no frames at all is the value itself.
        Ok(if time.value == 0.0 { x } else { x.later(time.value)? })
    });
    arithmetic(words);
    called(words);
}

/// A value as a result of the program: numbers become constants.
fn symbol(tape: &Tape, value: &Dynamic) -> Result<Symbol, Wrong> {
    if let Some(symbol) = value.clone().try_cast::<Symbol>() {
        return Ok(symbol);
    }
    match number(value) {
        Some(number) => tape.write(format!("const {number:?}")),
        None => Err(Wrong::new(format!("an own node calculates with plain numbers; got {}", named(value)))),
    }
}

fn arithmetic(words: &mut Words<'_>) {
    let (own, whole, real) = (TypeId::of::<Symbol>(), TypeId::of::<i64>(), TypeId::of::<f64>());
    // An operator, its operation, and whether the sides change places.
    const TWO: [(&str, &str, bool); 10] = [
        ("+", "add", false),
        ("-", "sub", false),
        ("*", "mul", false),
        ("/", "div", false),
        ("<", "less", false),
        (">", "less", true),
        ("<=", "less", false),
        (">=", "less", true),
        ("min", "min", false),
        ("max", "max", false),
    ];
    for (operator, op, swaps) in TWO {
        for types in [[own, own], [own, whole], [own, real], [whole, own], [real, own]] {
            words.engine.register_raw_fn(operator, types, move |_: NativeCallContext<'_>, values| {
                let known = values.iter().find_map(|v| (**v).clone().try_cast::<Symbol>());
                let Some(known) = known else { return Ok(Dynamic::UNIT) };
                let (a, b) = (symbol(known.tape(), values[0])?, symbol(known.tape(), values[1])?);
                let (a, b) = if swaps { (b, a) } else { (a, b) };
                Ok::<Dynamic, Box<EvalAltResult>>(Dynamic::from(a.with(op, &[&b])?))
            });
        }
    }
    for name in ["sin", "cos", "tanh", "exp", "ln", "sqrt", "abs", "floor"] {
        words.engine.register_fn(name, move |x: Symbol| -> Result<Symbol, Box<EvalAltResult>> {
            Ok(x.with(name, &[])?)
        });
    }
    words
        .engine
        .register_fn("-", |x: Symbol| -> Result<Symbol, Box<EvalAltResult>> { Ok(x.with("neg", &[])?) });
}

fn node(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("a name")?;
    let f: FnPtr = args.function()?;
    let mut parameters = Vec::new();
    for (parameter, value) in args.rest() {
        let Some(default) = number(&value) else {
            let what = format!("a parameter of an own node is a plain number; got {}", named(&value));
            return Err(Wrong::about(&parameter, what).into());
        };
        parameters.push((parameter, default));
    }
    args.done()?;
    if parameters.len() > MOST_PARAMETERS {
        return Err(Wrong::new(format!("an own node has {MOST_PARAMETERS} parameters at most")).into());
    }
    let tape = Tape::default();
    let input = tape.write("in".into())?;
    let mut given = Map::new();
    for (i, (parameter, _)) in parameters.iter().enumerate() {
        given.insert(parameter.as_str().into(), Dynamic::from(tape.write(format!("p {}", i + 1))?));
    }
    let result = f.call_within_context::<Dynamic>(call.context, (input, given))?;
    let last = symbol(&tape, &result)?;
    let program = tape.program(&last)?;
    let maker = Maker { name: name.clone(), program, parameters };
    call.world.borrow_mut().makers.insert(name, maker.clone());
    Ok(Dynamic::from(maker))
}

/// Lets a variable that holds an own node be called as a word: `fold(drive: 0.2)`.
fn called(words: &mut Words<'_>) {
    let world = words.world.clone();
    #[allow(
        deprecated,
        reason = "it is the one way in which Rhai lets a value be called by its variable's name"
    )]
    words.engine.on_missing_function(move |name, values, _, mut context| {
        let world = world.borrow();
        // The bodies of functions see no variables of outside, so that there the node is found by its own name.
        let found = context.scope_mut().get_value::<Maker>(name).or_else(|| world.makers.get(name).cloned());
        let Some(maker) = found else { return Ok(None) };
        let kind = world.draft.kind(KIND)?;
        let given = maker.given(Args::read(name, values, 0))?;
        let blueprint = Blueprint { word: maker.name.clone(), kind, given, place: None };
        Ok(Some(Dynamic::from(Chain::one(Stage::Node(Rc::new(blueprint))))))
    });
}

impl Maker {
    /// What the node of the shelf is given.
    fn given(&self, mut args: Args) -> Result<Vec<(String, Given)>, Wrong> {
        let mut given = vec![("program".to_string(), Given::Text(self.program.clone()))];
        let mut named: Vec<(String, Dynamic)> = args.rest();
        while let Some(value) = args.next() {
            let free = self.parameters.iter().find(|p| !named.iter().any(|n| n.0 == p.0));
            let Some((name, _)) = free else {
                return Err(Wrong::new(format!(
                    "`{}` has no parameter for {}",
                    self.name,
                    crate::draft::named(&value)
                )));
            };
            named.push((name.clone(), value));
        }
        for (i, (name, default)) in self.parameters.iter().enumerate() {
            let value = named.iter().position(|n| n.0 == *name).map(|at| named.remove(at).1);
            let value = match value {
                Some(value) => Given::read(&value)?,
                None => Given::Amount(Amount::new(*default, Unit::None)),
            };
            given.push((format!("p{}", i + 1), value));
        }
        if let Some((name, _)) = named.first() {
            let names: Vec<&str> = self.parameters.iter().map(|p| p.0.as_str()).collect();
            let way = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has: {}", names.join(", ")),
            };
            return Err(Wrong::about(name, format!("`{}` has no parameter `{name}`; {way}", self.name)));
        }
        Ok(given)
    }
}
