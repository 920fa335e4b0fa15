//! How exact the partial derivatives of the rule book are, over the whole range of each type: all numbers of f16 and bf16,
//! all exponents of f32 and f64. The references are textbook formulas in f64 for the types below, and for f64 the table
//! `reference.txt`, which `reference.py` makes in 500 digits. `bounds.rs` says what each rule reaches.
//!
//! `cargo test -p autodiff-tools --test accuracy -- --nocapture` prints the worst case of each rule.

mod bounds;
mod complex;

use autodiff_transforms::rules::elementwise::{Rule as ElementwiseRule, RuleBook};
use bounds::BOUNDS;
use half::{bf16, f16};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// A float type.
struct Float {
    name: &'static str,
    /// Its column in the table of bounds.
    column: usize,
    /// Binary digits, with the leading one.
    digits: i32,
    least_exponent: i32,
    max: f64,
}

const F16: Float = Float { name: "f16", column: 0, digits: 11, least_exponent: -14, max: 65504.0 };
const BF16: Float = Float { name: "bf16", column: 1, digits: 8, least_exponent: -126, max: 3.3895313892515355e38 };
const F32: Float = Float { name: "f32", column: 2, digits: 24, least_exponent: -126, max: f32::MAX as f64 };
const F64: Float = Float { name: "f64", column: 3, digits: 53, least_exponent: -1022, max: f64::MAX };
const SECOND: usize = 4;

impl Float {
    /// Whether formulas are evaluated in f32.
    fn is_narrow(&self) -> bool {
        self.digits < F32.digits
    }

    fn is_normal(&self, x: f64) -> bool {
        x.abs() >= 2f64.powi(self.least_exponent)
    }

    /// The error of one of several values, in units in the last place of the largest.
    fn error_of_largest(&self, got: f64, exact: f64, all: &[f64]) -> f64 {
        let largest = all.iter().fold(0f64, |largest, value| largest.max(value.abs()));
        if largest.is_finite() && exact.is_finite() && got.is_finite() {
            self.error(largest, largest + (got - exact).abs())
        } else {
            self.error(got, exact)
        }
    }

    /// The error in units in the last place of the exact value; infinite if a sign or an infinity is wrong.
    fn error(&self, got: f64, exact: f64) -> f64 {
        let exponent = ((exact.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(self.least_exponent);
        let unit = (exponent + 1 - self.digits).max(-1074);
        // Two steps: the power itself may be too small to divide by.
        let scale = |value: f64| value / 2f64.powi(unit / 2) / 2f64.powi(unit - unit / 2);
        if got == exact || got.is_infinite() && exact.abs() > self.max && got.signum() == exact.signum() {
            return 0.0;
        }
        let error = (scale(got) - scale(exact)).abs();
        let signs = got == 0.0 || got.signum() == exact.signum();
        // The largest number is as good as infinity, if the exact value is almost as small.
        if error.is_nan() || !signs || got.is_infinite() && exact.abs() < self.max * 0.99 {
            f64::INFINITY
        } else {
            error
        }
    }

    fn cast(&self, builder: &mut String, value: &str, result: &str) {
        let name = self.name;
        let _ = match name {
            "f64" => writeln!(builder, "      {result} = arith.addf {value}, %nothing : f64"),
            "f32" => writeln!(builder, "      {result} = arith.truncf {value} : f64 to f32"),
            _ => writeln!(
                builder,
                "      {result}.s = arith.truncf {value} : f64 to f32\n      {result} = arith.truncf {result}.s : f32 to {name}"
            ),
        };
    }

    fn store(&self, builder: &mut String, value: &str, row: usize) {
        let name = self.name;
        let wide = if name == "f64" {
            value.to_owned()
        } else {
            let _ = writeln!(builder, "      {value}.w = arith.extf {value} : {name} to f64");
            format!("{value}.w")
        };
        let _ = writeln!(builder, "      memref.store {wide}, %out[%row{row}, %i] : memref<?x?xf64>");
    }
}

/// A function with its partial derivatives, as textbooks have them.
struct Rule {
    name: &'static str,
    /// Of type `T`, operands `%x` and `%y`, to `%r`.
    body: &'static str,
    partials: &'static [fn(f64, f64) -> f64],
    /// Where the function is a number, and where its partials are promised to be.
    domain: fn(&Float, f64, f64) -> bool,
}

fn everywhere(_: &Float, _: f64, _: f64) -> bool {
    true
}

macro_rules! unary {
    ($name:literal, $body:literal, $partial:expr) => {
        unary!($name, $body, $partial, everywhere)
    };
    ($name:literal, $body:literal, $partial:expr, $domain:expr) => {
        Rule { name: $name, body: concat!("%r = ", $body, " : T"), partials: &[$partial], domain: $domain }
    };
}

const UNARY: &[Rule] = &[
    unary!("sin", "math.sin %x", |x, _| x.cos()),
    unary!("cos", "math.cos %x", |x, _| -x.sin()),
    unary!("tan", "math.tan %x", |x, _| 1.0 / x.cos().powi(2)),
    unary!("asin", "math.asin %x", |x, _| 1.0 / ((1.0 - x) * (1.0 + x)).sqrt(), |_, x, _| x.abs() < 1.0),
    unary!("acos", "math.acos %x", |x, _| -1.0 / ((1.0 - x) * (1.0 + x)).sqrt(), |_, x, _| x.abs() < 1.0),
    unary!("atan", "math.atan %x", |x, _| 1.0 / (1.0 + x * x)),
    unary!("sinh", "math.sinh %x", |x, _| x.cosh()),
    unary!("cosh", "math.cosh %x", |x, _| x.sinh()),
    unary!("tanh", "math.tanh %x", |x, _| x.cosh().powi(-2)),
    unary!("asinh", "math.asinh %x", |x, _| 1.0 / 1f64.hypot(x)),
    unary!("acosh", "math.acosh %x", |x, _| 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt()), |_, x, _| x > 1.0),
    unary!("atanh", "math.atanh %x", |x, _| 1.0 / ((1.0 - x) * (1.0 + x)), |_, x, _| x.abs() < 1.0),
    unary!("exp", "math.exp %x", |x, _| x.exp()),
    // Where the function itself is too large, its derivative may still be a number.
    unary!("exp2", "math.exp2 %x", |x, _| x.exp2() * 2f64.ln(), |float, x, _| x.exp2() <= float.max),
    unary!("expm1", "math.expm1 %x", |x, _| x.exp()),
    unary!("log", "math.log %x", |x, _| 1.0 / x, |_, x, _| x > 0.0),
    unary!("log2", "math.log2 %x", |x, _| 1.0 / x / 2f64.ln(), |_, x, _| x > 0.0),
    unary!("log10", "math.log10 %x", |x, _| 1.0 / x / 10f64.ln(), |_, x, _| x > 0.0),
    unary!("log1p", "math.log1p %x", |x, _| 1.0 / (1.0 + x), |_, x, _| x > -1.0),
    unary!("erf", "math.erf %x", |x, _| 2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp()),
    unary!("erfc", "math.erfc %x", |x, _| -2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp()),
    unary!("sqrt", "math.sqrt %x", |x, _| 0.5 / x.sqrt(), |_, x, _| x > 0.0),
    unary!("rsqrt", "math.rsqrt %x", |x, _| -0.5 / (x * x.sqrt()), |_, x, _| x > 0.0),
    unary!("cbrt", "math.cbrt %x", |x, _| 1.0 / (3.0 * x.cbrt().powi(2)), |_, x, _| x != 0.0),
];

const BINARY: &[Rule] = &[
    Rule {
        name: "divf",
        body: "%r = arith.divf %x, %y : T",
        partials: &[|_, y| 1.0 / y, |x, y| -x / y / y],
        // A shared reciprocal of the divisor has to be a number, and the quotient that is used again has to have its digits.
        domain: |float, x, y| (1.0 / y).abs() <= float.max && (float.is_narrow() || float.is_normal(x / y)),
    },
    Rule {
        // Of numbers below the normal ones, halves and quotients have fewer digits than the result.
        name: "atan2",
        body: "%r = math.atan2 %x, %y : T",
        partials: &[|y, x| x / (x * x + y * y), |y, x| -y / (x * x + y * y)],
        domain: |float, y, x| float.is_narrow() || float.is_normal(x) && float.is_normal(y),
    },
    Rule {
        name: "powf",
        body: "%r = math.powf %x, %y : T",
        partials: &[|x, y| y * x.powf(y - 1.0), |x, y| x.powf(y) * x.ln()],
        domain: |float, x, y| x > 0.0 && y.abs() < 40.0 && x.powf(y) <= float.max,
    },
    Rule {
        // The quotient has to be a number, and the remainder is exact.
        name: "remf",
        body: "%r = arith.remf %x, %y : T",
        partials: &[|_, _| 1.0, |x, y| -((x - x % y) / y).round()],
        domain: |float, x, y| (x / y).abs() <= float.max,
    },
    Rule {
        // Upstream multiplies, and takes the reciprocal of the power for a negative exponent.
        name: "fpowi",
        body: "%n = arith.fptosi %y : T to i32\n  %r = math.fpowi %x, %n : T, i32",
        partials: &[|x, y| y * x.powf(y - 1.0), |_, _| 0.0],
        domain: |float, x, y| {
            let is_normal = |power: f64| float.is_normal(power) && power.abs() <= float.max;
            x != 0.0
                && y == y.trunc()
                && y.abs() < 40.0
                && is_normal(x.powf((y - 1.0).abs()))
                && is_normal(x.powf(y - 1.0))
        },
    },
];

/// Rules without a row: their partials are numbers of the formula or operands, or products of what has one.
const EXACT: &[(&str, &str)] = &[
    ("arith.addf", "1"),
    ("arith.subf", "1 and -1"),
    ("arith.negf", "-1"),
    ("arith.maximumf", "0 or 1"),
    ("arith.minimumf", "0 or 1"),
    ("arith.maxnumf", "0 or 1"),
    ("arith.minnumf", "0 or 1"),
    ("arith.select", "0 or 1"),
    ("arith.extf", "1"),
    ("arith.truncf", "1"),
    ("math.sincos", "those of math.sin and math.cos, from one op"),
    ("math.fma", "operands, and 1"),
    ("math.absf", "0, 1 or -1"),
    ("math.clampf", "0 or 1"),
    ("math.copysign", "1 or -1"),
    ("complex.create", "1 and i"),
    ("complex.re", "1"),
    ("complex.im", "-i"),
    ("complex.conj", "1"),
    ("complex.add", "1"),
    ("complex.sub", "1 and -1"),
    ("complex.neg", "-1"),
    ("complex.mul", "operands"),
    ("complex.angle", "-i / z, a quotient as complex.div has it"),
    ("complex.sign", "quotients by what complex.abs gives"),
    ("complex.atan2", "the formula of math.atan2, on complex numbers by complex.div"),
    ("vector.fma", "as math.fma"),
];

/// A rule that says nothing of how exact it is fails here.
#[test]
fn every_rule_is_measured() {
    let measured: Vec<String> = BOUNDS
        .iter()
        .flat_map(|(name, _)| ["arith", "math", "complex"].map(|dialect| format!("{dialect}.{name}")))
        .chain(complex::measured().map(|name| format!("complex.{name}")))
        .collect();
    let book = RuleBook::builtin();
    for (op, rule) in book.rules() {
        if matches!(rule, ElementwiseRule::Elementwise(_)) {
            let exact = EXACT.iter().any(|(name, _)| *name == op);
            assert!(exact || measured.iter().any(|name| name == op), "no bound is known for the error of '{op}'");
        }
    }
    for (name, why) in EXACT {
        assert!(book.rules().any(|(op, _)| op == *name), "'{name}' ({why}) has no rule");
    }
}

/// `memref<?xf64>` operands and results of `@main`, by name.
fn run(source: &str, operands: &[&[f64]], rows: usize) -> Vec<Vec<f64>> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program.mlir");
    fs::write(&program, source).expect("the program can be written");
    let count = operands[0].len();
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodiff-run"));
    command.arg(&program).args(["--entry", "main", "--mode", "run"]);
    for (index, numbers) in operands.iter().enumerate() {
        let path = folder.path().join(format!("operand-{index}.npy"));
        write_npy(&path, numbers);
        command.arg("--arg").arg(format!("@{}", path.display()));
    }
    command.arg("--arg").arg(format!("zeros:{rows}x{count}")).arg("--save").arg(folder.path());
    let output = command.stdin(Stdio::null()).output().expect("the tool starts");
    assert!(output.status.success(), "{}\n{source}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(folder.path().join(format!("arg-{}.npy", operands.len()))).expect("the results are there");
    let numbers: Vec<f64> = npyz::NpyFile::new(&bytes[..]).expect("a file").into_vec().expect("numbers");
    numbers.chunks(count).map(<[f64]>::to_vec).collect()
}

fn write_npy(path: &Path, numbers: &[f64]) {
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", numbers.len());
    header += &" ".repeat(63 - (header.len() + 10) % 64);
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    fs::write(path, bytes).expect("the numbers can be written");
}

/// A program that computes rows of derivatives, and what they are.
#[derive(Default)]
struct Program {
    functions: String,
    loops: String,
    rows: usize,
}

impl Program {
    fn begin(&mut self, float: &Float, operands: usize) {
        let text = &mut self.loops;
        let _ = writeln!(text, "    scf.for %i = %c0 to %n step %c1 {{");
        for operand in ["x", "y"].iter().take(operands) {
            let _ = writeln!(text, "      %{operand}.d = memref.load %{operand}s[%i] : memref<?xf64>");
            float.cast(text, &format!("%{operand}.d"), &format!("%{operand}"));
        }
        let (one, none) = ("      %one = arith.constant 1.0", "      %none = arith.constant 0.0");
        let _ = writeln!(text, "{one} : {0}\n{none} : {0}", float.name);
    }

    fn end(&mut self) {
        self.loops += "    }\n";
    }

    fn store(&mut self, float: &Float, value: &str) {
        float.store(&mut self.loops, value, self.rows);
        self.rows += 1;
    }

    /// The function of a rule.
    fn define(&mut self, float: &Float, rule: &Rule) {
        let arguments = if rule.partials.len() == 1 { "%x: T" } else { "%x: T, %y: T" };
        let text =
            format!("func.func private @{}({arguments}) -> T {{\n  {}\n  return %r : T\n}}\n", rule.name, rule.body);
        self.functions += &text.replace('T', float.name);
    }

    /// Both modes of a function of this name, by each operand: rows in that order, one operand after the other.
    fn differentiate(&mut self, float: &Float, function: &str, operands: usize) {
        let ty = float.name;
        if operands == 1 {
            let _ = writeln!(
                self.loops,
                "      %r0 = autodiff.vjp @{function}(%x, %one) args [active] results [active_noneed] : ({ty}, {ty}) -> {ty}\n      \
                 %r1 = autodiff.jvp @{function}(%x, %one) args [dup] results [dup_noneed] : ({ty}, {ty}) -> {ty}"
            );
            self.store(float, "%r0");
            self.store(float, "%r1");
            return;
        }
        let _ = writeln!(
            self.loops,
            "      %r0, %r1 = autodiff.vjp @{function}(%x, %y, %one) args [active, active] results [active_noneed] : ({ty}, {ty}, {ty}) \
             -> ({ty}, {ty})\n      \
             %r2 = autodiff.jvp @{function}(%x, %one, %y) args [dup, const] results [dup_noneed] : ({ty}, {ty}, {ty}) -> {ty}\n      \
             %r3 = autodiff.jvp @{function}(%x, %y, %one) args [const, dup] results [dup_noneed] : ({ty}, {ty}, {ty}) -> {ty}"
        );
        for value in ["%r0", "%r2", "%r1", "%r3"] {
            self.store(float, value);
        }
    }

    /// First derivatives as functions `@NAME_MODE_OPERAND`.
    fn slopes(&mut self, rule: &Rule) -> Vec<String> {
        let name = rule.name;
        let mut names = vec![];
        if rule.partials.len() == 1 {
            for (mode, args, results) in [("vjp", "active", "active_noneed"), ("jvp", "dup", "dup_noneed")] {
                let function = format!("{name}_{mode}");
                let _ = writeln!(
                    self.functions,
                    "func.func private @{function}(%x: f64) -> f64 {{\n  %one = arith.constant 1.0 : f64\n  %g = autodiff.{mode} \
                     @{name}(%x, %one) args [{args}] results [{results}] : (f64, f64) -> f64\n  return %g : f64\n}}"
                );
                names.push(function);
            }
            return names;
        }
        for (result, operand) in ["%a", "%b"].iter().zip(["x", "y"]) {
            let function = format!("{name}_vjp_{operand}");
            let _ = writeln!(
                self.functions,
                "func.func private @{function}(%x: f64, %y: f64) -> f64 {{\n  %one = arith.constant 1.0 : f64\n  %a, %b = autodiff.vjp \
                 @{name}(%x, %y, %one) args [active, active] results [active_noneed] : (f64, f64, f64) -> (f64, f64)\n  \
                 return {result} : f64\n}}"
            );
            names.push(function);
        }
        names
    }

    fn run(&self, operands: &[&[f64]]) -> Vec<Vec<f64>> {
        let parameters = ["%xs: memref<?xf64>", "%ys: memref<?xf64>"][..operands.len()].join(", ");
        let mut source = self.functions.clone();
        let _ = writeln!(
            source,
            "func.func @main({parameters}, %out: memref<?x?xf64>) {{\n    %c0 = arith.constant 0 : index\n    %c1 = arith.constant 1 : \
             index\n    %nothing = arith.constant -0.0 : f64\n    %n = memref.dim %xs, %c0 : memref<?xf64>"
        );
        for row in 0..self.rows {
            let _ = writeln!(source, "    %row{row} = arith.constant {row} : index");
        }
        source += &self.loops;
        source += "    return\n}\n";
        run(&source, operands, self.rows)
    }
}

/// The worst error of each rule.
#[derive(Default)]
struct Worst {
    errors: BTreeMap<&'static str, (f64, String)>,
}

impl Worst {
    fn add(&mut self, name: &'static str, error: f64, place: impl FnOnce() -> String) {
        let worst = self.errors.entry(name).or_default();
        if error > worst.0 || worst.1.is_empty() {
            *worst = (error, place());
        }
    }

    /// Prints what there is, and compares it with the bounds.
    fn check(&self, title: &str, column: usize) -> String {
        let mut wrong = String::new();
        for (name, (error, place)) in &self.errors {
            println!("{title} {name}: {error:.2} ulp at {place}");
            let bound = BOUNDS.iter().find(|(rule, _)| rule == name).and_then(|(_, bounds)| bounds[column]);
            if bound.is_none_or(|bound| *error > bound) {
                let _ = writeln!(wrong, "{title} {name}: {error:.2} ulp at {place}, the bound is {bound:?}");
            }
        }
        wrong
    }
}

/// Compares rules with their textbook formulas on numbers of a type.
fn compare(float: &Float, rules: &'static [Rule], xs: &[f64], ys: &[f64]) -> String {
    let mut program = Program::default();
    let operands = rules[0].partials.len();
    for rule in rules {
        program.define(float, rule);
        program.begin(float, operands);
        program.differentiate(float, rule.name, operands);
        program.end();
    }
    let all = [xs, ys];
    let rows = program.run(&all[..operands]);
    let mut worst = Worst::default();
    let mut rows = rows.into_iter();
    for rule in rules {
        for (operand, partial) in rule.partials.iter().enumerate() {
            for mode in ["vjp", "jvp"] {
                let row = rows.next().expect("a row for each derivative");
                for (index, (x, got)) in xs.iter().zip(&row).enumerate() {
                    let y = ys.get(index).copied().unwrap_or(0.0);
                    if (rule.domain)(float, *x, y) {
                        let exact = partial(*x, y);
                        let error = float.error(*got, exact);
                        worst.add(rule.name, error, || {
                            format!("{x:e}, {y:e} ({mode} by operand {operand}): {got:e}, not {exact:e}")
                        });
                    }
                }
            }
        }
    }
    worst.check(float.name, float.column)
}

/// Numbers of both signs at exponents over the whole range, `count` an exponent.
fn grid(from: i32, to: i32, step: usize, mantissas: &[f64]) -> Vec<f64> {
    let powers = (from..=to).step_by(step);
    let sizes = powers.flat_map(|power| mantissas.iter().map(move |mantissa| mantissa * 2f64.powi(power)));
    sizes.flat_map(|size| [size, -size]).collect()
}

fn pairs(numbers: &[f64]) -> (Vec<f64>, Vec<f64>) {
    numbers.iter().flat_map(|x| numbers.iter().map(move |y| (*x, *y))).unzip()
}

#[test]
fn all_numbers_of_f16() {
    let numbers: Vec<_> = (0..=u16::MAX).map(|bits| f16::from_bits(bits).to_f64()).filter(|x| x.is_finite()).collect();
    let wrong = compare(&F16, UNARY, &numbers, &[]);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn all_numbers_of_bf16() {
    let numbers: Vec<_> = (0..=u16::MAX).map(|bits| bf16::from_bits(bits).to_f64()).filter(|x| x.is_finite()).collect();
    let wrong = compare(&BF16, UNARY, &numbers, &[]);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn all_exponents_of_f32() {
    let near = [0.99999994, 1.0000001, 0.9999, 1.0001, 87.3, 88.7, 103.9, 9.3, 1.5707964, 0.0];
    let fine: Vec<_> = (1..2000).map(|step| f64::from(step as f32 * 0.00731)).collect();
    let mut numbers = grid(-149, 127, 1, &[1.0, 1.25, 1.5, 1.75]);
    numbers.extend(near.iter().flat_map(|x: &f32| [f64::from(*x), -f64::from(*x)]));
    numbers.extend(fine.iter().flat_map(|x| [*x, -*x]));
    let numbers: Vec<_> = numbers.into_iter().map(|x| f64::from(x as f32)).collect();
    let wrong = compare(&F32, UNARY, &numbers, &[]);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn pairs_of_numbers_of_narrow_types() {
    let mut wrong = String::new();
    for (float, numbers) in [
        (&F16, grid(-24, 15, 1, &[1.0, 1.5])),
        (&BF16, grid(-133, 127, 7, &[1.0, 1.5])),
        (&F32, grid(-149, 127, 7, &[1.0, 1.25])),
    ] {
        // What the type cannot hold is rounded where it is read, and here.
        let round = |x: f64| match float.name {
            "f16" => f16::from_f64(x).to_f64(),
            "bf16" => bf16::from_f64(x).to_f64(),
            _ => f64::from(x as f32),
        };
        let numbers: Vec<_> = numbers.into_iter().map(round).filter(|x| *x != 0.0 && x.is_finite()).collect();
        let (xs, ys) = pairs(&numbers);
        wrong += &compare(float, BINARY, &xs, &ys);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A line of the table.
struct Entry {
    function: String,
    order: usize,
    point: Vec<f64>,
    values: Vec<f64>,
}

/// A number as C prints it with `%a`.
fn number(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    if text == "inf" {
        return sign * f64::INFINITY;
    }
    let parts = text.strip_prefix("0x").and_then(|text| text.split_once('p'));
    let (mantissa, exponent) = parts.expect("a hexadecimal number");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = i64::from_str_radix(&format!("{whole}{fraction}"), 16).expect("digits");
    let exponent = exponent.parse::<i32>().expect("an exponent") - 4 * fraction.len() as i32;
    // Exact: the digits fit, and only the last step can be below the normal numbers.
    let first = exponent.max(-1000);
    sign * digits as f64 * 2f64.powi(first) * 2f64.powi(exponent - first)
}

fn table() -> Vec<Entry> {
    let entries = include_str!("reference.txt").lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        let binary = BINARY.iter().any(|rule| rule.name == words[0]) || ["mulf", "abs"].contains(&words[0]);
        let (point, values) = words[2..].split_at(if binary { 2 } else { 1 });
        let numbers = |words: &[&str]| words.iter().map(|word| number(word)).collect();
        let order = words[1].parse().expect("an order");
        Entry { function: words[0].to_owned(), order, point: numbers(point), values: numbers(values) }
    });
    entries.collect()
}

/// In f64, partial derivatives and second ones against the table.
#[test]
fn f64_against_500_digits() {
    const MORE: &[Rule] = &[
        Rule { name: "mulf", body: "%r = arith.mulf %x, %y : T", partials: &[|_, y| y, |x, _| x], domain: everywhere },
        Rule {
            name: "abs",
            body: "%z = complex.create %x, %y : complex<T>\n  %r = complex.abs %z : complex<T>",
            partials: &[|x, y| x / x.hypot(y), |x, y| y / x.hypot(y)],
            domain: |float, x, y| x.hypot(y) <= float.max && float.is_normal(x.hypot(y)),
        },
    ];
    let table = table();
    let (mut first, mut second) = (Worst::default(), Worst::default());
    for operands in [1, 2] {
        let rules: Vec<_> =
            UNARY.iter().chain(BINARY).chain(MORE).filter(|rule| rule.partials.len() == operands).collect();
        let entries: Vec<_> = table.iter().filter(|entry| entry.point.len() == operands).collect();
        let columns: Vec<Vec<f64>> =
            (0..operands).map(|axis| entries.iter().map(|entry| entry.point[axis]).collect()).collect();
        let mut program = Program::default();
        for rule in &rules {
            program.define(&F64, rule);
            program.begin(&F64, operands);
            program.differentiate(&F64, rule.name, operands);
            program.end();
            for slope in program.slopes(rule) {
                program.begin(&F64, operands);
                program.differentiate(&F64, &slope, operands);
                program.end();
            }
        }
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let rows = program.run(&columns);
        // Rows of the first derivatives, and then of the second ones, which value of an entry each is compared with.
        let values: &[(usize, usize)] = match operands {
            1 => &[(1, 0), (1, 0), (2, 0), (2, 0), (2, 0), (2, 0)],
            _ => &[(1, 0), (1, 0), (1, 1), (1, 1), (2, 0), (2, 0), (2, 1), (2, 1), (2, 1), (2, 1), (2, 2), (2, 2)],
        };
        for (rule, rows) in rules.iter().zip(rows.chunks(values.len())) {
            for ((order, value), row) in values.iter().zip(rows) {
                let mine = entries.iter().enumerate().filter(|(_, entry)| entry.function == rule.name);
                for (index, entry) in mine.filter(|(_, entry)| entry.order == *order) {
                    let (got, exact) = (row[index], entry.values[*value]);
                    let worst = if *order == 1 { &mut first } else { &mut second };
                    let [x, y] = [entry.point[0], entry.point.get(1).copied().unwrap_or(0.0)];
                    if *order == 1 && !(rule.domain)(&F64, x, y) {
                        continue;
                    }
                    let error = match operands {
                        // Sums of large terms may be small.
                        2 if *order == 2 => F64.error_of_largest(got, exact, &entry.values),
                        _ => F64.error(got, exact),
                    };
                    worst
                        .add(rule.name, error, || format!("{:?} (value {value}): {got:e}, not {exact:e}", entry.point));
                }
            }
        }
    }
    let wrong = first.check("f64", F64.column) + &second.check("second", SECOND);
    assert!(wrong.is_empty(), "\n{wrong}");
}
