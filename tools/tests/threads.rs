//! Gradients of some parallel loops have no races, as the thread sanitizer sees them. `./x sanitize --threads` looks at all.

use std::{path::Path, process::Command};

#[test]
fn gradients_of_parallel_loops_have_no_races() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project's folder");
    let tools = Path::new(env!("CARGO_BIN_EXE_autodiff-opt")).parent().expect("the tools' folder");
    let output = Command::new("python3")
        .arg(root.join("tests/threads/sanitize.py"))
        .arg("--tools")
        .arg(tools)
        .args(["parallel/locality", "parallel/reductions-repeated"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("a seeded race is found"), "{text}");
}
