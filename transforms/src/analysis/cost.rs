//! What ops cost: the one place that knows which are expensive.
//!
//! The unit of [`of`] is a cached byte: what it takes to write a byte to a cache and to read it back. The numbers are of the
//! loops of `benches/` on one core of an x86-64 server with AVX-512, in which a load takes as long as reading a cached
//! value back, and a call of the C library's `exp` or `sin` about as long as two cached doubles; `./x bench` shows what a
//! change of them does.

use autodiff_dialect::{
    ir::{Op, Type},
    views::{arith, func, math},
};

/// Ops of `math` that machines have an instruction for, or a few; all others become calls of functions.
const INSTRUCTIONS: [&str; 14] = [
    math::Absf::NAME,
    math::Absi::NAME,
    math::Ceil::NAME,
    math::Clampf::NAME,
    math::Copysign::NAME,
    math::Floor::NAME,
    math::Fma::NAME,
    math::Isfinite::NAME,
    math::Isinf::NAME,
    math::Isnan::NAME,
    math::Roundeven::NAME,
    math::Rsqrt::NAME,
    math::Sqrt::NAME,
    math::Trunc::NAME,
];

/// Whether an op is a call of a function once it is compiled: dozens of cycles, and no vectors.
pub fn is_call(op: Op) -> bool {
    op.is::<func::Call>() || (op.name().starts_with("math.") && !INSTRUCTIONS.contains(&op.name()))
}

/// Whether an op is expensive to compute twice, or for nothing: a call, an instruction of a dozen cycles and more, or
/// a loop or branch.
pub fn is_expensive(op: Op) -> bool {
    is_call(op)
        || matches!(op.name(), arith::Divf::NAME | math::Sqrt::NAME | math::Rsqrt::NAME)
        || op.region_count() > 0
}

/// The bytes of one value of a type; a guess for what has no fixed size.
pub fn bytes(ty: Type) -> u64 {
    let element = ty.element();
    if element != ty {
        let count: i64 = ty.shape().iter().map(|size| if *size == Type::DYNAMIC { 64 } else { *size }).product();
        return if ty.is_memory() { 64 } else { count.max(1) as u64 * bytes(element) };
    }
    let real = ty.real();
    let width = u64::from(real.bit_width().unwrap_or(64)).div_ceil(8);
    if real != ty { 2 * width } else { width }
}

/// What a jump costs that may be guessed wrong: half as much as a cached double.
const BRANCH: u64 = 32;

/// What one execution of an op costs next to a cached byte: a load as much as reading a cached value back, a
/// transcendental function about as much as two cached doubles. What machines have an instruction for is not one.
///
/// Which branch a conditional takes is not known: it costs all of them, and the jump.
pub fn of(op: Op) -> u64 {
    if op.region_count() > 0 {
        let inner = op.walk().into_iter().filter(|inner| !inner.is_terminator());
        return inner.map(|inner| if inner.region_count() > 0 { BRANCH } else { of(inner) }).sum();
    }
    if op.result_count() == 0 {
        return 0;
    }
    let result = bytes(op.result(0).ty());
    match op.name().split_once('.') {
        _ if op.is_constant() => 0,
        Some(("math", "sqrt")) => 6 * result,
        Some(("arith", "divf")) => 2 * result,
        Some(("math" | "complex", _)) => 18 * result,
        _ if !op.is_memory_effect_free() => 2 * result,
        _ if !op.result(0).ty().is_differentiable() => 1,
        _ => result / 2,
    }
}
