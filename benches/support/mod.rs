//! The tools that the benchmarks run, built as users build them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Builds a tool with the release profile and returns its path.
///
/// # Panics
///
/// If it does not build: there is nothing to measure then.
pub fn tool(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--quiet", "--release", "-p", "autodiff-tools", "--bin", name])
        .status()
        .expect("cargo runs");
    assert!(status.success(), "'{name}' does not build");
    // The benchmark itself is in `release/deps`.
    let own = std::env::current_exe().expect("the benchmark has a path");
    let profile = own.parent().and_then(Path::parent).expect("the benchmark is in a folder of cargo's");
    profile.join(name)
}
