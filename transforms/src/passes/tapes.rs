//! Checks the uses of tapes, as far as they are in sight: a tape is to be pulled back once.

use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Op, Value},
    state::names,
    views::{memref, scf},
};

/// Warns of tapes that nothing uses, and reports those that are used up more than once.
pub(super) fn check(module: Op) -> Result<(), ()> {
    let mut result = Ok(());
    for op in module.walk().into_iter().filter(|op| op.name() == names::AUGMENT) {
        let Some(tape) = op.results().pop() else { continue };
        if tape.is_unused() {
            Diagnostic::warning(
                op.location(),
                "the tape is never pulled back, and its memory never freed; call the function where no derivative is \
                 needed",
            )
            .emit();
        }
        if let Some((location, earlier, message)) = used_again(op, tape) {
            let error = Diagnostic::error(location.location(), message);
            error.note(earlier.location(), if earlier == op { "the tape is made here" } else { "used here" }).emit();
            result = Err(());
        }
    }
    result
}

/// A pullback of a tape that was used up before: by an earlier one, or by an earlier iteration.
fn used_again(augment: Op, tape: Value) -> Option<(Op, Op, &'static str)> {
    let mut pullbacks: Vec<Op> =
        tape.uses().into_iter().map(|(op, _)| op).filter(|op| op.name() == names::PULLBACK).collect();
    // Uses are listed last first.
    pullbacks.reverse();
    for (number, pullback) in pullbacks.iter().enumerate() {
        let mut around = pullback.ancestors();
        if around.by_ref().take_while(|op| !op.encloses(augment)).any(repeats) {
            return Some((
                *pullback,
                augment,
                "a tape is pulled back once, but this op runs several times for one tape",
            ));
        }
        if let Some(earlier) = pullbacks[..number].iter().find(|other| both_run(**other, *pullback)) {
            return Some((
                *pullback,
                *earlier,
                "a tape is pulled back once; call 'autodiff.augment' for each pullback",
            ));
        }
    }
    None
}

/// Whether an op may run its regions more than once.
fn repeats(op: Op) -> bool {
    !matches!(op.name(), scf::If::NAME | scf::IndexSwitch::NAME | scf::ExecuteRegion::NAME | memref::AllocaScope::NAME)
}

/// Whether one op is run after the other: their ancestors stand in one block.
fn both_run(one: Op, other: Op) -> bool {
    one.self_and_ancestors()
        .any(|a| other.self_and_ancestors().any(|b| a != b && a.block().is_some() && a.block() == b.block()))
}
