//! A short round of the fuzzer with a fixed seed: every random program has the right derivatives, or the test prints one
//! that has not, shrunk.

use std::process::Command;

#[test]
fn random_programs_have_right_derivatives() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_autodiff-fuzz"))
        .args(["--minutes", "0.4", "--count", "400", "--seed", "1", "--shrink", "20", "--per-kind", "1", "--stats"])
        .arg("--out")
        .arg(folder.path())
        .output()
        .expect("the fuzzer starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}");
    assert!(output.status.success(), "{out}\n{err}");
}
