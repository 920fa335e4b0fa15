//! Integer expressions as polynomials: sums of products of symbols.
//!
//! A symbol is a value that is not a sum, difference or product itself.

use crate::emit::constant_index;
use autodiff_dialect::{
    ir::{Op, Type, Value},
    views::{arith, gpu, scf},
};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A product of symbols by their numbers, in order.
pub type Monomial = Vec<usize>;

/// A polynomial: the coefficient of each monomial, none of them zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linear {
    pub terms: BTreeMap<Monomial, i64>,
}

impl Linear {
    /// A number.
    pub fn constant(value: i64) -> Self {
        let mut this = Self::default();
        this.add_term(vec![], value);
        this
    }

    fn add_term(&mut self, monomial: Monomial, coefficient: i64) {
        let sum = self.terms.get(&monomial).copied().unwrap_or(0).wrapping_add(coefficient);
        if sum == 0 {
            self.terms.remove(&monomial);
        } else {
            self.terms.insert(monomial, sum);
        }
    }

    /// `self + factor * other`
    pub fn plus(mut self, other: &Self, factor: i64) -> Self {
        for (monomial, coefficient) in &other.terms {
            self.add_term(monomial.clone(), coefficient.wrapping_mul(factor));
        }
        self
    }

    /// `self * other`; `None` if that gets too long to be of use.
    pub fn times(&self, other: &Self) -> Option<Self> {
        if self.terms.len() * other.terms.len() > 16 {
            return None;
        }
        let mut product = Self::default();
        for (one, a) in &self.terms {
            for (two, b) in &other.terms {
                let mut monomial = [one.as_slice(), two].concat();
                monomial.sort_unstable();
                product.add_term(monomial, a.wrapping_mul(*b));
            }
        }
        Some(product)
    }

    /// The number, if there are no symbols.
    pub fn as_constant(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&vec![]).copied(),
            _ => None,
        }
    }
}

/// The symbols met so far.
#[derive(Default)]
pub struct Symbols {
    numbers: FxHashMap<Value, usize>,
    values: Vec<Value>,
    known: FxHashMap<Value, Linear>,
}

/// Deeper expressions are symbols.
const DEEPEST: usize = 32;

impl Symbols {
    /// The value that a symbol stands for.
    pub fn value(&self, symbol: usize) -> Value {
        self.values[symbol]
    }

    /// A value as a polynomial.
    pub fn linear(&mut self, value: Value) -> Linear {
        self.at_depth(value, DEEPEST)
    }

    fn at_depth(&mut self, value: Value, depth: usize) -> Linear {
        if let Some(known) = self.known.get(&value) {
            return known.clone();
        }
        let value = launch_size(value).unwrap_or(value);
        let linear = match constant_index(value) {
            Some(constant) => Linear::constant(constant),
            None => self.compound(value, depth).unwrap_or_else(|| self.symbol(value)),
        };
        self.known.insert(value, linear.clone());
        linear
    }

    fn symbol(&mut self, value: Value) -> Linear {
        let next = self.values.len();
        let number = *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            next
        });
        Linear { terms: BTreeMap::from([(vec![number], 1)]) }
    }

    fn compound(&mut self, value: Value, depth: usize) -> Option<Linear> {
        let op = value.defining_op().filter(|_| depth > 0 && mirrored(value).is_none())?;
        let mut operand = |index: usize| self.at_depth(op.operand(index), depth - 1);
        match op.name() {
            arith::Addi::NAME => Some(operand(0).plus(&operand(1), 1)),
            arith::Subi::NAME => Some(operand(0).plus(&operand(1), -1)),
            arith::Muli::NAME => operand(0).times(&operand(1)),
            arith::Shli::NAME => {
                let shift = operand(1).as_constant().filter(|shift| (0..62).contains(shift))?;
                operand(0).times(&Linear::constant(1 << shift))
            }
            arith::IndexCast::NAME | arith::IndexCastui::NAME if keeps_bits(op) => Some(operand(0)),
            _ => None,
        }
    }
}

/// Whether a conversion between `index` and an integer loses nothing that an index of memory has.
fn keeps_bits(op: Op) -> bool {
    let wide = |ty: Type| ty.is_index() || ty.bit_width().is_some_and(|bits| bits >= 32);
    wide(op.operand(0).ty()) && (op.result(0).ty().is_index() || op.result(0).ty().bit_width() == Some(64))
}

/// The induction variable `i` and its bound `n` of a value `(n - 1) - i`, where `i` counts from zero: a loop backwards.
pub fn mirrored(value: Value) -> Option<(Value, Value)> {
    let op = value.defining_op().filter(|op| op.is::<arith::Subi>())?;
    let (last, induction) = (op.operand(0), op.operand(1));
    let bound = upper_bound(induction).filter(|_| counts_from_zero(induction))?;
    let from = last.defining_op()?;
    let one = match from.name() {
        arith::Subi::NAME => Some(1),
        arith::Addi::NAME => Some(-1),
        _ => None,
    };
    (from.operand(0) == bound && constant_index(from.operand(1)) == one && one.is_some()).then_some((induction, bound))
}

/// The bound of an induction variable that starts at no less than zero, whether or not the loop is parallel.
pub fn upper_bound(value: Value) -> Option<Value> {
    let number = value.argument_number()?;
    let op = value.block().parent_op()?;
    let upwards = |lower: usize| constant_index(op.operand(lower)).is_some_and(|lower| lower >= 0);
    match op.name() {
        scf::For::NAME => (number == 0 && upwards(0)).then(|| op.operand(1)),
        scf::Parallel::NAME => upwards(number).then(|| op.operand(value.block().argument_count() + number)),
        // Ids of blocks and threads come first, then the sizes of the grid and of the blocks.
        gpu::Launch::NAME if number < 6 => launch_size(value.block().argument(number + 6)),
        _ => None,
    }
}

/// What a launch was given for the size of the grid or of a block that its body sees.
pub fn launch_size(value: Value) -> Option<Value> {
    let number = value.argument_number().filter(|number| (6..12).contains(number))?;
    let launch = value.block().parent_op().filter(|op| op.is::<gpu::Launch>())?;
    let counts = launch.attribute("operandSegmentSizes")?.as_dense_i32()?;
    let tokens = usize::try_from(*counts.first()?).ok()?;
    launch.operands().get(tokens + number - 6).copied()
}

/// Whether a value is never anything but zero: one that counts from there to one.
pub fn is_only_zero(value: Value) -> bool {
    upper_bound(value).and_then(constant_index).is_some_and(|bound| bound <= 1)
}

/// Whether an induction variable of a sequential loop counts all numbers from zero.
fn counts_from_zero(value: Value) -> bool {
    value.argument_number() == Some(0)
        && value.block().parent_op().is_some_and(|op| {
            op.is::<scf::For>() && constant_index(op.operand(0)) == Some(0) && constant_index(op.operand(2)) == Some(1)
        })
}
