//! Makes launches of kernels calls of the runtime that drives a CUDA device. What else the host does with device memory
//! is as for kernels on the CPU: the memory is shared.
//!
//! 1. Put all memory into one space; allocate, copy and fill it as any other.
//! 2. Store the arguments of each launch, and pass their addresses: one for each parameter that the kernel has in PTX,
//!    where a buffer is the words of its descriptor.
//! 3. Erase the kernels, which the runtime gets by itself.
//!
//! Buffers on the host's stack and globals of the host are errors: the device cannot reach them.

use crate::gpu_host::{
    abi,
    abi::Runtime,
    host,
    launches::{Operands, as_i64, cast},
};
use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{gpu, llvm, memref},
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-gpu-to-cuda",
    c"Turn launches of compiled kernels into calls of the runtime for CUDA devices",
    &[],
    |_, module| {
        let Some(mut runtime) = Runtime::new(module) else { return Err(()) };
        host::erase_memory_spaces_and_tokens(module);
        host::lower(module);
        let ops: Vec<_> = module.walk().into_iter().filter(|op| op.name().starts_with("gpu.")).collect();
        let mut result = Ok(());
        for op in ops {
            match op.name() {
                gpu::LaunchFunc::NAME => {
                    if let Err(error) = launch(op, &mut runtime) {
                        error.emit();
                        result = Err(());
                    }
                }
                gpu::Binary::NAME => op.erase(),
                name => {
                    let message = format!("'{name}' op is not supported beside kernels on a device");
                    Diagnostic::error(op.location(), message).emit();
                    result = Err(());
                }
            }
        }
        module.remove_attribute("gpu.container_module");
        result
    },
);

/// Replaces a launch by a call of the runtime.
fn launch(op: Op, runtime: &mut Runtime) -> Result<(), Diagnostic> {
    let internal = || Diagnostic::error(op.location(), "internal error: cannot build the launch");
    let Operands { sizes, dynamic_bytes, arguments } = Operands::of(op)?;
    let kernel = op.attribute("kernel").map(Attribute::symbol_path).unwrap_or_default();
    let [module, name] = kernel.as_slice() else { return Err(internal()) };
    let builder = Builder::before(op).ok_or_else(internal)?;
    let pointer = abi::pointer(op.context()).ok_or_else(internal)?;

    let stack = builder.op(llvm::IntrStacksave::NAME, &[], pointer);
    let mut addresses = vec![];
    for (number, argument) in arguments.iter().enumerate() {
        check_reachable(op, number, *argument)?;
        let ty = abi::llvm_type(argument.ty()).and_then(|text| Type::parse(op.context(), &text)).ok_or_else(|| {
            let message = format!("kernel argument #{number} of type '{}' cannot be passed", argument.ty());
            Diagnostic::error(op.location(), message)
        })?;
        let place = allocate(&builder, ty, pointer);
        builder.effect(llvm::Store::NAME, &[cast(&builder, *argument, ty), place]);
        addresses.extend((0..words(argument.ty())).map(|word| offset(&builder, place, 8 * word, pointer)));
    }
    let table = Type::parse(op.context(), &format!("!llvm.array<{} x ptr>", addresses.len().max(1)));
    let table = allocate(&builder, table.ok_or_else(internal)?, pointer);
    for (number, address) in addresses.into_iter().enumerate() {
        let place = offset(&builder, table, 8 * number as i64, pointer);
        builder.effect(llvm::Store::NAME, &[address, place]);
    }

    let mut operands = vec![
        runtime.text(&builder, module).ok_or_else(internal)?,
        runtime.text(&builder, name).ok_or_else(internal)?,
        runtime.site(&builder, op).ok_or_else(internal)?,
    ];
    operands.extend(sizes.into_iter().map(|size| as_i64(&builder, size)));
    operands.push(match dynamic_bytes {
        Some(bytes) => as_i64(&builder, bytes),
        None => abi::integer(&builder, 64, 0),
    });
    operands.push(table);
    runtime.call(&builder, "launch_cuda", &operands, &[]);
    builder.effect(llvm::IntrStackrestore::NAME, &[stack]);
    host::replace_token(op, &builder);
    op.erase();
    Ok(())
}

/// Room for a value on the stack.
fn allocate(builder: &Builder, ty: Type, pointer: Type) -> Value {
    let one = abi::integer(builder, 64, 1);
    builder.create(llvm::Alloca::NAME, &[one], &[pointer], &[("elem_type", Attribute::ty(ty))], &[]).result(0)
}

/// An address some bytes further on.
fn offset(builder: &Builder, address: Value, bytes: i64, pointer: Type) -> Value {
    let byte = Type::integer(builder.context(), 8);
    let attributes = [
        ("elem_type", Attribute::ty(byte)),
        ("rawConstantIndices", Attribute::dense_i32(builder.context(), &[bytes as i32])),
    ];
    builder.create(llvm::Getelementptr::NAME, &[address], &[pointer], &attributes, &[]).result(0)
}

/// The parameters that a value becomes in PTX.
fn words(ty: Type) -> i64 {
    if ty.is_memref() {
        3 + 2 * ty.shape().len() as i64
    } else if ty.is_memory() {
        2
    } else {
        1
    }
}

/// Whether the device can reach the memory of an argument.
fn check_reachable(op: Op, number: usize, argument: Value) -> Result<(), Diagnostic> {
    let mut buffer = argument;
    while buffer.ty().is_memory()
        && let Some(source) = buffer.defining_op()
    {
        let what = match source.name() {
            memref::Alloca::NAME => "the host's stack",
            memref::GetGlobal::NAME => "a global of the host",
            _ if source.operand_count() > 0 && source.view_source(buffer).is_some() => {
                buffer = source.operand(0);
                continue;
            }
            _ => return Ok(()),
        };
        let message = format!("kernel argument #{number} is {what}, which the device cannot reach");
        return Err(Diagnostic::error(op.location(), message)
            .note(source.location(), "allocate it with 'memref.alloc', and copy to it"));
    }
    Ok(())
}
