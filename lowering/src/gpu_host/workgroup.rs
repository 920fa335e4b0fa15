//! Where buffers in workgroup memory lie, and how kernels get at them.

use super::{
    abi,
    abi::Word,
    device::{Device, Function},
    ids::Ids,
};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Type, Value},
    views::{builtin, gpu, llvm, memref},
};
use std::collections::HashMap;

/// Where each buffer begins, in bytes: globals and buffers of functions that kernels call lie before those of the
/// kernels, which share what follows.
#[derive(Default)]
pub struct Layout {
    globals: HashMap<String, Place>,
    buffers: HashMap<Op, Vec<Place>>,
    usage: HashMap<Op, Usage>,
}

/// A stretch of workgroup memory, in bytes.
#[derive(Clone, Copy)]
struct Place {
    offset: i64,
    bytes: i64,
}

/// What a kernel uses of workgroup memory, in bytes.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    pub bytes: i64,
    /// Where the last of it ends.
    pub end: i64,
}

/// The largest alignment that an element may want, in bytes.
const ALIGNMENT: i64 = 128;

impl Layout {
    /// Lays out all buffers. Call it while types still have memory spaces.
    ///
    /// # Errors
    ///
    /// A buffer whose size or layout is not known.
    pub fn new(device: &Device) -> Result<Self, Diagnostic> {
        let mut layout = Self::default();
        let mut end = 0;
        for global in device.globals.iter().filter(|op| op.is::<memref::Global>()) {
            let Some(ty) = global.attribute("type").and_then(Attribute::as_type).filter(|ty| is_workgroup(*ty)) else {
                continue;
            };
            let place = place(*global, ty, &mut end)?;
            layout.globals.insert(global.symbol_name().unwrap_or_default(), place);
        }
        let (kernels, others): (Vec<&Function>, Vec<_>) =
            device.functions.iter().partition(|function| function.is_kernel);
        for function in others {
            layout.add(function, &mut end)?;
        }
        for kernel in kernels {
            layout.add(kernel, &mut end.clone())?;
            layout.usage.insert(kernel.op, layout.usage_of(&device.reached(kernel.op)));
        }
        Ok(layout)
    }

    fn add(&mut self, function: &Function, end: &mut i64) -> Result<(), Diagnostic> {
        let places = function.workgroup.iter().map(|buffer| place(function.op, buffer.ty(), end));
        self.buffers.insert(function.op, places.collect::<Result<_, _>>()?);
        Ok(())
    }

    /// What a launch of a kernel uses.
    pub fn usage(&self, kernel: Op) -> Usage {
        self.usage.get(&kernel).copied().unwrap_or_default()
    }

    fn usage_of(&self, executed: &[Op]) -> Usage {
        let mut globals: Vec<_> = executed
            .iter()
            .filter(|op| op.is::<memref::GetGlobal>())
            .filter_map(|op| op.attribute("name")?.as_symbol())
            .collect();
        globals.sort();
        globals.dedup();
        let globals = globals.iter().filter_map(|name| self.globals.get(name));
        let places: Vec<_> = globals.chain(executed.iter().filter_map(|op| self.buffers.get(op)).flatten()).collect();
        Usage {
            bytes: places.iter().map(|place| place.bytes).sum(),
            end: places.iter().map(|place| place.offset + place.bytes).max().unwrap_or(0),
        }
    }

    /// Gives a function the buffers that it has as arguments.
    ///
    /// # Errors
    ///
    /// A buffer of a thread whose layout is not plain.
    pub fn place_buffers(&self, function: &Function, ids: &mut Ids) -> Result<(), Diagnostic> {
        let places = self.buffers.get(&function.op).map(Vec::as_slice).unwrap_or_default();
        for (buffer, place) in function.workgroup.iter().zip(places) {
            let view = view(ids, *place, buffer.ty()).ok_or_else(|| internal(function.op))?;
            buffer.replace_all_uses_with(view);
        }
        for buffer in &function.private {
            let plain = Type::memref(buffer.ty().element(), &buffer.ty().shape());
            if plain != buffer.ty() {
                return Err(not_plain(function.op, buffer.ty()));
            }
            let segments = Attribute::dense_i32(function.op.context(), &[0, 0]);
            let memory = ids.at_entry(|builder| {
                builder.create(memref::Alloca::NAME, &[], &[plain], &[("operandSegmentSizes", segments)], &[])
            });
            buffer.replace_all_uses_with(memory.ok_or_else(|| internal(function.op))?.result(0));
        }
        let Some(entry) = function.op.region(0).first_block() else { return Ok(()) };
        for buffer in function.workgroup.iter().chain(&function.private) {
            if let Some(number) = buffer.argument_number() {
                entry.erase_argument(number);
            }
        }
        Ok(())
    }

    /// Replaces the uses of an op that names workgroup memory; false if it does not.
    pub fn lower(&self, op: Op, ids: &mut Ids) -> Result<bool, Diagnostic> {
        let value = match op.name() {
            memref::GetGlobal::NAME => {
                let name = op.attribute("name").and_then(Attribute::as_symbol).unwrap_or_default();
                let Some(place) = self.globals.get(&name) else { return Ok(false) };
                view(ids, *place, op.result(0).ty())
            }
            gpu::DynamicSharedMemory::NAME => dynamic(ids),
            _ => return Ok(false),
        };
        op.result(0).replace_all_uses_with(value.ok_or_else(|| internal(op))?);
        Ok(true)
    }

    /// Erases the globals that lie in workgroup memory.
    pub fn erase_globals(&self, device: &Device) {
        for global in &device.globals {
            if global.symbol_name().is_some_and(|name| self.globals.contains_key(&name)) {
                global.erase();
            }
        }
    }
}

/// Whether a buffer lies in workgroup memory, by the name of its space or by its number on NVIDIA and AMD devices.
fn is_workgroup(ty: Type) -> bool {
    ty.memory_space()
        .is_some_and(|space| space.as_integer() == Some(3) || space.to_string() == "#gpu.address_space<workgroup>")
}

fn place(op: Op, ty: Type, end: &mut i64) -> Result<Place, Diagnostic> {
    let space_free = ty.without_memory_spaces();
    if Type::memref(space_free.element(), &ty.shape()) != space_free {
        return Err(not_plain(op, ty));
    }
    let bytes = abi::byte_size(ty.element())
        .and_then(|bytes| ty.shape().into_iter().try_fold(bytes, |bytes, size| bytes.checked_mul(size)))
        .filter(|bytes| *bytes >= 0 && *bytes < 1 << 40)
        .ok_or_else(|| Diagnostic::error(op.location(), format!("expected a buffer of known size, got '{ty}'")))?;
    let offset = (*end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *end = offset + bytes;
    Ok(Place { offset, bytes })
}

fn not_plain(op: Op, ty: Type) -> Diagnostic {
    Diagnostic::error(op.location(), format!("expected a buffer with identity layout, got '{ty}'"))
}

fn internal(op: Op) -> Diagnostic {
    Diagnostic::error(op.location(), format!("internal error: cannot place the memory of '{}'", op.name()))
}

/// A buffer in the workgroup memory whose size kernels know.
fn view(ids: &mut Ids, place: Place, ty: Type) -> Option<Value> {
    let start = ids.pointer(Word::Workgroup)?;
    ids.at_entry(|builder| {
        let size = abi::integer(builder, 64, place.offset + place.bytes);
        let bytes = bytes_at(builder, start, size)?;
        let offset = builder.index(place.offset);
        Some(builder.op(memref::View::NAME, &[bytes, offset], ty))
    })?
}

/// The workgroup memory whose size the launch says.
fn dynamic(ids: &mut Ids) -> Option<Value> {
    let (start, size) = (ids.pointer(Word::Dynamic)?, ids.word(Word::DynamicBytes, 0)?);
    ids.at_entry(|builder| bytes_at(builder, start, size))?
}

/// Memory of a size in bytes as a buffer.
fn bytes_at(builder: &Builder, start: Value, size: Value) -> Option<Value> {
    let context = builder.context();
    let bytes = Type::parse(context, "memref<?xi8>")?;
    let descriptor = Type::parse(context, &abi::llvm_type(bytes)?)?;
    let (zero, one) = (abi::integer(builder, 64, 0), abi::integer(builder, 64, 1));
    let mut value = builder.op(llvm::MlirPoison::NAME, &[], descriptor);
    for (part, position) in
        [(start, &[0][..]), (start, &[1][..]), (zero, &[2][..]), (size, &[3, 0][..]), (one, &[4, 0][..])]
    {
        let attributes = [("position", Attribute::dense_i64(context, position))];
        value = builder.create(llvm::Insertvalue::NAME, &[value, part], &[descriptor], &attributes, &[]).result(0);
    }
    Some(builder.op(builtin::UnrealizedConversionCast::NAME, &[value], bytes))
}
