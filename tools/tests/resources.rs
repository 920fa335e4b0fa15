//! The tools where there is too little of something: nothing that reads, a full disk, no memory. And programs that free
//! what is not theirs.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const PROGRAM: &str = r#"
func.func @square(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
func.func @product(%x: vector<4xf64>) -> f64 {
  %one = arith.constant 1.0 : f64
  %y = vector.multi_reduction <mul>, %x, %one [0] : vector<4xf64> to f64
  return %y : f64
}
func.func private @missing(f64) -> f64
func.func @calls_missing(%x: f64) -> f64 {
  %y = call @missing(%x) : (f64) -> f64
  return %y : f64
}
func.func @copy(%x: memref<?x?xf64>) { return }
func.func @iterate(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x) -> f64 {
    %q = math.sin %p : f64
    %r = arith.mulf %q, %p : f64
    scf.yield %r : f64
  }
  return %y : f64
}
func.func @until(%x: f64, %n: f64) -> f64 {
  %c1 = arith.constant 1.0 : f64
  %c0 = arith.constant 0.0 : f64
  %y:2 = scf.while (%p = %x, %k = %c0) : (f64, f64) -> (f64, f64) {
    %more = arith.cmpf olt, %k, %n : f64
    scf.condition(%more) %p, %k : f64, f64
  } do {
  ^bb0(%p: f64, %k: f64):
    %q = math.sin %p : f64
    %r = arith.mulf %q, %p : f64
    %next = arith.addf %k, %c1 : f64
    scf.yield %r, %next : f64, f64
  }
  return %y#0 : f64
}
func.func @buffer(%n: index) -> memref<?xf64> {
  %x = arith.constant 0.0 : f64
  %a = memref.alloc(%n) : memref<?xf64>
  linalg.fill ins(%x : f64) outs(%a : memref<?xf64>)
  return %a : memref<?xf64>
}
func.func @frees_argument(%x: f64, %a: memref<8xf64>) -> f64 {
  memref.dealloc %a : memref<8xf64>
  return %x : f64
}
func.func @frees_twice(%n: index, %again: i1) -> memref<?xf64> {
  %a = memref.alloc(%n) : memref<?xf64>
  memref.dealloc %a : memref<?xf64>
  scf.if %again {
    memref.dealloc %a : memref<?xf64>
  }
  return %a : memref<?xf64>
}
memref.global "private" @table : memref<4xf64> = dense<1.0>
func.func @frees_global() {
  %a = memref.get_global @table : memref<4xf64>
  memref.dealloc %a : memref<4xf64>
  return
}
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.mlir"), PROGRAM).unwrap();
    folder
}

/// Runs a line of a shell with the tools as `$run`, `$opt` and `$fuzz`.
fn shell(folder: &Path, line: &str) -> Output {
    Command::new("sh")
        .args(["-c", line])
        .env("run", env!("CARGO_BIN_EXE_autodiff-run"))
        .env("opt", env!("CARGO_BIN_EXE_autodiff-opt"))
        .env("fuzz", env!("CARGO_BIN_EXE_autodiff-fuzz"))
        .current_dir(folder)
        .output()
        .unwrap()
}

fn code(line: &str) -> i32 {
    shell(folder().path(), line).status.code().expect(line)
}

/// Expects exit code 2 and a message with all of the words.
fn bad(line: &str, words: &[&str]) {
    let output = shell(folder().path(), line);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{line}: {text}");
    for word in words {
        assert!(text.contains(word), "{line}: '{word}' is not in: {text}");
    }
}

#[test]
fn errors_have_their_exit_code_where_nobody_can_read_them() {
    for stderr in ["2>/dev/full", "2>&-"] {
        assert_eq!(code(&format!("$run m.mlir --entry product --arg rand:4:1 --mode vjp {stderr}")), 2);
        assert_eq!(code(&format!("$run m.mlir --entry nothing {stderr}")), 2);
        assert_eq!(code(&format!("$run m.mlir --entry calls_missing --arg 1 {stderr}")), 2);
        assert_eq!(code(&format!("$run m.mlir --bogus {stderr}")), 2);
        let requests = "--autodiff-wrap=function=product --autodiff-differentiate";
        assert_eq!(code(&format!("$opt m.mlir {requests} {stderr}")), 1);
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    bad("$run m.mlir --entry square --arg 3 >/dev/full", &["cannot write to standard output: No space left"]);
    bad("$fuzz --print >/dev/full", &["cannot write to standard output"]);
    assert_eq!(code("$opt m.mlir >/dev/full"), 1);
    assert_eq!(code("$opt --version >/dev/full"), 1);
    assert_eq!(code("$opt m.mlir --autodiff-wrap=function=square --autodiff-explain >/dev/full"), 1);
    // A reader that has seen enough is none.
    assert_eq!(code("{ $run m.mlir --entry square --arg 3; echo $? > code; } | true; exit $(cat code)"), 0);
}

/// What `--save` cannot finish it does not leave behind: neither a part of a file, nor some of the files.
#[test]
fn save_is_all_or_nothing() {
    let folder = folder();
    let save = "$run m.mlir --entry copy --arg rand:100x100:1 --mode vjp --save";
    let output = shell(folder.path(), &format!("ulimit -f 16; {save} new"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("--save: cannot write 'new/arg-0.npy': File too large"), "{text}");
    assert!(!folder.path().join("new").exists());

    // Files of an earlier run stay as they are.
    assert!(shell(folder.path(), &format!("{save} old")).status.success());
    let before = fs::read(folder.path().join("old/arg-0.npy")).unwrap();
    let other = "$run m.mlir --entry copy --arg rand:100x100:2 --mode vjp --save";
    assert_eq!(shell(folder.path(), &format!("ulimit -f 16; {other} old")).status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("old/arg-0.npy")).unwrap(), before);
    let names: Vec<_> =
        fs::read_dir(folder.path().join("old")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn too_little_memory_is_said_with_the_bytes() {
    let short = "ulimit -v 1300000;";
    // 7000 * 7000 numbers of 8 bytes: a copy too many.
    bad(
        &format!("{short} $run m.mlir --entry copy --arg zeros:7000x7000 --mode vjp"),
        &["out of memory", "392000000 bytes"],
    );
    // The tape of a counted loop, and one that grows.
    bad(
        &format!("{short} $run m.mlir --entry iterate --arg 0.5 --arg 120000000 --mode vjp"),
        &["out of memory: the derivative asks for 960000000 bytes", "--cache-cost"],
    );
    bad(
        &format!("{short} $run m.mlir --entry until --arg 0.5 --arg 100000000 --mode vjp"),
        &["out of memory: the derivative asks for", "that it holds"],
    );
    bad(
        "$run m.mlir --entry buffer --arg 1000000000000000",
        &["out of memory: the function asks for 8000000000000000 bytes"],
    );
    bad("$run m.mlir --entry buffer --arg -5", &["the function allocates a buffer of a negative size: -40 bytes"]);
}

#[test]
fn sizes_beyond_memory_are_refused() {
    for shape in ["0x9223372036854775808", "9223372036854775808x0", "0x4611686018427387904x4", "3000000000x3000000000"]
    {
        let rank = if shape.matches('x').count() == 2 { "expected ?x?" } else { "does not fit in memory" };
        bad(&format!("$run m.mlir --entry copy --arg zeros:{shape}"), &[rank]);
    }
}

#[test]
fn programs_free_only_what_is_theirs() {
    for mode in ["run", "vjp", "jvp", "check"] {
        let line = format!("$run m.mlir --entry frees_argument --arg 1 --arg rand:8:1 --mode {mode}");
        bad(&line, &["frees argument #1, which belongs to its caller"]);
    }
    let twice = "$run m.mlir --entry frees_twice --arg 8 --opt-level 0 --arg";
    bad(&format!("{twice} 1"), &["frees a buffer that it has freed before"]);
    bad(&format!("{twice} 0"), &["result #0: the program has freed the buffer that it returns"]);
    bad("$run m.mlir --entry frees_global --opt-level 0", &["frees memory that is not on the heap"]);
}
