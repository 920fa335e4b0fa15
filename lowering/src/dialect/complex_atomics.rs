//! Atomic additions of complex numbers: one for each part.
//!
//! No op of MLIR takes a buffer of complex numbers for one of their parts, so the address is computed here. Nothing
//! reads a sum before it is complete, so that the parts need not change together.

use autodiff_dialect::{
    ir::{Attribute, Builder, Type, Value},
    views::{arith, complex, llvm, memref},
};

/// The numbers of `LLVM::AtomicBinOp::fadd` and `LLVM::AtomicOrdering::monotonic`.
const FADD: i64 = 11;
const MONOTONIC: i64 = 2;

/// `shadow[indices] += added`; `false` if the parts of the elements have no address: in the memory of a workgroup, or of
/// widths that no machine adds atomically.
pub(crate) fn add(builder: &Builder, added: Value, shadow: Value, indices: &[Value]) -> bool {
    let (ty, context) = (shadow.ty(), builder.context());
    let part = ty.element().real();
    let Some(width) = part.bit_width().filter(|width| matches!(width, 32 | 64)) else { return false };
    let Some(pointer) = Type::parse(context, "!llvm.ptr") else { return false };
    if !ty.is_memref() || ty.memory_space().is_some() || !ty.element().is_complex() {
        return false;
    }
    let (index, long, bytes) = (Type::index(context), Type::integer(context, 64), i64::from(width / 8));
    let rank = indices.len();
    let mut types = vec![index; 2 * rank + 2];
    types[0] = Type::memref(ty.element(), &[]);
    let metadata = builder.create(memref::ExtractStridedMetadata::NAME, &[shadow], &types, &[], &[]);
    let mut element = metadata.result(1);
    for (dimension, number) in indices.iter().enumerate() {
        let distance = builder.same(arith::Muli::NAME, &[*number, metadata.result(2 + rank + dimension)]);
        element = builder.same(arith::Addi::NAME, &[element, distance]);
    }
    let size = builder.index(2 * bytes);
    let distance = builder.same(arith::Muli::NAME, &[element, size]);
    let start = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[shadow], index);
    let first = builder.same(arith::Addi::NAME, &[start, distance]);
    let step = builder.index(bytes);
    let second = builder.same(arith::Addi::NAME, &[first, step]);
    let number = |value| Attribute::integer(long, value);
    for (name, address) in [(complex::Re::NAME, first), (complex::Im::NAME, second)] {
        let address = builder.op(arith::IndexCast::NAME, &[address], long);
        let address = builder.op(llvm::Inttoptr::NAME, &[address], pointer);
        let value = builder.op(name, &[added], part);
        let attributes = [("bin_op", number(FADD)), ("ordering", number(MONOTONIC))];
        builder.create(llvm::Atomicrmw::NAME, &[address, value], &[part], &attributes, &[]);
    }
    true
}
