//! Shortens the way from the adjoints that an iteration of a reverse sweep starts with to those that it ends with.
//!
//! The next iteration waits for them. A reverse sweep is linear in its adjoints, and the partials that it multiplies them
//! by depend on primals only, which are there early: `((a * p) * q) * r` takes three multiplications from `a` on,
//! `a * (p * q * r)` one.
//!
//! 1. Write each adjoint as a linear form: a sum of products of a few *leaves* by coefficients that need no adjoint. The
//!    carried adjoints are leaves, and so are sums that get too wide.
//! 2. For some widths, estimate how long an iteration takes, and how long without any of this.
//! 3. Keep the shortest.

use super::{arithmetic::ANY_ORDER, nest::is_loop};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Value},
    views::arith,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Longer bodies have enough to do meanwhile.
const MOST_OPS: usize = 512;
/// Forms of more leaves take more multiplications than they save.
const WIDEST: usize = 2;

/// Shortens the chains of the body of a loop whose arguments number 1 to `carried` are adjoints, yielded in this order.
pub fn shorten_chains(body: Block, carried: usize) {
    let ops = body.ops();
    let leaves: Vec<_> = body.arguments()[1..=carried].iter().copied().filter(|leaf| leaf.ty().is_float()).collect();
    if leaves.is_empty() || ops.len() > MOST_OPS || ops.iter().any(is_loop) {
        return;
    }
    if ops.iter().filter(|op| op.region_count() > 0).any(|op| op.walk().iter().any(is_loop)) {
        return;
    }
    // A tenth is within what the estimate misses.
    let (mut shortest, mut best) = (9 * cost(body, carried), None);
    let widest = WIDEST.min(leaves.len());
    for width in 1..=widest {
        let forms = Forms::new(body, &leaves, width);
        let cost = 10 * cost(body, carried);
        if cost < shortest {
            (shortest, best) = (cost, Some(width));
        }
        if width == widest && best == Some(width) {
            return;
        }
        forms.undo();
    }
    if let Some(width) = best {
        Forms::new(body, &leaves, width);
    }
}

/// What a leaf is multiplied by.
#[derive(Clone, Copy)]
enum Factor {
    One,
    MinusOne,
    Value(Value),
}

/// A sum of leaves times factors, and of something that needs no adjoint.
#[derive(Clone, Default)]
struct Form {
    terms: Vec<(Value, Factor)>,
    rest: Option<Value>,
}

impl Form {
    fn leaf(value: Value) -> Self {
        Self { terms: vec![(value, Factor::One)], rest: None }
    }
}

/// The linear forms of a body, and the ops that compute them, each before the op that it is for.
struct Forms {
    known: FxHashMap<Value, Form>,
    wholes: FxHashMap<Value, Value>,
    created: Vec<Op>,
    /// The adjoints whose place was taken, by user and operand.
    replaced: Vec<(Op, usize, Value)>,
}

impl Forms {
    /// Lets a body compute its adjoints so.
    fn new(body: Block, leaves: &[Value], width: usize) -> Self {
        let known = leaves.iter().map(|leaf| (*leaf, Form::leaf(*leaf))).collect();
        let (wholes, created, replaced) = Default::default();
        let mut this = Self { known, wholes, created, replaced };
        for op in body.ops() {
            let Some(builder) = Builder::before(op) else { continue };
            match this.form(&builder, op) {
                Some(form) if form.terms.len() <= width => {
                    this.known.insert(op.result(0), form);
                }
                Some(form) => {
                    let value = this.whole(&builder, &form, op.result(0));
                    this.known.insert(op.result(0), Form::leaf(value));
                }
                None => this.observe(&builder, op),
            }
        }
        this
    }

    /// The result of an op as a linear form; `None` if it is none, or needs no adjoint.
    fn form(&mut self, builder: &Builder, op: Op) -> Option<Form> {
        let of = |index: usize| self.known.get(&op.operand(index)).cloned();
        let ordered = || op.fast_math() != ANY_ORDER;
        match op.name() {
            arith::Negf::NAME => {
                let form = of(0)?;
                Some(self.scaled(builder, form, Factor::MinusOne))
            }
            arith::Mulf::NAME => {
                let (form, factor) = match (of(0), of(1)) {
                    (Some(form), None) => (form, op.operand(1)),
                    (None, Some(form)) => (form, op.operand(0)),
                    _ => return None,
                };
                Some(self.scaled(builder, form, Factor::Value(factor)))
            }
            arith::Addf::NAME | arith::Subf::NAME if ordered() => {
                let (left, right) = (of(0), of(1));
                if left.is_none() && right.is_none() {
                    return None;
                }
                let free = |index: usize| Form { terms: vec![], rest: Some(op.operand(index)) };
                let left = left.unwrap_or_else(|| free(0));
                let mut right = right.unwrap_or_else(|| free(1));
                if op.is::<arith::Subf>() {
                    right = self.scaled(builder, right, Factor::MinusOne);
                }
                Some(self.added(builder, left, right))
            }
            _ => None,
        }
    }

    fn emit(&mut self, builder: &Builder, name: &str, operands: &[Value]) -> Value {
        let value = builder.same(name, operands);
        self.created.extend(value.defining_op());
        value
    }

    fn number(&mut self, builder: &Builder, like: Value, factor: Factor) -> Option<Value> {
        let number = match factor {
            Factor::Value(value) => return Some(value),
            Factor::One => 1.0,
            Factor::MinusOne => -1.0,
        };
        let value = builder.number(like.ty(), number)?;
        self.created.extend(value.defining_op());
        Some(value)
    }

    fn scaled(&mut self, builder: &Builder, form: Form, by: Factor) -> Form {
        let rest = form.rest.map(|rest| match by {
            Factor::One => rest,
            Factor::MinusOne => self.emit(builder, arith::Negf::NAME, &[rest]),
            Factor::Value(value) => self.emit(builder, arith::Mulf::NAME, &[rest, value]),
        });
        let mut terms = vec![];
        for (leaf, factor) in form.terms {
            let factor = match (factor, by) {
                (Factor::One, by) => by,
                (factor, Factor::One) => factor,
                (Factor::MinusOne, Factor::MinusOne) => Factor::One,
                (Factor::Value(value), Factor::MinusOne) | (Factor::MinusOne, Factor::Value(value)) => {
                    Factor::Value(self.emit(builder, arith::Negf::NAME, &[value]))
                }
                (Factor::Value(one), Factor::Value(other)) => {
                    Factor::Value(self.emit(builder, arith::Mulf::NAME, &[one, other]))
                }
            };
            terms.push((leaf, factor));
        }
        Form { terms, rest }
    }

    fn added(&mut self, builder: &Builder, mut left: Form, right: Form) -> Form {
        for (leaf, factor) in right.terms {
            let Some(place) = left.terms.iter().position(|(other, _)| *other == leaf) else {
                left.terms.push((leaf, factor));
                continue;
            };
            let numbers = [left.terms[place].1, factor].map(|factor| self.number(builder, leaf, factor));
            match numbers {
                [Some(one), Some(other)] => {
                    left.terms[place].1 = Factor::Value(self.emit(builder, arith::Addf::NAME, &[one, other]));
                }
                _ => left.terms.push((leaf, factor)),
            }
        }
        left.rest = match (left.rest, right.rest) {
            (Some(one), Some(other)) => Some(self.emit(builder, arith::Addf::NAME, &[one, other])),
            (one, other) => one.or(other),
        };
        left
    }

    /// The value of a form, what is there early first.
    fn whole(&mut self, builder: &Builder, form: &Form, value: Value) -> Value {
        if let Some(whole) = self.wholes.get(&value) {
            return *whole;
        }
        let mut sum = form.rest;
        let (products, plain): (Vec<_>, Vec<_>) =
            form.terms.iter().copied().partition(|(_, factor)| matches!(factor, Factor::Value(_)));
        for (leaf, factor) in plain.into_iter().chain(products) {
            sum = Some(match (sum, factor) {
                (None, Factor::One) => leaf,
                (None, Factor::MinusOne) => self.emit(builder, arith::Negf::NAME, &[leaf]),
                (None, Factor::Value(factor)) => self.emit(builder, arith::Mulf::NAME, &[leaf, factor]),
                (Some(sum), Factor::One) => self.emit(builder, arith::Addf::NAME, &[sum, leaf]),
                (Some(sum), Factor::MinusOne) => self.emit(builder, arith::Subf::NAME, &[sum, leaf]),
                (Some(sum), Factor::Value(factor)) => {
                    let product = self.emit(builder, arith::Mulf::NAME, &[leaf, factor]);
                    self.emit(builder, arith::Addf::NAME, &[sum, product])
                }
            });
        }
        let whole = sum.unwrap_or(value);
        self.wholes.insert(value, whole);
        whole
    }

    /// Gives an op, and those in its regions, the values of the forms that they use.
    fn observe(&mut self, builder: &Builder, op: Op) {
        for user in op.walk() {
            for (number, operand) in user.operands().into_iter().enumerate() {
                if let Some(form) = self.known.get(&operand).cloned() {
                    let whole = self.whole(builder, &form, operand);
                    if whole != operand {
                        user.set_operand(number, whole);
                        self.replaced.push((user, number, operand));
                    }
                }
            }
        }
    }

    /// Makes the body what it was.
    fn undo(self) {
        for (user, number, operand) in self.replaced {
            user.set_operand(number, operand);
        }
        self.created.into_iter().rev().for_each(Op::erase);
    }
}

/// About how many cycles an iteration takes: until its adjoints are there, or until all is done.
fn cost(body: Block, carried: usize) -> usize {
    let ops = body.ops();
    let operands = |op: Op| -> Vec<Value> { op.walk().into_iter().flat_map(Op::operands).collect() };
    let is_float = |op: &Op| op.result_count() > 0 && op.result(0).ty().is_float() && !op.is_constant();
    let mut used: FxHashSet<Value> = FxHashSet::default();
    let (mut live, mut work) = (vec![], 0);
    for op in ops.into_iter().rev() {
        let wanted = op.results().iter().any(|result| used.contains(result));
        if wanted || op.is_terminator() || !op.is_memory_effect_free() {
            for inner in op.walk() {
                used.extend(inner.operands());
                work += usize::from(is_float(&inner));
            }
            live.push(op);
        }
    }
    let mut arrival: FxHashMap<Value, usize> =
        body.arguments()[1..=carried].iter().map(|argument| (*argument, 0)).collect();
    let mut latency = 0;
    for op in live.into_iter().rev() {
        let operands = operands(op);
        let is_end = op.is_terminator();
        let seen = &operands[..if is_end { carried.min(operands.len()) } else { operands.len() }];
        let Some(latest) = seen.iter().filter_map(|value| arrival.get(value)).max().copied() else { continue };
        if is_end {
            latency = latest;
        }
        arrival.extend(op.results().into_iter().map(|result| (result, latest + cycles(op))));
    }
    latency.max(work / OPS_PER_CYCLE)
}

const OPS_PER_CYCLE: usize = 2;

fn cycles(op: Op) -> usize {
    match op.name() {
        arith::Mulf::NAME | arith::Addf::NAME | arith::Subf::NAME => 4,
        arith::Negf::NAME | arith::Select::NAME => 1,
        arith::Divf::NAME => 13,
        _ => 20,
    }
}
