//! Long programs: no pass of ours may recurse along chains of values, look at a value once for each path to it, or inline
//! what grows beyond the source.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

const LENGTH: usize = 100_000;

/// A program whose function `f` has `length` ops in a row.
fn program(parameters: &str, start: &str, length: usize, step: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = format!("func.func @f({parameters}) -> f64 {{\n{start}\n");
    for number in 0..length {
        let _ = writeln!(text, "{}", step(number));
    }
    text + &end.replace("LAST", &length.to_string()) + "\n}\n"
}

/// Differentiates a program in a mode.
fn differentiate(name: &str, program: &str, mode: &str) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("scale-{name}-{mode}.mlir"));
    fs::write(&path, program).expect("the program can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_autodiff-opt"))
        .arg(&path)
        .arg(format!("--autodiff-wrap=function=f mode={mode}"))
        .args(["--autodiff-differentiate", "--mlir-disable-threading", "-o", "/dev/null"])
        .stdin(Stdio::null())
        .output()
        .expect("autodiff-opt starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}, {mode}: {}: {text:.2000}", output.status);
    let _ = fs::remove_file(path);
}

const VIEW: &str = "memref<?xf64, strided<[1], offset: ?>>";

#[test]
fn views_of_views() {
    let text = program(
        "%a: memref<?xf64>, %k: index",
        &format!("%v0 = memref.subview %a[%k] [%k] [1] : memref<?xf64> to {VIEW}"),
        LENGTH,
        |number| match number % 2 {
            0 => format!("%v{} = memref.subview %v{number}[%k] [%k] [1] : {VIEW} to {VIEW}", number + 1),
            _ => format!(
                "%v{} = memref.reinterpret_cast %v{number} to offset: [%k], sizes: [%k], strides: [1] : {VIEW} to {VIEW}",
                number + 1
            ),
        },
        &format!(
            "%x = memref.load %vLAST[%k] : {VIEW}\n%y = math.sin %x : f64\nmemref.store %y, %vLAST[%k] : {VIEW}\nreturn %y \
             : f64"
        ),
    );
    differentiate("views", &text, "vjp");
}

#[test]
fn choices_of_buffers() {
    // Upstream takes a time that grows with the square of their number.
    let text = program(
        "%b0: memref<?xf64>, %other: memref<?xf64>, %c: i1, %k: index",
        "",
        LENGTH / 20,
        |number| format!("%b{} = arith.select %c, %b{number}, %other : memref<?xf64>", number + 1),
        "%x = memref.load %bLAST[%k] : memref<?xf64>\n%y = math.sin %x : f64\nreturn %y : f64",
    );
    differentiate("choices", &text, "vjp");
}

/// A loop whose bound is a sum of itself with itself, many times over: as many paths lead to the start as 2 to the number
/// of sums.
#[test]
fn sums_of_themselves() {
    let text = program(
        "%x: f64, %m: index, %n: index",
        "%zero = arith.constant 0 : index\n%one = arith.constant 1 : index\n%r = scf.for %i = %zero to %m step %one \
         iter_args(%a = %x) -> f64 {\n%n0 = arith.addi %i, %n : index",
        60,
        |number| format!("%n{} = arith.addi %n{number}, %n{number} : index", number + 1),
        "%s = scf.for %j = %zero to %nLAST step %one iter_args(%b = %a) -> f64 {\n%c = math.sin %b : f64\nscf.yield %c : \
         f64\n}\nscf.yield %s : f64\n}\nreturn %r : f64",
    );
    differentiate("sums", &text, "vjp");
    let constant = text.replace("arith.addi %i, %n : index", "arith.addi %m, %n : index");
    differentiate("constant-sums", &constant, "vjp");
}

/// A chain of functions that each call the next one twice.
#[test]
fn trees_of_calls() {
    let depth = 30;
    let mut text = String::new();
    for number in 0..depth {
        let name = if number == 0 { "f".to_owned() } else { format!("f{number}") };
        let next = number + 1;
        let _ = writeln!(
            text,
            "func.func @{name}(%x: f64) -> f64 {{\n%a = call @f{next}(%x) : (f64) -> f64\n%b = call @f{next}(%a) : (f64) \
             -> f64\n%c = arith.mulf %a, %b : f64\nreturn %c : f64\n}}"
        );
    }
    let _ = writeln!(text, "func.func @f{depth}(%x: f64) -> f64 {{\n%y = math.sin %x : f64\nreturn %y : f64\n}}");
    differentiate("calls", &text, "vjp");
    differentiate("calls", &text, "jvp");
}
