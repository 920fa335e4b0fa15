//! `gpu.launch`.
//!
//! Forward: the same launch, with tangents beside the primals and the shadow of each buffer of a workgroup or a thread
//! in the same memory. Reverse: a launch over the same grid and blocks, in which each thread reverses its own part.
//! Between two barriers of a program without races a location has one writer or only readers; reversed, the writer
//! alone takes its cotangent and the readers accumulate. Active numbers from outside are read by all threads: what
//! they add is accumulated into a cell, by one thread for its block, and read after the launch.
//!
//! Memory of a workgroup holds nothing when a kernel starts, and so does its shadow, which the threads of the block
//! clear together. What it held is nothing that the reverse launch can see: it comes from caches.

use super::{
    equal, fill,
    spill::{self, Pieces},
    threads,
};
use crate::{
    analysis::{activity::Activity, cache_plan::bytes, flow::Flow, memory::Origin, semantics::Semantics},
    emit::{self, Trips, delinearised, multiply},
    engine::{Counter, Execution, Forward, Result, Reverse, Rule, Scope},
};
use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    state,
    views::{arith, gpu, memref, scf},
};

pub(crate) struct Launch;

/// A launch by its parts.
struct Parts {
    body: Block,
    /// The first argument of the body after ids and dims.
    first: usize,
    /// The memory of a block, then that of a thread.
    workgroup: Vec<Value>,
    private: Vec<Value>,
    /// All memory that the host asks for at run time, the bytes of which it has said how many.
    dynamic: Option<(Value, Value)>,
}

/// The place of the number of bytes in `operandSegmentSizes`.
const DYNAMIC: usize = 10;
/// The place of the first size of a cluster.
const CLUSTER: usize = 7;

impl Parts {
    fn new(op: Op) -> std::result::Result<Self, String> {
        let body = op.body(0).ok_or("'gpu.launch' op has a region with several blocks, which could not be made one")?;
        let sizes = segments(op);
        if sizes.len() <= DYNAMIC || sizes[0] != 0 || op.result_count() != 0 {
            return Err("'gpu.launch' op is asynchronous; run 'autodiff-inline-kernels' first".into());
        }
        let first = if sizes[CLUSTER] == 0 { 12 } else { 18 };
        let count = op.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0) as usize;
        let arguments = body.arguments();
        if arguments.len() < first + count {
            return Err("'gpu.launch' op has too few arguments in its region".into());
        }
        let dynamic = match body.ops().into_iter().find(|inner| inner.is::<gpu::DynamicSharedMemory>()) {
            Some(inner) if sizes[DYNAMIC] == 1 => Some((inner.result(0), op.operand(op.operand_count() - 1))),
            _ => None,
        };
        Ok(Self {
            body,
            first,
            workgroup: arguments[first..first + count].to_vec(),
            private: arguments[first + count..].to_vec(),
            dynamic,
        })
    }

    fn memory(&self) -> Vec<Value> {
        [&self.workgroup[..], &self.private].concat()
    }

    /// One counter for each dimension of the grid and of a block that is not one, that of thread x last.
    fn counters(&self, op: Op, builder: &Builder) -> Vec<Counter> {
        let (lower, step) = (builder.index(0), builder.index(1));
        let counter = |number: usize| {
            let upper = op.operand(number);
            let trips = Trips { lower, upper, step, unsigned: false };
            (emit::constant_index(upper) != Some(1)).then(|| Counter { trips, induction: self.body.argument(number) })
        };
        [2, 1, 0, 5, 4, 3].into_iter().filter_map(counter).collect()
    }
}

fn segments(op: Op) -> Vec<i32> {
    op.attribute("operandSegmentSizes").and_then(Attribute::as_dense_i32).unwrap_or_default()
}

/// A new block with ids and dims, and memory of given types: of the workgroup, then of each thread.
fn new_block(op: Op, first: usize, memory: &[Type]) -> Block {
    let index = Type::index(op.context());
    Block::with_types(&[&vec![index; first], memory].concat(), op.location())
}

/// The launch with other operands and another body, the first so many arguments of which are memory of the workgroup.
fn rebuild(builder: &Builder, op: Op, operands: &[Value], workgroup: usize, body: Block) -> Op {
    let mut attributes = op.attributes();
    // A kernel without a name, lest two have one.
    attributes.retain(|(name, _)| !matches!(*name, "workgroup_attributions" | "module" | "function"));
    let count = Attribute::integer(Type::integer(op.context(), 64), workgroup as i64);
    attributes.push(("workgroup_attributions", count));
    let regions = [Region::with_block(body)];
    builder.with_location(op.location()).create(op.name(), operands, &[], &attributes, &regions)
}

/// The workgroup memory that every device has for a block, in bytes.
pub(super) const WORKGROUP_BYTES: u64 = 48 << 10;

const NO_ROOM: &str = "memory of the workgroup and its shadows take more than 48 KiB; shadows can stand in global memory \
                       instead, but only if the memory is read and written element by element; use smaller tiles";

/// The size of a buffer in bytes, if its type says it.
pub(super) fn size_in_bytes(ty: Type) -> Option<u64> {
    let sizes = ty.shape();
    let sizes = sizes.into_iter().map(|size| u64::try_from(size).ok().filter(|_| size != Type::DYNAMIC));
    let elements = sizes.collect::<Option<Vec<_>>>()?.into_iter().try_fold(1, u64::checked_mul)?;
    elements.checked_mul(bytes(ty.element()))
}

fn types(values: &[Value]) -> Vec<Type> {
    values.iter().map(|value| value.ty()).collect()
}

/// The alignment of what shares the memory that is asked for at run time, in bytes.
const ALIGNMENT: i64 = 16;

/// A number of bytes, made a multiple of the alignment.
fn aligned(builder: &Builder, bytes: Value) -> Value {
    let constant = |number| builder.constant(bytes.ty(), Attribute::integer(bytes.ty(), number));
    let raised = builder.same(arith::Addi::NAME, &[bytes, constant(ALIGNMENT - 1)]);
    builder.same(arith::Andi::NAME, &[raised, constant(-ALIGNMENT)])
}

/// The part of the memory that is asked for at run time which starts after so many times `bytes`.
fn part(builder: &Builder, memory: Value, bytes: Value, number: usize) -> Value {
    let index = Type::index(builder.context());
    let size = builder.op(arith::IndexCastui::NAME, &[bytes], index);
    let times = builder.index(number as i64);
    let offset = multiply(builder, size, times);
    builder.op(memref::View::NAME, &[memory, offset, size], memory.ty())
}

/// Clears a buffer, each thread of the block its share.
fn clear_together(builder: &Builder, buffer: Value, zero: Value, (number, threads): (Value, Value)) {
    let extents: Vec<_> = (0..buffer.ty().shape().len()).map(|index| emit::extent(builder, buffer, index)).collect();
    let one = builder.index(1);
    let total = extents.iter().fold(one, |total, extent| multiply(builder, total, *extent));
    let block = Block::new(&[(Type::index(builder.context()), builder.location())]);
    let inner = Builder::at_end(block, builder.location());
    let indices = delinearised(&inner, block.argument(0), &extents);
    inner.effect(memref::Store::NAME, &[&[zero, buffer], &indices[..]].concat());
    inner.effect(scf::Yield::NAME, &[]);
    builder.create(scf::For::NAME, &[number, total, threads], &[], &[], &[Region::with_block(block)]);
}

/// Adds what the threads have to cells: the sum of those of a block at once, if there are several.
fn accumulate_together(builder: &Builder, bars: &[(Value, Value)], sizes: &[Value], thread: Value) {
    let alone = sizes.iter().all(|size| emit::constant_index(*size) == Some(1));
    // A block adds up what it can exchange: numbers of 32 or 64 bits.
    let summed = |ty: Type| !alone && ty.is_float() && ty.bit_width().is_some_and(|width| width >= 32);
    let (together, apart): (Vec<_>, Vec<_>) = bars.iter().partition(|(bar, _)| summed(bar.ty()));
    for (bar, cell) in apart {
        state::accumulate(builder, bar, cell, &[]);
    }
    let add = Attribute::parse(builder.context(), "#gpu<all_reduce_op add>");
    let (Some(add), false) = (add, together.is_empty()) else { return };
    let sums: Vec<_> = together
        .into_iter()
        .map(|(bar, cell)| {
            let attributes = [("op", add), ("uniform", Attribute::unit(builder.context()))];
            (builder.create(gpu::AllReduce::NAME, &[bar], &[bar.ty()], &attributes, &[Region::new()]).result(0), cell)
        })
        .collect();
    let zero = builder.index(0);
    let first = equal(builder, thread, zero);
    let block = Block::new(&[]);
    let inner = Builder::at_end(block, builder.location());
    for (sum, cell) in sums {
        state::accumulate(&inner, sum, cell, &[]);
    }
    inner.effect(scf::Yield::NAME, &[]);
    builder.create(scf::If::NAME, &[first], &[], &[], &[Region::with_block(block), Region::new()]);
}

impl Semantics for Launch {
    fn takes_wide_shadows(&self, _: Op) -> bool {
        true
    }

    fn flow(&self, op: Op, flow: &mut Flow) {
        let Ok(parts) = Parts::new(op) else { return flow.everything(op) };
        for memory in parts.memory() {
            flow.origin(memory, Origin::Allocation(op));
        }
    }

    fn is_kernel(&self) -> bool {
        true
    }

    fn has_room_for_both(&self, op: Op, activity: &Activity, width: usize) -> bool {
        let Ok(parts) = Parts::new(op) else { return false };
        // Shadows may be wide.
        let shadows = |value: &Value| if activity.is_active(*value) { width as u64 } else { 0 };
        let size = |value: &Value| {
            let shadows = shadows(value).checked_mul(size_in_bytes(value.ty().widened())?)?;
            shadows.checked_add(size_in_bytes(value.ty())?)
        };
        let total = parts.workgroup.iter().try_fold(0, |total: u64, value| total.checked_add(size(value)?));
        let memories = |values: Vec<Value>| values.iter().filter(|value| value.ty().is_memory()).count();
        // Memory that is asked for at run time has no second half, and shadows of what is chosen are made by the
        // forward sweep.
        total.is_some_and(|total| total <= WORKGROUP_BYTES)
            && op.walk().into_iter().all(|inner| {
                let chooses = inner.region_count() > 0 || memories(inner.operands()) > 1;
                !(inner.is::<gpu::DynamicSharedMemory>() || chooses && memories(inner.results()) > 0)
            })
    }

    fn fills_together(&self, op: Op, block: Block, buffer: Value) -> Option<usize> {
        let is_shared = Parts::new(op).is_ok_and(|parts| parts.workgroup.contains(&buffer));
        if is_shared { fill::fills_together(op, block, buffer) } else { None }
    }

    fn needed(&self, op: Op, _: &Activity) -> Vec<Value> {
        op.operands()
    }

    fn mirrors(&self, op: Op, argument: Value) -> bool {
        op.body(0) == Some(argument.block()) && !argument.ty().is_memory()
    }
}

impl Rule for Launch {
    fn handles_all_lanes(&self) -> bool {
        true
    }

    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| forward.refuse(op, message))?;
        let (activity, width) = (forward.activity(), forward.width());
        let active: Vec<_> = parts.workgroup.iter().copied().filter(|value| activity.is_active(*value)).collect();
        let spilled = spill::too_large(&parts.workgroup, &active, width, Value::ty);
        if let Some(obstacle) = spilled.iter().find_map(|buffer| spill::obstacle(*buffer)) {
            return forward.refuse(obstacle, NO_ROOM);
        }
        let has_shadow = |value: Value| activity.is_active(value) && !spilled.contains(&value);
        let doubled = |memory: &[Value]| -> Vec<Type> {
            let copies = |value: &Value| if has_shadow(*value) { 1 + width } else { 1 };
            memory.iter().flat_map(|value| std::iter::repeat_n(value.ty(), copies(value))).collect()
        };
        let (workgroup, private) = (doubled(&parts.workgroup), doubled(&parts.private));
        let block = new_block(op, parts.first, &[&workgroup[..], &private].concat());
        for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()).take(parts.first) {
            forward.set_primal(argument, new);
        }
        let memory = parts.memory();
        forward.bind_doubled(&memory, &block.arguments()[parts.first..], |index| has_shadow(memory[index]));
        let mut operands: Vec<_> = op.operands().into_iter().map(|operand| forward.primal(operand)).collect();
        let mut elsewhere = vec![];
        for buffer in &spilled {
            forward.each_lane(|forward| {
                let (outer, inner) = (forward.builder(), Builder::at_end(block, op.location()));
                let Some(Pieces { all, own }) =
                    spill::pieces(&outer, &operands[..3], &inner, &block.arguments()[..3], buffer.ty())
                else {
                    return forward.refuse(op, NO_ROOM);
                };
                elsewhere.push(all);
                forward.set_tangent(*buffer, Some(own));
                Ok(())
            })?;
        }
        if let Some((dynamic, _)) = parts.dynamic.filter(|(dynamic, _)| activity.carries(*dynamic)) {
            let builder = forward.builder();
            let last = operands.len() - 1;
            let bytes = aligned(&builder, operands[last]);
            let times = builder.constant(bytes.ty(), Attribute::integer(bytes.ty(), 1 + width as i64));
            operands[last] = multiply(&builder, bytes, times);
            let inner = Builder::at_end(block, op.location());
            let all = inner.op(gpu::DynamicSharedMemory::NAME, &[], dynamic.ty());
            forward.set_primal(dynamic, all);
            let mut lane = 0;
            forward.each_lane(|forward| {
                lane += 1;
                forward.set_tangent(dynamic, Some(part(&inner, all, bytes, lane)));
                Ok(())
            })?;
        }
        forward.body(parts.body, block)?;
        Builder::at_end(block, op.location()).effect(gpu::Terminator::NAME, &[]);
        let builder = forward.builder();
        rebuild(&builder, op, &operands, workgroup.len(), block);
        elsewhere.into_iter().for_each(|memory| emit::release(&builder, memory));
        Ok(())
    }

    fn forward_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| reverse.refuse(op, message))?;
        if reverse.is_fused(parts.body) {
            return Ok(());
        }
        let counters = parts.counters(op, &reverse.forward_builder());
        let block = new_block(op, parts.first, &types(&parts.memory()));
        for (argument, new) in parts.body.arguments().into_iter().zip(block.arguments()) {
            reverse.bind(argument, new);
        }
        reverse.forward_body(parts.body, block, Execution::Kernel(counters))?;
        Builder::at_end(block, op.location()).effect(gpu::Terminator::NAME, &[]);
        let operands: Vec<_> = op.operands().into_iter().map(|operand| reverse.counterpart(operand)).collect();
        rebuild(&reverse.forward_builder(), op, &operands, parts.workgroup.len(), block);
        Ok(())
    }

    fn reverse_sweep(&self, op: Op, reverse: &mut Reverse) -> Result<()> {
        let parts = Parts::new(op).or_else(|message| reverse.refuse(op, message))?;
        let (activity, width) = (reverse.activity(), reverse.width());
        let mut operands = reverse.primals(&op.operands())?;
        let captured = reverse.captured(op);
        let outer = reverse.builder();
        let cells: Vec<_> = captured
            .iter()
            .flat_map(|value| std::iter::repeat_n(Type::memref(reverse.sum_type(value.ty()), &[]), width))
            .map(|ty| emit::zeroed(&outer, ty, &[]))
            .collect();

        let active = |memory: &[Value]| -> Vec<Value> {
            memory.iter().copied().filter(|value| activity.is_active(*value)).collect()
        };
        let (mut workgroup, private) = (active(&parts.workgroup), active(&parts.private));
        // A fused kernel was chosen because all fits.
        let spilled = spill::too_large(&[], &workgroup, width, |buffer| reverse.shadow_type(buffer));
        if let Some(obstacle) = spilled.iter().find_map(|buffer| spill::obstacle(*buffer)) {
            return reverse.refuse(obstacle, NO_ROOM);
        }
        workgroup.retain(|buffer| !spilled.contains(buffer));
        let fused = reverse.is_fused(parts.body);
        let shadows = |values: &[Value]| -> Vec<Type> {
            values.iter().flat_map(|value| std::iter::repeat_n(reverse.shadow_type(*value), width)).collect()
        };
        let own = |values: &[Value]| if fused { types(values) } else { vec![] };
        let shared_types = [shadows(&workgroup), own(&parts.workgroup)].concat();
        let block = new_block(op, parts.first, &[&shared_types[..], &shadows(&private), &own(&parts.private)].concat());
        let inner = Builder::at_end(block, op.location());
        let ids = block.arguments();
        let private_shadows =
            parts.first + shared_types.len()..parts.first + shared_types.len() + private.len() * width;
        let counters = parts.counters(op, &outer);
        let numbers = counters.iter().filter_map(|counter| counter.induction.argument_number()).map(|id| ids[id]);
        let dynamic = parts.dynamic.filter(|(dynamic, _)| activity.carries(*dynamic));
        let mut shared: Vec<_> = ids[parts.first..parts.first + workgroup.len() * width].to_vec();
        let (mut pieces, mut elsewhere, mut own_pieces) = (vec![], vec![], vec![]);
        for buffer in &spilled {
            for lane in 0..width {
                let ty = reverse.shadow_type(*buffer);
                let Some(Pieces { all, own }) = spill::pieces(&outer, &operands[..3], &inner, &ids[..3], ty) else {
                    return reverse.refuse(op, NO_ROOM);
                };
                elsewhere.push(all);
                shared.push(own);
                own_pieces.push((*buffer, lane, own));
            }
        }
        if let Some((memory, _)) = dynamic {
            // The primal's content is not needed any more: its shadow may stand where it stood.
            let last = operands.len() - 1;
            let all = inner.op(gpu::DynamicSharedMemory::NAME, &[], memory.ty());
            if width == 1 {
                pieces.push(all);
            } else {
                let bytes = aligned(&outer, operands[last]);
                let times = outer.constant(bytes.ty(), Attribute::integer(bytes.ty(), width as i64));
                operands[last] = multiply(&outer, bytes, times);
                pieces.extend((0..width).map(|lane| part(&inner, all, bytes, lane)));
            }
            shared.push(all);
        }
        let thread = threads(&inner, &ids[3..6], &operands[3..6]);
        for buffer in &shared {
            let element = buffer.ty().element();
            let zero = match element.is_integer() {
                true => Some(inner.constant(element, Attribute::integer(element, 0))),
                false => inner.number(element, 0.0),
            };
            let zero = zero.map_or_else(|| reverse.refuse(op, format!("type '{element}' has no constant zero")), Ok)?;
            clear_together(&inner, *buffer, zero, thread);
        }
        for buffer in &ids[private_shadows.clone()] {
            let element = buffer.ty().element();
            let zero = inner.number(element, 0.0);
            let zero = zero.map_or_else(|| reverse.refuse(op, format!("type '{element}' has no constant zero")), Ok)?;
            emit::fill(&inner, *buffer, zero);
        }
        if !shared.is_empty() {
            inner.effect(gpu::Barrier::NAME, &[]);
        }
        let scope = Scope { source: parts.body, block, numbers: Some(numbers.collect()), captured };
        reverse.scoped(scope, |reverse| {
            for (argument, new) in parts.body.arguments().into_iter().zip(&ids).take(parts.first) {
                reverse.provide(argument, *new);
            }
            for (buffers, start) in [(&workgroup, parts.first), (&private, private_shadows.start)] {
                for (index, buffer) in buffers.iter().enumerate() {
                    for lane in 0..width {
                        reverse.provide_shadow(*buffer, lane, ids[start + index * width + lane]);
                    }
                }
            }
            for (buffer, lane, own) in own_pieces {
                reverse.provide_shadow(buffer, lane, own);
            }
            for (lane, piece) in pieces.iter().enumerate() {
                reverse.provide_shadow(dynamic.map_or(*piece, |(memory, _)| memory), lane, *piece);
            }
            if fused {
                let shared = parts.first + workgroup.len() * width;
                let memory = [&ids[shared..private_shadows.start], &ids[private_shadows.end..]].concat();
                let arguments = [&ids[..parts.first], &memory[..]].concat();
                reverse.run_fused(parts.body, &arguments, Execution::Kernel(counters.clone()))?;
            }
            reverse.reverse_body(parts.body)?;
            let bars = reverse.take_lanes(captured);
            let builder = reverse.builder();
            let bars: Vec<_> = bars.into_iter().zip(&cells).filter_map(|(bar, cell)| Some((bar?, *cell))).collect();
            accumulate_together(&builder, &bars, &operands[3..6], thread.0);
            builder.effect(gpu::Terminator::NAME, &[]);
            Ok(())
        })?;
        rebuild(&outer, op, &operands, shared_types.len(), block);
        elsewhere.into_iter().for_each(|memory| emit::release(&outer, memory));
        let mut bars = vec![];
        for cell in &cells {
            bars.push(Some(outer.op(memref::Load::NAME, &[*cell], cell.ty().element())));
            emit::release(&outer, *cell);
        }
        reverse.accumulate_lanes(captured, &bars)
    }
}

/// The memory that a launch asks for at run time. The launch makes its shadow.
pub(crate) struct DynamicMemory;

impl Semantics for DynamicMemory {
    fn flow(&self, op: Op, flow: &mut Flow) {
        flow.origin(op.result(0), Origin::Allocation(op));
    }

    fn has_reverse(&self, _: Op, _: &Activity) -> bool {
        false
    }
}

impl Rule for DynamicMemory {
    fn jvp(&self, op: Op, forward: &mut Forward) -> Result<()> {
        if forward.primal(op.result(0)) == op.result(0) {
            forward.copy(op);
        }
        Ok(())
    }

    fn reverse_sweep(&self, _: Op, _: &mut Reverse) -> Result<()> {
        Ok(())
    }
}
