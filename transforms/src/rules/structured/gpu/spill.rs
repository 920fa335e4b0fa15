//! Shadows of workgroup memory that a block has no room for: they stand in global memory instead, a piece for each block.
//!
//! 1. The largest shadows go, until what is left fits into what every device has.
//! 2. Before the launch there is memory for all blocks; a block sees its own piece through a view.

use super::launch::{WORKGROUP_BYTES, size_in_bytes};
use crate::emit::{self, Storage};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::memref,
};

/// The buffers whose shadows, so many for each, do not fit beside `own`, the primals that the kernel has.
pub(super) fn too_large(
    own: &[Value],
    shadowed: &[Value],
    copies: usize,
    shadow_type: impl Fn(Value) -> Type,
) -> Vec<Value> {
    let bytes = |ty: Type| size_in_bytes(ty).unwrap_or(u64::MAX);
    let size = |value: &Value| bytes(shadow_type(*value));
    let all = |values: &[Value]| values.iter().map(size).fold(0, u64::saturating_add);
    let fixed = own.iter().map(|value| bytes(value.ty())).fold(0, u64::saturating_add);
    let (mut stay, mut go) = (shadowed.to_vec(), vec![]);
    stay.sort_by_key(size);
    let fits = |stay: &[Value]| fixed.saturating_add(all(stay).saturating_mul(copies as u64)) <= WORKGROUP_BYTES;
    // Where the primals are too large alone, nothing helps.
    while fixed <= WORKGROUP_BYTES && !fits(&stay) {
        let Some(largest) = stay.pop() else { break };
        go.push(largest);
    }
    go
}

/// An op that uses memory of the workgroup in another way than element by element, so that another kind of memory cannot
/// stand in for its shadow.
pub(super) fn obstacle(buffer: Value) -> Option<Op> {
    let element = |op: Op, index: usize| match op.name() {
        memref::Load::NAME => index == 0,
        memref::Store::NAME | memref::AtomicRmw::NAME => index == 1,
        _ => false,
    };
    buffer.uses().into_iter().find(|(op, index)| !element(*op, *index)).map(|(op, _)| op)
}

/// Memory before a launch with a piece for each block, and that of the block that asks.
pub(super) struct Pieces {
    pub all: Value,
    pub own: Value,
}

/// Makes the pieces for a shadow of a type. `grid`: the sizes of the grid, x first; `block`: the ids of a block, x first.
pub(super) fn pieces(
    outer: &Builder,
    grid: &[Value],
    inner: &Builder,
    block: &[Value],
    shadow: Type,
) -> Option<Pieces> {
    let (context, element, shape) = (outer.context(), shadow.element(), shadow.shape());
    let blocks = grid.len();
    let sizes: Vec<_> = grid.iter().rev().copied().collect();
    let extents = [vec![Type::DYNAMIC; blocks], shape.clone()].concat();
    let all = emit::allocate_in(Storage::Heap, outer, Type::memref(element, &extents), &sizes);
    let mut strides = vec![1];
    for size in shape.iter().skip(1).rev() {
        strides.insert(0, strides[0] * size);
    }
    strides.truncate(shape.len());
    let list = |values: &[i64]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (sizes, strides) = (list(&shape), list(&strides).join(", "));
    let text = format!("memref<{}x{element}, strided<[{strides}], offset: ?>>", sizes.join("x"));
    let ty = Type::parse(context, &text).filter(|_| !shape.is_empty());
    let ty = ty.or_else(|| Type::parse(context, &format!("memref<{element}, strided<[], offset: ?>>")))?;
    let places =
        |first: i64, rest: &[i64]| Attribute::dense_i64(context, &[vec![first; blocks], rest.to_vec()].concat());
    let attributes = [
        ("static_offsets", places(Type::DYNAMIC, &vec![0; shape.len()])),
        ("static_sizes", places(1, &shape)),
        ("static_strides", places(1, &vec![1; shape.len()])),
        ("operandSegmentSizes", Attribute::dense_i32(context, &[1, blocks as i32, 0, 0])),
    ];
    let ids: Vec<_> = block.iter().rev().copied().collect();
    let own = inner.create(memref::Subview::NAME, &[&[all], &ids[..]].concat(), &[ty], &attributes, &[]).result(0);
    Some(Pieces { all, own })
}
