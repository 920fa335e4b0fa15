//! Lets what ends in a failure go on: a panic, an abort, a failed bounds check.
//!
//! A block that ends in `unreachable` leaves the code around it in the middle, which makes of a loop one with exit codes.
//! But it is never left: where it would go on to does not matter. So it goes on where its predecessor would have gone
//! without it, and what it does stays under its condition.
//!
//! 1. Find the blocks that end in `unreachable`. What only goes on to one of them ends so, too.
//! 2. Where another successor of a predecessor goes on, let the block go on there; each predecessor has a copy of its own.
//!
//! # Cost
//! Linear in the region, and in the copies of blocks that several others fail through.

use crate::analysis::is_unreachable;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Value},
    views::{cf, scf, ub},
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-pass-failures",
    c"Let blocks that end in 'unreachable' go on where their predecessors would",
    &[],
    |_, module| {
        let several = |region: &Region| region.first_block().is_some_and(|block| block.next().is_some());
        // Inner regions first: outer ones give up blocks with all that is in them.
        for region in module.walk().into_iter().rev().flat_map(Op::regions).filter(several) {
            Failures::of(region).pass();
        }
        Ok(())
    },
);

/// The blocks of a region that end in a failure.
struct Failures {
    region: Region,
    predecessors: FxHashMap<Block, Vec<Block>>,
    failing: FxHashSet<Block>,
    pending: Vec<Block>,
}

impl Failures {
    fn of(region: Region) -> Self {
        let mut predecessors = FxHashMap::<Block, Vec<Block>>::default();
        let mut pending = vec![];
        for block in region.blocks() {
            let Some(terminator) = block.terminator() else { continue };
            let successors: FxHashSet<Block> = terminator.successors().into_iter().collect();
            for successor in successors {
                predecessors.entry(successor).or_default().push(block);
            }
            if is_unreachable(terminator) {
                pending.push(block);
            }
        }
        Self { region, predecessors, failing: pending.iter().copied().collect(), pending }
    }

    fn pass(mut self) {
        let mut next = 0;
        // First find all of them: where to go on must not be a failure.
        while let Some(block) = self.pending.get(next).copied() {
            next += 1;
            for predecessor in self.predecessors.get(&block).cloned().unwrap_or_default() {
                let Some(end) = predecessor.terminator() else { continue };
                let fails = matches!(end.name(), cf::Br::NAME | cf::CondBr::NAME)
                    && end.successors().iter().all(|block| self.failing.contains(block));
                if fails && self.failing.insert(predecessor) {
                    self.pending.push(predecessor);
                }
            }
        }
        // Those that only go on to others become one with copies of them, the last ones first.
        for block in self.pending.clone() {
            self.join(block);
        }
        for block in self.pending.clone() {
            for predecessor in self.predecessors.get(&block).cloned().unwrap_or_default() {
                self.go_on(predecessor, block);
            }
        }
        let entry = self.region.first_block();
        for block in &self.pending {
            if Some(*block) != entry && self.predecessors.get(block).is_none_or(Vec::is_empty) {
                block.erase();
            }
        }
    }

    /// Replaces the branch of a block that goes on to failures only by what they do.
    fn join(&mut self, block: Block) -> Option<()> {
        let branch = block.terminator().filter(|op| !op.successors().is_empty())?;
        let (builder, successors) = (Builder::before(branch)?, branch.successors());
        match &forwarded(branch) {
            None => copy_in_front(branch, successors[0], &branch.operands(), false),
            Some(operands) => {
                let sides = successors.iter().zip(operands).map(|(failure, operands)| {
                    let side = Block::new(&[]);
                    let end = Builder::at_end(side, branch.location()).effect(scf::Yield::NAME, &[]);
                    copy_in_front(end, *failure, operands, true);
                    Region::with_block(side)
                });
                let sides: Vec<_> = sides.collect();
                builder.create(scf::If::NAME, &branch.operands()[..1], &[], &[], &sides);
                builder.effect(ub::Unreachable::NAME, &[]);
            }
        }
        branch.erase();
        successors.into_iter().for_each(|failure| self.forget(block, failure));
        Some(())
    }

    fn forget(&mut self, predecessor: Block, block: Block) {
        if let Some(known) = self.predecessors.get_mut(&block) {
            known.retain(|other| *other != predecessor);
        }
    }

    /// Replaces a failure among the successors of a block by a copy of it that goes on to another of them.
    fn go_on(&mut self, predecessor: Block, failure: Block) {
        let Some(branch) = predecessor.terminator() else { return };
        let Some(operands) = forwarded(branch) else { return };
        let successors = branch.successors();
        let Some(sibling) = successors.iter().position(|block| !self.failing.contains(block)) else { return };
        for (index, _) in successors.iter().enumerate().filter(|(_, block)| **block == failure) {
            let arguments: Vec<_> = failure.arguments().iter().map(|value| (value.ty(), branch.location())).collect();
            let copy = Block::new(&arguments);
            self.region.append(copy);
            let end = Builder::at_end(copy, branch.location()).branch(
                cf::Br::NAME,
                &operands[sibling],
                &[successors[sibling]],
            );
            copy_in_front(end, failure, &copy.arguments(), true);
            branch.set_successor(index, copy);
        }
        self.forget(predecessor, failure);
    }
}

/// Copies the ops of a block before an op, without its end if that op is to go on.
fn copy_in_front(place: Op, from: Block, arguments: &[Value], goes_on: bool) {
    let mut known: FxHashMap<Value, Value> = from.arguments().into_iter().zip(arguments.iter().copied()).collect();
    let Some(builder) = Builder::before(place) else { return };
    for op in from.ops() {
        if goes_on && is_unreachable(op) {
            continue;
        }
        let copy = builder.insert(op.duplicate());
        for inner in copy.walk() {
            for (index, operand) in inner.operands().into_iter().enumerate() {
                if let Some(new) = known.get(&operand) {
                    inner.set_operand(index, *new);
                }
            }
        }
        known.extend(op.results().into_iter().zip(copy.results()));
    }
}

/// The operands that a branch hands to each of its successors.
fn forwarded(branch: Op) -> Option<Vec<Vec<Value>>> {
    let counts = |name: &str| {
        let counts = branch.attribute(name).and_then(Attribute::as_dense_i32)?;
        counts.into_iter().map(|count| usize::try_from(count).ok()).collect::<Option<Vec<_>>>()
    };
    let segments = counts("operandSegmentSizes")?;
    let lengths = match branch.name() {
        cf::CondBr::NAME => segments.get(1..)?.to_vec(),
        cf::Switch::NAME => [&segments[1..2], &counts("case_operand_segments")?[..]].concat(),
        _ => return None,
    };
    let mut operands = branch.operands().into_iter().skip(1);
    Some(lengths.into_iter().map(|length| operands.by_ref().take(length).collect()).collect())
}
