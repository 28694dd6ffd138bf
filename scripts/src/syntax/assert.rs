//! `assert expression, "why"`: what it finds is kept with both sides, and the script goes on.

use super::Place;
use crate::draft::named;
use crate::words::{Check, Mode, Shared, Sharing};
use rhai::{Dynamic, Engine, EvalAltResult, EvalContext, Expr, Expression, ImmutableString, Position};

/// Comparisons whose sides are told.
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];

/// Teaches an engine the word.
pub fn register(engine: &mut Engine, world: Shared) {
    engine.register_custom_syntax_with_state_raw(
        "assert",
        |symbols, ahead, _| {
            Ok(match symbols.len() {
                1 => Some("$expr$".into()),
                2 if ahead == "," => Some(",".into()),
                3 => Some("$expr$".into()),
                _ => None,
            })
        },
        false,
        move |context, inputs, _| check(context, inputs, &world),
    );
}

fn check(
    context: &mut EvalContext<'_, '_, '_, '_, '_, '_>,
    inputs: &[Expression<'_>],
    world: &Shared,
) -> Result<Dynamic, Box<EvalAltResult>> {
    if world.borrow().mode == Mode::Build || world.borrow().sharing.as_ref().is_some_and(Sharing::repeats) {
        return Ok(Dynamic::UNIT);
    }
    let position = inputs[0].position();
    let (holds, sides) = sides(context, &inputs[0])?;
    let why = match inputs.get(1).or(inputs.get(2)) {
        Some(why) if !holds => {
            let why = context.eval_expression_tree(why)?;
            why.read_lock::<ImmutableString>().map_or_else(|| why.to_string(), |t| t.to_string())
        }
        _ => String::new(),
    };
    let mut world = world.borrow_mut();
    let place = Place { line: position.line().unwrap_or(1), column: position.position().unwrap_or(1) };
    let place = world.named.original(place);
    world.checks.push(Check { place, holds, sides, why });
    Ok(Dynamic::UNIT)
}

/// Whether an expression holds, and what it said: of a comparison both sides.
fn sides(
    context: &mut EvalContext<'_, '_, '_, '_, '_, '_>,
    expression: &Expression<'_>,
) -> Result<(bool, String), Box<EvalAltResult>> {
    let position = expression.position();
    match &**expression {
        Expr::FnCall(call, _) if call.args.len() == 2 && COMPARISONS.contains(&call.name.as_str()) => {
            let mut a = context.eval_expression_tree(&Expression::from(&call.args[0]))?;
            let mut b = context.eval_expression_tree(&Expression::from(&call.args[1]))?;
            let told = format!("{} {} {}", named(&a), call.name, named(&b));
            let result = context.call_native_fn_raw(&call.name, false, &mut [&mut a, &mut b]);
            let result = result.map_err(|mut e| {
                e.set_position(position);
                e
            })?;
            Ok((truth(&result, position)?, told))
        }
        Expr::And(all, _) => {
            let mut told = Vec::new();
            for part in all.iter() {
                let (holds, said) = sides(context, &Expression::from(part))?;
                if !holds {
                    return Ok((false, said));
                }
                told.push(said);
            }
            Ok((true, told.join(", ")))
        }
        _ => {
            let value = context.eval_expression_tree(expression)?;
            Ok((truth(&value, position)?, named(&value)))
        }
    }
}

fn truth(value: &Dynamic, position: Position) -> Result<bool, Box<EvalAltResult>> {
    value.as_bool().map_err(|_| {
        let wrong = crate::trouble::Wrong::new(format!("`assert` wants true or false; got {}", named(value)));
        let mut error: Box<EvalAltResult> = wrong.into();
        error.set_position(position);
        error
    })
}
