//! `autodiff-opt --check-rules FILE`: compares each rule of a rule book with differences of its op.
//!
//! 1. Build a function around the op, with the first types of operands and results that the op takes and that can be
//!    compiled here.
//! 2. For each operand, differentiate by it alone, at points on both sides of 0 and 1.
//! 3. Compare, as `autodiff-run --mode check` does. A rule that differs is an error at its line.

use super::{
    array::Array,
    check::{Checker, Limits},
    element::Element,
    engine,
    failure::{Failure, Result},
    program::{self, Program, Settings},
    request::{Direction, Form, Request, activities},
    source::{self, Entry},
};
use crate::console::{complain, print};
use autodiff_transforms::rules::{
    elementwise::{self, Rule},
    read_book,
};
use melior::{Context, ir::Module};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What numbers the operands have, taken in turn: small and large, negative, between 0 and 1.
const NUMBERS: [f64; 9] = [0.37, 1.61, -0.73, 2.9, 0.11, -1.83, 0.9, 3.7, -0.24];

/// Integers, for operands that a rule has no partial for.
const INTEGERS: [f64; 4] = [1.0, 2.0, 3.0, 0.0];

/// The largest relative error of a rule that is right.
const TOLERANCE: f64 = 1e-5;

/// What was found out about a rule.
enum Verdict {
    Right,
    /// Why there is nothing to say.
    Untested(String),
    /// In what it differs.
    Wrong(String),
}

/// Checks a file; the process ends with code 1 if it has a mistake.
pub fn main(file: &str) -> ExitCode {
    engine::catch_crashes();
    match check(file) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            if let Failure::Input(message) | Failure::Device(message) = failure {
                let prefix = if message.contains(": error: ") { "" } else { "autodiff-opt: error: " };
                complain(format_args!("{prefix}{message}"));
            }
            ExitCode::from(1)
        }
    }
}

fn check(file: &str) -> Result<bool> {
    let path = PathBuf::from(file);
    program::check_rules(std::slice::from_ref(&path)).map_err(|failure| match failure {
        Failure::Input(message) => Failure::Input(message.replacen("--rules", "--check-rules", 1)),
        other => other,
    })?;
    let (mut right, mut wrong, mut untested) = (0, 0, 0);
    for elementwise::Entry { op, rule, line, column } in read_book(file).map_err(Failure::input)? {
        let place = format!("{file}:{line}:{column}");
        match check_rule(&op, &rule, &path)? {
            Verdict::Right => right += 1,
            Verdict::Untested(why) => {
                untested += 1;
                complain(format_args!("{place}: warning: the rule of '{op}' was not tested: {why}"));
            }
            Verdict::Wrong(how) => {
                wrong += 1;
                complain(format_args!("{place}: error: the rule of '{op}' is wrong: {how}"));
            }
        }
    }
    print(format_args!(
        "{file}: {right} rules agree with differences, {wrong} are wrong, {untested} were not tested\n"
    ))
    .map_err(|error| Failure::input(format!("cannot write to standard output: {error}")))?;
    Ok(wrong == 0)
}

fn check_rule(op: &str, rule: &Rule, book: &Path) -> Result<Verdict> {
    let shapes = match rule {
        Rule::Error(_) => {
            return Ok(Verdict::Untested("it refuses a derivative, which differences cannot tell".into()));
        }
        Rule::Inactive => (1..=3).map(|operands| (vec![true; operands], 1)).collect(),
        Rule::Elementwise(rule) => {
            vec![((0..rule.operand_count()).map(|index| rule.depends_on(index)).collect(), rule.result_count())]
        }
    };
    let context = source::quiet_context();
    let mut accepted = false;
    for (differentiated, results) in shapes {
        for (operands, result) in candidates(&differentiated) {
            let text = function(op, &operands, &vec![result; results]);
            let Some(mut module) = Module::parse(&context, &text) else { continue };
            let Ok(entry) = source::entry(&context, &mut module, "f") else { continue };
            accepted = true;
            if let Some(verdict) = compare(&context, &text, &entry, rule, book)? {
                return Ok(verdict);
            }
        }
    }
    let dialect = op.split('.').next().unwrap_or(op);
    Ok(Verdict::Untested(if accepted {
        "the op has no lowering to code for this machine, or no finite value at the points that were tried".into()
    } else {
        format!(
            "it takes an op that is registered here, with numbers as operands and no attributes; of dialect '{dialect}' \
             such an op is not known"
        )
    }))
}

/// Types of operands and of the results.
fn candidates(differentiated: &[bool]) -> Vec<(Vec<&'static str>, &'static str)> {
    let mut candidates = vec![];
    let others: &[&str] =
        if differentiated.iter().all(|is| *is) { &["f64"] } else { &["i32", "i64", "index", "i1", "f64"] };
    for number in ["f64", "complex<f64>"] {
        for result in ["f64", "complex<f64>"] {
            for other in others {
                candidates.push((differentiated.iter().map(|is| if *is { number } else { *other }).collect(), result));
            }
        }
    }
    candidates
}

fn function(op: &str, operands: &[&str], results: &[&str]) -> String {
    let names: Vec<_> = (0..operands.len()).map(|index| format!("%x{index}")).collect();
    let parameters: Vec<_> = names.iter().zip(operands).map(|(name, ty)| format!("{name}: {ty}")).collect();
    let values: Vec<_> = (0..results.len()).map(|index| format!("%r#{index}")).collect();
    let (operands, results) = (operands.join(", "), results.join(", "));
    format!(
        "func.func @f({}) -> ({results}) {{\n  %r:{} = \"{op}\"({}) : ({operands}) -> ({results})\n  return {} : {results}\n}}\n",
        parameters.join(", "),
        values.len(),
        names.join(", "),
        values.join(", ")
    )
}

/// Compares the derivatives by each operand with differences; nothing if the op cannot be run.
fn compare(context: &Context, text: &str, entry: &Entry, rule: &Rule, book: &Path) -> Result<Option<Verdict>> {
    let mut compared = 0;
    for (number, slot) in entry.parameters.iter().enumerate() {
        if !slot.is_differentiable() {
            continue;
        }
        let words: Vec<_> = (0..entry.parameters.len())
            .map(|other| if other == number { "active" } else { "const" }.to_owned())
            .collect();
        let forward = activities(entry, Some(&words), Direction::Forward)?;
        let reverse = activities(entry, Some(&words), Direction::Reverse)?;
        let form = Form { width: 1, strong_zero: false };
        let requests =
            vec![Request::primal(entry), Request::jvp(entry, &forward, form), Request::vjp(entry, &reverse, form)];
        let names = [requests[0].name, requests[1].name, requests[2].name];
        let Some(module) = Module::parse(context, text) else { return Ok(None) };
        let Ok(program) = Program::compile(context, module, entry, requests, &settings(book)) else { return Ok(None) };
        for point in 0..NUMBERS.len() {
            let arguments = arguments(entry, point)?;
            let primal = program.call(names[0], 1, |role| super::check::argument(&arguments, role))?;
            if primal.results.iter().any(|(_, array)| array.numbers().iter().any(|number| !number.is_finite())) {
                continue;
            }
            let checker = Checker {
                program: &program,
                names,
                arguments: &arguments,
                forward: &forward,
                reverse: &reverse,
                buffers: vec![false; arguments.len()],
                limits: Limits::new(Some(Element::F64), Some(TOLERANCE)),
                width: 1,
                entries: 2,
            };
            let (errors, _) = checker.run(&primal, 1)?;
            compared += errors.directions.trusted + errors.entries.trusted;
            if !errors.are_small() {
                let error = [errors.primal, errors.jvp, errors.vjp, errors.identity, errors.entry];
                return Ok(Some(Verdict::Wrong(format!(
                    "its derivative by {} differs from differences at ({}) by a relative error of {:.1e}",
                    operand_name(rule, number),
                    arguments.iter().map(|array| array.element.format(&array.bytes)).collect::<Vec<_>>().join(", "),
                    error.into_iter().fold(0.0, f64::max)
                ))));
            }
        }
    }
    Ok((compared > 0).then_some(Verdict::Right))
}

fn operand_name(rule: &Rule, number: usize) -> String {
    match rule {
        Rule::Elementwise(rule) => format!("'{}'", rule.operand_name(number)),
        _ => format!("operand #{number}"),
    }
}

fn arguments(entry: &Entry, point: usize) -> Result<Vec<Array>> {
    let take = |numbers: &[f64], place: usize| numbers[(point + 2 * place) % numbers.len()];
    let parameters = entry.parameters.iter().enumerate();
    parameters
        .map(|(place, slot)| {
            let zero = slot.zeros().map_err(Failure::Input)?;
            let numbers = match slot.element {
                Element::Int(1) => vec![(point % 2) as f64],
                element if !element.is_float() => vec![take(&INTEGERS, place)],
                element if element.is_complex() => vec![take(&NUMBERS, place), take(&NUMBERS, place + 1)],
                _ => vec![take(&NUMBERS, place)],
            };
            Ok(zero.with_numbers(&numbers))
        })
        .collect()
}

fn settings(book: &Path) -> Settings {
    Settings {
        level: 0,
        rules: vec![book.to_path_buf()],
        cache_cost: 1,
        wide_sums: true,
        threads: None,
        chip: None,
        kernels: None,
        count: false,
        trace: false,
    }
}
