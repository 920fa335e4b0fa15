//! Mutations of IR: ops that go, come, move and take other operands, such that types and dominance still hold mostly.

use super::text::Dice;
use autodiff_dialect::ir::{Attribute, Block, Builder, Op, Region, Type, Value};

/// Changes a module in some way; `None` if that way has nothing to change. The outcome may be invalid. `other`: a module
/// to take ops from.
pub fn mutate(module: Op, other: Op, dice: &mut Dice) -> Option<()> {
    let ops = inner_ops(module);
    let op = *dice.pick(&ops)?;
    match dice.below(20) {
        0..=4 => operand(op, dice),
        5 | 6 => delete(op, dice),
        7 => duplicate(op, dice),
        8 => exchange(op, dice),
        9..=12 => wrap(op, dice),
        13 => call(op, module, dice),
        14 | 15 => splice(op, module, dice),
        16 | 17 => splice(op, other, dice),
        18 => attribute(op, &ops, dice),
        _ => unwrap_region(op),
    }
}

/// Ops in functions and kernels that are no terminators.
fn inner_ops(module: Op) -> Vec<Op> {
    module
        .walk()
        .into_iter()
        .filter(|op| op.block().is_some() && !op.is_terminator() && !op.is_function() && op.symbol_name().is_none())
        .filter(|op| {
            op.parent().is_some_and(|parent| parent.name() != "builtin.module" && parent.name() != "gpu.module")
        })
        .collect()
}

/// Values that may be used at an op.
fn available(op: Op) -> Vec<Value> {
    let mut values = vec![];
    let mut next = Some(op);
    while let Some(inner) = next {
        let Some(block) = inner.block() else { break };
        values.extend(block.ops().into_iter().take_while(|before| *before != inner).flat_map(Op::results));
        values.extend(block.arguments());
        let entry = block.region().first_block();
        if let Some(entry) = entry.filter(|entry| *entry != block) {
            values.extend(entry.arguments());
            values.extend(entry.ops().into_iter().flat_map(Op::results));
        }
        next = block.parent_op().filter(|parent| !parent.is_function() && parent.name() != "builtin.module");
    }
    values
}

fn of_type(values: &[Value], ty: Type, dice: &mut Dice) -> Option<Value> {
    let same: Vec<_> = values.iter().copied().filter(|value| value.ty() == ty).collect();
    dice.pick(&same).copied()
}

/// A value of a type: one that is there, or a constant.
fn some(values: &[Value], ty: Type, builder: &Builder, dice: &mut Dice) -> Option<Value> {
    if let Some(value) = of_type(values, ty, dice) {
        return Some(value);
    }
    if ty.is_index() || ty.is_integer() {
        return Some(builder.constant(ty, Attribute::integer(ty, dice.below(2) as i64)));
    }
    if ty.is_float() {
        return builder.number(ty, [0.0, 0.5, 1.0, -2.0][dice.below(4)]);
    }
    None
}

fn operand(op: Op, dice: &mut Dice) -> Option<()> {
    let at = dice.below(op.operand_count());
    if op.operand_count() == 0 {
        return None;
    }
    let (old, values) = (op.operand(at), available(op));
    let new = of_type(&values, old.ty(), dice).filter(|new| *new != old)?;
    op.set_operand(at, new);
    Some(())
}

fn delete(op: Op, dice: &mut Dice) -> Option<()> {
    let values = available(op);
    let builder = Builder::before(op)?;
    for result in op.results() {
        if !result.is_unused() {
            result.replace_all_uses_with(some(&values, result.ty(), &builder, dice)?);
        }
    }
    op.erase();
    Some(())
}

fn duplicate(op: Op, dice: &mut Dice) -> Option<()> {
    let copy = Builder::after(op)?.insert(op.duplicate());
    for (old, new) in op.results().into_iter().zip(copy.results()) {
        for (user, at) in old.uses() {
            if user.block() == op.block() && user != copy && copy.is_before(user) && dice.one_in(2) {
                user.set_operand(at, new);
            }
        }
    }
    Some(())
}

fn exchange(op: Op, dice: &mut Dice) -> Option<()> {
    let others: Vec<_> = op.block()?.ops().into_iter().filter(|other| *other != op && !other.is_terminator()).collect();
    let other = *dice.pick(&others)?;
    if dice.one_in(2) {
        op.move_before(other)
    } else {
        op.move_after(other)
    }
    Some(())
}

/// Replaces an op with one region of one block without arguments by its content.
fn unwrap_region(op: Op) -> Option<()> {
    let body = op.body(0).filter(|body| body.argument_count() == 0)?;
    let terminator = body.terminator()?;
    let yielded = terminator.operands();
    for inner in body.ops() {
        if inner != terminator {
            inner.move_before(op);
        }
    }
    for (result, value) in op.results().into_iter().zip(&yielded) {
        if result.ty() != value.ty() {
            return None;
        }
        result.replace_all_uses_with(*value);
    }
    op.erase();
    Some(())
}

/// What values from outside an op and its regions use.
fn captured(op: Op) -> Vec<Value> {
    let mut values: Vec<Value> = vec![];
    for inner in op.walk() {
        for value in inner.operands() {
            if !op.encloses_value(value) && !values.contains(&value) {
                values.push(value);
            }
        }
    }
    values
}

/// A copy of an op from elsewhere, with values of the same types that are there.
fn splice(before: Op, from: Op, dice: &mut Dice) -> Option<()> {
    let ops: Vec<_> = inner_ops(from).into_iter().filter(|op| op.walk().len() < 30).collect();
    let source = *dice.pick(&ops)?;
    let values = available(before);
    let builder = Builder::before(before)?;
    let map: Option<Vec<_>> = captured(source)
        .into_iter()
        .map(|value| some(&values, value.ty(), &builder, dice).map(|new| (value, new)))
        .collect();
    let map = map?;
    let copy = builder.insert(source.duplicate());
    for inner in copy.walk() {
        for at in 0..inner.operand_count() {
            let old = inner.operand(at);
            if let Some((_, new)) = map.iter().find(|(value, _)| *value == old) {
                inner.set_operand(at, *new);
            }
        }
    }
    use_results(copy, dice);
    Some(())
}

/// Uses the results of a new op in the place of other values of the same types.
fn use_results(op: Op, dice: &mut Dice) {
    let Some(block) = op.block() else { return };
    let later: Vec<_> =
        block.ops().into_iter().skip_while(|other| *other != op).skip(1).flat_map(|op| op.walk()).collect();
    for result in op.results() {
        let places: Vec<_> = later
            .iter()
            .flat_map(|user| (0..user.operand_count()).map(move |at| (*user, at)))
            .filter(|(user, at)| user.operand(*at).ty() == result.ty())
            .collect();
        if let Some((user, at)) = dice.pick(&places) {
            user.set_operand(*at, result);
        }
    }
}

/// A call of one of the functions of the module.
fn call(before: Op, module: Op, dice: &mut Dice) -> Option<()> {
    let functions: Vec<_> = module.body(0)?.ops().into_iter().filter(|op| op.name() == "func.func").collect();
    let callee = *dice.pick(&functions)?;
    let (inputs, results) = callee.attribute("function_type")?.as_type()?.function_parts()?;
    let (values, builder) = (available(before), Builder::before(before)?);
    let operands: Option<Vec<_>> = inputs.into_iter().map(|ty| some(&values, ty, &builder, dice)).collect();
    let name = Attribute::symbol(module.context(), &callee.symbol_name()?);
    let op = builder.create("func.call", &operands?, &results, &[("callee", name)], &[]);
    use_results(op, dice);
    Some(())
}

fn attribute(op: Op, ops: &[Op], dice: &mut Dice) -> Option<()> {
    let context = op.context();
    match dice.below(4) {
        0 => {
            let name = ["autodiff.unknown", "test.mark", "autodiff.active", "llvm.noalias", "x"][dice.below(5)];
            op.set_attribute(name, Attribute::unit(context));
        }
        1 => {
            let attributes = op.attributes();
            let (name, _) = dice.pick(&attributes)?;
            op.remove_attribute(name);
        }
        2 => {
            let attributes = op.attributes();
            let (name, old) = dice.pick(&attributes)?;
            let value = old.as_integer()?;
            let ty = Type::integer(context, 64);
            let new =
                Attribute::parse(context, &old.to_string().replacen(&value.to_string(), &(value + 1).to_string(), 1));
            op.set_attribute(name, new.unwrap_or(Attribute::integer(ty, value ^ 1)));
        }
        _ => {
            let alike: Vec<_> = ops.iter().filter(|other| other.name() == op.name() && **other != op).collect();
            let other = dice.pick(&alike)?;
            for (name, value) in other.attributes() {
                op.set_attribute(name, value);
            }
        }
    }
    Some(())
}

/// Puts ops in a row into a region of control flow that yields what is used of them.
fn wrap(first: Op, dice: &mut Dice) -> Option<()> {
    let block = first.block()?;
    let count = 1 + dice.below(4);
    let ops: Vec<_> = block
        .ops()
        .into_iter()
        .skip_while(|op| *op != first)
        .take_while(|op| !op.is_terminator())
        .take(count)
        .collect();
    let inside = |user: Op| ops.iter().any(|op| op.encloses(user));
    let used: Vec<Value> = ops
        .iter()
        .flat_map(|op| op.results())
        .filter(|value| value.uses().into_iter().any(|(user, _)| !inside(user)))
        .collect();
    let types: Vec<Type> = used.iter().map(|value| value.ty()).collect();
    let (values, builder) = (available(first), Builder::before(first)?);
    let location = first.location();
    let index = Type::index(first.context());
    let kind = dice.below(9);
    // What the results are where the ops do not run.
    let others: Option<Vec<Value>> = types.iter().map(|ty| some(&values, *ty, &builder, dice)).collect();
    let needs_others = !matches!(kind, 0 | 1);
    if needs_others && others.is_none() {
        return None;
    }
    let others = others.unwrap_or_default();
    let bounds = [
        if dice.one_in(2) { builder.index(0) } else { some(&values, index, &builder, dice)? },
        if dice.one_in(2) { builder.index(1 + dice.below(3) as i64) } else { some(&values, index, &builder, dice)? },
        builder.index(1 + dice.below(2) as i64),
    ];
    let body = |arguments: &[Type]| Block::new(&arguments.iter().map(|ty| (*ty, location)).collect::<Vec<_>>());
    let yield_from = |block: Block, values: &[Value]| {
        Builder::at_end(block, location).effect("scf.yield", values);
    };
    // Where the ops go, and the op around them.
    let (inner, outer): (Block, Op) = match kind {
        0 => {
            let inner = body(&[]);
            (inner, builder.create("scf.execute_region", &[], &types, &[], &[Region::with_block(inner)]))
        }
        1 => {
            let inner = body(&[]);
            (inner, builder.create("memref.alloca_scope", &[], &types, &[], &[Region::with_block(inner)]))
        }
        2..=4 => {
            let condition =
                of_type(&values, Type::integer(first.context(), 1), dice).unwrap_or_else(|| builder.boolean(kind == 2));
            let (inner, otherwise) = (body(&[]), body(&[]));
            let swapped = kind == 4;
            let regions = if swapped { [otherwise, inner] } else { [inner, otherwise] };
            let outer = builder.create("scf.if", &[condition], &types, &[], &regions.map(Region::with_block));
            yield_from(otherwise, &others);
            (inner, outer)
        }
        5 | 6 => {
            let inner = body(&[&[index], types.as_slice()].concat());
            let operands = [&bounds[..], &others].concat();
            (inner, builder.create("scf.for", &operands, &types, &[], &[Region::with_block(inner)]))
        }
        7 if types.is_empty() => {
            let inner = body(&[index]);
            let segments = [("operandSegmentSizes", Attribute::dense_i32(first.context(), &[1, 1, 1, 0]))];
            (inner, builder.create("scf.parallel", &bounds, &[], &segments, &[Region::with_block(inner)]))
        }
        _ => {
            let carried = [&[index], types.as_slice()].concat();
            let (before, inner) = (body(&carried), body(&carried));
            let at = Builder::at_end(before, location);
            let predicate = Attribute::integer(Type::integer(first.context(), 64), 2);
            let condition = at
                .create(
                    "arith.cmpi",
                    &[before.argument(0), bounds[1]],
                    &[Type::integer(first.context(), 1)],
                    &[("predicate", predicate)],
                    &[],
                )
                .result(0);
            at.effect("scf.condition", &[&[condition], before.arguments().as_slice()].concat());
            let operands = [&bounds[..1], &others].concat();
            let outer = builder.create("scf.while", &operands, &carried, &[], &[before, inner].map(Region::with_block));
            (inner, outer)
        }
    };
    // The uses after the ops, before they move.
    let results = outer.results();
    let results = &results[results.len() - used.len()..];
    for (value, result) in used.iter().zip(results) {
        for (user, at) in value.uses() {
            if !inside(user) {
                user.set_operand(at, *result);
            }
        }
    }
    let end = Builder::at_end(inner, location);
    let terminator = match outer.name() {
        "scf.parallel" => end.create("scf.reduce", &[], &[], &[], &[]),
        "memref.alloca_scope" => end.effect("memref.alloca_scope.return", &used),
        "scf.while" => {
            let next = end.op("arith.addi", &[inner.argument(0), bounds[2]], index);
            end.effect("scf.yield", &[&[next], used.as_slice()].concat())
        }
        _ => end.effect("scf.yield", &used),
    };
    for op in ops {
        op.move_before(terminator);
    }
    // Carried values take part.
    let offset = usize::from(matches!(outer.name(), "scf.for" | "scf.while"));
    if offset == 1 {
        for (argument, value) in inner.arguments().into_iter().skip(1).zip(&others) {
            for (user, at) in value.uses() {
                if outer.encloses(user)
                    && user != outer
                    && inner.encloses(user)
                    && user.block() != outer.block()
                    && dice.one_in(2)
                {
                    user.set_operand(at, argument);
                }
            }
        }
    }
    Some(())
}
