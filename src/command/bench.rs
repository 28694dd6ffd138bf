//! `bench`: what the engine costs, held against the same arithmetic with no graph.

use crate::cli::Bench;
use crate::failure::Failure;
use crate::say::{say_line, tell};
use signalbox_studio::bench::run::{NAMES, Plan, Row, run as measure};

/// Runs workloads and prints a line each.
pub fn run(options: &Bench) -> Result<(), Failure> {
    let mut plan = if options.quick { Plan::quick() } else { Plan::full() };
    plan.seconds = options.seconds.unwrap_or(plan.seconds);
    plan.lanes = options.lanes.unwrap_or(plan.lanes);
    let wanted = |name: &&&str| options.workloads.is_empty() || options.workloads.iter().any(|w| w == **name);
    let mut rows: Vec<Row> = Vec::new();
    let mut failed = Ok(());
    for name in NAMES.iter().filter(wanted) {
        if !options.json {
            tell(format_args!("{name} …"));
        }
        let mut each = |row: Row| {
            if !options.json && failed.is_ok() {
                failed = say_line(&row);
            }
            rows.push(row);
        };
        measure(name, &plan, &mut each).map_err(Failure::new)?;
    }
    failed?;
    if options.json {
        let rows = rows.iter().map(|row| {
            let figures = row.figures.iter().map(|(name, value)| (name.to_string(), (*value).into()));
            let mut object: serde_json::Map<_, _> = figures.collect();
            object.insert("workload".into(), row.name.as_str().into());
            serde_json::Value::Object(object)
        });
        say_line(format_args!("{:#}", serde_json::Value::Array(rows.collect())))?;
    }
    Ok(())
}
