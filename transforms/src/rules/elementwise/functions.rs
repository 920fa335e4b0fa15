//! The functions that a formula may call.

use autodiff_dialect::views::{arith, complex, math};
/// How many arguments a function takes; `None`: no such function.
pub(super) fn arity(name: &str) -> Option<usize> {
    match name {
        "conj" => Some(1),
        _ => real(name).or_else(|| complex(name)).map(|(_, arity)| arity),
    }
}

/// The op on floats of a function, and its number of arguments.
pub(super) fn real(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "abs" => (math::Absf::NAME, 1),
        "acos" => (math::Acos::NAME, 1),
        "acosh" => (math::Acosh::NAME, 1),
        "asin" => (math::Asin::NAME, 1),
        "asinh" => (math::Asinh::NAME, 1),
        "atan" => (math::Atan::NAME, 1),
        "atan2" => (math::Atan2::NAME, 2),
        "atanh" => (math::Atanh::NAME, 1),
        "cbrt" => (math::Cbrt::NAME, 1),
        "ceil" => (math::Ceil::NAME, 1),
        "copysign" => (math::Copysign::NAME, 2),
        "cos" => (math::Cos::NAME, 1),
        "cosh" => (math::Cosh::NAME, 1),
        "erf" => (math::Erf::NAME, 1),
        "erfc" => (math::Erfc::NAME, 1),
        "exp" => (math::Exp::NAME, 1),
        "exp2" => (math::Exp2::NAME, 1),
        "expm1" => (math::Expm1::NAME, 1),
        "floor" => (math::Floor::NAME, 1),
        "fma" => (math::Fma::NAME, 3),
        "fpowi" => (math::Fpowi::NAME, 2),
        "log" => (math::Log::NAME, 1),
        "log10" => (math::Log10::NAME, 1),
        "log1p" => (math::Log1p::NAME, 1),
        "log2" => (math::Log2::NAME, 1),
        "max" => (arith::Maximumf::NAME, 2),
        "min" => (arith::Minimumf::NAME, 2),
        "pow" => (math::Powf::NAME, 2),
        "rem" => (arith::Remf::NAME, 2),
        "round" => (math::Round::NAME, 1),
        "roundeven" => (math::Roundeven::NAME, 1),
        "rsqrt" => (math::Rsqrt::NAME, 1),
        "sin" => (math::Sin::NAME, 1),
        "sinh" => (math::Sinh::NAME, 1),
        "sqrt" => (math::Sqrt::NAME, 1),
        "tan" => (math::Tan::NAME, 1),
        "tanh" => (math::Tanh::NAME, 1),
        "trunc" => (math::Trunc::NAME, 1),
        _ => return None,
    })
}

/// The op on complex numbers after a function, and its number of arguments.
pub(super) fn complex(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "abs" => (complex::Abs::NAME, 1),
        "angle" => (complex::Angle::NAME, 1),
        "atan2" => (complex::Atan2::NAME, 2),
        "cos" => (complex::Cos::NAME, 1),
        "exp" => (complex::Exp::NAME, 1),
        "expm1" => (complex::Expm1::NAME, 1),
        "im" => (complex::Im::NAME, 1),
        "log" => (complex::Log::NAME, 1),
        "log1p" => (complex::Log1p::NAME, 1),
        "pow" => (complex::Pow::NAME, 2),
        "powi" => (complex::Powi::NAME, 2),
        "re" => (complex::Re::NAME, 1),
        "rsqrt" => (complex::Rsqrt::NAME, 1),
        "sign" => (complex::Sign::NAME, 1),
        "sin" => (complex::Sin::NAME, 1),
        "sqrt" => (complex::Sqrt::NAME, 1),
        "tan" => (complex::Tan::NAME, 1),
        "tanh" => (complex::Tanh::NAME, 1),
        _ => return None,
    })
}

/// Whether an op that this module creates has an attribute `fastmath`.
pub(super) fn takes_fastmath(op: &str) -> bool {
    match op.split_once('.') {
        Some(("math", _)) => true,
        Some(("arith", name)) => name.ends_with('f'),
        Some(("complex", name)) => !matches!(name, "create" | "constant" | "eq" | "neq" | "bitcast"),
        _ => false,
    }
}

/// Whether the last argument of a function stays an integer.
pub(super) fn takes_integer(name: &str) -> bool {
    matches!(name, "fpowi" | "powi")
}
