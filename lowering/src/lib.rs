//! Lowering of the autodiff dialect and of upstream dialects to what machines run.
//!
//! One wing for each purpose; [`pipelines`] puts their passes in order.

mod adjoint;
mod alias;
mod cpu;
mod dialect;
mod functions;
pub mod gpu;
pub mod gpu_host;
mod loops;
pub mod pipelines;
pub mod tensors;
mod tune;

use autodiff_dialect::bridge;

/// Registers the passes and pipelines, so that textual pipelines may name them.
pub fn register() {
    for pass in [
        &adjoint::gather_accumulations::PASS,
        &adjoint::hoist_takes::PASS,
        &adjoint::keep_cotangents::PASS,
        &adjoint::sink_adjoints::PASS,
        &adjoint::split_accumulations::PASS,
        &adjoint::straighten_loops::PASS,
        &alias::mark_distinct::PASS,
        &alias::mark_interface::PASS,
        &alias::outline_iterations::PASS,
        &cpu::allow_contraction::PASS,
        &cpu::dissolve_alloca_scope::PASS,
        &cpu::expand_complex::PASS,
        &cpu::expand_math::PASS,
        &cpu::fold_branches::PASS,
        &cpu::lock_reductions::PASS,
        &cpu::translatable::FINISH,
        &cpu::translatable::SPACES,
        &dialect::localize::PASS,
        &dialect::localize::SERIALIZE,
        &dialect::lower::PASS,
        &dialect::tape::JOIN,
        &tune::guard_calls::PASS,
        &tune::hoist_buffers::PASS,
        &tune::jam_loops::PASS,
        &tune::merge_buffers::PASS,
        &tune::split_short_rounds::PASS,
    ] {
        bridge::register_pass(pass);
    }
    pipelines::register();
    gpu_host::register();
    tensors::register();
    gpu::register();
}
