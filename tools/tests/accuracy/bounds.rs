//! The largest errors of the partial derivatives, in units in the last place: f16, bf16, f32, f64, and of the second
//! derivatives in f64. Half a unit is what rounding once costs; functions of C's mathematics library differ between
//! versions, so bounds are a little above what is measured.

/// By the name of the rule; `None`: not measured.
pub const BOUNDS: &[(&str, [Option<f64>; 5])] = &[
    ("divf", [Some(0.51), Some(0.51), Some(1.0), Some(2.0), Some(4.0)]),
    ("mulf", [None, None, None, Some(1.0), Some(2.0)]),
    ("sin", [Some(0.51), Some(0.51), Some(1.0), Some(2.0), Some(2.0)]),
    ("cos", [Some(0.51), Some(0.51), Some(1.0), Some(1.0), Some(2.0)]),
    ("tan", [Some(0.51), Some(0.51), Some(2.5), Some(2.0), Some(3.0)]),
    ("asin", [Some(0.51), Some(0.51), Some(1.5), Some(2.0), Some(4.0)]),
    ("acos", [Some(0.51), Some(0.51), Some(1.5), Some(2.0), Some(4.0)]),
    ("atan", [Some(0.51), Some(0.51), Some(2.5), Some(2.0), Some(4.0)]),
    ("atan2", [Some(0.51), Some(0.51), Some(3.0), Some(2.0), Some(4.0)]),
    ("sinh", [Some(0.51), Some(0.51), Some(1.5), Some(2.0), Some(2.0)]),
    ("cosh", [Some(0.51), Some(0.51), Some(2.0), Some(2.0), Some(3.0)]),
    ("tanh", [Some(0.51), Some(0.51), Some(3.5), Some(4.0), Some(4.0)]),
    ("asinh", [Some(0.51), Some(0.51), Some(2.0), Some(2.0), Some(5.0)]),
    ("acosh", [Some(0.51), Some(0.51), Some(3.0), Some(2.0), Some(6.0)]),
    ("atanh", [Some(0.51), Some(0.51), Some(1.5), Some(2.0), Some(3.0)]),
    ("exp", [Some(0.51), Some(0.51), Some(1.0), Some(2.0), Some(2.0)]),
    ("exp2", [Some(1.5), Some(1.5), Some(1.5), Some(2.0), Some(4.0)]),
    ("expm1", [Some(0.51), Some(0.51), Some(1.0), Some(2.0), Some(2.0)]),
    ("log", [Some(0.51), Some(0.51), Some(1.0), Some(1.0), Some(3.0)]),
    ("log2", [Some(0.51), Some(0.51), Some(1.0), Some(2.0), Some(3.0)]),
    ("log10", [Some(0.51), Some(0.51), Some(1.5), Some(3.0), Some(4.0)]),
    ("log1p", [Some(0.51), Some(0.51), Some(2.0), Some(2.0), Some(5.0)]),
    ("erf", [Some(0.51), Some(0.51), Some(3.0), Some(2.0), Some(3.0)]),
    ("erfc", [Some(0.51), Some(0.51), Some(3.0), Some(2.0), Some(3.0)]),
    ("powf", [Some(0.51), Some(0.51), Some(2.0), Some(3.0), Some(4.0)]),
    ("fpowi", [Some(0.51), Some(0.51), Some(1.0), Some(5.0), Some(2.0)]),
    ("remf", [Some(0.51), Some(0.51), Some(0.51), Some(0.51), Some(0.0)]),
    ("sqrt", [Some(1.5), Some(1.5), Some(2.0), Some(2.0), Some(5.0)]),
    ("rsqrt", [Some(3.0), Some(2.5), Some(5.0), Some(4.0), Some(6.0)]),
    ("cbrt", [Some(2.5), Some(2.5), Some(3.5), Some(5.0), Some(12.0)]),
    ("abs", [None, None, None, Some(2.0), Some(5.0)]),
];
