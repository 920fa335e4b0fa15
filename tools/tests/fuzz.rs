//! Short rounds of the fuzzers with fixed seeds: every random program has the right derivatives, before and after rewrites
//! that keep its meaning, and no mutant of the project's programs brings down a pass. What fails is printed, shrunk.

use std::process::Command;

fn fuzz(arguments: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_autodiff-fuzz"))
        .args(["--shrink", "20", "--per-kind", "1", "--stats"])
        .args(arguments)
        .arg("--out")
        .arg(folder.path())
        // The programs to mutate are named from the project's folder.
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the fuzzer starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}");
    assert!(output.status.success(), "{out}\n{err}");
}

#[test]
fn random_programs_have_right_derivatives() {
    fuzz(&["--minutes", "0.4", "--count", "400", "--seed", "1"]);
}

#[test]
fn rewrites_keep_gradients() {
    fuzz(&["--metamorphic", "--minutes", "0.3", "--count", "150", "--seed", "2001"]);
}

#[test]
fn mutants_bring_down_no_pass() {
    fuzz(&["--mutate", "--minutes", "0.4", "--count", "120", "--seed", "1"]);
}
