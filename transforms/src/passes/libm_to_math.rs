//! Replaces calls of the C mathematics library by ops of the `math` dialect, which have rules.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Builder, Op, Value},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-libm-to-math",
    c"Replace calls of libm functions without a body by math ops",
    &[],
    |_, module| {
        for op in module.walk() {
            if op.name() == "func.call" {
                replace(op);
            }
        }
        Ok(())
    },
);

/// Functions of doubles, and the ops that they are. A final `f` makes the function of floats.
const FUNCTIONS: [(&str, &str, usize); 32] = [
    ("acos", "math.acos", 1),
    ("acosh", "math.acosh", 1),
    ("asin", "math.asin", 1),
    ("asinh", "math.asinh", 1),
    ("atan", "math.atan", 1),
    ("atan2", "math.atan2", 2),
    ("atanh", "math.atanh", 1),
    ("cbrt", "math.cbrt", 1),
    ("ceil", "math.ceil", 1),
    ("copysign", "math.copysign", 2),
    ("cos", "math.cos", 1),
    ("cosh", "math.cosh", 1),
    ("erf", "math.erf", 1),
    ("erfc", "math.erfc", 1),
    ("exp", "math.exp", 1),
    ("exp2", "math.exp2", 1),
    ("expm1", "math.expm1", 1),
    ("fabs", "math.absf", 1),
    ("floor", "math.floor", 1),
    ("fma", "math.fma", 3),
    ("fmax", "arith.maxnumf", 2),
    ("fmin", "arith.minnumf", 2),
    ("fmod", "arith.remf", 2),
    ("log", "math.log", 1),
    ("log10", "math.log10", 1),
    ("log1p", "math.log1p", 1),
    ("log2", "math.log2", 1),
    ("pow", "math.powf", 2),
    ("sin", "math.sin", 1),
    ("sqrt", "math.sqrt", 1),
    ("tan", "math.tan", 1),
    ("tanh", "math.tanh", 1),
];

/// Whether a function of this name is one of libm, which touches no memory.
pub(super) fn is_known(name: &str) -> bool {
    let is = |name: &str| FUNCTIONS.iter().any(|(function, ..)| *function == name);
    is(name) || name.strip_suffix('f').is_some_and(is)
}

fn replace(call: Op) {
    let Some(callee) = call.attribute("callee") else { return };
    let declared = call
        .lookup_symbol(callee)
        .is_some_and(|function| function.regions().into_iter().all(|region| region.first_block().is_none()));
    let Some(name) = callee.as_symbol().filter(|_| declared && call.result_count() == 1) else { return };
    let ty = call.result(0).ty();
    let double = match (ty.is_float(), ty.bit_width()) {
        (true, Some(64)) => name.as_str(),
        (true, Some(32)) => name.strip_suffix('f').unwrap_or_default(),
        _ => return,
    };
    let operands = call.operands();
    let found = FUNCTIONS.iter().find(|(function, _, count)| {
        *function == double && *count == operands.len() && operands.iter().all(|operand: &Value| operand.ty() == ty)
    });
    let (Some((_, op, _)), Some(builder)) = (found, Builder::before(call)) else { return };
    let result = builder.op(op, &operands, ty);
    call.result(0).replace_all_uses_with(result);
    call.erase();
}
