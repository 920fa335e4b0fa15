use crate::{
    analysis::{activity::Activity, flow::Flow},
    emit,
    engine::{Forward, Result, Reverse, error_at},
    rules::{
        Rule,
        elementwise::{self, Entry, RuleBook},
        structured,
    },
};
use autodiff_dialect::{
    ir::{Op, Type, Value},
    views::memref,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// All rules, by the name of the op.
pub struct Registry {
    structured: FxHashMap<&'static str, &'static dyn Rule>,
    book: RuleBook,
    elementwise: FxHashMap<String, Elementwise>,
    cache_cost: u64,
    wide_sums: bool,
}

impl Registry {
    /// The built-in rules and those of a book.
    pub fn new(book: RuleBook) -> Self {
        let elementwise =
            book.rules().map(|(name, rule)| (name.to_owned(), Elementwise { rule: rule.clone() })).collect();
        let structured = structured::all().into_iter().collect();
        Self { structured, book, elementwise, cache_cost: 1, wide_sums: true }
    }

    /// The built-in rules and those of files, each of which may replace what those before it say.
    ///
    /// # Errors
    ///
    /// A message with the place, if a file cannot be read, is no rule book, or has a rule for an op whose derivative moves
    /// through control flow or memory: such a rule is code.
    pub fn with_files<'a>(files: impl IntoIterator<Item = &'a str>) -> std::result::Result<Self, String> {
        let mut book = RuleBook::builtin().clone();
        for file in files {
            book.add(read_book(file)?);
        }
        Ok(Self::new(book))
    }

    /// With caches that cost so many times as much as usual, next to computing values again: from 1 to 1000.
    pub fn with_cache_cost(self, times: u64) -> Self {
        Self { cache_cost: times.clamp(1, 1000), ..self }
    }

    /// How many times as much as usual caches cost.
    pub fn cache_cost(&self) -> u64 {
        self.cache_cost
    }

    /// With sums of adjoints of `f16` and `bf16` numbers that are made in `f32`, or in the type of the numbers.
    pub fn with_wide_sums(self, wide_sums: bool) -> Self {
        Self { wide_sums, ..self }
    }

    /// The type that sums of adjoints of values of a type are made in, and of the shadow that does for a buffer of it.
    pub fn sum_type(&self, ty: Type) -> Type {
        if self.wide_sums { ty.widened() } else { ty }
    }

    /// The rule book.
    pub fn book(&self) -> &RuleBook {
        &self.book
    }

    /// The rule of an op. Every op has one: what nothing is known of may carry a derivative, which is an error where
    /// one arrives.
    pub fn get(&self, op: Op) -> &dyn Rule {
        if let Some(rule) = self.structured.get(op.name()).filter(|rule| rule.handles(op)) {
            *rule
        } else if let Some(rule) = self.elementwise.get(op.name()) {
            rule
        } else if cannot_carry(op) {
            &Inactive
        } else {
            &Unknown
        }
    }

    /// The reason why an op may not be differentiated, if it has no rule.
    pub fn missing(&self, op: Op) -> Option<Missing> {
        match self.elementwise.get(op.name()) {
            _ if self.structured.get(op.name()).is_some_and(|rule| rule.handles(op)) => None,
            Some(Elementwise { rule: elementwise::Rule::Error(reason) }) => Some(Missing::Refused(reason.clone())),
            Some(_) => None,
            None => (!cannot_carry(op)).then_some(Missing::Unknown),
        }
    }
}

/// The rules of a file.
///
/// # Errors
///
/// As [`Registry::with_files`].
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

/// Why an op has no rule.
pub enum Missing {
    /// Nobody has written one.
    Unknown,
    /// It cannot be differentiated, for this reason.
    Refused(String),
}

/// Whether an op can neither make nor move a derivative, whatever it is: nothing that it gives or writes is a float.
fn cannot_carry(op: Op) -> bool {
    let touches = |value: &Value| value.ty().is_differentiable();
    let gives = op.results().iter().any(touches);
    let passes = op.is_memory_effect_free() && !gives_address(op);
    op.region_count() == 0 && !gives && (!op.operands().iter().any(touches) || passes)
}

/// Whether an op may make an address of a buffer, through which nobody sees what is read and written.
pub fn gives_address(op: Op) -> bool {
    let takes_buffer = || op.operands().iter().any(|value| value.ty().is_differentiable_memory());
    op.result_count() > 0
        && !SIZES.contains(&op.name())
        && op.results().iter().all(|value| !value.ty().is_memory())
        && takes_buffer()
        && !stays_a_number(op)
}

/// Whether nothing in the function around an op can turn a number into a pointer: the address is tested for alignment,
/// compared or kept, but not followed.
fn stays_a_number(op: Op) -> bool {
    let function = std::iter::successors(op.parent(), |op| op.parent()).find(|op| op.is_function());
    let known = |op: &Op| op.name().split('.').next().is_some_and(|dialect| HARMLESS.contains(&dialect));
    function.is_some_and(|function| function.walk().iter().all(known))
}

/// Dialects without an op that makes a pointer of a number.
const HARMLESS: [&str; 13] = [
    "affine",
    "arith",
    "autodiff",
    "bufferization",
    "cf",
    "complex",
    "func",
    "index",
    "math",
    "memref",
    "scf",
    "ub",
    "vector",
];

/// Ops that ask a buffer for its sizes only.
const SIZES: [&str; 2] = [memref::Dim::NAME, memref::Rank::NAME];

struct Inactive;

impl Rule for Inactive {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

/// An op that nothing is known of. Its flow is everything that is possible; the engine refuses it where it is active.
struct Unknown;

impl Rule for Unknown {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.everything(op);
        for region in op.regions() {
            for block in region.blocks() {
                let last = block.terminator().map(Op::operands).unwrap_or_default();
                for inner in op.operands().into_iter().chain(last) {
                    for outer in block.arguments().into_iter().chain(op.results()) {
                        flow.content(inner, outer);
                    }
                }
            }
        }
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, _: &mut Reverse) -> Result<()> {
        Err(error_at(op, format!("'{}' op has no reverse-mode rule", op.name())))
    }
}

/// An entry of the rule book as a rule.
struct Elementwise {
    rule: elementwise::Rule,
}

impl Rule for Elementwise {
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
