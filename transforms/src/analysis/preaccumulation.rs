//! Sums whose derivatives can be made in the same sweep as the sums.
//!
//! Where all that a loop gives is a sum, the cotangent of the sum is a factor of all derivatives that pass through the
//! loop. So these can be made in the forward sweep, iteration by iteration and beside the sum, with the cotangent one, and
//! be multiplied by the cotangent when that is known: the loop is *preaccumulated* (Griewank and Walther, Evaluating
//! Derivatives, 2008, chapter 10). Nothing in it is cached or computed a second time. A loop qualifies if
//!
//! 1. it carries one number, to which its iterations only add, in branches or in loops inside of it of the same kind; not a
//!    narrow one, which partials that are not yet multiplied may be too large for;
//! 2. it does nothing to memory but to load numbers;
//! 3. the reverse sweep, or the caller, needs the sum: it would have to be made twice otherwise;
//! 4. there are functions or branches in it that are not cheap to take again, and that keep it from becoming vectors;
//! 5. it stands in no more than one loop, which would keep partials for each of its iterations; in none, if there are buffers
//!    of partials, unless the reverse sweep runs the iterations of that loop again.
//!
//! Shadows of buffers that it loads from are replaced by buffers of partials, as large as these, which have to be cleared
//! and added to the shadows. That pays where the loop runs much longer than they are long, which is known when the program
//! runs. Where active buffers are loaded from at places that follow the innermost loop, it cannot pay.

use crate::{
    analysis::{activity::Activity, cost, is_loop, locality::linear::Symbols, semantics::Meanings},
    emit::{Trips, add, constant_index, extent, multiply},
    request::{Mode, Request},
};
use autodiff_dialect::{
    ir::{Block, Builder, Op, Value},
    views::{arith, func, memref, scf},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A loop that is preaccumulated.
#[derive(Clone)]
pub struct Preaccumulation {
    pub op: Op,
    /// The loops inside, which make parts of the sum.
    pub inner: Vec<Op>,
    /// The buffers from which active numbers are loaded.
    pub buffers: Vec<Value>,
}

/// How many iterations must run for each element of the buffers of partials, to pay for clearing and adding it.
const ITERATIONS_PER_ELEMENT: i64 = 4;
/// How many must run for each buffer, to pay for its allocation.
const ITERATIONS_PER_BUFFER: i64 = 16;

/// The loops of a function that are to be preaccumulated, if it is differentiated in reverse mode.
pub fn find(function: Op, rules: &dyn Meanings, activity: &Activity, request: &Request) -> Vec<Preaccumulation> {
    if request.mode != Mode::Vjp {
        return vec![];
    }
    let mut found: Vec<Preaccumulation> = vec![];
    let mut search = Search { function, rules, activity, request, needed: FxHashMap::default() };
    for op in function.walk().into_iter().filter(|op| op.is::<scf::For>()) {
        // Iterations of a loop around it keep a few numbers each; those of loops around each other would keep many.
        let deep = op.ancestors().filter(is_loop).count() > 1;
        if !deep
            && found.last().is_none_or(|last| !last.op.encloses(op))
            && !op.is_in_kernel()
            && let Some(sum) = search.sum(op)
        {
            found.push(sum);
        }
    }
    // What is computed from a sum stands after it, and is known then.
    found.reverse();
    found.retain(|sum| search.is_needed(sum.op.result(0)));
    found
}

/// Makes two loops of each that has buffers of partials: itself, which runs if that pays, and one that runs otherwise.
/// Where it is known already, there is one only. Whether anything has changed.
pub fn split(sums: &mut Vec<Preaccumulation>) -> bool {
    let mut changed = false;
    sums.retain(|sum| {
        let places = Builder::before(sum.op).zip(Builder::after(sum.op));
        let Some((front, behind)) = places.filter(|_| !sum.buffers.is_empty()) else { return true };
        changed = true;
        let (asked, iterations) = (sum.iterations_asked(&front), sum.iterations(&front, sum.op));
        if let (Some(asked), Some(iterations)) = (constant_index(asked), constant_index(iterations)) {
            return asked <= iterations;
        }
        let pays = front.cmpi(arith::CmpIPredicate::Ule, asked, iterations);
        let (lower, upper) = (sum.op.operand(0), sum.op.operand(1));
        let choose = |one, other| front.op(arith::Select::NAME, &[pays, one, other], upper.ty());
        let bounds = [choose(upper, lower), choose(lower, upper)];
        let other = behind.insert(sum.op.duplicate());
        sum.op.result(0).replace_all_uses_with(other.result(0));
        sum.op.set_operand(1, bounds[0]);
        other.set_operand(1, bounds[1]);
        other.set_operand(3, sum.op.result(0));
        true
    });
    changed
}

impl Preaccumulation {
    /// The bodies of the loop and of those inside.
    pub fn bodies(&self) -> impl Iterator<Item = Block> {
        std::iter::once(&self.op).chain(&self.inner).filter_map(|op| op.body(0))
    }

    /// How many iterations it takes for buffers of partials to pay.
    fn iterations_asked(&self, builder: &Builder) -> Value {
        let mut elements = builder.index(0);
        for buffer in &self.buffers {
            let sizes = (0..buffer.ty().shape().len()).map(|dimension| extent(builder, *buffer, dimension));
            elements = add(builder, elements, sizes.fold(builder.index(1), |all, size| multiply(builder, all, size)));
        }
        let buffers = i64::try_from(self.buffers.len()).unwrap_or(i64::MAX);
        let all = builder.index(buffers.saturating_mul(ITERATIONS_PER_BUFFER));
        add(builder, multiply(builder, elements, builder.index(ITERATIONS_PER_ELEMENT)), all)
    }

    /// How often the innermost loops run, as far as that is known outside.
    fn iterations(&self, builder: &Builder, op: Op) -> Value {
        let count = trips(op).count(builder);
        let known = |inner: &&Op| !inner.operands()[..3].iter().any(|bound| self.op.encloses_value(*bound));
        let inside = self.inner.iter().filter(|inner| inner.parent() == Some(op)).filter(known);
        let inside: Vec<_> = inside.map(|inner| self.iterations(builder, *inner)).collect();
        match inside.into_iter().reduce(|all, more| add(builder, all, more)) {
            Some(inside) => multiply(builder, count, inside),
            None => count,
        }
    }
}

/// The iterations of a counted loop.
fn trips(op: Op) -> Trips {
    let unsigned = op.attribute("unsignedCmp").is_some();
    Trips { lower: op.operand(0), upper: op.operand(1), step: op.operand(2), unsigned }
}

struct Search<'a> {
    function: Op,
    rules: &'a dyn Meanings,
    activity: &'a Activity,
    request: &'a Request,
    /// Whether values are needed that were asked for.
    needed: FxHashMap<Value, bool>,
}

impl Search<'_> {
    fn sum(&self, op: Op) -> Option<Preaccumulation> {
        let result = (op.result_count() == 1).then(|| op.result(0))?;
        let is_wide = result.ty().is_float() && result.ty().bit_width().is_some_and(|bits| bits >= 32);
        if !is_wide || !self.activity.is_active(result) {
            return None;
        }
        let inner = loops_of_sum(op)?;
        let mut sum = Preaccumulation { op, inner, buffers: vec![] };
        let mut loads = vec![];
        let mut captures = false;
        for inside in op.walk().into_iter().skip(1) {
            let is_known = match inside.name() {
                scf::For::NAME => sum.inner.contains(&inside),
                scf::If::NAME | scf::Yield::NAME => true,
                memref::Load::NAME => !op.encloses_value(inside.operand(0)),
                _ => inside.region_count() == 0 && inside.is_memory_effect_free(),
            };
            if !is_known || inside.results().iter().any(|result| result.ty().is_memory()) {
                return None;
            }
            let is_active = |value: &Value| !value.ty().is_memory() && self.activity.is_active(*value);
            let captured: Vec<_> =
                inside.operands().into_iter().filter(|value| is_active(value) && !op.encloses_value(*value)).collect();
            captures |= !captured.is_empty();
            let active: Vec<_> = inside.results().into_iter().filter(is_active).collect();
            // One number of one type is the factor of all.
            if captured.iter().chain(&active).any(|value| value.ty() != result.ty()) {
                return None;
            }
            if inside.is::<memref::Load>() && !active.is_empty() {
                loads.push(inside);
                if !sum.buffers.contains(&inside.operand(0)) {
                    sum.buffers.push(inside.operand(0));
                }
            }
        }
        let pays = (captures || !loads.is_empty())
            && sum.bodies().all(|body| !is_innermost(body) || self.is_expensive(body, &loads));
        pays.then_some(sum)
    }

    /// Whether the body of an innermost loop is expensive to take again, and is not made vectors of: it has branches
    /// or calls functions. Nor may buffers of partials be as long as the loop.
    fn is_expensive(&self, body: Block, loads: &[Op]) -> bool {
        let mut symbols = Symbols::default();
        let mut streams = |load: &Op| {
            load.operands()[1..].iter().any(|index| {
                let terms = symbols.linear(*index).terms;
                let mut all = terms.keys().flatten();
                all.any(|symbol| symbols.value(*symbol) == body.argument(0))
            })
        };
        let Some(op) = body.parent_op() else { return false };
        if loads.iter().any(|load| op.encloses(*load) && streams(load)) {
            return false;
        }
        let is_active = |op: &Op| op.results().into_iter().any(|result| self.activity.is_active(result));
        let inside = op.walk().into_iter().skip(1).filter(is_active);
        inside.into_iter().any(|op| op.is::<scf::If>() || cost::is_call(op))
    }

    /// Whether the reverse sweep or the caller needs a value, or what is computed from it.
    fn is_needed(&mut self, value: Value) -> bool {
        let needed = self.leads_to_need(value);
        self.needed.insert(value, needed);
        needed
    }

    fn leads_to_need(&self, value: Value) -> bool {
        let mut seen = FxHashSet::from_iter([value]);
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match self.needed.get(&value) {
                Some(true) => return true,
                Some(false) => continue,
                None => {}
            }
            for (user, number) in value.uses() {
                let parent = user.parent();
                let reached = match user.name() {
                    func::Return::NAME if parent == Some(self.function) => {
                        if self.request.results.get(number).is_none_or(|kind| kind.keeps_primal()) {
                            return true;
                        }
                        vec![]
                    }
                    scf::Reduce::NAME => parent.map(|parent| parent.result(number)).into_iter().collect(),
                    scf::Yield::NAME => {
                        let parent = parent.filter(|parent| matches!(parent.name(), scf::If::NAME | scf::For::NAME));
                        let Some(parent) = parent else { return true };
                        let carried = (parent.is::<scf::For>()).then(|| parent.body(0)).flatten();
                        let carried = carried.map(|body| body.argument(number + 1));
                        carried.into_iter().chain([parent.result(number)]).collect()
                    }
                    scf::For::NAME if number >= 3 => {
                        let Some(body) = user.body(0) else { return true };
                        vec![body.argument(number - 2), user.result(number - 3)]
                    }
                    _ if user.region_count() > 0 || !user.is_memory_effect_free() || user.is_terminator() => {
                        return true;
                    }
                    _ if self.rules.of(user).needed(user, self.activity).contains(&value) => return true,
                    _ => user.results(),
                };
                pending.extend(reached.into_iter().filter(|value| seen.insert(*value)));
            }
        }
        false
    }
}

fn is_innermost(body: Block) -> bool {
    body.parent_op().is_some_and(|op| op.walk().into_iter().skip(1).all(|inner| !inner.is::<scf::For>()))
}

/// The loops inside of one that carries a number to which its iterations only add, which add to it in turn; `None` if it
/// is another kind of loop. They stand in the loop's own block, or in that of one of them.
fn loops_of_sum(op: Op) -> Option<Vec<Op>> {
    let mut loops = vec![];
    let mut pending = vec![op];
    while let Some(op) = pending.pop() {
        let body = op.body(0)?;
        let inside = grows_to(body, body.argument(1), true).filter(|(_, place)| *place == 0)?.0;
        loops.extend(&inside);
        pending.extend(inside);
    }
    Some(loops)
}

/// Follows a number through a block to its terminator, if additions are all that happens to it there, one after the other:
/// the loops on the way, each of which has to add to it too, and the place that the terminator passes it on at. There are no
/// such loops in branches.
fn grows_to(block: Block, start: Value, with_loops: bool) -> Option<(Vec<Op>, usize)> {
    let (mut value, mut loops) = (start, vec![]);
    loop {
        // What is used on both sides of a branch has one user in this block: the branch.
        let uses = value.uses().into_iter();
        let mut uses = uses.filter_map(|(user, number)| Some((user.ancestor_in(block)?, user, number)));
        let (next, user, number) = uses.next()?;
        let is_branch = next.is::<scf::If>();
        if uses.any(|(other, ..)| other != next || !is_branch) || (!is_branch && user != next) {
            return None;
        }
        value = match next.name() {
            scf::Yield::NAME => return Some((loops, number)),
            arith::Addf::NAME => next.result(0),
            scf::For::NAME if with_loops && number == 3 && next.result_count() == 1 => {
                loops.push(next);
                next.result(0)
            }
            scf::If::NAME => {
                let place = |side: usize| Some(grows_to(next.body(side)?, value, false)?.1);
                next.result(place(0).filter(|one| place(1) == Some(*one))?)
            }
            _ => return None,
        };
    }
}
