//! Turns `scf.while` loops in kernels into `scf.for`, where all threads run them equally often.
//!
//! Where the condition of a loop depends on nothing but numbers from outside the launch, such as a distance that is halved
//! until it is one, its iterations are counted before the launch, by a loop that does nothing but evaluate the
//! condition. Caches then have a size, and loops a bound that no thread has to work out.
//!
//! 1. Collect what the condition depends on, in this iteration and those before.
//! 2. Emit the loop that counts, before the launch.
//! 3. Emit the counted loop. Where `after` computes nothing that must not be computed once more, an iteration is
//!    `before` and then `after`; otherwise `before` stands after the loop once more.
//!
//! Precondition: scalars are in registers, and loops that count have become `scf.for` by `autodiff-count-while`.

use crate::{
    emit::{add, counted},
    engine::Copier,
};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Block, Builder, Op, Region, Type, Value},
    views::{gpu, scf, ub},
};
use rustc_hash::FxHashSet;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-count-first",
    c"Turn 'scf.while' loops that all threads run equally often into 'scf.for' by counting iterations first",
    &[],
    |_, module| {
        let loops: Vec<_> = module.walk().into_iter().rev().filter(|op| op.is::<scf::While>()).collect();
        for op in loops {
            // A loop in a branch may never run, and never end if it did.
            let launch = op.parent().filter(|parent| parent.is::<gpu::Launch>() && op.block() == parent.body(0));
            if let Some(condition) = launch.and_then(|launch| Condition::of(op, launch)) {
                condition.rewrite();
            }
        }
        Ok(())
    },
);

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
}

impl Condition {
    /// What it depends on; `None` if that is not known before the launch.
    fn of(op: Op, launch: Op) -> Option<Self> {
        let (before, after) = (op.body(0)?, op.body(1)?);
        let (test, end) = (before.terminator()?, after.terminator()?);
        let mut this =
            Self { op, launch, before, after, ops: FxHashSet::default(), carried: vec![], forwarded: vec![] };
        let mut pending = vec![test.operand(0)];
        while let Some(value) = pending.pop() {
            if !launch.encloses_value(value) {
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
                        if !inner.is_memory_effect_free() || knows_thread(inner) {
                            return None;
                        }
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
        let (Some(builder), Some(outer)) = (Builder::before(self.op), Builder::before(self.launch)) else { return };
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
            let nothing = |ty: &Type| builder.create(ub::Poison::NAME, &[], &[*ty], &[], &[]).result(0);
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
        inner.effect(scf::Condition::NAME, &passed);

        let forwarded = pick(&self.after.arguments(), &self.forwarded);
        let after = block(&forwarded);
        let number = bind(&mut copier, &forwarded, after);
        let inner = Builder::at_end(after, location);
        copied(&inner, &mut copier, self.after);
        let mut yielded: Vec<_> = self.carried.iter().map(|position| copier.get(end.operand(*position))).collect();
        let one = inner.index(1);
        yielded.push(add(&inner, number, one));
        inner.effect(scf::Yield::NAME, &yielded);

        let mut initial: Vec<_> = self.carried.iter().map(|position| self.op.operand(*position)).collect();
        initial.push(builder.index(0));
        let types: Vec<_> = forwarded.iter().map(|value| value.ty()).chain([index]).collect();
        let regions = [Region::with_block(before), Region::with_block(after)];
        let counting = builder.create(scf::While::NAME, &initial, &types, &[], &regions);
        Some(counting.result(types.len() - 1))
    }
}

/// Copies an op. What its regions use from outside is renamed, too.
fn copy(copier: &mut Copier, builder: &Builder, op: Op) {
    copier.copy(&builder.with_location(op.location()), op);
}

/// Whether an op is about the thread that runs it, or about those beside it.
fn knows_thread(op: Op) -> bool {
    op.walk().into_iter().any(|inner| inner.name().starts_with("gpu."))
}
