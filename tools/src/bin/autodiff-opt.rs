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
    if arguments.iter().skip(1).any(|argument| argument.as_bytes() == b"--version") {
        println!("autodiff-opt {}", env!("CARGO_PKG_VERSION"));
    }
    autodiff_transforms::register();
    autodiff_lowering::register();
    let code = autodiff_dialect::bridge::opt_main(&arguments, c"autodiff-opt: MLIR with automatic differentiation");
    ExitCode::from(code as u8)
}
