//! The `autodiff` dialect: its definition, its typed ops, and what MLIR's C API lacks.

pub mod activity;
pub mod bridge;
pub mod diagnostic;
pub mod ir;
pub mod llvm;
pub mod ops;
pub mod state;
pub mod views;

pub use activity::Activity;
