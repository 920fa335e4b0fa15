//! What must hold of a program and its derivatives.

use super::{
    execute::{Compiled, Failure, Mode, Values},
    heap, metamorphic,
    program::{Argument, Output, Program},
};
use autodiff_tools::run::SplitMix;
use melior::Context;

/// What came of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Passed,
    /// It has passed, and so has what a rewrite made of it.
    Rewritten,
    /// It cannot be judged, with the reason.
    Discarded(String),
    /// The engine refuses it.
    Refused(String),
    /// A kind of failure, and details.
    Failed(String, String),
}

fn failed(kind: &str, why: impl Into<String>) -> Verdict {
    Verdict::Failed(kind.into(), why.into())
}

fn dot(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
}

fn norm(a: &[Vec<f64>]) -> f64 {
    dot(a, a).sqrt()
}

/// The largest difference, by the larger of the numbers and 1.
fn distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    a.iter()
        .flatten()
        .zip(b.iter().flatten())
        .map(|(a, b)| (a - b).abs() / a.abs().max(1.0))
        .fold(0.0, |most, next| if next.is_nan() { f64::INFINITY } else { f64::max(most, next) })
}

fn tame(values: &[Vec<f64>], limit: f64) -> bool {
    values.iter().flatten().all(|value| value.abs() < limit)
}

struct Checker<'p> {
    program: &'p Program,
    compiled: Compiled,
    start: Values,
    random: SplitMix,
}

impl Checker<'_> {
    /// Numbers like those of the active arguments or results; zeros elsewhere.
    fn direction(&mut self, like: &[Vec<f64>], active: &[bool]) -> Vec<Vec<f64>> {
        like.iter()
            .zip(active)
            .map(|(values, active)| values.iter().map(|_| if *active { self.random.uniform() } else { 0.0 }).collect())
            .collect()
    }

    fn call(&self, mode: Mode, values: &Values) -> Result<(Values, heap::Report), Verdict> {
        self.compiled.call(self.program, mode, values).map_err(|why| failed("link", why))
    }

    fn heap(&self, mode: Mode, report: &heap::Report) -> Result<(), Verdict> {
        if let Some(fault) = report.faults.first() {
            return Err(failed(&format!("memory in {}", mode.name()), fault.clone()));
        }
        if !report.leaks.is_empty() && !self.program.leaks {
            return Err(failed(
                &format!("leak in {}", mode.name()),
                format!("{} blocks of {:?} bytes", report.leaks.len(), report.leaks),
            ));
        }
        Ok(())
    }

    fn run(&mut self) -> Result<(), Verdict> {
        let narrow = self.program.float == "f32";
        let is_active: Vec<_> = self.program.arguments.iter().map(Argument::is_active).collect();
        let is_buffer: Vec<_> = self
            .program
            .arguments
            .iter()
            .map(|argument| matches!(argument, Argument::Buffer { active: true, .. }))
            .collect();
        let gives: Vec<_> = self
            .program
            .outputs
            .iter()
            .map(|output| !matches!(output, Output::Index | Output::Float { active: false }))
            .collect();

        let (primal, report) = self.call(Mode::Primal, &self.start.clone())?;
        if let Some(fault) = report.faults.first() {
            return Err(Verdict::Discarded(format!("primal: {fault}")));
        }
        if !report.leaks.is_empty() && !self.program.leaks {
            return Err(Verdict::Discarded("primal: leak".into()));
        }
        if !tame(&primal.results, 1e6) || !tame(&primal.arguments, 1e6) {
            return Err(Verdict::Discarded("primal: not tame".into()));
        }
        let same = if narrow { 1e-4 } else { 1e-11 };
        let compare = |mode: Mode, after: &Values| {
            if distance(&primal.arguments, &after.arguments) > same {
                let (expected, got) = (&primal.arguments, &after.arguments);
                return Err(failed(
                    &format!("primal buffers in {}", mode.name()),
                    format!("expected {expected:?}, got {got:?}"),
                ));
            }
            let keep: Vec<_> = gives.iter().map(|gives| !(self.program.no_primal && *gives)).collect();
            for (index, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
                if distance(&primal.results[index..=index], &after.results[index..=index]) > same {
                    let (expected, got) = (&primal.results[index], &after.results[index]);
                    return Err(failed(
                        &format!("primal results in {}", mode.name()),
                        format!("result {index}: expected {expected:?}, got {got:?}"),
                    ));
                }
            }
            Ok(())
        };

        let mut forward = vec![];
        for _ in 0..2 {
            let x_dot = self.direction(&self.start.arguments.clone(), &is_active);
            let values = Values { shadows: x_dot.clone(), ..self.start.clone() };
            let (after, report) = self.call(Mode::Jvp, &values)?;
            self.heap(Mode::Jvp, &report)?;
            compare(Mode::Jvp, &after)?;
            // Tangents of buffers that stay, and of results.
            let mut y_dot: Vec<Vec<f64>> = after.shadows;
            for (shadow, keep) in y_dot.iter_mut().zip(&is_buffer) {
                if !keep {
                    shadow.iter_mut().for_each(|value| *value = 0.0);
                }
            }
            y_dot.extend(after.tangents);
            forward.push((x_dot, y_dot));
        }
        let mut reverse = vec![];
        for _ in 0..2 {
            let shadows = self.direction(&self.start.arguments.clone(), &is_buffer);
            let seeds = self.direction(&self.start.results.clone(), &gives);
            let values = Values { shadows: shadows.clone(), tangents: seeds.clone(), ..self.start.clone() };
            let (after, report) = self.call(Mode::Vjp, &values)?;
            self.heap(Mode::Vjp, &report)?;
            compare(Mode::Vjp, &after)?;
            reverse.push(([shadows, seeds].concat(), after.shadows));
        }
        for (x_dot, y_dot) in &forward {
            if !tame(y_dot, 1e7) {
                if y_dot.iter().flatten().any(|value| value.is_nan()) {
                    return Err(failed("nan in jvp", format!("{y_dot:?}")));
                }
                return Err(Verdict::Discarded("tangents: not tame".into()));
            }
            for (y_bar, x_bar) in &reverse {
                let (left, right) = (dot(y_bar, y_dot), dot(x_bar, x_dot));
                let scale = (norm(y_bar) * norm(y_dot)).max(norm(x_bar) * norm(x_dot)).max(1.0);
                let limit = if narrow { 1e-3 } else { 1e-9 };
                if (left - right).abs() > limit * scale || (left - right).is_nan() {
                    let judge = self.differences(x_dot, y_bar, left)?;
                    let kind = match judge {
                        Some(true) => "vjp is wrong (jvp equals differences)",
                        Some(false) => "jvp is wrong, and differs from vjp",
                        None => "jvp and vjp differ",
                    };
                    return Err(failed(
                        kind,
                        format!(
                            "<y_bar, J x_dot> = {left}, <J^T y_bar, x_dot> = {right}\nx_dot {x_dot:?}\ny_dot {y_dot:?}\ny_bar {y_bar:?}\nx_bar {x_bar:?}"
                        ),
                    ));
                }
            }
        }
        if narrow {
            return Ok(());
        }
        for ((x_dot, y_dot), (y_bar, _)) in forward.iter().zip(&reverse) {
            let slope = dot(y_bar, y_dot);
            match self.differences(x_dot, y_bar, slope)? {
                Some(true) => {}
                Some(false) => {
                    return Err(failed(
                        "jvp and vjp agree but differ from differences",
                        format!("x_dot {x_dot:?}\ny_dot {y_dot:?}\nslope {slope}"),
                    ));
                }
                None => return Err(Verdict::Discarded("differences do not converge".into())),
            }
        }
        Ok(())
    }

    /// Whether central differences of `<y_bar, f>` along `x_dot` are `slope`; `None` if they do not converge.
    fn differences(&self, x_dot: &[Vec<f64>], y_bar: &[Vec<f64>], slope: f64) -> Result<Option<bool>, Verdict> {
        let value = |h: f64| -> Result<f64, Verdict> {
            let mut values = self.start.clone();
            for (argument, direction) in values.arguments.iter_mut().zip(x_dot) {
                for (value, rate) in argument.iter_mut().zip(direction) {
                    *value += h * rate;
                }
            }
            let (after, _) = self.call(Mode::Primal, &values)?;
            let arguments = after.arguments.len();
            Ok(dot(&y_bar[..arguments], &after.arguments) + dot(&y_bar[arguments..], &after.results))
        };
        let mut last: Option<f64> = None;
        let mut converged = false;
        for h in [1e-2, 2e-3, 4e-4, 1e-4, 2e-5, 4e-6] {
            let (near, far) = (value(h)? - value(-h)?, value(2.0 * h)? - value(-2.0 * h)?);
            let estimate = (8.0 * near - far) / (12.0 * h);
            let limit = 2e-6 * (1.0 + estimate.abs());
            if (estimate - slope).abs() <= limit {
                return Ok(Some(true));
            }
            if last.is_some_and(|last| (last - estimate).abs() <= limit) {
                converged = true;
            }
            last = Some(estimate);
        }
        Ok(converged.then_some(false))
    }
}

/// Compiles a program with its derivatives and checks them.
pub fn check(context: &Context, program: &Program) -> Verdict {
    let compiled = match Compiled::new(context, program) {
        Ok(compiled) => compiled,
        Err(Failure::Invalid(why)) => return Verdict::Discarded(format!("invalid program: {why}")),
        Err(Failure::Refused(why)) => return Verdict::Refused(why),
        Err(Failure::Broken(stage, why)) => return failed(stage, why),
    };
    let mut checker = Checker { program, compiled, start: start(program), random: SplitMix::new(17) };
    match (checker.run(), program.rewrite) {
        (Ok(()), Some(rewrite)) => metamorphic::check(context, program, &checker.compiled, rewrite),
        (Ok(()), None) => Verdict::Passed,
        (Err(verdict), _) => verdict,
    }
}

/// The arguments of a program, and zeros for what its derivatives take.
pub fn start(program: &Program) -> Values {
    Values {
        arguments: program.arguments.iter().map(Argument::floats).collect(),
        shadows: program.arguments.iter().map(|argument| vec![0.0; argument.floats().len()]).collect(),
        results: program
            .outputs
            .iter()
            .map(|output| match output {
                Output::Buffer { shape, .. } => vec![0.0; shape.iter().product()],
                _ => vec![0.0],
            })
            .collect(),
        tangents: program
            .outputs
            .iter()
            .map(|output| match output {
                Output::Buffer { shape, .. } => vec![0.0; shape.iter().product()],
                Output::Float { active: true } => vec![0.0],
                _ => vec![0.0],
            })
            .collect(),
    }
}
