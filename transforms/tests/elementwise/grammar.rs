//! Texts that are no rule books: a message with a place, never a panic.

use autodiff_transforms::rules::elementwise::{Rule, RuleBook};

#[track_caller]
fn rejects(text: &str, line: usize, column: usize, part: &str) {
    let mut book = RuleBook::builtin().clone();
    let error = book.extend(text, "my.rules").expect_err("a wrong text");
    assert_eq!((error.line, error.column), (line, column), "{error}");
    assert!(error.message.contains(part), "{error}");
    assert!(error.to_string().starts_with(&format!("my.rules:{line}:{column}: error: ")), "{error}");
    assert_eq!(book.rules().count(), RuleBook::builtin().rules().count());
}

#[test]
fn says_what_was_expected() {
    rejects("my.op(x) -> y => ", 1, 18, "expected");
    rejects("my.op(x) -> y => 1 +", 1, 21, "expected");
    rejects("my.op(x)\n", 2, 1, "'inactive'");
    rejects("my.op(x) -> y => 1\n  oops", 2, 3, "the name of an op");
    rejects("my.op error reason", 1, 13, "a text in quotes");
    rejects("my.op(x) -> y => (1", 1, 20, "expected");
    rejects("\u{e4}", 1, 1, "a rule such as");
}

#[test]
fn checks_names() {
    rejects("my.op(x) -> y => 2 * u", 1, 22, "'u' names no operand or result");
    rejects("my.op(x, x) -> y => 1, 1", 1, 10, "'x' names two values");
    rejects("my.op(x) -> x => 1", 1, 13, "'x' names two values");
    rejects("my.op(pi) -> y => 1", 1, 7, "'pi' is a constant");
    rejects("my.op(x) -> y => foo(x)", 1, 18, "unknown function 'foo'");
    rejects("my.op(x) -> y => atan2(x)", 1, 18, "'atan2' expects 2 arguments, got 1");
    rejects("my.op(x) -> y => 1\nmy.op(x) -> y => 2", 2, 1, "'my.op' has a rule already");
}

#[test]
fn checks_counts_and_kinds() {
    rejects("my.op(x, y) -> z => 1", 1, 21, "expected 2 partials, one an operand, got 1");
    rejects("my.op(x) -> y, z => 1", 1, 10, "expected 2 rows");
    rejects("my.op -> y => 1", 1, 1, "needs names for its operands");
    rejects("my.op(x) -> y => x > 0", 1, 18, "expected a number, got a condition");
    rejects("my.op(x) -> y => x + 1 ? 1 : 0", 1, 18, "expected a condition, got a number");
    rejects("my.op(x) -> y => 1 + (x > 0)", 1, 22, "expected a number, got a condition");
    rejects("my.op(x) -> y => 1e999", 1, 18, "too large");
}

#[test]
fn limits_nesting() {
    let deep = |open: &str, close: &str| format!("my.op(x) -> y => {}x{}", open.repeat(10_000), close.repeat(10_000));
    rejects(&format!("my.op error \"//\"\n{}", "(".repeat(65)), 2, 65, "may nest 64 deep");
    rejects(&deep("(", ")"), 1, 82, "may nest 64 deep");
    rejects(&deep("x > 0 ? ", " : 1"), 1, 536, "may nest 64 deep");
    let mut book = RuleBook::default();
    assert!(book.extend(&deep("-", ""), "my.rules").is_err());
    assert!(book.extend(&format!("my.op(x) -> y => x{}", " * x".repeat(100_000)), "my.rules").is_err());
    assert!(book.extend(&format!("my.op(x) -> y => x{}", " * x".repeat(1000)), "my.rules").is_ok());
}

#[test]
fn later_texts_replace_rules() {
    let mut book = RuleBook::builtin().clone();
    book.extend("// mine\nmath.floor(x) -> y => 1 // straight through\nmy.op inactive", "my.rules")
        .expect("a good text");
    assert!(matches!(book.get("math.floor"), Some(Rule::Elementwise(_))));
    assert!(matches!(book.get("my.op"), Some(Rule::Inactive)));
    assert!(matches!(book.get("arith.bitcast"), Some(Rule::Error(reason)) if reason.contains("no derivative")));
}
