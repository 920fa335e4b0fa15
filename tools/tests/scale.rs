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
    let wrap = format!("--autodiff-wrap=function=f mode={mode}");
    run(&format!("{name}-{mode}"), program, &[&wrap, "--autodiff-differentiate"]);
}

/// Runs passes on a program.
fn run(name: &str, program: &str, passes: &[&str]) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("scale-{name}.mlir"));
    fs::write(&path, program).expect("the program can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_autodiff-opt"))
        .arg(&path)
        .args(passes)
        .args(["--mlir-disable-threading", "-o", "/dev/null"])
        .stdin(Stdio::null())
        .output()
        .expect("autodiff-opt starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}: {text:.2000}", output.status);
    let _ = fs::remove_file(path);
}

/// Passes that are about requests, state, finished IR or the tools of a vendor; and pipelines.
const OTHERS: [&str; 18] = [
    "autodiff-differentiate",
    "autodiff-explain",
    "autodiff-finish-lowering",
    "autodiff-gpu-check-accesses",
    "autodiff-gpu-count-operations",
    "autodiff-gpu-to-binary",
    "autodiff-gpu-to-cuda",
    "autodiff-print-activity",
    "autodiff-print-aliases",
    "autodiff-print-cache-plan",
    "autodiff-print-locality",
    "autodiff-print-needed",
    "autodiff-print-replay",
    "autodiff-wrap",
    "autodiff-defer-requests",
    "autodiff-restore-requests",
    "autodiff-lower",
    "autodiff-lower-state",
];

/// All other passes of ours, by the help of the tool.
fn passes() -> Vec<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_autodiff-opt")).arg("--help").output().expect("autodiff-opt starts");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let names = help.lines().filter_map(|line| line.trim().strip_prefix("--")?.split([' ', '=']).next());
    let ours = names.filter(|name| name.starts_with("autodiff-") && !name.ends_with("-pipeline"));
    let passes: Vec<_> = ours.filter(|name| !OTHERS.contains(name)).map(|name| format!("--{name}")).collect();
    assert!(passes.len() > 30, "the help names {passes:?}");
    passes
}

/// What comes in a row in long programs, with the parameters, the first line, each next one, and the end; and how many of
/// 100,000 ops a step has.
type Shape = (&'static str, &'static str, &'static str, usize, fn(usize) -> String, &'static str);

const SHAPES: [Shape; 8] = [
    (
        "arithmetic",
        "%x0: f64, %y: f64",
        "",
        1,
        |number| format!("%x{} = arith.{} %x{number}, %y : f64", number + 1, ["addf", "mulf"][number % 2]),
        "return %xLAST : f64",
    ),
    (
        "functions",
        "%x0: f64",
        "",
        1,
        |number| format!("%x{} = math.{} %x{number} : f64", number + 1, ["sin", "cos"][number % 2]),
        "return %xLAST : f64",
    ),
    (
        "branches",
        "%x0: f64, %y: f64",
        "",
        5,
        |n| {
            format!(
                "%c{n} = arith.cmpf olt, %x{n}, %y : f64\n%x{} = scf.if %c{n} -> f64 {{\n%z{n} = math.sin %x{n} : f64\nscf.yield \
                 %z{n} : f64\n}} else {{\nscf.yield %x{n} : f64\n}}",
                n + 1
            )
        },
        "return %xLAST : f64",
    ),
    (
        "loads",
        "%m: memref<?xf64>, %k: index",
        "",
        3,
        |n| {
            format!(
                "%x{n} = memref.load %m[%k] : memref<?xf64>\n%y{n} = math.sin %x{n} : f64\nmemref.store %y{n}, %m[%k] : \
                 memref<?xf64>"
            )
        },
        "%r = memref.load %m[%k] : memref<?xf64>\nreturn %r : f64",
    ),
    (
        "buffers",
        "%x0: f64, %k: index",
        "",
        4,
        |n| {
            format!(
                "%m{n} = memref.alloc() : memref<2xf64>\nmemref.store %x{n}, %m{n}[%k] : memref<2xf64>\n%x{} = memref.load \
                 %m{n}[%k] : memref<2xf64>\nmemref.dealloc %m{n} : memref<2xf64>",
                n + 1
            )
        },
        "return %xLAST : f64",
    ),
    (
        "loops",
        "%x0: f64, %n: index, %from: index, %step: index",
        "",
        4,
        |n| {
            format!(
                "%x{} = scf.for %i{n} = %from to %n step %step iter_args(%t{n} = %x{n}) -> f64 {{\n%z{n} = math.sin %t{n} : \
                 f64\nscf.yield %z{n} : f64\n}}",
                n + 1
            )
        },
        "return %xLAST : f64",
    ),
    (
        "parallel",
        "%m: memref<?xf64>, %n: index, %from: index, %step: index",
        "",
        5,
        |n| {
            format!(
                "scf.parallel (%i{n}) = (%from) to (%n) step (%step) {{\n%x{n} = memref.load %m[%i{n}] : memref<?xf64>\n%y{n} = \
                 math.sin %x{n} : f64\nmemref.store %y{n}, %m[%i{n}] : memref<?xf64>\nscf.reduce\n}}"
            )
        },
        "%r = memref.load %m[%from] : memref<?xf64>\nreturn %r : f64",
    ),
    (
        // Each function calls the next one.
        "calls",
        "%x: f64",
        "%r = func.call @g0(%x) : (f64) -> f64\nreturn %r : f64\n}",
        4,
        |n| {
            format!(
                "func.func private @g{n}(%x: f64) -> f64 {{\n%y = math.sin %x : f64\n%r = func.call @g{}(%y) : (f64) -> \
                 f64\nreturn %r : f64\n}}",
                n + 1
            )
        },
        "func.func private @gLAST(%x: f64) -> f64 {\nreturn %x : f64",
    ),
];

/// Every pass on every shape, then differentiation in both modes and what follows it.
#[test]
fn every_pass_on_every_shape() {
    let all = passes();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let check = |(name, parameters, start, ops, step, end): &Shape| {
        let text = program(parameters, start, LENGTH / ops, step, end);
        run(&format!("{name}-all"), &text, &all);
        let after = [
            "--autodiff-wrap=function=f mode=vjp",
            "--autodiff-differentiate",
            "--autodiff-gather-accumulations",
            "--autodiff-hoist-takes",
            "--autodiff-keep-cotangents",
            "--autodiff-split-accumulations",
            "--autodiff-straighten-loops",
            "--autodiff-sink-adjoints",
            "--autodiff-lower",
        ];
        run(&format!("{name}-after"), &text, &after);
        // Upstream's conversions take half a minute for more.
        let text = program(parameters, start, LENGTH / 10 / ops, step, end);
        differentiate(name, &text, "jvp");
        let whole = [&after[..2], &["--autodiff-lower", "--autodiff-cpu-pipeline"]].concat();
        run(&format!("{name}-whole"), &text, &whole);
    };
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || SHAPES.iter().skip(half).step_by(2).for_each(check));
        }
    });
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
