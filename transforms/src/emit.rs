//! What derivatives are made of: small pieces of IR that the engines and the rules emit.

mod arithmetic;
mod chain;
mod memory;
mod nest;
mod parallel;
mod storage;

pub use arithmetic::{
    Trips, add, allow_any_order, constant_index, converted, growth, guarded, is_in_any_order, is_zero_constant,
    multiply, other_addend, stays_zero, subtract, sum, sum_in_any_order, sum_op,
};
pub use chain::shorten_chains;
pub use memory::{
    accumulate, accumulate_all, allocate, allocate_laid_out, extent, fill, for_each_element, release,
    require_same_sizes, snapshot, zero_tensor, zeroed, zeroed_as, zeroed_like,
};
pub use storage::{Storage, allocate_in, delinearised, for_each_on_device, release_in, zeroed_in};

pub use nest::{Nest, counted};
pub use parallel::{is_sum, parallel, parallel_trips, plain_reduction, reduce};

use autodiff_dialect::ir::{Builder, Value};

/// Ends a function.
pub fn give_back(builder: &Builder, values: &[Value]) {
    builder.effect("func.return", values);
}
