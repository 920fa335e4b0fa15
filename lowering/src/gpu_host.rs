//! GPU kernels on the CPU: `gpu` ops become calls of the host runtime (`runtime/`).

mod abi;
mod checks;
mod device;
mod exchange;
mod host;
mod ids;
mod launches;
mod to_host;
mod workgroup;

use autodiff_dialect::bridge::{self, OptionKind, PassOption, Pipeline};

/// Whether kernels say of each access of memory where it is.
static OPTIONS: [PassOption; 1] = [PassOption::new(
    c"check-races",
    OptionKind::Bool,
    c"false",
    c"Tell the runtime of every access of memory, so that it can find races",
)];

/// The pipeline by name.
static PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-gpu-host-pipeline",
    c"Lower upstream dialects to the LLVM dialect for a CPU, GPU kernels included",
    &OPTIONS,
    |options| Ok(pipeline(options == ["true"])),
);

/// Registers the passes and the pipeline.
pub fn register() {
    bridge::register_pass(&to_host::PASS);
    bridge::register_pass(&checks::PASS);
    bridge::register_pipeline(&PIPELINE);
}

/// The pipeline as text, without the `builtin.module` around it.
///
/// 1. Make a kernel function of each launch, and calls of the runtime of what kernels do together.
/// 2. Bring accesses of memory into the forms that can be checked, and check them.
/// 3. Go on as for any CPU.
pub fn pipeline(check_races: bool) -> String {
    format!(
        "convert-linalg-to-loops,lower-affine,gpu-kernel-outlining,autodiff-gpu-to-host,\
         func.func(lower-vector-mask,lower-vector-multi-reduction),convert-vector-to-scf{{full-unroll=true}},\
         lower-affine,autodiff-gpu-check-accesses{{check-races={check_races}}},{}",
        crate::cpu::cpu_pipeline(false)
    )
}
