//! Replaces calls of the C mathematics library by ops of the `math` dialect, which have rules.
//!
//! 1. A function that is an op becomes the op.
//! 2. A function that several ops make up becomes those.
//! 3. Of a function that is constant, or linear, between jumps, the call stays, on operands without a derivative.
//!
//! All others (`lgamma`, `tgamma`, those that store to a pointer) stay as they are, and are refused where a derivative has
//! to pass through them.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Builder, Op, Type, Value},
    state::names::STOP_GRADIENT,
    views::{arith, complex, func, math},
};
use rustc_hash::FxHashSet;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-libm-to-math",
    c"Replace calls of libm functions without a body by math ops",
    &[],
    |_, module| {
        let ops = module.walk();
        // By scope and name, for lookups in constant time.
        let declared: FxHashSet<_> = ops.iter().filter(|op| is_declared(**op)).filter_map(|op| named(*op)).collect();
        for op in ops.into_iter().filter(|op| op.is::<func::Call>()) {
            let scope = op.function();
            let callee = op.attribute("callee").and_then(Attribute::as_symbol);
            if let (Some(scope), Some(name)) = (scope.and_then(Op::parent), callee)
                && declared.contains(&(scope, name.clone()))
            {
                replace(op, &name);
            }
        }
        Ok(())
    },
);

/// Functions of doubles, and the ops that they are. A final `f` makes the function of floats.
const FUNCTIONS: [(&str, &str, usize); 45] = [
    ("acos", math::Acos::NAME, 1),
    ("acosh", math::Acosh::NAME, 1),
    ("asin", math::Asin::NAME, 1),
    ("asinh", math::Asinh::NAME, 1),
    ("atan", math::Atan::NAME, 1),
    ("atan2", math::Atan2::NAME, 2),
    ("atanh", math::Atanh::NAME, 1),
    ("cbrt", math::Cbrt::NAME, 1),
    ("ceil", math::Ceil::NAME, 1),
    ("copysign", math::Copysign::NAME, 2),
    ("cos", math::Cos::NAME, 1),
    ("cosh", math::Cosh::NAME, 1),
    ("erf", math::Erf::NAME, 1),
    ("erfc", math::Erfc::NAME, 1),
    ("exp", math::Exp::NAME, 1),
    ("exp2", math::Exp2::NAME, 1),
    ("expm1", math::Expm1::NAME, 1),
    ("fabs", math::Absf::NAME, 1),
    ("floor", math::Floor::NAME, 1),
    ("fma", math::Fma::NAME, 3),
    ("fmax", arith::Maxnumf::NAME, 2),
    ("fmaximum", arith::Maximumf::NAME, 2),
    ("fmaximum_num", arith::Maxnumf::NAME, 2),
    ("fmin", arith::Minnumf::NAME, 2),
    ("fminimum", arith::Minimumf::NAME, 2),
    ("fminimum_num", arith::Minnumf::NAME, 2),
    ("fmod", arith::Remf::NAME, 2),
    ("log", math::Log::NAME, 1),
    ("log10", math::Log10::NAME, 1),
    ("log1p", math::Log1p::NAME, 1),
    ("log2", math::Log2::NAME, 1),
    ("logp1", math::Log1p::NAME, 1),
    ("pow", math::Powf::NAME, 2),
    ("powr", math::Powf::NAME, 2),
    // In the rounding mode of derivatives, which is to nearest.
    ("nearbyint", math::Roundeven::NAME, 1),
    ("rint", math::Roundeven::NAME, 1),
    ("round", math::Round::NAME, 1),
    ("roundeven", math::Roundeven::NAME, 1),
    ("rsqrt", math::Rsqrt::NAME, 1),
    ("sin", math::Sin::NAME, 1),
    ("sinh", math::Sinh::NAME, 1),
    ("sqrt", math::Sqrt::NAME, 1),
    ("tan", math::Tan::NAME, 1),
    ("tanh", math::Tanh::NAME, 1),
    ("trunc", math::Trunc::NAME, 1),
];

/// The op that a function of libm is, of doubles or of floats.
pub fn op_of(name: &str) -> Option<&'static str> {
    let find = |name: &str| FUNCTIONS.iter().find(|(function, ..)| *function == name);
    find(name).or_else(|| find(name.strip_suffix('f')?)).map(|(_, op, _)| *op)
}

/// Whether a function of this name is one of libm, which touches no memory.
pub(super) fn is_known(name: &str) -> bool {
    op_of(name).is_some()
}

fn is_declared(op: Op) -> bool {
    op.is_function() && op.regions().into_iter().all(|region| region.first_block().is_none())
}

fn named(function: Op) -> Option<(Op, String)> {
    Some((function.parent()?, function.symbol_name()?))
}

fn replace(call: Op, name: &str) {
    if call.result_count() != 1 {
        return;
    }
    let ty = call.result(0).ty();
    let double = match (ty.is_float(), ty.bit_width()) {
        (true, Some(64)) => name,
        (true, Some(32)) => name.strip_suffix('f').unwrap_or_default(),
        _ => return,
    };
    let operands = call.operands();
    let Some(builder) = Builder::before(call) else { return };
    let found = FUNCTIONS.iter().find(|(function, _, count)| {
        *function == double && *count == operands.len() && operands.iter().all(|operand: &Value| operand.ty() == ty)
    });
    let result = match found {
        Some((_, op, _)) => Some(builder.op(op, &operands, ty)),
        None => compose(&Call { op: call, builder, ty }, double, &operands),
    };
    if let Some(result) = result {
        call.result(0).replace_all_uses_with(result);
        call.erase();
    }
}

/// A call that may become several ops.
struct Call {
    op: Op,
    builder: Builder,
    ty: Type,
}

/// What a function is made of. Nothing is emitted where the operands have other types than in C.
fn compose(call: &Call, function: &str, operands: &[Value]) -> Option<Value> {
    let ty = call.ty;
    match *operands {
        [x] if x.ty() == ty => unary(call, function, x),
        [x, y] if x.ty() == ty && y.ty() == ty => binary(call, function, x, y),
        [x, n] if x.ty() == ty && n.ty().is_integer() && n.ty().bit_width() >= Some(32) => match function {
            "ldexp" | "scalbln" | "scalbn" => call.scale(x, n),
            "pown" => Some(call.builder.op(math::Fpowi::NAME, &[x, n], ty)),
            _ => None,
        },
        _ => None,
    }
}

fn unary(call: &Call, function: &str, x: Value) -> Option<Value> {
    use std::f64::consts::{LN_2, LN_10};
    let math = |op, x| call.builder.same(op, &[x]);
    Some(match function {
        "exp10" => call.builder.same(math::Powf::NAME, &[call.number(10.0)?, x]),
        "exp10m1" => math(math::Expm1::NAME, call.times(x, LN_10)?),
        "exp2m1" => math(math::Expm1::NAME, call.times(x, LN_2)?),
        "log10p1" => call.times(math(math::Log1p::NAME, x), 1.0 / LN_10)?,
        "log2p1" => call.times(math(math::Log1p::NAME, x), 1.0 / LN_2)?,
        // The exponent: constant between powers of two.
        "logb" => call.again(&[call.stop(x)]),
        _ => return None,
    })
}

fn binary(call: &Call, function: &str, x: Value, y: Value) -> Option<Value> {
    let builder = &call.builder;
    Some(match function {
        "fdim" => {
            let difference = builder.same(arith::Subf::NAME, &[x, y]);
            let zero = call.number(0.0)?;
            // Ordered and at most: what is no number stays so.
            let is_at_most = builder.cmpf(arith::CmpFPredicate::OLE, x, y);
            builder.op(arith::Select::NAME, &[is_at_most, zero, difference], call.ty)
        }
        // The size of a complex number is computed without squares that overflow.
        "hypot" => {
            let complex = Type::parse(builder.context(), &format!("complex<{}>", call.ty))?;
            let number = builder.op(complex::Create::NAME, &[x, y], complex);
            builder.op(complex::Abs::NAME, &[number], call.ty)
        }
        // x and a step that is constant for all x between two powers of two.
        "nextafter" => {
            let next = call.again(&[call.stop(x), call.stop(y)]);
            let step = builder.same(arith::Subf::NAME, &[next, call.stop(x)]);
            builder.same(arith::Addf::NAME, &[x, step])
        }
        // x - n y with the integer n nearest to x / y. The value is that of the call; x and y less themselves are zeros
        // that carry the derivatives.
        "drem" | "remainder" => {
            let (fixed_x, fixed_y) = (call.stop(x), call.stop(y));
            let rest = call.again(&[fixed_x, fixed_y]);
            let multiple = builder.same(arith::Subf::NAME, &[fixed_x, rest]);
            let n = builder.same(math::Roundeven::NAME, &[builder.same(arith::Divf::NAME, &[multiple, fixed_y])]);
            let x = builder.same(arith::Subf::NAME, &[x, fixed_x]);
            let y = builder.same(arith::Subf::NAME, &[y, fixed_y]);
            let moved = builder.same(arith::Subf::NAME, &[x, builder.same(arith::Mulf::NAME, &[n, y])]);
            builder.same(arith::Addf::NAME, &[rest, moved])
        }
        _ => return None,
    })
}

impl Call {
    fn number(&self, value: f64) -> Option<Value> {
        self.builder.number(self.ty, value)
    }

    fn times(&self, x: Value, factor: f64) -> Option<Value> {
        Some(self.builder.same(arith::Mulf::NAME, &[x, self.number(factor)?]))
    }

    fn stop(&self, x: Value) -> Value {
        self.builder.same(STOP_GRADIENT, &[x])
    }

    /// The same call on other operands.
    fn again(&self, operands: &[Value]) -> Value {
        let call = self.op.duplicate();
        call.set_operands(operands);
        self.builder.insert(call).result(0)
    }

    /// x times 2 to the power n, in three steps: one power of two may be too large where the product is not.
    fn scale(&self, x: Value, n: Value) -> Option<Value> {
        let builder = &self.builder;
        let integer = |value| builder.constant(n.ty(), Attribute::integer(n.ty(), value));
        // From the smallest number to the largest, and beyond.
        let n = builder.same(arith::Minsi::NAME, &[n, integer(2100)]);
        let n = builder.same(arith::Maxsi::NAME, &[n, integer(-2200)]);
        let first = builder.same(arith::Divsi::NAME, &[n, integer(3)]);
        let rest = builder.same(arith::Subi::NAME, &[n, first]);
        let second = builder.same(arith::Divsi::NAME, &[rest, integer(2)]);
        let third = builder.same(arith::Subi::NAME, &[rest, second]);
        let two = self.number(2.0)?;
        let product = [first, second, third].into_iter().fold(x, |product, n| {
            let power = builder.op(math::Fpowi::NAME, &[two, n], self.ty);
            builder.same(arith::Mulf::NAME, &[product, power])
        });
        Some(product)
    }
}
