//! GPU kernels on the CPU: `gpu` ops become calls of the host runtime (`runtime/`).

pub(crate) mod abi;
mod checks;
mod count;
mod device;
mod exchange;
pub(crate) mod host;
mod ids;
pub(crate) mod launches;
mod to_host;
mod workgroup;

use autodiff_dialect::bridge::{self, OptionKind, PassOption, Pipeline};

static OPTIONS: [PassOption; 2] = [
    PassOption::new(
        c"check-races",
        OptionKind::Bool,
        c"false",
        c"Tell the runtime of every access of memory, so that it can find races",
    ),
    PassOption::new(
        c"count",
        OptionKind::Bool,
        c"false",
        c"Count elements read and written and floating-point operations",
    ),
];

/// The pipeline by name.
static PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-gpu-host-pipeline",
    c"Lower upstream dialects to the LLVM dialect for a CPU, GPU kernels included",
    &OPTIONS,
    |options| {
        let is_set = |number: usize| options.get(number).is_some_and(|value| *value == "true");
        Ok(pipeline(Instruments { check_races: is_set(0), count: is_set(1) }))
    },
);

/// What kernels tell the runtime beside what they must.
#[derive(Clone, Copy, Debug, Default)]
pub struct Instruments {
    /// Every access of memory, so that races can be found.
    pub check_races: bool,
    /// The numbers of elements read and written and of floating-point operations.
    pub count: bool,
}

/// Registers the passes and the pipeline.
pub fn register() {
    bridge::register_pass(&to_host::PASS);
    bridge::register_pass(&checks::PASS);
    bridge::register_pass(&count::PASS);
    bridge::register_pipeline(&PIPELINE);
}

/// The pipeline as text, without the `builtin.module` around it.
///
/// 1. Make a kernel function of each launch, drop functions that only kernels called, and make calls of the runtime of what kernels do together.
/// 2. Bring accesses of memory into the forms that can be checked, and check them.
/// 3. Go on as for any CPU.
pub fn pipeline(instruments: Instruments) -> String {
    let Instruments { check_races, count } = instruments;
    let count = if count { "autodiff-gpu-count-operations," } else { "" };
    format!(
        "autodiff-settle-dims,convert-linalg-to-loops,lower-affine,autodiff-share-globals,gpu-kernel-outlining,symbol-dce,\
         autodiff-raise-vendor-ops{{for=host}},autodiff-gpu-to-host,\
         func.func(lower-vector-mask,lower-vector-multi-reduction),convert-vector-to-scf{{full-unroll=true}},\
         lower-affine,{count}autodiff-gpu-check-accesses{{check-races={check_races}}},{}",
        crate::pipelines::cpu_pipeline(false)
    )
}
