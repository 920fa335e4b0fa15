//! mlir-opt's command line with the autodiff dialect, its passes and its pipelines.

use std::{ffi::CString, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = vec![];
    for argument in std::env::args_os() {
        match CString::new(argument.into_encoded_bytes()) {
            Ok(argument) => arguments.push(argument),
            Err(_) => return ExitCode::from(1),
        }
    }
    let code = autodiff_dialect::bridge::opt_main(&arguments, c"autodiff-opt: MLIR with automatic differentiation");
    ExitCode::from(code as u8)
}
