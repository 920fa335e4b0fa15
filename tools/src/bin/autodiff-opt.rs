//! mlir-opt's command line with the autodiff dialect, its passes and its pipelines.

use autodiff_tools::{
    console::{complain, print},
    out_of_memory,
};
use std::{ffi::CString, process::ExitCode};

/// Does what `--check-rules FILE` asks for, if it is there.
fn check_rules(arguments: &[CString]) -> Option<ExitCode> {
    const FLAG: &[u8] = b"--check-rules";
    let (place, first) = arguments.iter().enumerate().skip(1).find(|(_, text)| text.as_bytes().starts_with(FLAG))?;
    let file = match &first.as_bytes()[FLAG.len()..] {
        [] => arguments.get(place + 1).map(|file| file.as_bytes()),
        [b'=', file @ ..] => Some(file),
        _ => return None,
    };
    let used = if first.as_bytes() == FLAG { 3 } else { 2 };
    let file =
        file.filter(|file| !file.is_empty() && arguments.len() == used).and_then(|file| std::str::from_utf8(file).ok());
    Some(match file {
        Some(file) => autodiff_tools::run::check_rules::main(file),
        None => {
            complain("autodiff-opt: error: --check-rules: expected the file of a rule book, and nothing else");
            ExitCode::from(1)
        }
    })
}

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
    if let Some(code) = check_rules(&arguments) {
        return code;
    }
    autodiff_transforms::register();
    autodiff_lowering::register();
    let code = autodiff_dialect::bridge::opt_main(&arguments, c"autodiff-opt: MLIR with automatic differentiation");
    ExitCode::from(code as u8)
}
