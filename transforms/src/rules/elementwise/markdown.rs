//! The table of the rules in the documentation.

use super::{
    Elementwise, Partial, Rule, RuleBook,
    expr::{Expr, Named},
};
use std::fmt::Write;

/// Renders one section a dialect: a table of derivatives, then the ops without.
pub(super) fn render(book: &RuleBook) -> String {
    let mut text = String::new();
    let mut rules: Vec<_> = book.rules().collect();
    while let Some((first, _)) = rules.first() {
        let dialect = dialect_of(first).to_owned();
        let rest = rules.split_off(rules.partition_point(|(op, _)| dialect_of(op) <= dialect.as_str()));
        let _ = section(&mut text, &dialect, &rules);
        rules = rest;
    }
    text
}

fn dialect_of(op: &str) -> &str {
    op.split('.').next().unwrap_or(op)
}

fn section(text: &mut String, dialect: &str, rules: &[(&str, &Rule)]) -> std::fmt::Result {
    writeln!(text, "## `{dialect}`\n")?;
    let derivatives: Vec<_> = rules
        .iter()
        .filter_map(|(_, rule)| match rule {
            Rule::Elementwise(rule) => Some(rule),
            _ => None,
        })
        .collect();
    if !derivatives.is_empty() {
        writeln!(text, "| op | partial derivatives |\n|---|---|")?;
        for rule in derivatives {
            row(text, rule)?;
        }
        writeln!(text)?;
    }
    let inactive: Vec<_> =
        rules.iter().filter(|(_, rule)| matches!(rule, Rule::Inactive)).map(|(op, _)| format!("`{op}`")).collect();
    if !inactive.is_empty() {
        writeln!(text, "Without a derivative: {}.\n", inactive.join(", "))?;
    }
    for (op, rule) in rules {
        if let Rule::Error(reason) = rule {
            writeln!(text, "- `{op}` is an error: {reason}.\n")?;
        }
    }
    Ok(())
}

fn row(text: &mut String, rule: &Elementwise) -> std::fmt::Result {
    write!(text, "| `{}({}) -> {}` | ", rule.op, rule.operands.join(", "), rule.results.join(", "))?;
    let mut separator = "";
    for (result, partials) in rule.results.iter().zip(&rule.partials) {
        for (operand, partial) in rule.operands.iter().zip(partials) {
            if let Some(partial) = partial {
                write!(text, "{separator}d{result}/d{operand} = `{}`", formula(rule, partial))?;
                separator = "<br>";
            }
        }
    }
    for binding in &rule.bindings {
        write!(text, "{separator}where {} = `{}`", binding.name, named(rule, &binding.expr))?;
    }
    writeln!(text, " |")
}

fn formula(rule: &Elementwise, partial: &Partial) -> String {
    let by = named(rule, &partial.by);
    if partial.by_conjugate.is_zero() { by } else { format!("{by} & {}", named(rule, &partial.by_conjugate)) }
}

/// A formula with the names of its rule; `|` would end the cell.
fn named(rule: &Elementwise, expr: &Expr) -> String {
    let named = Named { expr, operands: &rule.operands, results: &rule.results, bindings: &rule.bindings };
    named.to_string().replace('|', "\\|")
}
