//! Rhai's errors in a user's words, at the user's places.

use super::Script;
use crate::sandbox::Over;
use crate::syntax::{Named, Place};
use crate::trouble::{Trouble, Wrong};
use crate::words::{Doc, LIBRARY};
use rhai::{EvalAltResult, ParseErrorType, Position};
use signalbox_engine::node::nearest;

/// What a script may be held up by, in words.
pub fn trouble(error: &EvalAltResult, script: &Script, named: &Named, docs: &[Doc]) -> Trouble {
    let (inner, mut position) = unwrap(error);
    // What a job has told already.
    if let EvalAltResult::ErrorRuntime(value, _) = inner
        && let Some(told) = value.clone().try_cast::<Trouble>()
    {
        return told;
    }
    if position.is_none() {
        position = error.position();
    }
    let place = place(position).map(|p| named.original(p));
    let (what, argument) = what(inner, docs);
    let what = match imported(error) {
        Some((file, line)) => format!("in {file}, line {line}: {what}"),
        None => what,
    };
    let place = match (place, argument) {
        (Some(place), Some(argument)) => named.argument(place, &argument).or(Some(place)),
        (place, _) => place,
    };
    match place {
        Some(place) => Trouble::at(&script.name, &script.source, place, what),
        None => Trouble::whole(&script.name, what),
    }
}

fn place(position: Position) -> Option<Place> {
    Some(Place { line: position.line()?, column: position.position().unwrap_or(1) })
}

/// The error at the bottom of calls, and the deepest place that is known.
fn unwrap(error: &EvalAltResult) -> (&EvalAltResult, Position) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, source, inner, position) => {
            let (bottom, deeper) = unwrap(inner);
            // What lies in the library, or in an imported script, is no place of the user's text.
            (bottom, if deeper.is_none() || !source.is_empty() { *position } else { deeper })
        }
        EvalAltResult::ErrorInModule(_, inner, position) => (unwrap(inner).0, *position),
        error => (error, error.position()),
    }
}

/// The imported script in which an error lies, and the line.
fn imported(error: &EvalAltResult) -> Option<(&str, usize)> {
    let EvalAltResult::ErrorInFunctionCall(_, source, inner, _) = error else { return None };
    let own = || (!source.is_empty() && source != LIBRARY).then_some(source.as_str());
    imported(inner).or_else(|| Some((own()?, unwrap(inner).1.line()?)))
}

/// What is wrong, and the argument that it is about.
fn what(error: &EvalAltResult, docs: &[Doc]) -> (String, Option<String>) {
    use EvalAltResult as E;
    let text = match error {
        E::ErrorRuntime(value, _) => match value.clone().try_cast::<Wrong>() {
            Some(wrong) => return (wrong.what, wrong.argument),
            None => format!("the script stopped: {value}"),
        },
        E::ErrorParsing(parse, _) => parsing(parse),
        E::ErrorFunctionNotFound(call, _) => return (not_found(call, docs), None),
        E::ErrorVariableNotFound(name, _) => {
            let names = docs.iter().map(|d| d.name.as_str());
            match nearest(name, names) {
                Some(near) if near == name => format!("`{name}` is called, as in {}", signature(docs, near)),
                Some(near) => format!("there is no `{name}`; did you mean `{near}`?"),
                None => format!(
                    "there is no `{name}` here; say let {name} = … before, and mind that a fn sees no variables of outside"
                ),
            }
        }
        E::ErrorPropertyNotFound(name, _) | E::ErrorDotExpr(name, _) => property(name),
        E::ErrorIndexNotFound(name, _) => property(&name.to_string()),
        E::ErrorTooManyOperations(_) => ENDLESS.into(),
        E::ErrorTerminated(why, _) if why.clone().try_cast::<Over>() == Some(Over::Memory) => {
            "the script builds too much for the memory that it may have; is there a loop that does not end?"
                .into()
        }
        E::ErrorTerminated(..) => ENDLESS.into(),
        E::ErrorStackOverflow(_) => "functions call each other without end".into(),
        E::ErrorDataTooLarge(what, _) => {
            format!("{}: texts hold 64 KiB, lists 16,384 values, maps 4,096", what.to_lowercase())
        }
        E::ErrorTooManyVariables(_) => "there are more than 512 variables; put them into a list".into(),
        E::ErrorMismatchDataType(wanted, got, _) if got.ends_with("Symbol") && wanted.contains("bool") => {
            "`if` can't choose by a sound that is yet to come; use select(condition, a, b)".into()
        }
        E::ErrorMismatchDataType(wanted, got, _) => {
            format!("wants {}; got {}", kind(wanted), kind(got))
        }
        E::ErrorArithmetic(what, _) => what.clone(),
        E::ErrorAssignmentToConstant(name, _) => format!("`{name}` is constant"),
        E::ErrorModuleNotFound(name, _) => format!("there is no module \"{name}\" in the project's folder"),
        other => {
            // Rhai's own words, without the place, which is told otherwise.
            let text = other.to_string();
            text.split(" (line ").next().unwrap_or(&text).to_string()
        }
    };
    (text, None)
}

const ENDLESS: &str = "the script computes too long; is there a loop that does not end?";

/// What Rhai calls a type, in a script's words.
fn kind(name: &str) -> String {
    let bare = name.rsplit("::").next().unwrap_or(name);
    match bare {
        "i64" | "f64" | "float" => "a number".into(),
        "string" | "ImmutableString" | "&str" => "a text".into(),
        "()" => "nothing".into(),
        "Fn" | "FnPtr" => "a function".into(),
        "array" => "a list".into(),
        "map" => "a map".into(),
        "bool" => "true or false".into(),
        "Amount" => "a number with a unit".into(),
        other => format!("a {}", other.to_lowercase()),
    }
}

fn signature(docs: &[Doc], name: &str) -> String {
    docs.iter().find(|d| d.name == name).map_or(name.into(), |d| d.signature.clone())
}

/// A call that nothing takes: the word is misspelt, or its values are wrong.
fn not_found(call: &str, docs: &[Doc]) -> String {
    let (name, types) = call.split_once('(').unwrap_or((call, ")"));
    let (name, types) = (name.trim(), types.trim_end_matches(')').trim());
    if let Some(property) = name.strip_prefix("get$").or(name.strip_prefix("set$")) {
        return self::property(property);
    }
    let types: Vec<String> = types.split(',').map(str::trim).filter(|t| !t.is_empty()).map(kind).collect();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return match types.as_slice() {
            [a, b] => format!("{a} {name} {b} is nothing: the two don't go together"),
            [a] => format!("{name} can't be put before {a}"),
            _ => format!("`{name}` can't be used so"),
        };
    }
    if docs.iter().any(|d| d.name == name) {
        return format!(
            "`{name}` is called otherwise, as in {}; got {}",
            signature(docs, name),
            list(&types)
        );
    }
    match nearest(name, docs.iter().map(|d| d.name.as_str())) {
        Some(near) => format!("there is no `{name}`; did you mean `{near}`?"),
        None => {
            format!("there is no word `{name}` that takes {}; `signalbox doc` lists all words", list(&types))
        }
    }
}

fn list(types: &[String]) -> String {
    if types.is_empty() { "nothing".into() } else { types.join(", ") }
}

fn property(name: &str) -> String {
    // Rhai tells `Unknown property 'x' - …` for types without one.
    let name = name.split('\'').nth(1).unwrap_or(name);
    let near = nearest(name, crate::amount::UNITS.iter().map(|u| u.0));
    match near {
        Some(near) => format!("there is no `.{name}`; did you mean `.{near}`?"),
        None => format!("there is no `.{name}` here"),
    }
}

fn parsing(error: &ParseErrorType) -> String {
    match error {
        ParseErrorType::UnexpectedEOF => "the script ends in the middle of something".into(),
        ParseErrorType::MissingToken(token, _) => format!("`{token}` is missing here"),
        ParseErrorType::DuplicatedProperty(name) => format!("`{name}` is given twice"),
        ParseErrorType::Reserved(word) => format!("`{word}` is kept by the language; choose another name"),
        other => {
            let text = other.to_string();
            text.split(" (line ").next().unwrap_or(&text).to_string()
        }
    }
}
