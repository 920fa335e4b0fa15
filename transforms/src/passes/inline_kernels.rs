//! Brings kernels to the one form that the engines take: `gpu.launch` with a body, run at once.
//!
//! 1. `gpu.launch_func` becomes `gpu.launch` with the body of its kernel; functions that the body calls are copied to
//!    the module around.
//! 2. Asynchronous ops become synchronous: the order of the program is one that their tokens allow.
//! 3. Calls that stand in the block of a launch get a region around them: into the block itself, nothing is inlined.
//! 4. `memref.generic_atomic_rmw` that only adds becomes `memref.atomic_rmw`.

use super::normal_form::{OUTSIDE, has_derivative};
use autodiff_dialect::{
    bridge::Pass,
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, func, gpu, memref, scf},
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-inline-kernels",
    c"Turn launches of kernels, by name or asynchronous, into synchronous launches with a body",
    &[],
    |_, module| {
        let mut result = Ok(());
        let mut moved = FxHashMap::default();
        for op in named(module, gpu::LaunchFunc::NAME) {
            if let Err(error) = inline(op, module, &mut moved) {
                error.emit();
                result = Err(());
            }
        }
        result?;
        module.walk().into_iter().rev().filter(|op| is_asynchronous(*op)).for_each(synchronise);
        for token in named(module, gpu::Wait::NAME).into_iter().rev() {
            if token.results().into_iter().all(Value::is_unused) {
                token.erase();
            }
        }
        named(module, func::Call::NAME).into_iter().for_each(enclose);
        named(module, memref::GenericAtomicRmw::NAME).into_iter().for_each(simplify_atomic);
        Ok(())
    },
);

fn named(module: Op, name: &str) -> Vec<Op> {
    module.walk().into_iter().filter(|op| op.name() == name).collect()
}

/// The arguments of the block of a launch that say where a thread is: ids of block and thread, and the dims of both.
pub(super) const PLACE: usize = 12;

/// The functions of kernels' modules that were copied to the module around, by the original.
type Moved = FxHashMap<Op, String>;

/// Puts the body of the kernel where it is launched.
fn inline(op: Op, module: Op, moved: &mut Moved) -> Result<(), Diagnostic> {
    let name = op.attribute("kernel").map(|name| name.to_string()).unwrap_or_default();
    let fail = |message: &str| Diagnostic::error(op.location(), format!("launch of '{name}', {message}"));
    let kernel = op.attribute("kernel").and_then(|name| op.lookup_symbol(name));
    let kernel = kernel
        .filter(|kernel| kernel.is::<gpu::Func>() && kernel.region(0).first_block().is_some())
        .ok_or_else(|| fail("which is no 'gpu.func' with a body: it cannot be differentiated"))?;
    let sizes =
        segments(op).filter(|sizes| sizes.len() == 13).ok_or_else(|| fail("whose operands have no segments"))?;
    let operands = op.operands();
    let mut starts = vec![0];
    for size in &sizes {
        starts.push(starts.last().copied().unwrap_or(0) + *size as usize);
    }
    if sizes[12] != 0 {
        return Err(fail("on a stream of its own: it cannot be differentiated"));
    }
    let builder = Builder::before(op).ok_or_else(|| fail("which is in no block"))?;
    let index = Type::index(op.context());
    let mut new: Vec<_> = operands[..starts[1]].to_vec();
    for operand in &operands[starts[1]..starts[10]] {
        new.push(match operand.ty() == index {
            true => *operand,
            false => builder.op(arith::IndexCast::NAME, &[*operand], index),
        });
    }
    new.extend(&operands[starts[10]..starts[11]]);
    let arguments = &operands[starts[11]..starts[12]];
    let body = kernel.duplicate();
    for inner in body.walk() {
        if inner.is::<gpu::Return>()
            && let Some(end) = Builder::before(inner)
        {
            end.effect(gpu::Terminator::NAME, &[]);
            inner.erase();
        }
    }
    let region = Region::new();
    region.take_body(body.region(0));
    body.erase();
    let Some(block) = region.first_block().filter(|block| block.argument_count() >= arguments.len()) else {
        return Err(fail("which takes more arguments"));
    };
    for (number, argument) in arguments.iter().enumerate().rev() {
        block.argument(number).replace_all_uses_with(*argument);
        block.erase_argument(number);
    }
    let clusters = sizes[7] != 0;
    for number in 0..if clusters { PLACE + 6 } else { PLACE } {
        block.insert_argument(number, index, op.location());
    }
    let workgroup = kernel.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0);
    let attributes = [
        ("operandSegmentSizes", Attribute::dense_i32(op.context(), &sizes[..11])),
        ("workgroup_attributions", Attribute::integer(Type::integer(op.context(), 64), workgroup)),
    ];
    let results: Vec<_> = op.results().into_iter().map(Value::ty).collect();
    let launch = builder.create(gpu::Launch::NAME, &new, &results, &attributes, &[region]);
    for (old, new) in op.results().into_iter().zip(launch.results()) {
        old.replace_all_uses_with(new);
    }
    op.erase();
    bring_symbols(launch, kernel, module, moved);
    Ok(())
}

/// Copies what a body refers to in the module of its kernel to the module around, and what that refers to in turn.
fn bring_symbols(body: Op, kernel: Op, module: Op, moved: &mut Moved) {
    let mut pending = vec![(body, kernel)];
    while let Some((user, origin)) = pending.pop() {
        for inner in user.walk().into_iter().filter(|inner| *inner != user) {
            for (attribute, value) in inner.attributes() {
                let Some(name) = value.as_symbol() else { continue };
                let target = origin.parent().filter(|parent| parent.is::<gpu::Module>()).and_then(|parent| {
                    let ops = parent.body(0).map(Block::ops).unwrap_or_default();
                    ops.into_iter().find(|op| op.symbol_name().as_deref() == Some(&name))
                });
                let Some(target) = target else { continue };
                let new = match moved.get(&target) {
                    Some(new) => new.clone(),
                    None => {
                        let outside = target.attribute(OUTSIDE).and_then(Attribute::as_string);
                        let new = outside.unwrap_or_else(|| free_name(module, &name));
                        let Some(block) = module.body(0) else { continue };
                        let copy = Builder::at_end(block, target.location()).insert(target.duplicate());
                        copy.remove_attribute(OUTSIDE);
                        copy.set_attribute("sym_name", Attribute::string(module.context(), &new));
                        copy.set_attribute("sym_visibility", Attribute::string(module.context(), "private"));
                        if !has_derivative(copy) {
                            // A call of what is not inlined would need memory of the host.
                            copy.remove_attribute("no_inline");
                        }
                        moved.insert(target, new.clone());
                        pending.push((copy, target));
                        new
                    }
                };
                inner.set_attribute(attribute, Attribute::symbol(module.context(), &new));
            }
        }
    }
}

/// A name that no symbol of the module has.
fn free_name(module: Op, wanted: &str) -> String {
    let ops = module.body(0).map(Block::ops).unwrap_or_default();
    let taken: FxHashSet<_> = ops.into_iter().filter_map(|op| op.symbol_name()).collect();
    let mut name = wanted.to_owned();
    let mut number = 0;
    while taken.contains(&name) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}

pub(super) fn segments(op: Op) -> Option<Vec<i32>> {
    op.attribute("operandSegmentSizes").and_then(Attribute::as_dense_i32)
}

fn is_token(value: &Value) -> bool {
    value.ty().to_string() == "!gpu.async.token"
}

fn is_asynchronous(op: Op) -> bool {
    op.name().starts_with("gpu.") && (op.results().iter().any(is_token) || op.operands().iter().any(is_token))
}

/// Replaces an op by the one that takes and gives no token. Who still wants its token, such as a loop that carries one,
/// gets one that waits for nothing.
fn synchronise(op: Op) {
    let Some(builder) = Builder::before(op) else { return };
    let operands: Vec<_> = op.operands().into_iter().filter(|operand| !is_token(operand)).collect();
    let results: Vec<_> = op.results().into_iter().filter(|result| !is_token(result)).map(Value::ty).collect();
    if !op.is::<gpu::Wait>() {
        let mut attributes = op.attributes();
        if let Some(mut sizes) = segments(op) {
            sizes[0] = 0;
            attributes.retain(|(name, _)| *name != "operandSegmentSizes");
            attributes.push(("operandSegmentSizes", Attribute::dense_i32(op.context(), &sizes)));
        }
        let regions: Vec<_> = op.regions().iter().map(|_| Region::new()).collect();
        let new = builder.create(op.name(), &operands, &results, &attributes, &regions);
        for (old, new) in op.regions().into_iter().zip(new.regions()) {
            new.take_body(old);
        }
        let values = op.results().into_iter().filter(|result| !is_token(result));
        for (old, new) in values.zip(new.results()) {
            old.replace_all_uses_with(new);
        }
    }
    if let Some(token) = op.results().into_iter().find(is_token) {
        let ready = builder.create(gpu::Wait::NAME, &[], &[token.ty()], &[], &[]);
        token.replace_all_uses_with(ready.result(0));
    }
    op.erase();
}

/// Puts a call in a region, where inlining is allowed. What is left of the region then disappears.
fn enclose(call: Op) {
    let Some(builder) = Builder::before(call) else { return };
    if call.parent().is_none_or(|parent| !parent.is::<gpu::Launch>()) {
        return;
    }
    let results: Vec<_> = call.results().into_iter().map(Value::ty).collect();
    let block = Block::new(&[]);
    let region = builder.create(scf::ExecuteRegion::NAME, &[], &results, &[], &[Region::with_block(block)]);
    for (old, new) in call.results().into_iter().zip(region.results()) {
        old.replace_all_uses_with(new);
    }
    let inner = Builder::at_end(block, call.location());
    call.detach();
    inner.insert(call);
    inner.effect(scf::Yield::NAME, &call.results());
}

/// An update that only adds something, which the body does not compute, is a plain atomic addition.
fn simplify_atomic(op: Op) {
    let (Some(builder), Some(body)) = (Builder::before(op), op.body(0)) else { return };
    let ops = body.ops();
    let [sum, end] = ops.as_slice() else { return };
    if !sum.is::<arith::Addf>() || end.operands() != sum.results() || !op.result(0).is_unused() {
        return;
    }
    let old = body.argument(0);
    let added = match [sum.operand(0), sum.operand(1)] {
        [one, other] if one == old && other != old => other,
        [other, one] if one == old && other != old => other,
        _ => return,
    };
    builder.atomic_rmw(memref::AtomicRMWKind::Addf, added, &op.operands());
    op.erase();
}
