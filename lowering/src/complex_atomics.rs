//! Atomic additions of complex numbers: one for each part.
//!
//! No op of MLIR takes a buffer of complex numbers for one of their parts, so the address is computed here. Nobody reads
//! a sum before it is complete, so that the parts need not change together.

use autodiff_dialect::ir::{Attribute, Builder, Type, Value};

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
    let metadata = builder.create("memref.extract_strided_metadata", &[shadow], &types, &[], &[]);
    let mut element = metadata.result(1);
    for (dimension, number) in indices.iter().enumerate() {
        let distance = builder.same("arith.muli", &[*number, metadata.result(2 + rank + dimension)]);
        element = builder.same("arith.addi", &[element, distance]);
    }
    let size = builder.index(2 * bytes);
    let distance = builder.same("arith.muli", &[element, size]);
    let start = builder.op("memref.extract_aligned_pointer_as_index", &[shadow], index);
    let first = builder.same("arith.addi", &[start, distance]);
    let step = builder.index(bytes);
    let second = builder.same("arith.addi", &[first, step]);
    let number = |value| Attribute::integer(long, value);
    for (name, address) in [("complex.re", first), ("complex.im", second)] {
        let address = builder.op("arith.index_cast", &[address], long);
        let address = builder.op("llvm.inttoptr", &[address], pointer);
        let value = builder.op(name, &[added], part);
        let attributes = [("bin_op", number(FADD)), ("ordering", number(MONOTONIC))];
        builder.create("llvm.atomicrmw", &[address, value], &[part], &attributes, &[]);
    }
    true
}
