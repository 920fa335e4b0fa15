//! mlir-opt's command line with the autodiff dialect, its passes and its pipelines.

use autodiff_tools::{
    console::{complain, print},
    out_of_memory,
};
use std::{ffi::CString, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = vec![];
    for argument in std::env::args_os() {
        match CString::new(argument.into_encoded_bytes()) {
            Ok(argument) => arguments.push(argument),
            Err(_) => return ExitCode::from(1),
        }
    }
    if arguments.iter().skip(1).any(|argument| argument.as_bytes() == b"--version") {
        let line = concat!("autodiff-opt ", env!("CARGO_PKG_VERSION"), "\n");
        if let Err(error) = print(line) {
            complain(format_args!("autodiff-opt: error: cannot write to standard output: {error}"));
            return ExitCode::from(1);
        }
    }
    out_of_memory::watch("autodiff-opt", 1);
    autodiff_transforms::register();
    autodiff_lowering::register();
    let code = autodiff_dialect::bridge::opt_main(&arguments, c"autodiff-opt: MLIR with automatic differentiation");
    ExitCode::from(code as u8)
}
