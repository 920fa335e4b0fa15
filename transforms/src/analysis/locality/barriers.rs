//! What barriers keep apart, and what belongs to whom between two of them.
//!
//! All threads of a block meet at the same barriers in the same order. So two ops of different threads run between the
//! same two barriers, or the one before and the other after one. An interval is the time between two barriers.

use autodiff_dialect::{
    ir::{Block, Op, Region, Value},
    state::names,
    views::{gpu, scf},
};

/// The blocks around an op, from the body of a launch to its own, each with the op in it that holds the op.
fn path(launch: Op, op: Op) -> Vec<(Block, Op)> {
    let mut path = vec![];
    let mut inner = Some(op);
    while let Some(op) = inner.filter(|op| *op != launch) {
        let Some(block) = op.block() else { break };
        path.push((block, op));
        inner = op.parent();
    }
    path.reverse();
    path
}

fn is_barrier(op: &Op) -> bool {
    op.is::<gpu::Barrier>()
}

/// The number of barriers of a block before one of its ops, and after it.
fn barriers(block: Block, op: Op) -> (usize, usize) {
    let ops = block.ops();
    let place = ops.iter().position(|other| *other == op).unwrap_or(ops.len());
    let count = |ops: &[Op]| ops.iter().filter(|op| is_barrier(op)).count();
    (count(&ops[..place]), count(&ops[place..]))
}

/// Whether each of two ops of a kernel runs before or after the other, whatever threads of a block run them.
pub fn are_apart(launch: Op, one: Op, other: Op) -> bool {
    let (first, second) = (path(launch, one), path(launch, other));
    let Some(level) = first.iter().zip(&second).position(|((_, a), (_, b))| a != b) else { return false };
    if first[level].0 != second[level].0 {
        return false;
    }
    let (first, second) = match first[level].1.is_before(second[level].1) {
        true => (&first[level..], &second[level..]),
        false => (&second[level..], &first[level..]),
    };
    let in_front = |path: &[(Block, Op)]| path[1..].iter().any(|(block, op)| barriers(*block, *op).0 > 0);
    let behind = |path: &[(Block, Op)]| path[1..].iter().any(|(block, op)| barriers(*block, *op).1 > 0);
    let (front, tail) = (barriers(first[0].0, first[0].1).0, barriers(second[0].0, second[0].1).1);
    let between = barriers(second[0].0, second[0].1).0 > front;
    let mut around = first[0].0.ancestors();
    let once = around.find(|op| *op == launch || !op.is::<scf::If>()) == Some(launch);
    (between || behind(first) || in_front(second))
        && (once || front > 0 || tail > 0 || behind(second) || in_front(first))
}

/// The induction variables of sequential loops around two ops that are equal whenever both run in one interval, if the
/// bounds of the loops are equal, outermost first.
pub fn equal_counters(launch: Op, one: Op, other: Op) -> Vec<Value> {
    let mut found = vec![];
    let (first, second) = (path(launch, one), path(launch, other));
    for (a, b) in first.iter().zip(&second).take_while(|((one, _), (other, _))| one == other) {
        let Some(around) = a.0.parent_op().filter(|op| *op != launch) else { continue };
        match around.name() {
            scf::If::NAME => {}
            // Each iteration passes a barrier, and both ops stand on the same side of each.
            scf::For::NAME if barriers(a.0, a.1) == barriers(b.0, b.1) && barriers(a.0, a.1) != (0, 0) => {
                found.push(a.0.argument(0));
            }
            _ => break,
        }
    }
    found
}

/// Whether the iteration that accumulates also takes from the same place, with no barrier in between. In the primal it
/// has read and written the place, and in a program without races nothing else touches it meanwhile.
pub fn is_owned(accumulate: Op) -> bool {
    let Some(block) = accumulate.block() else { return false };
    let ops = block.ops();
    let place = |op: &Op| ops.iter().position(|other| other == op);
    let passes_barrier = |op: &Op| is_barrier(op) || (op.region_count() > 0 && op.walk().iter().any(is_barrier));
    let takes = |op: &Op| op.name() == names::TAKE && op.operands() == accumulate.operands()[1..];
    let here = place(&accumulate);
    ops.iter().filter(|op| takes(op)).any(|take| match (place(take), here) {
        (Some(a), Some(b)) => !ops[a.min(b)..a.max(b)].iter().any(passes_barrier),
        _ => false,
    })
}

/// The memory that a value is, if it is an attribution of a launch.
pub enum Attribution {
    /// Of all threads of a block.
    Workgroup,
    /// Of one thread.
    Private,
}

/// Whether a buffer is memory of a workgroup or of a thread that a launch gives its body.
pub fn attribution(launch: Op, buffer: Value) -> Option<Attribution> {
    let body = launch.regions().into_iter().next().and_then(Region::first_block)?;
    let number = buffer.argument_number().filter(|_| buffer.block() == body && launch.is::<gpu::Launch>())?;
    let count = launch.attribute("workgroup_attributions").and_then(|count| count.as_integer()).unwrap_or(0);
    let first = body.arguments().iter().position(|argument| argument.ty().is_memory())?;
    let shared = usize::try_from(count).ok()?;
    Some(if number < first + shared { Attribution::Workgroup } else { Attribution::Private })
}
