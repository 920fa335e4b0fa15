//! Compiles an MLIR function or its derivative for this machine and runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    autodiff_tools::run::main()
}
