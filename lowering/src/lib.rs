//! Lowering of the autodiff dialect and of upstream dialects to what machines run.

pub mod cpu;
mod state;

/// Registers the passes and pipelines, so that textual pipelines may name them.
pub fn register() {
    autodiff_dialect::bridge::register_pass(&state::PASS);
    autodiff_dialect::bridge::register_pass(&cpu::EXPAND_MATH);
    autodiff_dialect::bridge::register_pipeline(&cpu::CPU_PIPELINE);
}
