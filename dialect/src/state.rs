//! The state ops of the dialect: their typed builders, which `melior::dialect!` makes from `Autodiff.td`, for our
//! handles.

use crate::{
    ir::{Builder, Location, Op, Type, Value},
    ops::autodiff,
};
use melior::{
    Context, ContextRef,
    ir::{self as melior_ir, Operation, operation::OperationLike},
};

/// Names of the ops.
pub mod names {
    pub const JVP: &str = "autodiff.jvp";
    pub const VJP: &str = "autodiff.vjp";
    pub const SHADOW: &str = "autodiff.shadow";
    pub const ACCUMULATE: &str = "autodiff.accumulate";
    pub const TAKE: &str = "autodiff.take";
    pub const CACHE: &str = "autodiff.cache";
    pub const PUSH: &str = "autodiff.push";
    pub const POP: &str = "autodiff.pop";
    pub const FREE: &str = "autodiff.free";
    pub const STOP_GRADIENT: &str = "autodiff.stop_gradient";
}

// SAFETY (of the conversions below): our handles and melior's wrap the same pointers; the lifetimes that melior wants
// are those of one call.

fn value<'c>(value: Value) -> melior_ir::Value<'c, 'c> {
    unsafe { melior_ir::Value::from_raw(value.raw()) }
}

fn values<'c>(list: &[Value]) -> Vec<melior_ir::Value<'c, 'c>> {
    list.iter().map(|one| value(*one)).collect()
}

fn ty<'c>(ty: Type) -> melior_ir::Type<'c> {
    unsafe { melior_ir::Type::from_raw(ty.raw()) }
}

fn location<'c>(location: Location) -> melior_ir::Location<'c> {
    unsafe { melior_ir::Location::from_raw(location.raw()) }
}

fn context<'c>(builder: &Builder) -> &'c Context {
    unsafe { ContextRef::from_raw(builder.context().raw()).to_ref() }
}

fn insert<'c>(builder: &Builder, op: impl Into<Operation<'c>>) -> Op {
    let op: Operation = op.into();
    let raw = op.to_raw();
    std::mem::forget(op);
    builder.insert(Op::from_raw(raw))
}

/// A new buffer of zeros; `sizes` are those that the type leaves open.
pub fn shadow(builder: &Builder, buffer: Type, sizes: &[Value]) -> Value {
    let context = context(builder);
    insert(builder, autodiff::shadow(context, ty(buffer), &values(sizes), location(builder.location()))).result(0)
}

/// `shadow[indices] += added`
pub fn accumulate(builder: &Builder, added: Value, shadow: Value, indices: &[Value]) {
    let context = context(builder);
    let op = autodiff::accumulate(context, value(added), value(shadow), &values(indices), location(builder.location()));
    insert(builder, op);
}

/// Reads `shadow[indices]` and leaves zero.
pub fn take(builder: &Builder, shadow: Value, indices: &[Value]) -> Value {
    let context = context(builder);
    let element = ty(shadow.ty().element());
    let op = autodiff::take(context, element, value(shadow), &values(indices), location(builder.location()));
    insert(builder, op).result(0)
}

/// A new cache of elements of a type: an array of some extents, or a stack without any.
pub fn cache(builder: &Builder, element: Type, extents: &[Value]) -> Value {
    let context = context(builder);
    let cache = ty(Type::cache(element));
    insert(builder, autodiff::cache(context, cache, &values(extents), location(builder.location()))).result(0)
}

/// Saves a value.
pub fn push(builder: &Builder, saved: Value, cache: Value, indices: &[Value]) {
    let context = context(builder);
    let op = autodiff::push(context, value(saved), value(cache), &values(indices), location(builder.location()));
    insert(builder, op);
}

/// Takes a saved value out.
pub fn pop(builder: &Builder, cache: Value, indices: &[Value]) -> Value {
    let context = context(builder);
    let element = ty(cache.ty().element());
    let op = autodiff::pop(context, element, value(cache), &values(indices), location(builder.location()));
    insert(builder, op).result(0)
}

/// Frees a cache.
pub fn free(builder: &Builder, cache: Value) {
    let context = context(builder);
    insert(builder, autodiff::free(context, value(cache), location(builder.location())));
}
