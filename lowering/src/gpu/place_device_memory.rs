//! Places the memory of each thread of a kernel: devices have no heap that a kernel should use.
//!
//! 1. Allocations of a fixed size go to private memory at the start of the kernel, or, where a loop hands them on, stay
//!    where they are.
//! 2. Their releases disappear.
//! 3. Copies become loops, because devices have no function for them.
//! 4. Ops on vectors take buffers in no named space.
//!
//! An allocation of a size that is known at run time only is an error, and so are more workgroup memory than a chip has, and
//! types that LLVM lacks.

use super::modules;
use crate::{
    cpu::translatable::{emit_all, foreign_types},
    gpu_host::abi::byte_size,
};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption, number_option},
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{gpu, memref},
};
use autodiff_transforms::emit;

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-place-device-memory",
    c"Place the memory of each thread of a kernel in private memory",
    &[PassOption::new(
        c"workgroup-bytes",
        OptionKind::Integer,
        c"49152",
        c"The most workgroup memory that a kernel may name, in bytes",
    )],
    |options, module| {
        let &[bytes] = options else { return Err(()) };
        let most = number_option("workgroup-bytes", bytes, 0..=1 << 31)
            .map_err(|message| Diagnostic::error(module.location(), message).emit())?;
        let mut result = Ok(());
        for kernels in modules(module) {
            emit_all(foreign_types(kernels))?;
            for op in kernels.walk() {
                let placed = if op.is::<gpu::Func>() { check_workgroup_memory(op, most) } else { place(op) };
                if let Err(error) = placed {
                    error.emit();
                    result = Err(());
                }
            }
        }
        result
    },
);

fn place(op: Op) -> Result<(), Diagnostic> {
    match op.name() {
        memref::Alloc::NAME | memref::Alloca::NAME => allocate(op),
        memref::Dealloc::NAME => release(op),
        memref::Copy::NAME => {
            copy(op);
            Ok(())
        }
        name if name.starts_with("vector.") => {
            widen(op);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Lets an op on vectors go through the space that holds all others: its conversion knows no names of spaces.
fn widen(op: Op) {
    for (number, buffer) in op.operands().into_iter().enumerate() {
        let is_named = buffer.ty().memory_space().is_some_and(|space| space.as_integer().is_none());
        let wide = buffer.ty().with_memory(buffer.ty().element(), None).filter(|_| is_named);
        if let (Some(wide), Some(builder)) = (wide, Builder::before(op)) {
            op.set_operand(number, builder.op(memref::MemorySpaceCast::NAME, &[buffer], wide));
        }
    }
}

/// Compares the workgroup memory that a kernel names with what there is.
fn check_workgroup_memory(kernel: Op, most: i64) -> Result<(), Diagnostic> {
    let count = kernel.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0);
    let inputs = kernel.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
    let (Some((inputs, _)), Some(entry)) = (inputs, kernel.region(0).first_block()) else { return Ok(()) };
    let buffers = entry.arguments().into_iter().skip(inputs.len()).take(usize::try_from(count).unwrap_or(0));
    let bytes: i64 = buffers
        .filter_map(|buffer| {
            let elements: i64 = buffer.ty().shape().into_iter().try_fold(1, i64::checked_mul)?;
            elements.checked_mul(byte_size(buffer.ty().element())?)
        })
        .fold(0, i64::saturating_add);
    if bytes <= most {
        return Ok(());
    }
    let name = kernel.symbol_name().unwrap_or_default();
    let message = format!("kernel '@{name}' names {bytes} bytes of workgroup memory, this chip has at most {most}");
    Err(Diagnostic::error(kernel.location(), message)
        .note(kernel.location(), "use smaller tiles, or dynamic workgroup memory where the chip has more of it"))
}

fn allocate(op: Op) -> Result<(), Diagnostic> {
    let (ty, location) = (op.result(0).ty(), op.location());
    if op.operand_count() > 0 {
        return Err(Diagnostic::error(
            location,
            format!("'{}' op: a kernel cannot allocate memory of a size that is known at run time only", op.name()),
        )
        .note(location, "allocate it before the launch, with a part for each thread"));
    }
    let space = Attribute::parse(op.context(), "#gpu.address_space<private>");
    let entry = op.function().and_then(|function| function.region(0).first_block());
    let (Some(space), Some(entry), Some(here)) = (space, entry, Builder::before(op)) else { return Ok(()) };
    if ty.memory_space().is_some() {
        return Ok(());
    }
    // In a loop that hands its buffer on, several of them live at once.
    let is_handed_on = reaches_terminator(op.result(0));
    let place = if is_handed_on { here } else { Builder::at_start(entry, location) };
    let Some(private) = ty.with_memory(ty.element(), Some(space)) else { return Ok(()) };
    let segments = Attribute::dense_i32(op.context(), &[0, 0]);
    let mut attributes = vec![("operandSegmentSizes", segments)];
    attributes.extend(op.attribute("alignment").map(|alignment| ("alignment", alignment)));
    let buffer = place.create(memref::Alloca::NAME, &[], &[private], &attributes, &[]).result(0);
    op.result(0).replace_all_uses_with(place.op(memref::MemorySpaceCast::NAME, &[buffer], ty));
    op.erase();
    Ok(())
}

/// Whether a buffer, or a view of it, is an operand of the end of a block.
fn reaches_terminator(buffer: Value) -> bool {
    let mut pending = vec![buffer];
    while let Some(value) = pending.pop() {
        for (user, _) in value.uses() {
            if user.is_terminator() {
                return true;
            }
            pending.extend(user.results().into_iter().filter(|result| result.ty().is_memory()));
        }
    }
    false
}

/// What a release refers to is private by now, or it is an error.
fn release(op: Op) -> Result<(), Diagnostic> {
    let mut buffer = op.operand(0);
    while let Some(source) = buffer.defining_op() {
        if source.is::<memref::Alloca>() {
            op.erase();
            return Ok(());
        }
        match source.operand_count() {
            0 => break,
            _ => buffer = source.operand(0),
        }
    }
    let message = "'memref.dealloc' op: a kernel cannot release memory that it has not allocated itself";
    Err(Diagnostic::error(op.location(), message))
}

fn copy(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let (from, to) = (op.operand(0), op.operand(1));
    emit::for_each_element(&builder, to, &mut |builder, indices| {
        let value = builder.op(memref::Load::NAME, &[&[from], indices].concat(), from.ty().element());
        builder.effect(memref::Store::NAME, &[&[value, to], indices].concat());
    });
    op.erase();
}
