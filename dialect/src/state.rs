//! The state ops of the dialect: their typed builders, which `melior::dialect!` makes from `Autodiff.td`, for our
//! handles.

use crate::{
    ir::{Attribute, Builder, Location, Op, Type, Value},
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
    pub const AUGMENT: &str = "autodiff.augment";
    pub const PULLBACK: &str = "autodiff.pullback";
    pub const PACK: &str = "autodiff.pack";
    pub const UNPACK: &str = "autodiff.unpack";
    pub const BOUNDARY: &str = "autodiff.boundary";
    pub const STOP_GRADIENT: &str = "autodiff.stop_gradient";
}

// SAFETY (of the conversions below): our handles and melior's wrap the same pointers; the lifetimes that melior wants
// are those of one call.

fn value<'c>(value: Value) -> melior_ir::Value<'c, 'c> {
    // SAFETY: the handle is live, and is used before the pass goes on.
    unsafe { melior_ir::Value::from_raw(value.raw()) }
}

fn values<'c>(list: &[Value]) -> Vec<melior_ir::Value<'c, 'c>> {
    list.iter().map(|one| value(*one)).collect()
}

fn ty<'c>(ty: Type) -> melior_ir::Type<'c> {
    // SAFETY: the handle is live, and is used before the pass goes on.
    unsafe { melior_ir::Type::from_raw(ty.raw()) }
}

fn location<'c>(location: Location) -> melior_ir::Location<'c> {
    // SAFETY: the handle is live, and is used before the pass goes on.
    unsafe { melior_ir::Location::from_raw(location.raw()) }
}

fn context<'c>(builder: &Builder) -> &'c Context {
    // SAFETY: the handle is live, and is used before the pass goes on.
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

/// A tape that holds some values, for the pullback of the derivative of a name.
pub fn pack(builder: &Builder, key: &str, held: &[Value]) -> Value {
    let tape = Type::tape(builder.context());
    let key = Attribute::string(builder.context(), key);
    builder.create(names::PACK, held, &[tape], &[("key", key)], &[]).result(0)
}

/// The values that a tape holds, whose types are told, and the [`ranks`] of all caches among them.
pub fn unpack(builder: &Builder, key: &str, tape: Value, types: &[Type], ranks: &[usize]) -> Vec<Value> {
    let mut attributes = vec![("key", Attribute::string(builder.context(), key))];
    if !ranks.is_empty() {
        let ranks: Vec<_> = ranks.iter().map(|rank| *rank as i64).collect();
        attributes.push(("ranks", Attribute::dense_i64(builder.context(), &ranks)));
    }
    builder.create(names::UNPACK, &[tape], types, &attributes, &[]).results()
}

/// The end of the forward sweep of a derivative that is to be cut in two, and what the first part returns.
pub fn boundary(builder: &Builder, returned: &[Value]) -> Op {
    builder.effect(names::BOUNDARY, returned)
}

/// How many caches a value of a type is: a cache of caches is two.
fn levels(ty: Type) -> usize {
    std::iter::successors(Some(ty), |ty| Some(ty.element())).take_while(|ty| ty.is_cache()).count()
}

/// The number of extents of a cache, 0 for a stack, and of the caches that it keeps, which are all made alike; `None` if
/// it cannot be seen where one of them is made.
pub fn ranks(cache: Value) -> Option<Vec<usize>> {
    let ranks = find_ranks(cache, &mut vec![])?;
    // Nothing pops what nothing pushes.
    let is_unused = || !cache.uses().iter().any(|(user, _)| matches!(user.name(), names::PUSH | names::POP));
    ranks.into_iter().map(|rank| rank.or_else(|| is_unused().then_some(0))).collect()
}

/// As [`ranks`]; nothing is known of the caches that a cache keeps if none is pushed in sight.
fn find_ranks(cache: Value, seen: &mut Vec<Value>) -> Option<Vec<Option<usize>>> {
    let op = cache.defining_op().filter(|_| !seen.contains(&cache))?;
    seen.push(cache);
    let mut ranks = match op.name() {
        names::CACHE => vec![Some(op.operand_count())],
        names::POP => find_ranks(op.operand(0), seen)?.into_iter().skip(1).collect(),
        names::UNPACK => {
            let first: usize = op.results().iter().take(cache.result_number()?).map(|result| levels(result.ty())).sum();
            let all = op.attribute("ranks")?.as_dense_i64()?;
            let own = all.get(first..first + levels(cache.ty()))?;
            own.iter().map(|rank| usize::try_from(*rank).ok()).collect()
        }
        _ => return None,
    };
    if ranks.len() < levels(cache.ty()) || ranks.contains(&None) {
        let pushes = cache.uses().into_iter().filter(|(user, index)| user.name() == names::PUSH && *index == 1);
        let kept = pushes.map(|(push, _)| push.operand(0)).find_map(|kept| find_ranks(kept, seen));
        ranks.truncate(1);
        ranks.extend(kept.unwrap_or_default());
        ranks.resize(levels(cache.ty()), None);
    }
    Some(ranks)
}
