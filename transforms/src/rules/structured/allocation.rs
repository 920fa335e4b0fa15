//! `memref.alloc`, `alloca`, `dealloc` and `get_global`, `autodiff.shadow` and `autodiff.cache`.
//!
//! Forward: a shadow is allocated and freed beside the buffer. Reverse: the shadow lives from its first use in the
//! reverse sweep to the reverse of the allocation; the release of the primal does nothing to it. A global has a zero
//! tangent on entry and a discarded cotangent on exit, as a 'const' argument has, unless it names the global that is its
//! shadow: then it is as a 'dup' argument.

use crate::{
    analysis::{activity::Activity, flow::Flow, semantics::Semantics},
    emit::{self, Storage},
    engine::{Forward, Result, Reverse, Rule},
    globals,
};
use autodiff_dialect::{
    ir::{Op, Type, Value},
    views::{gpu, memref},
};

pub(super) struct Allocation;

impl Allocation {
    /// The shadow of a buffer on the stack is one more there: nothing frees it.
    fn forward_on_stack(op: Op, copy: Op, forward: &mut Forward) -> Result<()> {
        let builder = forward.builder();
        let shadow = builder.insert(copy.duplicate()).result(0);
        let element = shadow.ty().element();
        if element.is_memory() {
            // What it holds at first is as undefined as what the primal holds.
            forward.set_tangent(op.result(0), Some(shadow));
            return Ok(());
        }
        let Some(zero) = builder.number(element, 0.0) else {
            return forward.refuse(op, format!("derivatives of type '{element}' are not supported"));
        };
        emit::fill(&builder, shadow, zero);
        forward.set_tangent(op.result(0), Some(shadow));
        Ok(())
    }
}

impl Semantics for Allocation {
    fn takes_wide_shadows(&self, op: Op) -> bool {
        !op.result(0).ty().is_cache()
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn storage(&self, op: Op) -> Storage {
        if op.is::<memref::Alloca>() { Storage::Stack } else { Storage::Heap }
    }

    fn needed(&self, op: Op, activity: &Activity) -> Vec<Value> {
        if activity.is_active(op.result(0)) { self.dynamic_sizes(op) } else { vec![] }
    }

    fn dynamic_sizes(&self, op: Op) -> Vec<Value> {
        let ty = op.result(0).ty();
        if ty.is_cache() {
            return op.operands();
        }
        let open = ty.shape().into_iter().filter(|size| *size == Type::DYNAMIC).count();
        op.operands().into_iter().take(open).collect()
    }
}

impl Rule for Allocation {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let copy = forward.copy(op);
        if forward.activity().is_active(op.result(0)) {
            if op.is::<memref::Alloca>() {
                return Self::forward_on_stack(op, copy, forward);
            }
            let sizes: Vec<_> = self.dynamic_sizes(op).into_iter().map(|size| forward.primal(size)).collect();
            let shadow = emit::zeroed(&forward.builder(), copy.result(0).ty(), &sizes);
            forward.set_tangent(op.result(0), Some(shadow));
        }
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.free_shadow(op.result(0))
    }
}

pub(super) struct Deallocation;

impl Semantics for Deallocation {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, _: Op, _: &mut Flow) {}

    fn can_wait(&self, op: Op) -> bool {
        op.result_count() == 0
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for Deallocation {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if let Some(shadow) = forward.tangent(op.operand(0)) {
            let storage = if op.is::<gpu::Dealloc>() { Storage::Device } else { Storage::Heap };
            emit::release_in(storage, &forward.builder(), shadow);
        }
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        reverse.release(op, op.operand(0));
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}

pub(super) struct Global;

impl Semantics for Global {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        let name = op.attribute("name").and_then(|name| name.as_symbol()).unwrap_or_default();
        let global = self.global(op);
        flow.global(name, op.result(0), global.is_some_and(|global| global.attribute("constant").is_some()));
        if global.is_some_and(|global| global.attribute(globals::SHADOW).is_some()) {
            flow.share(op.result(0));
        }
    }

    fn global(&self, op: Op) -> Option<Op> {
        op.lookup_symbol(op.attribute("name")?)
    }
}

impl Rule for Global {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        forward.copy(op);
        if let Some(global) = self.global(op).filter(|_| forward.activity().is_active(op.result(0))) {
            let shadow = forward.global_shadow(global, op.result(0))?;
            forward.set_tangent(op.result(0), Some(shadow));
        }
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
