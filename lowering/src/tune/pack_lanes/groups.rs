//! Which ops are the same in all directions.
//!
//! 1. From what a derivative returns, follow the operands backwards, as long as they come from the same op in each
//!    direction, or from one `scf.if` or `scf.for`.
//! 2. Drop groups that cost more than they save: elements that have to be brought together first, or taken apart after.
//! 3. Drop all, if they do so together.

use autodiff_dialect::{
    ir::{Block, Op, Type, Value},
    views::{arith, scf},
};
use autodiff_transforms::analysis::is_loop;
use std::collections::{HashMap, HashSet};

/// Ops on numbers that are as fast on a vector, and how many simple ones each is worth.
const COSTS: [(&str, i64); 6] = [
    (arith::Addf::NAME, 1),
    (arith::Divf::NAME, 4),
    (arith::Mulf::NAME, 1),
    (arith::Negf::NAME, 1),
    (SELECT, 1),
    (arith::Subf::NAME, 1),
];
pub(super) const SELECT: &str = arith::Select::NAME;
const COMMUTATIVE: [&str; 2] = [arith::Addf::NAME, arith::Mulf::NAME];
pub(super) const BRANCH: &str = scf::If::NAME;
pub(super) const LOOP: &str = scf::For::NAME;
/// How many iterations a loop is taken to have.
const ITERATIONS: i64 = 8;

/// The size of a number that vectors may have, or of more than any vector has.
pub(super) fn bits(ty: Type) -> usize {
    match ty.bit_width() {
        Some(32) if ty.is_float() => 32,
        Some(64) if ty.is_float() => 64,
        _ => usize::MAX / 1024,
    }
}

/// What the values of a group are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Results of the same op in each direction, and how many simple ops one is worth.
    Ops(i64),
    /// Results of a branch that follow each other.
    Branch,
    /// Results of a loop that follow each other. The next group is what the loop carries for them.
    Loop,
    /// What a loop carries.
    Carried,
}

/// One value in several directions.
pub(super) struct Group {
    pub kind: Kind,
    pub lanes: Vec<Value>,
    /// The operands of the ops, what the sides of the branch yield, or what the loop starts with and what it yields,
    /// each in all directions.
    pub operands: Vec<Vec<Value>>,
}

impl Group {
    /// Those that become one.
    pub fn ops(&self) -> impl Iterator<Item = Op> {
        let ops = self.lanes.iter().filter(|_| matches!(self.kind, Kind::Ops(_)));
        ops.filter_map(|value| value.defining_op())
    }

    /// The block that computes the values.
    fn block(&self) -> Block {
        self.lanes[0].block()
    }
}

/// Groups that have no value in common.
#[derive(Default)]
pub(super) struct Groups {
    /// Those that are left, by numbers that do not change.
    list: Vec<Option<Group>>,
    numbers: HashMap<Value, usize>,
}

impl Groups {
    /// All groups that some values come from. Ops stand in some blocks only.
    pub fn grow(seeds: &[Vec<Value>], blocks: &HashSet<Block>) -> Self {
        let mut groups = Self::default();
        let mut pending: Vec<Vec<Value>> = seeds.iter().rev().cloned().collect();
        while let Some(lanes) = pending.pop() {
            if lanes.iter().any(|value| groups.numbers.contains_key(value)) {
                continue;
            }
            for group in groups.group(lanes, blocks) {
                groups.numbers.extend(group.lanes.iter().map(|value| (*value, groups.list.len())));
                pending.extend(group.operands.iter().rev().cloned());
                groups.list.push(Some(group));
            }
        }
        groups
    }

    /// The groups that values belong to which are one in several directions.
    fn group(&self, lanes: Vec<Value>, blocks: &HashSet<Block>) -> Vec<Group> {
        let ty = lanes[0].ty();
        if bits(ty) > 64 || is_splat(&lanes) || lanes.iter().any(|value| value.ty() != ty) {
            return vec![];
        }
        let owner = |value: Value| value.defining_op().or_else(|| value.block().parent_op());
        let Some(first) = owner(lanes[0]).filter(|first| lanes.iter().all(|value| owner(*value) == Some(*first)))
        else {
            return self.same_ops(lanes, blocks).into_iter().collect();
        };
        let group = match first.name() {
            BRANCH => branch(first, lanes).map(|group| vec![group]),
            LOOP => carried(first, lanes).filter(|_| first.body(0).is_some_and(|body| blocks.contains(&body))),
            _ => None,
        };
        group.unwrap_or_default()
    }

    fn same_ops(&self, lanes: Vec<Value>, blocks: &HashSet<Block>) -> Option<Group> {
        let ops: Option<Vec<Op>> = lanes.iter().map(|value| value.defining_op()).collect();
        let ops = ops?;
        let first = *ops.first()?;
        let (_, cost) = *COSTS.iter().find(|(name, _)| *name == first.name())?;
        let same =
            |op: &Op| op.name() == first.name() && op.block() == first.block() && op.attributes() == first.attributes();
        let distinct: HashSet<_> = ops.iter().collect();
        if distinct.len() < ops.len() || !ops.iter().all(same) || !blocks.contains(&first.block()?) {
            return None;
        }
        let mut each: Vec<Vec<Value>> = ops.iter().map(|op| op.operands()).collect();
        if first.name() == SELECT && each.iter().any(|operands| operands[0] != each[0][0]) {
            return None;
        }
        if COMMUTATIVE.contains(&first.name()) {
            let alike = |other: &[Value], a: usize, b: usize| {
                self.alike(each[0][0], other[a]) + self.alike(each[0][1], other[b])
            };
            let swapped: Vec<_> = each.iter().map(|other| alike(other, 1, 0) > alike(other, 0, 1)).collect();
            each.iter_mut().zip(swapped).filter(|(_, swap)| *swap).for_each(|(operands, _)| operands.swap(0, 1));
        }
        let operands = (0..first.operand_count()).map(|place| each.iter().map(|one| one[place]).collect()).collect();
        Some(Group { kind: Kind::Ops(cost), lanes, operands })
    }

    /// How well two values go together as operands in different directions.
    fn alike(&self, one: Value, other: Value) -> u32 {
        let number = self.numbers.get(&one);
        if one == other {
            3
        } else if number.is_some() && number == self.numbers.get(&other) {
            2
        } else {
            let name = |value: Value| value.defining_op().map(Op::name);
            u32::from(name(one).is_some() && name(one) == name(other))
        }
    }

    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, &Group)> {
        self.list.iter().enumerate().filter_map(|(number, group)| Some((number, group.as_ref()?)))
    }

    /// The group that a value belongs to.
    pub fn of(&self, value: Value) -> Option<(usize, &Group)> {
        let number = *self.numbers.get(&value)?;
        Some((number, self.list[number].as_ref()?))
    }

    /// The group whose values are these.
    pub fn find(&self, lanes: &[Value]) -> Option<usize> {
        let (number, group) = self.of(*lanes.first()?)?;
        (group.lanes == lanes).then_some(number)
    }

    /// Drops some groups, and what stands or falls with them. The numbers and groups that were dropped.
    pub fn drop(&mut self, numbers: &[usize]) -> Vec<(usize, Group)> {
        let mut dropped = vec![];
        let mut pending = numbers.to_vec();
        while let Some(number) = pending.pop() {
            let Some(group) = self.list[number].take() else { continue };
            group.lanes.iter().for_each(|value| _ = self.numbers.remove(value));
            match group.kind {
                Kind::Loop => pending.push(number + 1),
                Kind::Carried => pending.push(number - 1),
                _ => {}
            }
            dropped.push((number, group));
        }
        dropped
    }

    /// Leaves the groups that save more than they cost.
    pub fn keep_what_pays(&mut self) {
        let mut alone = self.uses_alone();
        let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, group) in self.iter() {
            let sources = group.operands.iter().filter_map(|lanes| self.find(lanes));
            sources.for_each(|source| users.entry(source).or_default().push(number));
        }
        let mut pending: Vec<usize> = self.iter().map(|(number, _)| number).collect();
        while let Some(number) = pending.pop() {
            if !self.list[number].as_ref().is_some_and(|group| self.loses(group, is_alone(&alone, number))) {
                continue;
            }
            // Without one, its neighbours save less, never more.
            for (number, group) in self.drop(&[number]) {
                pending.extend(users.remove(&number).unwrap_or_default());
                for source in group.operands.iter().filter_map(|lanes| self.find(lanes)) {
                    *alone.entry(source).or_default() += group.lanes.len();
                    pending.push(source);
                }
            }
        }
        if self.saved(&alone) <= 0 {
            *self = Self::default();
        }
    }

    /// How often the values of each group are used one by one.
    fn uses_alone(&self) -> HashMap<usize, usize> {
        let uses = |group: &Group| group.lanes.iter().map(|value| value.uses().len()).sum();
        let mut alone: HashMap<usize, usize> = self.iter().map(|(number, group)| (number, uses(group))).collect();
        for lanes in self.iter().flat_map(|(_, group)| &group.operands) {
            if let Some(uses) = self.find(lanes).and_then(|source| alone.get_mut(&source)) {
                *uses = uses.saturating_sub(lanes.len());
            }
        }
        alone
    }

    fn loses(&self, group: &Group, taken_apart: bool) -> bool {
        let gathered = group.operands.iter().filter(|lanes| self.is_gathered(lanes)).count();
        match group.kind {
            Kind::Ops(cost) => cost < gathered as i64 + i64::from(taken_apart),
            Kind::Branch => gathered == group.operands.len(),
            Kind::Loop => group.operands.last().is_some_and(|yielded| self.is_gathered(yielded)),
            Kind::Carried => false,
        }
    }

    /// Whether values have to be brought together, element by element.
    fn is_gathered(&self, lanes: &[Value]) -> bool {
        let constant = |value: &Value| value.defining_op().is_some_and(Op::is_constant);
        !is_splat(lanes) && self.find(lanes).is_none() && !lanes.iter().all(constant)
    }

    /// What all groups together save, in simple ops.
    fn saved(&self, alone: &HashMap<usize, usize>) -> i64 {
        let (mut saved, mut made) = (0, HashSet::new());
        for (number, group) in self.iter() {
            let (more, times) = (group.lanes.len() as i64 - 1, iterations(group.block()));
            let cost = if let Kind::Ops(cost) = group.kind { cost } else { 0 };
            saved += (cost - i64::from(is_alone(alone, number))) * more * times;
            for lanes in group.operands.iter().filter(|lanes| lanes[0].ty().is_float()) {
                let cost = if self.is_gathered(lanes) { more } else { i64::from(is_splat(lanes)) };
                // LLVM makes before a loop what is the same in its iterations.
                let latest = lanes.iter().map(|value| iterations(value.block())).max().unwrap_or(1);
                if cost > 0 && made.insert(lanes) {
                    saved -= cost * latest.min(times);
                }
            }
        }
        saved
    }
}

/// How often a block runs for each run of the function, by rule of thumb.
fn iterations(block: Block) -> i64 {
    let around = std::iter::successors(block.parent_op(), |op| op.parent()).take_while(|op| !op.is_function());
    around.filter(is_loop).fold(1, |times, _| times.saturating_mul(ITERATIONS).min(ITERATIONS.pow(3)))
}

/// The group of a branch's results, if they follow each other.
fn branch(op: Op, lanes: Vec<Value>) -> Option<Group> {
    let place = lanes[0].result_number()?;
    let follow = (place..).zip(&lanes).all(|(number, value)| value.result_number() == Some(number));
    let yields = |side: usize| op.body(side)?.terminator().map(Op::operands);
    let side = |side: usize| yields(side)?.get(place..place + lanes.len()).map(<[Value]>::to_vec);
    let operands = vec![side(0)?, side(1)?];
    follow.then_some(Group { kind: Kind::Branch, lanes, operands })
}

/// The groups of a loop's results, or of what it carries for them, if they follow each other.
fn carried(op: Op, lanes: Vec<Value>) -> Option<Vec<Group>> {
    let number = |value: &Value| value.result_number().or_else(|| value.argument_number()?.checked_sub(1));
    let place = number(&lanes[0])?;
    let kind = |value: &Value| value.defining_op().is_some();
    if !(place..).zip(&lanes).all(|(place, value)| number(value) == Some(place) && kind(value) == kind(&lanes[0])) {
        return None;
    }
    let body = op.body(0)?;
    let part =
        |values: Vec<Value>, skip: usize| values.get(skip + place..skip + place + lanes.len()).map(<[Value]>::to_vec);
    let (before, after) = (part(op.operands(), 3)?, part(body.terminator()?.operands(), 0)?);
    Some(vec![
        Group { kind: Kind::Loop, lanes: part(op.results(), 0)?, operands: vec![before, after] },
        Group { kind: Kind::Carried, lanes: part(body.arguments(), 1)?, operands: vec![] },
    ])
}

/// Whether a group's values are wanted one by one, too.
fn is_alone(alone: &HashMap<usize, usize>, number: usize) -> bool {
    alone.get(&number).is_some_and(|uses| *uses > 0)
}

/// Whether all values are one.
pub(super) fn is_splat(lanes: &[Value]) -> bool {
    lanes.iter().all(|value| *value == lanes[0])
}
