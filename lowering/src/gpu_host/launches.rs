//! Launches: the arguments go through memory, and the runtime calls the kernel for each thread.

use super::{abi, abi::Runtime, device::Device, exchange, host, workgroup::Layout};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    views::{arith, builtin, func, gpu, llvm},
};
use std::collections::HashMap;

/// A launch, and its kernel by module and name.
pub struct Launch {
    pub op: Op,
    pub key: (String, String),
}

impl Launch {
    /// The name of the kernel for people. Outlining makes a module for each kernel, which is named like it.
    fn name(&self) -> String {
        let (module, kernel) = &self.key;
        if module.starts_with(kernel.as_str()) { module.clone() } else { format!("{module}::{kernel}") }
    }
}

/// All launches of a module.
///
/// # Errors
///
/// A launch of what is no kernel, or with clusters.
pub fn find(module: Op) -> Result<Vec<Launch>, Diagnostic> {
    let mut launches = vec![];
    for op in module.walk() {
        if op.is::<gpu::Launch>() {
            let message = "'gpu.launch' op has no kernel function, run 'gpu-kernel-outlining' first";
            return Err(Diagnostic::error(op.location(), message));
        }
        if !op.is::<gpu::LaunchFunc>() {
            continue;
        }
        let symbol = op.attribute("kernel");
        let kernel = symbol.and_then(|symbol| op.lookup_symbol(symbol));
        let Some(kernel) = kernel.filter(|kernel| kernel.is::<gpu::Func>() && kernel.attribute("gpu.kernel").is_some())
        else {
            let name = symbol.map(|symbol| symbol.to_string()).unwrap_or_default();
            let message = format!("'gpu.launch_func' op expected a 'gpu.func' with 'kernel', got '{name}'");
            return Err(Diagnostic::error(op.location(), message));
        };
        let module = kernel.parent().and_then(Op::symbol_name).unwrap_or_default();
        launches.push(Launch { op, key: (module, kernel.symbol_name().unwrap_or_default()) });
    }
    Ok(launches)
}

/// The operands of a launch.
pub struct Operands {
    /// Blocks in x, y, z, then threads.
    pub sizes: Vec<Value>,
    pub dynamic_bytes: Option<Value>,
    pub arguments: Vec<Value>,
}

impl Operands {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// A launch with clusters, or on a stream of the user's.
    pub fn of(op: Op) -> Result<Self, Diagnostic> {
        let wrong = |what: &str| Diagnostic::error(op.location(), format!("'gpu.launch_func' op {what}"));
        let segments = op.attribute("operandSegmentSizes").and_then(Attribute::as_dense_i32).unwrap_or_default();
        let mut operands = op.operands().into_iter();
        let mut groups = segments.iter().map(|count| operands.by_ref().take(*count as usize).collect::<Vec<_>>());
        let mut next = || groups.next().unwrap_or_default();
        let _tokens = next();
        let sizes: Vec<_> = (0..6).flat_map(|_| next()).collect();
        let clusters: Vec<_> = (0..3).flat_map(|_| next()).collect();
        let dynamic_bytes = next().pop();
        let arguments = next();
        if sizes.len() != 6 {
            return Err(wrong("expected six sizes"));
        }
        if !clusters.is_empty() {
            return Err(wrong("has clusters of blocks, which are not supported on the host"));
        }
        if !next().is_empty() {
            return Err(wrong("has an async object, which is not supported on the host"));
        }
        Ok(Self { sizes, dynamic_bytes, arguments })
    }
}

/// Makes functions that unpack arguments, one for each kernel, and calls of the runtime.
#[derive(Default)]
pub struct Lowering {
    thunks: HashMap<Op, String>,
}

impl Lowering {
    /// Replaces a launch by a call of the runtime.
    ///
    /// # Errors
    ///
    /// Arguments that cannot be passed.
    pub fn lower(
        &mut self,
        launch: &Launch,
        device: &Device,
        layout: &Layout,
        runtime: &mut Runtime,
    ) -> Result<(), Diagnostic> {
        let op = launch.op;
        let internal = || Diagnostic::error(op.location(), "internal error: cannot build the launch");
        let Operands { sizes, dynamic_bytes, arguments } = Operands::of(op)?;
        let kernel = device.kernel(launch).ok_or_else(internal)?.op;
        let pack = pack_type(op, &arguments)?;
        let builder = Builder::before(op).ok_or_else(internal)?;
        let pointer = abi::pointer(op.context()).ok_or_else(internal)?;
        let thunk = match self.thunks.get(&kernel) {
            Some(thunk) => thunk.clone(),
            None => make_thunk(kernel, pack).ok_or_else(internal)?,
        };
        self.thunks.insert(kernel, thunk.clone());

        let stack = builder.op(llvm::IntrStacksave::NAME, &[], pointer);
        let one = abi::integer(&builder, 64, 1);
        let memory = builder.create(llvm::Alloca::NAME, &[one], &[pointer], &[("elem_type", Attribute::ty(pack))], &[]);
        let memory = memory.result(0);
        let mut value = builder.op(llvm::MlirPoison::NAME, &[], pack);
        for (position, argument) in arguments.iter().enumerate() {
            let ty = abi::llvm_type(argument.ty()).and_then(|text| Type::parse(op.context(), &text));
            let part = cast(&builder, *argument, ty.ok_or_else(internal)?);
            let attributes = [("position", Attribute::dense_i64(op.context(), &[position as i64]))];
            value = builder.create(llvm::Insertvalue::NAME, &[value, part], &[pack], &attributes, &[]).result(0);
        }
        builder.effect(llvm::Store::NAME, &[value, memory]);

        let reached = device.reached(kernel);
        let usage = layout.usage(kernel);
        let synchronises = reached.iter().any(|op| exchange::may_wait(*op));
        let mut operands = vec![
            abi::address_of(&builder, &thunk, pointer),
            memory,
            runtime.text(&builder, &launch.name()).ok_or_else(internal)?,
            runtime.site(&builder, op).ok_or_else(internal)?,
        ];
        operands.extend(sizes.into_iter().map(|size| as_i64(&builder, size)));
        operands.extend([usage.bytes, usage.end].map(|bytes| abi::integer(&builder, 64, bytes)));
        operands.push(match dynamic_bytes {
            Some(bytes) => as_i64(&builder, bytes),
            None => abi::integer(&builder, 64, 0),
        });
        operands.push(abi::integer(&builder, 64, synchronises.into()));
        runtime.call(&builder, "launch", &operands, &[]);
        builder.effect(llvm::IntrStackrestore::NAME, &[stack]);
        host::replace_token(op, &builder);
        op.erase();
        Ok(())
    }
}

/// A size as `i64`.
pub fn as_i64(builder: &Builder, value: Value) -> Value {
    let i64 = Type::integer(builder.context(), 64);
    match value.ty() {
        ty if ty == i64 => value,
        ty if ty.is_index() => builder.op(arith::IndexCast::NAME, &[value], i64),
        _ => builder.op(arith::Extsi::NAME, &[value], i64),
    }
}

/// A value as what it will be in the LLVM dialect.
pub fn cast(builder: &Builder, value: Value, ty: Type) -> Value {
    if value.ty() == ty { value } else { builder.op(builtin::UnrealizedConversionCast::NAME, &[value], ty) }
}

/// The structure that holds the arguments of a launch.
fn pack_type(op: Op, arguments: &[Value]) -> Result<Type, Diagnostic> {
    let mut parts = vec![];
    for (number, argument) in arguments.iter().enumerate() {
        parts.push(abi::llvm_type(argument.ty()).ok_or_else(|| {
            Diagnostic::error(
                op.location(),
                format!("kernel argument #{number} of type '{}' cannot be passed on the host", argument.ty()),
            )
        })?);
    }
    Type::parse(op.context(), &format!("!llvm.struct<({})>", parts.join(", ")))
        .ok_or_else(|| Diagnostic::error(op.location(), "internal error: cannot pack the arguments of the launch"))
}

/// A function of C that takes the arguments out of memory and calls the kernel.
fn make_thunk(kernel: Op, pack: Type) -> Option<String> {
    let context = kernel.context();
    let pointer = abi::pointer(context)?;
    let name = format!("{}.thunk", kernel.symbol_name()?);
    let (inputs, _) = kernel.attribute("function_type")?.as_type()?.function_parts()?;
    let block = Block::new(&[(pointer, kernel.location()), (pointer, kernel.location())]);
    let builder = Builder::at_end(block, kernel.location());
    let mut operands = vec![block.argument(0)];
    let value = builder.op(llvm::Load::NAME, &[block.argument(1)], pack);
    for (position, ty) in inputs.into_iter().skip(1).enumerate() {
        let attributes = [("position", Attribute::dense_i64(context, &[position as i64]))];
        let part = Type::parse(context, &abi::llvm_type(ty)?)?;
        let part = builder.create(llvm::Extractvalue::NAME, &[value], &[part], &attributes, &[]).result(0);
        operands.push(cast(&builder, part, ty));
    }
    let callee = Attribute::symbol(context, &kernel.symbol_name()?);
    builder.create(func::Call::NAME, &operands, &[], &[("callee", callee)], &[]);
    builder.effect(llvm::Return::NAME, &[]);
    let ty = Type::parse(context, "!llvm.func<void (ptr, ptr)>")?;
    Builder::after(kernel)?.create(
        llvm::Func::NAME,
        &[],
        &[],
        &[
            ("sym_name", Attribute::string(context, &name)),
            ("function_type", Attribute::ty(ty)),
            ("linkage", Attribute::parse(context, "#llvm.linkage<internal>")?),
        ],
        &[Region::with_block(block)],
    );
    Some(name)
}
