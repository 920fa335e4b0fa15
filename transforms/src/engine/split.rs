//! Cuts a derivative in two: the augmented primal, and the pullback that takes up its tape.
//!
//! The engine builds both sweeps into one function, with a boundary between them.
//!
//! 1. What is defined before the boundary and used after it crosses it. A minimum cut decides which of it is
//!    computed again and which is kept.
//! 2. What is kept and can carry a derivative goes to a buffer, one for each type, so that a tape holds nothing but
//!    memory and integers: that is what makes the two functions differentiable again.
//! 3. The buffers, and the rest as it is, are packed into a tape, which the augmented primal returns.
//! 4. The pullback unpacks the tape, and goes on after the boundary.

use crate::{
    analysis::cache_plan::{CachePlan, Decision, Slice},
    emit,
    engine::{Request, Result, derive::new_function, internal},
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Region, Type, Value},
    state,
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Cuts a derivative in split mode in two functions, which are put after it, and erases it.
///
/// # Errors
///
/// For a value that a tape cannot hold. The derivative is erased all the same.
pub fn cut(joint: Op, request: &Request) -> Result<[Op; 2]> {
    let result = Joint::new(joint, request).and_then(|halves| halves.cut());
    joint.erase();
    result
}

struct Joint<'a> {
    function: Op,
    request: &'a Request,
    entry: Block,
    boundary: Op,
    /// Ops before the boundary, in order.
    before: Vec<Op>,
    /// Ops after the boundary, in order.
    behind: Vec<Op>,
    cotangents: Vec<Value>,
}

impl Slice for Joint<'_> {
    fn is_free(&self, _: Value) -> bool {
        false
    }

    fn recomputable(&self, value: Value) -> Option<Op> {
        value.defining_op().filter(|op| op.region_count() == 0 && op.is_pure())
    }

    fn depth(&self, _: Value) -> u32 {
        0
    }
}

impl<'a> Joint<'a> {
    fn new(function: Op, request: &'a Request) -> Result<Self> {
        let missing = || internal(function.location(), "a derivative in split mode has no boundary");
        let entry = function.body(0).ok_or_else(missing)?;
        let mut before = entry.ops();
        let place = before.iter().position(|op| op.name() == state::names::BOUNDARY).ok_or_else(missing)?;
        let behind = before.split_off(place + 1);
        let boundary = before.pop().ok_or_else(missing)?;
        let arguments = entry.arguments();
        let cotangents = arguments.into_iter().rev().take(request.cotangents()).rev().collect();
        Ok(Self { function, request, entry, boundary, before, behind, cotangents })
    }

    /// What is used after the boundary and defined before it, in order of use.
    fn crossing(&self) -> Vec<Value> {
        let behind: FxHashSet<Op> = self.behind.iter().copied().collect();
        let mut seen: FxHashSet<Value> = self.cotangents.iter().copied().collect();
        let mut crossing = vec![];
        for value in self.behind.iter().flat_map(|op| op.walk()).flat_map(Op::operands) {
            let own = value.defining_op().is_some_and(|op| behind.contains(&op));
            if value.block() == self.entry && !own && seen.insert(value) {
                crossing.push(value);
            }
        }
        crossing
    }

    fn cut(&self) -> Result<[Op; 2]> {
        let plan = CachePlan::new(&self.crossing(), self);
        let results = self.before.iter().flat_map(|op| op.results());
        let kept: Vec<_> = self.entry.arguments().into_iter().chain(results).collect();
        let kept = kept.into_iter().filter(|value| plan.decision(*value) == Some(Decision::Cache));
        let tape = Tape::new(kept.collect())?;
        let ranks = tape.ranks()?;

        let key = self.request.symbol();
        let location = self.function.location();
        let builder = Builder::before(self.boundary).ok_or_else(|| internal(location, "a boundary has no place"))?;
        let packed = state::pack(&builder.with_location(location), &key, &tape.pack(&builder));
        let mut returned = self.boundary.operands();
        returned.push(packed);

        let tape_type = packed.ty();
        let arguments: Vec<_> =
            std::iter::once(tape_type).chain(self.cotangents.iter().map(|value| value.ty())).collect();
        let block = Block::with_types(&arguments, location);
        let body = Builder::at_end(block, location);
        let mut map: FxHashMap<Value, Value> =
            self.cotangents.iter().copied().zip(block.arguments().into_iter().skip(1)).collect();
        let unpacked = state::unpack(&body, &key, block.argument(0), &tape.types(), &ranks);
        tape.unpack(&body, &unpacked, &mut map);
        for op in &self.before {
            if op.results().into_iter().any(|result| plan.decision(result) == Some(Decision::Recompute)) {
                let copy = body.insert(emit::remapped(*op, |value| map.get(&value).copied().unwrap_or(value)));
                map.extend(op.results().into_iter().zip(copy.results()));
            }
        }
        for op in &self.behind {
            op.detach();
            body.insert(*op);
            for inner in op.walk() {
                for (index, operand) in inner.operands().into_iter().enumerate() {
                    if let Some(new) = map.get(&operand) {
                        inner.set_operand(index, *new);
                    }
                }
            }
        }
        let bars = block.terminator().map(Op::operands).unwrap_or_default();

        // What is left before the boundary is the augmented primal.
        emit::give_back(&Builder::at_end(self.entry, location), &returned);
        self.boundary.erase();
        let first = self.entry.argument_count() - self.cotangents.len();
        (first..self.entry.argument_count()).rev().for_each(|index| self.entry.erase_argument(index));
        let region = Region::new();
        region.take_body(self.function.region(0));
        let after = Builder::after(self.function).ok_or_else(|| internal(location, "a derivative is in no module"))?;
        let of = |values: &[Value]| values.iter().map(|value| value.ty()).collect::<Vec<_>>();
        let name = self.function.name();
        let given = of(&self.entry.arguments());
        let augment = new_function(&after, name, &key, (&given, &of(&returned)), region);
        let symbol = self.request.pullback_symbol();
        let pullback = new_function(&after, name, &symbol, (&arguments, &of(&bars)), Region::with_block(block));
        Ok([augment, pullback])
    }
}

/// What a tape holds.
#[derive(Default)]
struct Tape {
    /// Memory and integers, as they are.
    plain: Vec<Value>,
    /// Values that can carry a derivative, by type: each type has a buffer.
    numbers: Vec<(Type, Vec<Value>)>,
}

impl Tape {
    fn new(kept: Vec<Value>) -> Result<Self> {
        let mut this = Self::default();
        for value in kept {
            let ty = value.ty();
            let scalar = if ty.is_vector() { ty.element() } else { ty };
            if ty.is_memref() || ty.is_cache() || ty.is_tape() || scalar.is_integer() || scalar.is_index() {
                this.plain.push(value);
            } else if scalar.is_float() || scalar.is_complex() {
                match this.numbers.iter_mut().find(|(known, _)| *known == ty) {
                    Some((_, values)) => values.push(value),
                    None => this.numbers.push((ty, vec![value])),
                }
            } else {
                return Err(Box::new(Diagnostic::error(
                    value.location(),
                    format!("the pullback needs a value of type '{ty}', which a tape cannot hold"),
                )));
            }
        }
        Ok(this)
    }

    /// The types of what is packed.
    fn types(&self) -> Vec<Type> {
        let plain = self.plain.iter().map(|value| value.ty());
        plain.chain(self.numbers.iter().map(|(ty, values)| Type::memref(*ty, &[values.len() as i64]))).collect()
    }

    /// The numbers of extents of the caches that are packed.
    fn ranks(&self) -> Result<Vec<usize>> {
        let caches = self.plain.iter().filter(|value| value.ty().is_cache());
        let ranks = caches.map(|cache| {
            state::ranks(*cache).ok_or_else(|| {
                let message = "this cache is not made by 'autodiff.cache' in the function itself, so its pullback cannot \
                               take it; run 'autodiff-lower' before";
                Box::new(Diagnostic::error(cache.location(), message))
            })
        });
        Ok(ranks.collect::<Result<Vec<_>>>()?.concat())
    }

    /// Stores the numbers in buffers; gives all that is to be packed.
    fn pack(&self, builder: &Builder) -> Vec<Value> {
        let mut packed = self.plain.clone();
        for (ty, values) in &self.numbers {
            let buffer = emit::allocate(builder, Type::memref(*ty, &[values.len() as i64]), &[]);
            for (index, value) in values.iter().enumerate() {
                let index = builder.index(index as i64);
                builder.effect(memref::Store::NAME, &[*value, buffer, index]);
            }
            packed.push(buffer);
        }
        packed
    }

    /// Finds out what became of each value, and frees the buffers.
    fn unpack(&self, builder: &Builder, unpacked: &[Value], map: &mut FxHashMap<Value, Value>) {
        map.extend(self.plain.iter().copied().zip(unpacked.iter().copied()));
        for ((ty, values), buffer) in self.numbers.iter().zip(unpacked.iter().skip(self.plain.len())) {
            for (index, value) in values.iter().enumerate() {
                let index = builder.index(index as i64);
                map.insert(*value, builder.op(memref::Load::NAME, &[*buffer, index], *ty));
            }
            emit::release(builder, *buffer);
        }
    }
}
