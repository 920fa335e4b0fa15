//! What derivatives are made of: small pieces of IR that the engines and the rules emit.

mod arithmetic;
mod chain;
mod copy;
mod memory;
mod nest;
mod parallel;
mod storage;

pub use arithmetic::{
    Trips, add, allow_any_order, constant_index, converted, growth, guarded, is_in_any_order, is_zero_constant,
    multiply, other_addend, stays_zero, subtract, sum, sum_in_any_order, sum_op,
};
pub use chain::shorten_chains;
pub use copy::{remapped, used_within};
pub use memory::{
    accumulate, accumulate_all, allocate, allocate_laid_out, extent, fill, for_each_element, release,
    require_same_sizes, snapshot, zero_tensor, zeroed, zeroed_as, zeroed_like,
};
pub use storage::{Storage, allocate_in, delinearised, for_each_on_device, release_in, zeroed_in};

pub use nest::{Nest, counted, is_loop};
pub use parallel::{is_sum, parallel, parallel_trips, plain_reduction, reduce};

use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Value},
    views::func,
};

/// Ends a function.
pub fn give_back(builder: &Builder, values: &[Value]) {
    builder.effect(func::Return::NAME, values);
}

/// The attributes of an op that are none of its own: what others say of a loop, which holds of the loop that does the same
/// in a derivative, too.
pub fn notes(op: Op) -> Vec<(&'static str, Attribute)> {
    const OWN: [&str; 4] = ["unsignedCmp", "operandSegmentSizes", "cases", "no_inline"];
    op.attributes().into_iter().filter(|(name, _)| !OWN.contains(name)).collect()
}

/// As [`notes`], those that may stand on the reverse of a loop, too: hints of other dialects.
pub fn hints(op: Op) -> Vec<(&'static str, Attribute)> {
    notes(op).into_iter().filter(|(name, _)| !name.starts_with("autodiff.")).collect()
}
