//! A table of what was rendered.

use super::super::measures::{MEASURES, map};
use super::{File, analysed};
use crate::amount::Amount;
use crate::trouble::Wrong;
use crate::words::{Answer, Args, Call};
use rhai::{Array, Dynamic, Map};
use serde_json::{Value, json};
use signalbox_engine::node::nearest;

/// Writes the table, as JSON or as CSV.
pub fn report(call: &Call<'_, '_>, mut args: Args) -> Answer {
    let name = args.text("the name of a file, as in \"report.json\"")?;
    let columns = args.named("columns");
    args.done()?;
    let names: Vec<&str> = std::iter::once("name").chain(MEASURES.iter().map(|m| m.0)).collect();
    let columns: Vec<String> = match columns.map(Dynamic::try_cast::<Array>) {
        None => ["name", "lufs", "true_peak"].map(String::from).into(),
        Some(list) => list.unwrap_or_default().iter().map(ToString::to_string).collect(),
    };
    for column in &columns {
        if !names.contains(&column.as_str()) {
            let near = nearest(column, names.iter().copied());
            let near =
                near.map_or(format!("there are: {}", names.join(", ")), |n| format!("did you mean \"{n}\"?"));
            return Err(Wrong::about("columns", format!("there is no column \"{column}\"; {near}")).into());
        }
    }
    let mut world = call.world.borrow_mut();
    let path = world.root.write(&name)?;
    if world.sharing.is_some() {
        // Whoever shares the work out writes it.
        return Ok(Dynamic::UNIT);
    }
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for rendered in world.rendered.clone() {
        let file = File { path: rendered };
        let measures: Map = map(&*analysed(&mut world, &file)?);
        rows.push(columns.iter().map(|c| cell(c, &file, &measures)).collect());
    }
    let text = if name.ends_with(".csv") {
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let plain =
            |v: &Value| v.as_str().map_or(v.to_string(), |s| format!("\"{}\"", s.replace('"', "\"\"")));
        std::iter::once(line(columns.clone()))
            .chain(rows.iter().map(|r| line(r.iter().map(plain).collect())))
            .collect()
    } else {
        let object = |row: &Vec<Value>| {
            columns.iter().cloned().zip(row.iter().cloned()).collect::<serde_json::Map<_, _>>()
        };
        serde_json::to_string_pretty(&rows.iter().map(object).collect::<Vec<_>>()).unwrap_or_default() + "\n"
    };
    let folders = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folders.map_err(|e| Wrong::new(format!("the folder of \"{name}\" can't be made: {e}")))?;
    signalbox_file::write_text(&path, &text).map_err(|e| Wrong::new(e.to_string()))?;
    Ok(Dynamic::UNIT)
}

/// A cell of the report: numbers in their unit, rounded as a meter shows them.
fn cell(column: &str, file: &File, measures: &Map) -> Value {
    if column == "name" {
        return json!(file.name());
    }
    let Some(value) = measures.get(column) else { return Value::Null };
    if let Some(amount) = value.clone().try_cast::<Amount>() {
        return if amount.value.is_finite() {
            json!((amount.value * 100.0).round() / 100.0)
        } else {
            Value::Null
        };
    }
    if let Ok(switch) = value.as_bool() {
        return json!(switch);
    }
    value.as_int().map(|i| json!(i)).or(value.as_float().map(|f| json!(f))).unwrap_or(Value::Null)
}
