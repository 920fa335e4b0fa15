//! The complex rules of the rule book in f32, against textbook formulas in f64: first and second derivatives over moduli
//! from tiny to huge and all around the circle, the axes included. Errors are in units in the last place of the modulus.

use super::run;
use std::{
    fmt::Write,
    ops::{Add, Div, Mul, Neg},
};

#[derive(Clone, Copy, Debug)]
struct Complex(f64, f64);

const ONE: Complex = Complex(1.0, 0.0);

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }
}

impl Div for Complex {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let size = other.0 * other.0 + other.1 * other.1;
        Self((self.0 * other.0 + self.1 * other.1) / size, (self.1 * other.0 - self.0 * other.1) / size)
    }
}

impl Neg for Complex {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Complex {
    fn modulus(self) -> f64 {
        self.0.hypot(self.1)
    }

    fn times(self, factor: f64) -> Self {
        Self(self.0 * factor, self.1 * factor)
    }

    fn exp(self) -> Self {
        Self(self.1.cos(), self.1.sin()).times(self.0.exp())
    }

    fn log(self) -> Self {
        Self(self.modulus().ln(), self.1.atan2(self.0))
    }

    fn sin(self) -> Self {
        Self(self.0.sin() * self.1.cosh(), self.0.cos() * self.1.sinh())
    }

    fn cos(self) -> Self {
        Self(self.0.cos() * self.1.cosh(), -self.0.sin() * self.1.sinh())
    }

    fn sinh(self) -> Self {
        Self(self.0.sinh() * self.1.cos(), self.0.cosh() * self.1.sin())
    }

    fn cosh(self) -> Self {
        Self(self.0.cosh() * self.1.cos(), self.0.sinh() * self.1.sin())
    }

    /// The power of a number of modulus `r` and angle `t` is one of modulus `r^n` and angle `n t`.
    fn real_power(self, power: f64) -> Self {
        let angle = self.1.atan2(self.0) * power;
        Self(angle.cos(), angle.sin()).times(self.modulus().powf(power))
    }

    fn pow(self, power: Self) -> Self {
        (power * self.log()).exp()
    }
}

struct Rule {
    name: &'static str,
    value: fn(Complex) -> Complex,
    first: fn(Complex) -> Complex,
    second: fn(Complex) -> Complex,
    /// The largest modulus that is tried, as a power of two.
    most: i32,
    /// Units in the last place that the first and the second derivative are within.
    bounds: [f64; 2],
}

const RULES: &[Rule] = &[
    Rule { name: "exp", value: Complex::exp, first: Complex::exp, second: Complex::exp, most: 6, bounds: [1.5, 1.5] },
    Rule { name: "expm1", value: Complex::exp, first: Complex::exp, second: Complex::exp, most: 6, bounds: [1.5, 1.5] },
    Rule {
        name: "log",
        value: Complex::log,
        first: |z| ONE / z,
        second: |z| -(ONE / z / z),
        most: 120,
        bounds: [1.0, 1.5],
    },
    Rule {
        name: "log1p",
        value: |z| (ONE + z).log(),
        first: |z| ONE / (ONE + z),
        second: |z| -(ONE / (ONE + z) / (ONE + z)),
        most: 120,
        bounds: [1.5, 2.5],
    },
    Rule { name: "sin", value: Complex::sin, first: Complex::cos, second: |z| -z.sin(), most: 6, bounds: [1.5, 1.5] },
    Rule { name: "cos", value: Complex::cos, first: |z| -z.sin(), second: |z| -z.cos(), most: 6, bounds: [1.5, 1.5] },
    Rule {
        name: "tan",
        value: |z| z.sin() / z.cos(),
        first: |z| ONE / z.cos() / z.cos(),
        second: |z| (z.sin() / z.cos() / z.cos() / z.cos()).times(2.0),
        most: 5,
        bounds: [4.5, 5.5],
    },
    Rule {
        name: "tanh",
        value: |z| z.sinh() / z.cosh(),
        first: |z| ONE / z.cosh() / z.cosh(),
        second: |z| (z.sinh() / z.cosh() / z.cosh() / z.cosh()).times(-2.0),
        most: 5,
        bounds: [4.5, 5.5],
    },
    Rule {
        name: "sqrt",
        value: |z| z.real_power(0.5),
        first: |z| z.real_power(-0.5).times(0.5),
        second: |z| z.real_power(-1.5).times(-0.25),
        most: 120,
        bounds: [1.5, 3.5],
    },
    Rule {
        name: "rsqrt",
        value: |z| z.real_power(-0.5),
        first: |z| z.real_power(-1.5).times(-0.5),
        second: |z| z.real_power(-2.5).times(0.75),
        most: 120,
        bounds: [2.5, 4.0],
    },
    Rule {
        name: "powi",
        value: |z| z * z * z,
        first: |z| (z * z).times(3.0),
        second: |z| z.times(6.0),
        most: 30,
        bounds: [0.0, 0.0],
    },
];

/// The names of all rules that are measured here.
pub fn measured() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.name).chain(BINARY.iter().map(|rule| rule.name))
}

/// Points of moduli up to a power of two, as f32 has them.
fn points(most: i32) -> Vec<Complex> {
    let moduli = (-120..=most).filter(|power| power.abs() <= 6 || power % 20 == 0);
    let mut all = vec![];
    for modulus in moduli.map(|power| 1.1 * 2f64.powi(power)) {
        for step in 0..24 {
            let angle = f64::from(step) * std::f64::consts::TAU / 24.0;
            // The axes, to the last bit.
            let snap = |value: f64| if value.abs() < 1e-12 { 0.0 } else { value };
            let number = Complex(snap(angle.cos()), snap(angle.sin())).times(modulus);
            all.push(Complex(f64::from(number.0 as f32), f64::from(number.1 as f32)));
        }
    }
    all
}

/// A loop that stores the derivatives of functions of one complex number in rows of real and imaginary parts.
fn program(rules: &[&Rule]) -> String {
    let (mut functions, mut rows, mut body) = (String::new(), String::new(), String::new());
    for (number, rule) in rules.iter().enumerate() {
        let name = rule.name;
        let op = match name {
            "powi" => "%n = arith.constant 3 : i32\n  %w = complex.powi %z, %n : complex<f32>, i32".to_owned(),
            _ => format!("%w = complex.{name} %z : complex<f32>"),
        };
        let _ = writeln!(
            functions,
            "func.func private @{name}(%z: complex<f32>) -> complex<f32> {{\n  {op}\n  return %w : \
             complex<f32>\n}}\nfunc.func private @{name}_slope(%z: complex<f32>) -> complex<f32> {{\n  %one = complex.constant [1.0 : \
             f32, 0.0 : f32] : complex<f32>\n  %w = autodiff.jvp @{name}(%z, %one) args [dup] results [dup_noneed] : (complex<f32>, \
             complex<f32>) -> complex<f32>\n  return %w : complex<f32>\n}}"
        );
        for (order, function) in [name.to_owned(), format!("{name}_slope")].into_iter().enumerate() {
            let row = 4 * number + 2 * order;
            let _ = writeln!(
                body,
                "    %w{row} = autodiff.jvp @{function}(%z, %one) args [dup] results [dup_noneed] : (complex<f32>, complex<f32>) -> \
                 complex<f32>"
            );
            for (part, row) in [("re", row), ("im", row + 1)] {
                let _ = writeln!(rows, "  %row{row} = arith.constant {row} : index");
                let _ = writeln!(
                    body,
                    "    %p{row} = complex.{part} %w{} : complex<f32>\n    %q{row} = arith.extf %p{row} : f32 to f64\n    memref.store \
                     %q{row}, %out[%row{row}, %i] : memref<?x?xf64>",
                    row & !1
                );
            }
        }
    }
    format!(
        "{functions}func.func @main(%xs: memref<?xf64>, %ys: memref<?xf64>, %out: memref<?x?xf64>) {{\n  %c0 = arith.constant 0 : \
         index\n  %c1 = arith.constant 1 : index\n{rows}  %n = memref.dim %xs, %c0 : memref<?xf64>\n  %one = complex.constant [1.0 : \
         f32, 0.0 : f32] : complex<f32>\n  scf.for %i = %c0 to %n step %c1 {{\n    %x.d = memref.load %xs[%i] : memref<?xf64>\n    \
         %y.d = memref.load %ys[%i] : memref<?xf64>\n    %x = arith.truncf %x.d : f64 to f32\n    %y = arith.truncf %y.d : f64 to \
         f32\n    %z = complex.create %x, %y : complex<f32>\n{body}  }}\n  return\n}}\n"
    )
}

/// The error in units in the last place of the modulus of the exact value; `None` where f32 cannot hold that.
fn error(got: Complex, exact: Complex) -> Option<f64> {
    let modulus = exact.modulus();
    let is_held = modulus > 2f64.powi(-120) && modulus < 2f64.powi(124);
    let off = (got + -exact).modulus() / (modulus * 2f64.powi(-23));
    is_held.then_some(if off.is_nan() { f64::INFINITY } else { off })
}

#[test]
fn complex_rules_keep_their_digits() {
    let mut wrong = String::new();
    for most in [5, 6, 120] {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.most == most).collect();
        let points = points(most);
        let (xs, ys): (Vec<_>, Vec<_>) = points.iter().map(|point| (point.0, point.1)).unzip();
        let rows = run(&program(&rules), &[&xs, &ys], 4 * rules.len());
        for (number, rule) in rules.iter().enumerate() {
            for (order, exact) in [rule.first, rule.second].into_iter().enumerate() {
                let row = 4 * number + 2 * order;
                let results = points.iter().enumerate().filter(|(_, z)| (rule.value)(**z).modulus() < 2f64.powi(124));
                let errors = results.filter_map(|(index, z)| {
                    let got = Complex(rows[row][index], rows[row + 1][index]);
                    Some((error(got, exact(*z))?, *z, got))
                });
                let worst = errors.max_by(|a, b| a.0.total_cmp(&b.0)).expect("some point has a derivative");
                let (found, z, got) = worst;
                let title = ["first", "second"][order];
                println!("complex.{} {title}: {found:.1} at {z:?}: {got:?}, not {:?}", rule.name, exact(z));
                if found > rule.bounds[order] {
                    let _ = writeln!(wrong, "complex.{} {title}: {found:.1} > {}", rule.name, rule.bounds[order]);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A rule of two operands, by its partial derivatives.
struct Binary {
    name: &'static str,
    value: fn(Complex, Complex) -> Complex,
    partials: [fn(Complex, Complex) -> Complex; 2],
    bound: f64,
}

const BINARY: &[Binary] = &[
    Binary { name: "div", value: |x, y| x / y, partials: [|_, y| ONE / y, |x, y| -(x / y / y)], bound: 1.5 },
    // As exact as the power itself, which upstream takes for the exponential of a product of up to 20 here.
    Binary {
        name: "pow",
        value: Complex::pow,
        partials: [|x, y| y * (x.pow(y) / x), |x, y| x.pow(y) * x.log()],
        bound: 24.0,
    },
];

#[test]
fn complex_rules_of_two_operands_keep_their_digits() {
    let exponents =
        [(1e-20, 0.0), (0.0, 1e-6), (0.25, 0.0), (1.0, 0.0), (2.0, 0.0), (-1.0, 0.0), (3.5, 0.0), (0.3, 0.4)];
    let mut wrong = String::new();
    for rule in BINARY {
        let others: Vec<_> = match rule.name {
            "pow" => exponents.map(|(re, im)| Complex(f64::from(re as f32), f64::from(im as f32))).into(),
            _ => points(120).into_iter().step_by(7).collect(),
        };
        let pairs: Vec<_> = points(120).into_iter().flat_map(|x| others.iter().map(move |y| (x, *y))).collect();
        let column = |part: fn(&(Complex, Complex)) -> f64| pairs.iter().map(part).collect::<Vec<_>>();
        let columns = [column(|(x, _)| x.0), column(|(x, _)| x.1), column(|(_, y)| y.0), column(|(_, y)| y.1)];
        let rows = run(&binary_program(rule.name), &columns.each_ref().map(Vec::as_slice), 4);
        for (number, partial) in rule.partials.into_iter().enumerate() {
            let is_held = |value: Complex| value.modulus() < 2f64.powi(124) && value.modulus() > 2f64.powi(-120);
            let results = pairs.iter().enumerate().filter(|(_, (x, y))| is_held((rule.value)(*x, *y)));
            let errors = results.filter_map(|(index, (x, y))| {
                let got = Complex(rows[2 * number][index], rows[2 * number + 1][index]);
                Some((error(got, partial(*x, *y))?, (*x, *y), got))
            });
            let (found, (x, y), got) = errors.max_by(|a, b| a.0.total_cmp(&b.0)).expect("some point has a derivative");
            println!(
                "complex.{} by operand {number}: {found:.1} at {x:?}, {y:?}: {got:?}, not {:?}",
                rule.name,
                partial(x, y)
            );
            if found > rule.bound {
                let _ = writeln!(wrong, "complex.{} by operand {number}: {found:.1} > {}", rule.name, rule.bound);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A loop that stores both partial derivatives of a function of two complex numbers.
fn binary_program(name: &str) -> String {
    let load = |value: &str, from: &str| {
        format!(
            "    %{value}.d = memref.load %{from}[%i] : memref<?xf64>\n    %{value} = arith.truncf %{value}.d : f64 to f32\n"
        )
    };
    let mut stores = String::new();
    for (row, value) in ["a.re", "a.im", "b.re", "b.im"].into_iter().enumerate() {
        let (of, part) = value.split_once('.').unwrap_or_default();
        let _ = writeln!(
            stores,
            "    %{value} = complex.{part} %{of} : complex<f32>\n    %{value}.w = arith.extf %{value} : f32 to f64\n    memref.store \
             %{value}.w, %out[%row{row}, %i] : memref<?x?xf64>"
        );
    }
    let rows: String = (0..4).map(|row| format!("  %row{row} = arith.constant {row} : index\n")).collect();
    let loads = ["xr", "xi", "yr", "yi"].map(|value| load(value, &format!("{value}s"))).concat();
    format!(
        "func.func private @f(%x: complex<f32>, %y: complex<f32>) -> complex<f32> {{\n  %w = complex.{name} %x, %y : \
         complex<f32>\n  return %w : complex<f32>\n}}\nfunc.func @main(%xrs: memref<?xf64>, %xis: memref<?xf64>, %yrs: \
         memref<?xf64>, %yis: memref<?xf64>, %out: memref<?x?xf64>) {{\n  %c0 = arith.constant 0 : index\n  %c1 = arith.constant 1 \
         : index\n{rows}  %n = memref.dim %xrs, %c0 : memref<?xf64>\n  %one = complex.constant [1.0 : f32, 0.0 : f32] : \
         complex<f32>\n  scf.for %i = %c0 to %n step %c1 {{\n{loads}    %x = complex.create %xr, %xi : complex<f32>\n    %y = \
         complex.create %yr, %yi : complex<f32>\n    %a = autodiff.jvp @f(%x, %one, %y) args [dup, const] results [dup_noneed] : \
         (complex<f32>, complex<f32>, complex<f32>) -> complex<f32>\n    %b = autodiff.jvp @f(%x, %y, %one) args [const, dup] results \
         [dup_noneed] : (complex<f32>, complex<f32>, complex<f32>) -> complex<f32>\n{stores}  }}\n  return\n}}\n"
    )
}
