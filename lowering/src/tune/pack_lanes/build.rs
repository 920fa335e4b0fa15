//! One op on vectors for each group.
//!
//! 1. Walk the blocks. The first op of a group that comes is replaced by one on vectors of its operands: those of other
//!    groups, or vectors made there. Who uses an element takes it out.
//! 2. A branch with groups among its results yields vectors, and a loop carries them.
//! 3. Erase what was replaced, and elements that nothing takes.

use crate::tune::pack_lanes::groups::{BRANCH, Groups, LOOP, SELECT, is_splat};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::vector,
};
use std::collections::HashMap;

/// Replaces the ops of each group, which stand together in their block, by one. `body`: all that has groups.
pub(super) fn build(body: Block, groups: Groups) {
    let mut pack = Pack {
        groups,
        vectors: HashMap::new(),
        made: HashMap::new(),
        elements: HashMap::new(),
        old: vec![],
        arguments: vec![],
    };
    pack.block(body);
    pack.clean_up();
}

/// A result of a branch or a loop: the place of the old one, and the number, values and operands of a group that begins
/// there.
struct Outcome {
    place: usize,
    group: Option<(usize, Vec<Value>, Vec<Vec<Value>>)>,
}

impl Outcome {
    fn ty(&self, op: Op) -> Type {
        self.group.as_ref().map_or_else(|| op.result(self.place).ty(), |(_, lanes, _)| vector_type(lanes))
    }
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
    /// Bodies of loops, and how many of their arguments after the first were replaced.
    arguments: Vec<(Block, usize)>,
}

impl Pack {
    fn block(&mut self, block: Block) {
        for op in block.ops() {
            let grouped = op.results().into_iter().any(|value| self.groups.of(value).is_some());
            if grouped && op.name() == LOOP {
                self.carry(op);
                continue;
            }
            op.regions().into_iter().flat_map(Region::blocks).for_each(|inner| self.block(inner));
            if grouped && op.name() == BRANCH {
                self.branch(op);
            } else if grouped
                && let Some((number, group)) = self.groups.of(op.result(0))
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
        let results = self.results(op);
        for side in 0..op.region_count() {
            self.end(op, side, &results, side);
        }
        self.rebuild(op, &results, &op.operands());
    }

    /// Lets a loop carry vectors.
    fn carry(&mut self, op: Op) {
        let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
        let results = self.results(op);
        let inside = Builder::at_start(body, op.location());
        let old = body.arguments();
        let mut operands = op.operands()[..3].to_vec();
        for result in &results {
            operands.push(match &result.group {
                Some((_, _, operands)) => self.vector(&builder, &operands[0]),
                None => op.operand(3 + result.place),
            });
            let argument = old[1 + result.place];
            let new = body.add_argument(result.ty(op), argument.location());
            match self.groups.of(argument) {
                Some((number, group)) => {
                    let lanes = group.lanes.clone();
                    self.replace(&inside, number, &lanes, new);
                }
                None => self.stand_for(argument, new),
            }
        }
        self.block(body);
        self.end(op, 0, &results, 1);
        self.arguments.push((body, old.len() - 1));
        self.rebuild(op, &results, &operands);
    }

    /// What a branch or a loop gives once groups are vectors.
    fn results(&self, op: Op) -> Vec<Outcome> {
        let mut results = vec![];
        for (place, result) in op.results().into_iter().enumerate() {
            let group = self.groups.of(result);
            if group.is_none_or(|(_, group)| group.lanes[0] == result) {
                let group = group.map(|(number, group)| (number, group.lanes.clone(), group.operands.clone()));
                results.push(Outcome { place, group });
            }
        }
        results
    }

    /// Lets the end of a region yield vectors: of each group, one of the lists that it comes from.
    fn end(&mut self, op: Op, region: usize, results: &[Outcome], list: usize) {
        let Some(end) = op.body(region).and_then(Block::terminator) else { return };
        let Some(builder) = Builder::before(end) else { return };
        let values: Vec<_> = results
            .iter()
            .map(|result| match &result.group {
                Some((_, _, operands)) => self.vector(&builder, &operands[list]),
                None => end.operand(result.place),
            })
            .collect();
        end.set_operands(&values);
    }

    /// Puts an op with the same regions, but other operands and results in the place of one.
    fn rebuild(&mut self, op: Op, results: &[Outcome], operands: &[Value]) {
        let Some(builder) = Builder::before(op) else { return };
        let mut regions = vec![];
        for region in op.regions() {
            let moved = Region::new();
            moved.take_body(region);
            regions.push(moved);
        }
        let types: Vec<Type> = results.iter().map(|result| result.ty(op)).collect();
        let new = builder.create(op.name(), operands, &types, &op.attributes(), &regions);
        for (result, value) in results.iter().zip(new.results()) {
            match &result.group {
                Some((number, lanes, _)) => self.replace(&builder, *number, lanes, value),
                None => self.stand_for(op.result(result.place), value),
            }
        }
        self.old.push(op);
    }

    fn stand_for(&mut self, value: Value, new: Value) {
        value.replace_all_uses_with(new);
        self.elements.insert(value, new);
    }

    /// Lets the elements of a vector stand for values.
    fn replace(&mut self, builder: &Builder, number: usize, lanes: &[Value], vector: Value) {
        for (place, value) in (0..).zip(lanes) {
            let position = Attribute::dense_i64(builder.context(), &[place]);
            let element =
                builder.create(vector::Extract::NAME, &[vector], &[value.ty()], &[("static_position", position)], &[]);
            self.stand_for(*value, element.result(0));
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
            true => builder.op(vector::Broadcast::NAME, &values[..1], ty),
            false => builder.op(vector::FromElements::NAME, &values, ty),
        };
        self.made.insert(key, vector);
        vector
    }

    fn clean_up(self) {
        // What uses a value stands after it.
        self.old.into_iter().rev().for_each(Op::erase);
        for (body, count) in self.arguments {
            (1..=count).rev().for_each(|argument| body.erase_argument(argument));
        }
        for element in self.elements.into_values().filter(|element| element.is_unused()) {
            element.defining_op().filter(|op| op.is::<vector::Extract>()).into_iter().for_each(Op::erase);
        }
    }
}

fn vector_type(lanes: &[Value]) -> Type {
    let element = lanes[0].ty();
    Type::parse(element.context(), &format!("vector<{}x{element}>", lanes.len())).unwrap_or(element)
}
