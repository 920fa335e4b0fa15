//! Execution of mutants: a function that takes numbers and buffers becomes the entry of a program that the fuzzer checks
//! like one of its own.

use super::{sources, text::Dice};
use crate::{
    check::{self, Verdict},
    diagnostics,
    execute::{self, Compiled, Mode, Values},
    metamorphic,
    program::{Argument, Output, Program},
};
use autodiff_dialect::ir::{Op, Type, Value};
use autodiff_transforms::emit::constant_index;
use melior::{Context, ir::Module};
use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

/// How much sums in another order may differ, relative to 1 and to themselves.
const ROUNDING: f64 = 1e-4;

/// What a mutant may not have if its numbers are to be compared: rules of the user's, what is undefined for some
/// operands, and what waits or does not come back.
const EXCLUDED: &[&str] = &[
    "gpu.",
    // It may be reached.
    "unreachable",
    "stop_gradient",
    "autodiff.vjp =",
    "autodiff.jvp =",
    "autodiff.augment =",
    "autodiff.pullback =",
    "autodiff.inactive",
    "arith.shl",
    "arith.shr",
    "async.",
    "math.floor",
    "math.ceil",
    "math.round",
    "math.trunc",
    "arith.bitcast",
    "f16",
    "f80",
    "f128",
    "tf32",
    "complex",
    "@main",
    "llvm.",
    "autodiff.rule",
    "@printf",
];

/// Processor time that a primal may take.
const LIMIT: Duration = Duration::from_millis(100);

/// The processor time of this process so far.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock writes to a structure of ours.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The function of a mutant as the entry of a program; `None` if its types are not those of the fuzzer's entries.
pub fn program(context: &Context, text: &str, root: &str, dice: &mut Dice) -> Option<Program> {
    let text = sources::cut(context, text, root)?;
    if EXCLUDED.iter().any(|word| text.contains(word)) {
        return None;
    }
    // A step that is not positive may do anything.
    let steps = text.lines().filter_map(|line| line.split_once(" step ")).map(|(_, step)| step.trim_start_matches('('));
    if steps.clone().any(|step| !step.starts_with("%c") || step.starts_with("%c-") || step.starts_with("%c0 ")) {
        return None;
    }
    let module = Module::parse(context, &text)?;
    let op = Op::from_raw(module.as_operation().to_raw());
    let function = op.body(0)?.ops().into_iter().find(|op| op.symbol_name().as_deref() == Some(root))?;
    let (inputs, results) = function.attribute("function_type")?.as_type()?.function_parts()?;
    let all: Vec<_> = inputs.iter().chain(&results).map(|ty| ty.element().to_string()).collect();
    let float = match (all.iter().any(|ty| ty == "f64"), all.iter().any(|ty| ty == "f32")) {
        (true, false) => "f64",
        (false, true) => "f32",
        _ => return None,
    };
    let arguments: Option<Vec<_>> = inputs.iter().map(|ty| argument(*ty, float, dice)).collect();
    let outputs: Option<Vec<_>> = results.iter().map(|ty| output(*ty, float)).collect();
    if races(function)
        || reduces_in_order(function)
        || op.functions().into_iter().any(returns_stack)
        || divides_by_zero(op)
    {
        return None;
    }
    op.rename_symbol_uses(root, "main");
    function.set_attribute("sym_name", autodiff_dialect::ir::Attribute::string(function.context(), "main"));
    function.remove_attribute("sym_visibility");
    Some(Program {
        text: execute::inner(&op.to_string())?,
        arguments: arguments?,
        outputs: outputs?,
        float,
        blocks: false,
        normal_form: !dice.one_in(4),
        expensive_caches: dice.one_in(4),
        optimised: dice.one_in(3),
        leaks: false,
        no_primal: dice.one_in(4),
        directions: false,
        strong_zero: false,
        rewrite: Some(metamorphic::rewrite(dice.bits())),
        features: BTreeSet::new(),
    })
}

fn argument(ty: Type, float: &'static str, dice: &mut Dice) -> Option<Argument> {
    let text = ty.to_string();
    let seed = dice.bits() >> 40;
    if text == float {
        return Some(Argument::Float { value: (seed % 1000) as f64 / 500.0 - 0.77, active: !dice.one_in(8) });
    }
    if ty.is_index() || ty.is_integer() {
        let ty = ["index", "i1", "i8", "i16", "i32", "i64"].into_iter().find(|name| *name == text)?;
        let value = if ty == "i1" { seed as i64 % 2 } else { 1 + (seed % 4) as i64 };
        return Some(Argument::Integer { ty, value });
    }
    if !ty.is_memref() || is_odd(ty) {
        return None;
    }
    let shape: Vec<usize> = ty.shape().into_iter().map(|size| if size < 0 { 4 } else { size as usize }).collect();
    if shape.iter().product::<usize>() > 4096 {
        return None;
    }
    let element = ty.element().to_string();
    if element == float {
        return Some(Argument::Buffer { ty: text, shape, seed, active: !dice.one_in(8), same: None });
    }
    let element = ["index", "i32", "i64"].into_iter().find(|name| *name == element)?;
    Some(Argument::Indices { ty: text, element, shape, seed })
}

fn output(ty: Type, float: &str) -> Option<Output> {
    let text = ty.to_string();
    match text.as_str() {
        "index" => Some(Output::Index),
        _ if text == float => Some(Output::Float { active: true }),
        _ => None,
    }
}

/// Whether iterations of a parallel loop may write to one place: the indices of a store do not depend on all induction
/// variables. What the primal leaves there is undefined, then.
fn races(function: Op) -> bool {
    let is_parallel = |op: &Op| matches!(op.name(), "scf.parallel" | "scf.forall" | "affine.parallel");
    let ops = function.walk();
    ops.iter().filter(|op| is_parallel(op)).any(|parallel| {
        let Some(body) = parallel.body(0) else { return true };
        let inner: HashSet<Op> = parallel.walk().into_iter().collect();
        let is_inside = |value: Value| match value.defining_op() {
            Some(op) => inner.contains(&op),
            None => value.block().parent_op().is_some_and(|op| inner.contains(&op)),
        };
        let ranges = body.arguments().into_iter().filter(|value| value.ty().is_index());
        let ranges: HashSet<Value> = ranges.collect();
        let stores = inner.iter().filter(|op| matches!(op.name(), "memref.store" | "affine.store"));
        stores.filter(|store| !is_inside(store.operand(1))).any(|store| {
            let (mut seen, mut pending) = (HashSet::new(), store.operands()[2..].to_vec());
            while let Some(value) = pending.pop() {
                if !is_inside(value) || !seen.insert(value) || ranges.contains(&value) {
                    continue;
                }
                let source = value.defining_op().or_else(|| value.block().parent_op());
                pending.extend(source.into_iter().flat_map(Op::operands));
            }
            !ranges.is_subset(&seen)
        })
    })
}

/// Whether an integer is divided by the constant zero, which LLVM may take for anything.
fn divides_by_zero(op: Op) -> bool {
    let is_division = |op: &Op| {
        let name = op.name().strip_prefix("arith.").unwrap_or_default();
        ["remsi", "remui"].contains(&name) || name.ends_with("divsi") || name.ends_with("divui")
    };
    op.walk().into_iter().filter(is_division).any(|op| constant_index(op.operand(1)) == Some(0))
}

/// Whether a function may return a buffer of its own stack.
fn returns_stack(function: Op) -> bool {
    let types = function.attribute("function_type").and_then(|ty| ty.as_type()?.function_parts());
    types.is_some_and(|(_, results)| results.iter().any(|ty| ty.is_memory()))
        && function.walk().iter().any(|op| op.name() == "memref.alloca")
}

/// Whether a reduction may depend on the order of its iterations: its body is more than one op of both values.
fn reduces_in_order(function: Op) -> bool {
    let bodies = function.walk().into_iter().filter(|op| op.name() == "scf.reduce").flat_map(Op::regions);
    bodies.filter_map(|region| region.first_block()).any(|body| {
        let (both, ops) = (body.arguments(), body.ops());
        let is_of_both = |op: &Op| op.operands() == both || op.operands().iter().rev().eq(&both);
        ops.len() != 2 || !is_of_both(&ops[0]) || matches!(ops[0].name(), "arith.subf" | "arith.divf" | "arith.remf")
    })
}

/// Whether wrappers cannot pass a buffer as it is.
fn is_odd(ty: Type) -> bool {
    let text = ty.to_string();
    ty.memory_space().is_some() || text.contains("strided") || text.contains("affine_map")
}

/// Runs the primal under guard, and then all that the fuzzer checks of a program. `stage` is told of each step.
pub fn check(context: &Context, program: &Program, stage: &mut dyn FnMut(&str)) -> Verdict {
    stage("guarded primal");
    let values = check::start(program);
    let expected = match Compiled::guarded(context, program) {
        Ok(compiled) => {
            let begin = processor_time();
            let called = compiled.call(program, Mode::Primal, &values);
            if processor_time().saturating_sub(begin) > LIMIT {
                return Verdict::Discarded("primal: slow".into());
            }
            called
        }
        Err(error) => {
            diagnostics::take();
            return Verdict::Discarded(format!("primal: does not compile: {error:?}"));
        }
    };
    let is_tame = |(after, report): &(crate::execute::Values, crate::heap::Report)| {
        report.faults.is_empty()
            && after.arguments.iter().chain(&after.results).flatten().all(|value| value.abs() < 1e6)
    };
    match &expected {
        Ok(outcome) if is_tame(outcome) => {}
        _ => return Verdict::Discarded("primal: not tame".into()),
    }
    if program.text.contains("parallel") || program.text.contains("scf.forall") {
        stage("primal in another order");
        let other = Compiled::reordered(context, program)
            .ok()
            .and_then(|other| other.call(program, Mode::Primal, &values).ok());
        let same = other.zip(expected.ok()).is_some_and(|((other, _), (first, _))| {
            let numbers = |of: &Values| of.arguments.iter().chain(&of.results).flatten().copied().collect::<Vec<f64>>();
            let pairs = numbers(&other).into_iter().zip(numbers(&first));
            pairs.into_iter().all(|(a, b)| a == b || (a - b).abs() <= ROUNDING * (1.0 + b.abs()))
        });
        diagnostics::take();
        if !same {
            return Verdict::Discarded("primal: depends on the order of iterations".into());
        }
    }
    stage("check");
    let verdict = match check::check(context, program) {
        Verdict::Discarded(why) if why == "primal: leak" => {
            check::check(context, &Program { leaks: true, ..program.clone() })
        }
        verdict => verdict,
    };
    diagnostics::take();
    let verdict = match verdict {
        // At a singular point of the program.
        Verdict::Failed(kind, _) if kind == "nan in jvp" => Verdict::Discarded(kind),
        // IEEE's zero times infinity, unless strong zeros make no difference.
        Verdict::Failed(_, why) if why.contains("NaN") && !program.strong_zero => {
            check::check(context, &Program { strong_zero: true, ..program.clone() })
        }
        verdict => verdict,
    };
    diagnostics::take();
    match verdict {
        // The routes judge these.
        Verdict::Failed(kind, why)
            if ["differentiate", "lower", "lower to llvm", "left over", "jit", "link"].contains(&kind.as_str()) =>
        {
            Verdict::Discarded(format!("{kind}: {why}"))
        }
        verdict => verdict,
    }
}
