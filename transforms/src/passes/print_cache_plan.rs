//! Prints how each primal value that the reverse sweep needs gets there, and the bytes that are cached.

use super::report::{REQUEST, Subject, Trip, each, trips};
use crate::{
    analysis::cache_plan::{Decision, Slice, bytes},
    engine::Facts,
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Op, Value},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-cache-plan",
    c"Print which values are cached or computed again for the reverse sweep, bytes per trip and in total",
    &REQUEST,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| {
        let mut text = format!("{}: cache plan\n", subject.title());
        let Some(facts) = subject.facts() else { return text };
        let needed: Vec<_> = subject.needed(&facts).into_iter().map(|(value, _)| value).collect();
        for op in subject.rerun(&facts) {
            text += &format!("  rerun: the iterations of {}\n", subject.op(op));
        }
        for op in subject.ops().into_iter().filter(|op| facts.preaccumulation(*op).is_some()) {
            text += &format!("  preaccumulated: {}\n", subject.op(op));
        }
        let mut sizes = vec![];
        for value in subject.values() {
            let how = match facts.plan.decision(value) {
                Some(Decision::Cache) if facts.stays_with_thread(value) => "kept by its thread".to_owned(),
                Some(Decision::Cache) if facts.sweep_around(value.block()).is_some() => "kept in a register".to_owned(),
                Some(Decision::Cache) => {
                    let size = Size::of(subject, &facts, value);
                    let how = format!("cached, {size}");
                    sizes.push(size);
                    how
                }
                Some(Decision::Recompute) => "recomputed".to_owned(),
                None if needed.contains(&value) && facts.is_free(value) => free(&facts, value).to_owned(),
                None => continue,
            };
            text += &format!("  {}: {how}\n", subject.value(value));
        }
        text + &format!("  total: {}\n", total(&sizes))
    })
}

/// Why a value needs no cache.
fn free(facts: &Facts, value: Value) -> &'static str {
    match value.block() == facts.entry {
        true => "free, made once",
        false if value.defining_op().is_some() && facts.is_fused(value.block()) => "free, made by the same thread",
        false if facts.is_swept(value.block()) => "free, used at once",
        false if value.defining_op().is_some() => "free, made again by the iteration",
        false => "free, counted backwards",
    }
}

/// The bytes of a cached value: those of one trip, and the trips.
pub(super) struct Size {
    pub(super) bytes: u64,
    pub(super) trips: Vec<Trip>,
}

impl Size {
    pub(super) fn of(subject: &Subject, facts: &Facts, value: Value) -> Self {
        Self { bytes: bytes(value.ty()), trips: trips(subject, facts, value) }
    }

    /// Whether the number of slots is known when the cache is made.
    fn grows(&self) -> bool {
        self.trips.iter().any(Trip::grows)
    }

    /// The bytes in total: a number, and what it is to be multiplied by.
    fn product(&self) -> (u64, Vec<String>) {
        let mut number = self.bytes;
        let mut factors = vec![];
        for trip in &self.trips {
            match trip {
                Trip::Known(count) => number = number.saturating_mul(*count),
                other => factors.push(other.to_string()),
            }
        }
        (number, factors)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{} bytes", self.bytes)?;
        for trip in &self.trips {
            write!(formatter, " x {trip}")?;
        }
        if self.grows() { formatter.write_str(", a stack") } else { Ok(()) }
    }
}

/// The sum of sizes; those that differ by a number only are added up.
pub(super) fn total(sizes: &[Size]) -> String {
    let mut terms: Vec<(u64, Vec<String>)> = vec![];
    for size in sizes {
        let (number, factors) = size.product();
        match terms.iter_mut().find(|(_, other)| *other == factors) {
            Some((sum, _)) => *sum = sum.saturating_add(number),
            None => terms.push((number, factors)),
        }
    }
    let terms: Vec<_> = terms
        .into_iter()
        .map(|(number, factors)| std::iter::once(number.to_string()).chain(factors).collect::<Vec<_>>().join(" x "))
        .collect();
    match terms.is_empty() {
        true => "0 bytes".to_owned(),
        false => format!("{} bytes", terms.join(" + ")),
    }
}
