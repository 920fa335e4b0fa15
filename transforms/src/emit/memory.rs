//! Buffers and tensors: allocation, release, element by element.

use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Region, Type, Value},
    state,
};

/// A buffer of zeros of the shape of another.
pub fn zeroed_like(builder: &Builder, buffer: Value) -> Value {
    let sizes = open_sizes(builder, buffer);
    zeroed(builder, buffer.ty(), &sizes)
}

/// A buffer of zeros, of a type with or without a layout, or an empty cache.
pub fn zeroed(builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    if ty.is_cache() {
        return state::cache(builder, ty.element(), sizes);
    }
    let plain = Type::memref(ty.element(), &ty.shape());
    let shadow = state::shadow(builder, plain, sizes);
    if plain == ty { shadow } else { builder.op("memref.cast", &[shadow], ty) }
}

/// The sizes that the type of a buffer leaves open.
fn open_sizes(builder: &Builder, buffer: Value) -> Vec<Value> {
    let shape = buffer.ty().shape().into_iter().enumerate();
    shape.filter(|(_, size)| *size == Type::DYNAMIC).map(|(dimension, _)| extent(builder, buffer, dimension)).collect()
}

/// Frees a buffer or a cache.
pub fn release(builder: &Builder, memory: Value) {
    if memory.ty().is_cache() {
        state::free(builder, memory);
    } else {
        builder.effect("memref.dealloc", &[memory]);
    }
}

/// A new buffer; `sizes` are those that the type leaves open.
pub fn allocate(builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    let segments = Attribute::dense_i32(builder.context(), &[sizes.len() as i32, 0]);
    builder.create("memref.alloc", sizes, &[ty], &[("operandSegmentSizes", segments)], &[]).result(0)
}

/// A new buffer with the content of another.
pub fn snapshot(builder: &Builder, buffer: Value) -> Value {
    let plain = Type::memref(buffer.ty().element(), &buffer.ty().shape());
    let copy = allocate(builder, plain, &open_sizes(builder, buffer));
    builder.effect("memref.copy", &[buffer, copy]);
    if plain == buffer.ty() { copy } else { builder.op("memref.cast", &[copy], buffer.ty()) }
}

/// Stores one value everywhere in a buffer.
pub fn fill(builder: &Builder, buffer: Value, value: Value) {
    for_each_element(builder, buffer, &mut |builder, indices| {
        builder.effect("memref.store", &[&[value, buffer], indices].concat());
    });
}

/// Adds the content of a buffer to a shadow.
pub fn accumulate_all(builder: &Builder, from: Value, shadow: Value) {
    for_each_element(builder, shadow, &mut |builder, indices| {
        let part = builder.op("memref.load", &[&[from], indices].concat(), from.ty().element());
        state::accumulate(builder, part, shadow, indices);
    });
}

/// Stops the program, when it runs, if two buffers of one type differ in a size that the type leaves open.
pub fn require_same_sizes(builder: &Builder, one: Value, other: Value, message: &str) {
    let (boolean, long) = (Type::integer(builder.context(), 1), Type::integer(builder.context(), 64));
    let equal = [("predicate", Attribute::integer(long, 0))];
    let message = [("msg", Attribute::string(builder.context(), message))];
    for (a, b) in open_sizes(builder, one).into_iter().zip(open_sizes(builder, other)) {
        let same = builder.create("arith.cmpi", &[a, b], &[boolean], &equal, &[]).result(0);
        builder.create("cf.assert", &[same], &[], &message, &[]);
    }
}

/// A tensor of zeros of the size of another; `None` if its elements have no zero.
pub fn zero_tensor(builder: &Builder, like: Value) -> Option<Value> {
    let ty = like.ty();
    let mut operands = vec![builder.number(ty.element(), 0.0)?];
    for (dimension, size) in ty.shape().into_iter().enumerate() {
        if size == Type::DYNAMIC {
            let number = builder.index(dimension as i64);
            operands.push(builder.op("tensor.dim", &[like, number], Type::index(builder.context())));
        }
    }
    Some(builder.op("tensor.splat", &operands, ty))
}

/// Emits `body` for each index into a buffer of a ranked memref type.
pub fn for_each_element(builder: &Builder, buffer: Value, body: &mut dyn FnMut(&Builder, &[Value])) {
    fn nest(builder: &Builder, extents: &[Value], indices: &mut Vec<Value>, body: &mut dyn FnMut(&Builder, &[Value])) {
        let Some((extent, rest)) = extents.split_first() else { return body(builder, indices) };
        let location = builder.location();
        let block = Block::new(&[(Type::index(builder.context()), location)]);
        indices.push(block.argument(0));
        let inner = Builder::at_end(block, location);
        nest(&inner, rest, indices, body);
        inner.effect("scf.yield", &[]);
        indices.pop();
        let (zero, one) = (builder.index(0), builder.index(1));
        builder.create("scf.for", &[zero, *extent, one], &[], &[], &[Region::with_block(block)]);
    }
    let extents: Vec<_> = (0..buffer.ty().shape().len()).map(|index| extent(builder, buffer, index)).collect();
    nest(builder, &extents, &mut vec![], body);
}

/// The size of a buffer in one dimension.
pub fn extent(builder: &Builder, buffer: Value, dimension: usize) -> Value {
    match buffer.ty().shape().get(dimension).copied() {
        Some(size) if size != Type::DYNAMIC => builder.index(size),
        _ => {
            let number = builder.index(dimension as i64);
            builder.op("memref.dim", &[buffer, number], Type::index(builder.context()))
        }
    }
}
