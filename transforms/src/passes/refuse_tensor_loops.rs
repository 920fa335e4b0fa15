//! Refuses `scf.forall` on tensors: MLIR 22's passes that make other loops of it crash there, or fail without a word.
//!
//! 1. An `scf.forall` with results is an error.

use autodiff_dialect::{bridge::Pass, diagnostic::Diagnostic, views::scf};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-refuse-tensor-loops",
    c"Refuse 'scf.forall' on tensors",
    &[],
    |_, module| {
        let mut result = Ok(());
        for op in module.walk().into_iter().filter(|op| op.is::<scf::Forall>() && op.result_count() > 0) {
            let message = "'scf.forall' op works on tensors; run 'autodiff-bufferize-pipeline' before, which makes buffers of them";
            Diagnostic::error(op.location(), message).emit();
            result = Err(());
        }
        result
    },
);
