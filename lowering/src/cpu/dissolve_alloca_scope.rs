//! Dissolves `memref.alloca_scope`: LLVM's conversion of it in MLIR 22 takes no control flow in its region.
//!
//! 1. What the scope puts on the stack itself goes to the heap, and is freed at its end.
//! 2. The body takes the op's place.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Value},
    views::memref,
};

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-dissolve-alloca-scope", c"Replace memref.alloca_scope by its body", &[], |_, module| {
        for op in module.walk().into_iter().rev().filter(|op| op.is::<memref::AllocaScope>()) {
            dissolve(op);
        }
        Ok(())
    });

fn dissolve(scope: Op) {
    let Some((body, end)) = scope.body(0).and_then(|body| Some((body, body.terminator()?))) else { return };
    let Some(place) = Builder::before(scope) else { return };
    for op in body.ops().into_iter().filter(|op| *op != end) {
        if !op.is::<memref::Alloca>() {
            op.move_before(scope);
            continue;
        }
        let attributes = op.attributes();
        let types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
        let buffer = place.create(memref::Alloc::NAME, &op.operands(), &types, &attributes, &[]).result(0);
        op.result(0).replace_all_uses_with(buffer);
        op.erase();
        if let Some(behind) = Builder::after(scope) {
            behind.effect(memref::Dealloc::NAME, &[buffer]);
        }
    }
    for (result, value) in scope.results().into_iter().zip(end.operands()) {
        result.replace_all_uses_with(value);
    }
    scope.erase();
}
