//! Runs every rule and compares it with central differences of its op.

use super::{
    cases::{CASES, Case},
    support::{Part, Slots, body_of, build, context, module_op, ty},
};
use autodiff_dialect::ir::{Builder, Type};
use autodiff_transforms::rules::elementwise::{Rule, RuleBook};
use melior::{ExecutionEngine, ir::Module, pass::PassManager, utility::parse_pass_pipeline};
use std::fmt::Write;

const SLOTS: usize = 16;

const PIPELINE: &str = "builtin.module(func.func(math-expand-ops{ops=clampf,sincos}),convert-complex-to-standard,convert-vector-to-llvm,\
    convert-math-to-llvm,convert-math-to-libm,convert-complex-to-llvm,\
    expand-strided-metadata,finalize-memref-to-llvm,convert-scf-to-cf,convert-arith-to-llvm,convert-index-to-llvm,\
    convert-func-to-llvm{use-bare-ptr-memref-call-conv=1},convert-cf-to-llvm,reconcile-unrealized-casts)";

type Compiled = unsafe extern "C" fn(*const f64, *mut f64);

const PARTS: [(&str, Part); 3] =
    [("primal", Part::Primal), ("pushforward", Part::Pushforward), ("pullback", Part::Pullback)];

/// How many real numbers the values of these types have.
fn reals(letters: &str) -> usize {
    letters.chars().map(|letter| if letter == 'c' { 2 } else { 1 }).sum()
}

fn is_differentiable(letter: &char) -> bool {
    !matches!(letter, 'n' | 'b')
}

/// Input: operands, then tangents of differentiable operands, or cotangents. Output: what `build` returns.
fn fill(
    builder: &Builder,
    input: autodiff_dialect::ir::Value,
    output: autodiff_dialect::ir::Value,
    case: &Case,
    part: Part,
) {
    let types = |letters: &str| -> Vec<Type> { letters.chars().map(|letter| ty(builder, letter)).collect() };
    let (operand_types, result_types) = (types(case.operands), types(case.results));
    let mut input = Slots { builder, buffer: input, next: 0 };
    let operands: Vec<_> = operand_types.iter().map(|ty| input.read_operand(*ty)).collect();
    let derivatives = build(builder, case.op, &operands, &result_types, part, &mut |ty| input.read(ty))
        .unwrap_or_else(|error| panic!("{}: {error}", case.op));
    let mut output = Slots { builder, buffer: output, next: 0 };
    let types = if part == Part::Pullback { operand_types } else { result_types };
    for (value, ty) in derivatives.into_iter().zip(types) {
        if ty.is_differentiable() {
            output.write(value, ty);
        }
    }
}

/// One compiled case.
struct Functions {
    parts: [Compiled; 3],
}

impl Functions {
    fn run(&self, part: Part, input: &[f64]) -> [f64; SLOTS] {
        let mut slots = [0.0; SLOTS];
        slots[..input.len()].copy_from_slice(input);
        let mut output = [0.0; SLOTS];
        // SAFETY: the function reads and writes `memref<16xf64>`.
        unsafe { self.parts[part as usize](slots.as_ptr(), output.as_mut_ptr()) }
        output
    }

    /// Column by column: the change of each output by an input.
    fn differences(&self, point: &[f64], input: usize, step: f64) -> [f64; SLOTS] {
        let shifted = |sign: f64| {
            let mut point = point.to_vec();
            point[input] += sign * step;
            self.run(Part::Primal, &point)
        };
        let (up, down) = (shifted(1.0), shifted(-1.0));
        std::array::from_fn(|index| (up[index] - down[index]) / (2.0 * step))
    }
}

/// Which of the slots of the operands are differentiable.
fn differentiable_slots(case: &Case) -> Vec<usize> {
    let mut slots = Vec::new();
    let mut next = 0;
    for letter in case.operands.chars() {
        let width = reals(letter.encode_utf8(&mut [0; 4]));
        if is_differentiable(&letter) {
            slots.extend(next..next + width);
        }
        next += width;
    }
    slots
}

fn check(case: &Case, functions: &Functions, errors: &mut String) {
    let single = case.operands.contains('s') || case.results.contains('s');
    let (step, tolerance) = if single { (1e-2, 1e-4) } else { (1e-6, 2e-7) };
    let inputs = differentiable_slots(case);
    let outputs = reals(case.results);
    for point in case.points {
        let mut compared = 0;
        let differences: Vec<_> = inputs.iter().map(|input| functions.differences(point, *input, step)).collect();
        for (column, expected) in differences.iter().enumerate() {
            let mut tangent = vec![0.0; inputs.len()];
            tangent[column] = 1.0;
            let pushed = functions.run(Part::Pushforward, &[point, &tangent[..]].concat());
            for row in (0..outputs).filter(|row| expected[*row].is_finite()) {
                let mut cotangent = vec![0.0; outputs];
                cotangent[row] = 1.0;
                let pulled = functions.run(Part::Pullback, &[point, &cotangent[..]].concat());
                for (mode, got) in [("pushforward", pushed[row]), ("pullback", pulled[column])] {
                    // A pushforward adds up all columns, and 0 times a partial that does not exist is no number.
                    if mode == "pushforward" && differences.iter().any(|column| !column[row].is_finite()) {
                        continue;
                    }
                    let error = (got - expected[row]).abs() / expected[row].abs().max(1.0);
                    // `!(<=)`, so that what is no number is an error.
                    if !matches!(
                        error.partial_cmp(&tolerance),
                        Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
                    ) {
                        let _ = writeln!(
                            errors,
                            "{} at {point:?}: {mode} of result {row} by operand {column}: {got}, difference {}",
                            case.op, expected[row]
                        );
                    }
                }
                compared += 1;
            }
        }
        if compared == 0 {
            let _ = writeln!(errors, "{} at {point:?}: nothing compared", case.op);
        }
    }
}

/// Compiles functions `NAME_PART` and hands out their addresses.
fn compile(cases: &[Case], check: impl FnOnce(&dyn Fn(usize) -> Functions)) {
    let context = context();
    let mut source = String::new();
    for index in 0..cases.len() {
        for (part, _) in PARTS {
            let _ = writeln!(
                source,
                "func.func @{part}_{index}(%in: memref<{SLOTS}xf64>, %out: memref<{SLOTS}xf64>) {{ return }}"
            );
        }
    }
    let mut module = Module::parse(&context, &source).expect("the frame parses");
    for (index, case) in cases.iter().enumerate() {
        for (name, part) in PARTS {
            let (arguments, builder) = body_of(module_op(&module), &format!("{name}_{index}"));
            fill(&builder, arguments[0], arguments[1], case, part);
        }
    }
    assert!(module_op(&module).verify());
    let passes = PassManager::new(&context);
    parse_pass_pipeline(passes.as_operation_pass_manager(), PIPELINE).expect("the pipeline parses");
    passes.run(&mut module).unwrap_or_else(|_| panic!("cannot lower"));
    let engine = ExecutionEngine::new(&module, 0, &[], false, false);
    check(&|index| Functions {
        parts: PARTS.map(|(name, _)| {
            let address = engine.lookup(&format!("{name}_{index}"));
            assert!(!address.is_null());
            // SAFETY: the signature is that of the frame, with bare pointers.
            unsafe { std::mem::transmute::<*mut (), Compiled>(address) }
        }),
    });
}

#[test]
fn rules_agree_with_differences() {
    let mut errors = String::new();
    compile(CASES, |functions| {
        for (index, case) in CASES.iter().enumerate() {
            check(case, &functions(index), &mut errors);
        }
    });
    assert!(errors.is_empty(), "\n{errors}");
}

#[test]
fn every_rule_has_a_case() {
    for (op, rule) in RuleBook::builtin().rules() {
        if matches!(rule, Rule::Elementwise(_)) {
            assert!(CASES.iter().any(|case| case.op == op), "'{op}' is not tested");
        }
    }
}

/// Where differences cannot tell: on kinks, at ties, and beside a jump.
#[test]
fn rules_decide_at_kinks() {
    // Op, operands, point, direction, derivative.
    type Kink = (&'static str, &'static str, &'static [f64], &'static [f64], f64);
    const KINKS: &[Kink] = &[
        ("math.absf", "d", &[0.0], &[1.0], 0.0),
        ("arith.maximumf", "dd", &[1.0, 1.0], &[1.0, 0.0], 1.0),
        ("arith.maximumf", "dd", &[1.0, 1.0], &[0.0, 1.0], 0.0),
        ("arith.minnumf", "dd", &[1.0, 1.0], &[1.0, 0.0], 1.0),
        ("math.powf", "dd", &[0.0, 0.0], &[1.0, 1.0], 0.0),
        ("math.powf", "dd", &[0.0, 0.5], &[0.0, 1.0], 0.0),
        // 1.0 = 9 * 0.1 + 0.0999..., though 1.0 / 0.1 rounds to 10.
        ("arith.remf", "dd", &[1.0, 0.1], &[0.0, 1.0], -9.0),
    ];
    let cases: Vec<_> =
        KINKS.iter().map(|(op, operands, ..)| Case { op, operands, results: "d", points: &[] }).collect();
    compile(&cases, |functions| {
        for (index, (op, _, point, tangent, expected)) in KINKS.iter().enumerate() {
            let functions = functions(index);
            let pushed = functions.run(Part::Pushforward, &[*point, tangent].concat())[0];
            let pulled = functions.run(Part::Pullback, &[*point, &[1.0][..]].concat());
            let product: f64 =
                tangent.iter().zip(pulled).filter(|(tangent, _)| **tangent != 0.0).map(|(a, b)| a * b).sum();
            // A zero tangent along an infinite partial is no number.
            if pulled.iter().all(|partial| partial.is_finite()) {
                assert_eq!(pushed, *expected, "{op} at {point:?}");
            }
            assert_eq!(product, *expected, "{op} at {point:?}");
        }
    });
}
