//! The three functions that may be asked for (the primal, its jvp and its vjp), and what their operands and results are.

use super::{
    failure::{Failure, Result},
    slot::{Kind, Slot},
    source::Entry,
};
use autodiff_dialect::Activity;
use std::fmt;

/// What an operand or a result of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An argument, or a primal result.
    Primal(usize),
    /// The tangent or shadow of an argument, in one of the directions.
    Shadow(usize, usize),
    /// The cotangent of a result.
    Seed(usize, usize),
    /// The tangent of a result.
    Tangent(usize, usize),
    /// The cotangent of an argument.
    Gradient(usize, usize),
}

impl Role {
    /// The same in another direction.
    pub fn in_lane(self, lane: usize) -> Self {
        match self {
            Self::Primal(index) => Self::Primal(index),
            Self::Shadow(index, _) => Self::Shadow(index, lane),
            Self::Seed(index, _) => Self::Seed(index, lane),
            Self::Tangent(index, _) => Self::Tangent(index, lane),
            Self::Gradient(index, _) => Self::Gradient(index, lane),
        }
    }
}

/// How derivatives are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The number of directions.
    pub width: usize,
    /// Whether a derivative of zero stays zero.
    pub strong_zero: bool,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Primal(index) => write!(formatter, "argument #{index}"),
            Self::Shadow(index, _) => write!(formatter, "the shadow of argument #{index}"),
            Self::Seed(index, _) => write!(formatter, "the cotangent of result #{index}"),
            Self::Tangent(index, _) => write!(formatter, "the tangent of result #{index}"),
            Self::Gradient(index, _) => write!(formatter, "the cotangent of argument #{index}"),
        }
    }
}

/// One function to be called.
pub struct Request {
    /// The name of the wrapper.
    pub name: &'static str,
    /// The op that the wrapper calls, and what follows its operands.
    pub op: String,
    pub attributes: String,
    pub operands: Vec<(Role, Slot)>,
    pub results: Vec<(Role, Slot)>,
}

impl Request {
    /// Whether it calls the function itself.
    pub fn is_primal(&self) -> bool {
        self.op.starts_with("func.call")
    }

    /// A call of the function itself.
    pub fn primal(entry: &Entry) -> Self {
        let numbered =
            |slots: &[Slot]| slots.iter().cloned().enumerate().map(|(i, slot)| (Role::Primal(i), slot)).collect();
        Self {
            name: "__autodiff_run_primal",
            op: format!("func.call @{}", symbol(&entry.name)),
            attributes: String::new(),
            operands: numbered(&entry.parameters),
            results: numbered(&entry.results),
        }
    }

    /// A call of the forward-mode derivative.
    pub fn jvp(entry: &Entry, activities: &[Activity], form: Form) -> Self {
        let mut operands = vec![];
        for (index, (slot, activity)) in entry.parameters.iter().zip(activities).enumerate() {
            operands.push((Role::Primal(index), slot.clone()));
            if activity.is_dup() {
                operands.extend((0..form.width).map(|lane| (Role::Shadow(index, lane), slot.clone())));
            }
        }
        let mut results = vec![];
        for (index, slot) in entry.results.iter().enumerate() {
            results.push((Role::Primal(index), slot.clone()));
            if slot.is_differentiable() {
                results.extend((0..form.width).map(|lane| (Role::Tangent(index, lane), slot.clone())));
            }
        }
        Self {
            name: "__autodiff_run_jvp",
            op: format!("autodiff.jvp @{}", symbol(&entry.name)),
            attributes: attributes(entry, activities, Activity::Dup, form),
            operands,
            results,
        }
    }

    /// A call of the reverse-mode derivative.
    pub fn vjp(entry: &Entry, activities: &[Activity], form: Form) -> Self {
        let mut operands = vec![];
        let mut gradients = vec![];
        for (index, (slot, activity)) in entry.parameters.iter().zip(activities).enumerate() {
            operands.push((Role::Primal(index), slot.clone()));
            if activity.is_dup() {
                operands.extend((0..form.width).map(|lane| (Role::Shadow(index, lane), slot.clone())));
            }
            if activity.is_active() {
                gradients.extend((0..form.width).map(|lane| (Role::Gradient(index, lane), slot.clone())));
            }
        }
        let mut results = vec![];
        for (index, slot) in entry.results.iter().enumerate() {
            results.push((Role::Primal(index), slot.clone()));
            if slot.is_differentiable() {
                operands.extend((0..form.width).map(|lane| (Role::Seed(index, lane), slot.clone())));
            }
        }
        results.extend(gradients);
        Self {
            name: "__autodiff_run_vjp",
            op: format!("autodiff.vjp @{}", symbol(&entry.name)),
            attributes: attributes(entry, activities, Activity::Active, form),
            operands,
            results,
        }
    }
}

fn attributes(entry: &Entry, activities: &[Activity], of_result: Activity, form: Form) -> String {
    let list =
        |activities: Vec<Activity>| activities.iter().map(|activity| activity.keyword()).collect::<Vec<_>>().join(", ");
    let results = entry.results.iter().map(|slot| if slot.is_differentiable() { of_result } else { Activity::Const });
    let width = if form.width == 1 { String::new() } else { format!(" width {}", form.width) };
    let strong_zero = if form.strong_zero { " strong_zero" } else { "" };
    format!("args [{}] results [{}]{width}{strong_zero}", list(activities.to_vec()), list(results.collect()))
}

/// A symbol name as the parser reads it.
pub fn symbol(name: &str) -> String {
    let plain = name.chars().all(|char| char.is_ascii_alphanumeric() || "_$.".contains(char))
        && name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    if plain {
        return name.to_owned();
    }
    let escaped: String = autodiff_dialect::ir::name_bytes(name)
        .iter()
        .copied()
        .map(|byte| match byte {
            b'"' | b'\\' | 0..=31 | 127.. => format!("\\{byte:02X}"),
            _ => char::from(byte).to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// The direction of a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Reverse,
}

/// The activity of each argument: as the words say, or all that can be differentiated.
///
/// A tensor has become a buffer before it is differentiated; the words for tensors are translated.
///
/// # Errors
///
/// If a word is unknown, or there are not as many as arguments.
pub fn activities(entry: &Entry, words: Option<&[String]>, direction: Direction) -> Result<Vec<Activity>> {
    let Some(words) = words else {
        return Ok(entry
            .parameters
            .iter()
            .map(|slot| match slot.kind {
                _ if !slot.is_differentiable() => Activity::Const,
                Kind::Memref => Activity::Dup,
                _ if direction == Direction::Forward => Activity::Dup,
                _ => Activity::Active,
            })
            .collect());
    };
    if words.len() != entry.parameters.len() {
        return Err(Failure::input(format!(
            "--activity: expected {}, one for each argument of '@{}', got {}",
            count(entry.parameters.len(), "activity", "activities"),
            entry.name,
            words.len()
        )));
    }
    words
        .iter()
        .zip(entry.parameters.iter().zip(&entry.was_tensor))
        .map(|(word, (slot, was_tensor))| {
            let activity: Activity = word.trim().parse().map_err(|why: String| Failure::input(why).at("--activity"))?;
            Ok(match (activity, direction) {
                (Activity::Active, _) if *was_tensor => Activity::Dup,
                (Activity::Active, Direction::Forward) if slot.kind != Kind::Memref => Activity::Dup,
                _ => activity,
            })
        })
        .collect()
}

/// `1 argument`, `2 arguments`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
