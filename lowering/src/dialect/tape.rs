//! Tapes: records of bytes on the heap.
//!
//! A record starts with a number that stands for the derivative whose pullback takes it up; the values follow, each at a
//! place that suits its type.

use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Context, Op, Region, Type, Value},
    views::{arith, autodiff, cf, memref},
};

/// The type of a record.
pub(crate) fn record(context: Context) -> Type {
    Type::memref(Type::integer(context, 8), &[Type::DYNAMIC])
}

/// A type, with records in place of tapes.
pub(crate) fn lowered(ty: Type) -> Type {
    if ty.is_tape() { record(ty.context()) } else { ty }
}

/// Puts records in place of tapes in the types of all functions and values.
pub(crate) fn convert_types(ops: &[Op]) {
    let convert = |value: Value| {
        if value.ty().is_tape() {
            value.set_type(record(value.ty().context()));
        }
    };
    for op in ops {
        op.results().into_iter().for_each(convert);
        let blocks = op.regions().into_iter().flat_map(Region::blocks);
        blocks.flat_map(Block::arguments).for_each(convert);
        let types = op.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
        if let Some((from, to)) = types.filter(|(from, to)| from.iter().chain(to).any(|ty| ty.is_tape())) {
            let [from, to] = [from, to].map(|types| types.into_iter().map(lowered).collect::<Vec<_>>());
            op.set_attribute("function_type", Attribute::ty(Type::function(op.context(), &from, &to)));
        }
    }
}

/// Where the values of a record are, in bytes.
struct Layout {
    places: Vec<i64>,
    size: i64,
    alignment: i64,
}

impl Layout {
    fn new(op: Op, types: &[Type]) -> Result<Self, Diagnostic> {
        // The number of the derivative comes first.
        let mut layout = Self { places: vec![], size: 8, alignment: 8 };
        for ty in types {
            let size = size(*ty).ok_or_else(|| {
                Diagnostic::error(
                    op.location(),
                    format!("'{}' op: a tape cannot hold values of type '{ty}'", op.name()),
                )
            })?;
            let alignment = if ty.is_memref() { 8 } else { i64::from(size as u32).clamp(1, 64) };
            let place = (layout.size + alignment - 1) / alignment * alignment;
            layout.places.push(place);
            layout.size = place + size;
            layout.alignment = layout.alignment.max(alignment);
        }
        Ok(layout)
    }
}

/// The bytes of a value in memory; a power of two for all but descriptors of buffers.
fn size(ty: Type) -> Option<i64> {
    let scalar = |ty: Type| match ty.is_index() {
        true => Some(8),
        false => Some(i64::from(ty.bit_width()?.div_ceil(8).next_power_of_two())),
    };
    if ty.is_memref() {
        // Two pointers, the offset, sizes and strides.
        return Some(8 * (3 + 2 * ty.shape().len() as i64));
    }
    let element = ty.element();
    let one = if element.is_complex() { 2 * scalar(element.real())? } else { scalar(element)? };
    match element == ty {
        true => Some(one),
        false if ty.is_vector() => {
            let count = ty.shape().into_iter().try_fold(1_i64, |count, size| count.checked_mul(size))?;
            Some((u64::try_from(one.checked_mul(count)?).ok()?).checked_next_power_of_two()?.try_into().ok()?)
        }
        false => None,
    }
}

/// The number that stands for the name of a derivative: FNV-1a, 64 bits.
fn number(key: &str) -> i64 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash as i64
}

fn key(op: Op) -> String {
    op.attribute("key").and_then(Attribute::as_string).unwrap_or_default()
}

/// A cell for a value at a place in a record.
fn cell(builder: &Builder, record: Value, place: i64, ty: Type) -> Value {
    let place = builder.index(place);
    builder.op(memref::View::NAME, &[record, place], Type::memref(ty, &[]))
}

fn key_constant(builder: &Builder, op: Op) -> Value {
    let long = Type::integer(op.context(), 64);
    builder.constant(long, Attribute::integer(long, number(&key(op))))
}

/// A new record that holds some values.
pub(crate) fn pack(builder: &Builder, op: Op, values: &[Value]) -> Result<Value, Diagnostic> {
    let types: Vec<_> = values.iter().map(|value| value.ty()).collect();
    let layout = Layout::new(op, &types)?;
    let bytes = Type::memref(Type::integer(op.context(), 8), &[layout.size]);
    let segments = Attribute::dense_i32(op.context(), &[0, 0]);
    let alignment = Attribute::integer(Type::integer(op.context(), 64), layout.alignment);
    let attributes = [("operandSegmentSizes", segments), ("alignment", alignment)];
    let memory = builder.create(memref::Alloc::NAME, &[], &[bytes], &attributes, &[]).result(0);
    let key = key_constant(builder, op);
    let first = cell(builder, memory, 0, key.ty());
    builder.effect(memref::Store::NAME, &[key, first]);
    for (value, place) in values.iter().zip(layout.places) {
        let cell = cell(builder, memory, place, value.ty());
        builder.effect(memref::Store::NAME, &[*value, cell]);
    }
    Ok(builder.op(memref::Cast::NAME, &[memory], record(op.context())))
}

/// Reads the values of some types out of a record, and frees it.
pub(crate) fn unpack(builder: &Builder, op: Op, types: &[Type]) -> Result<Vec<Value>, Diagnostic> {
    let memory = op.operand(0);
    let layout = Layout::new(op, types)?;
    let expected = key_constant(builder, op);
    let first = cell(builder, memory, 0, expected.ty());
    let found = builder.op(memref::Load::NAME, &[first], expected.ty());
    let is_right = builder.cmpi(arith::CmpIPredicate::Eq, found, expected);
    let message = format!("tape of another callee: expected one of '@{}'", key(op));
    let message = Attribute::string(op.context(), &message);
    builder.create(cf::Assert::NAME, &[is_right], &[], &[("msg", message)], &[]);
    let mut values = vec![];
    for (ty, place) in types.iter().zip(layout.places) {
        let cell = cell(builder, memory, place, *ty);
        values.push(builder.op(memref::Load::NAME, &[cell], *ty));
    }
    builder.effect(memref::Dealloc::NAME, &[memory]);
    Ok(values)
}

pub(crate) static JOIN: Pass =
    Pass::new(c"autodiff-join-tapes", c"Remove tapes that are taken up where they are made", &[], |_, module| {
        let unpacks: Vec<_> = module.walk().into_iter().filter(|op| op.is::<autodiff::Unpack>()).collect();
        for op in unpacks {
            join(op);
        }
        Ok(())
    });

/// Removes a tape that is taken up where it is made.
pub(crate) fn join(unpack: Op) -> bool {
    let tape = unpack.operand(0);
    let Some(pack) = tape.defining_op().filter(|op| op.is::<autodiff::Pack>() && tape.uses().len() == 1) else {
        return false;
    };
    let same = |one: Value, other: Value| one.ty() == other.ty();
    let (held, results) = (pack.operands(), unpack.results());
    if key(pack) != key(unpack)
        || held.len() != results.len()
        || !held.iter().zip(&results).all(|(held, result)| same(*held, *result))
    {
        return false;
    }
    for (held, result) in held.into_iter().zip(results) {
        result.replace_all_uses_with(held);
    }
    unpack.erase();
    pack.erase();
    true
}
