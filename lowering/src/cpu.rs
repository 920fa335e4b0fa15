//! What upstream's conversions for CPUs lack: ops brought into the form that they take, and checks of what they give.

pub(crate) mod allow_contraction;
pub(crate) mod dissolve_alloca_scope;
pub(crate) mod expand_complex;
pub(crate) mod expand_math;
pub(crate) mod fold_branches;
pub(crate) mod lock_reductions;
pub(crate) mod translatable;
