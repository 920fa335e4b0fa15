//! An order of ops in which those of a group stand together.
//!
//! 1. Of each block with groups, take a group's ops for one, and find what each needs: what defines its operands, and
//!    of what touches memory, what stands before it.
//! 2. Sort: what can come next and comes first now.
//! 3. If that works in all blocks, move the ops.

use crate::tune::pack_lanes::groups::{Groups, Kind};
use autodiff_dialect::ir::{Block, Op, Value};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

/// Brings the ops of each group together.
///
/// # Errors
///
/// The numbers of groups that need each other, or themselves; then nothing has moved.
pub(super) fn arrange(groups: &Groups) -> Result<(), Vec<usize>> {
    let ops = groups.iter().flat_map(|(_, group)| group.ops());
    let mut seen = HashSet::new();
    let blocks = ops.filter_map(Op::block).filter(|block| seen.insert(*block));
    let (mut orders, mut entangled) = (vec![], vec![]);
    for block in blocks {
        match order(block, groups) {
            Ok(order) => orders.push(order),
            Err(groups) => entangled.extend(groups),
        }
    }
    if !entangled.is_empty() {
        return Err(entangled);
    }
    for order in orders {
        let Some((end, rest)) = order.split_last() else { continue };
        rest.iter().for_each(|op| op.move_before(*end));
    }
    Ok(())
}

/// Ops that stand together.
#[derive(Default)]
struct Unit {
    ops: Vec<Op>,
    group: Option<usize>,
    /// The place of the last one.
    place: usize,
    /// How many others it waits for, each as often as it needs it.
    waits: usize,
    followers: Vec<usize>,
}

fn order(block: Block, groups: &Groups) -> Result<Vec<Op>, Vec<usize>> {
    let mut units: Vec<Unit> = vec![];
    let mut number: HashMap<Op, usize> = HashMap::new();
    let mut packed: HashMap<usize, usize> = HashMap::new();
    let ops = block.ops();
    for (place, op) in ops.iter().enumerate() {
        let first = (op.result_count() > 0).then(|| op.result(0));
        let grouped = first.and_then(|value| groups.of(value));
        let group = grouped.filter(|(_, group)| matches!(group.kind, Kind::Ops(_))).map(|(group, _)| group);
        let fresh = units.len();
        let unit = group.map_or(fresh, |group| *packed.entry(group).or_insert(fresh));
        if unit == fresh {
            units.push(Unit::default());
        }
        units[unit].ops.push(*op);
        units[unit].group = group;
        units[unit].place = place;
        number.insert(*op, unit);
    }
    let mut last_effect = None;
    for op in &ops {
        let unit = number[op];
        let sources = op.walk().into_iter().flat_map(Op::operands).filter_map(Value::defining_op);
        let mut needed: Vec<usize> = sources.filter_map(|source| number.get(&source).copied()).collect();
        if !op.is_pure() {
            needed.extend(last_effect.replace(unit));
        }
        if op.is_terminator() {
            needed.extend((0..units.len()).filter(|other| *other != unit));
        }
        for other in needed {
            units[other].followers.push(unit);
            units[unit].waits += 1;
        }
    }
    let waiting = |units: &[Unit], unit: usize| Reverse((units[unit].place, unit));
    let free = (0..units.len()).filter(|unit| units[*unit].waits == 0);
    let mut ready: BinaryHeap<_> = free.map(|unit| waiting(&units, unit)).collect();
    let mut order = Vec::with_capacity(ops.len());
    while let Some(Reverse((_, unit))) = ready.pop() {
        order.append(&mut units[unit].ops);
        for follower in std::mem::take(&mut units[unit].followers) {
            units[follower].waits -= 1;
            if units[follower].waits == 0 {
                ready.push(waiting(&units, follower));
            }
        }
    }
    match order.len() == ops.len() {
        true => Ok(order),
        false => Err(units.iter().filter(|unit| !unit.ops.is_empty()).filter_map(|unit| unit.group).collect()),
    }
}
