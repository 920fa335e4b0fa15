//! Locality: whether the accumulations of parallel iterations can meet at one address.
//!
//! In a program without races only accumulations conflict (see the architecture page). Two of them, made by different
//! iterations, stay apart if equal addresses imply equal iterations. That is shown index by index: where the two indices
//! agree but for one unknown, the unknowns are equal too, and what is computed from equal values is equal. An unknown
//! may be a mixed-radix number, `block * size + thread` with `thread < size`.
//!
//! Source: the idea is that of dependence tests with one index variable per subscript, see Goff, Kennedy and Tseng,
//! *Practical Dependence Testing*, PLDI 1991.

pub mod barriers;
pub mod linear;
pub mod plan;

use self::{
    barriers::Attribution,
    linear::{Linear, Monomial, Symbols, is_only_zero, launch_size, mirrored, upper_bound},
};
use crate::{
    analysis::{buffers::Buffers, semantics::Meanings},
    emit::constant_index,
};
use autodiff_dialect::{
    ir::{Block, Op, Region, Value},
    state::names,
    views::{arith, gpu, memref, scf},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// One accumulation that several iterations make.
pub struct Site {
    pub op: Op,
    /// The buffer that the shadow is a view of, as far as that can be followed.
    pub root: Value,
    /// The index in each dimension of the root.
    indices: Vec<Linear>,
    /// The parallel ops around it that share the buffer, outermost first.
    pub loops: Vec<Op>,
}

/// What is known of two accumulations at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are made by one iteration.
    Same,
    /// The induction variables or ids listed may differ.
    Apart(Vec<Difference>),
    /// They are not in one buffer, as far as can be told, but may be the same memory.
    MayAlias,
    /// Nothing is known: views that cannot be followed.
    Unknown,
}

/// How far an induction variable may differ between two accumulations at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    pub id: Value,
    /// At most by this; `None`: by any number.
    pub distance: Option<i64>,
}

/// The accumulations of one function.
pub struct Locality {
    pub sites: Vec<Site>,
    symbols: Symbols,
    aliases: Buffers,
    /// By class of memory: the sites, by position.
    classes: FxHashMap<Value, Vec<usize>>,
}

impl Locality {
    /// Finds the accumulations inside parallel ops.
    pub fn new(function: Op, rules: &dyn Meanings) -> Self {
        let aliases = Buffers::new(function, rules);
        let mut this = Self { sites: vec![], symbols: Symbols::default(), aliases, classes: FxHashMap::default() };
        for op in function.walk().into_iter().filter(|op| op.name() == names::ACCUMULATE) {
            if let Some(site) = this.site(op) {
                let class = this.aliases.representative(site.root);
                this.classes.entry(class).or_default().push(this.sites.len());
                this.sites.push(site);
            }
        }
        this
    }

    /// The site of an accumulation; `None` if only one iteration makes it.
    fn site(&mut self, op: Op) -> Option<Site> {
        let indices = op.operands()[2..].iter().map(|index| self.symbols.linear(*index)).collect();
        let (root, indices) = self.follow(op.operand(1), indices);
        let mut loops: Vec<Op> = op.ancestors().filter(|op| is_parallel(*op)).collect();
        // An iteration that allocates the buffer has it to itself.
        let allocation = root.defining_op().filter(|op| is_allocation(*op));
        if let Some(allocation) = allocation {
            loops.retain(|outer| !outer.encloses(allocation));
        }
        loops.retain(|outer| !matches!(barriers::attribution(*outer, root), Some(Attribution::Private)));
        loops.reverse();
        (!loops.is_empty()).then_some(Site { op, root, indices, loops })
    }

    /// Follows views to the buffer that they are of.
    fn follow(&mut self, buffer: Value, indices: Vec<Linear>) -> (Value, Vec<Linear>) {
        let (mut buffer, mut indices) = (buffer, indices);
        while let Some(op) = buffer.defining_op() {
            match op.name() {
                memref::Cast::NAME | memref::MemorySpaceCast::NAME => {}
                memref::Subview::NAME => match self.through_subview(op, &indices) {
                    Some(outer) => indices = outer,
                    None => break,
                },
                _ => break,
            }
            buffer = op.operand(0);
        }
        (buffer, indices)
    }

    /// The indices into the source of a subview.
    fn through_subview(&mut self, op: Op, indices: &[Linear]) -> Option<Vec<Linear>> {
        let list = |name| op.attribute(name)?.as_dense_i64();
        let (offsets, sizes, strides) = (list("static_offsets")?, list("static_sizes")?, list("static_strides")?);
        let counts = op.attribute("operandSegmentSizes")?.as_dense_i32()?;
        let [_, open_offsets, open_sizes, _] = counts[..] else { return None };
        let operands = op.operands();
        let mut next_offset = 1;
        let mut next_stride = 1 + usize::try_from(open_offsets + open_sizes).ok()?;
        let dropped = offsets.len().checked_sub(indices.len())?;
        // Which dimension of size one was dropped is clear if all of them were.
        let ones = sizes.iter().filter(|size| **size == 1).count();
        if dropped != 0 && dropped != ones {
            return None;
        }
        let mut inner = indices.iter();
        let mut outer = vec![];
        for ((offset, size), stride) in offsets.iter().zip(&sizes).zip(&strides) {
            let mut number = |value: i64, next: &mut usize| -> Option<Linear> {
                if value != i64::MIN {
                    return Some(Linear::constant(value));
                }
                *next += 1;
                Some(self.symbols.linear(*operands.get(*next - 1)?))
            };
            let (offset, stride) = (number(*offset, &mut next_offset)?, number(*stride, &mut next_stride)?);
            outer.push(match dropped > 0 && *size == 1 {
                true => offset,
                false => offset.plus(&stride.times(inner.next()?)?, 1),
            });
        }
        Some(outer)
    }

    /// How two accumulations at one address are related.
    pub fn relation(&self, one: usize, other: usize) -> Relation {
        let (one, other) = (&self.sites[one], &self.sites[other]);
        let shared: Vec<Op> = one.loops.iter().copied().filter(|outer| other.loops.contains(outer)).collect();
        let Some(outermost) = shared.first().copied() else { return Relation::Same };
        if one.root != other.root {
            let (a, b) = (self.aliases.representative(one.root), self.aliases.representative(other.root));
            let may = match (self.aliases.classes().get(a), self.aliases.classes().get(b)) {
                (Some(a), Some(b)) => a.may_alias(b),
                _ => true,
            };
            return match (a == b, may) {
                (true, _) => Relation::Unknown,
                (false, true) => Relation::MayAlias,
                (false, false) => Relation::Same,
            };
        }
        let of_block = matches!(barriers::attribution(outermost, one.root), Some(Attribution::Workgroup));
        if (!of_block && outermost.encloses_value(one.root)) || one.indices.len() != other.indices.len() {
            return Relation::Unknown;
        }
        if of_block && barriers::are_apart(outermost, one.op, other.op) {
            return Relation::Same;
        }
        let mut proof = Proof {
            symbols: &self.symbols,
            outermost,
            sites: [one.op, other.op],
            equal: FxHashSet::default(),
            near: FxHashMap::default(),
        };
        if of_block {
            proof.equal.extend(ids(outermost).into_iter().take(3));
            for counter in barriers::equal_counters(outermost, one.op, other.op) {
                if !proof.has_equal_bounds(counter) {
                    break;
                }
                proof.equal.insert(counter);
            }
        }
        proof.run(&one.indices, &other.indices);
        let ids: Vec<Value> = shared.iter().flat_map(|outer| ids(*outer)).collect();
        let ids = proof.derive(&ids);
        let differences: Vec<_> = ids
            .into_iter()
            .filter(|id| !proof.is_equal(*id, 0))
            .map(|id| Difference { id, distance: proof.near.get(&id).copied() })
            .collect();
        if differences.is_empty() { Relation::Same } else { Relation::Apart(differences) }
    }

    /// The sites that may be at the address of a site, itself included.
    pub fn rivals(&self, site: usize) -> Vec<usize> {
        let root = self.sites[site].root;
        let class = self.aliases.representative(root);
        let known = self.aliases.classes().get(class);
        let mut rivals = vec![];
        for (other, sites) in &self.classes {
            let may = || match (known, self.aliases.classes().get(*other)) {
                (Some(one), Some(other)) => one.may_alias(other),
                _ => true,
            };
            if *other == class || may() {
                rivals.extend(sites.iter().copied());
            }
        }
        rivals.sort_unstable();
        rivals
    }

    /// Whether iterations can never meet at the address of a site.
    pub fn is_distinct(&self, site: usize) -> bool {
        let owned = |site: usize| barriers::is_owned(self.sites[site].op);
        owned(site)
            || self
                .rivals(site)
                .into_iter()
                .all(|other| self.relation(site, other) == Relation::Same || (other != site && owned(other)))
    }

    /// Whether the function touches a buffer in an op in another way than to accumulate into it.
    pub fn is_only_accumulated(&self, root: Value, inside: Op) -> bool {
        let class = self.aliases.representative(root);
        inside.regions().into_iter().flat_map(Region::blocks).flat_map(Block::ops).flat_map(Op::walk).all(|op| {
            op.operands().into_iter().enumerate().all(|(index, operand)| {
                !operand.ty().is_memory()
                    || self.aliases.representative(operand) != class
                    || (op.name() == names::ACCUMULATE && index == 1)
                    || (op.is_memory_effect_free() && !op.is::<memref::ExtractAlignedPointerAsIndex>())
            })
        })
    }
}

/// Whether an op runs its regions in parallel.
pub fn is_parallel(op: Op) -> bool {
    matches!(op.name(), scf::Parallel::NAME | gpu::Launch::NAME)
}

/// What tells the iterations of a parallel op apart.
pub fn ids(op: Op) -> Vec<Value> {
    let arguments = op.body(0).map(Block::arguments).unwrap_or_default();
    match op.name() {
        scf::Parallel::NAME => arguments,
        gpu::Launch::NAME => arguments.into_iter().take(6).collect(),
        _ => vec![],
    }
}

fn is_allocation(op: Op) -> bool {
    matches!(op.name(), names::SHADOW | memref::Alloc::NAME | memref::Alloca::NAME)
}

/// What follows from two addresses being equal.
struct Proof<'a> {
    symbols: &'a Symbols,
    outermost: Op,
    sites: [Op; 2],
    /// Values inside the parallel op that are equal.
    equal: FxHashSet<Value>,
    /// Values that differ by no more than a number.
    near: FxHashMap<Value, i64>,
}

impl Proof<'_> {
    fn run(&mut self, one: &[Linear], other: &[Linear]) {
        loop {
            let before = self.equal.len();
            for (one, other) in one.iter().zip(other) {
                self.compare(one, other);
            }
            if self.equal.len() == before {
                return;
            }
        }
    }

    /// Whether a value is the same in both iterations.
    fn is_equal(&self, value: Value, depth: usize) -> bool {
        let known = self.equal.contains(&value) || launch_size(value).is_some() || is_only_zero(value);
        if known || !self.outermost.encloses_value(value) {
            return true;
        }
        // What the number of a lane is, or what a shuffle gives, depends on who asks.
        let computes = |op: &Op| op.region_count() == 0 && op.is_pure() && !op.name().starts_with("gpu.");
        let inputs = value.defining_op().filter(|op| depth > 0 && computes(op));
        inputs.is_some_and(|op| op.operands().into_iter().all(|operand| self.is_equal(operand, depth - 1)))
    }

    /// Whether a sequential loop starts at the same place and takes the same steps in both iterations.
    fn has_equal_bounds(&self, counter: Value) -> bool {
        let bounds = counter.block().parent_op().map(Op::operands).unwrap_or_default();
        bounds.len() >= 3 && self.is_equal(bounds[0], 8) && self.is_equal(bounds[2], 8)
    }

    fn is_equal_product(&self, monomial: &Monomial) -> bool {
        monomial.iter().all(|symbol| self.is_equal(self.symbols.value(*symbol), 8))
    }

    /// Draws conclusions from an index that has the same value in both iterations.
    fn compare(&mut self, one: &Linear, other: &Linear) {
        let split = |linear: &Linear| {
            let (mut fixed, mut free) = (Linear::default(), vec![]);
            for (monomial, coefficient) in &linear.terms {
                match self.is_equal_product(monomial) {
                    true => fixed.terms.extend([(monomial.clone(), *coefficient)]),
                    false => free.push((monomial.clone(), *coefficient)),
                }
            }
            (fixed, free)
        };
        let ((fixed, free), (other_fixed, other_free)) = (split(one), split(other));
        let Some(distance) = fixed.plus(&other_fixed, -1).as_constant() else { return };
        if free != other_free {
            let digits: Vec<_> =
                free.iter().filter_map(|term| self.last_digit(term, [&free, &other_free], distance)).collect();
            self.equal.extend(digits);
            return;
        }
        if free.is_empty() {
            return;
        }
        let Some(mut strides) = free.iter().map(|term| self.stride(term)).collect::<Option<Vec<_>>>() else { return };
        if distance == 0 && self.is_mixed_radix(&mut strides) {
            let found: Vec<_> = strides.iter().map(|stride| stride.unknown).collect();
            // Who counts backwards is at the same place.
            let same_bound = |value: &Value| mirrored(*value).filter(|(_, bound)| self.is_equal(*bound, 8));
            let counters: Vec<_> = found.iter().filter_map(same_bound).map(|(induction, _)| induction).collect();
            self.equal.extend(found.into_iter().chain(counters));
        } else if let [stride] = &strides[..]
            && stride.factor.is_empty()
        {
            self.near.insert(stride.unknown, distance.saturating_abs() / stride.coefficient.abs());
        }
    }

    /// The unknown of a term that both indices have, if it is a number below what all else is a multiple of: `thread` in
    /// `thread + 128 * i` and `thread + 128 * j`.
    fn last_digit(&self, term: &(Monomial, i64), indices: [&[(Monomial, i64)]; 2], distance: i64) -> Option<Value> {
        let ([symbol], coefficient) = (&term.0[..], term.1) else { return None };
        let unknown = self.symbols.value(*symbol);
        let bound = upper_bound(unknown).and_then(constant_index)?;
        let rest = indices.iter().flat_map(|index| index.iter()).filter(|other| *other != term);
        let rest = rest.map(|(_, factor)| factor.unsigned_abs()).fold(distance.unsigned_abs(), greatest_divisor);
        let fits = coefficient > 0 && u64::try_from(bound.checked_mul(coefficient)?).is_ok_and(|range| range <= rest);
        (fits && indices.iter().all(|index| index.contains(term))).then_some(unknown)
    }

    /// A monomial as one unknown times what is known and not zero.
    fn stride(&self, (monomial, coefficient): &(Monomial, i64)) -> Option<Stride> {
        let (unknown, factor): (Vec<usize>, Vec<usize>) =
            monomial.iter().partition(|symbol| !self.is_equal(self.symbols.value(**symbol), 8));
        let [unknown] = unknown[..] else { return None };
        let positive = |symbol: &usize| self.is_positive(self.symbols.value(*symbol));
        factor.iter().all(positive).then(|| Stride {
            unknown: self.symbols.value(unknown),
            coefficient: *coefficient,
            factor: factor.clone(),
        })
    }

    /// Whether a value is above zero wherever the accumulations run: the bound of a loop around them, or the size of a
    /// chunk.
    fn is_positive(&self, value: Value) -> bool {
        let at_least_one = value.defining_op().is_some_and(|op| {
            op.is::<arith::Maxui>() && op.operands().into_iter().any(|operand| constant_index(operand) == Some(1))
        });
        at_least_one || self.bounds_a_loop(value)
    }

    /// Whether the value is the bound of a loop from zero around both accumulations: there is an iteration.
    fn bounds_a_loop(&self, value: Value) -> bool {
        let bounds = |block: Block| block.arguments().into_iter().any(|argument| upper_bound(argument) == Some(value));
        let around = |op: Op| self.sites.iter().all(|site| op.encloses(*site));
        value
            .uses()
            .into_iter()
            .any(|(op, _)| op.region_count() == 1 && around(op) && op.region(0).first_block().is_some_and(bounds))
    }

    /// Whether the unknowns are digits: each smaller than what the next one is multiplied by. Sorts by that.
    fn is_mixed_radix(&self, strides: &mut [Stride]) -> bool {
        if strides.len() <= 1 {
            return true;
        }
        // The least significant digit is the one whose stride no other divides: try each order of growing strides.
        strides.sort_by_key(|stride| (stride.factor.len(), stride.coefficient.unsigned_abs()));
        strides.windows(2).all(|pair| self.fits_below(&pair[0], &pair[1]))
    }

    /// Whether `low * range(low)` is no more than the stride of `high`, so that what is below never carries over.
    fn fits_below(&self, low: &Stride, high: &Stride) -> bool {
        if low.coefficient <= 0 || high.coefficient <= 0 {
            return false;
        }
        let bound = upper_bound(low.unknown).or_else(|| mirrored(low.unknown).map(|(_, bound)| bound));
        let bound = match bound {
            Some(bound) => bound,
            None => match remainder(low.unknown) {
                Some(divisor) => divisor,
                None => return false,
            },
        };
        self.is_at_most(bound, low, high, 4)
    }

    /// Whether a bound times one stride is no more than another.
    fn is_at_most(&self, bound: Value, low: &Stride, high: &Stride, depth: usize) -> bool {
        if let (Some(bound), true) = (constant_index(bound), low.factor == high.factor) {
            return bound.checked_mul(low.coefficient).is_some_and(|product| product <= high.coefficient);
        }
        let mut rest = high.factor.clone();
        for symbol in &low.factor {
            let Some(position) = rest.iter().position(|other| other == symbol) else { return false };
            rest.remove(position);
        }
        if low.coefficient == high.coefficient && rest.iter().map(|symbol| self.symbols.value(*symbol)).eq([bound]) {
            return true;
        }
        let Some(op) = bound.defining_op().filter(|_| depth > 0) else { return false };
        match op.name() {
            arith::Minui::NAME | arith::Minsi::NAME => {
                op.operands().into_iter().any(|operand| self.is_at_most(operand, low, high, depth - 1))
            }
            // A trip count: zero for an empty range.
            arith::Select::NAME => {
                constant_index(op.operand(2)) == Some(0) && self.is_at_most(op.operand(1), low, high, depth - 1)
            }
            _ => false,
        }
    }

    /// Of the ids wanted, those that are still unknown after equal quotients and remainders were put together.
    fn derive(&mut self, ids: &[Value]) -> Vec<Value> {
        for id in ids {
            let mut quotients = FxHashSet::default();
            let mut remainders = FxHashSet::default();
            for (op, index) in id.uses() {
                if index == 0 && op.result_count() == 1 && self.equal.contains(&op.result(0)) {
                    match op.name() {
                        arith::Divui::NAME | arith::Divsi::NAME => quotients.insert(op.operand(1)),
                        arith::Remui::NAME | arith::Remsi::NAME => remainders.insert(op.operand(1)),
                        _ => false,
                    };
                }
            }
            let fixed = |divisor: &&Value| self.is_equal(**divisor, 8);
            if quotients.intersection(&remainders).any(|divisor| fixed(&divisor)) {
                self.equal.insert(*id);
            }
        }
        ids.to_vec()
    }
}

/// The greatest common divisor.
fn greatest_divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { greatest_divisor(other, one % other) }
}

/// An unknown, and what it is multiplied by.
struct Stride {
    unknown: Value,
    coefficient: i64,
    factor: Monomial,
}

/// The divisor of a remainder.
fn remainder(value: Value) -> Option<Value> {
    value.defining_op().filter(|op| op.is::<arith::Remui>()).map(|op| op.operand(1))
}
