//! Buffers by where they live: on the heap, on the stack, in the memory of a device.

use super::{extent, fill, multiply, release, zeroed};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Region, Type, Value},
    views::{arith, gpu, memref, scf},
};

/// Where a buffer lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// On the heap of the host.
    Heap,
    /// On the stack of a function or of a thread; nothing frees it.
    Stack,
    /// In the memory of a device, where the host may not look.
    Device,
}

/// A buffer of zeros; `sizes` are those that its type leaves open. `None` if there is no zero.
pub fn zeroed_in(storage: Storage, builder: &Builder, ty: Type, sizes: &[Value]) -> Option<Value> {
    let name = match storage {
        Storage::Heap => return Some(zeroed(builder, ty, sizes)),
        Storage::Stack => memref::Alloca::NAME,
        Storage::Device => gpu::Alloc::NAME,
    };
    if ty.holds_buffers() {
        return Some(allocate(name, builder, ty, sizes));
    }
    let zero = builder.number(ty.element(), 0.0)?;
    let buffer = allocate(name, builder, ty, sizes);
    match storage {
        Storage::Device => for_each_on_device(builder, buffer, &mut |builder, indices| {
            builder.effect(memref::Store::NAME, &[&[zero, buffer], indices].concat());
        }),
        _ => fill(builder, buffer, zero),
    }
    Some(buffer)
}

/// A buffer of unknown content.
pub fn allocate_in(storage: Storage, builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    let name = match storage {
        Storage::Heap => memref::Alloc::NAME,
        Storage::Stack => memref::Alloca::NAME,
        Storage::Device => gpu::Alloc::NAME,
    };
    allocate(name, builder, ty, sizes)
}

fn allocate(name: &str, builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    let count = sizes.len() as i32;
    let segments: &[i32] = if name == gpu::Alloc::NAME { &[0, count, 0] } else { &[count, 0] };
    let segments = Attribute::dense_i32(builder.context(), segments);
    builder.create(name, sizes, &[ty], &[("operandSegmentSizes", segments)], &[]).result(0)
}

/// Frees a buffer or a cache.
pub fn release_in(storage: Storage, builder: &Builder, buffer: Value) {
    match storage {
        Storage::Heap => release(builder, buffer),
        Storage::Stack => {}
        Storage::Device => {
            builder.effect(gpu::Dealloc::NAME, &[buffer]);
        }
    }
}

/// Threads of a block of the kernels that are made here.
const THREADS: i64 = 256;

/// Launches a kernel that does something for each index into a buffer, the last dimension by neighbouring threads.
pub fn for_each_on_device(builder: &Builder, buffer: Value, body: &mut dyn FnMut(&Builder, &[Value])) {
    let extents: Vec<_> = (0..buffer.ty().shape().len()).map(|index| extent(builder, buffer, index)).collect();
    let (one, threads) = (builder.index(1), builder.index(THREADS));
    let total = extents.iter().fold(one, |total, extent| multiply(builder, total, *extent));
    let blocks = builder.same(arith::Ceildivui::NAME, &[total, threads]);
    // A grid has at least one block.
    let blocks = builder.same(arith::Maxui::NAME, &[blocks, one]);
    let (index, location) = (Type::index(builder.context()), builder.location());
    let block = Block::new(&[(index, location); 12]);
    let inner = Builder::at_end(block, location);
    let first = inner.same(arith::Muli::NAME, &[block.argument(0), threads]);
    let number = inner.same(arith::Addi::NAME, &[first, block.argument(3)]);
    let inside = inner.cmpi(arith::CmpIPredicate::Ult, number, total);
    let then = Block::new(&[]);
    let within = Builder::at_end(then, location);
    let indices = delinearised(&within, number, &extents);
    body(&within, &indices);
    within.effect(scf::Yield::NAME, &[]);
    inner.create(scf::If::NAME, &[inside], &[], &[], &[Region::with_block(then), Region::new()]);
    inner.effect(gpu::Terminator::NAME, &[]);
    let attributes = [
        ("operandSegmentSizes", Attribute::dense_i32(builder.context(), &[0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])),
        ("workgroup_attributions", Attribute::integer(Type::integer(builder.context(), 64), 0)),
    ];
    let operands = [blocks, one, one, threads, one, one];
    builder.create(gpu::Launch::NAME, &operands, &[], &attributes, &[Region::with_block(block)]);
}

/// The indices of an element from its number, in row-major order.
pub fn delinearised(builder: &Builder, number: Value, extents: &[Value]) -> Vec<Value> {
    let mut indices = vec![];
    let mut rest = number;
    for (dimension, extent) in extents.iter().enumerate().rev() {
        if dimension == 0 {
            indices.push(rest);
        } else {
            indices.push(builder.same(arith::Remui::NAME, &[rest, *extent]));
            rest = builder.same(arith::Divui::NAME, &[rest, *extent]);
        }
    }
    indices.reverse();
    indices
}
