//! Lowering of the autodiff dialect and of upstream dialects to what machines run.

mod adjoint_loops;
mod alloca_scope;
mod complex_atomics;
mod contraction;
pub mod cpu;
mod expand_math;
mod functions;
pub mod gpu;
pub mod gpu_host;
mod guard_calls;
mod hoist_buffers;
mod interface;
mod jam_loops;
mod leave_loops;
mod limit_scatters;
mod localize;
mod lock_reductions;
mod loops;
mod mark_distinct;
mod merge_buffers;
mod outline_iterations;
mod pack_lanes;
mod registers;
mod short_rounds;
mod state;
mod stream_caches;
mod tape;
pub mod tensors;
mod translatable;
mod uniform;

/// Registers the passes and pipelines, so that textual pipelines may name them.
pub fn register() {
    autodiff_dialect::bridge::register_pass(&adjoint_loops::gather::PASS);
    autodiff_dialect::bridge::register_pass(&adjoint_loops::hoist::PASS);
    autodiff_dialect::bridge::register_pass(&adjoint_loops::keep::PASS);
    autodiff_dialect::bridge::register_pass(&adjoint_loops::sink::PASS);
    autodiff_dialect::bridge::register_pass(&adjoint_loops::split::PASS);
    autodiff_dialect::bridge::register_pass(&adjoint_loops::straighten::PASS);
    autodiff_dialect::bridge::register_pass(&alloca_scope::PASS);
    autodiff_dialect::bridge::register_pass(&contraction::PASS);
    autodiff_dialect::bridge::register_pass(&guard_calls::PASS);
    autodiff_dialect::bridge::register_pass(&hoist_buffers::PASS);
    autodiff_dialect::bridge::register_pass(&jam_loops::PASS);
    autodiff_dialect::bridge::register_pass(&leave_loops::PASS);
    autodiff_dialect::bridge::register_pass(&limit_scatters::PASS);
    autodiff_dialect::bridge::register_pass(&localize::PASS);
    autodiff_dialect::bridge::register_pass(&lock_reductions::PASS);
    autodiff_dialect::bridge::register_pass(&mark_distinct::PASS);
    autodiff_dialect::bridge::register_pass(&merge_buffers::PASS);
    autodiff_dialect::bridge::register_pass(&outline_iterations::PASS);
    autodiff_dialect::bridge::register_pass(&pack_lanes::PASS);
    autodiff_dialect::bridge::register_pass(&short_rounds::PASS);
    autodiff_dialect::bridge::register_pass(&state::PASS);
    autodiff_dialect::bridge::register_pass(&expand_math::PASS);
    autodiff_dialect::bridge::register_pass(&interface::PASS);
    autodiff_dialect::bridge::register_pass(&translatable::SPACES);
    autodiff_dialect::bridge::register_pass(&translatable::FINISH);
    gpu_host::register();
    tensors::register();
    autodiff_dialect::bridge::register_pipeline(&cpu::CPU_PIPELINE);
    gpu::register();
}
