//! Stores caches that are larger than those of the processor past them, straight to memory.
//!
//! What the forward sweep stores is not read before the reverse sweep. If it is so much that it does not stay in the
//! processor's caches, a store that goes through them first reads the line that it overwrites, and drives out what the
//! program works with. A store past them (`nontemporal`) does neither, but has to be a whole line, and aligned, to be
//! fast, which LLVM makes of no loop of its own.
//!
//! 1. Find innermost loops that store along rows of arrays of the forward sweep.
//! 2. Make two of each: one as it is, and one for rows of some length where the arrays are large when the program runs.
//! 3. The latter goes through a row piece by piece: the iterations of a piece store to a buffer on the stack, which is
//!    then copied in lines, by a function that all loops share.
//!
//! Threads that read such a row meet those that have written it at a barrier in between, which completes all stores.

use crate::{
    functions::{PrivateFunction, free_name},
    loops::leave_alone,
};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, func, llvm, memref, scf, vector},
};
use autodiff_transforms::{
    analysis::{cost, is_loop, locality::linear::Symbols},
    emit::{self, constant_index},
};
use std::collections::{HashMap, HashSet};

/// Iterations of a piece: a few pieces fit into the smallest caches.
const PIECE: i64 = 256;
/// Shorter rows are not worth it.
const SHORTEST: i64 = 64;
/// More buffers on the stack do not fit into the smallest caches.
const MOST_STREAMS: usize = 12;
/// So many arrays are enough to know whether they are large together.
const MOST_ARRAYS: usize = 32;
/// Bytes of a line of memory.
const LINE: i64 = 64;

/// `stores`: those to arrays that are caches; `above`: bytes that the arrays of a loop have together, at least.
pub(crate) fn run(stores: &[Op], above: i64) {
    let mut loops: Vec<(Op, Vec<Op>)> = vec![];
    let mut places: HashMap<Op, Option<usize>> = HashMap::new();
    for op in stores {
        let Some(owner) = op.parent() else { continue };
        let place = *places.entry(owner).or_insert_with(|| {
            let found = is_row(owner).then_some(loops.len());
            found.into_iter().for_each(|_| loops.push((owner, vec![])));
            found
        });
        if let Some((_, row)) = place.and_then(|place| loops.get_mut(place))
            && is_along(*op, owner)
        {
            row.push(*op);
        }
    }
    let mut streams = Streams { arrays: arrays(stores), above, ..Streams::default() };
    let mut streamed = HashSet::new();
    for (owner, row) in loops.into_iter().filter(|(_, row)| (1..=MOST_STREAMS).contains(&row.len())) {
        if let Some(row) = last(owner, &row)
            && streams.version(owner, &row).is_some()
        {
            streamed.extend(row.into_iter().map(|store| store.array));
        }
    }
    for array in streams.arrays.into_iter().filter(|array| streamed.contains(&array.result(0))) {
        align(array);
    }
}

/// The allocations of functions' own blocks that are stored to.
fn arrays(stores: &[Op]) -> Vec<Op> {
    let mut seen = HashSet::new();
    let arrays = stores.iter().filter_map(|store| store.operand(1).defining_op());
    arrays.filter(|array| at_top(*array) && seen.insert(*array)).collect()
}

fn at_top(op: Op) -> bool {
    op.parent().is_some_and(Op::is_function)
}

/// Whether an op is an innermost loop over indices by one, run by the processor itself, for which memory matters: one
/// that carries sums waits for them.
fn is_row(op: Op) -> bool {
    let on_device = op.is_in_kernel();
    op.is::<scf::For>()
        && op.result_count() == 0
        && op.operand(0).ty().is_index()
        && constant_index(op.operand(2)) == Some(1)
        && op.attribute("unsignedCmp").is_none()
        && !op.walk()[1..].iter().any(|inner| is_loop(inner) || cost::is_call(*inner))
        && !on_device
}

/// A store along a row of an array.
struct Store {
    array: Value,
    /// The position among the ops of the loop.
    position: usize,
    /// Bytes of an element.
    bytes: i64,
}

/// Moves stores to the end of an iteration: LLVM makes vectors of a loop that uses what the next iteration has read only
/// if no store stands in between.
fn last(owner: Op, row: &[Op]) -> Option<Vec<Store>> {
    let end = owner.body(0)?.terminator()?;
    row.iter().for_each(|op| op.move_before(end));
    let positions: HashMap<_, _> = owner.walk().into_iter().enumerate().map(|(position, op)| (op, position)).collect();
    let store = |op: &Op| {
        let array = op.operand(1);
        let bytes = i64::from(array.ty().element().bit_width()? / 8);
        Some(Store { array, position: *positions.get(op)?, bytes })
    };
    row.iter().map(store).collect()
}

/// Whether a store goes along the rows of an array of numbers that the function makes.
fn is_along(op: Op, owner: Op) -> bool {
    let (array, element) = (op.operand(1), op.operand(1).ty().element());
    let number = element.is_float() || element.is_integer();
    let whole = element.bit_width().is_some_and(|bits| matches!(bits, 8 | 16 | 32 | 64));
    // Those that iterations have of their own are small.
    let allocated = array.defining_op().is_some_and(|op| op.is::<memref::Alloc>() && at_top(op));
    let indices = op.operands().split_off(2);
    let (Some(body), [others @ .., last]) = (owner.body(0), &indices[..]) else { return false };
    let mut symbols = Symbols::default();
    number
        && whole
        && allocated
        && !others.is_empty()
        && factor(*last, body, &mut symbols) == Some(1)
        && others.iter().all(|index| factor(*index, body, &mut symbols) == Some(0))
        && is_only_stored(array, op, owner)
}

/// Whether an array is used by loads and stores of its elements only, and by nothing else in the loop.
fn is_only_stored(array: Value, store: Op, owner: Op) -> bool {
    array.uses().into_iter().all(|(user, number)| {
        let plain =
            matches!((user.name(), number), (memref::Load::NAME | memref::Dealloc::NAME, 0) | (memref::Store::NAME, 1));
        plain && (user == store || !owner.encloses(user))
    })
}

/// The factor of the induction variable in an index that varies with nothing else of the loop.
fn factor(index: Value, body: Block, symbols: &mut Symbols) -> Option<i64> {
    let mut found = 0;
    for (monomial, factor) in &symbols.linear(index).terms {
        if matches!(monomial[..], [one] if symbols.value(one) == body.argument(0)) {
            found = *factor;
        } else if monomial.iter().any(|symbol| symbols.value(*symbol).block() == body) {
            return None;
        }
    }
    Some(found)
}

/// What the loops of a module share.
#[derive(Default)]
struct Streams {
    arrays: Vec<Op>,
    above: i64,
    /// The bytes of arrays, computed where they are allocated.
    sizes: HashMap<Op, Value>,
    /// Buffers on the stack of a block, by the type of their elements: one loop uses them after the other.
    buffers: HashMap<(Block, Type), Vec<Value>>,
    /// The functions of a module that copy pieces, by the type of their elements.
    copiers: HashMap<(Op, Type), String>,
    /// The symbols of modules.
    names: HashMap<Op, HashSet<String>>,
}

impl Streams {
    /// Makes two loops of one.
    fn version(&mut self, owner: Op, row: &[Store]) -> Option<()> {
        let builder = Builder::before(owner)?;
        let home = row.first()?.array.defining_op()?.block()?;
        let top = owner.ancestor_in(home)?;
        let front = Builder::before(top)?;
        let own = |array: &Op| row.iter().any(|store| store.array == array.result(0));
        let in_front = self.arrays.iter().copied().filter(|array| array.block() == Some(home) && array.is_before(top));
        let (first, others): (Vec<Op>, Vec<Op>) = in_front.partition(own);
        let here = first.into_iter().chain(others).take(MOST_ARRAYS);
        let bytes = here.filter_map(|array| self.size(array)).reduce(|one, other| emit::add(&front, one, other))?;
        let large = front.cmpi(arith::CmpIPredicate::Ugt, bytes, front.index(self.above));
        let count = emit::subtract(&builder, owner.operand(1), owner.operand(0));
        let long = builder.cmpi(arith::CmpIPredicate::Sge, count, builder.index(SHORTEST));
        let condition = builder.same(arith::Andi::NAME, &[large, long]);

        let buffers = self.buffers(owner, row)?;
        let copiers = row.iter().map(|store| self.copier(owner, store)).collect::<Option<Vec<_>>>()?;
        let side = |streams: bool| {
            let block = Block::new(&[]);
            let inner = Builder::at_end(block, owner.location());
            match streams {
                true => pieces(&inner, owner, row, &buffers, &copiers)?,
                false => _ = inner.insert(owner.duplicate()),
            }
            inner.effect(scf::Yield::NAME, &[]);
            Some(Region::with_block(block))
        };
        builder.create(scf::If::NAME, &[condition], &[], &[], &[side(true)?, side(false)?]);
        owner.erase();
        Some(())
    }

    fn size(&mut self, array: Op) -> Option<Value> {
        if let Some(known) = self.sizes.get(&array) {
            return Some(*known);
        }
        let size = size(&Builder::before(array)?, array);
        self.sizes.insert(array, size);
        Some(size)
    }

    /// The name of a function that copies a piece to an array like that of a store.
    fn copier(&mut self, owner: Op, store: &Store) -> Option<String> {
        let function = owner.function()?;
        let (module, element) = (function.parent()?, store.array.ty().element());
        if let Some(known) = self.copiers.get(&(module, element)) {
            return Some(known.clone());
        }
        let symbols = || module.walk().into_iter().filter_map(|op| op.symbol_name()).collect();
        let name = free_name("autodiff_copy_past", self.names.entry(module).or_insert_with(symbols));
        copier(&Builder::after(function)?, &name, store)?;
        self.copiers.insert((module, element), name.clone());
        Some(name)
    }

    /// A buffer for each store of a loop.
    fn buffers(&mut self, owner: Op, row: &[Store]) -> Option<Vec<Value>> {
        let stack = stack(owner)?;
        let mut used = HashMap::new();
        let buffers = row.iter().map(|store| {
            let element = store.array.ty().element();
            let known = self.buffers.entry((stack.block(), element)).or_default();
            let number: &mut usize = used.entry(element).or_default();
            if *number == known.len() {
                known.push(buffer(&stack, element));
            }
            *number += 1;
            known[*number - 1]
        });
        Some(buffers.collect())
    }
}

/// An ordering of `llvm.fence`.
const ACQUIRE_AND_RELEASE: i64 = 6;

/// The bytes of an array.
fn size(builder: &Builder, array: Op) -> Value {
    let ty = array.result(0).ty();
    let bits = ty.element().bit_width().unwrap_or(64);
    let mut sizes = array.operands().into_iter();
    let mut bytes = builder.index(i64::from(bits.div_ceil(8)));
    for extent in ty.shape() {
        let extent = if extent == Type::DYNAMIC { sizes.next() } else { Some(builder.index(extent)) };
        bytes = extent.map_or(bytes, |extent| emit::multiply(builder, bytes, extent));
    }
    bytes
}

/// Lets an array start with a line, so that rows of whole lines all do: a view into a buffer that is a line longer.
/// LLVM does not see where a pointer comes from that `memref.alloc` itself has aligned.
fn align(array: Op) -> Option<()> {
    let builder = Builder::before(array)?;
    let (old, context) = (array.result(0), array.context());
    let line = builder.index(LINE);
    let bytes = emit::add(&builder, size(&builder, array), line);
    let raw = emit::allocate(&builder, Type::memref(Type::integer(context, 8), &[Type::DYNAMIC]), &[bytes]);
    let address = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[raw], Type::index(context));
    let shift = missing(&builder, address);
    let view = builder.op(memref::View::NAME, &[&[raw, shift], &array.operands()[..]].concat(), old.ty());
    for (user, number) in old.uses() {
        user.set_operand(number, if user.is::<memref::Dealloc>() { raw } else { view });
    }
    array.erase();
    Some(())
}

/// The bytes from an address to the next line.
fn missing(builder: &Builder, address: Value) -> Value {
    let negative = emit::subtract(builder, builder.index(0), address);
    builder.same(arith::Andi::NAME, &[negative, builder.index(LINE - 1)])
}

/// A loop over pieces of a row.
fn pieces(builder: &Builder, owner: Op, row: &[Store], buffers: &[Value], copiers: &[String]) -> Option<()> {
    let location = builder.location();
    let bounds = owner.operands();
    let flat: Vec<_> = row.iter().map(|store| flattened(builder, store.array)).collect();
    let block = Block::new(&[(Type::index(builder.context()), location)]);
    let inner = Builder::at_end(block, location);
    let first = block.argument(0);
    let left = emit::subtract(&inner, bounds[1], first);
    let length = inner.same(arith::Minsi::NAME, &[left, inner.index(PIECE)]);
    let end = emit::add(&inner, first, length);

    let piece = inner.insert(owner.duplicate());
    piece.set_operands(&[first, end, bounds[2]]);
    let body = piece.body(0)?;
    let ops = piece.walk();
    for (number, (store, buffer)) in row.iter().zip(buffers).enumerate() {
        let op = *ops.get(store.position)?;
        let place = Builder::before(op)?;
        let offset = emit::subtract(&place, body.argument(0), first);
        place.effect(memref::Store::NAME, &[op.operand(0), *buffer, offset]);
        let start = start(&inner, op, body, first);
        op.erase();
        let first = number_of(&inner, store.array, &start);
        let callee = [("callee", Attribute::symbol(inner.context(), &copiers[number]))];
        inner.create(func::Call::NAME, &[*buffer, flat[number], first, length], &[], &callee, &[]);
    }
    separate(&inner);
    inner.effect(scf::Yield::NAME, &[]);
    let step = builder.index(PIECE);
    builder.create(scf::For::NAME, &[bounds[0], bounds[1], step], &[], &[], &[Region::with_block(block)]);
    Some(())
}

/// Keeps LLVM from passing on what a piece has read to the next one: it makes no vectors of such loops. No instruction.
fn separate(builder: &Builder) {
    let (context, long) = (builder.context(), Type::integer(builder.context(), 64));
    let scope = ("syncscope", Attribute::string(context, "singlethread"));
    builder.create(
        llvm::Fence::NAME,
        &[],
        &[],
        &[("ordering", Attribute::integer(long, ACQUIRE_AND_RELEASE)), scope],
        &[],
    );
}

/// Where memory on the stack goes: the start of the function, or of the iterations that a thread runs.
fn stack(owner: Op) -> Option<Builder> {
    let mut outer = owner.ancestors();
    let place = outer.find(|op| op.is_function() || op.is::<scf::Parallel>())?;
    Some(Builder::at_start(place.region(0).first_block()?, owner.location()))
}

fn buffer(builder: &Builder, element: Type) -> Value {
    let segments = Attribute::dense_i32(builder.context(), &[0, 0]);
    let alignment = Attribute::integer(Type::integer(builder.context(), 64), LINE);
    let attributes = [("operandSegmentSizes", segments), ("alignment", alignment)];
    builder.create(memref::Alloca::NAME, &[], &[Type::memref(element, &[PIECE])], &attributes, &[]).result(0)
}

/// The indices of a store in the first iteration of a piece.
fn start(builder: &Builder, store: Op, body: Block, first: Value) -> Vec<Value> {
    let mut known = HashMap::from([(body.argument(0), first)]);
    let mut pending: Vec<_> = store.operands().into_iter().skip(2).rev().collect();
    while let Some(value) = pending.last().copied() {
        let op = value.defining_op().filter(|op| op.block() == Some(body) && !known.contains_key(&value));
        let Some(op) = op else {
            pending.pop();
            continue;
        };
        let is_inside = |value: &Value| value.defining_op().is_some_and(|op| op.block() == Some(body));
        let missing: Vec<_> =
            emit::used_within(op).into_iter().filter(|value| is_inside(value) && !known.contains_key(value)).collect();
        if missing.is_empty() {
            let copy = builder.insert(emit::remapped(op, |value| known.get(&value).copied().unwrap_or(value)));
            known.insert(value, copy.result(0));
            pending.pop();
        } else {
            pending.extend(missing.into_iter().rev());
        }
    }
    store.operands()[2..].iter().map(|index| known.get(index).copied().unwrap_or(*index)).collect()
}

/// An array as a row of all of its elements.
fn flattened(builder: &Builder, array: Value) -> Value {
    let (ty, context) = (array.ty(), builder.context());
    let all: Vec<_> = (0..ty.shape().len())
        .map(|dimension| Attribute::integer(Type::integer(context, 64), dimension as i64))
        .collect();
    let groups = [("reassociation", Attribute::array(context, &[Attribute::array(context, &all)]))];
    let size =
        ty.shape().into_iter().try_fold(1i64, |all, size| (size != Type::DYNAMIC).then(|| all.checked_mul(size))?);
    let flat = Type::memref(ty.element(), &[size.unwrap_or(Type::DYNAMIC)]);
    let open = Type::memref(ty.element(), &[Type::DYNAMIC]);
    let row = builder.create(memref::CollapseShape::NAME, &[array], &[flat], &groups, &[]).result(0);
    if flat == open { row } else { builder.op(memref::Cast::NAME, &[row], open) }
}

/// The number of an element in an array, row by row.
fn number_of(builder: &Builder, array: Value, indices: &[Value]) -> Value {
    let mut number = builder.index(0);
    for (dimension, position) in indices.iter().enumerate() {
        let extent = emit::extent(builder, array, dimension);
        number = emit::add(builder, emit::multiply(builder, number, extent), *position);
    }
    number
}

/// A function that copies a piece to its array, from an element on: single elements up to the first whole line, lines, and
/// the elements that are left. There is one for all loops: such code takes LLVM long.
fn copier(place: &Builder, name: &str, store: &Store) -> Option<()> {
    let (context, location, element) = (place.context(), place.location(), store.array.ty().element());
    let index = Type::index(context);
    let parameters = [Type::memref(element, &[PIECE]), Type::memref(element, &[Type::DYNAMIC]), index, index];
    let body = Block::new(&parameters.map(|ty| (ty, location)));
    let builder = Builder::at_end(body, location);
    let [buffer, array, first, length] = [0, 1, 2, 3].map(|number| body.argument(number));

    let per_line = LINE / store.bytes;
    let line = Type::parse(context, &format!("vector<{per_line}x{element}>"))?;
    let base = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[array], index);
    let address = emit::add(&builder, base, emit::multiply(&builder, first, builder.index(store.bytes)));
    let missing = builder.same(arith::Divui::NAME, &[missing(&builder, address), builder.index(store.bytes)]);
    let head = builder.same(arith::Minsi::NAME, &[missing, length]);
    let left = emit::subtract(&builder, length, head);
    let whole = builder.same(arith::Andi::NAME, &[left, builder.index(-per_line)]);
    let tail = emit::add(&builder, head, whole);

    let past = ("nontemporal", Attribute::integer(Type::integer(context, 1), 1));
    let aligned = ("alignment", Attribute::integer(Type::integer(context, 64), LINE));
    let part = |[from, to, step]: [Value; 3], load: &str, store: &str, ty: Type| {
        let block = Block::new(&[(index, location)]);
        let inner = Builder::at_end(block, location);
        let value = inner.op(load, &[buffer, block.argument(0)], ty);
        let to_element = emit::add(&inner, first, block.argument(0));
        let attributes = if ty == line { vec![past, aligned] } else { vec![] };
        inner.create(store, &[value, array, to_element], &[], &attributes, &[]);
        inner.effect(scf::Yield::NAME, &[]);
        builder.create(scf::For::NAME, &[from, to, step], &[], &[], &[Region::with_block(block)])
    };
    let (zero, one) = (builder.index(0), builder.index(1));
    leave_alone(part([zero, head, one], memref::Load::NAME, memref::Store::NAME, element));
    part([head, tail, builder.index(per_line)], vector::Load::NAME, vector::Store::NAME, line);
    leave_alone(part([tail, length, one], memref::Load::NAME, memref::Store::NAME, element));
    builder.effect(func::Return::NAME, &[]);

    let (parameters, body) = (&parameters, Region::with_block(body));
    PrivateFunction { name, parameters, marks: &[], results: &[], passthrough: "noinline", body }.create(place);
    Some(())
}
