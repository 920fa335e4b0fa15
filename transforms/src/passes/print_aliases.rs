//! Prints which buffers may be the same memory, and where each class of them comes from.

use super::report::{REQUEST, Subject, each};
use crate::analysis::memory::{Class, Origin};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Op, Value},
};
use std::fmt::Write;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-print-aliases",
    c"Print the alias classes of buffers: members, origins, and which classes may be the same memory",
    &REQUEST,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    each(options, module, |subject| print(subject).unwrap_or_default())
}

/// The members of each class, both in program order.
fn classes(subject: &Subject) -> Vec<(Value, Vec<Value>)> {
    let mut classes: Vec<(Value, Vec<Value>)> = vec![];
    let mut number = std::collections::HashMap::new();
    for value in subject.values().into_iter().filter(|value| value.ty().is_memory()) {
        let class = subject.activity().representative(value);
        let index = *number.entry(class).or_insert_with(|| {
            classes.push((class, vec![]));
            classes.len() - 1
        });
        classes[index].1.push(value);
    }
    classes
}

fn print(subject: &Subject) -> Result<String, std::fmt::Error> {
    let mut text = format!("{}: aliases\n", subject.title());
    let classes = classes(subject);
    for (index, (class, members)) in classes.iter().enumerate() {
        let class = subject.activity().classes().get(*class).cloned().unwrap_or_default();
        writeln!(text, "  class #{index}: {}", origins(&class))?;
        for member in members {
            writeln!(text, "    {}", subject.value(*member))?;
        }
        let others: Vec<_> = (0..classes.len())
            .filter(|other| *other != index)
            .filter(|other| {
                subject.activity().classes().get(classes[*other].0).is_none_or(|other| class.may_alias(other))
            })
            .map(|other| format!("#{other}"))
            .collect();
        if !others.is_empty() {
            writeln!(text, "    may be the same memory as {}", others.join(", "))?;
        }
    }
    Ok(text)
}

/// What a class starts from, each kind once.
fn origins(class: &Class) -> String {
    let mut kinds = vec![];
    for (_, origin) in &class.origins {
        let kind = match origin {
            Origin::Argument { noalias: false } => "argument",
            Origin::Argument { noalias: true } => "argument (noalias)",
            Origin::Allocation(_) => "allocation",
            Origin::Global { constant: false } => "global",
            Origin::Global { constant: true } => "constant global",
            Origin::Returned => "call",
            Origin::Loaded => "loaded",
            Origin::Escaped | Origin::Unknown => "unknown",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.is_empty() {
        true => "unknown".to_owned(),
        false => kinds.join(", "),
    }
}
