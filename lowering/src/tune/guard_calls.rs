//! Branches around calls of the mathematics library whose result a select may not take.
//!
//! `arith.select` evaluates both operands. Where one of them is cheap and the other takes a call, as in formulas that are
//! rewritten where they would cancel (the derivative of tanh is `1 - y y` or `4 u / (1 + u)^2` with `u = exp(-2 |x|)`), the
//! call costs more than the branch. The program of the suite that needs it is lstm.
//!
//! 1. Find the pure ops that only one operand of a select of numbers uses.
//! 2. If one of them becomes a call, make the select an `scf.if`, and move these ops into its sides.
//!
//! # Cost
//! Linear: at most [`LARGEST`] ops are looked at for each operand.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Value},
    views::{arith, scf},
};
use autodiff_transforms::analysis::cost;
use std::collections::HashSet;

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-guard-calls",
    c"Branch around calls of the mathematics library that a select may not need",
    &[],
    |_, module| {
        let mut pending: Vec<_> = module.walk().into_iter().filter(|op| op.name() == SELECT).collect();
        // The last one first: a select that only another one uses moves with it, and is looked at there again.
        while let Some(select) = pending.pop() {
            branch(select);
        }
        Ok(())
    },
);

const SELECT: &str = arith::Select::NAME;
const LARGEST: usize = 64;

fn branch(select: Op) {
    let is_number = select.result(0).ty().is_float() && select.operand(0).ty().is_integer();
    let Some(builder) = Builder::before(select).filter(|_| is_number) else { return };
    let sides = [1, 2].map(|operand| slice(select, operand));
    if !sides.iter().flatten().any(|op| cost::is_call(*op)) {
        return;
    }
    let regions = [1, 2].map(|operand| {
        let block = Block::new(&[]);
        let inner = Builder::at_end(block, select.location());
        for op in &sides[operand - 1] {
            op.detach();
            inner.insert(*op);
        }
        inner.effect(scf::Yield::NAME, &[select.operand(operand)]);
        Region::with_block(block)
    });
    let result = select.result(0);
    let chosen = builder.create(scf::If::NAME, &[select.operand(0)], &[result.ty()], &[], &regions);
    result.replace_all_uses_with(chosen.result(0));
    select.erase();
}

/// The ops that only one operand of a select uses and that may be left out, in order.
fn slice(select: Op, operand: usize) -> Vec<Op> {
    let mut members = HashSet::new();
    let mut pending = vec![select.operand(operand)];
    while let Some(value) = pending.pop() {
        let Some(op) = value.defining_op().filter(|op| op.block() == select.block()) else { continue };
        let is_plain = ["arith.", "math."].iter().any(|dialect| op.name().starts_with(dialect));
        let uses = || op.results().into_iter().flat_map(Value::uses);
        let is_used_here =
            |(user, number): (Op, usize)| members.contains(&user) || (user == select && number == operand);
        if members.contains(&op) || !is_plain || op.is_constant() || !op.is_pure() || !uses().all(is_used_here) {
            continue;
        }
        if members.len() == LARGEST {
            return vec![];
        }
        members.insert(op);
        pending.extend(op.operands());
    }
    let mut ops: Vec<_> = members.into_iter().collect();
    ops.sort_by(
        |one, other| if one.is_before(*other) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater },
    );
    ops
}
