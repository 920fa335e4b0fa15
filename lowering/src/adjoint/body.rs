//! Loops whose iterations may run in any order.

use crate::alias::distinct::distinct;
use autodiff_dialect::{
    ir::{Block, Op, Value},
    state::names,
    views::{arith, memref, scf},
};
use autodiff_transforms::{
    analysis::locality::linear::{Linear, Symbols},
    emit::{self, constant_index},
};
use std::collections::HashSet;

/// The body of a loop that
///
/// - counts from zero by one,
/// - carries nothing but sums that may be made in any order,
/// - writes by taking and accumulating only,
/// - takes each element once, and from no buffer that it reads or accumulates into,
/// - reads no buffer that it accumulates into.
pub(super) struct Body {
    pub op: Op,
    pub block: Block,
    pub takes: Vec<Op>,
    pub accumulations: Vec<Op>,
    /// The induction variable, or what counts backwards in its stead.
    pub induction: Value,
}

/// The most accesses of one body: each is compared with each, and a body that is longer keeps a processor busy anyway.
const MOST_ACCESSES: usize = 1024;

impl Body {
    pub fn of(op: Op) -> Option<Self> {
        let block = op.body(0)?;
        if !counts_up(op) {
            return None;
        }
        let (mut takes, mut accumulations, mut reads) = (vec![], vec![], vec![]);
        let end = block.terminator()?;
        for inner in block.ops().into_iter().filter(|inner| *inner != end) {
            match inner.name() {
                names::TAKE => takes.push(inner),
                names::ACCUMULATE => accumulations.push(inner),
                memref::Load::NAME => reads.push(inner.operand(0)),
                names::POP if inner.operand_count() > 1 && !inner.result(0).ty().is_cache() => {}
                _ if inner.is_memory_effect_free() => {}
                _ => return None,
            }
        }
        if takes.len() + accumulations.len() + reads.len() > MOST_ACCESSES || !carries_sums(block, end) {
            return None;
        }
        let induction = mirror(op, block).map_or(block.argument(0), |op| op.result(0));
        let this = Self { op, block, takes, accumulations, induction };
        this.keeps_apart(&reads).then_some(this)
    }

    fn keeps_apart(&self, reads: &[Value]) -> bool {
        let mut symbols = Symbols::default();
        let targets: Vec<_> = self.accumulations.iter().map(|op| op.operand(1)).collect();
        let read_apart = reads.iter().all(|read| targets.iter().all(|target| distinct(*read, *target)));
        let taken_apart = self.takes.iter().enumerate().all(|(number, take)| {
            let buffer = take.operand(0);
            let others = self.takes[..number].iter().map(|other| other.operand(0));
            let others = others.chain(targets.iter().copied()).chain(reads.iter().copied());
            others.into_iter().all(|other| distinct(buffer, other))
                && take.operands()[1..]
                    .iter()
                    .any(|index| self.coefficient(&symbols.linear(*index), &symbols).is_some())
        });
        read_apart && taken_apart
    }

    /// The factor of the induction variable in an index, if the index is `factor * induction + what the loop leaves
    /// alone` and the factor is not zero.
    pub fn coefficient(&self, index: &Linear, symbols: &Symbols) -> Option<i64> {
        let mut coefficient = None;
        for (monomial, factor) in &index.terms {
            if let [symbol] = monomial[..]
                && symbols.value(symbol) == self.induction
            {
                coefficient = Some(*factor);
            } else if monomial.iter().any(|symbol| symbols.value(*symbol).block() == self.block) {
                return None;
            }
        }
        coefficient
    }
}

/// Whether a loop counts from zero by one.
fn counts_up(op: Op) -> bool {
    constant_index(op.operand(0)) == Some(0) && constant_index(op.operand(2)) == Some(1)
}

/// Whether all that a loop carries are sums that may be made in any order.
fn carries_sums(block: Block, end: Op) -> bool {
    block.arguments().split_off(1).into_iter().enumerate().all(|(place, sum)| is_sum(sum, end, place))
}

/// Whether the iterations of a loop with loops inside may run in any order, accumulations aside: it counts from zero by
/// one, carries nothing but sums, writes by accumulating only, and reads no buffer that it accumulates into.
pub(super) fn commutes(op: Op, block: Block) -> bool {
    let Some(end) = block.terminator() else { return false };
    if !counts_up(op) || !carries_sums(block, end) {
        return false;
    }
    let (mut targets, mut reads) = (vec![], vec![]);
    for inner in block.ops().into_iter().flat_map(Op::walk) {
        match inner.name() {
            names::ACCUMULATE => targets.push(inner.operand(1)),
            memref::Load::NAME => reads.push(inner.operand(0)),
            scf::For::NAME | scf::If::NAME | scf::Yield::NAME => {}
            _ if inner.region_count() == 0 && inner.is_memory_effect_free() => {}
            _ => return false,
        }
    }
    let is_short = targets.len() + reads.len() <= MOST_ACCESSES;
    is_short && !targets.is_empty() && reads.iter().all(|read| targets.iter().all(|target| distinct(*read, *target)))
}

/// The op that makes an induction variable count backwards, `(n - 1) - i`, if that is its only use.
pub(super) fn mirror(op: Op, block: Block) -> Option<Op> {
    let induction = block.argument(0);
    let uses = induction.uses();
    let [(user, 1)] = uses[..] else { return None };
    let (bound, last) = (op.operand(1), user.operand(0));
    let one_less = || {
        let Some(from) = last.defining_op().filter(|from| from.operands().first() == Some(&bound)) else {
            return false;
        };
        let step = from.operands().get(1).copied().and_then(constant_index);
        (from.is::<arith::Subi>() && step == Some(1)) || (from.is::<arith::Addi>() && step == Some(-1))
    };
    let constants = || constant_index(bound)?.checked_sub(constant_index(last)?).filter(|difference| *difference == 1);
    let mirrors = user.is::<arith::Subi>() && user.block() == Some(block);
    (mirrors && (one_less() || constants().is_some())).then_some(user)
}

/// Whether what a loop yields at a place is a sum that starts with an argument, in branches too, may be made in any order,
/// and is seen by nothing on the way.
fn is_sum(argument: Value, end: Op, place: usize) -> bool {
    let Some(uses) = emit::growth(argument, end, place) else { return false };
    let any_order = |op: Op| !op.is::<arith::Addf>() || emit::is_in_any_order(op);
    let known: HashSet<_> = uses.iter().copied().collect();
    let unseen = |value: Value| value.uses().iter().all(|user| known.contains(user));
    uses.iter().all(|(user, number)| any_order(*user) && unseen(user.operand(*number)))
}
