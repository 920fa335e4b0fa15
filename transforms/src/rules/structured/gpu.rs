//! Rules for the `gpu` dialect: one file per construct.

mod barrier;
mod fill;
mod launch;
mod memory;
mod reduction;
mod shuffle;
mod spill;

pub(crate) use crate::engine::Rule;
pub(crate) use reduction::has_partials;

use crate::{
    emit::{add, multiply},
    engine::Reverse,
};
use autodiff_dialect::{
    ir::{Attribute, Builder, Type, Value},
    views::{arith, gpu},
};

/// Every rule of the dialect with the op that it is for.
pub(super) fn all() -> Vec<(&'static str, &'static dyn Rule)> {
    vec![
        (gpu::Launch::NAME, &launch::Launch),
        (gpu::DynamicSharedMemory::NAME, &launch::DynamicMemory),
        (gpu::Barrier::NAME, &barrier::Barrier),
        (gpu::Wait::NAME, &barrier::Wait),
        (gpu::Alloc::NAME, &memory::Allocation),
        (gpu::Dealloc::NAME, &super::allocation::Deallocation),
        (gpu::Memcpy::NAME, &memory::Transfer),
        (gpu::Memset::NAME, &memory::Transfer),
        (gpu::HostRegister::NAME, &barrier::Wait),
        (gpu::HostUnregister::NAME, &barrier::Wait),
        (gpu::AllReduce::NAME, &reduction::Reduction),
        (gpu::SubgroupReduce::NAME, &reduction::Reduction),
        (gpu::Shuffle::NAME, &shuffle::Shuffle),
        (gpu::Rotate::NAME, &shuffle::Rotation),
        (gpu::SubgroupBroadcast::NAME, &shuffle::Broadcast),
    ]
}

/// The number of a thread in its block, and the number of threads there, from its ids and the sizes of the block.
pub(crate) fn threads(builder: &Builder, ids: &[Value], sizes: &[Value]) -> (Value, Value) {
    let row = multiply(builder, ids[2], sizes[1]);
    let row = add(builder, row, ids[1]);
    let number = multiply(builder, row, sizes[0]);
    let area = multiply(builder, sizes[0], sizes[1]);
    (add(builder, number, ids[0]), multiply(builder, area, sizes[2]))
}

/// Takes the adjoint of a value that threads exchange, in the type of sums. Vectors stay as they are: what lanes exchange
/// of them is no longer than the primal.
fn take_exchanged(reverse: &mut Reverse, value: Value) -> Option<Value> {
    if value.ty().is_vector() { reverse.take_adjoint(value) } else { reverse.take_sum(value) }
}

/// The number of a thread in its block, anywhere in a kernel.
fn thread_number(builder: &Builder) -> Value {
    let index = Type::index(builder.context());
    let place = |name: &str, dimension: &str| {
        let attribute = Attribute::parse(builder.context(), &format!("#gpu<dim {dimension}>"));
        let attributes: Vec<_> = attribute.map(|attribute| ("dimension", attribute)).into_iter().collect();
        builder.create(name, &[], &[index], &attributes, &[]).result(0)
    };
    let of = |name: &str| ["x", "y", "z"].map(|dimension| place(name, dimension));
    threads(builder, &of(gpu::ThreadId::NAME), &of(gpu::BlockDim::NAME)).0
}

/// Whether two numbers are equal, not-a-number being equal to nothing; of vectors, element by element.
fn equal(builder: &Builder, one: Value, other: Value) -> Value {
    match one.ty().element().is_float() {
        true => builder.cmpf(arith::CmpFPredicate::OEQ, one, other),
        false => builder.cmpi(arith::CmpIPredicate::Eq, one, other),
    }
}
