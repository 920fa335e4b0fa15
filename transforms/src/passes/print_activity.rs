//! Prints which values and buffers carry a derivative, and why.

use super::report::{REQUEST, Subject, each};
use crate::analysis::activity::State;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Op, Value},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-activity",
    c"Print which values and buffers are active: varied by an input and useful for an output",
    &REQUEST,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| {
        let mut text = format!("{}: activity\n", subject.title());
        for value in subject.values().into_iter().filter(|value| value.ty().is_differentiable()) {
            text += &format!("  {}: {}\n", subject.value(value), why(subject, value));
        }
        text
    })
}

/// A value's activity and the reason; that of each version of a buffer's content, if it has several.
pub(super) fn why(subject: &Subject, value: Value) -> String {
    let word = if subject.activity().is_active(value) { "active" } else { "inactive" };
    let states = subject.activity().states(value);
    let reason = match states.as_slice() {
        [] => reason(None).to_owned(),
        [state] => reason(Some(*state)).to_owned(),
        _ => {
            let versions =
                states.iter().enumerate().map(|(number, state)| format!("version {number}: {}", reason(Some(*state))));
            versions.collect::<Vec<_>>().join("; ")
        }
    };
    match subject.activity().is_visible(value) {
        true => format!("{word} ({reason}; the caller sees its shadow)"),
        false => format!("{word} ({reason})"),
    }
}

fn reason(state: Option<State>) -> &'static str {
    match state {
        None => "untouched",
        Some(State { varied: true, useful: true }) => "varied and useful",
        Some(State { varied: true, useful: false }) => "varied, not useful",
        Some(State { varied: false, useful: true }) => "useful, not varied",
        Some(State { varied: false, useful: false }) => "neither varied nor useful",
    }
}
