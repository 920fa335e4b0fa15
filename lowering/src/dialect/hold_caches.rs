//! Keeps what a cache holds in registers, where that is one value at a time: it is pushed in one place, and no loop stands
//! between that, or what pops it, and the cache.
//!
//! 1. The branches around the push give the value as a result; their other sides give a poison that nothing looks at.
//! 2. What pops it takes the value, or the result of the innermost of these branches that is before it.

use autodiff_dialect::{
    bridge::cache_element,
    ir::{Block, Builder, Op, Region, Type, Value},
    state::names,
    views::{scf, ub},
};
use std::collections::HashMap;

/// All caches of a module that hold one value at a time.
pub(crate) fn hold(module: Op) {
    let caches: Vec<_> = module.walk().into_iter().filter(|op| op.name() == names::CACHE).collect();
    for cache in caches {
        if let Some(push) = only_push(cache) {
            replace(cache, push);
        }
    }
}

/// The push to a cache that never holds more than one value.
fn only_push(cache: Op) -> Option<Op> {
    let place = cache.block().filter(|_| cache.operand_count() == 0)?;
    let uses = cache.result(0).uses();
    // A cache that is kept in another one or on a tape, or holds others, is used in more ways.
    let is_known = |(user, number): &(Op, usize)| match user.name() {
        names::PUSH => *number == 1,
        names::POP | names::FREE => true,
        _ => false,
    };
    let element = cache_element(cache.result(0).ty()).filter(|element| !element.is_cache());
    let in_kernel = cache.is_in_kernel();
    let known = uses.iter().all(|using| is_known(using) && runs_at_most_once(using.0, place));
    element.filter(|_| known && !in_kernel)?;
    let (pushes, others): (Vec<_>, Vec<_>) =
        uses.into_iter().map(|(user, _)| user).partition(|user| user.name() == names::PUSH);
    let [push] = pushes[..] else { return None };
    // What pops before anything is pushed has no value to take.
    others.iter().all(|user| !comes_before(*user, push)).then_some(push)
}

/// Whether an op, or one around it, stands before another, or one around that, in the innermost block around both.
fn comes_before(op: Op, other: Op) -> bool {
    let blocks: HashMap<_, _> = other.self_and_ancestors().map(|op| (op.block(), op)).collect();
    let both = op.self_and_ancestors().find_map(|op| Some((op, *blocks.get(&op.block())?)));
    both.is_some_and(|(op, other)| op != other && op.is_before(other))
}

/// Whether an op runs one of its regions, of one block each, at most once.
fn is_branch(op: Op) -> bool {
    let name = matches!(op.name(), scf::If::NAME | scf::IndexSwitch::NAME | scf::ExecuteRegion::NAME);
    name && op.regions().into_iter().all(|region| region.blocks().len() <= 1)
}

/// Whether an op is executed no more often than a block around it.
fn runs_at_most_once(op: Op, place: Block) -> bool {
    let mut op = op;
    while op.block() != Some(place) {
        match op.parent() {
            Some(parent) if is_branch(parent) => op = parent,
            _ => return false,
        }
    }
    true
}

fn replace(cache: Op, push: Op) {
    let (mut value, mut inside) = (push.operand(0), push);
    // The value, and what gives it further outside.
    let mut seen = vec![(push.block(), value)];
    while inside.block() != cache.block() {
        let Some(branch) = inside.parent().and_then(|branch| yield_also(branch, inside, value)) else { return };
        value = branch.result(branch.result_count() - 1);
        seen.push((branch.block(), value));
        inside = branch;
    }
    for (user, _) in cache.result(0).uses() {
        if user.name() == names::POP {
            let mut around = user.self_and_ancestors();
            let known = around.find_map(|op| seen.iter().find(|(block, _)| *block == op.block()));
            user.result(0).replace_all_uses_with(known.map_or(value, |(_, known)| *known));
        }
        user.erase();
    }
    cache.erase();
}

/// A branch that gives one value more, which the region with an op yields.
fn yield_also(branch: Op, inside: Op, value: Value) -> Option<Op> {
    let builder = Builder::before(branch)?;
    let mut types: Vec<Type> = branch.results().into_iter().map(Value::ty).collect();
    types.push(value.ty());
    let mut regions = vec![];
    for old in branch.regions() {
        let region = Region::new();
        match old.first_block() {
            Some(_) => region.take_body(old),
            None => {
                let block = Block::new(&[]);
                Builder::at_end(block, branch.location()).effect(scf::Yield::NAME, &[]);
                region.append(block);
            }
        }
        regions.push(region);
    }
    for region in &regions {
        let end = region.first_block().and_then(Block::terminator)?;
        let yielded = match region.first_block().is_some_and(|block| block.encloses(inside)) {
            true => value,
            false => Builder::before(end)?.op(ub::Poison::NAME, &[], value.ty()),
        };
        end.set_operands(&[&end.operands()[..], &[yielded]].concat());
    }
    let new = builder.create(branch.name(), &branch.operands(), &types, &branch.attributes(), &regions);
    for (old, new) in branch.results().into_iter().zip(new.results()) {
        old.replace_all_uses_with(new);
    }
    branch.erase();
    Some(new)
}
