//! Turns `scf.while` loops in kernels into `scf.for`, by counting their iterations first.
//!
//! What a kernel keeps for its reverse must have a size, and so its loops a length. Where the condition of a loop does
//! not depend on what the loop does to memory, the length is found by a loop that does nothing but evaluate the
//! condition.
//!
//! 1. Collect what the condition depends on, in this iteration and those before; all of it must be repeatable.
//! 2. Emit the loop that counts; in front of the launch, if all threads would count alike.
//! 3. Emit the counted loop. Where `after` computes nothing that must not be computed once more, an iteration is
//!    `before` and then `after`; otherwise `before` stands behind the loop once more.
//!
//! Precondition: scalars are in registers, and loops that count have become `scf.for` by `autodiff-count-while`.

use crate::{
    analysis::activity::{Activity, Seeds},
    emit::{add, counted},
    engine::Copier,
    rules::{Registry, elementwise::RuleBook},
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, EffectKind, Op, Region, Type, Value},
};
use rustc_hash::FxHashSet;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-count-first",
    c"Turn 'scf.while' loops in kernels into 'scf.for' by counting their iterations first",
    &[],
    |_, module| {
        let rules = Registry::new(RuleBook::builtin().clone());
        for function in module.functions() {
            let loops: Vec<_> = function.walk().into_iter().rev().filter(|op| op.name() == "scf.while").collect();
            if loops.is_empty() {
                continue;
            }
            let aliases = Activity::new(function, &rules, &Seeds::default());
            for op in loops {
                if let Some(launch) = launch_around(op)
                    && let Some(condition) = Condition::of(op, launch, &aliases)
                {
                    condition.rewrite();
                }
            }
        }
        Ok(())
    },
);

fn launch_around(op: Op) -> Option<Op> {
    std::iter::successors(op.parent(), |parent| parent.parent()).find(|parent| parent.name() == "gpu.launch")
}

/// What the condition of a loop depends on.
struct Condition {
    op: Op,
    launch: Op,
    before: Block,
    after: Block,
    /// Ops of either block.
    ops: FxHashSet<Op>,
    /// Positions among the arguments of `before`, and of `after`.
    carried: Vec<usize>,
    forwarded: Vec<usize>,
    /// Whether all that it is computed from lies outside the launch.
    uniform: bool,
}

impl Condition {
    fn of(op: Op, launch: Op, aliases: &Activity) -> Option<Self> {
        let (before, after) = (op.body(0)?, op.body(1)?);
        let (test, end) = (before.terminator()?, after.terminator()?);
        let mut this = Self {
            op,
            launch,
            before,
            after,
            ops: FxHashSet::default(),
            carried: vec![],
            forwarded: vec![],
            uniform: true,
        };
        let mut pending = vec![test.operand(0)];
        while let Some(value) = pending.pop() {
            if !op.encloses_value(value) {
                this.uniform &= !launch.encloses_value(value);
                continue;
            }
            match (value.argument_number(), value.defining_op()) {
                (Some(number), _) if value.block() == before => {
                    if !this.carried.contains(&number) {
                        this.carried.push(number);
                        pending.extend([op.operand(number), end.operand(number)]);
                    }
                }
                (Some(number), _) if value.block() == after => {
                    if !this.forwarded.contains(&number) {
                        this.forwarded.push(number);
                        pending.push(test.operand(number + 1));
                    }
                }
                (_, Some(inner)) if [Some(before), Some(after)].contains(&inner.block()) => {
                    if this.ops.insert(inner) {
                        if !is_repeatable(inner, launch, aliases) {
                            return None;
                        }
                        this.uniform &= inner.is_memory_effect_free();
                        let used = inner.walk().into_iter().flat_map(Op::operands);
                        pending.extend(used.filter(|value| !inner.encloses_value(*value)));
                    }
                }
                _ => return None,
            }
        }
        this.carried.sort_unstable();
        this.forwarded.sort_unstable();
        Some(this)
    }

    fn rewrite(&self) {
        let hoisted = self.uniform && self.op.block() == self.launch.body(0);
        let place = if hoisted { self.launch } else { self.op };
        let (Some(builder), Some(outer)) = (Builder::before(self.op), Builder::before(place)) else { return };
        let Some(trips) = self.count(&outer.with_location(self.op.location())) else { return };
        let (Some(test), Some(end)) = (self.before.terminator(), self.after.terminator()) else { return };
        let results: Vec<_> = self.op.results().into_iter().map(Value::ty).collect();
        let start = self.op.operands();
        let emit = |builder: &Builder, copier: &mut Copier, block: Block, arguments: &[Value], end: Op, from: usize| {
            for (argument, value) in block.arguments().into_iter().zip(arguments) {
                copier.set(argument, *value);
            }
            for op in block.ops().into_iter().filter(|op| *op != end) {
                copy(copier, builder, op);
            }
            end.operands()[from..].iter().map(|value| copier.get(*value)).collect::<Vec<_>>()
        };
        let harmless = |op: Op| op == end || (op.is_pure() && !op.name().starts_with("gpu."));
        let values = if self.after.ops().into_iter().all(harmless) {
            // The values that are forwarded are new in each iteration; there is one at least.
            let one = builder.index(1);
            let trips = add(&builder, trips, one);
            let nothing = |ty: &Type| builder.create("ub.poison", &[], &[*ty], &[], &[]).result(0);
            let initial: Vec<_> = start.iter().copied().chain(results.iter().map(nothing)).collect();
            let all = counted(&builder, trips, &initial, |inner, _, carried| {
                let mut copier = Copier::default();
                let forwarded = emit(inner, &mut copier, self.before, &carried[..start.len()], test, 1);
                let yielded = emit(inner, &mut copier, self.after, &forwarded, end, 0);
                [yielded, forwarded].concat()
            });
            all[start.len()..].to_vec()
        } else {
            let last = counted(&builder, trips, &start, |inner, _, carried| {
                let mut copier = Copier::default();
                let forwarded = emit(inner, &mut copier, self.before, carried, test, 1);
                emit(inner, &mut copier, self.after, &forwarded, end, 0)
            });
            emit(&builder, &mut Copier::default(), self.before, &last, test, 1)
        };
        for (old, new) in self.op.results().into_iter().zip(values) {
            old.replace_all_uses_with(new);
        }
        self.op.erase();
    }

    /// Emits the loop that counts how often `after` runs.
    fn count(&self, builder: &Builder) -> Option<Value> {
        let (test, end) = (self.before.terminator()?, self.after.terminator()?);
        let (index, location) = (Type::index(builder.context()), builder.location());
        let pick = |values: &[Value], which: &[usize]| -> Vec<Value> { which.iter().map(|one| values[*one]).collect() };
        let block = |values: &[Value]| {
            let types = values.iter().map(|value| value.ty()).chain([index]);
            Block::new(&types.map(|ty| (ty, location)).collect::<Vec<_>>())
        };
        let copied = |builder: &Builder, copier: &mut Copier, source: Block| {
            for op in source.ops().into_iter().filter(|op| self.ops.contains(op)) {
                copy(copier, builder, op);
            }
        };
        let mut copier = Copier::default();
        let bind = |copier: &mut Copier, old: &[Value], new: Block| {
            for (old, new) in old.iter().zip(new.arguments()) {
                copier.set(*old, new);
            }
            new.argument(old.len())
        };

        let carried = pick(&self.before.arguments(), &self.carried);
        let before = block(&carried);
        let number = bind(&mut copier, &carried, before);
        let inner = Builder::at_end(before, location);
        copied(&inner, &mut copier, self.before);
        let mut passed = vec![copier.get(test.operand(0))];
        passed.extend(self.forwarded.iter().map(|position| copier.get(test.operand(position + 1))));
        passed.push(number);
        inner.effect("scf.condition", &passed);

        let forwarded = pick(&self.after.arguments(), &self.forwarded);
        let after = block(&forwarded);
        let number = bind(&mut copier, &forwarded, after);
        let inner = Builder::at_end(after, location);
        copied(&inner, &mut copier, self.after);
        let mut yielded: Vec<_> = self.carried.iter().map(|position| copier.get(end.operand(*position))).collect();
        let one = inner.index(1);
        yielded.push(add(&inner, number, one));
        inner.effect("scf.yield", &yielded);

        let mut initial: Vec<_> = self.carried.iter().map(|position| self.op.operand(*position)).collect();
        initial.push(builder.index(0));
        let types: Vec<_> = forwarded.iter().map(|value| value.ty()).chain([index]).collect();
        let regions = [Region::with_block(before), Region::with_block(after)];
        let counting = builder.create("scf.while", &initial, &types, &[], &regions);
        Some(counting.result(types.len() - 1))
    }
}

/// Copies an op. What its regions use from outside is renamed, too.
fn copy(copier: &mut Copier, builder: &Builder, op: Op) {
    copier.copy(&builder.with_location(op.location()), op);
}

/// Whether an op gives the same again, however often it is repeated before the launch is over.
fn is_repeatable(op: Op, launch: Op, aliases: &Activity) -> bool {
    op.walk().into_iter().all(|inner| {
        let alone = !inner.name().starts_with("gpu.") || inner.operand_count() == 0;
        let reads = match inner.effects() {
            _ if inner.is_terminator() => true,
            None => false,
            Some(effects) => effects.iter().all(|effect| {
                effect.kind == EffectKind::Read && effect.value.is_some_and(|value| !is_written(launch, value, aliases))
            }),
        };
        alone && reads
    })
}

/// Whether an op in a launch may write to a buffer, or frees it.
fn is_written(launch: Op, buffer: Value, aliases: &Activity) -> bool {
    let same = |value: Value| {
        aliases.representative(value) == aliases.representative(buffer)
            || match (aliases.class(value), aliases.class(buffer)) {
                (Some(one), Some(other)) => one.may_alias(other),
                _ => true,
            }
    };
    launch.walk().into_iter().any(|op| match op.effects() {
        // What makes threads wait for others writes nothing itself.
        None => !op.name().starts_with("gpu."),
        Some(effects) => effects
            .iter()
            .any(|effect| matches!(effect.kind, EffectKind::Write | EffectKind::Free) && effect.value.is_none_or(same)),
    })
}
