//! `autodiff-run`: compiles a function or its derivative for this machine and runs it.
//!
//! 1. Read the command line and the program (`options`, `source`).
//! 2. Read the values of the arguments (`value`, `npy`).
//! 3. Add wrappers that call the function and its derivatives (`request`, `wrapper`), compile (`program`, `engine`).
//! 4. Call them (`session`), or compare them with differences (`check`).
//! 5. Print and save (`report`).

mod array;
mod check;
pub mod check_rules;
mod element;
mod engine;
mod failure;
pub mod globals;
mod launcher;
mod memory;
mod npy;
mod options;
mod program;
mod progress;
mod report;
mod request;
mod rng;
mod session;
mod slot;
mod source;
mod trace;
mod value;
mod wrapper;

pub use rng::SplitMix;

use crate::{console::complain, out_of_memory};
use clap::Parser;
use failure::{Failure, Result};
use options::Options;
use std::process::ExitCode;

/// The stack of generated code: `memref.alloca` takes from it.
const STACK_BYTES: usize = 512 << 20;

/// Runs the tool on the command line of the process.
pub fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(count) = options.threads {
        engine::set_threads(count);
    }
    out_of_memory::watch("autodiff-run", 2);
    engine::catch_crashes();
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || run(&options));
    let result = match worker.map(|thread| thread.join()) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Failure::Reported),
        Err(error) => Err(Failure::input(format!("cannot start a thread: {error}"))),
    };
    autodiff_dialect::bridge::forget_output_errors();
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            match &failure {
                Failure::Input(message) | Failure::Device(message) if message.contains(": error: ") => {
                    complain(message);
                }
                Failure::Input(message) | Failure::Device(message) => {
                    complain(format_args!(
                        "autodiff-run: error: {}",
                        message.strip_prefix("error: ").unwrap_or(message)
                    ));
                }
                Failure::Reported => {}
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Returns whether the check, if there was one, has passed.
fn run(options: &Options) -> Result<bool> {
    let report = session::run(options)?;
    report.save()?;
    report.print(options.json)?;
    Ok(report.passed())
}
