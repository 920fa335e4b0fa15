//! Turns `scf.while` loops whose number of iterations is known before them into `scf.for`.
//!
//! 1. Find the condition: a comparison of a counter, or of its next value, with a bound from outside the loop, where an
//!    iteration adds a constant to the counter.
//! 2. Prove that the counter does not wrap around before the condition fails: by its step, by `nsw` and `nuw`, or by
//!    the range of the bound. Without a proof the loop stays.
//! 3. Find the form: the test comes first (`before` has no regions and runs once more after the loop), or last (`after`
//!    only passes values on).
//! 4. Emit the loop over the counter itself where that is exact, else over the number of the iteration, unsigned.
//! 5. Compute what is left of the counter after the loop from its bounds.

use crate::emit::{add, constant_index, multiply, notes, subtract};
use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{
        arith::{self, CmpIPredicate},
        scf,
    },
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-count-while",
    c"Turn 'scf.while' loops with a known number of iterations into 'scf.for'",
    &[],
    {
        |_, module| {
            for op in module.walk().into_iter().rev().filter(|op| op.is::<scf::While>()) {
                if let Some(counted) = Counted::recognise(op) {
                    counted.rewrite();
                }
            }
            Ok(())
        }
    },
);

/// More ops than this before the condition are not repeated after the loop.
const MOST_REPEATED: usize = 32;

/// Which values of the counter go on; those of `arith.cmpi` with the counter on the left.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    NotEqual,
    /// `<` or `>`, by the direction of the step.
    Strict,
    /// `<=` or `>=`.
    Loose,
}

/// A loop that counts.
struct Counted {
    op: Op,
    before: Block,
    after: Block,
    /// The position of the counter among the arguments of `before`.
    position: usize,
    /// What an iteration adds to the counter; not 0.
    step: i64,
    /// Whether the next value of the counter is tested, not the current one.
    tests_next: bool,
    relation: Relation,
    predicate: CmpIPredicate,
    unsigned: bool,
    bound: Value,
    test_first: bool,
}

impl Counted {
    fn recognise(op: Op) -> Option<Self> {
        let (before, after) = (op.body(0)?, op.body(1)?);
        let (condition, end) = (before.terminator()?, after.terminator()?);
        let test = condition.operand(0).defining_op().filter(|test| test.is::<arith::Cmpi>())?;
        let outside = |value: Value| (!op.encloses(value.block().parent_op()?)).then_some(value);
        let predicate = test.cast::<arith::Cmpi>()?.predicate()?;
        let (tested, bound, predicate) = match (outside(test.operand(0)), outside(test.operand(1))) {
            (None, Some(bound)) => (test.operand(0), bound, predicate),
            (Some(bound), None) => (test.operand(1), bound, swapped(predicate)),
            _ => return None,
        };
        // What `before` forwards is what `after` gets.
        let resolve = |value: Value| match value.argument_number() {
            Some(number) if value.block() == after => condition.operand(number + 1),
            _ => value,
        };
        let stepped = |value: Value| -> Option<(Value, i64, Op)> {
            let sum = resolve(value).defining_op()?;
            let (a, b) = (sum.operands().first().copied()?, sum.operands().get(1).copied()?);
            let (argument, step) = match sum.name() {
                arith::Addi::NAME => match (constant_index(a), constant_index(b)) {
                    (None, Some(step)) => (a, step),
                    (Some(step), None) => (b, step),
                    _ => return None,
                },
                arith::Subi::NAME => (a, constant_index(b)?.checked_neg()?),
                _ => return None,
            };
            Some((resolve(argument), step, sum))
        };
        let argument = match tested.argument_number() {
            Some(_) => tested,
            None => stepped(tested)?.0,
        };
        let position = argument.argument_number().filter(|_| argument.block() == before)?;
        let (from, step, sum) = stepped(end.operand(position))?;
        let tests_next = tested != argument;
        if from != argument || (tests_next && stepped(tested)?.1 != step) {
            return None;
        }
        let (relation, unsigned, upwards) = match predicate {
            CmpIPredicate::Ne => (Relation::NotEqual, true, step > 0),
            CmpIPredicate::Slt => (Relation::Strict, false, true),
            CmpIPredicate::Sle => (Relation::Loose, false, true),
            CmpIPredicate::Sgt => (Relation::Strict, false, false),
            CmpIPredicate::Sge => (Relation::Loose, false, false),
            CmpIPredicate::Ult => (Relation::Strict, true, true),
            CmpIPredicate::Ule => (Relation::Loose, true, true),
            CmpIPredicate::Ugt => (Relation::Strict, true, false),
            CmpIPredicate::Uge => (Relation::Loose, true, false),
            CmpIPredicate::Eq => return None,
        };
        let bits = bits(argument.ty()).filter(|bits| (2..=64).contains(bits))?;
        let fits = if relation == Relation::NotEqual { step.abs() == 1 } else { (step > 0) == upwards && step != 0 };
        let test_first = if after.first_op() == Some(end) && extras(op, end)?.iter().all(|(_, zero)| zero.is_some()) {
            false
        } else if before.ops().len() <= MOST_REPEATED && before.ops().iter().all(|op| op.region_count() == 0) {
            true
        } else {
            return None;
        };
        let this =
            Self { op, before, after, position, step, tests_next, relation, predicate, unsigned, bound, test_first };
        (fits && (this.cannot_wrap(bits) || this.is_flagged(sum))).then_some(this)
    }

    /// Whether the bound is so far from the end of its type that the counter does not wrap around.
    fn cannot_wrap(&self, bits: u32) -> bool {
        let margin = match self.relation {
            Relation::NotEqual => return true,
            Relation::Strict => i128::from(self.step).abs() - 1,
            Relation::Loose => i128::from(self.step).abs(),
        };
        let (least, most) = range(self.bound, self.unsigned);
        let (first, last) = limits(bits, self.unsigned);
        if self.step > 0 { most + margin <= last } else { least - margin >= first }
    }

    /// Whether a counter that wraps around would be undefined.
    fn is_flagged(&self, sum: Op) -> bool {
        // arith::IntegerOverflowFlags: nsw 1, nuw 2. Adding a negative number always wraps unsigned.
        let flags = sum.attribute("overflowFlags").map(|flags| flags.to_string()).unwrap_or_default();
        let wraps_down = self.step < 0 && sum.is::<arith::Addi>();
        if self.unsigned { flags.contains("nuw") && !wraps_down } else { flags.contains("nsw") }
    }

    fn rewrite(&self) -> Option<()> {
        let builder = Builder::before(self.op)?;
        let (condition, end) = (self.before.terminator()?, self.after.terminator()?);
        let forwarded = condition.operands().split_off(1);
        let (ty, location) = (self.bound.ty(), self.op.location());
        let start = self.op.operand(self.position);
        let constant = |value: i64| builder.constant(ty, Attribute::integer(ty, value));

        let first = if self.tests_next { add(&builder, start, constant(self.step)) } else { start };
        let natural = self.test_first && self.step > 0 && self.relation != Relation::NotEqual;
        let (bounds, unsigned) = if natural {
            let loose = self.relation == Relation::Loose;
            let upper = if loose { add(&builder, self.bound, constant(1)) } else { self.bound };
            ([first, upper, constant(self.step)], self.unsigned)
        } else {
            let trips = index(&builder, self.trips(&builder, first));
            let trips = if self.test_first { trips } else { add(&builder, trips, builder.index(1)) };
            ([builder.index(0), trips, builder.index(1)], bits(ty) == Some(64))
        };

        // The loop carries what `before` does but for the counter, and what `after` gets only at the end.
        let carried: Vec<_> = (0..self.before.argument_count()).filter(|number| *number != self.position).collect();
        let extras = if self.test_first { vec![] } else { extras(self.op, end)? };
        let mut operands = bounds.to_vec();
        operands.extend(carried.iter().map(|number| self.op.operand(*number)));
        for (_, zero) in &extras {
            let (ty, zero) = zero.as_ref()?;
            operands.push(builder.constant(*ty, *zero));
        }
        let types: Vec<_> = operands[3..].iter().map(|value| value.ty()).collect();
        let body = Block::with_types(&[&[bounds[0].ty()], &types[..]].concat(), location);
        let flag = unsigned.then(|| ("unsignedCmp", Attribute::unit(builder.context())));
        let attributes: Vec<_> = flag.into_iter().chain(notes(self.op)).collect();
        let new = builder.create(scf::For::NAME, &operands, &types, &attributes, &[Region::with_block(body)]);

        // After the loop.
        let mut last = FxHashMap::default();
        for (number, position) in carried.iter().enumerate() {
            last.insert(self.before.argument(*position), new.result(number));
        }
        if self.test_first {
            self.repeat(&builder, first, &forwarded, &mut last)?;
            for (number, value) in forwarded.iter().enumerate() {
                self.op.result(number).replace_all_uses_with(last.get(value).copied().unwrap_or(*value));
            }
        } else {
            for number in 0..forwarded.len() {
                let result = self.op.result(number);
                if result.is_unused() {
                    continue;
                }
                let argument = self.after.argument(number);
                let value = match (0..end.operand_count()).find(|to| end.operand(*to) == argument) {
                    Some(to) if to == self.position => self.counter(&builder, start, index(&builder, bounds[1])),
                    Some(to) => *last.get(&self.before.argument(to))?,
                    None => new.result(carried.len() + extras.iter().position(|(extra, _)| *extra == number)?),
                };
                result.replace_all_uses_with(value);
            }
        }

        // In the loop.
        let inside = Builder::at_end(body, location);
        let counter = match (natural, self.tests_next) {
            (false, _) => self.counter(&inside, start, body.argument(0)),
            (true, false) => body.argument(0),
            (true, true) => subtract(&inside, body.argument(0), inside.constant(ty, Attribute::integer(ty, self.step))),
        };
        self.before.argument(self.position).replace_all_uses_with(counter);
        for (number, position) in carried.iter().enumerate() {
            self.before.argument(*position).replace_all_uses_with(body.argument(number + 1));
        }
        // The arguments of `before` have gone from the terminator, too.
        let forwarded = condition.operands().split_off(1);
        for (number, value) in forwarded.iter().enumerate() {
            self.after.argument(number).replace_all_uses_with(*value);
        }
        let mut results: Vec<_> = carried.iter().map(|position| end.operand(*position)).collect();
        results.extend(extras.iter().map(|(number, _)| forwarded[*number]));
        let finish = inside.effect(scf::Yield::NAME, &results);
        for (block, terminator) in [(self.before, condition), (self.after, end)] {
            for op in block.ops().into_iter().filter(|op| *op != terminator) {
                op.move_before(finish);
            }
        }
        self.op.erase();
        Some(())
    }

    /// How many values of the counter, from `first` on, go on.
    fn trips(&self, builder: &Builder, first: Value) -> Value {
        let ty = first.ty();
        let constant = |value: i64| builder.constant(ty, Attribute::integer(ty, value));
        let distance = match self.step > 0 {
            true => subtract(builder, self.bound, first),
            false => subtract(builder, first, self.bound),
        };
        let width = self.step.saturating_abs();
        let divided =
            |value| if width == 1 { value } else { builder.same(arith::Divui::NAME, &[value, constant(width)]) };
        let trips = match self.relation {
            Relation::NotEqual => return distance,
            Relation::Strict if width == 1 => distance,
            Relation::Strict => add(builder, divided(subtract(builder, distance, constant(1))), constant(1)),
            Relation::Loose => add(builder, divided(distance), constant(1)),
        };
        let some = builder.cmpi(self.predicate, first, self.bound);
        builder.op(arith::Select::NAME, &[some, trips, constant(0)], ty)
    }

    /// The counter after `number` iterations.
    fn counter(&self, builder: &Builder, start: Value, number: Value) -> Value {
        let ty = start.ty();
        let number = if ty.is_index() { number } else { builder.op(arith::IndexCast::NAME, &[number], ty) };
        self.advanced(builder, start, number)
    }

    fn advanced(&self, builder: &Builder, start: Value, number: Value) -> Value {
        let width = builder.constant(start.ty(), Attribute::integer(start.ty(), self.step.saturating_abs()));
        let distance = multiply(builder, number, width);
        if self.step > 0 { add(builder, start, distance) } else { subtract(builder, start, distance) }
    }

    /// Runs `before` once more after the loop, as far as that has effects or a result of the loop needs it.
    fn repeat(
        &self,
        builder: &Builder,
        first: Value,
        forwarded: &[Value],
        last: &mut FxHashMap<Value, Value>,
    ) -> Option<()> {
        let mut needed = FxHashSet::default();
        needed.extend((0..forwarded.len()).filter(|number| !self.op.result(*number).is_unused()).map(|n| forwarded[n]));
        let mut ops = self.before.ops();
        ops.pop();
        ops.reverse();
        ops.retain(|op| {
            let wanted = !op.is_pure() || op.results().iter().any(|result| needed.contains(result));
            if wanted {
                needed.extend(op.operands());
            }
            wanted
        });
        let counter = self.before.argument(self.position);
        if needed.contains(&counter) {
            let trips = self.trips(builder, first);
            last.insert(counter, self.advanced(builder, self.op.operand(self.position), trips));
        }
        for op in ops.into_iter().rev() {
            let clone = builder.insert(op.duplicate());
            for (index, operand) in op.operands().into_iter().enumerate() {
                clone.set_operand(index, last.get(&operand).copied().unwrap_or(operand));
            }
            last.extend(op.results().into_iter().zip(clone.results()));
        }
        Some(())
    }
}

/// What `before` forwards, a result of the loop is, and `after` does not pass on: its number, and a zero of its type.
#[expect(clippy::type_complexity, reason = "a list that stays in this file")]
fn extras(op: Op, end: Op) -> Option<Vec<(usize, Option<(Type, Attribute)>)>> {
    let after = op.body(1)?;
    let extras = op
        .results()
        .into_iter()
        .enumerate()
        .filter(|(number, result)| !result.is_unused() && !end.operands().contains(&after.argument(*number)));
    Some(extras.map(|(number, result)| (number, zero(result.ty()).map(|zero| (result.ty(), zero)))).collect())
}

fn zero(ty: Type) -> Option<Attribute> {
    match () {
        () if ty.is_integer() || ty.is_index() => Some(Attribute::integer(ty, 0)),
        () if ty.is_float() => Some(Attribute::float(ty, 0.0)),
        () => None,
    }
}

/// The predicate of `arith.cmpi` with its operands exchanged.
fn swapped(predicate: CmpIPredicate) -> CmpIPredicate {
    use CmpIPredicate::*;
    let mirrored = [(Slt, Sgt), (Sle, Sge), (Ult, Ugt), (Ule, Uge), (Sgt, Slt), (Sge, Sle), (Ugt, Ult), (Uge, Ule)];
    mirrored.into_iter().find(|(from, _)| *from == predicate).map_or(predicate, |(_, to)| to)
}

/// As an index, unsigned.
fn index(builder: &Builder, value: Value) -> Value {
    if value.ty().is_index() {
        return value;
    }
    builder.op(arith::IndexCastui::NAME, &[value], Type::index(builder.context()))
}

/// An index has the width of a pointer.
fn bits(ty: Type) -> Option<u32> {
    match () {
        () if ty.is_index() => Some(64),
        () if ty.is_integer() => ty.bit_width(),
        () => None,
    }
}

/// The least and the largest number of a type.
fn limits(bits: u32, unsigned: bool) -> (i128, i128) {
    if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) }
}

/// Between which numbers a value lies, as far as its op says.
fn range(value: Value, unsigned: bool) -> (i128, i128) {
    let bits_of = |value: Value| bits(value.ty()).unwrap_or(64);
    let all = limits(bits_of(value), unsigned);
    if let Some(constant) = constant_index(value) {
        let constant = i128::from(constant);
        let constant = if unsigned && constant < 0 { constant + (1 << bits_of(value)) } else { constant };
        return (constant, constant);
    }
    let Some(op) = value.defining_op() else { return all };
    match op.name() {
        arith::Extui::NAME | arith::IndexCastui::NAME if bits_of(op.operand(0)) < bits_of(value) => {
            limits(bits_of(op.operand(0)), true)
        }
        arith::Extsi::NAME | arith::IndexCast::NAME if !unsigned && bits_of(op.operand(0)) < bits_of(value) => {
            limits(bits_of(op.operand(0)), false)
        }
        _ => all,
    }
}
