//! Ops that run one of their regions, or their only one, at most once: `scf.if`, `scf.index_switch`,
//! `scf.execute_region`, `memref.alloca_scope`.
//!
//! Forward: the same op with tangents among its results. Reverse: the same branch, chosen by the same operands. The
//! adjoints of the values that the branches use enter a branch as they are and leave it as results, so that the branch
//! that does not touch one passes it through.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    engine::{Execution, Forward, Result, Reverse, Rule, Scope, some},
};
use autodiff_dialect::{
    ir::{Block, Op, Region, Type, Value},
    views::{memref, scf},
};

pub(super) const BRANCHES: [&str; 4] =
    [memref::AllocaScope::NAME, scf::ExecuteRegion::NAME, scf::If::NAME, scf::IndexSwitch::NAME];

pub(super) struct Branch;

/// The values that a branch yields; none for an empty region, the `else` that is not there.
fn yielded(block: Option<Block>) -> Vec<Value> {
    block.and_then(Block::terminator).map(Op::operands).unwrap_or_default()
}

/// The terminator of the regions.
fn end(op: Op) -> &'static str {
    if op.is::<memref::AllocaScope>() { memref::AllocaScopeReturn::NAME } else { scf::Yield::NAME }
}

impl Branch {
    /// The block of each region; `None` where a region is empty.
    fn blocks(op: Op) -> Vec<Option<Block>> {
        op.regions().into_iter().map(Region::first_block).collect()
    }

    /// New regions, each with a block that is filled where the op's own is not empty.
    fn regions(op: Op, mut fill: impl FnMut(usize, Block) -> Result<()>) -> Result<Vec<Region>> {
        let mut regions = vec![];
        for (number, source) in Self::blocks(op).into_iter().enumerate() {
            regions.push(Region::new());
            if source.is_some() {
                let block = Block::new(&[]);
                regions[number].append(block);
                fill(number, block)?;
            }
        }
        Ok(regions)
    }

    /// The same op with other operands, results and regions.
    fn rebuild(
        builder: &autodiff_dialect::ir::Builder,
        op: Op,
        operands: &[Value],
        results: &[Type],
        regions: &[Region],
    ) -> Op {
        let attributes = op.attributes();
        builder.with_location(op.location()).create(op.name(), operands, results, &attributes, regions)
    }
}

impl Semantics for Branch {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        for block in Self::blocks(op) {
            for (value, result) in yielded(block).into_iter().zip(op.results()) {
                flow.forward(value, result);
            }
        }
    }

    fn runs_once(&self, _: Op) -> bool {
        true
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        op.operands()
    }
}

impl Rule for Branch {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let activity = forward.activity();
        let active: Vec<_> = op.results().into_iter().map(|result| activity.is_active(result)).collect();
        let mut types = vec![];
        for (result, active) in op.results().into_iter().zip(&active) {
            types.extend(std::iter::repeat_n(result.ty(), if *active { 1 + forward.width() } else { 1 }));
        }
        let regions = Self::regions(op, |number, block| {
            let source = forward.block_of(op, number)?;
            forward.body(source, block)?;
            forward.within(block, |forward| {
                let values = forward.doubled(&yielded(Some(source)), |index| active[index])?;
                forward.builder().effect(end(op), &values);
                Ok(())
            })
        })?;
        let operands: Vec<_> = op.operands().into_iter().map(|operand| forward.primal(operand)).collect();
        let new = Self::rebuild(&forward.builder(), op, &operands, &types, &regions);
        forward.bind_doubled(&op.results(), &new.results(), |index| active[index]);
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let shadowed = reverse.shadowed(&op.results());
        let mut types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
        for index in &shadowed {
            types.extend(vec![reverse.shadow_type(op.result(*index)); reverse.width()]);
        }
        let regions = Self::regions(op, |number, block| {
            let source = reverse.block_of(op, number)?;
            reverse.forward_body(source, block, Execution::Once)?;
            reverse.within(block, |reverse| {
                let values = reverse.with_shadows(&yielded(Some(source)), &shadowed)?;
                reverse.forward_builder().effect(end(op), &values);
                Ok(())
            })
        })?;
        let operands: Vec<_> = op.operands().into_iter().map(|operand| reverse.counterpart(operand)).collect();
        let new = Self::rebuild(&reverse.forward_builder(), op, &operands, &types, &regions);
        reverse.bind_with_shadows(&op.results(), &new.results(), &shadowed);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let mut operands = vec![];
        for operand in op.operands() {
            operands.push(reverse.primal(operand)?);
        }
        let captured = reverse.captured(op);
        let entering = reverse.take_lanes(captured);
        let y_bar = reverse.take_lanes(&op.results());
        let mut regions = vec![];
        for (number, source) in Self::blocks(op).into_iter().enumerate() {
            let (region, block) = (Region::new(), Block::new(&[]));
            region.append(block);
            regions.push(region);
            let source = match source {
                Some(_) => reverse.block_of(op, number)?,
                None => block,
            };
            reverse.scoped(Scope { source, block, numbers: None, captured }, |reverse| {
                reverse.set_lanes(captured, &entering);
                if source != block {
                    reverse.accumulate_lanes(&yielded(Some(source)), &y_bar)?;
                    reverse.reverse_body(source)?;
                }
                let leaving = reverse.take_lanes_or_zero(captured)?;
                reverse.builder().effect(end(op), &leaving);
                Ok(())
            })?;
        }
        let mut types = vec![];
        for value in captured {
            types.extend(vec![reverse.sum_type(value.ty()); reverse.width()]);
        }
        let new = Self::rebuild(&reverse.builder(), op, &operands, &types, &regions);
        reverse.set_lanes(captured, &some(&new.results()));
        Ok(())
    }
}
