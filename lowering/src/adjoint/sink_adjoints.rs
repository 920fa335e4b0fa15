//! Moves what a branch's adjoints go through into the branch.
//!
//! What a program computes before a branch and uses on one side only, its reverse computes after the branch, with
//! cotangents that are zero if the other side was taken: pairs of atoms that are too far from each other to interact. All
//! of that can be left out, and with it what a partial that is no number would make of the zero.
//!
//! 1. Find branches with one side that only yields, in loops that scatter: LLVM makes no vectors of these anyway.
//! 2. Find what the ops after the branch give if that side was taken: zero, or a sum without its last addend.
//! 3. Move these ops, and what only they use, to the end of the other side.

use crate::alias::distinct::distinct;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Value},
    state::names,
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::{
        cost, is_loop,
        locality::linear::{Symbols, mirrored},
    },
    emit,
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-sink-adjoints",
    c"Move what a branch's adjoints go through into the branch",
    &[],
    |_, module| {
        let mut scattering: HashMap<Op, bool> = HashMap::new();
        let branches: Vec<_> = module.walk().into_iter().filter(|op| op.is::<scf::If>()).collect();
        // Inner branches first: what is moved into a branch is after no other branch of its side then.
        for branch in branches.into_iter().rev() {
            let innermost = branch.ancestors().find(is_loop);
            if innermost.is_some_and(|around| *scattering.entry(around).or_insert_with(|| scatters(around)))
                && let Some(sides) = Sides::of(branch)
            {
                sink(branch, sides);
            }
        }
        Ok(())
    },
);

/// Whether a loop accumulates at places that it reads or computes, not only counts up to.
fn scatters(around: Op) -> bool {
    let mut symbols = Symbols::default();
    around.walk().into_iter().filter(|op| op.name() == names::ACCUMULATE).any(|op| {
        op.operands().into_iter().skip(2).any(|index| {
            let linear = symbols.linear(index);
            let mut used = linear.terms.keys().flatten().map(|symbol| symbols.value(*symbol));
            used.any(|value| mirrored(value).is_none() && value.defining_op().is_some_and(|op| around.encloses(op)))
        })
    })
}

/// The sides of a branch, one of which only yields.
struct Sides {
    full: Block,
    /// What the other side yields.
    empty: Vec<Value>,
}

impl Sides {
    fn of(branch: Op) -> Option<Self> {
        let (one, other) = (branch.body(0)?, branch.body(1)?);
        let yields = |side: Block| side.first_op().filter(|op| op.is::<scf::Yield>());
        match (yields(one), yields(other)) {
            (None, Some(end)) => Some(Self { full: one, empty: end.operands() }),
            (Some(end), None) => Some(Self { full: other, empty: end.operands() }),
            _ => None,
        }
    }
}

/// What a value is if the empty side was taken.
#[derive(Clone, Copy)]
enum Otherwise {
    Zero,
    Is(Value),
}

/// Values that depend on the branch by sums and products.
struct Behind {
    branch: Op,
    otherwise: HashMap<Value, Otherwise>,
}

impl Behind {
    fn is_zero(&self, value: Value) -> bool {
        matches!(self.otherwise.get(&value), Some(Otherwise::Zero))
    }

    /// What a value is that need not depend on the branch; nothing if it is not there before the branch.
    fn known(&self, value: Value) -> Option<Otherwise> {
        self.otherwise.get(&value).copied().or_else(|| self.is_in_front(value).then_some(Otherwise::Is(value)))
    }

    fn is_in_front(&self, value: Value) -> bool {
        value.defining_op().is_none_or(|op| op.block() != self.branch.block() || op.is_before(self.branch))
    }

    /// What the result of an op is if the empty side was taken.
    fn of(&self, op: Op) -> Option<Otherwise> {
        let is_zero = |value| self.is_zero(value);
        if emit::stays_zero(op, &is_zero) {
            return Some(Otherwise::Zero);
        }
        // The sign of a zero does not matter to a sum of adjoints.
        let sum = op.is::<arith::Addf>() && emit::is_in_any_order(op);
        self.known(emit::other_addend(op, &is_zero).filter(|_| sum)?)
    }
}

fn sink(branch: Op, sides: Sides) {
    let start = |value: Value| if emit::is_zero_constant(value) { Otherwise::Zero } else { Otherwise::Is(value) };
    let otherwise = branch.results().into_iter().zip(sides.empty.iter().map(|value| start(*value))).collect();
    let mut behind = Behind { branch, otherwise };
    let range = behind.range();
    let idle: Vec<_> = range.iter().copied().filter(|op| behind.is_idle(*op)).collect();
    if let Some(moved) = with_sources(branch, &range, idle).filter(|moved| moved.iter().any(is_expensive)) {
        behind.move_in(&sides, &moved);
    }
}

/// Whether it is worth a branch.
fn is_expensive(op: &Op) -> bool {
    op.name() == names::ACCUMULATE || (op.region_count() == 0 && cost::is_expensive(*op))
}

impl Behind {
    /// The ops after the branch that may change places with each other, memory and all.
    fn range(&self) -> Vec<Op> {
        let (mut reads, mut targets): (Vec<Value>, Vec<Value>) = (vec![], vec![]);
        let mut commutes = |op: &Op| match op.name() {
            names::ACCUMULATE => {
                let target = op.operand(1);
                if !targets.contains(&target) {
                    targets.push(target);
                }
                reads.iter().all(|read| distinct(*read, target))
            }
            memref::Load::NAME => {
                let read = op.operand(0);
                if !reads.contains(&read) {
                    reads.push(read);
                }
                targets.iter().all(|target| distinct(read, *target))
            }
            names::POP => op.operand_count() > 1 && !op.result(0).ty().is_cache(),
            _ => !op.is_terminator() && op.is_memory_effect_free(),
        };
        std::iter::successors(self.branch.next(), |op| op.next()).take_while(|op| commutes(op)).collect()
    }

    /// Whether an op changes nothing if the empty side was taken, or gives something that was there before.
    fn is_idle(&mut self, op: Op) -> bool {
        if op.name() == names::ACCUMULATE {
            return self.is_zero(op.operand(0));
        }
        let otherwise = self.of(op);
        if let Some(otherwise) = otherwise {
            self.otherwise.insert(op.result(0), otherwise);
        }
        otherwise.is_some()
    }

    /// Lets ops run at the end of the full side, and the branch yield what others use of them.
    fn move_in(&self, sides: &Sides, moved: &[Op]) {
        let Some(builder) = Builder::before(self.branch) else { return };
        let Some(end) = sides.full.terminator() else { return };
        let inside: HashSet<Op> = moved.iter().copied().collect();
        let (yielded, results) = (end.operands(), self.branch.results());
        let full: HashMap<Value, Value> = results.iter().copied().zip(yielded).collect();
        let values = results.iter().copied().chain(moved.iter().flat_map(|op| op.results()));
        let outside = |value: Value| -> Vec<(Op, usize)> {
            value.uses().into_iter().filter(|(user, _)| !inside.contains(user)).collect()
        };
        let wanted: Vec<_> = values.map(|value| (value, outside(value))).filter(|(_, uses)| !uses.is_empty()).collect();
        let in_full = |value: &Value| *full.get(value).unwrap_or(value);
        let in_empty = |value: &Value| match self.otherwise.get(value) {
            Some(Otherwise::Is(known)) => Some(*known),
            Some(Otherwise::Zero) => builder.number(value.ty(), 0.0),
            None => None,
        };
        let empty: Option<Vec<Value>> = wanted.iter().map(|(value, _)| in_empty(value)).collect();
        let Some(empty) = empty else { return };
        for op in moved {
            let operands: Vec<_> = op.operands().iter().map(in_full).collect();
            op.set_operands(&operands);
            op.move_before(end);
        }
        end.set_operands(&wanted.iter().map(|(value, _)| in_full(value)).collect::<Vec<_>>());
        for side in [0, 1].into_iter().filter_map(|side| self.branch.body(side)).filter(|side| *side != sides.full) {
            side.terminator().into_iter().for_each(|end| end.set_operands(&empty));
        }
        let regions = [0, 1].map(|side| {
            let region = Region::new();
            region.take_body(self.branch.region(side));
            region
        });
        let types: Vec<_> = wanted.iter().map(|(value, _)| value.ty()).collect();
        let new = builder.create(scf::If::NAME, &self.branch.operands(), &types, &[], &regions);
        for ((_, uses), result) in wanted.into_iter().zip(new.results()) {
            uses.into_iter().for_each(|(user, index)| user.set_operand(index, result));
        }
        self.branch.erase();
    }
}

/// The ops that can be moved with all that only they use, in order.
fn with_sources(branch: Op, range: &[Op], idle: Vec<Op>) -> Option<Vec<Op>> {
    let mut roots: HashSet<Op> = idle.into_iter().collect();
    for _ in 0..MOST_ROUNDS {
        let mut moved = roots.clone();
        for op in range.iter().rev() {
            let uses: Vec<_> = op.results().into_iter().flat_map(Value::uses).collect();
            if !uses.is_empty() && op.region_count() == 0 && uses.iter().all(|(user, _)| moved.contains(user)) {
                moved.insert(*op);
            }
        }
        let there = |value: &Value| {
            let by = value.defining_op().filter(|op| op.block() == branch.block() && *op != branch);
            by.is_none_or(|op| op.is_before(branch) || moved.contains(&op))
        };
        let stays: Vec<_> =
            range.iter().filter(|op| moved.contains(op) && !op.operands().iter().all(there)).copied().collect();
        if stays.is_empty() {
            return Some(range.iter().filter(|op| moved.contains(op)).copied().collect());
        }
        let before = roots.len();
        roots.retain(|op| !stays.contains(op));
        if roots.len() == before {
            return None;
        }
    }
    None
}

/// Each round finds ops that use something that stays after the branch.
const MOST_ROUNDS: usize = 8;
