//! Runs `tests/lit` and `tests/programs` by LLVM's lit, in parallel.
//!
//! Words after `--` select tests: `cargo test -p autodiff-tools --test lit -- while tanh` runs those whose path contains
//! one of them. Flags of the usual test harness are ignored.

use serde_json::Value;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

const SUITES: [&str; 2] = ["tests/lit", "tests/programs"];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("lit: error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let words: Vec<_> = env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        return Ok(true);
    }
    let filters: Vec<_> = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package has no parent folder")?;
    let tools = Path::new(env!("CARGO_BIN_EXE_autodiff-opt")).parent().ok_or("the tools are in no folder")?;
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let llvm = autodiff_dialect::llvm::PREFIX;
    let report = scratch.join("lit.json");
    let _ = fs::remove_file(&report);

    // A test that hangs is ended after a minute of processor time; lit's own option for this wants a Python package.
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -t 60 && exec \"$0\" \"$@\""])
        .arg(format!("{llvm}/bin/lit"))
        .args(["-v", "--no-progress-bar"])
        .arg("--output")
        .arg(&report)
        .args(SUITES.map(|suite| root.join(suite)))
        .env("AUTODIFF_LIT_TOOLS", tools)
        .env("AUTODIFF_LIT_SCRATCH", &scratch)
        .env("AUTODIFF_LIT_LLVM", llvm)
        // Tests bring their own options.
        .env_remove("LIT_OPTS")
        .env_remove("LIT_FILTER");
    if !filters.is_empty() {
        command.arg("--filter").arg(filters.join("|"));
    }
    let start = Instant::now();
    let status =
        command.status().map_err(|error| format!("cannot run '{llvm}/bin/lit': {error}; './x setup' installs it"))?;
    summarise(&report, start.elapsed().as_secs_f64())?;
    Ok(status.success())
}

/// Prints the line that test harnesses of Rust end with.
fn summarise(report: &Path, seconds: f64) -> Result<(), String> {
    let text = fs::read_to_string(report).map_err(|error| format!("lit left no report: {error}"))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("lit's report is no JSON: {error}"))?;
    let codes: Vec<_> =
        report["tests"].as_array().into_iter().flatten().filter_map(|test| test["code"].as_str()).collect();
    let count = |names: &[&str]| codes.iter().filter(|code| names.contains(code)).count();
    let (passed, ignored) = (count(&["PASS", "XFAIL", "FLAKYPASS"]), count(&["UNSUPPORTED", "SKIPPED", "EXCLUDED"]));
    let failed = codes.len() - passed - ignored;
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; \
         finished in {seconds:.2}s\n"
    );
    Ok(())
}
