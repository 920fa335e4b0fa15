//! Automatic differentiation of MLIR programs while they still have their structure.
//!
//! A facade: it re-exports the crates of the workspace under one name.

pub use autodiff_dialect as dialect;
pub use autodiff_lowering as lowering;
pub use autodiff_transforms as transforms;
