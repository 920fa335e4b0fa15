//! `gpu.all_reduce` and `gpu.subgroup_reduce`: every thread gets y, which is x_1 combined with ... and x_n.
//!
//! Forward: `y_dot` is the sum of `w_s x_s_dot`, with the partials `w_s` of y by x_s. Reverse: each thread has a
//! cotangent of its copy of y, so that `x_s_bar = w_s (y_1_bar + ... + y_n_bar)`: a sum again, over the same threads.
//!
//! ```text
//! sum           w_s = 1
//! product       w_s = product of the others: exact where some are zero
//! minimum, ...  w_s = 1 for the first thread that holds the extremum, 0 for all others
//! ```

use super::{equal, take_exchanged, thread_number};
use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{converted, plain_reduction},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Region, Type, Value},
    views::{arith, gpu, vector},
};

pub(crate) struct Reduction;

/// How values are combined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sum,
    Product,
    Extremum,
}

fn kind(op: Op) -> std::result::Result<Kind, String> {
    let name = match op.attribute("op") {
        Some(attribute) => attribute.to_string(),
        None => plain_reduction(op, 0).unwrap_or_default().to_owned(),
    };
    Ok(match name.as_str() {
        "#gpu<all_reduce_op add>" | arith::Addf::NAME => Kind::Sum,
        "#gpu<all_reduce_op mul>" | arith::Mulf::NAME => Kind::Product,
        arith::Minimumf::NAME | arith::Maximumf::NAME | arith::Minnumf::NAME | arith::Maxnumf::NAME => Kind::Extremum,
        _ if ["minimumf", "maximumf", "minnumf", "maxnumf"].iter().any(|kind| name.contains(kind)) => Kind::Extremum,
        _ => {
            return Err(format!(
                "'{}' op combines values by something else than a sum, a product or an extremum, which can be \
                 differentiated in a launch, or in a function that is inlined there, if its body is one block",
                op.name()
            ));
        }
    })
}

/// Whether the rule knows the partials of a reduction.
pub(crate) fn has_partials(op: Op) -> bool {
    kind(op).is_ok()
}

/// A reduction of other values over the same threads.
fn reduce(builder: &Builder, op: Op, value: Value, kind: &str) -> Option<Value> {
    let name = Attribute::parse(op.context(), &format!("#gpu<all_reduce_op {kind}>"))?;
    let mut attributes = vec![("op", name)];
    for name in ["uniform", "cluster_size", "cluster_stride"] {
        attributes.extend(op.attribute(name).map(|value| (name, value)));
    }
    let regions: Vec<_> = op.regions().iter().map(|_| Region::new()).collect();
    Some(builder.create(op.name(), &[value], &[value.ty()], &attributes, &regions).result(0))
}

/// The partial of the result by the value of a thread; `None`: one.
fn partial(builder: &Builder, op: Op, kind: Kind, x: Value, y: Value) -> Option<Option<Value>> {
    // Of a vector, each element is reduced for itself.
    let (ty, narrow) = (x.ty(), Type::integer(builder.context(), 32));
    let integer = if ty.is_vector() { ty.with_element(narrow)? } else { narrow };
    let number = |value| {
        let value = Attribute::integer(narrow, value);
        builder.constant(integer, if ty.is_vector() { Attribute::splat(integer, value) } else { value })
    };
    match kind {
        Kind::Sum => Some(None),
        Kind::Product => {
            let (zero, one) = (builder.number(ty, 0.0)?, builder.number(ty, 1.0)?);
            let is_zero = equal(builder, x, zero);
            let counted = builder.op(arith::Extui::NAME, &[is_zero], integer);
            let zeros = reduce(builder, op, counted, "add")?;
            let factor = builder.op(arith::Select::NAME, &[is_zero, one, x], ty);
            let product = reduce(builder, op, factor, "mul")?;
            let others = builder.same(arith::Divf::NAME, &[product, factor]);
            // Without a zero, all threads have a partial; with one zero, its thread; with more, nothing.
            let (none, single) = (equal(builder, zeros, number(0)), equal(builder, zeros, number(1)));
            let alone = builder.same(arith::Andi::NAME, &[single, is_zero]);
            let counts = builder.same(arith::Ori::NAME, &[none, alone]);
            Some(Some(builder.op(arith::Select::NAME, &[counts, others, zero], ty)))
        }
        Kind::Extremum => {
            let (zero, one) = (builder.number(ty, 0.0)?, builder.number(ty, 1.0)?);
            let own = match op.name() {
                gpu::AllReduce::NAME => thread_number(builder),
                _ => builder.op(gpu::LaneId::NAME, &[], Type::index(builder.context())),
            };
            let own = builder.op(arith::IndexCast::NAME, &[own], narrow);
            let own = if ty.is_vector() { builder.op(vector::Broadcast::NAME, &[own], integer) } else { own };
            let holds = equal(builder, x, y);
            let candidate = builder.op(arith::Select::NAME, &[holds, own, number(i64::from(i32::MAX))], integer);
            let first = reduce(builder, op, candidate, "minui")?;
            let wins = equal(builder, own, first);
            let wins = builder.same(arith::Andi::NAME, &[wins, holds]);
            Some(Some(builder.op(arith::Select::NAME, &[wins, one, zero], ty)))
        }
    }
}

fn weighted(builder: &Builder, value: Value, weight: Option<Value>) -> Value {
    weight.map_or(value, |weight| builder.same(arith::Mulf::NAME, &[converted(builder, weight, value.ty()), value]))
}

const INTERNAL: &str = "a reduction could not be built";

impl Semantics for Reduction {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.forward(op.operand(0), op.result(0));
    }

    fn touches_no_memory(&self) -> bool {
        true
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        match kind(op) {
            _ if !activity.is_active(op.result(0)) => vec![],
            Ok(Kind::Product) => vec![op.operand(0)],
            Ok(Kind::Extremum) => vec![op.operand(0), op.result(0)],
            _ => vec![],
        }
    }
}

impl Rule for Reduction {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        let Some(x_dot) = forward.tangent(op.operand(0)) else { return Ok(()) };
        if !forward.activity().is_active(op.result(0)) {
            return Ok(());
        }
        let kind = kind(op).or_else(|message| forward.refuse(op, message))?;
        let builder = forward.builder();
        let weight = partial(&builder, op, kind, copy.operand(0), copy.result(0));
        let y_dot = weight.and_then(|weight| reduce(&builder, op, weighted(&builder, x_dot, weight), "add"));
        let y_dot = y_dot.map_or_else(|| forward.refuse(op, INTERNAL), Ok)?;
        forward.set_tangent(op.result(0), Some(y_dot));
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let Some(y_bar) = take_exchanged(reverse, op.result(0)) else { return Ok(()) };
        let kind = kind(op).or_else(|message| reverse.refuse(op, message))?;
        let x = if kind == Kind::Sum { y_bar } else { reverse.primal(op.operand(0))? };
        let y = if kind == Kind::Extremum { reverse.primal(op.result(0))? } else { y_bar };
        let builder = reverse.builder();
        let weight = partial(&builder, op, kind, x, y);
        let sum = weight.and_then(|weight| Some(weighted(&builder, reduce(&builder, op, y_bar, "add")?, weight)));
        let x_bar = sum.map_or_else(|| reverse.refuse(op, INTERNAL), Ok)?;
        reverse.accumulate(op.operand(0), x_bar)
    }
}
