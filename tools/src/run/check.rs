//! Derivatives against central differences, and against each other.
//!
//! The function is seen as one map from the active arguments (values, and initial contents of buffers) to the outputs
//! (floating-point results, and final contents of active buffers). Along random directions `x_dot`, for random
//! `y_bar`, three numbers must agree: the difference quotient, the jvp, and `<y_bar, J x_dot> = <J^T y_bar, x_dot>`.

use super::{
    array::Array,
    element::Element,
    failure::{Failure, Result},
    program::{Call, Program},
    request::Role,
    rng::SplitMix,
};
use autodiff_dialect::Activity;

/// The largest relative errors.
#[derive(Clone, Copy, Debug)]
pub struct Errors {
    /// Results of the derivative functions against those of the primal.
    pub primal: f64,
    /// The jvp against differences.
    pub jvp: f64,
    /// The vjp against differences.
    pub vjp: f64,
    /// The vjp against the jvp.
    pub identity: f64,
    pub limits: Limits,
}

impl Errors {
    /// Whether all errors are below their limits; NaN is not.
    pub fn passed(&self) -> bool {
        self.primal <= self.limits.exact
            && self.jvp <= self.limits.difference
            && self.vjp <= self.limits.difference
            && self.identity <= self.limits.exact
    }
}

/// What counts as equal.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Against differences, which truncate.
    pub difference: f64,
    /// Where only rounding may differ.
    pub exact: f64,
    epsilon: f64,
}

impl Limits {
    /// Limits for the narrowest type of a program; `tolerance` replaces the one against differences and moves the
    /// other by the same factor.
    pub fn new(narrowest: Option<Element>, tolerance: Option<f64>) -> Self {
        let (difference, exact) = match narrowest {
            Some(Element::Bf16) => (1e-1, 5e-2),
            Some(Element::F16) => (5e-2, 1e-2),
            Some(Element::F32) => (2e-3, 1e-4),
            _ => (1e-6, 1e-10),
        };
        let epsilon = narrowest.unwrap_or(Element::F64).epsilon();
        let factor = tolerance.map_or(1.0, |tolerance| tolerance / difference);
        Self { difference: difference * factor, exact: (exact * factor).max(8.0 * epsilon), epsilon }
    }

    /// Step sizes, relative to the size of the arguments. A step must be small for smoothness and large for rounding:
    /// the best of several counts.
    fn steps(&self) -> [f64; 4] {
        let best = self.epsilon.powf(0.2);
        [8.0 * best, best, best / 8.0, best / 64.0].map(|step| step.min(0.5))
    }

    /// The part of an output below which a derivative drowns in the rounding of its difference quotient.
    fn floor(&self, step: f64) -> f64 {
        let noise = |factor: f64, step: f64| factor * self.epsilon / (step * self.difference);
        noise(10.0, step).min(noise(2.0, self.epsilon.powf(0.2)).max(0.05))
    }
}

/// What a check needs to know.
pub struct Checker<'a> {
    pub program: &'a Program,
    /// The wrappers of the primal, the jvp and the vjp.
    pub names: [&'static str; 3],
    pub arguments: &'a [Array],
    pub forward: &'a [Activity],
    pub reverse: &'a [Activity],
    /// Whether each argument is a buffer.
    pub buffers: Vec<bool>,
    pub limits: Limits,
}

impl Checker<'_> {
    /// Checks along some directions. Returns the errors and the last call of the vjp.
    ///
    /// # Errors
    ///
    /// If a call cannot be made, or nothing is differentiated.
    pub fn run(&self, primal: &Call, directions: u64) -> Result<(Errors, Call)> {
        let active: Vec<_> = (0..self.arguments.len()).filter(|index| self.is_active(*index)).collect();
        let outputs = self.outputs(primal);
        if active.is_empty() || outputs.is_empty() {
            return Err(Failure::input(format!(
                "--mode: there is nothing to check, the function has no differentiated {}",
                if active.is_empty() { "argument" } else { "result or buffer" }
            )));
        }
        let mut errors = Errors { primal: 0.0, jvp: 0.0, vjp: 0.0, identity: 0.0, limits: self.limits };
        let mut last = None;
        for direction in 1..=directions {
            let mut random = SplitMix::new(direction);
            let x_dot: Vec<_> = self.arguments.iter().map(|x| direction_for(x, &mut random)).collect();
            let y_bar: Vec<_> = outputs
                .iter()
                .map(|(role, y)| {
                    let mut seed = y.zeros_like();
                    random.fill(&mut seed);
                    (*role, seed)
                })
                .collect();
            let jvp = self.program.call(self.names[1], 1, |role| match role {
                Role::Shadow(index) => Ok(x_dot[index].clone()),
                _ => self.argument(role),
            })?;
            let vjp = self.program.call(self.names[2], 1, |role| match role {
                Role::Shadow(_) | Role::Seed(_) => {
                    let seed = y_bar.iter().find(|(other, _)| *other == role).map(|(_, seed)| seed.clone());
                    seed.ok_or_else(|| Failure::input("an output has no cotangent"))
                }
                _ => self.argument(role),
            })?;
            for call in [&jvp, &vjp] {
                errors.primal = worst(errors.primal, self.primal_error(primal, call));
            }
            let y_dot: Vec<_> = outputs.iter().map(|(role, _)| self.tangent(&jvp, *role)).collect::<Result<_>>()?;
            let pulled: Vec<f64> = active.iter().flat_map(|index| self.pulled(&vjp, *index, &x_dot[*index])).collect();
            let pushed: Vec<f64> =
                y_bar.iter().zip(&y_dot).flat_map(|((_, bar), dot)| products(&bar.numbers(), dot)).collect();
            errors.identity = worst(errors.identity, sum_error(&pushed, &pulled, 0.0));
            let (jvp_error, vjp_error) = self.difference_errors(&outputs, &x_dot, &y_bar, &y_dot, &pulled)?;
            errors.jvp = worst(errors.jvp, jvp_error);
            errors.vjp = worst(errors.vjp, vjp_error);
            last = Some(vjp);
        }
        Ok((errors, last.ok_or(Failure::Reported)?))
    }

    fn is_active(&self, index: usize) -> bool {
        self.forward[index].is_dup()
    }

    fn argument(&self, role: Role) -> Result<Array> {
        match role {
            Role::Primal(index) => Ok(self.arguments[index].clone()),
            _ => Err(Failure::input("the function has no such operand")),
        }
    }

    /// The outputs of a call, each under the role of its cotangent: results, then active buffers.
    fn outputs(&self, call: &Call) -> Vec<(Role, Array)> {
        let results = call.results.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if array.element.is_float() => Some((Role::Seed(*index), array.clone())),
            _ => None,
        });
        let buffers = call.operands.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if self.buffers[*index] && self.is_active(*index) => {
                Some((Role::Shadow(*index), array.clone()))
            }
            _ => None,
        });
        results.chain(buffers).collect()
    }

    /// The tangent of an output.
    fn tangent(&self, jvp: &Call, role: Role) -> Result<Vec<f64>> {
        let array = match role {
            Role::Seed(index) => jvp.result(Role::Tangent(index)),
            other => jvp.operand(other),
        };
        Ok(array.ok_or_else(|| Failure::input("an output has no tangent"))?.numbers())
    }

    /// The terms of `<x_bar, x_dot>` for one argument.
    fn pulled(&self, vjp: &Call, index: usize, x_dot: &Array) -> Vec<f64> {
        let x_bar = if self.reverse[index].is_dup() {
            vjp.operand(Role::Shadow(index))
        } else {
            vjp.result(Role::Gradient(index))
        };
        x_bar.map(|x_bar| products(&x_bar.numbers(), &x_dot.numbers())).unwrap_or_default()
    }

    /// How far the primal results of a derivative are from those of the function.
    fn primal_error(&self, primal: &Call, call: &Call) -> f64 {
        let kept =
            |index: usize| self.forward[index] != Activity::DupNoneed && self.reverse[index] != Activity::DupNoneed;
        let results = primal.results.iter().map(|(role, array)| (array, call.result(*role)));
        let buffers = primal.operands.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if self.buffers[*index] && kept(*index) => Some((array, call.operand(*role))),
            _ => None,
        });
        results.chain(buffers).fold(0.0, |error, (expected, got)| {
            let got = got.map(Array::numbers).unwrap_or_default();
            worst(error, vector_error(&expected.numbers(), &got, 0.0))
        })
    }

    /// The outputs at `x + step x_dot`.
    fn evaluate(&self, x_dot: &[Array], step: f64) -> Result<Vec<Vec<f64>>> {
        let call = self.program.call(self.names[0], 1, |role| match role {
            Role::Primal(index) if self.is_active(index) => {
                let (x, dot) = (self.arguments[index].numbers(), x_dot[index].numbers());
                let moved: Vec<_> = x.iter().zip(dot).map(|(x, dot)| x + step * dot).collect();
                Ok(self.arguments[index].with_numbers(&moved))
            }
            _ => self.argument(role),
        })?;
        Ok(self.outputs(&call).into_iter().map(|(_, array)| array.numbers()).collect())
    }

    /// The errors of the jvp and the vjp against differences.
    fn difference_errors(
        &self,
        outputs: &[(Role, Array)],
        x_dot: &[Array],
        y_bar: &[(Role, Array)],
        y_dot: &[Vec<f64>],
        pulled: &[f64],
    ) -> Result<(f64, f64)> {
        let (mut jvp_error, mut vjp_error) = (vec![f64::INFINITY; outputs.len()], f64::INFINITY);
        for step in self.limits.steps() {
            let floor = self.limits.floor(step);
            let quotient = self.quotient(x_dot, step)?;
            let mut expected = vec![];
            let mut noise = 0.0;
            for (index, (_, y)) in outputs.iter().enumerate() {
                let size = norm(&y.numbers());
                let error = vector_error(&quotient[index], &y_dot[index], floor * size);
                jvp_error[index] = jvp_error[index].min(error);
                let bar = y_bar[index].1.numbers();
                noise += floor * size * norm(&bar) / (bar.len().max(1) as f64).sqrt();
                expected.extend(products(&bar, &quotient[index]));
            }
            vjp_error = vjp_error.min(sum_error(&expected, pulled, noise));
            let worst_jvp = jvp_error.iter().copied().fold(0.0, worst);
            if worst(worst_jvp, vjp_error) < self.limits.difference / 10.0 {
                break;
            }
        }
        Ok((jvp_error.into_iter().fold(0.0, worst), vjp_error))
    }

    /// Central differences at a step and its half, extrapolated (Richardson).
    fn quotient(&self, x_dot: &[Array], step: f64) -> Result<Vec<Vec<f64>>> {
        let central = |step: f64| -> Result<Vec<Vec<f64>>> {
            let (above, below) = (self.evaluate(x_dot, step)?, self.evaluate(x_dot, -step)?);
            Ok(above
                .iter()
                .zip(&below)
                .map(|(above, below)| {
                    above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect()
                })
                .collect())
        };
        let (whole, half) = (central(step)?, central(step / 2.0)?);
        Ok(whole
            .iter()
            .zip(&half)
            .map(|(whole, half)| whole.iter().zip(half).map(|(whole, half)| (4.0 * half - whole) / 3.0).collect())
            .collect())
    }
}

/// A random direction in the scale of an argument.
fn direction_for(x: &Array, random: &mut SplitMix) -> Array {
    let numbers = x.numbers();
    let mean = norm(&numbers) / (numbers.len().max(1) as f64).sqrt();
    let scale = if mean > 0.0 && mean.is_finite() { mean } else { 1.0 };
    let direction: Vec<_> = numbers.iter().map(|_| scale * random.uniform()).collect();
    x.with_numbers(&direction)
}

fn products(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn norm(numbers: &[f64]) -> f64 {
    numbers.iter().map(|number| number * number).sum::<f64>().sqrt()
}

/// The larger error; NaN is the largest of all.
fn worst(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// The distance of two vectors over the larger norm, at least `floor`.
fn vector_error(expected: &[f64], got: &[f64], floor: f64) -> f64 {
    if expected.len() != got.len() {
        return f64::INFINITY;
    }
    let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
    let distance: Vec<_> = expected.iter().zip(got).map(|(a, b)| if same(*a, *b) { 0.0 } else { a - b }).collect();
    relative(norm(&distance), norm(expected).max(norm(got)).max(floor))
}

/// The distance of two sums over the sum of the sizes of their terms.
fn sum_error(expected: &[f64], got: &[f64], floor: f64) -> f64 {
    let size = |terms: &[f64]| terms.iter().map(|term| term.abs()).sum::<f64>();
    let distance = (expected.iter().sum::<f64>() - got.iter().sum::<f64>()).abs();
    relative(distance, size(expected).max(size(got)).max(floor))
}

fn relative(distance: f64, size: f64) -> f64 {
    match distance / size {
        _ if distance == 0.0 => 0.0,
        ratio if ratio.is_nan() => f64::INFINITY,
        ratio => ratio,
    }
}
