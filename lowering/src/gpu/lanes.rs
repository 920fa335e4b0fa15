//! Code that exchanges values between the lanes of a subgroup.

use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Type, Value},
    views::{arith, gpu, vector},
};

/// The subgroups of a kernel, seen from one place in it.
pub(super) struct Lanes<'a> {
    pub builder: &'a Builder,
    /// Lanes of a subgroup.
    pub size: i64,
    /// Threads of a block, where that is known.
    pub block: Option<i64>,
}

/// The threads of a block of the kernel around an op, if they are known.
pub(super) fn block_size(op: Op) -> Option<i64> {
    let function = op.self_and_ancestors().find(|op| op.is::<gpu::Func>())?;
    function.attribute("known_block_size")?.as_dense_i32().map(|sizes| sizes.into_iter().map(i64::from).product())
}

impl<'a> Lanes<'a> {
    pub fn new(builder: &'a Builder, op: Op, size: i64) -> Self {
        Self { builder, size, block: block_size(op) }
    }

    fn coordinate(&self, name: &str, dimension: &str) -> Value {
        let context = self.builder.context();
        let dimension = Attribute::parse(context, &format!("#gpu<dim {dimension}>"));
        let attributes: Vec<_> = dimension.map(|dimension| ("dimension", dimension)).into_iter().collect();
        self.builder.create(name, &[], &[Type::index(context)], &attributes, &[]).result(0)
    }

    /// The number of the thread in its block; x runs fastest.
    pub fn thread(&self) -> Value {
        let b = self.builder;
        let [x, y, z] = ["x", "y", "z"].map(|dimension| self.coordinate(gpu::ThreadId::NAME, dimension));
        let [width, height] = ["x", "y"].map(|dimension| self.coordinate(gpu::BlockDim::NAME, dimension));
        let layer = b.same(arith::Muli::NAME, &[z, height]);
        let row = b.same(arith::Addi::NAME, &[y, layer]);
        let rows = b.same(arith::Muli::NAME, &[row, width]);
        b.same(arith::Addi::NAME, &[x, rows])
    }

    /// The threads of the block.
    pub fn threads(&self) -> Value {
        if let Some(block) = self.block {
            return self.builder.index(block);
        }
        let [x, y, z] = ["x", "y", "z"].map(|dimension| self.coordinate(gpu::BlockDim::NAME, dimension));
        let plane = self.builder.same(arith::Muli::NAME, &[x, y]);
        self.builder.same(arith::Muli::NAME, &[plane, z])
    }

    /// The number of the thread's subgroup.
    pub fn subgroup(&self) -> Value {
        let size = self.builder.index(self.size);
        self.builder.same(arith::Divui::NAME, &[self.thread(), size])
    }

    /// The number of subgroups of a block.
    pub fn subgroups(&self) -> Value {
        let size = self.builder.index(self.size);
        self.builder.same(arith::Ceildivui::NAME, &[self.threads(), size])
    }

    /// The number of the thread in its subgroup.
    pub fn lane(&self) -> Value {
        let size = self.builder.index(self.size);
        self.builder.same(arith::Remui::NAME, &[self.thread(), size])
    }

    /// Whether the last subgroup of a block is known to have all its lanes.
    pub fn is_full(&self) -> bool {
        self.block.is_some_and(|block| block % self.size == 0)
    }

    /// The lanes that the thread's subgroup has: fewer in the last one of a block that it does not divide.
    pub fn count(&self) -> Value {
        let size = self.builder.index(self.size);
        if self.is_full() {
            return size;
        }
        let before = self.builder.same(arith::Muli::NAME, &[self.subgroup(), size]);
        let rest = self.builder.same(arith::Subi::NAME, &[self.threads(), before]);
        self.builder.same(arith::Minui::NAME, &[rest, size])
    }

    fn i32(&self) -> Type {
        Type::integer(self.builder.context(), 32)
    }

    /// Narrows an index.
    pub fn narrow(&self, index: Value) -> Value {
        self.builder.op(arith::IndexCast::NAME, &[index], self.i32())
    }

    /// A constant of type `i32`.
    pub fn small(&self, value: i64) -> Value {
        self.builder.constant(self.i32(), Attribute::integer(self.i32(), value))
    }

    /// The value of another lane of the subgroup. `mode` is `idx` or `xor`.
    ///
    /// # Errors
    ///
    /// `None` for a type that no shuffle takes.
    pub fn shuffle(&self, mode: &str, value: Value, offset: Value) -> Option<Value> {
        let width = self.small(self.size);
        let mode = Attribute::parse(self.builder.context(), &format!("#gpu<shuffle_mode {mode}>"))?;
        Some(shuffle(self.builder, value, offset, width, mode)?.0)
    }
}

/// A shuffle of a value of any type: a number of 32 or 64 bits as it is, narrower ones within 32 bits, vectors element by
/// element. Returns the value and whether it comes from a lane that takes part.
pub(super) fn shuffle(
    builder: &Builder,
    value: Value,
    offset: Value,
    width: Value,
    mode: Attribute,
) -> Option<(Value, Value)> {
    let ty = value.ty();
    let context = builder.context();
    let integer = |bits| Type::integer(context, bits);
    if ty.is_vector() {
        let size = *ty.shape().first()?;
        let mut parts = vec![];
        let mut valid = None;
        for index in 0..size {
            let place = Attribute::dense_i64(context, &[index]);
            let element = builder
                .create(vector::Extract::NAME, &[value], &[ty.element()], &[("static_position", place)], &[])
                .result(0);
            let (part, part_valid) = shuffle(builder, element, offset, width, mode)?;
            parts.push(part);
            valid = Some(part_valid);
        }
        return Some((builder.op(vector::FromElements::NAME, &parts, ty), valid?));
    }
    let bits = ty.bit_width()?;
    if bits == 32 || bits == 64 {
        let op = builder.create(gpu::Shuffle::NAME, &[value, offset, width], &[ty, integer(1)], &[("mode", mode)], &[]);
        return Some((op.result(0), op.result(1)));
    }
    if bits > 64 {
        return None;
    }
    let carrier = integer(if bits < 32 { 32 } else { 64 });
    let pattern = if ty.is_float() { builder.op(arith::Bitcast::NAME, &[value], integer(bits)) } else { value };
    let wide = builder.op(arith::Extui::NAME, &[pattern], carrier);
    let (moved, valid) = shuffle(builder, wide, offset, width, mode)?;
    let pattern = builder.op(arith::Trunci::NAME, &[moved], integer(bits));
    Some((if ty.is_float() { builder.op(arith::Bitcast::NAME, &[pattern], ty) } else { pattern }, valid))
}
