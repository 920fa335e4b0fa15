//! Takes the functions that run in kernels out of their modules.

use super::{abi, abi::KERNEL, launches::Launch};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, Op, Region, Type, Value},
    views::{func, gpu},
};
use std::collections::{HashMap, HashSet};

/// A function that runs in kernels.
#[derive(Clone)]
pub struct Function {
    pub op: Op,
    /// Whether it is launched; then its first argument is the thread.
    pub is_kernel: bool,
    /// Its buffers in workgroup memory, and those of each thread.
    pub workgroup: Vec<Value>,
    pub private: Vec<Value>,
}

/// What launches reach.
#[derive(Default)]
pub struct Device {
    pub functions: Vec<Function>,
    pub globals: Vec<Op>,
    /// By module and name: the number of the function.
    kernels: HashMap<(String, String), usize>,
}

impl Device {
    /// The kernel of a launch.
    pub fn kernel(&self, launch: &Launch) -> Option<&Function> {
        self.functions.get(*self.kernels.get(&launch.key)?)
    }

    /// The ops that a launch of a kernel may execute.
    pub fn reached(&self, kernel: Op) -> Vec<Op> {
        let by_name: HashMap<_, _> =
            self.functions.iter().filter_map(|function| Some((function.op.symbol_name()?, function.op))).collect();
        let mut seen = HashSet::from([kernel]);
        let mut pending = vec![kernel];
        let mut ops = vec![];
        while let Some(function) = pending.pop() {
            for op in function.walk() {
                ops.push(op);
                pending.extend(references(op).filter_map(|name| by_name.get(&name)).filter(|op| seen.insert(**op)));
            }
        }
        ops
    }
}

/// The symbols that an op refers to.
fn references(op: Op) -> impl Iterator<Item = String> {
    op.attributes().into_iter().filter_map(|(_, attribute)| attribute.as_symbol())
}

/// Moves what launches reach to the top of the module, as ordinary functions, and erases the rest of the GPU modules.
///
/// # Errors
///
/// A kernel that is no `gpu.func`.
pub fn extract(module: Op, launches: &[Launch]) -> Result<Device, Diagnostic> {
    let mut device = Device::default();
    let Some(top) = module.body(0) else { return Ok(device) };
    let mut taken: HashSet<String> = top.ops().into_iter().filter_map(Op::symbol_name).collect();
    for gpu_module in top.ops().into_iter().filter(|op| op.is::<gpu::Module>()) {
        let Some(body) = gpu_module.body(0) else { continue };
        let symbols: HashMap<_, _> = body.ops().into_iter().filter_map(|op| Some((op.symbol_name()?, op))).collect();
        let module_name = gpu_module.symbol_name().unwrap_or_default();
        let mut pending: Vec<_> = launches
            .iter()
            .filter(|launch| launch.key.0 == module_name)
            .filter_map(|launch| symbols.get(&launch.key.1).copied())
            .collect();
        let mut reached = HashSet::new();
        while let Some(op) = pending.pop() {
            if reached.insert(op) {
                let names = op.walk().into_iter().flat_map(references);
                pending.extend(names.filter_map(|name| symbols.get(&name).copied()));
            }
        }
        // First all names, while all uses are in the module.
        let mut moved = vec![];
        for op in body.ops().into_iter().filter(|op| reached.contains(op)) {
            let Some(old) = op.symbol_name() else { continue };
            let is_declaration = op.is_function() && op.regions().iter().all(|region| region.first_block().is_none());
            if is_declaration {
                if taken.insert(old.clone()) {
                    moved.push((op, old));
                }
                continue;
            }
            let mut new = format!("{module_name}.{old}");
            while !taken.insert(new.clone()) {
                new.push('_');
            }
            gpu_module.rename_symbol_uses(&old, &new);
            op.set_attribute("sym_name", Attribute::string(op.context(), &new));
            moved.push((op, old));
        }
        for (op, old) in moved {
            op.detach();
            let op = Builder::at_end(top, op.location()).insert(op);
            if op.is::<gpu::Func>() {
                device.kernels.insert((module_name.clone(), old), device.functions.len());
                device.functions.push(convert(op)?);
            } else if op.is_function() {
                op.set_attribute(KERNEL, Attribute::unit(op.context()));
                device.functions.push(Function { op, is_kernel: false, workgroup: vec![], private: vec![] });
            } else {
                device.globals.push(op);
            }
        }
        gpu_module.erase();
    }
    module.remove_attribute("gpu.container_module");
    Ok(device)
}

/// Makes a `func.func` of a `gpu.func`. The arguments for its buffers are left on its block.
fn convert(old: Op) -> Result<Function, Diagnostic> {
    let context = old.context();
    let missing =
        |what: &str| Diagnostic::error(old.location(), format!("internal error: '{}' has no {what}", old.name()));
    let (mut inputs, results) = old
        .attribute("function_type")
        .and_then(Attribute::as_type)
        .and_then(Type::function_parts)
        .ok_or_else(|| missing("type"))?;
    let entry = old.region(0).first_block().ok_or_else(|| missing("body"))?;
    let buffers = entry.arguments().split_off(inputs.len().min(entry.argument_count()));
    let count = old.attribute("workgroup_attributions").and_then(Attribute::as_integer).unwrap_or(0);
    let (workgroup, private) = buffers.split_at((count.max(0) as usize).min(buffers.len()));
    let (workgroup, private) = (workgroup.to_vec(), private.to_vec());
    let is_kernel = old.attribute("gpu.kernel").is_some();
    if is_kernel {
        let pointer = abi::pointer(context).ok_or_else(|| missing("pointer type"))?;
        entry.insert_argument(0, pointer, old.location());
        inputs.insert(0, pointer);
    }
    let region = Region::new();
    region.take_body(old.region(0));
    let name = old.symbol_name().unwrap_or_default();
    let op = Builder::before(old).ok_or_else(|| missing("place"))?.create(
        func::Func::NAME,
        &[],
        &[],
        &[
            ("sym_name", Attribute::string(context, &name)),
            ("function_type", Attribute::ty(Type::function(context, &inputs, &results))),
            ("sym_visibility", Attribute::string(context, "private")),
            (KERNEL, Attribute::unit(context)),
        ],
        &[region],
    );
    old.erase();
    for end in op.walk().into_iter().filter(|op| op.is::<gpu::Return>()) {
        if let Some(builder) = Builder::before(end) {
            builder.effect(func::Return::NAME, &end.operands());
            end.erase();
        }
    }
    Ok(Function { op, is_kernel, workgroup, private })
}
