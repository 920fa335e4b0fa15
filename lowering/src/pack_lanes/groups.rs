//! Which ops are the same in all directions.
//!
//! 1. From what a derivative returns, follow the operands backwards, as long as they come from the same op in each
//!    direction, or from one `scf.if`.
//! 2. Drop groups that cost more than they save: elements that have to be brought together first, or taken apart after.
//! 3. Drop all, if they do so together.

use autodiff_dialect::ir::{Block, Op, Type, Value};
use std::collections::{HashMap, HashSet};

/// Ops on numbers that are as fast on a vector, and how many simple ones each is worth.
const COSTS: [(&str, i64); 6] =
    [("arith.addf", 1), ("arith.divf", 4), ("arith.mulf", 1), ("arith.negf", 1), (SELECT, 1), ("arith.subf", 1)];
pub(super) const SELECT: &str = "arith.select";
const COMMUTATIVE: [&str; 2] = ["arith.addf", "arith.mulf"];
pub(super) const BRANCH: &str = "scf.if";

/// The size of a number that vectors may have, or of more than any vector has.
pub(super) fn bits(ty: Type) -> usize {
    match ty.bit_width() {
        Some(32) if ty.is_float() => 32,
        Some(64) if ty.is_float() => 64,
        _ => usize::MAX / 1024,
    }
}

/// One value in several directions.
pub(super) struct Group {
    /// Results of the same op in each direction, or results of one `scf.if` that follow each other.
    pub lanes: Vec<Value>,
    /// The operands of the ops, or what the sides of the branch yield, each in all directions.
    pub operands: Vec<Vec<Value>>,
    /// How many simple ops one of the ops is worth; nothing for a branch.
    cost: i64,
}

impl Group {
    /// The ops, or the branch.
    pub fn ops(&self) -> Vec<Op> {
        let mut ops: Vec<Op> = self.lanes.iter().filter_map(|value| value.defining_op()).collect();
        ops.dedup();
        ops
    }

    pub fn is_branch(&self) -> bool {
        self.cost == 0
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
            if let Some(group) = groups.group(lanes, blocks) {
                groups.numbers.extend(group.lanes.iter().map(|value| (*value, groups.list.len())));
                pending.extend(group.operands.iter().rev().cloned());
                groups.list.push(Some(group));
            }
        }
        groups
    }

    fn group(&self, lanes: Vec<Value>, blocks: &HashSet<Block>) -> Option<Group> {
        let ops: Option<Vec<Op>> = lanes.iter().map(|value| value.defining_op()).collect();
        let ops = ops?;
        let first = *ops.first()?;
        if bits(lanes[0].ty()) > 64 || lanes.iter().any(|value| value.ty() != lanes[0].ty()) {
            return None;
        }
        if ops.iter().all(|op| *op == first) {
            let start = lanes[0].result_number()?;
            let follow = (start..).zip(&lanes).all(|(number, value)| value.result_number() == Some(number));
            let yields = |side: usize| first.body(side)?.terminator().map(Op::operands);
            let side = |side: usize| yields(side)?.get(start..start + lanes.len()).map(<[Value]>::to_vec);
            return match first.name() == BRANCH && follow {
                true => Some(Group { operands: vec![side(0)?, side(1)?], lanes, cost: 0 }),
                false => None,
            };
        }
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
        Some(Group { lanes, operands, cost })
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

    pub fn drop(&mut self, numbers: &[usize]) {
        for number in numbers {
            for value in self.list[*number].take().into_iter().flat_map(|group| group.lanes) {
                self.numbers.remove(&value);
            }
        }
    }

    /// Leaves the groups that save more than they cost.
    pub fn keep_what_pays(&mut self) {
        loop {
            let inside = self.uses_inside();
            let losing: Vec<_> =
                self.iter().filter(|(_, group)| self.loses(group, &inside)).map(|(number, _)| number).collect();
            if losing.is_empty() {
                break;
            }
            // Without one, the others save less, never more.
            self.drop(&losing);
        }
        if self.saved() <= 0 {
            *self = Self::default();
        }
    }

    /// How often groups use each value.
    fn uses_inside(&self) -> HashMap<Value, usize> {
        let mut uses = HashMap::new();
        for lanes in self.iter().flat_map(|(_, group)| &group.operands).filter(|lanes| self.find(lanes).is_some()) {
            lanes.iter().for_each(|value| *uses.entry(*value).or_default() += 1);
        }
        uses
    }

    fn loses(&self, group: &Group, inside: &HashMap<Value, usize>) -> bool {
        let gathered = group.operands.iter().filter(|lanes| self.is_gathered(lanes)).count();
        match group.is_branch() {
            true => gathered == group.operands.len(),
            false => group.cost < gathered as i64 + i64::from(is_taken_apart(group, inside)),
        }
    }

    /// Whether values have to be brought together, element by element.
    fn is_gathered(&self, lanes: &[Value]) -> bool {
        let constant = |value: &Value| value.defining_op().is_some_and(Op::is_constant);
        !is_splat(lanes) && self.find(lanes).is_none() && !lanes.iter().all(constant)
    }

    /// What all groups together save, in simple ops.
    fn saved(&self) -> i64 {
        let inside = self.uses_inside();
        let (mut saved, mut made) = (0, HashSet::new());
        for (_, group) in self.iter() {
            let more = group.lanes.len() as i64 - 1;
            saved += (group.cost - i64::from(is_taken_apart(group, &inside))) * more;
            for lanes in group.operands.iter().filter(|lanes| lanes[0].ty().is_float()) {
                let cost = if self.is_gathered(lanes) { more } else { i64::from(is_splat(lanes)) };
                if cost > 0 && made.insert(lanes) {
                    saved -= cost;
                }
            }
        }
        saved
    }
}

/// Whether a group's values are wanted one by one, too.
fn is_taken_apart(group: &Group, inside: &HashMap<Value, usize>) -> bool {
    group.lanes.iter().any(|value| value.uses().len() > inside.get(value).copied().unwrap_or(0))
}

/// Whether all values are one.
pub(super) fn is_splat(lanes: &[Value]) -> bool {
    lanes.iter().all(|value| *value == lanes[0])
}
