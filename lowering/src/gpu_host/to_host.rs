//! Makes kernels functions, and what they do together calls of the host runtime.
//!
//! 1. Put all memory into one space, and run asynchronous ops where they stand.
//! 2. Turn what the host does with device memory into what it does with its own.
//! 3. Move the functions that launches reach out of their modules.
//! 4. Replace ids, workgroup memory, barriers and exchanges.
//! 5. Launch by a call of the runtime.

use super::{abi::Runtime, device, exchange, host, ids, launches, workgroup};
use autodiff_dialect::{bridge::Pass, diagnostic::Diagnostic, ir::Op, views::gpu};

pub(super) static PASS: Pass =
    Pass::new(c"autodiff-gpu-to-host", c"Turn GPU kernels into functions that the host runtime calls", &[], run);

fn run(_: &[&str], module: Op) -> Result<(), ()> {
    if !module.walk().iter().any(|op| op.name().starts_with("gpu.")) {
        return Ok(());
    }
    let lowered = lower(module);
    for error in lowered.as_ref().err().into_iter().flatten() {
        error.emit();
    }
    lowered.map_err(|_| ())
}

fn lower(module: Op) -> Result<(), Vec<Diagnostic>> {
    let one = |error: Diagnostic| vec![error];
    let launches = launches::find(module).map_err(one)?;
    let device = device::extract(module, &launches).map_err(one)?;
    let layout = workgroup::Layout::new(&device).map_err(one)?;
    let no_body = || vec![Diagnostic::error(module.location(), "internal error: expected a module of one block")];
    let mut runtime = Runtime::new(module).ok_or_else(no_body)?;
    host::erase_memory_spaces_and_tokens(module);
    host::lower(module);
    let mut errors = vec![];
    for function in &device.functions {
        let mut ids = ids::Ids::new(function, &mut runtime);
        errors.extend(layout.place_buffers(function, &mut ids).err());
        // Inner ops first, so that none is erased before its turn.
        for op in function.op.walk().into_iter().rev() {
            match lower_op(op, &layout, &mut ids) {
                Ok(true) => op.erase(),
                Ok(false) if is_of_devices(op) => errors.push(unsupported(op)),
                Ok(false) => {}
                Err(error) => errors.push(error),
            }
        }
        ids.finish();
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    layout.erase_globals(&device);
    let mut lowering = launches::Lowering::default();
    for launch in &launches {
        errors.extend(lowering.lower(launch, &device, &layout, &mut runtime).err());
    }
    if errors.is_empty() {
        errors.extend(module.walk().into_iter().filter(|op| is_of_devices(*op)).map(unsupported));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Replaces the uses of an op of a kernel; false if it stays.
fn lower_op(op: Op, layout: &workgroup::Layout, ids: &mut ids::Ids) -> Result<bool, Diagnostic> {
    Ok(ids.lower(op)? || layout.lower(op, ids)? || exchange::lower(op, ids.runtime)?)
}

/// Whether an op has a meaning on devices only.
fn is_of_devices(op: Op) -> bool {
    let dialects = ["gpu.", "nvvm.", "nvgpu.", "rocdl.", "amdgpu."];
    dialects.iter().any(|dialect| op.name().starts_with(dialect)) && !op.is::<gpu::Yield>()
}

fn unsupported(op: Op) -> Diagnostic {
    Diagnostic::error(op.location(), format!("'{}' op is not supported on the host", op.name()))
}
