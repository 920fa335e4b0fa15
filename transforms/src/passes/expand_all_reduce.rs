//! Turns reductions of blocks by bodies of any kind into trees in workgroup memory.
//!
//! Sums, products and extrema have a rule of their own; the engines know what any other `gpu.all_reduce` becomes here. In
//! step k, threads whose numbers are multiples of 2^(k+1) combine what they have with what the thread 2^k further on has,
//! so that values stay in their order. The body needs no neutral element, and the block may have any size.
//!
//! 1. Give the launch a buffer with a slot for each thread of a block, and count the steps before it.
//! 2. Store the value; in each step, meet at a barrier, and combine. All threads read the first slot then.
//!
//! Precondition: kernels are launches with a body, and all threads of a block come to an `all_reduce`, as it demands.

use super::name_threads::add_workgroup_memory;
use crate::{
    emit::{add, constant_index, counted},
    engine::Copier,
    rules::structured::{has_partials, threads},
};
use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Region, Type, Value},
    views::{
        arith::{self, CmpIPredicate},
        gpu, memref, scf,
    },
};
use rustc_hash::FxHashMap;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-expand-all-reduce",
    c"Turn reductions of blocks by bodies of any kind into trees in workgroup memory",
    &[],
    |_, module| {
        let mut buffers = FxHashMap::default();
        // All are found before anything is erased.
        let reductions: Vec<_> = module.walk().into_iter().filter_map(Op::cast::<gpu::AllReduce>).collect();
        let waiting = |op: &Op| op.name().starts_with("gpu.") && !op.is::<gpu::Yield>() && !op.is_memory_effect_free();
        for op in &reductions {
            if let Some(inner) = op.op().walk().into_iter().skip(1).find(waiting) {
                let message = format!("'{}' op in the body of a reduction, which some threads run alone", inner.name());
                Diagnostic::error(inner.location(), message).emit();
                return Err(());
            }
        }
        for op in reductions {
            if op.value().ty().is_float() && !has_partials(op.op()) {
                expand(op, &mut buffers);
            }
        }
        Ok(())
    },
);

/// The most threads that a block of any device has, as a power of two.
const MOST: u32 = 10;

/// The buffers of launches by the type of their elements.
type Buffers = FxHashMap<(Op, Type), Value>;

/// Replaces a reduction over a block; `None`: left as it is.
fn expand(reduction: gpu::AllReduce, buffers: &mut Buffers) -> Option<()> {
    let (op, value) = (reduction.op(), reduction.value());
    let launch = op.ancestors().find(|op| op.is::<gpu::Launch>())?;
    let (builder, outer, entry, body) = (Builder::before(op)?, Builder::before(launch)?, launch.body(0)?, op.body(0)?);
    // The sizes stand after those of the grid: there are no tokens.
    let sizes: Vec<_> = (3..6).map(|number| launch.operand(number)).collect();
    let ids: Vec<_> = (3..6).map(|number| entry.argument(number)).collect();
    let ty = value.ty();
    let buffer = match buffers.get(&(launch, ty)) {
        Some(buffer) => *buffer,
        None => {
            let size = sizes.iter().try_fold(1_i64, |size, one| size.checked_mul(constant_index(*one)?));
            let size = size.filter(|size| (1..1 << MOST).contains(size)).unwrap_or(1 << MOST);
            let memory = Type::parse(op.context(), &format!("memref<{size}x{ty}, #gpu.address_space<workgroup>>"))?;
            let buffer = add_workgroup_memory(launch, entry, memory);
            buffers.insert((launch, ty), buffer);
            buffer
        }
    };
    let outer = outer.with_location(op.location());
    let (_, count) = threads(&outer, &sizes, &sizes);
    let steps = steps(&outer, count);
    let (number, _) = threads(&builder, &ids, &sizes);
    builder.effect(memref::Store::NAME, &[value, buffer, number]);
    counted(&builder, steps, &[], |inner, step, _| {
        inner.effect(gpu::Barrier::NAME, &[]);
        let (zero, one) = (inner.index(0), inner.index(1));
        let distance = inner.same(arith::Shli::NAME, &[one, step]);
        let other = add(inner, number, distance);
        let twice = add(inner, distance, distance);
        let rest = inner.same(arith::Remui::NAME, &[number, twice]);
        let (leads, exists) = (inner.cmpi(CmpIPredicate::Eq, rest, zero), inner.cmpi(CmpIPredicate::Ult, other, count));
        let combines = inner.same(arith::Andi::NAME, &[leads, exists]);
        let then = Block::new(&[]);
        let deep = Builder::at_end(then, op.location());
        let mut copier = Copier::default();
        for (argument, place) in [(0, number), (1, other)] {
            copier.set(body.argument(argument), deep.op(memref::Load::NAME, &[buffer, place], ty));
        }
        let ops = body.ops();
        if let Some((end, ops)) = ops.split_last() {
            ops.iter().for_each(|inner| {
                copier.copy(&deep.with_location(inner.location()), *inner);
            });
            deep.effect(memref::Store::NAME, &[copier.get(end.operand(0)), buffer, number]);
        }
        deep.effect(scf::Yield::NAME, &[]);
        inner.create(scf::If::NAME, &[combines], &[], &[], &[Region::with_block(then), Region::new()]);
        vec![]
    });
    builder.effect(gpu::Barrier::NAME, &[]);
    let result = builder.op(memref::Load::NAME, &[buffer, builder.index(0)], ty);
    // The buffer may be filled again at once.
    builder.effect(gpu::Barrier::NAME, &[]);
    op.result(0).replace_all_uses_with(result);
    op.erase();
    Some(())
}

/// How often a number of threads must be halved, rounded up, until one is left.
fn steps(builder: &Builder, count: Value) -> Value {
    let index = Type::index(builder.context());
    if let Some(count) = constant_index(count).and_then(|count| u64::try_from(count).ok()) {
        return builder.index(count.max(1).next_power_of_two().trailing_zeros().into());
    }
    (0..MOST).fold(builder.index(0), |sum, power| {
        let more = builder.cmpi(CmpIPredicate::Ugt, count, builder.index(1 << power));
        let one = builder.op(arith::IndexCastui::NAME, &[more], index);
        add(builder, sum, one)
    })
}
