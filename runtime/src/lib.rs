//! What generated code calls while it runs: GPU kernels on the CPU.
//!
//! `autodiff-gpu-to-host` turns the ops of the `gpu` dialect into calls of the functions in [`abi`]; the other modules
//! know neither MLIR nor how they are called. One launch is one call: blocks run one after another, and each thread of
//! a block is a coroutine where the kernel synchronises ([`block`]), or one round of a plain loop where it does not.
//!
//! [`run`] makes an error of generated code a value: the code is left where it stands, and nothing of it runs again.

mod abi;
mod block;
pub mod cuda;
mod driver;
mod exchange;
mod launch;
mod machine;
mod races;
mod report;
mod thread;

pub use abi::symbols;
pub use machine::{Counters, Options, Outcome, run};
pub use report::Report;
