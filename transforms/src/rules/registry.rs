use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit,
    engine::{Forward, Registry, Result, Reverse, Rule, error_at},
    rules::{
        elementwise::{self, Entry, RuleBook},
        structured,
    },
};
use autodiff_dialect::ir::{Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The built-in rules for structured ops, and those of a book.
pub fn registry(book: &RuleBook) -> Registry {
    let boxed = |rule: &elementwise::Rule| Box::new(Elementwise { rule: rule.clone() }) as Box<dyn Rule>;
    let elementwise = book.rules().map(|(name, rule)| (name.to_owned(), boxed(rule)));
    let refused = book.rules().filter_map(|(name, rule)| match rule {
        elementwise::Rule::Error(reason) => Some((name.to_owned(), reason.clone())),
        _ => None,
    });
    Registry::new(structured::all(), elementwise, refused)
}

/// The built-in rules and those of files, each of which may replace what those before it say.
///
/// # Errors
///
/// A message with the place, if a file cannot be read, is no rule book, or has a rule for an op whose derivative moves
/// through control flow or memory: such a rule is code.
pub fn registry_with_files<'a>(files: impl IntoIterator<Item = &'a str>) -> std::result::Result<Registry, String> {
    let mut book = RuleBook::builtin().clone();
    for file in files {
        book.add(read_book(file)?);
    }
    Ok(registry(&book))
}

/// The rules of a file.
///
/// # Errors
///
/// As [`registry_with_files`].
pub fn read_book(file: &str) -> std::result::Result<Vec<Entry>, String> {
    let text = elementwise::read(file)?;
    let entries = elementwise::parse(&text, file).map_err(|error| error.to_string())?;
    let code: FxHashSet<_> = structured::all().into_iter().map(|(name, _)| name).collect();
    for Entry { op, line, column, .. } in &entries {
        // Some names have both: select, for numbers and for buffers.
        let replaceable = matches!(RuleBook::builtin().get(op), Some(elementwise::Rule::Elementwise(_)));
        if code.contains(op.as_str()) && !replaceable {
            return Err(format!(
                "{file}:{line}:{column}: error: '{op}' moves derivatives through control flow or memory, or changes \
                 shapes: its rule is code, which a rule book cannot replace"
            ));
        }
    }
    Ok(entries)
}

/// An entry of the rule book as a rule.
struct Elementwise {
    rule: elementwise::Rule,
}

impl Semantics for Elementwise {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        matches!(self.rule, elementwise::Rule::Inactive)
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        match &self.rule {
            elementwise::Rule::Inactive => flow.bits(op),
            elementwise::Rule::Error(_) => flow.everything(op),
            elementwise::Rule::Elementwise(_) => {
                for operand in op.operands() {
                    for result in op.results() {
                        flow.forward(operand, result);
                    }
                }
            }
        }
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        let elementwise::Rule::Elementwise(rule) = &self.rule else { return vec![] };
        let active: Vec<_> = op.operands().into_iter().map(|operand| activity.is_active(operand)).collect();
        let needed = rule.needed(op, &active);
        needed
            .operands
            .into_iter()
            .map(|index| op.operand(index))
            .chain(needed.results.into_iter().map(|index| op.result(index)))
            .collect()
    }
}

impl Rule for Elementwise {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        let elementwise::Rule::Elementwise(rule) = &self.rule else { return Ok(()) };
        if !op.results().into_iter().any(|result| forward.activity().is_active(result)) {
            return Ok(());
        }
        let tangents: Vec<_> = op.operands().into_iter().map(|operand| forward.tangent(operand)).collect();
        let builder = forward.builder().with_location(op.location());
        let push = |tangents: &[Option<Value>]| {
            rule.pushforward(&builder, copy, tangents).map_err(|message| error_at(op, message))
        };
        let results = if forward.strong_zero() {
            // One operand at a time, so that a zero tangent can be told from the others.
            let mut sums = vec![None; op.result_count()];
            for (index, tangent) in tangents.iter().enumerate() {
                let Some(tangent) = *tangent else { continue };
                let mut alone = vec![None; tangents.len()];
                alone[index] = Some(tangent);
                for (sum, part) in sums.iter_mut().zip(push(&alone)?) {
                    let part = part.map(|part| emit::guarded(&builder, tangent, part));
                    *sum = match (*sum, part) {
                        (Some(sum), Some(part)) => Some(emit::sum(&builder, sum, part)),
                        (sum, part) => sum.or(part),
                    };
                }
            }
            sums
        } else {
            push(&tangents)?
        };
        for (result, tangent) in op.results().into_iter().zip(results) {
            forward.set_tangent(result, tangent);
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let elementwise::Rule::Elementwise(rule) = &self.rule else { return Ok(()) };
        let cotangents: Vec<_> = op.results().into_iter().map(|result| reverse.take_sum(result)).collect();
        if cotangents.iter().all(Option::is_none) {
            return Ok(());
        }
        let active: Vec<_> = op.operands().into_iter().map(|operand| reverse.activity().is_active(operand)).collect();
        let types: Vec<_> = op.operands().into_iter().map(|operand| reverse.sum_type(operand.ty())).collect();
        let mut primals = FxHashMap::default();
        let needed = rule.needed(op, &active);
        for (var, value) in needed
            .operands
            .into_iter()
            .map(|index| (elementwise::Var::Operand(index), op.operand(index)))
            .chain(needed.results.into_iter().map(|index| (elementwise::Var::Result(index), op.result(index))))
        {
            primals.insert(var, reverse.primal(value)?);
        }
        let builder = reverse.builder().with_location(op.location());
        let contributions = rule
            .pullback_as(
                &builder,
                op,
                &mut |var| {
                    primals
                        .get(&var)
                        .copied()
                        .ok_or_else(|| format!("the rule of '{}' needs more than it says", op.name()))
                },
                &cotangents,
                &active,
                &types,
            )
            .map_err(|message: String| error_at(op, message))?;
        for (operand, contribution) in op.operands().into_iter().zip(contributions) {
            if let Some(mut contribution) = contribution {
                // With several results, the cotangents of all would have to be zero.
                if let (true, [Some(seed)]) = (reverse.strong_zero(), cotangents.as_slice()) {
                    contribution = emit::guarded(&builder, *seed, contribution);
                }
                reverse.accumulate(operand, contribution)?;
            }
        }
        Ok(())
    }
}
