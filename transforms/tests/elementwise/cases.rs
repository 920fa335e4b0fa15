//! One case per op of the book: types and points.

/// An op of the book with the places to try it at.
pub struct Case {
    pub op: &'static str,
    /// One letter an operand: `d` f64, `s` f32, `c` complex<f64>, `v` vector<1xf64>, `n` i32, `b` i1.
    pub operands: &'static str,
    /// One letter a result.
    pub results: &'static str,
    /// Numbers for the operands in order; a complex operand takes two.
    pub points: &'static [&'static [f64]],
}

const fn case(
    op: &'static str,
    operands: &'static str,
    results: &'static str,
    points: &'static [&'static [f64]],
) -> Case {
    Case { op, operands, results, points }
}

const PAIRS: &[&[f64]] = &[&[0.7, 1.9], &[-1.3, 0.4], &[2.5, -3.25]];
const LINE: &[&[f64]] = &[&[-2.1], &[-1e-3], &[1e-3], &[0.6], &[3.3]];
const POSITIVE: &[&[f64]] = &[&[0.01], &[0.8], &[1.0], &[25.0]];
const UNIT: &[&[f64]] = &[&[-0.95], &[-0.3], &[0.0], &[0.5], &[0.99]];
const PLANE: &[&[f64]] = &[&[0.6, -0.8], &[-1.2, 0.3], &[0.2, 1.7]];
const PLANES: &[&[f64]] = &[&[0.6, -0.8, 1.1, 0.4], &[-1.2, 0.3, 0.5, -0.9]];
/// Both sides of a tie, and far from it.
const TIES: &[&[f64]] = &[&[0.5, 0.501], &[0.501, 0.5], &[-3.0, 4.0], &[4.0, -3.0]];

pub const CASES: &[Case] = &[
    case("arith.addf", "dd", "d", PAIRS),
    case("arith.subf", "dd", "d", PAIRS),
    case("arith.mulf", "dd", "d", PAIRS),
    case("arith.divf", "dd", "d", PAIRS),
    case("arith.negf", "d", "d", LINE),
    case("arith.remf", "dd", "d", &[&[7.3, 2.0], &[-7.3, 2.0], &[7.3, -2.0], &[0.5, 3.0], &[100.3, 0.3]]),
    case("arith.maximumf", "dd", "d", TIES),
    case("arith.minimumf", "dd", "d", TIES),
    case("arith.maxnumf", "dd", "d", &[&[0.5, 0.501], &[0.501, 0.5], &[f64::NAN, 2.0], &[2.0, f64::NAN]]),
    case("arith.minnumf", "dd", "d", &[&[0.5, 0.501], &[0.501, 0.5], &[f64::NAN, 2.0], &[2.0, f64::NAN]]),
    case("arith.select", "bdd", "d", &[&[1.0, 0.3, 0.4], &[0.0, 0.3, 0.4]]),
    case("arith.extf", "s", "d", &[&[0.5], &[-3.0]]),
    case("arith.truncf", "d", "s", &[&[0.5], &[-3.0]]),
    case("math.sin", "d", "d", LINE),
    case("math.cos", "d", "d", LINE),
    case("math.tan", "d", "d", LINE),
    case("math.sincos", "d", "dd", LINE),
    case("math.asin", "d", "d", UNIT),
    case("math.acos", "d", "d", UNIT),
    case("math.atan", "d", "d", LINE),
    case("math.atan2", "dd", "d", PAIRS),
    case("math.sinh", "d", "d", LINE),
    case("math.cosh", "d", "d", LINE),
    case("math.tanh", "d", "d", LINE),
    case("math.asinh", "d", "d", LINE),
    case("math.acosh", "d", "d", &[&[1.01], &[2.0], &[30.0]]),
    case("math.atanh", "d", "d", UNIT),
    case("math.exp", "d", "d", LINE),
    case("math.exp2", "d", "d", LINE),
    case("math.expm1", "d", "d", LINE),
    case("math.log", "d", "d", POSITIVE),
    case("math.log2", "d", "d", POSITIVE),
    case("math.log10", "d", "d", POSITIVE),
    case("math.log1p", "d", "d", &[&[-0.9], &[0.0], &[4.0]]),
    case("math.erf", "d", "d", LINE),
    case("math.erfc", "d", "d", LINE),
    // The derivative by the exponent does not exist at a negative base, where the difference is no number.
    case("math.powf", "dd", "d", &[&[0.7, 1.9], &[2.0, -1.5], &[0.0, 2.0], &[0.0, 1.0], &[-1.5, 3.0], &[3.0, 0.0]]),
    case("math.fpowi", "dn", "d", &[&[1.3, 3.0], &[-0.7, -2.0], &[0.0, 1.0], &[0.0, 2.0], &[0.0, 0.0], &[2.0, 0.0]]),
    case("math.sqrt", "d", "d", POSITIVE),
    case("math.rsqrt", "d", "d", POSITIVE),
    case("math.cbrt", "d", "d", &[&[-8.0], &[-0.1], &[0.1], &[5.0]]),
    case("math.fma", "ddd", "d", &[&[0.7, 1.9, -2.0], &[-1.3, 0.4, 5.0]]),
    case("vector.fma", "vvv", "v", &[&[0.7, 1.9, -2.0], &[-1.3, 0.4, 5.0]]),
    case("math.absf", "d", "d", LINE),
    case(
        "math.clampf",
        "ddd",
        "d",
        &[&[0.5, 0.0, 1.0], &[-0.5, 0.0, 1.0], &[1.5, 0.0, 1.0], &[0.5, 1.0, 0.0], &[1.5, 1.0, 0.0], &[-0.5, 1.0, 0.0]],
    ),
    case("math.copysign", "dd", "d", &[&[0.7, 1.9], &[-0.7, 1.9], &[0.7, -1.9], &[-0.7, -1.9]]),
    case("complex.create", "dd", "c", PAIRS),
    case("complex.re", "c", "d", PLANE),
    case("complex.im", "c", "d", PLANE),
    case("complex.conj", "c", "c", PLANE),
    case("complex.abs", "c", "d", PLANE),
    case("complex.angle", "c", "d", PLANE),
    case("complex.sign", "c", "c", PLANE),
    case("complex.add", "cc", "c", PLANES),
    case("complex.sub", "cc", "c", PLANES),
    case("complex.mul", "cc", "c", PLANES),
    case("complex.div", "cc", "c", PLANES),
    case("complex.neg", "c", "c", PLANE),
    case("complex.exp", "c", "c", PLANE),
    case("complex.expm1", "c", "c", PLANE),
    case("complex.log", "c", "c", PLANE),
    case("complex.log1p", "c", "c", PLANE),
    case("complex.sin", "c", "c", PLANE),
    case("complex.cos", "c", "c", PLANE),
    case("complex.tan", "c", "c", PLANE),
    case("complex.tanh", "c", "c", PLANE),
    case("complex.atan2", "cc", "c", PLANES),
    case("complex.sqrt", "c", "c", PLANE),
    case("complex.rsqrt", "c", "c", PLANE),
    case("complex.pow", "cc", "c", PLANES),
    case("complex.powi", "cn", "c", &[&[0.6, -0.8, 3.0], &[-1.2, 0.3, -2.0], &[0.4, 0.9, 0.0]]),
];
