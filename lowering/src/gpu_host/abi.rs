//! What generated code and the host runtime (`runtime/src/abi.rs`, `runtime/src/thread.rs`) have agreed on.

use autodiff_dialect::{
    ir::{Attribute, Block, Builder, Context, Op, Region, Type, Value, name_bytes},
    views::{arith, func, llvm, memref},
};
use std::collections::HashSet;

/// On a function that runs in a kernel.
pub const KERNEL: &str = "autodiff.kernel";

/// On an access of what the runtime owns.
pub const INTERNAL: &str = "autodiff.internal";

/// What is known of a thread: the number of the word in the runtime's structure; ids and sizes take three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    ThreadId = 0,
    BlockId = 3,
    BlockDim = 6,
    GridDim = 9,
    Lane = 12,
    Subgroup = 13,
    SubgroupCount = 14,
    SubgroupSize = 15,
    Workgroup = 16,
    Dynamic = 17,
    DynamicBytes = 18,
}

/// `!llvm.ptr`
pub fn pointer(context: Context) -> Option<Type> {
    Type::parse(context, "!llvm.ptr")
}

/// `i32` or `i64`
pub fn integer(builder: &Builder, bits: u32, value: i64) -> Value {
    let ty = Type::integer(builder.context(), bits);
    builder.constant(ty, Attribute::integer(ty, value))
}

/// Calls of the runtime. Declares its functions, and keeps the texts that generated code hands over.
pub struct Runtime {
    top: Block,
    declared: HashSet<String>,
    texts: usize,
}

impl Runtime {
    /// For a module whose body this is.
    pub fn new(module: Op) -> Option<Self> {
        let top = module.body(0)?;
        let names: HashSet<String> = top.ops().into_iter().filter_map(Op::symbol_name).collect();
        let texts = names.iter().filter_map(|name| name.strip_prefix(TEXT)?.parse::<usize>().ok()).max();
        Some(Self { top, declared: names, texts: texts.map_or(0, |last| last + 1) })
    }

    /// Calls a function of the runtime, by its name without `autodiff_gpu_`.
    pub fn call(&mut self, builder: &Builder, name: &str, operands: &[Value], results: &[Type]) -> Op {
        let name = format!("autodiff_gpu_{name}");
        let context = builder.context();
        if self.declared.insert(name.clone()) {
            let inputs: Vec<_> = operands.iter().map(|value| value.ty()).collect();
            let ty = Type::function(context, &inputs, results);
            Builder::at_start(self.top, builder.location()).create(
                func::Func::NAME,
                &[],
                &[],
                &[
                    ("sym_name", Attribute::string(context, &name)),
                    ("function_type", Attribute::ty(ty)),
                    ("sym_visibility", Attribute::string(context, "private")),
                ],
                &[Region::new()],
            );
        }
        builder.create(func::Call::NAME, operands, results, &[("callee", Attribute::symbol(context, &name))], &[])
    }

    /// The place of an op, for messages: its position and its name.
    pub fn site(&mut self, builder: &Builder, op: Op) -> Option<Value> {
        let place = op.location().position().unwrap_or_default();
        self.text(builder, &format!("{place}\n{}", op.name()))
    }

    /// The address of a text; each call makes one of its own.
    pub fn text(&mut self, builder: &Builder, text: &str) -> Option<Value> {
        let context = builder.context();
        let name = format!("{TEXT}{}", self.texts);
        self.texts += 1;
        // A NUL would end it early.
        let text = text.replace('\0', " ") + "\0";
        let ty = Type::parse(context, &format!("!llvm.array<{} x i8>", name_bytes(&text).len()))?;
        Builder::at_start(self.top, builder.location()).create(
            llvm::MlirGlobal::NAME,
            &[],
            &[],
            &[
                ("sym_name", Attribute::string(context, &name)),
                ("global_type", Attribute::ty(ty)),
                ("value", Attribute::string(context, &text)),
                ("linkage", Attribute::parse(context, "#llvm.linkage<internal>")?),
                ("constant", Attribute::unit(context)),
                ("addr_space", Attribute::integer(Type::integer(context, 32), 0)),
            ],
            &[Region::new()],
        );
        Some(address_of(builder, &name, pointer(context)?))
    }
}

const TEXT: &str = "__autodiff_gpu_text_";

/// The address of a symbol.
pub fn address_of(builder: &Builder, symbol: &str, pointer: Type) -> Value {
    let symbol = Attribute::symbol(builder.context(), symbol);
    builder.create(llvm::MlirAddressof::NAME, &[], &[pointer], &[("global_name", symbol)], &[]).result(0)
}

/// A value in memory, so that the runtime can read and write it.
pub struct Cell {
    memory: Value,
    address: Value,
    bytes: Value,
}

impl Cell {
    /// Room for a value of a type, on the stack of the function that `op` is in; `None` if its size is not known.
    pub fn new(op: Op, ty: Type) -> Option<Self> {
        let function = function_of(op)?;
        let entry = function.region(0).first_block()?;
        let builder = Builder::at_start(entry, op.location());
        let segments = Attribute::dense_i32(op.context(), &[0, 0]);
        let cell = Type::memref(ty, &[]);
        let memory =
            builder.create(memref::Alloca::NAME, &[], &[cell], &[("operandSegmentSizes", segments)], &[]).result(0);
        let bytes = integer(&builder, 64, byte_size(ty)?);
        // After what was created just now.
        let index = Type::index(op.context());
        let builder = Builder::after(bytes.defining_op()?)?.with_location(op.location());
        let address = builder.op(memref::ExtractAlignedPointerAsIndex::NAME, &[memory], index);
        let address = builder.op(arith::IndexCast::NAME, &[address], Type::integer(op.context(), 64));
        let address = builder.op(llvm::Inttoptr::NAME, &[address], pointer(op.context())?);
        Some(Self { memory, address, bytes })
    }

    pub fn store(&self, builder: &Builder, value: Value) {
        builder
            .effect(memref::Store::NAME, &[value, self.memory])
            .set_attribute(INTERNAL, Attribute::unit(builder.context()));
    }

    pub fn load(&self, builder: &Builder) -> Value {
        let ty = self.memory.ty().element();
        let attributes = [(INTERNAL, Attribute::unit(builder.context()))];
        builder.create(memref::Load::NAME, &[self.memory], &[ty], &attributes, &[]).result(0)
    }

    /// Address and size in bytes, as operands of calls.
    pub fn operands(&self) -> [Value; 2] {
        [self.address, self.bytes]
    }
}

/// The function around an op.
pub fn function_of(op: Op) -> Option<Op> {
    op.self_and_ancestors().find(|op| op.is_function())
}

/// What an element takes in memory, in bytes; `None` for types that memory cannot hold.
pub fn byte_size(ty: Type) -> Option<i64> {
    if ty.is_index() {
        Some(8)
    } else if let Some(bits) = ty.bit_width() {
        Some((i64::from(bits).max(1) as u64).div_ceil(8).next_power_of_two() as i64)
    } else if ty.is_complex() {
        Some(2 * byte_size(ty.real())?)
    } else if ty.is_vector() {
        let shape = ty.shape();
        let (last, outer) = shape.split_last()?;
        let bits = if ty.element().is_index() { 64 } else { i64::from(ty.element().bit_width()?) };
        let row = u64::try_from(last.checked_mul(bits)?).ok()?.div_ceil(8).next_power_of_two();
        outer.iter().try_fold(row as i64, |bytes, size| bytes.checked_mul(*size))
    } else if ty.is_memref() {
        Some(8 * (3 + 2 * ty.shape().len() as i64))
    } else {
        None
    }
}

/// The type that a value has in the LLVM dialect, as text; `None` for types that have none here.
pub fn llvm_type(ty: Type) -> Option<String> {
    let text = ty.to_string();
    if ty.is_index() {
        Some("i64".into())
    } else if ty.is_float() {
        // Narrower ones are bytes; LLVM has no others.
        let known = ["f16", "bf16", "f32", "f64", "f80", "f128"].contains(&text.as_str());
        let byte = ty.bit_width().filter(|bits| *bits <= 8).map(|_| "i8".to_owned());
        if known { Some(text) } else { byte }
    } else if ty.is_integer() || text.starts_with("!llvm.") {
        Some(text)
    } else if ty.is_complex() {
        Some(format!("!llvm.struct<({0}, {0})>", ty.real()))
    } else if ty.is_vector() {
        let shape = ty.shape();
        let element = if ty.element().is_index() { "i64".into() } else { ty.element().to_string() };
        let (last, outer) = shape.split_last()?;
        let row = format!("vector<{last}x{element}>");
        Some(outer.iter().rev().fold(row, |inner, size| format!("!llvm.array<{size} x {inner}>")))
    } else if ty.is_memref() {
        Some(match ty.shape().len() {
            0 => "!llvm.struct<(ptr, ptr, i64)>".into(),
            rank => format!("!llvm.struct<(ptr, ptr, i64, array<{rank} x i64>, array<{rank} x i64>)>"),
        })
    } else if ty.is_memory() && !ty.is_cache() {
        Some("!llvm.struct<(i64, ptr)>".into())
    } else {
        None
    }
}
