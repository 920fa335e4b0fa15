//! `vector.reduction` of floats: a sum, a product, or the least or largest element, of a vector and a start value.
//!
//! Every kind has a partial for each element:
//!
//! - `add`: 1
//! - `mul`: the product of all others, from the products of those before and of those after, so that zeros are no
//!   exception
//! - `minimumf`, `maximumf`, `minnumf`, `maxnumf`: 1 for the first element that is the result, as if elements were
//!   compared one after another, and 0 for the others
//!
//! Forward: the sum of the tangents times the partials. Reverse: the cotangent times each partial.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit,
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::{
        arith::{self, CmpFPredicate},
        vector,
    },
};

pub(super) struct Reduction;

/// What is made of the elements.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Add,
    Mul,
    /// The result is one of the elements; `false` if it is not while one of them is NaN.
    Choice {
        spreads_nan: bool,
    },
}

impl Kind {
    fn of(op: Op) -> Option<Self> {
        let reduction = op.cast::<vector::Reduction>()?;
        let kind = reduction.kind()?.to_string();
        let has_lanes = !reduction.vector().ty().to_string().contains('[');
        match kind.strip_prefix("#vector.kind<")?.strip_suffix('>')? {
            "add" => Some(Self::Add),
            "mul" if has_lanes => Some(Self::Mul),
            "minimumf" | "maximumf" if has_lanes => Some(Self::Choice { spreads_nan: true }),
            "minnumf" | "maxnumf" if has_lanes => Some(Self::Choice { spreads_nan: false }),
            _ => None,
        }
    }
}

impl Semantics for Reduction {
    fn handles(&self, op: Op) -> bool {
        Kind::of(op).is_some()
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        op.operands().into_iter().for_each(|operand| flow.forward(operand, op.result(0)));
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        match Kind::of(op) {
            Some(Kind::Mul) => op.operands(),
            Some(Kind::Choice { .. }) => [op.operands(), op.results()].concat(),
            _ => vec![],
        }
    }
}

impl Rule for Reduction {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        let has_tangent = op.operands().iter().any(|value| forward.tangent(*value).is_some());
        let (Some(kind), Some(reduction), true) = (Kind::of(op), op.cast::<vector::Reduction>(), has_tangent) else {
            return Ok(());
        };
        let builder = forward.builder().with_location(op.location());
        let partials = partials(&builder, kind, &copy.operands(), copy.result(0), reduction.vector().ty());
        let mut sum = None;
        for (operand, partial) in op.operands().into_iter().zip(partials) {
            let Some(tangent) = forward.tangent(operand) else { continue };
            let product = times(&builder, tangent, partial);
            let part = if product.ty().is_vector() { add_up(&builder, product) } else { product };
            sum = Some(sum.map_or(part, |sum| emit::sum(&builder, sum, part)));
        }
        forward.set_tangent(op.result(0), sum);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = reverse.take_adjoint(op.result(0)) else { return Ok(()) };
        let (Some(kind), Some(reduction)) = (Kind::of(op), op.cast::<vector::Reduction>()) else { return Ok(()) };
        let primals = if kind == Kind::Add { vec![] } else { reverse.primals(&op.operands())? };
        let result = if matches!(kind, Kind::Choice { .. }) { reverse.primal(op.result(0))? } else { y_bar };
        let builder = reverse.builder().with_location(op.location());
        let partials = partials(&builder, kind, &primals, result, reduction.vector().ty());
        for (operand, partial) in op.operands().into_iter().zip(partials) {
            if reverse.activity().is_active(operand) {
                let seed = match operand.ty().is_vector() {
                    true => builder.op(vector::Broadcast::NAME, &[y_bar], operand.ty()),
                    false => y_bar,
                };
                reverse.accumulate(operand, times(&builder, seed, partial))?;
            }
        }
        Ok(())
    }
}

/// The partial of the vector's elements, and that of the start value; `None` stands for ones. `primals`: the vector, and
/// the start value if there is one.
fn partials(builder: &Builder, kind: Kind, primals: &[Value], result: Value, ty: Type) -> Vec<Option<Value>> {
    if kind == Kind::Add {
        return vec![None; 2];
    }
    let [elements, start @ ..] = primals else { return vec![] };
    let lanes = ty.shape().first().copied().unwrap_or(0);
    let element = |lane| at(builder, vector::Extract::NAME, &[*elements], ty.element(), lane);
    let all: Vec<_> = (0..lanes).map(element).chain(start.iter().copied()).collect();
    let each = match kind {
        Kind::Mul => others(builder, &all, ty.element()),
        _ => first_that_is(builder, &all, result, matches!(kind, Kind::Choice { spreads_nan: true })),
    };
    let Some(zero) = builder.number(ty, 0.0) else { return vec![] };
    let lanes = each.iter().take(lanes as usize).enumerate();
    let vector = lanes
        .fold(zero, |vector, (lane, partial)| at(builder, vector::Insert::NAME, &[*partial, vector], ty, lane as i64));
    std::iter::once(vector).chain(each.last().copied()).map(Some).collect()
}

/// For each number the product of all others.
fn others(builder: &Builder, all: &[Value], ty: Type) -> Vec<Value> {
    let Some(one) = builder.number(ty, 1.0) else { return vec![] };
    let running = |values: &mut dyn Iterator<Item = &Value>| {
        let mut products = vec![one];
        for value in values {
            let last = *products.last().unwrap_or(&one);
            products.push(builder.same(arith::Mulf::NAME, &[last, *value]));
        }
        products.pop();
        products
    };
    let before = running(&mut all.iter());
    let mut after = running(&mut all.iter().rev());
    after.reverse();
    before.into_iter().zip(after).map(|(before, after)| builder.same(arith::Mulf::NAME, &[before, after])).collect()
}

/// For each number 1 if it is the first that equals the result, else 0.
fn first_that_is(builder: &Builder, all: &[Value], result: Value, spreads_nan: bool) -> Vec<Value> {
    let ty = result.ty();
    let (Some(one), Some(zero)) = (builder.number(ty, 1.0), builder.number(ty, 0.0)) else { return vec![] };
    let predicate = if spreads_nan { CmpFPredicate::UEQ } else { CmpFPredicate::OEQ };
    // What is left for those after.
    let mut left = one;
    let mut partials = vec![];
    for value in all {
        let is = builder.cmpf(predicate, *value, result);
        partials.push(builder.op(arith::Select::NAME, &[is, left, zero], ty));
        left = builder.op(arith::Select::NAME, &[is, zero, left], ty);
    }
    partials
}

fn times(builder: &Builder, value: Value, partial: Option<Value>) -> Value {
    partial.map_or(value, |partial| builder.same(arith::Mulf::NAME, &[value, partial]))
}

fn add_up(builder: &Builder, elements: Value) -> Value {
    let kind = Attribute::parse(builder.context(), "#vector.kind<add>");
    let attributes: Vec<_> = kind.map(|kind| (vector::Reduction::KIND_ATTR, kind)).into_iter().collect();
    builder.create(vector::Reduction::NAME, &[elements], &[elements.ty().element()], &attributes, &[]).result(0)
}

/// An extraction or an insertion at a lane.
fn at(builder: &Builder, name: &str, operands: &[Value], ty: Type, lane: i64) -> Value {
    let place = Attribute::parse(builder.context(), &format!("array<i64: {lane}>"));
    let attributes: Vec<_> = place.map(|place| ("static_position", place)).into_iter().collect();
    builder.create(name, operands, &[ty], &attributes, &[]).result(0)
}
