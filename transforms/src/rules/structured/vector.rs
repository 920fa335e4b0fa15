//! Ops of the `vector` dialect that move elements.
//!
//! Forward: the same op moves the tangents. Reverse: each element of a cotangent is added to where it came from.
//!
//! - `broadcast`: the sum over the new dimensions, and over those of size 1 that were stretched
//! - `extract`, `extract_strided_slice`: insertion into zeros
//! - `insert`, `insert_strided_slice`: extraction, and for what was inserted into, zeros in that place
//! - `shuffle`: a shuffle back; one for each time that an element was taken
//! - `shape_cast`, `transpose`: the same, back
//! - `multi_reduction <add>`: a broadcast

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit,
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::vector,
};

/// The ops that this file is for.
pub(super) const MOVES: [&str; 9] = [
    vector::Broadcast::NAME,
    vector::Extract::NAME,
    vector::ExtractStridedSlice::NAME,
    vector::Insert::NAME,
    vector::InsertStridedSlice::NAME,
    vector::MultiReduction::NAME,
    vector::ShapeCast::NAME,
    vector::Shuffle::NAME,
    vector::Transpose::NAME,
];

pub(super) struct Move;

impl Semantics for Move {
    fn handles(&self, op: Op) -> bool {
        let adds = || op.attribute("kind").is_some_and(|kind| kind.to_string().contains("<add>"));
        let has_dimensions =
            || op.operands().iter().all(|operand| !operand.ty().is_vector() || !shape(*operand).is_empty());
        match op.name() {
            vector::MultiReduction::NAME => adds(),
            vector::Shuffle::NAME => has_dimensions(),
            _ => true,
        }
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        for operand in moved(op) {
            flow.forward(operand, op.result(0));
        }
    }

    /// Where the elements go.
    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        op.operands()[moved(op).len()..].to_vec()
    }
}

impl Rule for Move {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if moved(op).iter().all(|operand| forward.tangent(*operand).is_none()) {
            return Ok(());
        }
        let mut operands = copy.operands();
        for (index, operand) in moved(op).into_iter().enumerate() {
            operands[index] = forward.tangent_or_zero(operand)?;
        }
        let tangents = op.duplicate();
        tangents.set_operands(&operands);
        forward.builder().insert(tangents);
        forward.set_tangent(op.result(0), Some(tangents.result(0)));
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = reverse.take_adjoint(op.result(0)) else { return Ok(()) };
        let count = moved(op).len();
        let places = reverse.primals(&op.operands()[count..])?;
        for index in 0..count {
            let operand = op.operand(index);
            if !reverse.activity().is_active(operand) {
                continue;
            }
            let zero = reverse.zero(operand)?;
            let builder = reverse.builder().with_location(op.location());
            let Some(x_bar) = back(&builder, op, index, y_bar, &places, zero) else {
                return reverse.refuse(op, format!("'{}' op of these types has no reverse-mode rule", op.name()));
            };
            reverse.accumulate(operand, x_bar)?;
        }
        Ok(())
    }
}

/// The operands that elements come from; the others are positions.
fn moved(op: Op) -> Vec<Value> {
    let count = match op.name() {
        vector::Insert::NAME
        | vector::InsertStridedSlice::NAME
        | vector::MultiReduction::NAME
        | vector::Shuffle::NAME => 2,
        _ => 1,
    };
    op.operands()[..count].to_vec()
}

/// What an operand gets of the cotangent; `zero` is of its type.
fn back(builder: &Builder, op: Op, index: usize, y_bar: Value, places: &[Value], zero: Value) -> Option<Value> {
    let ty = op.operand(index).ty();
    // An op that moves into or out of a vector at the same place.
    let at_place = |name: &str, from: &[Value], result: Type| {
        let names: &[&str] = match op.name() {
            vector::Extract::NAME | vector::Insert::NAME => &["static_position"],
            _ if name.starts_with(vector::Insert::NAME) => &["offsets", "strides"],
            _ => &["offsets", "sizes", "strides"],
        };
        let attributes: Vec<_> = op.attributes().into_iter().filter(|(name, _)| names.contains(name)).collect();
        let operands = [from, places].concat();
        builder.create(name, &operands, &[result], &attributes, &[]).result(0)
    };
    match (op.name(), index) {
        (vector::Broadcast::NAME, _) => sum_to(builder, y_bar, ty),
        (vector::Extract::NAME, _) => Some(at_place(vector::Insert::NAME, &[y_bar, zero], ty)),
        (vector::ExtractStridedSlice::NAME, _) => Some(at_place(vector::InsertStridedSlice::NAME, &[y_bar, zero], ty)),
        (vector::Insert::NAME, 0) => Some(at_place(vector::Extract::NAME, &[y_bar], ty)),
        (vector::Insert::NAME, _) => {
            let nothing = builder.number(op.operand(0).ty(), 0.0)?;
            Some(at_place(vector::Insert::NAME, &[nothing, y_bar], ty))
        }
        (vector::InsertStridedSlice::NAME, 0) => extract_slice(builder, op, y_bar),
        (vector::InsertStridedSlice::NAME, _) => {
            let nothing = builder.number(op.operand(0).ty(), 0.0)?;
            Some(at_place(vector::InsertStridedSlice::NAME, &[nothing, y_bar], ty))
        }
        (vector::ShapeCast::NAME, _) => Some(builder.op(vector::ShapeCast::NAME, &[y_bar], ty)),
        (vector::Transpose::NAME, _) => {
            let order = numbers(op, "permutation")?;
            let mut inverse = vec![0; order.len()];
            for (to, from) in order.iter().enumerate() {
                *inverse.get_mut(usize::try_from(*from).ok()?)? = to as i64;
            }
            Some(with_numbers(builder, vector::Transpose::NAME, &[y_bar], ty, "permutation", &inverse))
        }
        (vector::Shuffle::NAME, _) => shuffle_back(builder, op, index, y_bar, zero),
        // What a reduction starts from.
        (vector::MultiReduction::NAME, 1) => Some(y_bar),
        (vector::MultiReduction::NAME, _) => spread(builder, op, y_bar),
        _ => None,
    }
}

fn shape(value: Value) -> Vec<i64> {
    value.ty().shape()
}

/// A list of numbers that an op has as an attribute.
fn numbers(op: Op, name: &str) -> Option<Vec<i64>> {
    let text = op.attribute(name)?.to_string();
    // `array<i64: 1, 0>` or `[1, 0]`
    let list = text.rsplit([':', '[']).next()?.trim_end_matches(['>', ']']);
    // `[0 : i64, 1 : i64]` has a type of each number.
    if text.starts_with('[') {
        let inner = text.trim_start_matches('[').trim_end_matches(']');
        return inner
            .split(',')
            .filter(|part| !part.trim().is_empty())
            .map(|part| part.split(':').next()?.trim().parse().ok())
            .collect();
    }
    if !text.contains(':') {
        return Some(vec![]);
    }
    list.split(',').map(|part| part.trim().parse().ok()).collect()
}

fn with_numbers(
    builder: &Builder,
    op: &str,
    operands: &[Value],
    ty: Type,
    name: &'static str,
    values: &[i64],
) -> Value {
    let list = values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let text = if values.is_empty() { "array<i64>".to_owned() } else { format!("array<i64: {list}>") };
    let attributes: Vec<_> = Attribute::parse(builder.context(), &text).map(|list| (name, list)).into_iter().collect();
    builder.create(op, operands, &[ty], &attributes, &[]).result(0)
}

/// A vector type, or the element type for no dimensions.
fn vector_of(ty: Type, shape: &[i64]) -> Option<Type> {
    if shape.is_empty() {
        return Some(ty.element());
    }
    let sizes: String = shape.iter().map(|size| format!("{size}x")).collect();
    Type::parse(ty.context(), &format!("vector<{sizes}{}>", ty.element()))
}

fn is_scalable(ty: Type) -> bool {
    ty.to_string().contains('[')
}

fn kind(builder: &Builder) -> Option<(&'static str, Attribute)> {
    Some(("kind", Attribute::parse(builder.context(), "#vector.kind<add>")?))
}

/// The sum over the dimensions of a broadcast from `target`.
fn sum_to(builder: &Builder, y_bar: Value, target: Type) -> Option<Value> {
    let from = if target.is_vector() { target.shape() } else { vec![] };
    let to = shape(y_bar);
    if to.len() == 1 && from.is_empty() {
        let sum =
            builder.create(vector::Reduction::NAME, &[y_bar], &[target.element()], &[kind(builder)?], &[]).result(0);
        return Some(if target.is_vector() { builder.op(vector::Broadcast::NAME, &[sum], target) } else { sum });
    }
    if is_scalable(y_bar.ty()) {
        return None;
    }
    let lead = to.len().checked_sub(from.len())?;
    let summed: Vec<_> = (0..to.len()).filter(|axis| *axis < lead || from[*axis - lead] != to[*axis]).collect();
    if summed.is_empty() {
        // A vector without dimensions holds one number.
        let position = ("static_position", Attribute::dense_i64(builder.context(), &[]));
        let number = || builder.create(vector::Extract::NAME, &[y_bar], &[target], &[position], &[]).result(0);
        return Some(if target.is_vector() { y_bar } else { number() });
    }
    let kept: Vec<_> = (0..to.len()).filter(|axis| !summed.contains(axis)).map(|axis| to[axis]).collect();
    let axes: Vec<_> = summed.iter().map(|axis| *axis as i64).collect();
    let sum_type = vector_of(target, &kept)?;
    let zero = builder.number(sum_type, 0.0)?;
    let list = axes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let axes = Attribute::parse(builder.context(), &format!("array<i64: {list}>"))?;
    let attributes = [kind(builder)?, ("reduction_dims", axes)];
    let sum = builder.create(vector::MultiReduction::NAME, &[y_bar, zero], &[sum_type], &attributes, &[]).result(0);
    Some(match (sum_type == target, sum_type.is_vector()) {
        (true, _) => sum,
        (false, true) => builder.op(vector::ShapeCast::NAME, &[sum], target),
        (false, false) => builder.op(vector::Broadcast::NAME, &[sum], target),
    })
}

/// The cotangent of a sum over some dimensions, for all that was summed up.
fn spread(builder: &Builder, op: Op, y_bar: Value) -> Option<Value> {
    let ty = op.operand(0).ty();
    if !y_bar.ty().is_vector() {
        return Some(builder.op(vector::Broadcast::NAME, &[y_bar], ty));
    }
    if is_scalable(ty) {
        return None;
    }
    let mut ones = ty.shape();
    for axis in numbers(op, "reduction_dims")? {
        *ones.get_mut(usize::try_from(axis).ok()?)? = 1;
    }
    let stretched = builder.op(vector::ShapeCast::NAME, &[y_bar], vector_of(ty, &ones)?);
    Some(builder.op(vector::Broadcast::NAME, &[stretched], ty))
}

/// What was inserted: of the size of the first operand, whose leading dimensions the slice may lack.
fn extract_slice(builder: &Builder, op: Op, y_bar: Value) -> Option<Value> {
    let ty = op.operand(0).ty();
    let (small, large) = (ty.shape(), shape(y_bar));
    let lead = large.len().checked_sub(small.len())?;
    let sizes: Vec<_> = vec![1; lead].into_iter().chain(small).collect();
    let list = |values: &[i64]| {
        let text = values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        Attribute::parse(builder.context(), &format!("[{text}]"))
    };
    let attributes =
        [("offsets", op.attribute("offsets")?), ("sizes", list(&sizes)?), ("strides", list(&vec![1; large.len()])?)];
    let slice = vector_of(ty, &sizes)?;
    let slice = builder.create(vector::ExtractStridedSlice::NAME, &[y_bar], &[slice], &attributes, &[]).result(0);
    Some(if slice.ty() == ty { slice } else { builder.op(vector::ShapeCast::NAME, &[slice], ty) })
}

/// One shuffle for each time that an element was taken: in each, a position takes one element of the cotangent, or a zero.
fn shuffle_back(builder: &Builder, op: Op, index: usize, y_bar: Value, zero: Value) -> Option<Value> {
    let sizes: Vec<_> = op.operands().iter().map(|operand| shape(*operand).first().copied()).collect();
    let (Some(first), Some(second)) = (*sizes.first()?, *sizes.get(1)?) else { return None };
    let (start, size) = if index == 0 { (0, first) } else { (first, second) };
    let mut takers = vec![vec![]; usize::try_from(size).ok()?];
    let mask = numbers(op, "mask")?;
    for (to, from) in mask.iter().enumerate() {
        // -1 is no element.
        if let Some(takers) = usize::try_from(from - start).ok().and_then(|place| takers.get_mut(place)) {
            takers.push(to as i64);
        }
    }
    let rounds = takers.iter().map(Vec::len).max().unwrap_or(0);
    let nothing = mask.len() as i64;
    let mut sum = None;
    for round in 0..rounds {
        let mask: Vec<_> = takers.iter().map(|takers| takers.get(round).copied().unwrap_or(nothing)).collect();
        let part = with_numbers(builder, vector::Shuffle::NAME, &[y_bar, zero], zero.ty(), "mask", &mask);
        sum = Some(match sum {
            Some(sum) => emit::sum(builder, sum, part),
            None => part,
        });
    }
    Some(sum.unwrap_or(zero))
}
