//! The rule book of elementwise ops: one line of text an op, generic builders of its pushforward and its pullback.
//!
//! ```text
//! arith.divf(x, y) -> z => 1 / y, 1 / y * -z     a partial for each operand
//! math.sincos(x) -> s, c => c; -s                a row of partials for each result
//! arith.select(c, x, y) -> z => _, c ? 1 : 0, c ? 0 : 1     `_`: an operand without derivative
//! complex.conj(z) -> w => 0 & 1                  by z & by conj(z)
//! math.ceil inactive
//! arith.bitcast error "reason; what to do"
//! ```
//!
//! A partial p of y by x means y_dot = p x_dot and x_bar = conj(p) y_bar, after casts: what is multiplied has the wider
//! of the two float types, and is complex if either is; an imaginary part that the target cannot hold is dropped. A
//! partial is applied piece by piece: a literal 0 contributes nothing, a choice becomes a select between its applied
//! branches. So the 0 of a branch never meets an infinity of the other.

mod apply;
mod convert;
mod emit;
mod expr;
mod functions;
mod markdown;
mod parse;
mod terms;

pub use expr::Var;

use expr::Expr;
use std::{collections::BTreeMap, fmt, sync::LazyLock};

/// Rules by the name of the op.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    rules: BTreeMap<String, Rule>,
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

const BUILTIN: [(&str, &str); 5] = [
    ("arith.rules", include_str!("../../rules/arith.rules")),
    ("math.rules", include_str!("../../rules/math.rules")),
    ("complex.rules", include_str!("../../rules/complex.rules")),
    ("memref.rules", include_str!("../../rules/memref.rules")),
    ("autodiff.rules", include_str!("../../rules/autodiff.rules")),
];

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
        self.rules.extend(parse::parse(text, file)?);
        Ok(())
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

    /// The number of results of the op.
    pub fn result_count(&self) -> usize {
        self.results.len()
    }

    /// Whether an operand can carry a derivative into a result.
    pub fn depends_on(&self, operand: usize) -> bool {
        self.column(operand).next().is_some()
    }

    /// The primals that [`Self::pullback`] asks for when `active` operands want a cotangent and every result has one.
    pub fn needed(&self, active: &[bool]) -> Needed {
        let mut vars = Vec::new();
        for operand in (0..self.operands.len()).filter(|operand| active.get(*operand) == Some(&true)) {
            for (_, partial) in self.column(operand) {
                partial.by.variables(&mut |var| vars.push(var));
                partial.by_conjugate.variables(&mut |var| vars.push(var));
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

    /// The partials by an operand that are not zero, with the result's position.
    fn column(&self, operand: usize) -> impl Iterator<Item = (usize, &Partial)> {
        self.partials.iter().enumerate().filter_map(move |(result, row)| {
            let partial = row.get(operand)?.as_ref()?;
            (!partial.by.is_zero() || !partial.by_conjugate.is_zero()).then_some((result, partial))
        })
    }
}
