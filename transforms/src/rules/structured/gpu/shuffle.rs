//! `gpu.shuffle`, `gpu.rotate` and `gpu.subgroup_broadcast`: a lane gets the value of another, `y_t = x_src(t)`.
//!
//! Forward: the tangent travels as the value does. Reverse: a lane gets the sum of the cotangents of those who read
//! from it. Where all lanes use one offset, there is at most one such, and the way back is a shuffle: xor again, or
//! the shift in the other direction. Otherwise each lane asks all others whom they read from. A result that is not
//! valid is no value of anybody, and its cotangent is dropped.

use super::{equal, take_exchanged};
use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit,
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, gpu, scf},
};

pub(crate) struct Shuffle;

fn mode(op: Op) -> String {
    let text = op.attribute("mode").map(|mode| mode.to_string()).unwrap_or_default();
    text.trim_start_matches("#gpu<shuffle_mode ").trim_end_matches('>').to_owned()
}

fn shuffle(builder: &Builder, mode: &str, operands: &[Value]) -> Option<(Value, Value)> {
    let mode = Attribute::parse(builder.context(), &format!("#gpu<shuffle_mode {mode}>"))?;
    let types = [operands[0].ty(), Type::integer(builder.context(), 1)];
    let op = builder.create(gpu::Shuffle::NAME, operands, &types, &[("mode", mode)], &[]);
    Some((op.result(0), op.result(1)))
}

/// The value where a condition holds, zero elsewhere.
fn only_if(builder: &Builder, condition: Value, value: Value) -> Option<Value> {
    let zero = builder.number(value.ty(), 0.0)?;
    Some(builder.op(arith::Select::NAME, &[condition, value, zero], value.ty()))
}

fn lane(builder: &Builder) -> Value {
    let lane = builder.op(gpu::LaneId::NAME, &[], Type::index(builder.context()));
    builder.op(arith::IndexCast::NAME, &[lane], Type::integer(builder.context(), 32))
}

/// Whether a number is the same for all threads of a block, as far as one can see: it depends on nothing but constants,
/// what is computed outside the launch, ids of the block, and loops that start and step alike.
fn is_uniform(value: Value, depth: usize) -> bool {
    let Some(op) = value.defining_op() else {
        let Some(number) = value.argument_number() else { return false };
        return match value.block().parent_op() {
            Some(owner) if owner.is::<gpu::Launch>() => number < 3 || (6..12).contains(&number),
            Some(owner) if owner.is::<scf::For>() && number == 0 && depth > 0 => {
                is_uniform(owner.operand(0), depth - 1) && is_uniform(owner.operand(2), depth - 1)
            }
            Some(owner) => owner.is_function(),
            None => false,
        };
    };
    let outside = op.ancestors().all(|op| !op.is::<gpu::Launch>());
    let varies =
        matches!(op.name(), gpu::LaneId::NAME | gpu::ThreadId::NAME | gpu::SubgroupId::NAME | gpu::GlobalId::NAME);
    outside
        || op.is_constant()
        || (depth > 0
            && !varies
            && op.region_count() == 0
            && op.is_pure()
            && !op.name().starts_with("gpu.")
            && op.operands().into_iter().all(|operand| is_uniform(operand, depth - 1)))
}

/// How far an offset is looked into.
const DEPTH: usize = 8;

/// What the lanes that read from a lane have, summed, wherever each of them reads.
fn gathered(builder: &Builder, mode: &str, y_bar: Value, offset: Value, width: Value) -> Option<Value> {
    let (ty, integer, index) = (y_bar.ty(), offset.ty(), Type::index(builder.context()));
    let own = lane(builder);
    let source = match mode {
        "xor" => builder.same(arith::Xori::NAME, &[own, offset]),
        "up" => builder.same(arith::Subi::NAME, &[own, offset]),
        "down" => builder.same(arith::Addi::NAME, &[own, offset]),
        _ => offset,
    };
    let (zero, one, none) = (builder.index(0), builder.index(1), builder.number(ty, 0.0)?);
    let count = builder.op(arith::IndexCastui::NAME, &[width], index);
    let location = builder.location();
    let block = Block::new(&[(index, location), (ty, location)]);
    let inner = Builder::at_end(block, location);
    let other = inner.op(arith::IndexCastui::NAME, &[block.argument(0)], integer);
    let (bar, valid) = shuffle(&inner, "idx", &[y_bar, other, width])?;
    let (read, _) = shuffle(&inner, "idx", &[source, other, width])?;
    let mine = equal(&inner, read, own);
    let counts = inner.same(arith::Andi::NAME, &[mine, valid]);
    let part = only_if(&inner, counts, bar)?;
    let sum = emit::sum(&inner, block.argument(1), part);
    inner.effect(scf::Yield::NAME, &[sum]);
    let operands = [zero, count, one, none];
    Some(builder.create(scf::For::NAME, &operands, &[ty], &[], &[Region::with_block(block)]).result(0))
}

impl Semantics for Shuffle {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.result(0));
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        if activity.is_active(op.result(0)) { op.operands().split_off(1) } else { vec![] }
    }
}

impl Rule for Shuffle {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if forward.activity().is_active(op.result(0))
            && let Some(tangent) = forward.tangent(op.operand(0))
        {
            let mut operands = copy.operands();
            operands[0] = tangent;
            let types: Vec<_> = op.results().into_iter().map(Value::ty).collect();
            let attributes = op.attributes();
            let moved = forward.builder().create(op.name(), &operands, &types, &attributes, &[]);
            forward.set_tangent(op.result(0), Some(moved.result(0)));
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = take_exchanged(reverse, op.result(0)) else { return Ok(()) };
        let (offset, width) = (reverse.primal(op.operand(1))?, reverse.primal(op.operand(2))?);
        let builder = reverse.builder();
        let mode = mode(op);
        let back = match mode.as_str() {
            "xor" => Some("xor"),
            "up" => Some("down"),
            "down" => Some("up"),
            _ => None,
        };
        let x_bar = match back.filter(|_| is_uniform(op.operand(1), DEPTH)) {
            Some(back) => {
                shuffle(&builder, back, &[y_bar, offset, width]).and_then(|(bar, valid)| only_if(&builder, valid, bar))
            }
            None => gathered(&builder, &mode, y_bar, offset, width),
        };
        let x_bar = x_bar.map_or_else(|| reverse.refuse(op, no_zero(op)), Ok)?;
        reverse.accumulate(op.operand(0), x_bar)
    }
}

fn no_zero(op: Op) -> String {
    format!("'{}' op cannot be differentiated on values of type '{}'", op.name(), op.operand(0).ty())
}

pub(crate) struct Rotation;

impl Semantics for Rotation {
    fn flow(&self, op: Op, flow: &mut Flow) {
        Shuffle.flow(op, flow);
    }
}

impl Rule for Rotation {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        Shuffle.jvp(op, forward)
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = take_exchanged(reverse, op.result(0)) else { return Ok(()) };
        let number = |name| op.attribute(name).and_then(Attribute::as_integer).unwrap_or(0);
        let (offset, width) = (number("offset"), number("width").max(1));
        let ty = Type::integer(op.context(), 32);
        let attributes = [
            ("offset", Attribute::integer(ty, (width - offset).rem_euclid(width))),
            ("width", Attribute::integer(ty, width)),
        ];
        let types = [y_bar.ty(), op.result(1).ty()];
        let builder = reverse.builder();
        let back = builder.create(op.name(), &[y_bar], &types, &attributes, &[]);
        let x_bar = only_if(&builder, back.result(1), back.result(0));
        let x_bar = x_bar.map_or_else(|| reverse.refuse(op, no_zero(op)), Ok)?;
        reverse.accumulate(op.operand(0), x_bar)
    }
}

pub(crate) struct Broadcast;

impl Semantics for Broadcast {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.result(0));
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        Shuffle.needed(op, activity)
    }
}

impl Rule for Broadcast {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        Shuffle.jvp(op, forward)
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = take_exchanged(reverse, op.result(0)) else { return Ok(()) };
        let lanes = op.operands().split_off(1);
        let sender = match lanes.first() {
            Some(lane) => Some(reverse.primal(*lane)?),
            None => None,
        };
        let builder = reverse.builder();
        let own = lane(&builder);
        let reduce = |value: Value, kind: &str| {
            let kind = Attribute::parse(op.context(), &format!("#gpu<all_reduce_op {kind}>"))?;
            Some(builder.create(gpu::SubgroupReduce::NAME, &[value], &[value.ty()], &[("op", kind)], &[]).result(0))
        };
        let x_bar = sender.or_else(|| reduce(own, "minui")).and_then(|sender| {
            let sends = equal(&builder, own, sender);
            only_if(&builder, sends, reduce(y_bar, "add")?)
        });
        let x_bar = x_bar.map_or_else(|| reverse.refuse(op, no_zero(op)), Ok)?;
        reverse.accumulate(op.operand(0), x_bar)
    }
}
