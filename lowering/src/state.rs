//! Lowers the state ops of the autodiff dialect to `memref`, `arith` and `scf`.
//!
//! 1. Shadows become allocations filled with zero; accumulating becomes load, add, store; taking becomes load and clear.
//! 2. A cache with extents becomes an array, one without a stack that doubles when it is full.
//! 3. `autodiff.stop_gradient` becomes its operand. A request that is left over is an error.

use autodiff_dialect::{
    bridge::{Pass, cache_element},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
};
use autodiff_transforms::emit;
use std::collections::HashMap;

pub(crate) static PASS: Pass =
    Pass::new(c"autodiff-lower", c"Lower the state ops of the autodiff dialect to memref, arith and scf", &[], run);

/// Elements that a stack can hold before it grows for the first time.
const FIRST_CAPACITY: i64 = 64;

fn run(_: &[&str], module: Op) -> Result<(), ()> {
    let mut lowering = Lowering::default();
    let mut result = Ok(());
    for op in module.walk() {
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
    }
    result
}

/// What a cache has become.
#[derive(Clone, Copy)]
enum Storage {
    Array(Value),
    /// A cell that holds the buffer, and one that holds the number of elements in it.
    Stack {
        buffer: Value,
        size: Value,
    },
}

#[derive(Default)]
struct Lowering {
    storage: HashMap<Value, Storage>,
    lowered: Vec<Op>,
}

impl Lowering {
    fn lower(&mut self, op: Op) -> Result<(), Diagnostic> {
        let Some(builder) = Builder::before(op) else { return Ok(()) };
        let operands = op.operands();
        match op.name() {
            "autodiff.jvp" | "autodiff.vjp" => {
                return Err(Diagnostic::error(
                    op.location(),
                    format!("'{}' op is a request, run 'autodiff-differentiate' first", op.name()),
                ));
            }
            "autodiff.stop_gradient" => op.result(0).replace_all_uses_with(operands[0]),
            "autodiff.shadow" => {
                let ty = op.result(0).ty();
                let buffer = allocate(&builder, ty, &operands);
                let zero = zero(&builder, op, ty.element())?;
                emit::fill(&builder, buffer, zero);
                op.result(0).replace_all_uses_with(buffer);
            }
            "autodiff.accumulate" => {
                let ty = operands[0].ty();
                let old = builder.op("memref.load", &operands[1..], ty);
                let sum = emit::sum(&builder, old, operands[0]);
                builder.effect("memref.store", &[&[sum], &operands[1..]].concat());
            }
            "autodiff.take" => {
                let ty = op.result(0).ty();
                let value = builder.op("memref.load", &operands, ty);
                let zero = zero(&builder, op, ty)?;
                builder.effect("memref.store", &[&[zero], &operands[..]].concat());
                op.result(0).replace_all_uses_with(value);
            }
            "autodiff.cache" => {
                let element = cache_element(op.result(0).ty())
                    .ok_or_else(|| Diagnostic::error(op.location(), "expected a cache type"))?;
                let storage = if operands.is_empty() {
                    new_stack(&builder, element)
                } else {
                    let shape = vec![Type::DYNAMIC; operands.len()];
                    Storage::Array(allocate(&builder, Type::memref(element, &shape), &operands))
                };
                self.storage.insert(op.result(0), storage);
            }
            "autodiff.push" => match self.storage(op, operands[1])? {
                Storage::Array(array) => {
                    builder.effect("memref.store", &[&[operands[0], array], &operands[2..]].concat());
                }
                Storage::Stack { buffer, size } => push(&builder, operands[0], buffer, size),
            },
            "autodiff.pop" => {
                let ty = op.result(0).ty();
                let value = match self.storage(op, operands[0])? {
                    Storage::Array(array) => builder.op("memref.load", &[&[array], &operands[1..]].concat(), ty),
                    Storage::Stack { buffer, size } => pop(&builder, ty, buffer, size),
                };
                op.result(0).replace_all_uses_with(value);
            }
            "autodiff.free" => match self.storage(op, operands[0])? {
                Storage::Array(array) => {
                    builder.effect("memref.dealloc", &[array]);
                }
                Storage::Stack { buffer, size } => {
                    let held = builder.op("memref.load", &[buffer], buffer.ty().element());
                    for memory in [held, buffer, size] {
                        builder.effect("memref.dealloc", &[memory]);
                    }
                }
            },
            _ => return Ok(()),
        }
        self.lowered.push(op);
        Ok(())
    }

    fn storage(&self, op: Op, cache: Value) -> Result<Storage, Diagnostic> {
        self.storage.get(&cache).copied().ok_or_else(|| {
            Diagnostic::error(
                op.location(),
                format!("'{}' op uses a cache that no 'autodiff.cache' op in front of it makes", op.name()),
            )
        })
    }
}

fn allocate(builder: &Builder, ty: Type, sizes: &[Value]) -> Value {
    let segments = Attribute::dense_i32(builder.context(), &[sizes.len() as i32, 0]);
    builder.create("memref.alloc", sizes, &[ty], &[("operandSegmentSizes", segments)], &[]).result(0)
}

fn zero(builder: &Builder, op: Op, ty: Type) -> Result<Value, Diagnostic> {
    builder.number(ty, 0.0).ok_or_else(|| {
        Diagnostic::error(op.location(), format!("'{}' op: type '{ty}' has no constant zero", op.name()))
    })
}

fn new_stack(builder: &Builder, element: Type) -> Storage {
    let index = Type::index(builder.context());
    let capacity = builder.index(FIRST_CAPACITY);
    let memory = allocate(builder, Type::memref(element, &[Type::DYNAMIC]), &[capacity]);
    let buffer = allocate(builder, Type::memref(memory.ty(), &[]), &[]);
    let size = allocate(builder, Type::memref(index, &[]), &[]);
    let zero = builder.index(0);
    builder.effect("memref.store", &[memory, buffer]);
    builder.effect("memref.store", &[zero, size]);
    Storage::Stack { buffer, size }
}

fn push(builder: &Builder, value: Value, buffer: Value, size: Value) {
    let context = builder.context();
    let index = Type::index(context);
    let memory_type = buffer.ty().element();
    let memory = builder.op("memref.load", &[buffer], memory_type);
    let count = builder.op("memref.load", &[size], index);
    let (zero, one, two) = (builder.index(0), builder.index(1), builder.index(2));
    let capacity = builder.op("memref.dim", &[memory, zero], index);
    let predicate = Attribute::integer(Type::integer(context, 64), 0);
    let full = builder
        .create("arith.cmpi", &[count, capacity], &[Type::integer(context, 1)], &[("predicate", predicate)], &[])
        .result(0);
    let (grow, keep) = (Block::new(&[]), Block::new(&[]));
    let inner = Builder::at_end(grow, builder.location());
    let doubled = inner.op("arith.muli", &[capacity, two], index);
    let larger = inner.op("memref.realloc", &[memory, doubled], memory_type);
    inner.effect("memref.store", &[larger, buffer]);
    inner.effect("scf.yield", &[larger]);
    Builder::at_end(keep, builder.location()).effect("scf.yield", &[memory]);
    let regions = [Region::with_block(grow), Region::with_block(keep)];
    let memory = builder.create("scf.if", &[full], &[memory_type], &[], &regions).result(0);
    builder.effect("memref.store", &[value, memory, count]);
    let next = builder.op("arith.addi", &[count, one], index);
    builder.effect("memref.store", &[next, size]);
}

fn pop(builder: &Builder, ty: Type, buffer: Value, size: Value) -> Value {
    let index = Type::index(builder.context());
    let memory = builder.op("memref.load", &[buffer], buffer.ty().element());
    let count = builder.op("memref.load", &[size], index);
    let one = builder.index(1);
    let last = builder.op("arith.subi", &[count, one], index);
    builder.effect("memref.store", &[last, size]);
    builder.op("memref.load", &[memory, last], ty)
}
