//! From tensors to buffers, and from `linalg` to loops: what differentiation knows the rules of.
//!
//! 1. Replace ops that bufferization, or the lowering to loops after it, does not take (`decompose.rs`).
//! 2. Mark tensor arguments read-only: a function of tensors changes none of its arguments (`protect.rs`).
//! 3. Take requests on tensors, and derivatives that functions of tensors name, out of the way (`requests.rs`,
//!    `named.rs`).
//! 4. Bufferize, by upstream's one-shot bufferization.
//! 5. Make requests on buffers of what was taken out of the way (`requests.rs`).
//! 6. Lower `linalg` to loops.

mod decompose;
mod named;
mod protect;
mod requests;

use crate::pipelines::CANONICALIZE;
use autodiff_dialect::{
    bridge::{self, Pipeline},
    ir::{Builder, Type, Value},
    views::{bufferization, tensor},
};

/// The pipeline as text, without the `builtin.module` around it. The boundaries of functions keep their order of
/// parameters and results.
pub fn passes() -> String {
    format!(
        "autodiff-decompose-tensors,\
         autodiff-protect-tensors,\
         autodiff-defer-requests,\
         convert-elementwise-to-linalg,\
         eliminate-empty-tensors,\
         empty-tensor-to-alloc-tensor,\
         one-shot-bufferize{{bufferize-function-boundaries=true \
         function-boundary-type-conversion=identity-layout-map allow-return-allocs-from-loops=true}},\
         autodiff-restore-requests,\
         autodiff-settle-dims,\
         autodiff-fold-branches,\
         {CANONICALIZE},\
         cse,\
         convert-linalg-to-loops"
    )
}

static PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-bufferize-pipeline",
    c"Make buffers of tensors and loops of linalg ops, requests for derivatives included",
    &[],
    |_| Ok(passes()),
);

/// Registers the passes and the pipeline.
pub(crate) fn register() {
    for pass in [&decompose::PASS, &protect::PASS, &requests::DEFER, &requests::RESTORE] {
        bridge::register_pass(pass);
    }
    bridge::register_pipeline(&PIPELINE);
}

/// The buffer that a tensor becomes at the boundary of a function; other types stay.
fn buffer_type(ty: Type) -> Type {
    if ty.is_tensor() { Type::memref(ty.element(), &ty.shape()) } else { ty }
}

/// The content of a tensor in memory that is only read; what is no tensor stays.
fn read_only_buffer(builder: &Builder, value: Value) -> Value {
    if !value.ty().is_tensor() {
        return value;
    }
    let attributes = [("read_only", autodiff_dialect::ir::Attribute::unit(builder.context()))];
    builder.create(bufferization::ToBuffer::NAME, &[value], &[buffer_type(value.ty())], &attributes, &[]).result(0)
}

/// The content of a buffer as a tensor of a type. `writable`: nothing else uses the buffer from here on.
fn as_tensor(builder: &Builder, buffer: Value, ty: Type, writable: bool) -> Value {
    let unit = autodiff_dialect::ir::Attribute::unit(builder.context());
    let attributes = [("restrict", unit), ("writable", unit)];
    let count = if writable { 2 } else { 1 };
    builder.create(bufferization::ToTensor::NAME, &[buffer], &[ty], &attributes[..count], &[]).result(0)
}

/// The size of a tensor in one dimension.
fn tensor_extent(builder: &Builder, tensor: Value, dimension: usize) -> Value {
    match tensor.ty().shape().get(dimension).copied() {
        Some(size) if size != Type::DYNAMIC => builder.index(size),
        _ => {
            let number = builder.index(dimension as i64);
            builder.op(tensor::Dim::NAME, &[tensor, number], Type::index(builder.context()))
        }
    }
}
