//! What the book tells without building IR.

use super::support::rule;
use autodiff_transforms::rules::elementwise::{Needed, RuleBook};

#[test]
fn needs_only_what_active_operands_read() {
    let needed = |op: &str, active: &[bool]| rule(op).needed(active);
    let vars =
        |operands: &[usize], results: &[usize]| Needed { operands: operands.to_vec(), results: results.to_vec() };
    assert_eq!(needed("arith.addf", &[true, true]), vars(&[], &[]));
    assert_eq!(needed("arith.mulf", &[true, false]), vars(&[1], &[]));
    assert_eq!(needed("arith.divf", &[true, false]), vars(&[1], &[]));
    assert_eq!(needed("arith.divf", &[false, true]), vars(&[1], &[0]));
    assert_eq!(needed("math.tanh", &[true]), vars(&[], &[0]));
    assert_eq!(needed("math.sin", &[true]), vars(&[0], &[]));
    assert_eq!(needed("math.sincos", &[true]), vars(&[], &[0, 1]));
    assert_eq!(needed("arith.select", &[false, true, true]), vars(&[0], &[]));
    assert_eq!(needed("math.fpowi", &[true, true]), vars(&[0, 1], &[]));
    assert!(!rule("math.copysign").depends_on(1));
    assert!(!rule("math.fpowi").depends_on(1));
}

#[test]
fn renders_tables() {
    let text = RuleBook::builtin().to_markdown();
    for line in [
        "## `arith`",
        "| `arith.divf(x, y) -> z` | dz/dx = `1 / y`<br>dz/dy = `1 / y * -z` |",
        "| `math.sincos(x) -> s, c` | ds/dx = `c`<br>dc/dx = `-s` |",
        "| `math.tanh(x) -> y` | dy/dx = `1 - y * y` |",
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
