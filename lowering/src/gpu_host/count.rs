//! Counts what kernels do: elements read and written, and floating-point operations.
//!
//! 1. In each block, add up what its ops do. An op of `arith` or `math` on floating-point numbers counts once for each
//!    element, a fused multiplication and addition twice; one of `complex` counts once.
//! 2. Add that to the counters where the block begins.

use super::{
    abi,
    abi::{INTERNAL, KERNEL, Runtime},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Type},
    views::{llvm, memref, vector},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-gpu-count-operations",
    c"Count elements read and written and floating-point operations in kernels",
    &[],
    |_, module| {
        let Some(mut runtime) = Runtime::new(module) else { return Err(()) };
        for kernel in module.walk().into_iter().filter(|op| op.attribute(KERNEL).is_some()) {
            for block in kernel.walk().into_iter().flat_map(Op::regions).flat_map(Region::blocks) {
                // Nothing may be called in the body of an atomic update; it counts where the update stands.
                if block.parent_op().is_none_or(|op| op.name() != ATOMIC) {
                    count(block, &mut runtime);
                }
            }
        }
        Ok(())
    },
);

const ATOMIC: &str = memref::GenericAtomicRmw::NAME;

/// What ops do: the numbers of the counters are those of the runtime.
#[derive(Default)]
struct Totals {
    loads: i64,
    stores: i64,
    flops: i64,
}

impl Totals {
    fn add(&mut self, op: Op) {
        match op.name() {
            ATOMIC => {
                op.regions().into_iter().flat_map(Region::blocks).flat_map(Block::ops).for_each(|op| self.add(op))
            }
            memref::Load::NAME | vector::Load::NAME | llvm::Load::NAME => self.loads += elements(op.result(0).ty()),
            memref::Store::NAME | vector::Store::NAME | llvm::Store::NAME => {
                self.stores += elements(op.operand(0).ty())
            }
            name => self.flops += flops(op, name),
        }
    }
}

fn count(block: Block, runtime: &mut Runtime) {
    let mut totals = Totals::default();
    let ops = block.ops();
    ops.iter().filter(|op| op.attribute(INTERNAL).is_none()).for_each(|op| totals.add(*op));
    let Some(builder) = ops.first().and_then(|op| Builder::before(*op)) else { return };
    for (counter, number) in [(1, totals.loads), (2, totals.stores), (3, totals.flops)] {
        if number > 0 {
            let operands = [abi::integer(&builder, 32, counter), abi::integer(&builder, 64, number)];
            runtime.call(&builder, "count", &operands, &[]);
        }
    }
}

fn flops(op: Op, name: &str) -> i64 {
    let Some((dialect, kind)) = name.split_once('.') else { return 0 };
    let Some(ty) = op.results().first().map(|result| result.ty()) else { return 0 };
    let is_number = ty.is_float() || (ty.is_vector() && ty.element().is_float());
    match dialect {
        "arith" if is_number && FLOPS.contains(&kind) => elements(ty),
        "math" if is_number => elements(ty) * if kind == "fma" { 2 } else { 1 },
        "vector" if kind == "fma" => elements(ty) * 2,
        "vector" if kind == "reduction" && is_number => elements(op.operand(0).ty()),
        "complex" if ty.is_complex() && !["constant", "create", "bitcast"].contains(&kind) => 1,
        _ => 0,
    }
}

/// Ops of `arith` that compute; the others convert, compare or choose.
const FLOPS: [&str; 10] =
    ["addf", "subf", "mulf", "divf", "remf", "negf", "maximumf", "minimumf", "maxnumf", "minnumf"];

fn elements(ty: Type) -> i64 {
    if ty.is_vector() { ty.shape().iter().product() } else { 1 }
}
