//! Lowers the state ops of the autodiff dialect to `memref`, `arith` and `scf`.
//!
//! 1. Shadows become allocations filled with zero; taking becomes load and clear; accumulating becomes load, add, store,
//!    or an atomic addition where other iterations may add at the same place.
//! 2. A cache with extents becomes an array. One without vanishes if it holds one value at a time ([`hold_caches`]), and
//!    becomes a stack that doubles when it is full otherwise.
//! 3. Stores to large arrays of caches go past the processor's caches ([`stream_caches`]).
//! 4. A tape becomes a record of bytes ([`crate::dialect::tape`]); one that is taken up where it is made vanishes.
//! 5. `autodiff.stop_gradient` becomes its operand. A request that is left over is an error.

use crate::{
    dialect::{hold_caches, localize::MARK, tape, uniform, uniform::lanes_option},
    pipelines::{STREAM_ABOVE, SUBGROUP_SIZE},
    tune::stream_caches,
};
use autodiff_dialect::{
    bridge::{Pass, cache_element, number_option},
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Region, Type, Value},
    state::{self, names},
    views::{arith, autodiff, memref, scf},
};
use autodiff_transforms::{
    analysis::{concurrency::called_in_parallel, locality::Locality},
    emit,
    rules::{elementwise::RuleBook, registry},
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-lower-state",
    c"Lower the state ops of the autodiff dialect to memref, arith and scf",
    &[SUBGROUP_SIZE, STREAM_ABOVE],
    run,
);

/// Elements that a stack can hold before it grows for the first time.
const FIRST_CAPACITY: i64 = 64;

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    let &[lanes, above] = options else { return Err(()) };
    let fail = |message: String| Diagnostic::error(module.location(), message).emit();
    let lanes = lanes_option("subgroup-size", lanes).map_err(fail)?;
    let above = number_option("stream-above", above, 0..=1 << 40).map_err(fail)?;
    hold_caches::hold(module);
    let mut lowering = Lowering { shared: shared_accumulations(module), lanes, ..Lowering::default() };
    let mut result = Ok(());
    let ops = module.walk();
    tape::convert_types(&ops);
    for op in ops {
        if let Err(error) = lowering.lower(op) {
            error.emit();
            result = Err(());
        }
    }
    if result.is_ok() {
        // Users first, so that nothing uses what is erased.
        for op in lowering.lowered.into_iter().rev() {
            op.erase();
        }
        module.walk().into_iter().for_each(|op| op.remove_attribute(MARK));
        stream_caches::run(&lowering.stores, above.saturating_mul(1 << 20));
    }
    result
}

/// What a cache has become: a buffer, or for a stack a cell that holds the buffer and one that holds the number of
/// elements in it. Where the elements are caches themselves, so many times as one of them has parts.
#[derive(Clone)]
struct Storage {
    is_stack: bool,
    parts: Vec<Value>,
}

#[derive(Default)]
struct Lowering {
    storage: HashMap<Value, Storage>,
    /// Accumulations at places where other iterations may accumulate at the same time.
    shared: HashSet<Op>,
    /// The least number of lanes of a subgroup.
    lanes: i64,
    lowered: Vec<Op>,
    /// Stores to arrays of caches.
    stores: Vec<Op>,
}

/// Whether a buffer is a view of one that its function makes.
fn own_buffer(buffer: Value) -> bool {
    let mut buffer = buffer;
    while let Some(op) = buffer.defining_op() {
        match op.view_source(buffer) {
            Some(source) => buffer = source,
            None => return matches!(op.name(), names::SHADOW | memref::Alloc::NAME | memref::Alloca::NAME),
        }
    }
    false
}

/// The accumulations that have to be atomic.
fn shared_accumulations(module: Op) -> HashSet<Op> {
    let rules = registry(RuleBook::builtin());
    let mut shared = HashSet::new();
    let called = called_in_parallel(module);
    for function in module.functions() {
        let unmarked = |op: &Op| {
            let mut around = op.self_and_ancestors();
            op.name() == names::ACCUMULATE && around.all(|op| op.attribute(MARK).is_none())
        };
        if !function.walk().iter().any(unmarked) {
            continue;
        }
        if called.contains(&function) {
            // Other iterations may run the same function on the same buffers, but not on those that it makes.
            let own = |op: &Op| own_buffer(op.operand(1));
            shared.extend(function.walk().into_iter().filter(|op| unmarked(op) && !own(op)));
            continue;
        }
        let locality = Locality::new(function, &rules);
        let sites = locality.sites.iter().enumerate();
        shared.extend(
            sites
                .filter(|(number, site)| unmarked(&site.op) && !locality.is_distinct(*number))
                .map(|(_, site)| site.op),
        );
    }
    shared
}

impl Lowering {
    fn lower(&mut self, op: Op) -> Result<(), Diagnostic> {
        let Some(builder) = Builder::before(op) else { return Ok(()) };
        let operands = op.operands();
        match op.name() {
            names::JVP | names::VJP | names::AUGMENT | names::PULLBACK => {
                return Err(Diagnostic::error(
                    op.location(),
                    format!("'{}' op is a request, run 'autodiff-differentiate' first", op.name()),
                ));
            }
            names::BOUNDARY => {
                return Err(Diagnostic::error(
                    op.location(),
                    format!("'{}' op stands in derivatives while they are built, and has no lowering", op.name()),
                ));
            }
            autodiff::StopGradient::NAME => op.result(0).replace_all_uses_with(operands[0]),
            autodiff::Shadow::NAME => {
                let ty = op.result(0).ty();
                let buffer = emit::allocate_laid_out(&builder, memref::Alloc::NAME, ty, &operands, &[]);
                let zero = zero(&builder, op, ty.element())?;
                emit::fill(&builder, buffer, zero);
                op.result(0).replace_all_uses_with(buffer);
            }
            autodiff::Accumulate::NAME if self.shared.contains(&op) => {
                let ty = operands[0].ty();
                if !ty.is_float()
                    && !crate::dialect::complex_atomics::add(&builder, operands[0], operands[1], &operands[2..])
                {
                    return Err(Diagnostic::error(
                        op.location(),
                        format!(
                            "iterations that run in parallel may add to one place, and additions of '{ty}' cannot be \
                             atomic; run 'autodiff-localize' first, or use floats"
                        ),
                    ));
                }
                if ty.is_float() {
                    let reduced = uniform::reduce(&builder, op, self.lanes);
                    let (sum, place) = reduced.map_or((operands[0], builder), |reduced| (reduced.sum, reduced.place));
                    place.atomic_rmw(memref::AtomicRMWKind::Addf, sum, &operands[1..]);
                }
            }
            autodiff::Accumulate::NAME => {
                let ty = operands[0].ty();
                let old = builder.op(memref::Load::NAME, &operands[1..], ty);
                let sum = emit::sum(&builder, old, operands[0]);
                sum.defining_op().into_iter().for_each(emit::allow_any_order);
                builder.effect(memref::Store::NAME, &[&[sum], &operands[1..]].concat());
            }
            autodiff::Take::NAME => {
                let ty = op.result(0).ty();
                let value = builder.op(memref::Load::NAME, &operands, ty);
                let zero = zero(&builder, op, ty)?;
                builder.effect(memref::Store::NAME, &[&[zero], &operands[..]].concat());
                op.result(0).replace_all_uses_with(value);
            }
            autodiff::Cache::NAME => {
                let mut parts = vec![];
                let ranks = ranks(op, op.result(0))?;
                for element in elements(op.result(0).ty(), &ranks[1..]) {
                    if operands.is_empty() {
                        parts.extend(new_stack(&builder, element));
                    } else {
                        let shape = vec![Type::DYNAMIC; operands.len()];
                        parts.push(emit::allocate(&builder, Type::memref(element, &shape), &operands));
                    }
                }
                self.storage.insert(op.result(0), Storage { is_stack: operands.is_empty(), parts });
            }
            names::PACK => {
                let mut values = vec![];
                for operand in operands {
                    match operand.ty().is_cache() {
                        true => values.extend(self.storage(op, operand)?.parts),
                        false => values.push(operand),
                    }
                }
                let record = tape::pack(&builder, op, &values)?;
                op.result(0).replace_all_uses_with(record);
            }
            names::UNPACK => self.unpack(&builder, op)?,
            autodiff::Push::NAME => {
                let storage = self.storage(op, operands[1])?;
                let saved = match operands[0].ty().is_cache() {
                    true => self.storage(op, operands[0])?.parts,
                    false => vec![operands[0]],
                };
                for (value, place) in saved.into_iter().zip(storage.places()) {
                    match *place {
                        [buffer, size] => push(&builder, value, buffer, size),
                        _ => {
                            let store =
                                builder.effect(memref::Store::NAME, &[&[value], place, &operands[2..]].concat());
                            self.stores.push(store);
                        }
                    }
                }
            }
            autodiff::Pop::NAME => {
                let mut values = vec![];
                for place in self.storage(op, operands[0])?.places() {
                    values.push(match *place {
                        [buffer, size] => pop(&builder, buffer, size),
                        _ => {
                            let ty = place.first().map_or(op.result(0).ty(), |array| array.ty().element());
                            builder.op(memref::Load::NAME, &[place, &operands[1..]].concat(), ty)
                        }
                    });
                }
                let result = op.result(0);
                if result.ty().is_cache() {
                    let is_stack = ranks(op, result)?.first() == Some(&0);
                    self.storage.insert(result, Storage { is_stack, parts: values });
                } else {
                    values.into_iter().for_each(|value| result.replace_all_uses_with(value));
                }
            }
            autodiff::Free::NAME => {
                for place in self.storage(op, operands[0])?.places() {
                    if let [buffer, _] = *place {
                        let held = builder.op(memref::Load::NAME, &[buffer], buffer.ty().element());
                        builder.effect(memref::Dealloc::NAME, &[held]);
                    }
                    let is_cell = |memory: &Value| memory.defining_op().is_some_and(|op| op.is::<memref::Alloca>());
                    for memory in place.iter().filter(|memory| !is_cell(memory)) {
                        builder.effect(memref::Dealloc::NAME, &[*memory]);
                    }
                }
            }
            _ => return Ok(()),
        }
        self.lowered.push(op);
        Ok(())
    }

    fn unpack(&mut self, builder: &Builder, op: Op) -> Result<(), Diagnostic> {
        let (mut types, mut stacks) = (vec![], vec![]);
        for result in op.results() {
            let ranks = if result.ty().is_cache() { ranks(op, result)? } else { vec![] };
            stacks.push(ranks.first() == Some(&0));
            types.push(if result.ty().is_cache() { parts(result.ty(), &ranks) } else { vec![result.ty()] });
        }
        let mut values = tape::unpack(builder, op, &types.concat())?;
        for ((result, types), is_stack) in op.results().into_iter().zip(types).zip(stacks) {
            let rest = values.split_off(types.len());
            let parts = std::mem::replace(&mut values, rest);
            if result.ty().is_cache() {
                self.storage.insert(result, Storage { is_stack, parts });
            } else {
                parts.into_iter().for_each(|value| result.replace_all_uses_with(value));
            }
        }
        Ok(())
    }

    fn storage(&self, op: Op, cache: Value) -> Result<Storage, Diagnostic> {
        self.storage.get(&cache).cloned().ok_or_else(|| {
            Diagnostic::error(
                op.location(),
                format!("'{}' op uses a cache that no 'autodiff.cache' op before it makes", op.name()),
            )
        })
    }
}

impl Storage {
    /// What holds one element, or one part of it: an array, or the two cells of a stack.
    fn places(&self) -> impl Iterator<Item = &[Value]> {
        self.parts.chunks(if self.is_stack { 2 } else { 1 })
    }
}

/// The numbers of extents of a cache, and of the caches that it keeps.
fn ranks(op: Op, cache: Value) -> Result<Vec<usize>, Diagnostic> {
    state::ranks(cache).ok_or_else(|| {
        Diagnostic::error(
            op.location(),
            format!("'{}' op uses a cache that no 'autodiff.cache' op before it makes", op.name()),
        )
    })
}

/// The types of what a cache becomes.
fn parts(cache: Type, ranks: &[usize]) -> Vec<Type> {
    let Some((rank, kept)) = ranks.split_first() else { return vec![] };
    let mut parts = vec![];
    for element in elements(cache, kept) {
        if *rank == 0 {
            let memory = Type::memref(element, &[Type::DYNAMIC]);
            parts.extend([Type::memref(memory, &[]), Type::memref(Type::index(cache.context()), &[])]);
        } else {
            parts.push(Type::memref(element, &vec![Type::DYNAMIC; *rank]));
        }
    }
    parts
}

/// The types of what a cache stores for one element; `kept`: the numbers of extents, if the element is a cache.
fn elements(cache: Type, kept: &[usize]) -> Vec<Type> {
    let element = cache_element(cache).unwrap_or(cache);
    if element.is_cache() { parts(element, kept) } else { vec![tape::lowered(element)] }
}

fn zero(builder: &Builder, op: Op, ty: Type) -> Result<Value, Diagnostic> {
    builder.number(ty, 0.0).ok_or_else(|| {
        Diagnostic::error(op.location(), format!("'{}' op: type '{ty}' has no constant zero", op.name()))
    })
}

fn new_stack(builder: &Builder, element: Type) -> [Value; 2] {
    let index = Type::index(builder.context());
    let capacity = builder.index(FIRST_CAPACITY);
    let memory = emit::allocate(builder, Type::memref(element, &[Type::DYNAMIC]), &[capacity]);
    let buffer = emit::allocate(builder, Type::memref(memory.ty(), &[]), &[]);
    let size = emit::allocate(builder, Type::memref(index, &[]), &[]);
    let zero = builder.index(0);
    builder.effect(memref::Store::NAME, &[memory, buffer]);
    builder.effect(memref::Store::NAME, &[zero, size]);
    [buffer, size]
}

fn push(builder: &Builder, value: Value, buffer: Value, size: Value) {
    let context = builder.context();
    let index = Type::index(context);
    let memory_type = buffer.ty().element();
    let memory = builder.op(memref::Load::NAME, &[buffer], memory_type);
    let count = builder.op(memref::Load::NAME, &[size], index);
    let (zero, one, two) = (builder.index(0), builder.index(1), builder.index(2));
    let capacity = builder.op(memref::Dim::NAME, &[memory, zero], index);
    let full = builder.cmpi(arith::CmpIPredicate::Eq, count, capacity);
    let (grow, keep) = (Block::new(&[]), Block::new(&[]));
    let inner = Builder::at_end(grow, builder.location());
    let doubled = inner.op(arith::Muli::NAME, &[capacity, two], index);
    let larger = inner.op(memref::Realloc::NAME, &[memory, doubled], memory_type);
    inner.effect(memref::Store::NAME, &[larger, buffer]);
    inner.effect(scf::Yield::NAME, &[larger]);
    Builder::at_end(keep, builder.location()).effect(scf::Yield::NAME, &[memory]);
    let regions = [Region::with_block(grow), Region::with_block(keep)];
    let memory = builder.create(scf::If::NAME, &[full], &[memory_type], &[], &regions).result(0);
    builder.effect(memref::Store::NAME, &[value, memory, count]);
    let next = builder.op(arith::Addi::NAME, &[count, one], index);
    builder.effect(memref::Store::NAME, &[next, size]);
}

fn pop(builder: &Builder, buffer: Value, size: Value) -> Value {
    let index = Type::index(builder.context());
    let memory = builder.op(memref::Load::NAME, &[buffer], buffer.ty().element());
    let ty = memory.ty().element();
    let count = builder.op(memref::Load::NAME, &[size], index);
    let one = builder.index(1);
    let last = builder.op(arith::Subi::NAME, &[count, one], index);
    builder.effect(memref::Store::NAME, &[last, size]);
    builder.op(memref::Load::NAME, &[memory, last], ty)
}
