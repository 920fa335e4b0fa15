//! The passes, one file each.

mod count_first;
mod count_while;
mod differentiate;
mod eliminate_dead;
mod expand_all_reduce;
mod expand_atomics;
mod expand_reductions;
mod explain;
mod forward_stores;
mod hoist_globals;
mod inline_kernels;
pub mod libm_to_math;
mod name_threads;
mod normal_form;
mod pair_sincos;
mod pass_failures;
mod print_activity;
mod print_aliases;
mod print_cache_plan;
mod print_locality;
mod print_needed;
mod print_replay;
mod raise_pointers;
mod raise_vendor_ops;
mod refuse_tensor_loops;
mod report;
mod settle_dims;
mod sink_into_branches;
mod split_sincos;
mod tapes;
mod wrap;
mod zero_seeds;

use autodiff_dialect::bridge;

/// Registers the passes by name. Call it once, before a pipeline is parsed.
pub fn register() {
    bridge::register_pass(&count_first::PASS);
    bridge::register_pass(&count_while::PASS);
    bridge::register_pass(&differentiate::PASS);
    bridge::register_pass(&eliminate_dead::PASS);
    bridge::register_pass(&expand_all_reduce::PASS);
    bridge::register_pass(&expand_atomics::PASS);
    bridge::register_pass(&expand_reductions::PASS);
    bridge::register_pass(&explain::PASS);
    bridge::register_pass(&forward_stores::PASS);
    bridge::register_pass(&inline_kernels::PASS);
    bridge::register_pass(&libm_to_math::PASS);
    bridge::register_pass(&name_threads::PASS);
    bridge::register_pass(&pair_sincos::PASS);
    bridge::register_pass(&pass_failures::PASS);
    bridge::register_pass(&print_activity::PASS);
    bridge::register_pass(&print_aliases::PASS);
    bridge::register_pass(&print_cache_plan::PASS);
    bridge::register_pass(&print_locality::PASS);
    bridge::register_pass(&print_needed::PASS);
    bridge::register_pass(&print_replay::PASS);
    bridge::register_pass(&raise_pointers::PASS);
    bridge::register_pass(&raise_vendor_ops::PASS);
    bridge::register_pass(&refuse_tensor_loops::PASS);
    bridge::register_pass(&settle_dims::PASS);
    bridge::register_pass(&sink_into_branches::PASS);
    bridge::register_pass(&split_sincos::PASS);
    bridge::register_pass(&wrap::PASS);
}
