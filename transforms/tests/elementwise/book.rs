//! What the book tells without building IR.

use super::support::{body_of, context, module_op, rule};
use autodiff_transforms::rules::elementwise::{Needed, RuleBook};
use melior::ir::Module;

/// What a rule needs of an op on a type.
fn needed(op: &str, ty: &str, active: &[bool]) -> Needed {
    let context = context();
    let types: Vec<_> = active.iter().map(|_| ty).enumerate().map(|(index, ty)| format!("%a{index}: {ty}")).collect();
    let source = format!("func.func @f({}, %n: i32, %c: i1) {{ return }}", types.join(", "));
    let module = Module::parse(&context, &source).expect("the frame parses");
    let (arguments, builder) = body_of(module_op(&module), "f");
    let (float, mut operands) = (arguments[0].ty(), arguments[..active.len()].to_vec());
    match op {
        "math.fpowi" => operands[1] = arguments[active.len()],
        "arith.select" => operands[0] = arguments[active.len() + 1],
        _ => {}
    }
    let results = vec![float; rule(op).result_count()];
    rule(op).needed(builder.create(op, &operands, &results, &[], &[]), active)
}

fn vars(operands: &[usize], results: &[usize]) -> Needed {
    Needed { operands: operands.to_vec(), results: results.to_vec() }
}

#[test]
fn needs_only_what_active_operands_read() {
    let needed = |op: &str, active: &[bool]| needed(op, "f64", active);
    assert_eq!(needed("arith.addf", &[true, true]), vars(&[], &[]));
    assert_eq!(needed("arith.mulf", &[true, false]), vars(&[1], &[]));
    assert_eq!(needed("arith.divf", &[true, false]), vars(&[1], &[]));
    assert_eq!(needed("arith.divf", &[false, true]), vars(&[1], &[0]));
    assert_eq!(needed("math.exp", &[true]), vars(&[], &[0]));
    assert_eq!(needed("math.sin", &[true]), vars(&[0], &[]));
    // Names stand for what they read.
    assert_eq!(needed("math.atan", &[true]), vars(&[0], &[]));
    assert_eq!(needed("math.tanh", &[true]), vars(&[0], &[0]));
    assert_eq!(needed("math.sincos", &[true]), vars(&[], &[0, 1]));
    assert_eq!(needed("arith.select", &[false, true, true]), vars(&[0], &[]));
    assert_eq!(needed("math.fpowi", &[true, true]), vars(&[0, 1], &[]));
    assert!(!rule("math.copysign").depends_on(1));
    assert!(!rule("math.fpowi").depends_on(1));
}

/// In narrow types, a result whose rounding error would grow is computed again.
#[test]
fn needs_operands_instead_of_rounded_results() {
    assert_eq!(needed("math.tanh", "f16", &[true]), vars(&[0], &[]));
    assert_eq!(needed("math.tan", "bf16", &[true]), vars(&[0], &[]));
    assert_eq!(needed("math.sqrt", "f16", &[true]), vars(&[], &[0]));
    assert_eq!(needed("math.exp", "f16", &[true]), vars(&[], &[0]));
    assert_eq!(needed("arith.divf", "f16", &[false, true]), vars(&[0, 1], &[]));
    assert_eq!(needed("arith.mulf", "f16", &[true, true]), vars(&[0, 1], &[]));
}

#[test]
fn renders_tables() {
    let text = RuleBook::builtin().to_markdown();
    for line in [
        "## `arith`",
        "| `arith.divf(x, y) -> z` | dz/dx = `1 / y`<br>dz/dy = `1 / y * -z` |",
        "| `math.sincos(x) -> s, c` | ds/dx = `c`<br>dc/dx = `-s` |",
        "| `math.atan(x) -> y` | dy/dx = `c / (c + c * x * x)`<br>where c = `abs(x) > 1e18 ? 1e-18 : 1` |",
        "| `complex.conj(z) -> w` | dw/dz = `0 & 1` |",
    ] {
        assert!(text.lines().any(|found| found == line), "no line '{line}' in\n{text}");
    }
    assert!(text.contains("Without a derivative: `math.absi`, `math.ceil`"), "{text}");
    assert!(text.contains("- `arith.bitcast` is an error: "));
    for row in text.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 3, "{row}");
    }
}
