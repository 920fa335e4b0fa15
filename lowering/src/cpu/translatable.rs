//! What the pipelines to the LLVM dialect promise: all that is left translates to LLVM IR.
//!
//! Before: memory in spaces that a CPU does not have is an error at the op that names it; all other memory is put into
//! one space, between which MLIR 22 converts neither releases nor copies. What is allocated with strides becomes a view
//! of a plain buffer.
//!
//! After:
//! 1. An op that is left over and does not translate is an error at its place. Casts between types are left over around
//!    such ops, and are reported only if there is none.
//! 2. A function of the name of an intrinsic is an error, too.
//! 3. Attributes of dialects that do not translate are dropped: conversions leave some, and `mlir-translate` reads none.

use crate::gpu_host::host::erase_memory_spaces_and_tokens;
use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Type, Value},
    views::{builtin, gpu, llvm, memref},
};
use autodiff_transforms::emit;

pub(crate) static SPACES: Pass = Pass::new(
    c"autodiff-settle-memory",
    c"Put all memory into one space, and lay out what is allocated with strides",
    &[],
    |_, module| {
        emit_all([foreign_types(module), foreign_memory(module)].concat())?;
        if values(module).any(|(_, value)| space_of(value).is_some()) {
            erase_memory_spaces_and_tokens(module);
        }
        ops_of_allocation(module).into_iter().for_each(lay_out);
        Ok(())
    },
);

pub(crate) static FINISH: Pass = Pass::new(
    c"autodiff-finish-lowering",
    c"Check that all that is left translates to LLVM IR, and drop attributes that do not",
    &[],
    |_, module| {
        emit_all([untranslatable(module), intrinsics(module)].concat())?;
        translated(module).into_iter().for_each(drop_attributes);
        Ok(())
    },
);

pub(crate) fn emit_all(errors: Vec<Diagnostic>) -> Result<(), ()> {
    errors.iter().for_each(Diagnostic::emit);
    if errors.is_empty() { Ok(()) } else { Err(()) }
}

fn ops_of_allocation(module: Op) -> Vec<Op> {
    module.walk().into_iter().filter(|op| matches!(op.name(), memref::Alloc::NAME | memref::Alloca::NAME)).collect()
}

/// Allocates a buffer with strides as a plain one, which the conversion to LLVM takes. The addresses of other layouts are
/// none of a plain buffer.
fn lay_out(op: Op) {
    let (ty, sizes) = (op.result(0).ty(), op.operands());
    let open = ty.shape().iter().filter(|size| **size == Type::DYNAMIC).count();
    let Some(builder) = Builder::before(op).filter(|_| sizes.len() == open) else { return };
    if ty.strides().is_none() || ty == Type::memref(ty.element(), &ty.shape()) {
        return;
    }
    let alignment = op.attribute("alignment").map(|alignment| ("alignment", alignment));
    let attributes: Vec<_> = alignment.into_iter().collect();
    let buffer = emit::allocate_laid_out(&builder, op.name(), ty, &sizes, &attributes);
    op.result(0).replace_all_uses_with(buffer);
    op.erase();
}

/// The type of a value, and those in it.
fn nested(ty: Type) -> impl Iterator<Item = Type> {
    std::iter::successors(Some(ty), |ty| Some(ty.element()).filter(|element| element != ty))
}

/// The values that ops define, each with the op.
fn values(module: Op) -> impl Iterator<Item = (Op, Value)> {
    module.walk().into_iter().flat_map(|op| {
        let blocks = op.regions().into_iter().flat_map(|region| region.blocks());
        let arguments = blocks.flat_map(|block| block.arguments());
        op.results().into_iter().chain(arguments).map(move |value| (op, value)).collect::<Vec<_>>()
    })
}

/// The first error of each op.
fn once_an_op(errors: impl Iterator<Item = (Op, Diagnostic)>) -> Vec<Diagnostic> {
    let mut errors: Vec<_> = errors.collect();
    errors.dedup_by_key(|(op, _)| *op);
    errors.into_iter().map(|(_, error)| error).collect()
}

/// Ops that define values of types for which upstream's conversions have nothing, and do not look. Narrower floats become
/// integers there, but for complex ones.
pub(crate) fn foreign_types(module: Op) -> Vec<Diagnostic> {
    let lacks = |ty: &Type| !ty.real().is_llvm() && (ty.is_complex() || ty.is_float() && ty.to_string() == "tf32");
    let error = |(op, value): (Op, Value)| {
        let ty = nested(value.ty()).find(lacks)?;
        let message = format!("'{}' op: LLVM has no type '{ty}'", op.name());
        Some((op, Diagnostic::error(op.location(), message)))
    };
    once_an_op(values(module).filter_map(error))
}

/// The memory space of a buffer, or of the buffers in it.
fn space_of(value: Value) -> Option<Attribute> {
    nested(value.ty()).filter_map(Type::memory_space).max_by_key(|space| !is_ordinary(*space))
}

/// Whether a space is memory like any other. From 256 on, numbers stand for segments on some CPUs.
fn is_ordinary(space: Attribute) -> bool {
    space.as_integer().is_some_and(|number| (0..256).contains(&number))
}

/// Ops that define a buffer in a space that is not ordinary.
fn foreign_memory(module: Op) -> Vec<Diagnostic> {
    let error = |(op, value): (Op, Value)| {
        let space = space_of(value).filter(|space| !is_ordinary(*space))?;
        let message = format!("'{}' op: a CPU has no memory space '{space}'", op.name());
        let remedy = "'autodiff-gpu-host-pipeline' runs kernels on a CPU; other memory is in a space without a name";
        Some((op, Diagnostic::error(op.location(), message).note(op.location(), remedy)))
    };
    once_an_op(values(module).filter_map(error))
}

/// The ops of the host: what stands in modules of kernels is translated by itself.
fn translated(module: Op) -> Vec<Op> {
    let is_kernel = |op: &Op| KERNELS.contains(&op.name());
    let mut ops = module.walk();
    if ops.iter().any(is_kernel) {
        ops.retain(|op| !op.self_and_ancestors().any(|op| is_kernel(&op)));
    }
    ops
}

const KERNELS: [&str; 2] = [gpu::Module::NAME, gpu::Binary::NAME];

fn untranslatable(module: Op) -> Vec<Diagnostic> {
    let (casts, others): (Vec<_>, Vec<_>) = translated(module)
        .into_iter()
        .filter(|op| !translates(*op))
        .partition(|op| op.is::<builtin::UnrealizedConversionCast>());
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

/// Functions with a body and the name of one of LLVM's intrinsics, which have none.
fn intrinsics(module: Op) -> Vec<Diagnostic> {
    let functions = translated(module).into_iter().filter(|op| op.is::<llvm::Func>());
    let is_defined = |op: &Op| op.region(0).first_block().is_some();
    let error = |op: Op| {
        let name = op.symbol_name().filter(|name| name.starts_with("llvm."))?;
        let message = format!("'@{name}' has a name that LLVM keeps for its intrinsics; give the function another one");
        Some(Diagnostic::error(op.location(), message))
    };
    functions.filter(is_defined).filter_map(error).collect()
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
        llvm::CallIntrinsic::NAME => {
            let name = op.attribute("intrin").and_then(Attribute::as_string).unwrap_or_default();
            !["llvm.nvvm.", "llvm.amdgcn.", "llvm.r600."].iter().any(|vendor| name.starts_with(vendor))
        }
        // Once its operands are LLVM's.
        gpu::LaunchFunc::NAME => {
            op.operands().into_iter().all(|value| !value.ty().is_index() && !value.ty().is_memory())
        }
        builtin::Module::NAME => true,
        // MLIR verifies the types of its operands only.
        llvm::Getelementptr::NAME | llvm::Alloca::NAME => {
            op.attribute("elem_type").and_then(Attribute::as_type).is_none_or(Type::is_llvm)
        }
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
