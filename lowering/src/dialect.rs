//! The state ops of the autodiff dialect to `memref`, `arith` and `scf`: shadows, accumulations, caches and tapes.

pub(crate) mod complex_atomics;
pub(crate) mod hold_caches;
pub(crate) mod localize;
pub(crate) mod lower;
pub(crate) mod tape;
pub(crate) mod uniform;
