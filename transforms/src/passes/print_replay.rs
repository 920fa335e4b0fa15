//! Prints which loads the reverse sweep could repeat, or what prevents it.

use super::report::{REQUEST, Subject, each};
use crate::analysis::overwrite::Obstacle;
use autodiff_dialect::{bridge::Pass, ir::Op};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-replay",
    c"Print which loads the reverse sweep can repeat, or which write or release prevents it",
    &REQUEST,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| {
        let mut text = format!("{}: replay\n", subject.title());
        let Some(facts) = subject.facts() else { return text };
        for op in subject.ops() {
            let Some(buffer) = subject.rules.get(op).reads_only(op) else { continue };
            let obstacle = facts.overwrites.obstacle(op, buffer, subject.activity());
            let verdict = obstacle.map_or("replayable".to_owned(), |obstacle| {
                format!("not replayable: {}", prevented(subject, obstacle))
            });
            for result in op.results() {
                text += &format!("  {} of {}: {verdict}\n", subject.value(result), subject.name(buffer));
            }
        }
        text
    })
}

/// What prevents a replay, in words.
pub(super) fn prevented(subject: &Subject, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::LaterWrite(op) => format!("overwritten later by {}", subject.op(op)),
        Obstacle::WriteBeside(op) => format!("overwritten in the same nest by {}", subject.op(op)),
        Obstacle::Free(op) => format!("freed by {}, which cannot wait", subject.op(op)),
        Obstacle::Place => "in no block of the function".to_owned(),
    }
}
