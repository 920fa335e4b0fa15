//! The rule book of elementwise ops: one line of text an op, generic builders of its pushforward and its pullback.
//!
//! ```text
//! arith.divf(x, y) -> z => 1 / y, 1 / y * -z     a partial for each operand
//! math.sincos(x) -> s, c => c; -s                a row of partials for each result
//! arith.select(c, x, y) -> z => _, c ? 1 : 0, c ? 0 : 1     `_`: an operand without derivative
//! complex.conj(z) -> w => 0 & 1                  by z & by conj(z)
//! math.atan(x) -> y => c / (c + c * x * x) where c = abs(x) > 1e18 ? 1e-18 : 1     names for formulas
//! math.ceil inactive
//! arith.bitcast error "reason; what to do"
//! ```
//!
//! A partial p of y by x means y_dot = p x_dot and x_bar = conj(p) y_bar, after casts: what is multiplied has the wider
//! of the two float types, and is complex if either is; an imaginary part that the target cannot hold is dropped. A
//! partial is applied piece by piece: a literal 0 contributes nothing, a choice becomes a select between its applied
//! branches. So the 0 of a branch never meets an infinity of the other.
//!
//! That is so for the derivative, not for the derivative of the derivative: in reverse, the branch that is not taken gets
//! a cotangent of zero, and gives NaN where its own partial is infinite. A guard therefore stands where an operand is,
//! `x / (y == 0 ? 1 : y)` and not `y == 0 ? 0 : x / y`, if what it guards is not finite.
//!
//! Where the op computes with fewer than 32 bits and a formula rounds, it is evaluated in `f32` and rounded once, together
//! with the product with the tangent or cotangent. A result of the op that is more than a factor there is computed again:
//! its own rounding would be amplified.

mod apply;
mod convert;
mod emit;
mod expr;
mod functions;
mod markdown;
mod parse;
mod terms;

pub use expr::Var;

use autodiff_dialect::ir::{Op, Type, Value};
use expr::{Binding, Expr};
use std::{collections::BTreeMap, fmt, fs::File, io::Read, sync::LazyLock};

/// Rules by the name of the op.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    rules: BTreeMap<String, Rule>,
}

/// A rule, and where it stands.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name of the op.
    pub op: String,
    pub rule: Rule,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The longest rule book that is read, in bytes: the built-in ones have some 20 thousand together.
const MAX_BOOK: u64 = 4 << 20;

/// Reads the file of a rule book.
///
/// # Errors
///
/// A message if it cannot be read, does not end, or is not text.
pub fn read(file: &str) -> Result<String, String> {
    let failed = |why: String| format!("cannot read rules '{file}': {why}");
    let mut bytes = vec![];
    let source = File::open(file).map_err(|error| failed(error.to_string()))?;
    source.take(MAX_BOOK + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > MAX_BOOK {
        return Err(failed(format!("it has more than {MAX_BOOK} bytes, expected the text of a rule book")));
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => Err(failed("it holds binary data, expected the text of a rule book".into())),
        Ok(text) => Ok(text),
        Err(error) => {
            let place = error.utf8_error().valid_up_to();
            Err(failed(format!("it is no text: byte {place} is not UTF-8, expected a rule book")))
        }
    }
}

/// What the book says about an op.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Partial derivatives.
    Elementwise(Elementwise),
    /// The results carry no derivative.
    Inactive,
    /// Differentiating it is an error for this reason.
    Error(String),
}

/// The partial derivatives of an op.
#[derive(Clone, Debug)]
pub struct Elementwise {
    op: String,
    operands: Vec<String>,
    results: Vec<String>,
    /// By result, then by operand; `None`: the operand has no derivative.
    partials: Vec<Vec<Option<Partial>>>,
    /// What formulas have names for, those first that others use.
    bindings: Vec<Binding>,
}

/// dy = `by` dx + `by_conjugate` conj(dx)
#[derive(Clone, Debug)]
struct Partial {
    by: Expr,
    by_conjugate: Expr,
}

/// The primals that a pullback reads, in increasing order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// Positions of operands.
    pub operands: Vec<usize>,
    /// Positions of results.
    pub results: Vec<usize>,
}

/// An error in the text of a rule book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The name of the text, as given to [`RuleBook::extend`].
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}:{}:{}: error: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for RuleError {}

const BUILTIN: [(&str, &str); 6] = [
    ("arith.rules", include_str!("../../rules/arith.rules")),
    ("math.rules", include_str!("../../rules/math.rules")),
    ("complex.rules", include_str!("../../rules/complex.rules")),
    ("memref.rules", include_str!("../../rules/memref.rules")),
    ("vector.rules", include_str!("../../rules/vector.rules")),
    ("autodiff.rules", include_str!("../../rules/autodiff.rules")),
];

/// The rules of a text, in its order; messages call it `file`.
///
/// # Errors
///
/// The first mistake in the text.
pub fn parse(text: &str, file: &str) -> Result<Vec<Entry>, RuleError> {
    parse::parse(text, file)
}

impl RuleBook {
    /// The rules of the `arith`, `math` and `complex` dialects. Copy it to [extend](Self::extend) it.
    pub fn builtin() -> &'static Self {
        // A test reads the same text through `try_builtin`, so nothing is missing here.
        static BOOK: LazyLock<RuleBook> = LazyLock::new(|| RuleBook::try_builtin().unwrap_or_default());
        &BOOK
    }

    fn try_builtin() -> Result<Self, RuleError> {
        let mut book = Self::default();
        for (file, text) in BUILTIN {
            book.extend(text, file)?;
        }
        Ok(book)
    }

    /// Adds the rules of a text, which replace earlier ones of the same op.
    ///
    /// # Errors
    ///
    /// The first mistake in the text; the book is unchanged then.
    pub fn extend(&mut self, text: &str, file: &str) -> Result<(), RuleError> {
        self.add(parse(text, file)?);
        Ok(())
    }

    /// Adds rules, which replace earlier ones of the same op.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Entry>) {
        self.rules.extend(entries.into_iter().map(|entry| (entry.op, entry.rule)));
    }

    /// The rule of an op.
    pub fn get(&self, op: &str) -> Option<&Rule> {
        self.rules.get(op)
    }

    /// All rules, ordered by the names of the ops.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.rules.iter().map(|(op, rule)| (op.as_str(), rule))
    }

    /// The rules as Markdown tables, one a dialect.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }
}

impl Elementwise {
    /// The name of the op.
    pub fn op(&self) -> &str {
        &self.op
    }

    /// The number of operands of the op.
    pub fn operand_count(&self) -> usize {
        self.operands.len()
    }

    /// What the rule calls an operand.
    pub fn operand_name(&self, operand: usize) -> &str {
        self.operands.get(operand).map_or("", String::as_str)
    }

    /// The number of results of the op.
    pub fn result_count(&self) -> usize {
        self.results.len()
    }

    /// Whether an operand can carry a derivative into a result.
    pub fn depends_on(&self, operand: usize) -> bool {
        self.column(operand).next().is_some()
    }

    /// The primals that [`Self::pullback`] of `op` asks for when `active` operands want a cotangent and every result has
    /// one.
    pub fn needed(&self, op: Op, active: &[bool]) -> Needed {
        let wide = self.is_wide(op);
        let mut vars = Vec::new();
        for operand in (0..self.operands.len()).filter(|operand| active.get(*operand) == Some(&true)) {
            for (_, partial) in self.column(operand) {
                for expr in [&partial.by, &partial.by_conjugate] {
                    expr.variables(&self.bindings, &mut |var| match var {
                        Var::Result(index) if wide && self.amplifies(index) => {
                            vars.extend((0..self.operands.len()).map(Var::Operand));
                        }
                        var => vars.push(var),
                    });
                }
            }
        }
        vars.sort();
        vars.dedup();
        let mut needed = Needed::default();
        for var in vars {
            match var {
                Var::Operand(index) => needed.operands.push(index),
                Var::Result(index) => needed.results.push(index),
            }
        }
        needed
    }

    /// Whether the formulas are evaluated in `f32` for this op.
    fn is_wide(&self, op: Op) -> bool {
        let is_narrow = |value: &Value| is_narrow(value.ty().element());
        let is_exact = |partial: &Partial| partial.by.is_exact() && partial.by_conjugate.is_exact();
        (op.operands().iter().any(is_narrow) || op.results().iter().any(is_narrow))
            && !self.partials.iter().flatten().flatten().all(is_exact)
    }

    /// Whether the rounding error of a result may become larger in a formula: it is more than a factor there, or has other
    /// factors, which may be large where the result is so small that it has lost digits. Ops of other dialects may not
    /// exist in a wider type.
    fn amplifies(&self, result: usize) -> bool {
        let reads = |expr: &Expr| {
            let mut found = false;
            expr.variables(&self.bindings, &mut |var| found |= var == Var::Result(result));
            found
        };
        ["arith.", "complex.", "math."].iter().any(|dialect| self.op.starts_with(dialect))
            && (self.partials.iter().flatten().flatten())
                .flat_map(|partial| [&partial.by, &partial.by_conjugate])
                .any(|expr| !expr.is_monomial() && reads(expr))
    }

    /// The partials by an operand that are not zero, with the result's position.
    fn column(&self, operand: usize) -> impl Iterator<Item = (usize, &Partial)> {
        self.partials.iter().enumerate().filter_map(move |(result, row)| {
            let partial = row.get(operand)?.as_ref()?;
            (!partial.by.is_zero() || !partial.by_conjugate.is_zero()).then_some((result, partial))
        })
    }
}

fn is_narrow(element: Type) -> bool {
    let real = element.real();
    real.is_float() && real.bit_width().is_some_and(|width| width < 32)
}
