//! Checks accesses of memory in kernels.
//!
//! 1. Make element-wise copies of whole copies, so that each access is a load or a store.
//! 2. Compare each index with the size of its dimension.
//! 3. Count atomic updates; tell the runtime of all accesses, if it is to find races.
//! 4. Let atomic updates give the value before, as devices do.

use super::{
    abi,
    abi::{INTERNAL, KERNEL, Runtime},
};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption},
    diagnostic::Diagnostic,
    ir::{Block, Builder, Op, Region, Type, Value},
    views::{arith, cf, llvm, memref, scf, vector},
};
use autodiff_transforms::emit;

static OPTIONS: [PassOption; 1] = [PassOption::new(
    c"check-races",
    OptionKind::Bool,
    c"false",
    c"Tell the runtime of every access of memory, so that it can find races",
)];

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-gpu-check-accesses",
    c"Check in kernels that accesses are within their buffers, and count atomic updates",
    &OPTIONS,
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    let kernels: Vec<_> = module.walk().into_iter().filter(|op| op.attribute(KERNEL).is_some()).collect();
    if kernels.is_empty() {
        return Ok(());
    }
    let Some(runtime) = Runtime::new(module) else { return Err(()) };
    let mut checker = Checker { runtime, races: options == ["true"] };
    let mut result = Ok(());
    for kernel in kernels {
        expand_copies(kernel);
        for op in kernel.walk().into_iter().filter(|op| op.attribute(INTERNAL).is_none()) {
            if let Err(error) = checker.check(op) {
                error.emit();
                result = Err(());
            }
        }
    }
    result
}

fn expand_copies(kernel: Op) {
    for op in kernel.walk().into_iter().filter(|op| op.is::<memref::Copy>()) {
        let (Some(builder), &[from, to]) = (Builder::before(op), &op.operands()[..]) else { continue };
        // Without a rank, there are no indices; what remains is copied as a whole, unchecked.
        if from.ty().is_memref() && to.ty().is_memref() {
            emit::for_each_element(&builder, from, &mut |builder, indices| {
                let value = builder.op(memref::Load::NAME, &[&[from], indices].concat(), from.ty().element());
                builder.effect(memref::Store::NAME, &[&[value, to], indices].concat());
            });
            op.erase();
        }
    }
}

/// How an op accesses memory; the numbers are those of the runtime.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read = 0,
    Write = 1,
    Atomic = 2,
}

struct Checker {
    runtime: Runtime,
    races: bool,
}

impl Checker {
    fn check(&mut self, op: Op) -> Result<(), Diagnostic> {
        let operands = op.operands();
        // The value that is stored comes first.
        let (kind, first, value) = match op.name() {
            memref::Load::NAME | vector::Load::NAME => (Kind::Read, 0, op.result(0)),
            memref::Store::NAME | vector::Store::NAME => (Kind::Write, 1, op.operand(0)),
            memref::AtomicRmw::NAME => (Kind::Atomic, 1, op.operand(0)),
            memref::GenericAtomicRmw::NAME => (Kind::Atomic, 0, op.result(0)),
            llvm::Load::NAME => return self.note_pointer(op, Kind::Read, op.operand(0), op.result(0).ty()),
            llvm::Store::NAME => return self.note_pointer(op, Kind::Write, op.operand(1), op.operand(0).ty()),
            llvm::Atomicrmw::NAME | llvm::Cmpxchg::NAME => {
                self.count_atomic(op);
                return self.note_pointer(op, Kind::Atomic, op.operand(0), op.operand(1).ty());
            }
            memref::Alloc::NAME => return self.forget(op),
            _ => return self.refuse_unknown(op),
        };
        let (buffer, indices) = (operands[first], &operands[first + 1..]);
        // A vector of numbers covers several elements of a buffer of numbers.
        let covered =
            if value.ty().is_vector() && !buffer.ty().element().is_vector() { value.ty().shape() } else { vec![] };
        self.bounds(op, buffer, indices, &covered);
        if kind == Kind::Atomic {
            self.count_atomic(op);
        }
        if self.races && !is_private(buffer) {
            self.note(op, kind, buffer, indices, value.ty())?;
        }
        if kind == Kind::Atomic {
            give_old_value(op, buffer, indices);
        }
        Ok(())
    }

    /// Calls the runtime where an index is beyond its dimension.
    fn bounds(&mut self, op: Op, buffer: Value, indices: &[Value], covered: &[i64]) {
        let Some(builder) = Builder::before(op) else { return };
        let context = op.context();
        let shape = buffer.ty().shape();
        let mut wrong = vec![];
        for (dimension, index) in indices.iter().enumerate() {
            let more = dimension + covered.len();
            let extra = more.checked_sub(indices.len()).and_then(|axis| covered.get(axis)).map_or(0, |size| size - 1);
            let known = emit::constant_index(*index).zip(shape.get(dimension));
            if known.is_some_and(|(index, size)| *size != Type::DYNAMIC && index >= 0 && index + extra < *size) {
                continue;
            }
            let size = emit::extent(&builder, buffer, dimension);
            let less = |a: Value, b: Value| builder.cmpi(arith::CmpIPredicate::Uge, a, b);
            let mut outside = less(*index, size);
            let mut last = *index;
            if extra > 0 {
                let count = builder.index(extra);
                last = builder.same(arith::Addi::NAME, &[*index, count]);
                outside = builder.same(arith::Ori::NAME, &[outside, less(last, size)]);
            }
            wrong.push((outside, dimension, last, size));
        }
        let Some(any) =
            wrong.iter().map(|(outside, ..)| *outside).reduce(|a, b| builder.same(arith::Ori::NAME, &[a, b]))
        else {
            return;
        };
        let location = op.location();
        let report = Block::new(&[]);
        let inner = Builder::at_end(report, location);
        for (outside, dimension, index, size) in wrong {
            let block = Block::new(&[]);
            let deep = Builder::at_end(block, location);
            if let Some(site) = self.runtime.site(&deep, op) {
                let i64 = Type::integer(context, 64);
                let [index, size] = [index, size].map(|value| deep.op(arith::IndexCast::NAME, &[value], i64));
                let dimension = abi::integer(&deep, 64, dimension as i64);
                self.runtime.call(&deep, "out_of_bounds", &[site, dimension, index, size], &[]);
            }
            deep.effect(scf::Yield::NAME, &[]);
            inner.create(scf::If::NAME, &[outside], &[], &[], &[Region::with_block(block), Region::new()]);
        }
        inner.effect(scf::Yield::NAME, &[]);
        builder.create(scf::If::NAME, &[any], &[], &[], &[Region::with_block(report), Region::new()]);
    }

    fn count_atomic(&mut self, op: Op) {
        if let Some(builder) = Builder::before(op) {
            let (counter, one) = (abi::integer(&builder, 32, 0), abi::integer(&builder, 64, 1));
            self.runtime.call(&builder, "count", &[counter, one], &[]);
        }
    }

    /// Tells the runtime of an access of a buffer.
    fn note(&mut self, op: Op, kind: Kind, buffer: Value, indices: &[Value], accessed: Type) -> Result<(), Diagnostic> {
        let mut build = || {
            let builder = Builder::before(op)?;
            let element = abi::byte_size(buffer.ty().element())?;
            let accessed = if accessed.is_vector() && !buffer.ty().element().is_vector() {
                element.checked_mul(accessed.shape().iter().product())?
            } else {
                element
            };
            let address = address(&builder, buffer, indices, element)?;
            self.tell(&builder, op, kind, address, accessed)
        };
        build().ok_or_else(|| unknown(op))
    }

    fn note_pointer(&mut self, op: Op, kind: Kind, pointer: Value, accessed: Type) -> Result<(), Diagnostic> {
        if !self.races {
            return Ok(());
        }
        let mut build = || {
            let builder = Builder::before(op)?;
            let bytes = if accessed.to_string().starts_with("!llvm.ptr") { 8 } else { abi::byte_size(accessed)? };
            let address = builder.op(llvm::Ptrtoint::NAME, &[pointer], Type::integer(op.context(), 64));
            self.tell(&builder, op, kind, address, bytes)
        };
        build().ok_or_else(|| unknown(op))
    }

    fn tell(&mut self, builder: &Builder, op: Op, kind: Kind, address: Value, bytes: i64) -> Option<()> {
        let site = self.runtime.site(builder, op)?;
        let (kind, bytes) = (abi::integer(builder, 32, kind as i64), abi::integer(builder, 64, bytes));
        self.runtime.call(builder, "access", &[site, kind, address, bytes], &[]);
        Some(())
    }

    /// Memory that a thread allocates may have been another's.
    fn forget(&mut self, op: Op) -> Result<(), Diagnostic> {
        if !self.races {
            return Ok(());
        }
        let mut build = || {
            let builder = Builder::after(op)?;
            let buffer = op.result(0);
            let start = address(&builder, buffer, &[], 0)?;
            let bytes = builder.index(abi::byte_size(buffer.ty().element())?);
            let sizes = (0..buffer.ty().shape().len()).map(|dimension| emit::extent(&builder, buffer, dimension));
            let bytes = sizes.collect::<Vec<_>>().into_iter().fold(bytes, |a, b| emit::multiply(&builder, a, b));
            let bytes = builder.op(arith::IndexCast::NAME, &[bytes], Type::integer(op.context(), 64));
            self.runtime.call(&builder, "forget", &[start, bytes], &[]);
            Some(())
        };
        build().ok_or_else(|| unknown(op))
    }

    /// Where races are looked for, an access that nothing sees would hide one.
    fn refuse_unknown(&self, op: Op) -> Result<(), Diagnostic> {
        use autodiff_dialect::ir::EffectKind::{Read, Write};
        let accesses =
            op.effects().is_some_and(|effects| effects.iter().any(|effect| matches!(effect.kind, Read | Write)));
        // These say that they write, so that nothing removes or moves them.
        let marks = [cf::Assert::NAME, llvm::IntrAssume::NAME, llvm::IntrStacksave::NAME, llvm::IntrStackrestore::NAME];
        if self.races && accesses && !marks.contains(&op.name()) { Err(unknown(op)) } else { Ok(()) }
    }
}

fn unknown(op: Op) -> Diagnostic {
    let message = format!("accesses of '{}' cannot be checked for races, run without '--check-races'", op.name());
    Diagnostic::error(op.location(), message)
}

/// Whether a buffer is on the stack of the thread.
fn is_private(buffer: Value) -> bool {
    let mut buffer = buffer;
    while let Some(op) = buffer.defining_op() {
        match op.view_source(buffer) {
            Some(source) => buffer = source,
            None => return op.is::<memref::Alloca>(),
        }
    }
    false
}

/// The address of an element, as `i64`.
fn address(builder: &Builder, buffer: Value, indices: &[Value], element: i64) -> Option<Value> {
    let context = builder.context();
    let (index, i64) = (Type::index(context), Type::integer(context, 64));
    let rank = buffer.ty().shape().len();
    let mut results = vec![Type::memref(buffer.ty().element(), &[]), index];
    results.extend(vec![index; 2 * rank]);
    let metadata = builder.create(memref::ExtractStridedMetadata::NAME, &[buffer], &results, &[], &[]).results();
    let mut offset = *metadata.get(1)?;
    for (index, stride) in indices.iter().zip(metadata.get(2 + rank..)?) {
        offset = emit::add(builder, offset, emit::multiply(builder, *index, *stride));
    }
    let start = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[buffer], index);
    let offset = emit::multiply(builder, offset, builder.index(element));
    let address = emit::add(builder, start, offset);
    Some(builder.op(arith::IndexCast::NAME, &[address], i64))
}

/// The result of an atomic update in a kernel is the value before, as on devices: no other thread runs in between.
fn give_old_value(op: Op, buffer: Value, indices: &[Value]) {
    let Some(builder) = Builder::before(op).filter(|_| !op.result(0).is_unused()) else { return };
    let old = builder.op(memref::Load::NAME, &[&[buffer], indices].concat(), op.result(0).ty());
    op.result(0).replace_all_uses_with(old);
}
