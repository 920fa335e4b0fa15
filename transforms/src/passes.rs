//! The passes, one file each.

mod differentiate;
mod expand_atomics;
mod forward_stores;
mod libm_to_math;
mod normal_form;
mod wrap;

use autodiff_dialect::bridge;

/// Registers the passes by name. Call it once, before a pipeline is parsed.
pub fn register() {
    bridge::register_pass(&differentiate::PASS);
    bridge::register_pass(&expand_atomics::PASS);
    bridge::register_pass(&forward_stores::PASS);
    bridge::register_pass(&libm_to_math::PASS);
    bridge::register_pass(&wrap::PASS);
}
