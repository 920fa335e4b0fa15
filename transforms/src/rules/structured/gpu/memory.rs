//! `gpu.alloc`, `dealloc`, `memcpy` and `memset`.
//!
//! The shadow of memory of a device is memory of the device. Forward: what happens to the primal happens to the shadow.
//! Reverse: a copy takes the target's cotangent away and adds it to the source's. The host does not look into a device,
//! nor a kernel into the host's memory: the cotangent travels to the side of the source, and is added there.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{self, Storage},
    engine::{Forward, Result, Reverse, Rule},
};
use autodiff_dialect::{
    ir::{Builder, Op, Type, Value},
    state,
    views::{gpu, memref},
};

pub(crate) struct Allocation;

impl Semantics for Allocation {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn storage(&self, _: Op) -> Storage {
        Storage::Device
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        if activity.is_active(op.result(0)) { self.dynamic_sizes(op) } else { vec![] }
    }

    fn dynamic_sizes(&self, op: Op) -> Vec<Value> {
        let open = op.result(0).ty().shape().into_iter().filter(|size| *size == Type::DYNAMIC).count();
        op.operands().into_iter().take(open).collect()
    }
}

impl Rule for Allocation {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if forward.activity().is_active(op.result(0)) {
            let builder = forward.builder();
            // As wide and as visible as the primal.
            let shadow = builder.insert(copy.duplicate()).result(0);
            let Some(zero) = builder.number(shadow.ty().element(), 0.0) else { return no_zero(op, forward) };
            fill(&builder, Storage::Device, shadow, zero);
            forward.set_tangent(op.result(0), Some(shadow));
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.free_shadow(op.result(0))
    }
}

fn no_zero(op: Op, forward: &Forward) -> Result<()> {
    let ty = op.operands().into_iter().chain(op.results()).map(Value::ty).find(|ty| ty.is_memory());
    let element = ty.map(|ty| ty.element().to_string()).unwrap_or_default();
    forward.refuse(op, format!("derivatives of type '{element}' are not supported"))
}

/// Stores one value everywhere in a buffer.
fn fill(builder: &Builder, storage: Storage, buffer: Value, value: Value) {
    match storage {
        Storage::Device => emit::for_each_on_device(builder, buffer, &mut |builder, indices| {
            builder.effect(memref::Store::NAME, &[&[value, buffer], indices].concat());
        }),
        _ => emit::fill(builder, buffer, value),
    }
}

/// Where the memory of a buffer of the host's code lives, as far as the function says.
fn storage_of(reverse: &Reverse, buffer: Value) -> Storage {
    reverse.allocation_of(buffer).map_or(Storage::Heap, |origin| reverse.storage(origin))
}

/// A buffer of elements with the sizes of another: new, of unknown content.
fn like(builder: &Builder, storage: Storage, buffer: Value, element: Type) -> Value {
    let ty = Type::memref(element, &buffer.ty().shape());
    let open = buffer.ty().shape().into_iter().enumerate().filter(|(_, size)| *size == Type::DYNAMIC);
    let sizes: Vec<_> = open.map(|(dimension, _)| emit::extent(builder, buffer, dimension)).collect();
    emit::allocate_in(storage, builder, ty, &sizes)
}

/// `gpu.memcpy` and `gpu.memset`: the target comes first, then what its elements get.
pub(crate) struct Transfer;

impl Semantics for Transfer {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.content(op.operand(1), op.operand(0));
    }

    fn overwrites(&self, op: Op) -> Option<(Value, Op)> {
        Some((op.operand(0), op))
    }

    fn has_reverse(&self, op: Op, activity: &Activity) -> bool {
        activity.is_active(op.operand(0))
    }

    fn only_moves(&self) -> bool {
        true
    }
}

impl Rule for Transfer {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        let Some(to) = forward.tangent(op.operand(0)) else { return Ok(()) };
        let builder = forward.builder();
        if op.is::<gpu::Memset>() {
            let tangent = forward.tangent_or_zero(op.operand(1))?;
            builder.effect(op.name(), &[to, tangent]);
            return Ok(());
        }
        if let Some(from) = forward.tangent(op.operand(1)) {
            builder.effect(op.name(), &[to, from]);
            return Ok(());
        }
        // Zeros come from the host's side or from the device's: whichever this is, a copy can.
        let zeros = emit::zeroed_like(&builder, to);
        builder.effect(op.name(), &[to, zeros]);
        emit::release(&builder, zeros);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        if op.is::<gpu::Memset>() { reverse_set(op, reverse) } else { reverse_copy(op, reverse) }
    }
}

fn reverse_copy(op: Op, reverse: &mut Reverse) -> Result<()> {
    let (to, from) = (op.operand(0), op.operand(1));
    let to_shadow = reverse.shadow(to)?;
    let to_storage = storage_of(reverse, to);
    let element = to_shadow.ty().element();
    let zero = reverse.builder().number(element, 0.0);
    let Some(zero) = zero else {
        return reverse.refuse(op, format!("derivatives of type '{}' are not supported", to.ty().element()));
    };
    if !reverse.activity().is_active(from) {
        fill(&reverse.builder(), to_storage, to_shadow, zero);
        return Ok(());
    }
    let from_shadow = reverse.shadow(from)?;
    let from_storage = storage_of(reverse, from);
    let builder = reverse.builder();
    let bars = like(&builder, from_storage, from_shadow, element);
    builder.effect(op.name(), &[bars, to_shadow]);
    fill(&builder, to_storage, to_shadow, zero);
    let mut add = |builder: &Builder, indices: &[Value]| {
        let bar = builder.op(memref::Load::NAME, &[&[bars], indices].concat(), element);
        emit::accumulate(builder, bar, from_shadow, indices);
    };
    match from_storage {
        Storage::Device => emit::for_each_on_device(&builder, bars, &mut add),
        _ => emit::for_each_element(&builder, bars, &mut add),
    }
    emit::release_in(from_storage, &builder, bars);
    Ok(())
}

fn reverse_set(op: Op, reverse: &mut Reverse) -> Result<()> {
    let (to, value) = (op.operand(0), op.operand(1));
    let shadow = reverse.shadow(to)?;
    let storage = storage_of(reverse, to);
    if reverse.activity().is_active(value) {
        // Its cotangent is the sum over all elements, on the host.
        let builder = reverse.builder();
        let element = shadow.ty().element();
        let bars = like(&builder, Storage::Heap, shadow, element);
        builder.effect(gpu::Memcpy::NAME, &[bars, shadow]);
        let cell = emit::zeroed(&builder, Type::memref(element, &[]), &[]);
        emit::for_each_element(&builder, bars, &mut |builder, indices| {
            let bar = builder.op(memref::Load::NAME, &[&[bars], indices].concat(), element);
            state::accumulate(builder, bar, cell, &[]);
        });
        let bar = builder.op(memref::Load::NAME, &[cell], element);
        emit::release(&builder, cell);
        emit::release(&builder, bars);
        reverse.accumulate(value, bar)?;
    }
    let zero = reverse.zero(value)?;
    let zero = emit::converted(&reverse.builder(), zero, shadow.ty().element());
    fill(&reverse.builder(), storage, shadow, zero);
    Ok(())
}
