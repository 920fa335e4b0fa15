//! One op on vectors for each group.
//!
//! 1. Walk the blocks. The first op of a group that comes is replaced by one on vectors of its operands: those of other
//!    groups, or vectors made there. Who uses an element takes it out.
//! 2. A branch with groups among its results yields vectors.
//! 3. Erase what was replaced, and elements that nobody takes.

use super::groups::{BRANCH, Group, Groups, SELECT, is_splat};
use autodiff_dialect::ir::{Attribute, Block, Builder, Op, Region, Type, Value};
use std::collections::HashMap;

/// Replaces the ops of each group, which stand together in their block, by one. `body`: all that has groups.
pub(super) fn build(body: Block, groups: Groups) {
    let mut pack =
        Pack { groups, vectors: HashMap::new(), made: HashMap::new(), elements: HashMap::new(), old: vec![] };
    pack.block(body);
    pack.clean_up();
}

struct Pack {
    groups: Groups,
    /// By the number of the group.
    vectors: HashMap<usize, Value>,
    /// Those that were made of single values, for the rest of a block.
    made: HashMap<(Block, Vec<Value>), Value>,
    /// What stands for a value that was replaced.
    elements: HashMap<Value, Value>,
    /// What was replaced.
    old: Vec<Op>,
}

impl Pack {
    fn block(&mut self, block: Block) {
        for op in block.ops() {
            op.regions().into_iter().flat_map(Region::blocks).for_each(|inner| self.block(inner));
            let grouped = |value: Value| self.groups.of(value).is_some();
            if op.name() == BRANCH && op.results().into_iter().any(grouped) {
                self.branch(op);
            } else if let Some((number, group)) = op.results().first().and_then(|value| self.groups.of(*value))
                && !self.vectors.contains_key(&number)
            {
                let (lanes, operands) = (group.lanes.clone(), group.operands.clone());
                self.ops(op, number, &lanes, &operands);
            }
        }
    }

    fn ops(&mut self, first: Op, number: usize, lanes: &[Value], operands: &[Vec<Value>]) {
        let Some(builder) = Builder::before(first) else { return };
        let condition = usize::from(first.name() == SELECT);
        let mut inputs: Vec<Value> = operands[..condition].iter().map(|same| self.element(same[0])).collect();
        for values in &operands[condition..] {
            inputs.push(self.vector(&builder, values));
        }
        let ty = vector_type(lanes);
        let new = builder.create(first.name(), &inputs, &[ty], &first.attributes(), &[]);
        self.old.extend(lanes.iter().filter_map(|value| value.defining_op()));
        self.replace(&builder, number, lanes, new.result(0));
    }

    /// Lets a branch yield vectors.
    fn branch(&mut self, op: Op) {
        let Some(builder) = Builder::before(op) else { return };
        // What it yields now: groups, and single results.
        let mut results: Vec<(usize, Option<usize>)> = vec![];
        for (place, result) in op.results().into_iter().enumerate() {
            let group = self.groups.of(result);
            if group.is_none_or(|(_, group)| group.lanes[0] == result) {
                results.push((place, group.map(|(number, _)| number)));
            }
        }
        let lists: HashMap<usize, (Vec<Value>, Vec<Vec<Value>>)> = results
            .iter()
            .filter_map(|(place, number)| Some(((*number)?, self.groups.of(op.result(*place))?.1)))
            .map(|(number, group): (usize, &Group)| (number, (group.lanes.clone(), group.operands.clone())))
            .collect();
        let mut regions = vec![];
        for side in 0..op.region_count() {
            if let Some(end) = op.body(side).and_then(Block::terminator)
                && let Some(builder) = Builder::before(end)
            {
                let yielded = end.operands();
                let values: Vec<_> = results
                    .iter()
                    .map(|(place, number)| match number.and_then(|number| lists.get(&number)) {
                        Some((_, operands)) => self.vector(&builder, &operands[side]),
                        None => yielded[*place],
                    })
                    .collect();
                end.set_operands(&values);
            }
            let region = Region::new();
            region.take_body(op.region(side));
            regions.push(region);
        }
        let ty = |(place, number): &(usize, Option<usize>)| match number.and_then(|number| lists.get(&number)) {
            Some((lanes, _)) => vector_type(lanes),
            None => op.result(*place).ty(),
        };
        let types: Vec<Type> = results.iter().map(ty).collect();
        let new = builder.create(BRANCH, &op.operands(), &types, &op.attributes(), &regions);
        for ((place, number), value) in results.into_iter().zip(new.results()) {
            match number.and_then(|number| Some((number, lists.get(&number)?))) {
                Some((number, (lanes, _))) => self.replace(&builder, number, lanes, value),
                None => {
                    op.result(place).replace_all_uses_with(value);
                    self.elements.insert(op.result(place), value);
                }
            }
        }
        self.old.push(op);
    }

    /// Lets the elements of a vector stand for values.
    fn replace(&mut self, builder: &Builder, number: usize, lanes: &[Value], vector: Value) {
        for (place, value) in (0..).zip(lanes) {
            let position = Attribute::dense_i64(builder.context(), &[place]);
            let element =
                builder.create("vector.extract", &[vector], &[value.ty()], &[("static_position", position)], &[]);
            value.replace_all_uses_with(element.result(0));
            self.elements.insert(*value, element.result(0));
        }
        self.vectors.insert(number, vector);
    }

    fn element(&self, value: Value) -> Value {
        self.elements.get(&value).copied().unwrap_or(value)
    }

    /// A vector of some values.
    fn vector(&mut self, builder: &Builder, lanes: &[Value]) -> Value {
        if let Some(vector) = self.groups.find(lanes).and_then(|number| self.vectors.get(&number)) {
            return *vector;
        }
        let key = (builder.block(), lanes.to_vec());
        if let Some(vector) = self.made.get(&key) {
            return *vector;
        }
        let (ty, values): (_, Vec<_>) = (vector_type(lanes), lanes.iter().map(|value| self.element(*value)).collect());
        let vector = match is_splat(lanes) {
            true => builder.op("vector.broadcast", &values[..1], ty),
            false => builder.op("vector.from_elements", &values, ty),
        };
        self.made.insert(key, vector);
        vector
    }

    fn clean_up(self) {
        // What uses a value stands behind it.
        self.old.into_iter().rev().for_each(Op::erase);
        for element in self.elements.into_values().filter(|element| element.is_unused()) {
            element.defining_op().filter(|op| op.name() == "vector.extract").into_iter().for_each(Op::erase);
        }
    }
}

fn vector_type(lanes: &[Value]) -> Type {
    let element = lanes[0].ty();
    Type::parse(element.context(), &format!("vector<{}x{element}>", lanes.len())).unwrap_or(element)
}
