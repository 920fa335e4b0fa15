//! Gives ids, dims and memory of the workgroup one name each in a launch.
//!
//! 1. Ids and dims become the arguments of the launch's block, and its operands.
//! 2. Globals in workgroup memory become its attributions.
//! 3. Of several `gpu.dynamic_shared_memory` ops, one at the start is left.
//!
//! Precondition: functions that a kernel calls are inlined, so that all names are in sight; nothing is asynchronous.

use super::inline_kernels::{PLACE, segments};
use crate::emit::{add, multiply};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Type, Value},
    views::{gpu, memref},
};
use rustc_hash::FxHashMap;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-name-threads",
    c"Give ids, dims and memory of the workgroup one name each in a launch",
    &[],
    |_, module| {
        // Listed before the first op in one is erased.
        let launches: Vec<_> = module.walk().into_iter().filter(|op| op.is::<gpu::Launch>()).collect();
        launches.into_iter().for_each(name_arguments);
        Ok(())
    },
);

/// Makes the arguments of the block the only names of ids, dims and memory of the workgroup.
fn name_arguments(launch: Op) {
    let Some(entry) = launch.region(0).first_block() else { return };
    let mut globals = FxHashMap::<String, Value>::default();
    let mut dynamic: Option<Op> = None;
    // The sizes stand after the tokens, of which there are none any more.
    for number in 0..6 {
        entry.argument(6 + number).replace_all_uses_with(launch.operand(number));
    }
    for op in launch.walk() {
        let dimension = op.attribute("dimension").map(|dimension| dimension.to_string()).unwrap_or_default();
        let dimension = ["x", "y", "z"].iter().position(|name| dimension == format!("#gpu<dim {name}>"));
        let start = Builder::at_start(entry, op.location());
        let argument = |group: usize, dimension: usize| match group {
            0 | 1 => entry.argument(3 * group + dimension),
            _ => launch.operand(3 * (group - 2) + dimension),
        };
        let new = match (op.name(), dimension) {
            (gpu::BlockId::NAME, Some(dimension)) => argument(0, dimension),
            (gpu::ThreadId::NAME, Some(dimension)) => argument(1, dimension),
            (gpu::GridDim::NAME, Some(dimension)) => argument(2, dimension),
            (gpu::BlockDim::NAME, Some(dimension)) => argument(3, dimension),
            (gpu::GlobalId::NAME, Some(dimension)) => {
                let first = multiply(&start, argument(0, dimension), argument(3, dimension));
                add(&start, first, argument(1, dimension))
            }
            (memref::GetGlobal::NAME, _) if is_workgroup(op.result(0).ty()) => {
                let name = op.attribute("name").map(|name| name.to_string()).unwrap_or_default();
                let ty = op.result(0).ty();
                *globals.entry(name).or_insert_with(|| add_workgroup_memory(launch, entry, ty))
            }
            (gpu::DynamicSharedMemory::NAME, _) => match dynamic {
                Some(first) if first.result(0).ty() == op.result(0).ty() => first.result(0),
                Some(_) => continue,
                None => {
                    if let Some(first) = entry.first_op().filter(|first| *first != op) {
                        op.move_before(first);
                    }
                    dynamic = Some(op);
                    continue;
                }
            },
            _ => continue,
        };
        op.result(0).replace_all_uses_with(new);
        op.erase();
    }
}

/// Whether a buffer is in the memory that the threads of a block share.
fn is_workgroup(ty: Type) -> bool {
    ty.memory_space()
        .is_some_and(|space| space.as_integer() == Some(3) || space.to_string() == "#gpu.address_space<workgroup>")
}

/// Gives a launch one more buffer in the memory of the workgroup.
pub(super) fn add_workgroup_memory(launch: Op, entry: Block, ty: Type) -> Value {
    let count = launch.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0);
    let clusters = segments(launch).is_some_and(|sizes| sizes.get(7).is_some_and(|size| *size != 0));
    let first = if clusters { PLACE + 6 } else { PLACE };
    let number = Attribute::integer(Type::integer(launch.context(), 64), count + 1);
    launch.set_attribute("workgroup_attributions", number);
    entry.insert_argument(first + count as usize, ty, launch.location())
}
