//! Turns accesses by pointers that are computed from the descriptor of a buffer back into accesses of the buffer.
//!
//! Front ends that have no op for something, such as an atomic addition, take a `memref` apart by
//! `builtin.unrealized_conversion_cast`, and compute addresses themselves. What an address points to is found again if
//! it is
//!
//! ```text
//! aligned pointer + size of an element * (offset + index_0 * stride_0 + ...)
//! ```
//!
//! 1. Follow the pointer to the descriptor, and add up the distance in bytes, as a sum of products.
//! 2. Of each product, one factor must be a stride; one product is the offset. The rest are indices.
//! 3. Emit the access with these indices.

use crate::emit::{add, constant_index, multiply};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{arith, builtin, llvm, memref},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-raise-pointers",
    c"Turn accesses by pointers into the descriptor of a buffer into accesses of the buffer",
    &[],
    |_, module| {
        for op in module.walk() {
            match op.name() {
                llvm::Load::NAME => raise(op, 0, |builder, place| {
                    let loaded = builder.op(memref::Load::NAME, place, op.result(0).ty());
                    op.result(0).replace_all_uses_with(loaded);
                }),
                llvm::Store::NAME => raise(op, 1, |builder, place| {
                    builder.effect(memref::Store::NAME, &[&[op.operand(0)], place].concat());
                }),
                llvm::Atomicrmw::NAME
                    if op.cast::<llvm::Atomicrmw>().and_then(|op| op.bin_op()) == Some(llvm::AtomicBinOp::Fadd) =>
                {
                    raise(op, 0, |builder, place| {
                        let old = builder.atomic_rmw(memref::AtomicRMWKind::Addf, op.operand(1), place);
                        op.result(0).replace_all_uses_with(old);
                    })
                }
                _ => {}
            }
        }
        Ok(())
    },
);

/// The mark of an index that is an operand of `llvm.getelementptr`.
const OPEN: i32 = i32::MIN;
/// How deep addresses may be nested.
const DEPTH: usize = 32;
/// How many values of one index are looked at.
const MOST_VALUES: usize = 256;

/// A factor of a distance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Factor {
    Offset,
    Stride(usize),
    Number(Value),
}

/// A product: its constant factor, and the others.
type Product = (i64, Vec<Factor>);

/// Replaces an op by what `emit` makes of the buffer and the indices that its pointer, an operand, leads to.
fn raise(op: Op, pointer: usize, emit: impl FnOnce(&Builder, &[Value])) {
    let Some(builder) = Builder::before(op) else { return };
    let Some(buffer) = descriptor_behind(op.operand(pointer), DEPTH) else { return };
    let element = buffer.ty().element();
    let accessed = if op.result_count() > 0 { op.result(0).ty() } else { op.operand(0).ty() };
    let Some(size) = bytes(element).filter(|_| accessed == element) else { return };
    let Some(distance) = distance(op.operand(pointer), buffer, DEPTH) else { return };
    if let Some(indices) = indices(&builder, buffer, size, distance) {
        emit(&builder, &[&[buffer], &indices[..]].concat());
        op.erase();
    }
}

/// The size of a number in bytes.
fn bytes(ty: Type) -> Option<i64> {
    ty.bit_width().filter(|width| width % 8 == 0).map(|width| i64::from(width / 8))
}

/// The buffer whose aligned pointer a pointer starts from.
fn descriptor_behind(pointer: Value, depth: usize) -> Option<Value> {
    let op = pointer.defining_op().filter(|_| depth > 0)?;
    match op.name() {
        llvm::Getelementptr::NAME | llvm::Addrspacecast::NAME => descriptor_behind(op.operand(0), depth - 1),
        llvm::Extractvalue::NAME if position(op) == [1] => buffer_of(op.operand(0)),
        _ => None,
    }
}

fn position(op: Op) -> Vec<i64> {
    op.attribute("position").and_then(Attribute::as_dense_i64).unwrap_or_default()
}

/// The buffer that a value is the descriptor of.
fn buffer_of(descriptor: Value) -> Option<Value> {
    let cast = descriptor.defining_op().filter(|op| op.is::<builtin::UnrealizedConversionCast>())?;
    cast.operands().into_iter().next().filter(|buffer| cast.operand_count() == 1 && buffer.ty().is_memref())
}

/// The distance in bytes between a pointer and the aligned pointer of the buffer.
fn distance(pointer: Value, buffer: Value, depth: usize) -> Option<Vec<Product>> {
    let op = pointer.defining_op().filter(|_| depth > 0)?;
    if !op.is::<llvm::Getelementptr>() {
        return match op.name() {
            llvm::Addrspacecast::NAME => distance(op.operand(0), buffer, depth - 1),
            _ => Some(vec![]),
        };
    }
    let element = bytes(op.attribute("elem_type").and_then(Attribute::as_type)?)?;
    let indices = op.attribute("rawConstantIndices").and_then(Attribute::as_dense_i32)?;
    let [index] = indices[..] else { return None };
    let mut all = distance(op.operand(0), buffer, depth - 1)?;
    let index = match index {
        OPEN => products(op.operands().get(1).copied()?, buffer, DEPTH, &mut { MOST_VALUES })?,
        constant => vec![(constant.into(), vec![])],
    };
    for (number, factors) in index {
        all.push((number.checked_mul(element)?, factors));
    }
    Some(all)
}

/// A number as a sum of products. `room`: how many values may still be looked at; what is a sum of itself grows fast.
fn products(value: Value, buffer: Value, depth: usize, room: &mut usize) -> Option<Vec<Product>> {
    if let Some(constant) = constant_index(value) {
        return Some(vec![(constant, vec![])]);
    }
    let atom = || Some(vec![(1, vec![Factor::Number(value)])]);
    let Some(op) = value.defining_op().filter(|_| depth > 0 && *room > 0) else { return atom() };
    *room -= 1;
    let mut operand = |index: usize| products(op.operand(index), buffer, depth - 1, room);
    match op.name() {
        arith::IndexCast::NAME | arith::Extsi::NAME => operand(0),
        arith::Addi::NAME | llvm::Add::NAME => Some([operand(0)?, operand(1)?].concat()),
        arith::Muli::NAME | llvm::Mul::NAME => {
            let (one, other) = (operand(0)?, operand(1)?);
            if one.len() * other.len() > MOST_VALUES {
                return atom();
            }
            let mut all = vec![];
            for (a, factors) in &one {
                for (b, more) in &other {
                    all.push((a.checked_mul(*b)?, [&factors[..], more].concat()));
                }
            }
            Some(all)
        }
        llvm::Extractvalue::NAME if buffer_of(op.operand(0)) == Some(buffer) => match position(op)[..] {
            [2] => Some(vec![(1, vec![Factor::Offset])]),
            [4, dimension] => Some(vec![(1, vec![Factor::Stride(usize::try_from(dimension).ok()?)])]),
            _ => atom(),
        },
        memref::ExtractStridedMetadata::NAME if op.operand(0) == buffer => {
            let (number, rank) = (value.result_number()?, buffer.ty().shape().len());
            match number {
                1 => Some(vec![(1, vec![Factor::Offset])]),
                _ if number >= 2 + rank => Some(vec![(1, vec![Factor::Stride(number - 2 - rank)])]),
                _ => atom(),
            }
        }
        _ => atom(),
    }
}

/// The indices of the element at a distance; `None` if it is not that of an element.
fn indices(builder: &Builder, buffer: Value, size: i64, distance: Vec<Product>) -> Option<Vec<Value>> {
    let index = Type::index(builder.context());
    let zero = builder.index(0);
    let mut indices = vec![zero; buffer.ty().shape().len()];
    let mut offsets = 0;
    for (number, factors) in distance.into_iter().filter(|(number, _)| *number != 0) {
        if number % size != 0 {
            return None;
        }
        if factors == [Factor::Offset] {
            offsets += number / size;
            continue;
        }
        let mut dimension = None;
        let mut product = builder.index(number / size);
        for factor in factors {
            match factor {
                Factor::Stride(stride) if dimension.is_none() && stride < indices.len() => dimension = Some(stride),
                Factor::Number(value) if value.ty().is_index() => product = multiply(builder, product, value),
                Factor::Number(value) if value.ty().is_integer() => {
                    let number = builder.op(arith::IndexCast::NAME, &[value], index);
                    product = multiply(builder, product, number);
                }
                _ => return None,
            }
        }
        let dimension = dimension?;
        indices[dimension] = add(builder, indices[dimension], product);
    }
    (offsets == 1).then_some(indices)
}
