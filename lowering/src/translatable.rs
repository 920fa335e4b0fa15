//! What the pipelines to the LLVM dialect promise: all that is left translates to LLVM IR.
//!
//! Before: memory in spaces that a CPU does not have is an error at the op that names it.
//!
//! After:
//! 1. An op that is left over and does not translate is an error at its place. Casts between types are left over around
//!    such ops, and are reported only if there is none.
//! 2. Attributes of dialects that do not translate are dropped: conversions leave some, and `mlir-translate` reads none.

use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Op, Type, Value},
};

pub(crate) static SPACES: Pass = Pass::new(
    c"autodiff-refuse-memory-spaces",
    c"Refuse memory in spaces that a CPU does not have",
    &[],
    |_, module| emit_all(foreign_memory(module)),
);

pub(crate) static FINISH: Pass = Pass::new(
    c"autodiff-finish-lowering",
    c"Check that all that is left translates to LLVM IR, and drop attributes that do not",
    &[],
    |_, module| {
        emit_all(untranslatable(module))?;
        translated(module).into_iter().for_each(drop_attributes);
        Ok(())
    },
);

fn emit_all(errors: Vec<Diagnostic>) -> Result<(), ()> {
    errors.iter().for_each(Diagnostic::emit);
    if errors.is_empty() { Ok(()) } else { Err(()) }
}

/// Ops that define a buffer in a space with a name.
fn foreign_memory(module: Op) -> Vec<Diagnostic> {
    let space_of = |value: Value| {
        let ty = value.ty();
        let nested = std::iter::successors(Some(ty), |ty| Some(ty.element()).filter(|element| element != ty));
        nested.filter_map(Type::memory_space).find(|space| space.as_integer().is_none())
    };
    let error = |op: Op| {
        let arguments = op.regions().into_iter().flat_map(|region| region.blocks()).flat_map(|block| block.arguments());
        let space = op.results().into_iter().chain(arguments).find_map(space_of)?;
        let message = format!("'{}' op: a CPU has no memory space '{space}'", op.name());
        let remedy = "'autodiff-gpu-host-pipeline' runs kernels on a CPU; other memory is in a space without a name";
        Some(Diagnostic::error(op.location(), message).note(op.location(), remedy))
    };
    module.walk().into_iter().filter_map(error).collect()
}

/// The ops of the host: what stands in modules of kernels is translated by itself.
fn translated(module: Op) -> Vec<Op> {
    let is_kernel = |op: &Op| KERNELS.contains(&op.name());
    let mut ops = module.walk();
    if ops.iter().any(is_kernel) {
        ops.retain(|op| !std::iter::successors(Some(*op), |op| op.parent()).any(|op| is_kernel(&op)));
    }
    ops
}

const KERNELS: [&str; 2] = ["gpu.module", "gpu.binary"];

fn untranslatable(module: Op) -> Vec<Diagnostic> {
    let (casts, others): (Vec<_>, Vec<_>) = translated(module)
        .into_iter()
        .filter(|op| !translates(*op))
        .partition(|op| op.name() == "builtin.unrealized_conversion_cast");
    let left_over = if others.is_empty() { casts } else { others };
    left_over
        .into_iter()
        .map(|op| {
            let message = format!("'{}' op has no conversion to LLVM on a CPU", op.name());
            let error = Diagnostic::error(op.location(), message);
            let arguments =
                op.regions().into_iter().filter_map(|region| region.first_block()).flat_map(Block::arguments);
            let types = op.operands().into_iter().chain(op.results()).chain(arguments).map(Value::ty);
            let Some(ty) = types.into_iter().find(|ty| !is_usual(*ty)) else { return error };
            let remedy = "; make buffers of tensors first, as by '--one-shot-bufferize'";
            error.note(op.location(), format!("it has the type '{ty}'{}", if ty.is_tensor() { remedy } else { "" }))
        })
        .collect()
}

/// Whether a type is one that conversions to LLVM know.
fn is_usual(ty: Type) -> bool {
    let element = ty.element();
    if element != ty {
        return !ty.is_tensor() && is_usual(element);
    }
    ty.is_float() || ty.is_integer() || ty.is_index() || ty.is_complex() || ty.dialect() == "llvm"
}

fn translates(op: Op) -> bool {
    match op.name() {
        // The vendor's code generators abort on intrinsics of others.
        "llvm.call_intrinsic" => {
            let name = op.attribute("intrin").and_then(Attribute::as_string).unwrap_or_default();
            !["llvm.nvvm.", "llvm.amdgcn.", "llvm.r600."].iter().any(|vendor| name.starts_with(vendor))
        }
        // Once its operands are LLVM's.
        "gpu.launch_func" => op.operands().into_iter().all(|value| !value.ty().is_index() && !value.ty().is_memory()),
        "builtin.module" => true,
        name => name.starts_with("llvm.") || name.starts_with("omp.") || KERNELS.contains(&name),
    }
}

/// The dialects whose attributes may stay.
const DIALECTS: [&str; 6] = ["builtin", "llvm", "nvvm", "rocdl", "omp", "dlti"];

fn may_stay(attribute: Attribute) -> bool {
    let mut pending = vec![attribute];
    while let Some(attribute) = pending.pop() {
        if !DIALECTS.contains(&attribute.dialect())
            || attribute.as_type().is_some_and(|ty| !DIALECTS.contains(&ty.element().dialect()))
        {
            return false;
        }
        pending.extend(attribute.as_array().unwrap_or_default());
        pending.extend(attribute.entries().into_iter().map(|(_, value)| value));
    }
    true
}

fn drop_attributes(op: Op) {
    for (name, attribute) in op.discardable_attributes() {
        if name.starts_with("autodiff.") || !may_stay(attribute) {
            op.remove_attribute(name);
        }
    }
    for list in ["arg_attrs", "res_attrs"] {
        let Some(all) =
            op.attribute(list).and_then(Attribute::as_array).filter(|all| !all.iter().all(|one| may_stay(*one)))
        else {
            continue;
        };
        let context = op.context();
        let filtered = all.into_iter().map(|one| {
            let kept = one.entries().into_iter().filter(|(_, value)| may_stay(*value));
            kept.fold(Attribute::empty_dictionary(context), |all, (name, value)| all.with_entry(context, name, value))
        });
        op.set_attribute(list, Attribute::array(context, &filtered.collect::<Vec<_>>()));
    }
}
