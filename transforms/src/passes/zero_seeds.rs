//! Drops the cotangents and tangents that are zero wherever a derivative is called.
//!
//! The rows of a Jacobian are asked for with seeds of ones and zeros. What is linear in a seed that is zero is zero,
//! whatever the partials are; a compiler may not conclude that, since a partial might be infinite.
//!
//! 1. Find the seeds of a derivative that are the constant zero in all its calls.
//! 2. Follow them through what is linear, and replace what is zero; a sum is its other operand.
//! 3. Erase what nothing uses then.

use crate::{
    emit,
    engine::{Mode, Request},
};
use autodiff_dialect::{
    Activity,
    ir::{Attribute, Block, Builder, Op, Value},
    state::names,
    views::{builtin, func, gpu, scf},
};
use std::collections::{HashMap, HashSet};

/// For all derivatives that were made for some requests.
pub(super) fn fold<'a>(module: Op, requests: impl Iterator<Item = &'a Request>) {
    // What modules in this one name is theirs.
    let is_module = |op: &Op| matches!(op.name(), builtin::Module::NAME | gpu::Module::NAME);
    let body = module.body(0).map(Block::ops).unwrap_or_default();
    let ops: Vec<_> = body.into_iter().filter(|op| !is_module(op)).flat_map(Op::walk).collect();
    let mut functions: HashMap<String, Op> = HashMap::new();
    let mut calls: HashMap<String, Vec<Op>> = HashMap::new();
    for op in ops.iter().copied() {
        if op.name() == CALL {
            let callee = op.attribute(CALLEE).and_then(Attribute::root_symbol);
            callee.into_iter().for_each(|name| calls.entry(name).or_default().push(op));
        } else if op.region_count() > 0 && op.is_function() {
            functions.extend(op.symbol_name().map(|name| (name, op)));
        }
    }
    // Asked for where there is something to fold, before anything is erased.
    let mut named: Option<HashSet<String>> = None;
    for request in requests {
        let name = request.symbol();
        if let (Some(function), Some(calls)) = (functions.get(&name), calls.get(&name))
            && let Some(entry) = function.body(0)
        {
            let zero = |index: &usize| calls.iter().all(|call| emit::is_zero_constant(call.operand(*index)));
            let seeds: Vec<_> = seeds(request, &entry.arguments()).into_iter().filter(zero).collect();
            if seeds.is_empty() || named.get_or_insert_with(|| names_besides_calls(&ops)).contains(&name) {
                continue;
            }
            let mut zeros =
                Zeros { builder: Builder::at_start(entry, function.location()), constants: vec![], idle: vec![] };
            for index in seeds {
                zeros.replace(entry.argument(index));
            }
            if !zeros.constants.is_empty() {
                zeros.follow(entry);
                zeros.erase();
            }
        }
    }
}

const CALL: &str = func::Call::NAME;
const CALLEE: &str = "callee";

/// The symbols that ops refer to in another way than by calling them.
fn names_besides_calls(ops: &[Op]) -> HashSet<String> {
    let others = |op: Op| {
        let is_call = op.name() == CALL;
        op.attributes().into_iter().filter(move |(name, _)| !(is_call && *name == CALLEE))
    };
    ops.iter().copied().flat_map(others).filter_map(|(_, attribute)| attribute.root_symbol()).collect()
}

/// The numbers among the parameters of a derivative that are tangents or cotangents.
fn seeds(request: &Request, parameters: &[Value]) -> Vec<usize> {
    let width = request.width;
    let is_number = |index: &usize| parameters.get(*index).is_some_and(|value| value.ty().is_float());
    match request.mode {
        Mode::Vjp => {
            // Those of the results come last; a memref takes its cotangent in a shadow among them.
            let last = request.results.iter().filter(|activity| **activity != Activity::Const).count() * width;
            (parameters.len().saturating_sub(last)..parameters.len()).filter(is_number).collect()
        }
        Mode::Jvp => {
            let (mut seeds, mut next) = (vec![], 0);
            for activity in &request.arguments {
                next += 1;
                if activity.is_dup() {
                    seeds.extend(next..next + width);
                    next += width;
                }
            }
            seeds.into_iter().filter(is_number).collect()
        }
        Mode::Split => vec![],
    }
}

/// The zeros of a derivative that come from its seeds.
struct Zeros {
    builder: Builder,
    /// They stand for tangents and cotangents only.
    constants: Vec<Value>,
    idle: Vec<Op>,
}

impl Zeros {
    fn follow(&mut self, block: Block) {
        for op in block.ops() {
            for region in op.regions() {
                region.blocks().into_iter().for_each(|block| self.follow(block));
            }
            self.fold(op);
        }
    }

    fn fold(&mut self, op: Op) {
        let is_zero = |value: Value| self.constants.contains(&value);
        if op.name() == names::ACCUMULATE {
            if is_zero(op.operand(0)) {
                self.idle.push(op);
            }
        } else if op.is::<scf::If>() {
            let nothing = |value: Value| is_zero(value) || emit::is_zero_constant(value);
            let sides: Vec<_> = (0..2).filter_map(|side| Some(op.body(side)?.terminator()?.operands())).collect();
            let [one, other] = &sides[..] else { return };
            let both = one.iter().zip(other).map(|(a, b)| nothing(*a) && nothing(*b) && (is_zero(*a) || is_zero(*b)));
            let both: Vec<_> = both.collect();
            op.results().into_iter().zip(both).filter(|(_, zero)| *zero).for_each(|(result, _)| self.replace(result));
        } else if emit::stays_zero(op, &is_zero) {
            self.replace(op.result(0));
            self.idle.push(op);
        } else if let Some(other) = emit::other_addend(op, &is_zero) {
            op.result(0).replace_all_uses_with(other);
            self.idle.push(op);
        }
    }

    /// Lets a zero stand for a value.
    fn replace(&mut self, value: Value) {
        let known = self.constants.iter().copied().find(|zero| zero.ty() == value.ty());
        if let Some(zero) = known.or_else(|| self.builder.number(value.ty(), 0.0)) {
            value.replace_all_uses_with(zero);
            if known.is_none() {
                self.constants.push(zero);
            }
        }
    }

    /// Erases what is idle, and what only that used.
    fn erase(self) {
        let mut seen: HashSet<Op> = self.idle.iter().copied().collect();
        let mut pending = self.idle;
        while let Some(op) = pending.pop() {
            let sources: HashSet<_> = op.operands().into_iter().filter_map(Value::defining_op).collect();
            op.erase();
            let idle = |op: &Op| op.is_pure() && op.results().into_iter().all(Value::is_unused);
            let more: Vec<_> = sources.into_iter().filter(|op| !seen.contains(op) && idle(op)).collect();
            seen.extend(&more);
            pending.extend(more);
        }
    }
}
