//! One mutant: a unit with requests, after some mutations.

use super::{
    routes,
    sources::Sources,
    structure,
    text::{self, Dice},
};
use crate::diagnostics;
use autodiff_dialect::ir::{Op, Type};
use melior::{Context, ir::Module};

/// A program to try.
pub struct Mutant {
    pub text: String,
    /// The file, and the function that it was cut out for.
    pub origin: String,
    pub root: Option<String>,
}

/// Makes the mutant of a seed; `None` if nothing valid came of it. `stage` is told of each step, with the text so far.
pub fn generate(context: &Context, sources: &Sources, seed: u64, stage: &mut dyn FnMut(&str, &str)) -> Option<Mutant> {
    let mut dice = Dice::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66);
    let unit = sources.draw(dice.bits())?;
    let mut current = unit.text.clone();
    let name = |root: &Option<String>| root.as_deref().map_or(String::new(), |root| format!(" @{root}"));
    let mutant =
        |text| Mutant { text, origin: format!("{}{}", unit.origin, name(&unit.root)), root: unit.root.clone() };
    if !current.contains("autodiff.") || dice.one_in(3) {
        stage("wrap", &current);
        if let Some(root) = &unit.root {
            current = wrap(context, &current, root, &mut dice).unwrap_or(current);
        }
    }
    if dice.one_in(10) {
        // A function from elsewhere.
        let other = sources.draw(dice.bits())?;
        let inner = other.text.trim().strip_prefix("module {").and_then(|text| text.strip_suffix('}'));
        if let Some(inner) = inner.filter(|_| other.root.is_some()) {
            current = match current.rfind('}') {
                Some(end) if current.starts_with("module") => format!("{}{inner}}}\n", &current[..end]),
                _ => current + inner,
            };
        }
    }
    // What the text becomes; several attempts, as many of them do not parse.
    let mut module = None;
    let changes = [0, 1, 1, 1, 2, 2, 3][dice.below(7)];
    for _ in 0..changes {
        for _ in 0..4 {
            let Some(next) = text::mutate(&current, &mut dice) else { continue };
            stage("parse", &next);
            let parsed = Module::parse(context, &next);
            diagnostics::take();
            if let Some(parsed) = parsed {
                current = next;
                module = Some(parsed);
                break;
            }
        }
    }
    let module = match module {
        Some(module) => module,
        None => {
            stage("parse", &current);
            let parsed = Module::parse(context, &current);
            diagnostics::take();
            parsed?
        }
    };
    let changes = if changes == 0 { 1 + dice.below(4) } else { dice.below(4) };
    let mut op = Op::from_raw(module.as_operation().to_raw());
    // Changed copies take the place of the module; the last one is erased in the end.
    let mut copy: Option<Op> = None;
    for _ in 0..changes {
        for _ in 0..4 {
            stage("mutate", "");
            let other = if dice.one_in(2) { Module::parse(context, &sources.draw(dice.bits())?.text) } else { None };
            let next = op.duplicate();
            let from = other.as_ref().map_or(next, |module| Op::from_raw(module.as_operation().to_raw()));
            let changed = structure::mutate(next, from, &mut dice).is_some();
            stage("verify", "");
            let valid = changed && next.verify();
            diagnostics::take();
            if valid {
                if let Some(old) = copy.replace(next) {
                    old.erase();
                }
                op = next;
                break;
            }
            next.erase();
        }
    }
    if copy.is_some() {
        let text = op.to_string();
        op.erase();
        current = text;
    }
    // What is valid and does not print so is no concern of the engine.
    stage("parse", &current);
    let parses = Module::parse(context, &current).is_some();
    diagnostics::take();
    parses.then(|| mutant(current))
}

/// Adds a request for a derivative of a function: of either mode, or split.
fn wrap(context: &Context, text: &str, root: &str, dice: &mut Dice) -> Option<String> {
    let mut module = Module::parse(context, text)?;
    let kind = dice.below(5);
    let added = match kind {
        0..=2 => {
            let mode = ["jvp", "vjp", "vjp"][kind];
            let plain = root.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let (success, _) = if plain {
                routes::run(context, &mut module, &format!("autodiff-wrap{{function={root} mode={mode}}}"))
            } else {
                (false, vec![])
            };
            success
        }
        _ => false,
    };
    diagnostics::take();
    let op = Op::from_raw(module.as_operation().to_raw());
    if added {
        return Some(op.to_string());
    }
    let function = op.functions().into_iter().find(|function| function.symbol_name().as_deref() == Some(root))?;
    let (inputs, results) = function.attribute("function_type")?.as_type()?.function_parts()?;
    let request = split(root, &inputs, &results, dice);
    let text = op.to_string();
    Some(match text.trim_end().strip_suffix('}') {
        Some(head) if text.starts_with("module") => format!("{head}{request}}}\n"),
        _ => text + &request,
    })
}

/// A function that asks for an augmented primal and its pullback.
fn split(root: &str, inputs: &[Type], results: &[Type], dice: &mut Dice) -> String {
    let (mut parameters, mut operands, mut types, mut activities) = (vec![], vec![], vec![], vec![]);
    let mut gradients = vec![];
    for (index, ty) in inputs.iter().enumerate() {
        parameters.push(format!("%x{index}: {ty}"));
        operands.push(format!("%x{index}"));
        types.push(ty.to_string());
        let is_active = ty.is_differentiable() && !dice.one_in(6);
        activities.push(match (is_active, ty.is_differentiable_memory()) {
            (false, _) => "const",
            (true, false) => {
                gradients.push(ty.to_string());
                "active"
            }
            (true, true) => {
                parameters.push(format!("%s{index}: {ty}"));
                operands.push(format!("%s{index}"));
                types.push(ty.to_string());
                "dup"
            }
        });
    }
    let (mut kept, mut seeds, mut seed_types, mut words) = (vec![], vec![], vec![], vec![]);
    for (index, ty) in results.iter().enumerate() {
        kept.push(ty.to_string());
        if ty.is_differentiable_memory() {
            kept.push(ty.to_string());
            words.push("dup");
        } else if ty.is_differentiable() {
            parameters.push(format!("%d{index}: {ty}"));
            seeds.push(format!("%d{index}"));
            seed_types.push(ty.to_string());
            words.push("active");
        } else {
            words.push("const");
        }
    }
    let lists = format!("args [{}] results [{}]", activities.join(", "), words.join(", "));
    let all = [kept.as_slice(), gradients.as_slice()].concat();
    let count = |prefix: &str, count: usize| match count {
        0 => String::new(),
        1 => format!("%{prefix}"),
        _ => format!("%{prefix}:{count}"),
    };
    let names = |prefix: &str, count: usize| match count {
        0 => vec![],
        1 => vec![format!("%{prefix}")],
        _ => (0..count).map(|index| format!("%{prefix}#{index}")).collect(),
    };
    let tape = match kept.len() {
        0 => "%tape".to_owned(),
        _ => format!("{}, %tape", count("y", kept.len())),
    };
    let pulled = match gradients.len() {
        0 => String::new(),
        many => format!("{} = ", count("g", many)),
    };
    let returned = [names("y", kept.len()), names("g", gradients.len())].concat();
    format!(
        "func.func @split_{}({}) -> ({}) {{\n  {tape} = autodiff.augment @{root}({}) {lists} : ({}) -> ({})\n  \
         {pulled}autodiff.pullback @{root}({}) {lists} : ({}) -> ({})\n  return {}{}\n}}\n",
        root.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        parameters.join(", "),
        all.join(", "),
        operands.join(", "),
        types.join(", "),
        [kept.as_slice(), &["!autodiff.tape".to_owned()]].concat().join(", "),
        [&["%tape".to_owned()], seeds.as_slice()].concat().join(", "),
        [&["!autodiff.tape".to_owned()], seed_types.as_slice()].concat().join(", "),
        gradients.join(", "),
        returned.join(", "),
        if all.is_empty() { String::new() } else { format!(" : {}", all.join(", ")) },
    )
}
