//! The command-line tools of mlir-autodiff, as far as they are more than one call.

pub mod run;
