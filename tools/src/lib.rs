//! The command-line tools of mlir-autodiff, as far as they are more than one call.

pub mod console;
pub mod out_of_memory;
pub mod run;
