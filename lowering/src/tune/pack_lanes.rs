//! Makes vectors of the directions of a derivative.
//!
//! A derivative in several directions does the same in each of them, with the same partials: the rows of a Jacobian,
//! say. LLVM makes vectors of what lies side by side in memory, and the rows do not. Where it makes none of iterations,
//! ops that differ in nothing but their direction become one op on vectors.
//!
//! 1. Find what derivatives in several directions return of each number, where no loop's iterations become vectors.
//! 2. From there backwards, group what is the same op in all directions, and keep the groups that pay ([`groups`]).
//! 3. Bring the ops of each group together ([`order`]).
//! 4. Make one op of them ([`build`]).

mod build;
mod groups;
mod order;

use crate::loops::is_open;
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Op, Value},
    views::{func, scf},
};
use autodiff_transforms::{analysis::is_loop, engine::LANES};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-pack-lanes", c"Make vectors of the directions of a derivative", &[], |_, module| {
        let derivatives: Vec<_> = module.functions().into_iter().filter(|op| op.attribute(LANES).is_some()).collect();
        // Found in all of them before any is changed.
        let iterations = Iterations::of(module, derivatives.is_empty());
        let seeds: Vec<_> = derivatives.iter().map(|op| (returned(*op), iterations.blocks(*op))).collect();
        for (derivative, (seeds, blocks)) in derivatives.into_iter().zip(seeds) {
            derivative.remove_attribute(LANES);
            derivative.body(0).into_iter().for_each(|body| pack(body, &seeds, &blocks));
        }
        Ok(())
    });

/// The widest vectors, in bits.
const WIDEST: usize = 512;

fn pack(body: Block, seeds: &[Vec<Value>], blocks: &HashSet<Block>) {
    let mut groups = groups::Groups::grow(seeds, blocks);
    loop {
        groups.keep_what_pays();
        if groups.is_empty() {
            return;
        }
        match order::arrange(&groups) {
            Ok(()) => return build::build(body, groups),
            Err(entangled) => _ = groups.drop(&entangled),
        }
    }
}

/// What a derivative returns in several directions, as many of them together as a vector has elements.
fn returned(derivative: Op) -> Vec<Vec<Value>> {
    let end = derivative.body(0).and_then(Block::terminator);
    let values = end.map(Op::operands).unwrap_or_default();
    let lanes = derivative.attribute(LANES).and_then(Attribute::as_dense_i64).unwrap_or_default();
    // Passes may have changed what the function returns since.
    if lanes.len() != values.len() {
        return vec![];
    }
    let mut seeds: Vec<Vec<Value>> = vec![];
    for (value, lane) in values.into_iter().zip(lanes) {
        match seeds.last_mut() {
            Some(last) if lane > 0 && (last.len() + 1) * groups::bits(value.ty()) <= WIDEST => last.push(value),
            _ => seeds.push(vec![value]),
        }
    }
    seeds.retain(|values| values.len() > 1);
    seeds
}

/// Knows where LLVM may make vectors of a loop's iterations, once it has inlined functions.
struct Iterations {
    calls: HashMap<String, Vec<Op>>,
}

impl Iterations {
    fn of(module: Op, nobody_asks: bool) -> Self {
        let mut calls: HashMap<String, Vec<Op>> = HashMap::new();
        let ops = if nobody_asks { vec![] } else { module.walk() };
        for op in ops {
            let callee = op.attribute("callee").filter(|_| op.is::<func::Call>()).and_then(Attribute::root_symbol);
            callee.into_iter().for_each(|name| calls.entry(name).or_default().push(op));
        }
        Self { calls }
    }

    /// The blocks of a function that no iteration that may become a part of a vector runs.
    fn blocks(&self, function: Op) -> HashSet<Block> {
        let mut known: HashMap<Op, bool> = HashMap::new();
        let mut stays = |op: &Op| match innermost(*op) {
            Some(around) => !*known.entry(around).or_insert_with(|| self.may_be_vectors(around)),
            None => false,
        };
        function.walk().into_iter().filter(|op| op.is_terminator() && stays(op)).filter_map(Op::block).collect()
    }

    /// Whether LLVM may make vectors of the iterations of a loop, or of those that call a function.
    fn may_be_vectors(&self, around: Op) -> bool {
        let (mut pending, mut seen) = (vec![around], HashSet::new());
        while let Some(around) = pending.pop() {
            if is_loop(&around) {
                if is_open(around) && !waits(around) {
                    return true;
                }
            } else if seen.insert(around) && !around.walk().iter().any(is_loop) {
                // A loop that calls a function with a loop is no innermost one.
                let calls = around.symbol_name().and_then(|name| self.calls.get(&name)).into_iter().flatten();
                pending.extend(calls.filter_map(|call| innermost(*call)));
            }
        }
        false
    }
}

/// The innermost loop around an op, or the function if there is none.
fn innermost(op: Op) -> Option<Op> {
    op.ancestors().find(|op| is_loop(op) || op.is_function())
}

/// Whether an iteration of a loop waits for numbers of the one before, in another way than sums do.
fn waits(op: Op) -> bool {
    let (Some(body), scf::For::NAME) = (op.body(0), op.name()) else { return false };
    let yielded = body.terminator().map(Op::operands).unwrap_or_default();
    body.arguments()
        .into_iter()
        .skip(1)
        .zip(yielded)
        .any(|(argument, value)| argument.ty().is_float() && argument.uses().len() > 1 && depends(value, argument))
}

/// Whether a value is computed from another one of the same block.
fn depends(value: Value, on: Value) -> bool {
    let (mut pending, mut seen) = (vec![value], HashSet::new());
    while let Some(value) = pending.pop() {
        if value == on {
            return true;
        }
        if let Some(op) = value.defining_op().filter(|op| op.block() == Some(on.block()) && seen.insert(*op)) {
            pending.extend(op.walk().into_iter().flat_map(Op::operands));
        }
    }
    false
}
