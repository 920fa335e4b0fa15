//! How often a value is made: the loops around it.

use super::Subject;
use crate::{emit::constant_index, engine::Facts};
use autodiff_dialect::ir::{Op, Region, Value};

/// The iterations of one loop.
pub(in crate::passes) enum Trip {
    /// A number that the text of the program gives.
    Known(u64),
    /// A formula in values of the program.
    Formula(String),
    /// A formula in values that change in the loops around; a cache of such a nest grows.
    Inner(String),
    /// Known when the loop is over.
    Unbounded,
}

impl Trip {
    /// Whether a cache of such a nest grows, because the number is not known before it.
    pub(in crate::passes) fn grows(&self) -> bool {
        matches!(self, Self::Inner(_) | Self::Unbounded)
    }
}

impl std::fmt::Display for Trip {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Known(count) => write!(formatter, "{count}"),
            Self::Formula(text) | Self::Inner(text) => formatter.write_str(text),
            Self::Unbounded => formatter.write_str("trips"),
        }
    }
}

/// The loops around a value that a cache of it has slots for, outermost first: those that the value varies with, if their
/// numbers are known in front, and none around iterations that are run again.
pub(in crate::passes) fn trips(subject: &Subject, facts: &Facts, value: Value) -> Vec<Trip> {
    let levels = facts.varies_with(value);
    let (mut all, mut varied) = (vec![], vec![]);
    let mut block = value.block();
    while block != subject.entry && !facts.reruns.contains(block) {
        let Some(op) = block.parent_op() else { break };
        let mirrored = block.arguments().first().is_some_and(|first| subject.rules.get(op).mirrors(op, *first));
        let carries = |region: Region| region.first_block().is_some_and(|first| first.argument_count() > 0);
        let trip = || match mirrored && op.operand_count() >= 3 {
            true => counted(subject, op),
            false => Trip::Unbounded,
        };
        if mirrored || op.regions().into_iter().any(carries) {
            all.push(trip());
            if facts.level(block).checked_sub(1).is_none_or(|depth| levels.contains(depth)) {
                varied.push(trip());
            }
        }
        let Some(outer) = op.block() else { break };
        block = outer;
    }
    let mut trips = if varied.iter().any(Trip::grows) { all } else { varied };
    trips.reverse();
    trips
}

/// The trip count of a loop whose first operands are its lower bound, its upper bound and its step.
fn counted(subject: &Subject, op: Op) -> Trip {
    let bounds = [op.operand(0), op.operand(1), op.operand(2)];
    if let [Some(lower), Some(upper), Some(step @ 1..)] = bounds.map(constant_index) {
        let span = (i128::from(upper) - i128::from(lower)).max(0);
        return Trip::Known(u64::try_from((span + i128::from(step) - 1) / i128::from(step)).unwrap_or(u64::MAX));
    }
    let [lower, upper, step] = bounds.map(|value| match constant_index(value) {
        Some(number) => number.to_string(),
        None => subject.name(value).to_owned(),
    });
    let text = match (lower.as_str(), step.as_str()) {
        ("0", "1") => upper,
        (_, "1") => format!("({upper} - {lower})"),
        ("0", _) => format!("ceil({upper} / {step})"),
        _ => format!("ceil(({upper} - {lower}) / {step})"),
    };
    match bounds.into_iter().all(|value| is_outside(subject, value)) {
        true => Trip::Formula(text),
        false => Trip::Inner(text),
    }
}

/// Whether a value can be had in the function's own block.
fn is_outside(subject: &Subject, value: Value) -> bool {
    let mut pending = vec![value];
    let mut budget = 64;
    while let Some(value) = pending.pop() {
        if value.block() == subject.entry {
            continue;
        }
        budget -= 1;
        match value.defining_op().filter(|op| budget > 0 && op.region_count() == 0 && op.is_pure()) {
            Some(op) => pending.extend(op.operands()),
            None => return false,
        }
    }
    true
}
