//! The names that values have in the printed function.
//!
//! MLIR's C API prints ops only. Results are read off the printed function, where each op that has some stands on a
//! line of its own, in program order; arguments of regions are counted from the number of those around them.

use autodiff_dialect::ir::{Block, Op, Region, Value};
use std::collections::HashMap;

pub(in crate::passes) struct Names(HashMap<Value, String>);

impl Names {
    pub(in crate::passes) fn new(function: Op) -> Self {
        let mut names = HashMap::new();
        name_arguments(function, &mut names);
        let ops: Vec<_> = function.walk().into_iter().skip(1).filter(|op| op.result_count() > 0).collect();
        let text = function.to_string();
        let lines: Vec<_> = text.lines().filter_map(defined).collect();
        for (index, op) in ops.iter().enumerate() {
            let own = match lines.len() == ops.len() {
                true => expand(lines[index]),
                // Some op is printed in a form of its own, such as an elided region.
                false => op.to_string().lines().next().and_then(defined).map(expand).unwrap_or_default(),
            };
            for (number, result) in op.results().into_iter().enumerate() {
                names.insert(result, own.get(number).cloned().unwrap_or_else(|| "%?".to_owned()));
            }
        }
        Self(names)
    }

    pub(in crate::passes) fn get(&self, value: Value) -> &str {
        self.0.get(&value).map_or("%?", String::as_str)
    }
}

fn name_arguments(function: Op, names: &mut HashMap<Value, String>) {
    let mut pending = vec![(function, 0)];
    while let Some((op, first)) = pending.pop() {
        for region in op.regions() {
            let blocks = region.blocks();
            let arguments = blocks.first().map(|block: &Block| block.arguments()).unwrap_or_default();
            for (index, argument) in arguments.iter().enumerate() {
                names.insert(*argument, format!("%arg{}", first + index));
            }
            let next = first + arguments.len();
            pending.extend(Region::blocks(region).into_iter().flat_map(Block::ops).map(|inner| (inner, next)));
        }
    }
}

/// The left-hand side of a line that defines values.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.starts_with('%').then(|| line.split_once(" = ")).flatten().map(|(names, _)| names)
}

/// The names of a left-hand side such as `%a, %b:2`.
fn expand(names: &str) -> Vec<String> {
    names
        .split(", ")
        .flat_map(|name| match name.split_once(':') {
            Some((group, count)) => {
                (0..count.parse().unwrap_or(1)).map(|number: usize| format!("{group}#{number}")).collect()
            }
            None => vec![name.to_owned()],
        })
        .collect()
}
