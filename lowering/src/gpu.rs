//! Kernels for GPUs: what the pipelines for NVIDIA and AMD share.

mod binary;
mod expand_device_atomics;
mod expand_device_math;
mod expand_subgroups;
mod images;
mod lanes;
mod name_kernels;
mod nvvm;
mod place_device_memory;
mod reduce;
mod rocdl;
pub(crate) mod share_globals;
mod to_cuda;
mod tools;

use crate::pipelines::{CANONICALIZE, SCF_TO_CF};
use autodiff_dialect::{bridge, ir::Op, views::gpu};
pub use images::images;
pub use nvvm::chip_for;

/// Registers the passes and pipelines.
pub(crate) fn register() {
    bridge::register_pass(&binary::PASS);
    bridge::register_pass(&expand_device_atomics::PASS);
    bridge::register_pass(&expand_device_math::PASS);
    bridge::register_pass(&name_kernels::PASS);
    bridge::register_pass(&expand_subgroups::PASS);
    bridge::register_pass(&place_device_memory::PASS);
    bridge::register_pass(&share_globals::PASS);
    bridge::register_pass(&to_cuda::PASS);
    bridge::register_pipeline(&nvvm::PIPELINE);
    bridge::register_pipeline(&rocdl::PIPELINE);
}

/// What differs between vendors.
struct Device<'a> {
    /// The number of lanes of a subgroup.
    lanes: u32,
    /// Whether assertions are traps without a message.
    traps: bool,
    /// The most workgroup memory that a kernel may name, in bytes.
    workgroup_bytes: u32,
    /// Attaches the description of the chip to kernels.
    attach: &'a str,
    /// Converts a kernel to the vendor's dialect.
    convert: &'a str,
    /// Makes a binary of a kernel.
    binary: &'a str,
}

impl Device<'_> {
    /// The pipeline as text. The host's code stays in `func`, `memref`, `scf`, `arith` and `gpu`; kernels become
    /// `gpu.binary` ops.
    ///
    /// 1. State ops to memory, structured ops to loops.
    /// 2. Launches with bodies to kernels in modules of their own, with names that assemblers accept, for a chip.
    /// 3. In kernels: what the vendor's conversion lacks to what it has, loops to blocks.
    /// 4. Kernels to the vendor's dialect, and to code.
    fn pipeline(&self) -> String {
        let Self { lanes, traps, workgroup_bytes, attach, convert, binary } = self;
        format!(
            "autodiff-raise-vendor-ops{{for=device}},\
             autodiff-settle-dims,\
             autodiff-lower,\
             convert-linalg-to-loops,\
             func.func(lower-vector-mask,lower-vector-multi-reduction),\
             convert-vector-to-scf{{full-unroll=true}},\
             lower-affine,\
             gpu-launch-sink-index-computations,\
             autodiff-share-globals,\
             gpu-kernel-outlining,\
             autodiff-name-kernels,\
             {attach},\
             autodiff-expand-subgroups{{size={lanes}}},\
             autodiff-dissolve-alloca-scope,\
             autodiff-place-device-memory{{workgroup-bytes={workgroup_bytes}}},\
             autodiff-expand-complex,\
             gpu.module(\
             expand-strided-metadata,\
             memref-expand,\
             lower-affine,\
             convert-complex-to-standard,\
             math-expand-ops{{ops=clampf}}),\
             autodiff-expand-device-math{{trap={traps}}},\
             autodiff-expand-device-atomics,\
             autodiff-fold-branches,\
             gpu.module(\
             arith-emulate-unsupported-floats{{source-types=bf16 target-type=f32}},\
             math-extend-to-supported-types{{target-type=f32}},\
             arith-expand{{include-bf16=true}},\
             {CANONICALIZE},\
             {SCF_TO_CF}\
             sccp),\
             autodiff-fold-branches,\
             gpu.module(\
             {CANONICALIZE},\
             cse),\
             autodiff-expand-device-atomics,\
             gpu.module(\
             convert-vector-to-llvm,\
             {convert},\
             {CANONICALIZE},\
             cse,\
             reconcile-unrealized-casts),\
             {binary}"
        )
    }
}

/// The modules of kernels.
fn modules(module: Op) -> Vec<Op> {
    module.walk().into_iter().filter(|op| op.is::<gpu::Module>()).collect()
}

/// A path as the text of a pipeline holds it, in quotes.
fn quoted_path(option: &str, path: &str) -> Result<String, String> {
    if path.contains(['{', '}', '\'', '"']) {
        return Err(format!("{option}: the path '{path}' must not hold quotes or braces"));
    }
    Ok(format!("'{path}'"))
}
