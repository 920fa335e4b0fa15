//! The passes, one file each.

mod differentiate;
mod forward_stores;
mod normal_form;
mod wrap;

use autodiff_dialect::bridge;

/// Registers the passes by name. Call it once, before a pipeline is parsed.
pub fn register() {
    bridge::register_pass(&differentiate::PASS);
    bridge::register_pass(&forward_stores::PASS);
    bridge::register_pass(&wrap::PASS);
}
