//! Rewrites what subgroups and blocks do together to shuffles and workgroup memory: the conversions of MLIR 22 have it for
//! some types, some vendors, or not at all.
//!
//! 1. Sizes and numbers of subgroups become arithmetic on thread ids.
//! 2. Shuffles of narrow numbers and of vectors become shuffles of 32 bits; rotations and broadcasts become shuffles.
//! 3. Reductions over a subgroup become exchanges between lanes; those over a block meet in workgroup memory.

use super::{
    lanes::{Lanes, shuffle},
    reduce::{Cluster, Combine, over_block, over_subgroup},
};
use crate::dialect::uniform::lanes_option;
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Value},
    views::{arith, gpu},
};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-expand-subgroups",
    c"Rewrite reductions, broadcasts and shuffles of subgroups and blocks to what GPUs have",
    &[PassOption::new(c"size", OptionKind::Integer, c"32", c"The number of lanes of a subgroup")],
    |options, module| {
        let &[size] = options else { return Err(()) };
        let size =
            lanes_option("size", size).map_err(|message| Diagnostic::error(module.location(), message).emit())?;
        let mut result = Ok(());
        // Collected before the first changes, inner ops first: a body goes with its op.
        let ops: Vec<_> = module.walk().into_iter().filter(|op| op.name().starts_with("gpu.")).collect();
        for op in ops.into_iter().rev() {
            if let Err(error) = expand(op, size) {
                error.emit();
                result = Err(());
            }
        }
        result
    },
);

fn expand(op: Op, size: i64) -> Result<(), Diagnostic> {
    let Some(builder) = Builder::before(op) else { return Ok(()) };
    let lanes = Lanes::new(&builder, op, size);
    let results = match op.name() {
        gpu::SubgroupSize::NAME => Some(vec![builder.index(size)]),
        gpu::SubgroupId::NAME => Some(vec![lanes.subgroup()]),
        gpu::NumSubgroups::NAME => Some(vec![lanes.subgroups()]),
        gpu::Shuffle::NAME => shuffled(&lanes, op)?,
        gpu::Rotate::NAME => rotated(&lanes, op),
        gpu::SubgroupBroadcast::NAME => broadcast(&lanes, op)?,
        gpu::SubgroupReduce::NAME => subgroup_reduce(&lanes, op)?,
        gpu::AllReduce::NAME => all_reduce(&lanes, op)?,
        _ => return Ok(()),
    };
    let results = results.ok_or_else(|| {
        Diagnostic::error(
            op.location(),
            format!("'{}' op: no shuffle moves a value of type '{}'", op.name(), op.result(0).ty()),
        )
    })?;
    for (old, new) in op.results().into_iter().zip(results) {
        old.replace_all_uses_with(new);
    }
    op.erase();
    Ok(())
}

fn unsupported(op: Op, why: &str) -> Diagnostic {
    Diagnostic::error(op.location(), format!("'{}' op {why}", op.name()))
}

fn shuffled(lanes: &Lanes, op: Op) -> Result<Option<Vec<Value>>, Diagnostic> {
    let mode = op.attribute("mode").ok_or_else(|| unsupported(op, "has no mode"))?;
    let (value, offset, width) = (op.operand(0), op.operand(1), op.operand(2));
    let Some((moved, valid)) = shuffle(lanes.builder, value, offset, width, mode) else { return Ok(None) };
    // AMD's conversion takes lanes before the first one for valid.
    let valid = if mode.to_string().contains(" up") && !op.result(1).is_unused() {
        let b = lanes.builder;
        let (lane, one) = (lanes.narrow(lanes.lane()), lanes.small(1));
        let mask = b.same(arith::Subi::NAME, &[width, one]);
        let place = b.same(arith::Andi::NAME, &[lane, mask]);
        let crosses = b.cmpi(arith::CmpIPredicate::Ult, place, offset);
        b.same(arith::Xori::NAME, &[crosses, b.boolean(true)])
    } else {
        valid
    };
    Ok(Some(vec![moved, valid]))
}

/// The value of lane (k + offset) mod width of the same group of `width` lanes.
fn rotated(lanes: &Lanes, op: Op) -> Option<Vec<Value>> {
    let b = lanes.builder;
    let number = |name| op.attribute(name).and_then(Attribute::as_integer);
    let (offset, width) = (number("offset")?, number("width")?);
    let lane = lanes.narrow(lanes.lane());
    let mask = lanes.small(width - 1);
    let place = b.same(arith::Andi::NAME, &[lane, mask]);
    let first = b.same(arith::Subi::NAME, &[lane, place]);
    let moved = b.same(arith::Addi::NAME, &[place, lanes.small(offset)]);
    let turned = b.same(arith::Andi::NAME, &[moved, mask]);
    let source = b.same(arith::Addi::NAME, &[first, turned]);
    let value = lanes.shuffle("idx", op.operand(0), source)?;
    let valid = b.cmpi(arith::CmpIPredicate::Ult, lane, lanes.small(width));
    Some(vec![value, valid])
}

fn broadcast(lanes: &Lanes, op: Op) -> Result<Option<Vec<Value>>, Diagnostic> {
    if op.operand_count() < 2 {
        return Err(unsupported(
            op,
            "asks for the first active lane, which is not supported; name a lane by 'specific_lane'",
        ));
    }
    Ok(lanes.shuffle("idx", op.operand(0), op.operand(1)).map(|value| vec![value]))
}

fn subgroup_reduce(lanes: &Lanes, op: Op) -> Result<Option<Vec<Value>>, Diagnostic> {
    let number = |name, default| op.attribute(name).and_then(Attribute::as_integer).unwrap_or(default);
    let cluster = Cluster { size: number("cluster_size", lanes.size), stride: number("cluster_stride", 1) };
    if cluster.size.saturating_mul(cluster.stride) > lanes.size {
        let message = format!(
            "has clusters of {} lanes, a subgroup of this chip has {}",
            cluster.size * cluster.stride,
            lanes.size
        );
        return Err(unsupported(op, &message));
    }
    let combine = Combine::of(op).ok_or_else(|| unsupported(op, "has no reduction for this type"))?;
    Ok(over_subgroup(lanes, op.operand(0), combine, cluster).map(|value| vec![value]))
}

fn all_reduce(lanes: &Lanes, op: Op) -> Result<Option<Vec<Value>>, Diagnostic> {
    let parent = op.parent().filter(|parent| parent.is::<gpu::Func>());
    if op.attribute("uniform").is_none() && parent.is_none_or(|parent| parent.body(0).is_none()) {
        return Err(unsupported(
            op,
            "is in a branch or loop that some threads of a block may not reach; mark it 'uniform' if all of them do",
        ));
    }
    let combine = Combine::of(op).ok_or_else(|| unsupported(op, "has no reduction for this type"))?;
    Ok(over_block(lanes, op, op.operand(0), combine).map(|value| vec![value]))
}
