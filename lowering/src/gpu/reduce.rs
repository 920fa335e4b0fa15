//! Reductions over the lanes of a subgroup and over a block.

use super::lanes::Lanes;
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, gpu, memref, scf},
};

/// How two values become one.
#[derive(Clone, Copy)]
pub(super) enum Combine {
    /// By an op of `arith`.
    Named(&'static str),
    /// By the region of an op: two arguments, and a terminator with one operand.
    Body(Block),
}

impl Combine {
    /// The combination that an `all_reduce` or `subgroup_reduce` op asks for.
    pub fn of(op: Op) -> Option<Self> {
        let Some(kind) = op.attribute("op") else { return op.body(0).map(Self::Body) };
        let text = kind.to_string();
        let word = text.trim_end_matches('>').rsplit(' ').next()?;
        let float = op.result(0).ty().element().is_float();
        Some(Self::Named(match (word, float) {
            ("add", true) => arith::Addf::NAME,
            ("mul", true) => arith::Mulf::NAME,
            ("minnumf", true) => arith::Minnumf::NAME,
            ("maxnumf", true) => arith::Maxnumf::NAME,
            ("minimumf", true) => arith::Minimumf::NAME,
            ("maximumf", true) => arith::Maximumf::NAME,
            ("add", false) => arith::Addi::NAME,
            ("mul", false) => arith::Muli::NAME,
            ("minui", false) => arith::Minui::NAME,
            ("minsi", false) => arith::Minsi::NAME,
            ("maxui", false) => arith::Maxui::NAME,
            ("maxsi", false) => arith::Maxsi::NAME,
            ("and", false) => arith::Andi::NAME,
            ("or", false) => arith::Ori::NAME,
            ("xor", false) => arith::Xori::NAME,
            _ => return None,
        }))
    }

    fn emit(self, builder: &Builder, a: Value, b: Value) -> Option<Value> {
        let body = match self {
            Self::Named(name) => return Some(builder.same(name, &[a, b])),
            Self::Body(body) => body,
        };
        let end = body.terminator()?;
        let mut map = vec![(body.argument(0), a), (body.argument(1), b)];
        let find =
            |map: &[(Value, Value)], value| map.iter().find(|(old, _)| *old == value).map_or(value, |(_, new)| *new);
        for op in body.ops().into_iter().filter(|op| *op != end) {
            let copy = builder.insert(op.duplicate());
            for inner in copy.walk() {
                for index in 0..inner.operand_count() {
                    inner.set_operand(index, find(&map, inner.operand(index)));
                }
            }
            map.extend(op.results().into_iter().zip(copy.results()));
        }
        Some(find(&map, end.operand(0)))
    }
}

/// Lanes that reduce among themselves.
#[derive(Clone, Copy)]
pub(super) struct Cluster {
    pub size: i64,
    pub stride: i64,
}

/// Reduces over each cluster of a subgroup; all its lanes get the result.
///
/// Where all lanes exist, by exchanges between lanes whose numbers differ in one bit; otherwise by a tree that leaves out
/// the lanes that do not exist, whose root then hands its value to the others.
pub(super) fn over_subgroup(lanes: &Lanes, value: Value, combine: Combine, cluster: Cluster) -> Option<Value> {
    let b = lanes.builder;
    let offsets =
        || std::iter::successors(Some(cluster.size / 2), |offset| Some(offset / 2)).take_while(|offset| *offset > 0);
    let mut sum = value;
    if lanes.is_full() {
        for offset in offsets() {
            let distance = lanes.small(offset * cluster.stride);
            let other = lanes.shuffle("xor", sum, distance)?;
            sum = combine.emit(b, sum, other)?;
        }
        return Some(sum);
    }
    let (lane, count) = (lanes.lane(), lanes.count());
    let (stride, size) = (b.index(cluster.stride), b.index(cluster.size));
    let row = b.same(arith::Divui::NAME, &[lane, stride]);
    let place = b.same(arith::Remui::NAME, &[row, size]);
    for offset in offsets() {
        let (step, distance) = (b.index(offset), b.index(offset * cluster.stride));
        let other_place = b.same(arith::Addi::NAME, &[place, step]);
        let other_lane = b.same(arith::Addi::NAME, &[lane, distance]);
        let in_cluster = b.cmpi(arith::CmpIPredicate::Ult, other_place, size);
        let exists = b.cmpi(arith::CmpIPredicate::Ult, other_lane, count);
        let adds = b.same(arith::Andi::NAME, &[in_cluster, exists]);
        let source = b.op(arith::Select::NAME, &[adds, other_lane, lane], lane.ty());
        let other = lanes.shuffle("idx", sum, lanes.narrow(source))?;
        let larger = combine.emit(b, sum, other)?;
        sum = b.op(arith::Select::NAME, &[adds, larger, sum], sum.ty());
    }
    let back = b.same(arith::Muli::NAME, &[place, stride]);
    let root = b.same(arith::Subi::NAME, &[lane, back]);
    lanes.shuffle("idx", sum, lanes.narrow(root))
}

/// Reduces over a block; all its threads must come here.
///
/// 1. Each subgroup reduces, and its first lane stores the result in workgroup memory.
/// 2. Each thread reduces these in their order.
pub(super) fn over_block(lanes: &Lanes, op: Op, value: Value, combine: Combine) -> Option<Value> {
    let b = lanes.builder;
    let (context, location) = (b.context(), b.location());
    let whole = Cluster { size: lanes.size, stride: 1 };
    let part = over_subgroup(lanes, value, combine, whole)?;
    let most = lanes.block.unwrap_or(1024);
    if lanes.is_full() && most == lanes.size {
        return Some(part);
    }
    let slots = (most + lanes.size - 1) / lanes.size;
    let ty = Type::parse(context, &format!("memref<{slots}x{}, #gpu.address_space<workgroup>>", value.ty()))?;
    let buffer = workgroup_buffer(op, ty)?;
    let (zero, one) = (b.index(0), b.index(1));
    let leads = b.cmpi(arith::CmpIPredicate::Eq, lanes.lane(), zero);
    let store = Block::new(&[]);
    let inner = Builder::at_end(store, location);
    inner.effect(memref::Store::NAME, &[part, buffer, lanes.subgroup()]);
    inner.effect(scf::Yield::NAME, &[]);
    b.create(scf::If::NAME, &[leads], &[], &[], &[Region::with_block(store), Region::new()]);
    b.effect(gpu::Barrier::NAME, &[]);
    let first = b.op(memref::Load::NAME, &[buffer, zero], value.ty());
    let body = Block::new(&[(Type::index(context), location), (value.ty(), location)]);
    let inner = Builder::at_end(body, location);
    let next = inner.op(memref::Load::NAME, &[buffer, body.argument(0)], value.ty());
    let sum = combine.emit(&inner, body.argument(1), next)?;
    inner.effect(scf::Yield::NAME, &[sum]);
    let regions = [Region::with_block(body)];
    let sum = b.create(scf::For::NAME, &[one, lanes.subgroups(), one, first], &[value.ty()], &[], &regions).result(0);
    // The buffer may be filled again when this op is reached again.
    b.effect(gpu::Barrier::NAME, &[]);
    Some(sum)
}

/// A new buffer in the workgroup memory of the kernel around an op.
fn workgroup_buffer(op: Op, ty: Type) -> Option<Value> {
    let kernel = op.self_and_ancestors().find(|op| op.is::<gpu::Func>())?;
    let arguments = kernel.attribute("function_type")?.as_type()?.function_parts()?.0.len();
    let count = kernel.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0);
    let entry = kernel.region(0).first_block()?;
    let buffer = entry.insert_argument(arguments + usize::try_from(count).ok()?, ty, op.location());
    let integer = Type::integer(op.context(), 64);
    kernel.set_attribute("workgroup_attributions", Attribute::integer(integer, count + 1));
    Some(buffer)
}
