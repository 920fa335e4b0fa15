//! The version of LLVM and MLIR that the project is built for, and where it is: the one place that names it in Rust.
//!
//! The scripts have theirs in `x` (`LLVM_VERSION`); what else changes with a version is in `docs/llvm-23.md`.

use std::path::{Path, PathBuf};

/// The major version.
pub const VERSION: u32 = 22;

/// The folder of the installation that the project was built against: `MLIR_SYS_220_PREFIX`, or Debian's.
pub const PREFIX: &str = env!("AUTODIFF_LLVM_PREFIX");

/// The path of one of its programs, whether it is there or not.
pub fn program(name: &str) -> PathBuf {
    Path::new(PREFIX).join("bin").join(name)
}

/// The path of one of its shared libraries, whether it is there or not.
pub fn library(name: &str) -> PathBuf {
    Path::new(PREFIX).join("lib").join(name)
}

/// The folder of its headers and definitions.
pub fn include() -> PathBuf {
    Path::new(PREFIX).join("include")
}
