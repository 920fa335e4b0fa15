//! Tuning for the machine: what changes the order of work or the layout of memory, and no result beyond rounding.

pub(crate) mod guard_calls;
pub(crate) mod hoist_buffers;
pub(crate) mod jam_loops;
pub(crate) mod merge_buffers;
pub(crate) mod split_short_rounds;
pub(crate) mod stream_caches;
