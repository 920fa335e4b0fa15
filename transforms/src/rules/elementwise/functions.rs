//! The functions that a formula may call.

/// How many arguments a function takes; `None`: no such function.
pub(super) fn arity(name: &str) -> Option<usize> {
    match name {
        "conj" => Some(1),
        _ => real(name).or_else(|| complex(name)).map(|(_, arity)| arity),
    }
}

/// The op on floats behind a function, and its number of arguments.
pub(super) fn real(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "abs" => ("math.absf", 1),
        "acos" => ("math.acos", 1),
        "acosh" => ("math.acosh", 1),
        "asin" => ("math.asin", 1),
        "asinh" => ("math.asinh", 1),
        "atan" => ("math.atan", 1),
        "atan2" => ("math.atan2", 2),
        "atanh" => ("math.atanh", 1),
        "cbrt" => ("math.cbrt", 1),
        "ceil" => ("math.ceil", 1),
        "copysign" => ("math.copysign", 2),
        "cos" => ("math.cos", 1),
        "cosh" => ("math.cosh", 1),
        "erf" => ("math.erf", 1),
        "erfc" => ("math.erfc", 1),
        "exp" => ("math.exp", 1),
        "exp2" => ("math.exp2", 1),
        "expm1" => ("math.expm1", 1),
        "floor" => ("math.floor", 1),
        "fma" => ("math.fma", 3),
        "fpowi" => ("math.fpowi", 2),
        "log" => ("math.log", 1),
        "log10" => ("math.log10", 1),
        "log1p" => ("math.log1p", 1),
        "log2" => ("math.log2", 1),
        "max" => ("arith.maximumf", 2),
        "min" => ("arith.minimumf", 2),
        "pow" => ("math.powf", 2),
        "rem" => ("arith.remf", 2),
        "round" => ("math.round", 1),
        "roundeven" => ("math.roundeven", 1),
        "rsqrt" => ("math.rsqrt", 1),
        "sin" => ("math.sin", 1),
        "sinh" => ("math.sinh", 1),
        "sqrt" => ("math.sqrt", 1),
        "tan" => ("math.tan", 1),
        "tanh" => ("math.tanh", 1),
        "trunc" => ("math.trunc", 1),
        _ => return None,
    })
}

/// The op on complex numbers behind a function, and its number of arguments.
pub(super) fn complex(name: &str) -> Option<(&'static str, usize)> {
    Some(match name {
        "abs" => ("complex.abs", 1),
        "angle" => ("complex.angle", 1),
        "atan2" => ("complex.atan2", 2),
        "cos" => ("complex.cos", 1),
        "exp" => ("complex.exp", 1),
        "expm1" => ("complex.expm1", 1),
        "im" => ("complex.im", 1),
        "log" => ("complex.log", 1),
        "log1p" => ("complex.log1p", 1),
        "pow" => ("complex.pow", 2),
        "powi" => ("complex.powi", 2),
        "re" => ("complex.re", 1),
        "rsqrt" => ("complex.rsqrt", 1),
        "sign" => ("complex.sign", 1),
        "sin" => ("complex.sin", 1),
        "sqrt" => ("complex.sqrt", 1),
        "tan" => ("complex.tan", 1),
        "tanh" => ("complex.tanh", 1),
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
