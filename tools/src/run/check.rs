//! Derivatives against central differences, and against each other.
//!
//! The function is seen as one map from the active arguments (values, and initial contents of buffers) to the outputs
//! (floating-point results, and final contents of active buffers). Along random directions `x_dot`, for random
//! `y_bar`, three numbers must agree: the difference quotient, the jvp, and `<y_bar, J x_dot> = <J^T y_bar, x_dot>`.
//! Sums that stall and arguments that are swapped can hide in a random direction: some entries of each argument's gradient
//! are compared with differences one by one.
//!
//! Errors are relative to the larger of the two numbers, or to what rounding alone makes of an output, if that is more:
//! how much an output changes where the arguments change in their last bits ([`Checker::noise`]). Where differences do
//! not settle as steps get smaller, or are not the same on both sides, they say nothing: at a kink, a jump, or where a
//! count of iterations changes ([`Checker::is_smooth`]). Such comparisons are left out and counted.

use super::{
    array::Array,
    element::Element,
    failure::{Failure, Result},
    program::{Call, Program},
    request::Role,
    rng::SplitMix,
};
use autodiff_dialect::Activity;
use std::time::{Duration, Instant};

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
    /// Single entries of gradients against differences.
    pub entry: f64,
    pub directions: Count,
    pub entries: Count,
    pub limits: Limits,
}

/// How many comparisons with differences there were.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Those that tell something.
    pub trusted: usize,
    /// Those at a kink or a jump, which do not count.
    pub untrusted: usize,
}

impl Count {
    fn add(&mut self, is_trusted: bool) {
        *(if is_trusted { &mut self.trusted } else { &mut self.untrusted }) += 1;
    }
}

impl Errors {
    /// Whether all errors are below their limits; NaN is not. Without a difference that can be trusted, nothing is known.
    pub fn passed(&self) -> bool {
        let compared = self.directions.trusted + self.entries.trusted;
        compared > 0 && self.are_small()
    }

    /// Whether all errors are below their limits, whatever was compared.
    pub fn are_small(&self) -> bool {
        self.primal <= self.limits.exact
            && self.jvp <= self.limits.difference
            && self.vjp <= self.limits.difference
            && self.identity <= self.limits.exact
            && self.entry <= self.limits.difference
    }
}

/// What counts as equal.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Against differences, which truncate.
    pub difference: f64,
    /// Where only rounding may differ.
    pub exact: f64,
    /// The smallest error that differences can show, or the limit if that is larger: a tolerance that nothing can meet
    /// must not turn everything into rounding.
    resolution: f64,
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
        let resolution = difference * factor.max(1.0);
        Self { difference: difference * factor, exact: (exact * factor).max(8.0 * epsilon), resolution, epsilon }
    }

    /// Step sizes, relative to the size of the arguments. A step must be small for smoothness and large for rounding:
    /// the best of several counts.
    fn steps(&self) -> [f64; 4] {
        let best = self.epsilon.powf(0.2);
        [8.0 * best, best, best / 8.0, best / 64.0].map(|step| step.min(0.5))
    }

    /// The part of an output below which a derivative drowns in the rounding of its difference quotient.
    fn floor(&self, step: f64) -> f64 {
        let noise = |factor: f64, step: f64| factor * self.epsilon / (step * self.resolution);
        noise(10.0, step).min(noise(2.0, self.epsilon.powf(0.2)).max(0.05))
    }
}

/// The longest time that single entries take; each argument has its turn before any has a second one.
const ENTRY_TIME: Duration = Duration::from_secs(2);

/// Rounding errors are taken to be this many times as large as those that were seen.
const CAUTION: f64 = 16.0;

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
    /// The directions that one call of a derivative takes.
    pub width: usize,
    /// How many entries of each argument's gradient are compared one by one.
    pub entries: usize,
}

/// The outputs of the primal: the role of the cotangent of each, its numbers, and how much rounding changes them.
struct Outputs {
    roles: Vec<Role>,
    shapes: Vec<Array>,
    values: Vec<Vec<f64>>,
    noise: Vec<f64>,
}

/// For one direction: the tangents of the outputs, and the products that both sides of the identity sum up.
type Terms = (Vec<Vec<f64>>, Vec<f64>, Vec<f64>);

/// Adds a step along a direction to the numbers of an argument.
type Move<'m> = dyn Fn(usize, &mut [f64], f64) + 'm;

/// Differences of the outputs at one step.
struct Sides {
    /// Central difference quotients.
    central: Vec<Vec<f64>>,
    /// How far the quotients of the two sides are apart.
    gap: Vec<Vec<f64>>,
}

impl Checker<'_> {
    /// Checks along some directions, and entry by entry. Returns the errors and the last call of the vjp.
    ///
    /// # Errors
    ///
    /// If a call cannot be made, or nothing is differentiated.
    pub fn run(&self, primal: &Call, directions: u64) -> Result<(Errors, Call)> {
        let active: Vec<_> = (0..self.arguments.len()).filter(|index| self.is_active(*index)).collect();
        let (roles, shapes): (Vec<_>, Vec<_>) = self.outputs(primal).into_iter().unzip();
        if active.is_empty() || roles.is_empty() {
            return Err(Failure::input(format!(
                "--mode: there is nothing to check, the function has no differentiated {}",
                if active.is_empty() { "argument" } else { "result or buffer" }
            )));
        }
        let nearby = |seed| Ok((self.nearby(seed, 1.0)?, self.nearby(seed, -1.0)?));
        let nearby = (1..=2).map(nearby).collect::<Result<Vec<_>>>()?;
        let noise = |role: Role, array: &Array| self.noise(role, array, &nearby, primal);
        let outputs = Outputs {
            values: shapes.iter().map(Array::numbers).collect(),
            noise: roles.iter().zip(&shapes).map(|(role, array)| noise(of_primal(*role), array)).collect(),
            roles,
            shapes,
        };
        let mut errors = Errors {
            primal: 0.0,
            jvp: 0.0,
            vjp: 0.0,
            identity: 0.0,
            entry: 0.0,
            directions: Count::default(),
            entries: Count::default(),
            limits: self.limits,
        };
        let mut last = None;
        for first in (1..=directions).step_by(self.width) {
            let lanes: Vec<_> = (first..).take(self.width).map(|seed| self.seeds(seed, &outputs)).collect();
            let jvp = self.jvp(&lanes, self.arguments)?;
            let vjp = self.vjp(&lanes, &outputs, self.arguments)?;
            for call in [&jvp, &vjp] {
                errors.primal = worst(errors.primal, self.primal_error(primal, call, &noise));
            }
            for (lane, (x_dot, y_bar)) in lanes.iter().enumerate() {
                let terms = |jvp: &Call, vjp: &Call| -> Result<Terms> {
                    let y_dot =
                        outputs.roles.iter().map(|role| self.tangent(jvp, *role, lane)).collect::<Result<Vec<_>>>()?;
                    let pushed =
                        y_bar.iter().zip(&y_dot).flat_map(|(bar, dot)| products(&bar.numbers(), dot)).collect();
                    let pulled = active
                        .iter()
                        .flat_map(|index| products(&self.gradient(vjp, *index, lane), &x_dot[*index].numbers()));
                    Ok((y_dot, pushed, pulled.collect()))
                };
                let (y_dot, pushed, pulled) = terms(&jvp, &vjp)?;
                let mut identity = sum_error(&pushed, &pulled, 0.0);
                if identity > self.limits.exact {
                    // Both may be nothing but rounding.
                    let arguments = self.perturbed(1, 1.0);
                    let (jvp, vjp) = (self.jvp(&lanes, &arguments)?, self.vjp(&lanes, &outputs, &arguments)?);
                    let (_, other_pushed, other_pulled) = terms(&jvp, &vjp)?;
                    let change = |a: &[f64], b: &[f64]| (a.iter().sum::<f64>() - b.iter().sum::<f64>()).abs();
                    let noise = change(&pushed, &other_pushed).max(change(&pulled, &other_pulled));
                    let noise = self.plausible(noise, self.size_of_all(primal));
                    identity = sum_error(&pushed, &pulled, CAUTION * noise / self.limits.exact);
                }
                errors.identity = worst(errors.identity, identity);
                let (is_trusted, jvp_error, vjp_error) = self.direction(&outputs, x_dot, y_bar, &y_dot, &pulled)?;
                errors.directions.add(is_trusted);
                if is_trusted {
                    errors.jvp = worst(errors.jvp, jvp_error);
                    errors.vjp = worst(errors.vjp, vjp_error);
                }
            }
            last = Some((vjp, lanes));
        }
        let (vjp, lanes) = last.ok_or(Failure::Reported)?;
        if let Some((_, y_bar)) = lanes.first() {
            self.check_entries(&active, &outputs, y_bar, &vjp, &mut errors)?;
        }
        Ok((errors, vjp))
    }

    fn is_active(&self, index: usize) -> bool {
        self.forward[index].is_dup()
    }

    /// Random tangents of the arguments and cotangents of the outputs.
    fn seeds(&self, seed: u64, outputs: &Outputs) -> (Vec<Array>, Vec<Array>) {
        let mut random = SplitMix::new(seed);
        let x_dot = self.arguments.iter().map(|x| direction_for(x, &mut random)).collect();
        let y_bar = outputs.shapes.iter().map(|y| {
            let mut bar = y.zeros_like();
            random.fill(&mut bar);
            bar
        });
        (x_dot, y_bar.collect())
    }

    fn jvp(&self, lanes: &[(Vec<Array>, Vec<Array>)], arguments: &[Array]) -> Result<Call> {
        self.program.call(self.names[1], 1, |role| match role {
            Role::Shadow(index, lane) => Ok(lanes[lane].0[index].clone()),
            _ => argument(arguments, role),
        })
    }

    fn vjp(&self, lanes: &[(Vec<Array>, Vec<Array>)], outputs: &Outputs, arguments: &[Array]) -> Result<Call> {
        self.program.call(self.names[2], 1, |role| match role {
            Role::Shadow(_, lane) | Role::Seed(_, lane) => {
                let position = outputs.roles.iter().position(|other| *other == role.in_lane(0));
                let seed = position.map(|position| lanes[lane].1[position].clone());
                seed.ok_or_else(|| Failure::input("an output has no cotangent"))
            }
            _ => argument(arguments, role),
        })
    }

    /// The outputs of a call, each under the role of its cotangent: results, then active buffers.
    fn outputs(&self, call: &Call) -> Vec<(Role, Array)> {
        let results = call.results.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if array.element.is_float() => Some((Role::Seed(*index, 0), array.clone())),
            _ => None,
        });
        let buffers = call.operands.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if self.buffers[*index] && self.is_active(*index) => {
                Some((Role::Shadow(*index, 0), array.clone()))
            }
            _ => None,
        });
        results.chain(buffers).collect()
    }

    /// The tangent of an output.
    fn tangent(&self, jvp: &Call, role: Role, lane: usize) -> Result<Vec<f64>> {
        let array = match role {
            Role::Seed(index, _) => jvp.result(Role::Tangent(index, lane)),
            other => jvp.operand(other.in_lane(lane)),
        };
        Ok(array.ok_or_else(|| Failure::input("an output has no tangent"))?.numbers())
    }

    /// The gradient by one argument.
    fn gradient(&self, vjp: &Call, index: usize, lane: usize) -> Vec<f64> {
        let x_bar = if self.reverse[index].is_dup() {
            vjp.operand(Role::Shadow(index, lane))
        } else {
            vjp.result(Role::Gradient(index, lane))
        };
        x_bar.map(Array::numbers).unwrap_or_default()
    }

    /// How far the primal results of a derivative are from those of the function.
    fn primal_error(&self, primal: &Call, call: &Call, noise: &dyn Fn(Role, &Array) -> f64) -> f64 {
        let kept =
            |index: usize| self.forward[index] != Activity::DupNoneed && self.reverse[index] != Activity::DupNoneed;
        let results = primal.results.iter().map(|(role, array)| (*role, array, call.result(*role)));
        let buffers = primal.operands.iter().filter_map(|(role, array)| match role {
            Role::Primal(index) if self.buffers[*index] && kept(*index) => Some((*role, array, call.operand(*role))),
            _ => None,
        });
        results.chain(buffers).fold(0.0, |error, (role, expected, got)| {
            let (numbers, got) = (expected.numbers(), got.map(Array::numbers).unwrap_or_default());
            let mut own = vector_error(&numbers, &got, 0.0);
            if own > self.limits.exact {
                own = vector_error(&numbers, &got, CAUTION * noise(role, expected) / self.limits.exact);
            }
            worst(error, own)
        })
    }

    /// The arguments, those that are differentiated changed in their last bits, to one side or the other.
    fn perturbed(&self, seed: u64, side: f64) -> Vec<Array> {
        let mut random = SplitMix::new(seed ^ 0x5EED);
        let active = self.arguments.iter().enumerate();
        active
            .map(|(index, x)| {
                if !self.is_active(index) {
                    return x.clone();
                }
                let bits = side * 64.0 * x.element.epsilon();
                let numbers: Vec<_> = x.numbers().iter().map(|x| x * (1.0 + bits * random.uniform())).collect();
                x.with_numbers(&numbers)
            })
            .collect()
    }

    /// A call of the primal with arguments that are changed in their last bits.
    fn nearby(&self, seed: u64, side: f64) -> Result<Call> {
        let arguments = self.perturbed(seed, side);
        self.program.call(self.names[0], 1, |role| argument(&arguments, role))
    }

    /// How much rounding changes an output or a buffer: its second differences in nearby calls, which what the output
    /// depends on does not show in. What is zero but for rounding has the rounding errors of the largest.
    fn noise(&self, role: Role, array: &Array, nearby: &[(Call, Call)], primal: &Call) -> f64 {
        let numbers = array.numbers();
        let of = |call: &Call| call.result(role).or_else(|| call.operand(role)).map(Array::numbers).unwrap_or_default();
        let bend = |(above, below): &(Call, Call)| {
            let (above, below) = (of(above), of(below));
            let sides = above.iter().zip(&below);
            let bends: Vec<_> = numbers.iter().zip(sides).map(|(here, (a, b))| (a - here) - (here - b)).collect();
            norm(&bends)
        };
        let size = self.size_of_all(primal);
        let noise = self.plausible(nearby.iter().map(bend).fold(0.0, f64::max), size);
        let epsilon = self.limits.epsilon;
        if norm(&numbers) <= 256.0 * epsilon * size { noise.max(epsilon * size) } else { noise }
    }

    /// Noise, or none where it is more than rounding can be: something changes suddenly.
    fn plausible(&self, noise: f64, size: f64) -> f64 {
        const MOST: f64 = 1e4;
        if noise <= MOST * self.limits.epsilon * size { noise } else { 0.0 }
    }

    /// The largest of the arguments and outputs.
    fn size_of_all(&self, primal: &Call) -> f64 {
        let outputs = primal.results.iter().chain(&primal.operands).map(|(_, array)| array);
        let floats = outputs.chain(self.arguments).filter(|array| array.element.is_float());
        floats.map(|array| norm(&array.numbers())).filter(|size| size.is_finite()).fold(0.0, f64::max)
    }

    /// The outputs after a step.
    fn evaluate(&self, along: &Move, step: f64) -> Result<Vec<Vec<f64>>> {
        let call = self.program.call(self.names[0], 1, |role| match role {
            Role::Primal(index) if self.is_active(index) => {
                let mut numbers = self.arguments[index].numbers();
                along(index, &mut numbers, step);
                Ok(self.arguments[index].with_numbers(&numbers))
            }
            _ => argument(self.arguments, role),
        })?;
        Ok(self.outputs(&call).into_iter().map(|(_, array)| array.numbers()).collect())
    }

    fn sides(&self, outputs: &Outputs, along: &Move, step: f64) -> Result<Sides> {
        let (above, below) = (self.evaluate(along, step)?, self.evaluate(along, -step)?);
        let each = |make: &dyn Fn(f64, f64, f64) -> f64| -> Vec<Vec<f64>> {
            let parts = above.iter().zip(&below).zip(&outputs.values);
            parts
                .map(|((above, below), here)| {
                    above
                        .iter()
                        .zip(below)
                        .zip(here)
                        .map(|((above, below), here)| make(*above, *below, *here))
                        .collect()
                })
                .collect()
        };
        Ok(Sides {
            central: each(&|above, below, _| (above - below) / (2.0 * step)),
            gap: each(&|above, below, here| ((above - here) - (here - below)) / step),
        })
    }

    /// Compares quotients at smaller and smaller steps, until the error that `measure` returns is small. Returns whether
    /// the quotients can be trusted.
    fn approach(
        &self,
        outputs: &Outputs,
        along: &Move,
        mut measure: impl FnMut(f64, &[Vec<f64>]) -> f64,
    ) -> Result<bool> {
        for step in self.limits.steps() {
            let (whole, half) = (self.sides(outputs, along, step)?, self.sides(outputs, along, step / 2.0)?);
            // Extrapolated (Richardson).
            let extrapolate = |(whole, half): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
                whole.iter().zip(half).map(|(whole, half)| (4.0 * half - whole) / 3.0).collect()
            };
            let quotient: Vec<_> = whole.central.iter().zip(&half.central).map(extrapolate).collect();
            if measure(step, &quotient) < self.limits.difference / 10.0 {
                let same = self.one_sided(outputs, &whole, &half, step, 0.5);
                return if same { Ok(true) } else { self.is_smooth(outputs, along) };
            }
        }
        self.is_smooth(outputs, along)
    }

    /// Whether the differences of the two sides come together as the step becomes `ratio` times as large, as far as
    /// rounding lets one see.
    fn one_sided(&self, outputs: &Outputs, whole: &Sides, part: &Sides, step: f64, ratio: f64) -> bool {
        (0..outputs.values.len()).all(|index| {
            let noise = self.rounding(outputs, index, step * ratio);
            let (before, after) = (norm(&whole.gap[index]), norm(&part.gap[index]));
            let size = norm(&part.central[index]);
            // NaN is no kink.
            !(after > self.limits.difference * size + noise && after > (1.0 + ratio) / 2.0 * before)
        })
    }

    /// What rounding makes of the difference quotient of an output.
    fn rounding(&self, outputs: &Outputs, index: usize, step: f64) -> f64 {
        CAUTION * (self.limits.epsilon * norm(&outputs.values[index]) + outputs.noise[index]) / step
    }

    /// Whether the function is smooth along a direction: differences settle, and are the same on both sides.
    fn is_smooth(&self, outputs: &Outputs, along: &Move) -> Result<bool> {
        let [wide, best, ..] = self.limits.steps();
        let steps = [wide, best, best / 8.0, best / 64.0];
        let mut before: Option<(f64, Sides)> = None;
        let mut is_smooth = vec![true; outputs.values.len()];
        for step in steps {
            let sides = self.sides(outputs, along, step)?;
            if let Some((larger, before)) = &before {
                for (index, is_smooth) in is_smooth.iter_mut().enumerate() {
                    let noise = self.rounding(outputs, index, step);
                    let size = norm(&sides.central[index]).max(norm(&before.central[index]));
                    if noise > self.limits.difference * size || !noise.is_finite() || size.is_nan() {
                        // Smaller steps show rounding only: what was seen before counts.
                        continue;
                    }
                    let ratio = step / larger;
                    let moved = vector_error(&before.central[index], &sides.central[index], 0.0) * size;
                    let (wider, gap) = (norm(&before.gap[index]), norm(&sides.gap[index]));
                    let limit = self.limits.difference * size + noise;
                    *is_smooth = moved <= limit && (gap <= limit || gap <= (1.0 + ratio) / 2.0 * wider);
                }
            }
            before = Some((step, sides));
        }
        Ok(is_smooth.into_iter().all(|is_smooth| is_smooth))
    }

    /// Compares the jvp and the vjp with differences along a direction: whether these can be trusted, and the errors.
    fn direction(
        &self,
        outputs: &Outputs,
        x_dot: &[Array],
        y_bar: &[Array],
        y_dot: &[Vec<f64>],
        pulled: &[f64],
    ) -> Result<(bool, f64, f64)> {
        let dots: Vec<_> = x_dot.iter().map(Array::numbers).collect();
        let bars: Vec<_> = y_bar.iter().map(Array::numbers).collect();
        let along = |index: usize, x: &mut [f64], step: f64| {
            x.iter_mut().zip(&dots[index]).for_each(|(x, dot)| *x += step * dot);
        };
        let (mut jvp_error, mut vjp_error) = (vec![f64::INFINITY; bars.len()], f64::INFINITY);
        let is_trusted = self.approach(outputs, &along, |step, quotient| {
            let mut expected = vec![];
            let mut floors = 0.0;
            for (index, bar) in bars.iter().enumerate() {
                let floor = self.floor(outputs, index, step);
                let error = vector_error(&quotient[index], &y_dot[index], floor);
                jvp_error[index] = jvp_error[index].min(error);
                floors += floor * norm(bar) / (bar.len().max(1) as f64).sqrt();
                expected.extend(products(bar, &quotient[index]));
            }
            vjp_error = vjp_error.min(sum_error(&expected, pulled, floors));
            worst(jvp_error.iter().copied().fold(0.0, worst), vjp_error)
        })?;
        Ok((is_trusted, jvp_error.into_iter().fold(0.0, worst), vjp_error))
    }

    /// The part of an output below which its difference quotient is rounding.
    fn floor(&self, outputs: &Outputs, index: usize, step: f64) -> f64 {
        let size = norm(&outputs.values[index]);
        // At the largest step: in smaller ones everything drowns, and the best of them counts.
        let [largest, ..] = self.limits.steps();
        (self.limits.floor(step) * size).max(CAUTION * outputs.noise[index] / (largest * self.limits.resolution))
    }

    /// Compares entries of each argument's gradient with differences.
    fn check_entries(
        &self,
        active: &[usize],
        outputs: &Outputs,
        y_bar: &[Array],
        vjp: &Call,
        errors: &mut Errors,
    ) -> Result<()> {
        let bars: Vec<_> = y_bar.iter().map(Array::numbers).collect();
        let start = Instant::now();
        for round in 0..self.entries {
            for &argument in active {
                let numbers = self.arguments[argument].numbers();
                let Some(entry) = sample(round, numbers.len(), self.entries, argument) else { continue };
                if start.elapsed() > ENTRY_TIME {
                    return Ok(());
                }
                let mean = mean_size(&numbers);
                let scale = numbers[entry].abs().clamp(mean / 16.0, mean);
                let along = |index: usize, x: &mut [f64], step: f64| {
                    if index == argument {
                        x[entry] += step * scale;
                    }
                };
                let got = self.gradient(vjp, argument, 0).get(entry).copied().unwrap_or(f64::NAN) * scale;
                let mut least = f64::INFINITY;
                let is_trusted = self.approach(outputs, &along, |step, quotient| {
                    let (mut expected, mut floors) = (0.0, 0.0);
                    for (index, bar) in bars.iter().enumerate() {
                        expected += products(bar, &quotient[index]).iter().sum::<f64>();
                        floors += self.floor(outputs, index, step) * norm(bar) / (bar.len().max(1) as f64).sqrt();
                    }
                    let error = relative((expected - got).abs(), expected.abs().max(got.abs()).max(floors));
                    least = least.min(error);
                    least
                })?;
                errors.entries.add(is_trusted);
                if is_trusted {
                    errors.entry = worst(errors.entry, least);
                }
            }
        }
        Ok(())
    }
}

/// The argument of a call.
pub fn argument(arguments: &[Array], role: Role) -> Result<Array> {
    match role {
        Role::Primal(index) => Ok(arguments[index].clone()),
        _ => Err(Failure::input("the function has no such operand")),
    }
}

/// The role of an output in a call of the primal.
fn of_primal(role: Role) -> Role {
    match role {
        Role::Seed(index, _) | Role::Shadow(index, _) => Role::Primal(index),
        other => other,
    }
}

/// The entry that is compared in a round, of `length`: all if there are no more than rounds, otherwise the first, the
/// last, and random ones in between.
fn sample(round: usize, length: usize, rounds: usize, seed: usize) -> Option<usize> {
    match (round, length) {
        _ if length <= rounds => (round < length).then_some(round),
        (0, _) => Some(0),
        (1, _) => Some(length - 1),
        _ => Some((SplitMix::new((seed * rounds + round) as u64).bits() % length as u64) as usize),
    }
}

/// A random direction in the scale of an argument.
fn direction_for(x: &Array, random: &mut SplitMix) -> Array {
    let numbers = x.numbers();
    let scale = mean_size(&numbers);
    let direction: Vec<_> = numbers.iter().map(|_| scale * random.uniform()).collect();
    x.with_numbers(&direction)
}

/// The root mean square of some numbers; 1 if all are zero.
fn mean_size(numbers: &[f64]) -> f64 {
    let mean = norm(numbers) / (numbers.len().max(1) as f64).sqrt();
    if mean > 0.0 && mean.is_finite() { mean } else { 1.0 }
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
