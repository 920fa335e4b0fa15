//! Compares the book with the ODS definitions of the installed MLIR.

use autodiff_transforms::rules::elementwise::RuleBook;
use tblgen::TableGenParser;

/// The names of all ops of a dialect.
fn ops(file: &str, dialect: &str) -> Vec<String> {
    let include = autodiff_dialect::llvm::include();
    let keeper = TableGenParser::new()
        .add_include_directory(&include.to_string_lossy())
        .add_source(&format!("include \"{file}\""))
        .expect("the include is read")
        .parse()
        .expect("the definitions parse");
    keeper
        .all_derived_definitions("Op")
        .filter(|op| {
            op.def_value("opDialect").and_then(|dialect| dialect.string_value("name")).as_deref() == Ok(dialect)
        })
        .map(|op| format!("{dialect}.{}", op.string_value("opName").expect("an op has a name")))
        .collect()
}

/// Any op of these dialects may be applied to floats sooner or later, so integer ops are listed too.
#[test]
fn every_upstream_op_is_in_the_book() {
    let mut missing = Vec::new();
    let mut known = Vec::new();
    for (file, dialect) in [
        ("mlir/Dialect/Arith/IR/ArithOps.td", "arith"),
        ("mlir/Dialect/Math/IR/MathOps.td", "math"),
        ("mlir/Dialect/Complex/IR/ComplexOps.td", "complex"),
    ] {
        let ops = ops(file, dialect);
        assert!(ops.len() > 25, "only {} ops found in {file}", ops.len());
        missing.extend(ops.iter().filter(|op| RuleBook::builtin().get(op).is_none()).cloned());
        known.extend(ops);
    }
    assert!(missing.is_empty(), "without a rule: {}", missing.join(", "));
    let stale: Vec<_> = RuleBook::builtin()
        .rules()
        .map(|(op, _)| op)
        .filter(|op| {
            ["arith.", "math.", "complex."].iter().any(|dialect| op.starts_with(dialect))
                && !known.iter().any(|known| known == op)
        })
        .collect();
    assert!(stale.is_empty(), "in the book but not in MLIR: {}", stale.join(", "));
}
