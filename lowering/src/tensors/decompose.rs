//! Replaces ops on tensors that bufferization, or the lowering of `linalg` to loops after it, does not take.
//!
//! 1. `linalg.softmax` of buffers becomes one of tensors.
//! 2. Ops that upstream can take apart are taken apart.
//! 3. `tensor.gather` becomes `tensor.generate`, `tensor.scatter` a loop nest of insertions; bit casts and
//!    `autodiff.stop_gradient` work element by element.

use super::{as_tensor, tensor_extent};
use autodiff_dialect::{
    bridge::{self, Pass},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, autodiff, bufferization, linalg, tensor},
};
use autodiff_transforms::emit;

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-decompose-tensors",
    c"Replace tensor and linalg ops that bufferization or the lowering to loops does not take",
    &[],
    |_, module| {
        let mut result = Ok(());
        for op in module.walk() {
            result = result.and(decompose(op));
        }
        result
    },
);

fn decompose(op: Op) -> Result<(), ()> {
    let Some(builder) = Builder::before(op) else { return Ok(()) };
    // Upstream's decomposition asks for the least number of the type.
    let element = op.cast::<linalg::Softmax>().map(|softmax| softmax.input().ty().element());
    if let Some(element) = element.filter(|element| !element.is_float()) {
        let message = format!("'{}' op is defined for floats, not for '{element}'", op.name());
        Diagnostic::error(op.location(), message).emit();
        return Err(());
    }
    let is_on_buffers = op.is::<linalg::Softmax>() && op.operands().into_iter().all(|operand| operand.ty().is_memref());
    let op = if is_on_buffers { on_tensors(op, &builder) } else { op };
    match op.name() {
        tensor::Gather::NAME => op.cast().into_iter().for_each(|op| gather(op, &builder)),
        tensor::Scatter::NAME => op.cast().into_iter().for_each(|op| scatter(op, &builder)),
        tensor::Bitcast::NAME => elementwise(op, &builder, arith::Bitcast::NAME),
        autodiff::StopGradient::NAME if op.result(0).ty().is_tensor() => elementwise(op, &builder, op.name()),
        _ => {
            let name = op.name();
            return match bridge::decompose(op) {
                Some(Err(())) => {
                    let message = format!(
                        "'{name}' op cannot be decomposed with these operands, so it cannot be lowered to loops; write it \
                         with ops of the 'tensor' dialect and 'linalg.generic'"
                    );
                    Diagnostic::error(op.location(), message).emit();
                    Err(())
                }
                _ => Ok(()),
            };
        }
    }
    Ok(())
}

/// A softmax of buffers as one of tensors, whose result is copied to the buffer that was written. The input is copied,
/// because tensors must not share memory with what is written.
fn on_tensors(op: Op, builder: &Builder) -> Op {
    let destination = op.operand(1);
    let tensors: Vec<_> = op
        .operands()
        .into_iter()
        .map(|buffer| {
            let copy = emit::snapshot(builder, buffer);
            as_tensor(builder, copy, Type::tensor(buffer.ty().element(), &buffer.ty().shape()), false)
        })
        .collect();
    let softmax = builder.create(op.name(), &tensors, &[tensors[1].ty()], &op.attributes(), &[]);
    let unit = Attribute::unit(builder.context());
    let marks = [("restrict", unit), ("writable", unit)];
    let operands = [softmax.result(0), destination];
    builder.create(bufferization::MaterializeInDestination::NAME, &operands, &[], &marks, &[]);
    op.erase();
    softmax
}

/// `result[b.., s..] = source[coordinates of b and s]`, where the coordinates in the gathered dimensions are
/// `indices[b.., :]`, and the others are those of the result.
fn gather(gather: tensor::Gather, builder: &Builder) {
    let (op, source, indices, result) = (gather.op(), gather.source(), gather.indices(), gather.result().ty());
    let layout = Slices::new(op, source.ty(), indices.ty(), result, "gather_dims");
    let mut open = vec![];
    for (dimension, size) in result.shape().into_iter().enumerate() {
        if size == Type::DYNAMIC {
            open.push(match dimension.checked_sub(layout.batch) {
                None => tensor_extent(builder, indices, dimension),
                Some(suffix) => tensor_extent(builder, source, layout.kept[suffix]),
            });
        }
    }
    let index = Type::index(builder.context());
    let block = Block::new(&vec![(index, builder.location()); result.shape().len()]);
    let inner = Builder::at_end(block, builder.location());
    let coordinates = layout.coordinates(&inner, indices, &block.arguments());
    let element = inner.op(tensor::Extract::NAME, &[&[source], &coordinates[..]].concat(), result.element());
    inner.effect(tensor::Yield::NAME, &[element]);
    let generated = builder.create(tensor::Generate::NAME, &open, &[result], &[], &[Region::with_block(block)]);
    op.result(0).replace_all_uses_with(generated.result(0));
    op.erase();
}

/// The loop nest over the elements of the source that inserts each into the destination.
fn scatter(scatter: tensor::Scatter, builder: &Builder) {
    let (op, source, destination, indices) = (scatter.op(), scatter.source(), scatter.dest(), scatter.indices());
    let layout = Slices::new(op, destination.ty(), indices.ty(), source.ty(), "scatter_dims");
    let extents: Vec<_> =
        (0..source.ty().shape().len()).map(|dimension| tensor_extent(builder, source, dimension)).collect();
    let mut inductions = vec![];
    let filled = nest(builder, &extents, destination, &mut inductions, &|inner, position, filled| {
        let coordinates = layout.coordinates(inner, indices, position);
        let element = inner.op(tensor::Extract::NAME, &[&[source], position].concat(), source.ty().element());
        inner.op(tensor::Insert::NAME, &[&[element, filled], &coordinates[..]].concat(), filled.ty())
    });
    op.result(0).replace_all_uses_with(filled);
    op.erase();
}

/// Loops over all extents that carry a tensor.
fn nest(
    builder: &Builder,
    extents: &[Value],
    carried: Value,
    inductions: &mut Vec<Value>,
    body: &dyn Fn(&Builder, &[Value], Value) -> Value,
) -> Value {
    let Some((extent, rest)) = extents.split_first() else { return body(builder, inductions, carried) };
    let results = emit::counted(builder, *extent, &[carried], |inner, induction, carried| {
        inductions.push(induction);
        let result = nest(inner, rest, carried[0], inductions, body);
        inductions.pop();
        vec![result]
    });
    results[0]
}

/// How `tensor.gather` and `tensor.scatter` pair the elements of a tensor with those of its slices.
struct Slices {
    /// The leading dimensions of the slices: those of the indices, without the last.
    batch: usize,
    /// The dimensions of the tensor that the indices give, in the order of their coordinates.
    indexed: Vec<usize>,
    /// The dimension of the tensor after each trailing dimension of the slices.
    kept: Vec<usize>,
    rank: usize,
}

impl Slices {
    fn new(op: Op, whole: Type, indices: Type, slices: Type, attribute: &str) -> Self {
        let indexed: Vec<_> = op
            .attribute(attribute)
            .and_then(Attribute::as_dense_i64)
            .unwrap_or_default()
            .into_iter()
            .map(|dimension| dimension as usize)
            .collect();
        let rank = whole.shape().len();
        let batch = indices.shape().len() - 1;
        // Indexed dimensions are left out of the slices, or have the size one there.
        let keeps_rank = slices.shape().len() == batch + rank;
        let kept = (0..rank).filter(|dimension| keeps_rank || !indexed.contains(dimension)).collect();
        Self { batch, indexed, kept, rank }
    }

    /// The place in the tensor of an element of the slices.
    fn coordinates(&self, builder: &Builder, indices: Value, position: &[Value]) -> Vec<Value> {
        let (batch, suffix) = position.split_at(self.batch);
        let index = Type::index(builder.context());
        (0..self.rank)
            .map(|dimension| match self.indexed.iter().position(|other| *other == dimension) {
                Some(number) => {
                    let number = builder.index(number as i64);
                    let place = [&[indices], batch, &[number]].concat();
                    let coordinate = builder.op(tensor::Extract::NAME, &place, indices.ty().element());
                    if coordinate.ty().is_index() {
                        coordinate
                    } else {
                        builder.op(arith::IndexCast::NAME, &[coordinate], index)
                    }
                }
                None => {
                    let place = self.kept.iter().position(|kept| *kept == dimension);
                    place.map_or_else(|| builder.index(0), |place| suffix[place])
                }
            })
            .collect()
    }
}

/// `linalg.map`, by hand: an op on each element of a tensor.
fn elementwise(op: Op, builder: &Builder, name: &str) {
    let (operand, result) = (op.operand(0), op.result(0).ty());
    let index = Type::index(builder.context());
    let block = Block::new(&vec![(index, builder.location()); result.shape().len()]);
    let inner = Builder::at_end(block, builder.location());
    let place = [&[operand], &block.arguments()[..]].concat();
    let element = inner.op(tensor::Extract::NAME, &place, operand.ty().element());
    let changed = inner.op(name, &[element], result.element());
    inner.effect(tensor::Yield::NAME, &[changed]);
    let open: Vec<_> = result
        .shape()
        .into_iter()
        .enumerate()
        .filter(|(_, size)| *size == Type::DYNAMIC)
        .map(|(dimension, _)| tensor_extent(builder, operand, dimension))
        .collect();
    let generated = builder.create(tensor::Generate::NAME, &open, &[result], &[], &[Region::with_block(block)]);
    op.result(0).replace_all_uses_with(generated.result(0));
    op.erase();
}
