//! Whether the threads of a block overwrite a buffer together: each thread stores its own elements, and no element is left.

use crate::emit::constant_index;
use autodiff_dialect::{
    ir::{Block, Op, Type, Value},
    views::{gpu, memref},
};
use std::collections::HashSet;

/// The place of the op in a block, which all threads of a launch run together, with which all of a buffer is overwritten
/// before anything else in the block touches it. A barrier at the start or the end of the block lets the threads overwrite
/// it again when the block has run.
///
/// The indices are ids of threads, each of them in one dimension that is as long as the block is in it, or constants.
/// Blocks extend in no other dimension.
pub(super) fn fills_together(launch: Op, block: Block, buffer: Value) -> Option<usize> {
    let shape = buffer.ty().shape();
    let (mut ids, mut left) = (None, HashSet::new());
    let ops = block.ops();
    let touches = |op: &Op| op.walk().into_iter().flat_map(Op::operands).any(|operand| operand == buffer);
    let (first, last) = (ops.iter().position(touches)?, ops.iter().rposition(touches)?);
    let waits = |ops: &[Op]| ops.iter().any(|op| op.is::<gpu::Barrier>());
    if !waits(&ops[..first]) && !waits(&ops[last..]) {
        return None;
    }
    for (place, op) in ops.iter().enumerate().filter(|(_, op)| touches(op)) {
        if !op.is::<memref::Store>() || op.operand(1) != buffer {
            return None;
        }
        let (threads, constants) = indices(launch, &op.operands()[2..], &shape)?;
        if ids.is_none() {
            left = all_constants(&threads, &shape)?;
            ids = Some(threads.clone());
        }
        if ids != Some(threads) {
            return None;
        }
        left.remove(&constants);
        if left.is_empty() {
            return Some(place);
        }
    }
    None
}

/// Which id of a thread each index is, and the constants that the others are. `None`: they do not tell threads apart.
fn indices(launch: Op, indices: &[Value], shape: &[i64]) -> Option<(Vec<Option<usize>>, Vec<i64>)> {
    let body = launch.body(0)?;
    let (mut threads, mut constants) = (vec![], vec![]);
    for (index, size) in indices.iter().zip(shape) {
        let id = index.argument_number().filter(|number| index.block() == body && (3..6).contains(number));
        match id {
            Some(id) if !threads.contains(&Some(id)) && block_size(launch, id) == Some(*size) => threads.push(Some(id)),
            Some(_) => return None,
            None => {
                threads.push(None);
                constants.push(constant_index(*index)?);
            }
        }
    }
    let all = (3..6).all(|id| threads.contains(&Some(id)) || block_size(launch, id) == Some(1));
    all.then_some((threads, constants))
}

/// The number of threads of a block in the dimension of an id, if it is known.
fn block_size(launch: Op, id: usize) -> Option<i64> {
    constant_index(launch.operand(id))
}

/// The indices of all elements in the dimensions that no thread's id runs through.
fn all_constants(threads: &[Option<usize>], shape: &[i64]) -> Option<HashSet<Vec<i64>>> {
    let mut all = vec![vec![]];
    for (thread, size) in threads.iter().zip(shape) {
        if thread.is_some() {
            continue;
        }
        if *size == Type::DYNAMIC || *size > MOST || all.len() as i64 * size > MOST {
            return None;
        }
        all = all.into_iter().flat_map(|one| (0..*size).map(move |last| [&one[..], &[last]].concat())).collect();
    }
    Some(all.into_iter().collect())
}

/// The most elements that one thread is followed to store.
const MOST: i64 = 64;
