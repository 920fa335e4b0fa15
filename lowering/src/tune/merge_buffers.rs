//! Allocates buffers of iterations that live and die together at once.
//!
//! Caches whose sizes vary cannot be allocated before the loop; an iteration then allocates and releases as many
//! buffers as it has caches. Outside of loops that would save nothing, and LLVM would no longer know that they are distinct.
//!
//! 1. Find allocations in a loop of one type and one size, with nothing that touches memory between them, whose buffers
//!    are only loaded from and stored to, and are released together.
//! 2. Make one buffer of them, with the number of the old one as the first index.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Type, Value},
    views::memref,
};
use autodiff_transforms::{analysis::is_loop, emit};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-merge-buffers",
    c"Allocate buffers of iterations that live and die together at once",
    &[],
    |_, module| {
        // All are found before anything is erased.
        let loops: Vec<_> = module.walk().into_iter().filter(is_loop).collect();
        for op in loops {
            for block in op.regions().into_iter().flat_map(|region| region.blocks()) {
                groups(block).into_iter().filter(|group| group.len() > 1).for_each(merge);
            }
        }
        Ok(())
    },
);

/// A buffer and its release.
#[derive(Clone, Copy)]
struct Buffer {
    allocation: Op,
    release: Op,
}

impl Buffer {
    fn of(allocation: Op) -> Option<Self> {
        let (value, ty) = (allocation.result(0), allocation.result(0).ty());
        let plain = ty == Type::memref(ty.element(), &ty.shape()) && allocation.attribute("alignment").is_none();
        let mut release = None;
        for (user, number) in value.uses() {
            match (user.name(), number) {
                (memref::Load::NAME, 0) | (memref::Store::NAME, 1) => {}
                (memref::Dealloc::NAME, 0) if release.is_none() && user.block() == allocation.block() => {
                    release = Some(user)
                }
                _ => return None,
            }
        }
        Some(Self { allocation, release: release.filter(|_| plain)? })
    }

    /// Whether two buffers live equally long, up to what touches no memory.
    fn lives_as(&self, other: &Self) -> bool {
        let (first, second) = (self.allocation, other.allocation);
        let kinds = first.result(0).ty() == second.result(0).ty() && first.operands() == second.operands();
        kinds && adjoin(first, second, memref::Alloc::NAME) && {
            let (one, two) = (self.release, other.release);
            let (early, late) = if one.is_before(two) { (one, two) } else { (two, one) };
            adjoin(early, late, memref::Dealloc::NAME)
        }
    }
}

/// Whether there are only ops of one kind, and some that touch no memory, between two ops of a block.
fn adjoin(early: Op, late: Op, kind: &str) -> bool {
    let mut between = std::iter::successors(early.next(), |op| op.next()).take_while(|op| *op != late);
    between.all(|op| op.name() == kind || op.is_memory_effect_free())
}

/// The buffers of a block that can be one.
fn groups(block: Block) -> Vec<Vec<Buffer>> {
    let mut groups: Vec<Vec<Buffer>> = vec![];
    // Only groups of the run of allocations that an allocation is part of can take it.
    let mut current = 0;
    for op in block.ops() {
        if !op.is::<memref::Alloc>() {
            if !op.is_memory_effect_free() {
                current = groups.len();
            }
            continue;
        }
        let Some(buffer) = Buffer::of(op) else { continue };
        match groups[current..].iter_mut().find(|group| group.last().is_some_and(|last| last.lives_as(&buffer))) {
            Some(group) => group.push(buffer),
            None => groups.push(vec![buffer]),
        }
    }
    groups
}

fn merge(group: Vec<Buffer>) {
    let first = group[0].allocation;
    let ty = first.result(0).ty();
    let shape = [&[group.len() as i64], &ty.shape()[..]].concat();
    let Some(builder) = Builder::before(first) else { return };
    let merged = emit::allocate(&builder, Type::memref(ty.element(), &shape), &first.operands());
    let last = group.iter().map(|buffer| buffer.release).reduce(|a, b| if a.is_before(b) { b } else { a });
    last.and_then(Builder::after).into_iter().for_each(|builder| _ = builder.effect(memref::Dealloc::NAME, &[merged]));
    let rows: Vec<_> = (0..).map(|row| builder.index(row)).take(group.len()).collect();
    for (row, buffer) in rows.into_iter().zip(&group) {
        buffer.release.erase();
        for (user, _) in buffer.allocation.result(0).uses() {
            replace(user, buffer.allocation.result(0), merged, row);
        }
        buffer.allocation.erase();
    }
}

/// Lets a load or a store go to a row of the merged buffer.
fn replace(user: Op, old: Value, merged: Value, row: Value) {
    let Some(builder) = Builder::before(user) else { return };
    let mut operands = vec![];
    for operand in user.operands() {
        match operand == old {
            true => operands.extend([merged, row]),
            false => operands.push(operand),
        }
    }
    let types: Vec<_> = user.results().iter().map(|result| result.ty()).collect();
    let new = builder.create(user.name(), &operands, &types, &[], &[]);
    for (old, new) in user.results().into_iter().zip(new.results()) {
        old.replace_all_uses_with(new);
    }
    user.erase();
}
