//! Buffers and tensors: allocation, release, element by element.

use super::{add, converted, multiply, subtract};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Region, Type, Value},
    state,
    views::{arith, cf, memref, scf, tensor},
};

/// A buffer of zeros of the shape of another.
pub fn zeroed_like(builder: &Builder, buffer: Value) -> Value {
    zeroed_as(builder, buffer.ty(), buffer)
}

/// A buffer of zeros of a type, of the shape of another.
pub fn zeroed_as(builder: &Builder, ty: Type, like: Value) -> Value {
    let sizes = open_sizes(builder, like);
    zeroed(builder, ty, &sizes)
}

/// A buffer of zeros, of a type with or without a layout, or an empty cache. A buffer of buffers holds none at first.
pub fn zeroed(builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    if ty.is_cache() {
        return state::cache(builder, ty.element(), sizes);
    }
    laid_out(builder, ty, sizes, |plain, sizes| match plain.holds_buffers() {
        true => allocate(builder, plain, sizes),
        false => state::shadow(builder, plain, sizes),
    })
}

/// A new buffer of a type with any layout. `make`: one of a type without a layout, and of the sizes that it leaves open.
fn laid_out(builder: &Builder, ty: Type, sizes: &[Value], make: impl Fn(Type, &[Value]) -> Value) -> Value {
    let plain = in_space_of(ty, Type::memref(ty.element(), &ty.shape()));
    if plain == ty {
        return make(plain, sizes);
    }
    match (plain.strides(), ty.strides()) {
        (Some((of_plain, _)), Some((strides, offset))) if !is_plain(&of_plain, &strides, offset) => {
            with_strides(builder, ty, sizes, (&strides, offset), make)
        }
        // A layout that no strides describe is the allocation's own.
        (_, None) => make(ty, sizes),
        _ => builder.op(memref::Cast::NAME, &[make(plain, sizes)], ty),
    }
}

/// A type in the memory space of another.
fn in_space_of(ty: Type, plain: Type) -> Type {
    plain.with_memory(plain.element(), ty.memory_space()).unwrap_or(plain)
}

/// Whether a buffer without a layout has the strides and the offset that a type asks for.
fn is_plain(of_plain: &[i64], strides: &[i64], offset: i64) -> bool {
    let fits = |(is, wanted): (&i64, &i64)| *wanted == Type::DYNAMIC || is == wanted;
    (offset == Type::DYNAMIC || offset == 0) && of_plain.iter().zip(strides).all(fits)
}

/// A new buffer of a type with strides that its sizes do not give: a view of a flat one that is long enough.
fn with_strides(
    builder: &Builder,
    ty: Type,
    sizes: &[Value],
    (strides, offset): (&[i64], i64),
    make: impl Fn(Type, &[Value]) -> Value,
) -> Value {
    let shape = ty.shape();
    let mut open = sizes.iter();
    let number = |size: &i64| match *size {
        Type::DYNAMIC => open.next().copied(),
        size => Some(builder.index(size)),
    };
    let extents: Vec<_> = shape.iter().filter_map(number).collect();
    let (zero, one) = (builder.index(0), builder.index(1));
    let start = if offset == Type::DYNAMIC { zero } else { builder.index(offset) };
    // The strides that are open are those of rows that follow each other.
    let (mut all, mut length, mut row) = (vec![], add(builder, start, one), one);
    for (extent, stride) in extents.iter().zip(strides).rev() {
        let stride = if *stride == Type::DYNAMIC { row } else { builder.index(*stride) };
        let last = subtract(builder, *extent, one);
        length = add(builder, length, multiply(builder, last, stride));
        row = multiply(builder, *extent, stride);
        all.push(stride);
    }
    all.reverse();
    // An empty buffer has a length, too.
    let length = builder.same(arith::Maxsi::NAME, &[length, one]);
    let flat = make(in_space_of(ty, Type::memref(ty.element(), &[Type::DYNAMIC])), &[length]);
    let open_strides: Vec<_> =
        all.into_iter().zip(strides).filter(|(_, stride)| **stride == Type::DYNAMIC).map(|(value, _)| value).collect();
    let start = if offset == Type::DYNAMIC { vec![start] } else { vec![] };
    let segments = [1, start.len() as i32, sizes.len() as i32, open_strides.len() as i32];
    let attributes = [
        ("operandSegmentSizes", Attribute::dense_i32(builder.context(), &segments)),
        ("static_offsets", Attribute::dense_i64(builder.context(), &[offset])),
        ("static_sizes", Attribute::dense_i64(builder.context(), &shape)),
        ("static_strides", Attribute::dense_i64(builder.context(), strides)),
    ];
    let operands = [&[flat], &start[..], sizes, &open_strides[..]].concat();
    builder.create(memref::ReinterpretCast::NAME, &operands, &[ty], &attributes, &[]).result(0)
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
        builder.effect(memref::Dealloc::NAME, &[memory]);
    }
}

/// A new buffer; `sizes` are those that the type leaves open.
pub fn allocate(builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    let segments = Attribute::dense_i32(builder.context(), &[sizes.len() as i32, 0]);
    builder.create(memref::Alloc::NAME, sizes, &[ty], &[("operandSegmentSizes", segments)], &[]).result(0)
}

/// A new buffer of a type with a layout: a view of one that `name` allocates, with the attributes of that.
pub fn allocate_laid_out(
    builder: &Builder,
    name: &str,
    ty: Type,
    sizes: &[Value],
    attributes: &[(&str, Attribute)],
) -> Value {
    laid_out(builder, ty, sizes, |plain, sizes| {
        let segments = Attribute::dense_i32(builder.context(), &[sizes.len() as i32, 0]);
        let attributes = [&[("operandSegmentSizes", segments)], attributes].concat();
        builder.create(name, sizes, &[plain], &attributes, &[]).result(0)
    })
}

/// A new buffer with the content of another.
pub fn snapshot(builder: &Builder, buffer: Value) -> Value {
    let copy =
        laid_out(builder, buffer.ty(), &open_sizes(builder, buffer), |plain, sizes| allocate(builder, plain, sizes));
    builder.effect(memref::Copy::NAME, &[buffer, copy]);
    copy
}

/// Stores one value everywhere in a buffer.
pub fn fill(builder: &Builder, buffer: Value, value: Value) {
    for_each_element(builder, buffer, &mut |builder, indices| {
        builder.effect(memref::Store::NAME, &[&[value, buffer], indices].concat());
    });
}

/// `shadow[indices] += added`, in the type of the shadow's elements.
pub fn accumulate(builder: &Builder, added: Value, shadow: Value, indices: &[Value]) {
    state::accumulate(builder, converted(builder, added, shadow.ty().element()), shadow, indices);
}

/// Adds the content of a buffer to a shadow.
pub fn accumulate_all(builder: &Builder, from: Value, shadow: Value) {
    for_each_element(builder, shadow, &mut |builder, indices| {
        let part = builder.op(memref::Load::NAME, &[&[from], indices].concat(), from.ty().element());
        accumulate(builder, part, shadow, indices);
    });
}

/// Stops the program, when it runs, if two buffers of one type differ in a size that the type leaves open.
pub fn require_same_sizes(builder: &Builder, one: Value, other: Value, message: &str) {
    let message = [("msg", Attribute::string(builder.context(), message))];
    for (a, b) in open_sizes(builder, one).into_iter().zip(open_sizes(builder, other)) {
        let same = builder.cmpi(arith::CmpIPredicate::Eq, a, b);
        builder.create(cf::Assert::NAME, &[same], &[], &message, &[]);
    }
}

/// A tensor of zeros of the size of another; `None` if its elements have no zero.
pub fn zero_tensor(builder: &Builder, like: Value) -> Option<Value> {
    let ty = like.ty();
    let mut operands = vec![builder.number(ty.element(), 0.0)?];
    for (dimension, size) in ty.shape().into_iter().enumerate() {
        if size == Type::DYNAMIC {
            let number = builder.index(dimension as i64);
            operands.push(builder.op(tensor::Dim::NAME, &[like, number], Type::index(builder.context())));
        }
    }
    Some(builder.op(tensor::Splat::NAME, &operands, ty))
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
        inner.effect(scf::Yield::NAME, &[]);
        indices.pop();
        let (zero, one) = (builder.index(0), builder.index(1));
        builder.create(scf::For::NAME, &[zero, *extent, one], &[], &[], &[Region::with_block(block)]);
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
            builder.op(memref::Dim::NAME, &[buffer, number], Type::index(builder.context()))
        }
    }
}
