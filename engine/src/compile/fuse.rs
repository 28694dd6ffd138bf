//! Last pass: says which nodes are pointwise; steps of such nodes that follow each other become one.

use super::Mode;
use crate::schedule::{Bank, Schedule, Step};

/// The most steps that become one: more would leave the threads nothing to share.
const MOST: usize = 512;

/// Marks the banks that are pointwise, as `pointwise` tells, and rows of their steps that are run as one while their
/// parameters rest; nodes side by side run by themselves.
pub fn fuse(schedule: &mut Schedule, pointwise: impl Fn(&Bank) -> bool) {
    for bank in &mut schedule.banks {
        bank.pointwise = pointwise(bank);
    }
    let fits = |step: &Step, banks: &[Bank]| match step {
        Step::Run(run) => {
            let bank = &banks[run.bank as usize];
            run.mode == Mode::Process && run.moved.is_empty() && bank.pointwise && bank.lanes() == 1
        }
        _ => false,
    };
    let steps = std::mem::take(&mut schedule.steps);
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    // The steps of the row that is under way, and how many steps of a loop are left.
    let (mut row, mut inside): (Vec<Step>, usize) = (Vec::new(), 0);
    for step in steps {
        if inside == 0 && fits(&step, &schedule.banks) {
            row.push(step);
            if row.len() == MOST {
                close(&mut row, &mut out);
            }
            continue;
        }
        close(&mut row, &mut out);
        inside = match step {
            Step::Loop { steps, .. } => steps,
            _ => inside.saturating_sub(1),
        };
        out.push(step);
    }
    close(&mut row, &mut out);
    schedule.steps = out;
}

fn close(row: &mut Vec<Step>, out: &mut Vec<Step>) {
    if row.len() > 1 {
        out.push(Step::Fuse { steps: row.len() });
    }
    out.append(row);
}
