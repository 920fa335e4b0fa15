//! Running a kernel without a host program: a function that launches it, with the kernel's parameters.

use super::failure::{Failure, Result};
use autodiff_dialect::ir::{Attribute, Block, Builder, Op, Region, Type, Value};

/// How a kernel is launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Blocks in x, y and z.
    pub grid: [u32; 3],
    /// Threads of a block in x, y and z.
    pub block: [u32; 3],
    /// Workgroup memory beside what the kernel names, in bytes.
    pub dynamic_bytes: u32,
}

/// Reads sizes such as `4`, `4x2` or `4x2x1`; what is left out is 1.
///
/// # Errors
///
/// What is wrong with the text.
pub fn parse_sizes(text: &str) -> std::result::Result<[u32; 3], String> {
    let wrong = || format!("expected one to three sizes above 0 such as '64' or '16x16x1', got '{text}'");
    let mut sizes = [1; 3];
    for (number, part) in text.split('x').enumerate() {
        let size = sizes.get_mut(number).ok_or_else(wrong)?;
        *size = part.parse().ok().filter(|size| *size > 0).ok_or_else(wrong)?;
    }
    Ok(sizes)
}

/// Adds a function that launches the kernel `module::name`; it has the same name.
///
/// # Errors
///
/// If there is no such kernel, or it is not known how to launch it.
pub fn add(module: Op, name: &str, geometry: Option<Geometry>) -> Result<()> {
    let Some((outer, inner)) = name.split_once("::") else { return Ok(()) };
    let kernel = find(module, outer, inner).ok_or_else(|| missing(module, name))?;
    let place = kernel.location().position().unwrap_or_default();
    let geometry = geometry.ok_or_else(|| {
        Failure::input(format!("--entry: '@{name}' is a kernel, say by --grid and --block how to launch it"))
    })?;
    let failed = || Failure::input(format!("{place}: error: --entry: cannot launch kernel '@{name}'"));
    build(module, kernel, name, geometry).ok_or_else(failed)
}

fn top(op: Op) -> Vec<Op> {
    op.body(0).map(Block::ops).unwrap_or_default()
}

fn is_kernel(op: &Op) -> bool {
    op.name() == "gpu.func" && op.attribute("gpu.kernel").is_some()
}

fn find(module: Op, outer: &str, inner: &str) -> Option<Op> {
    let is_named = |op: &Op, name: &str| op.symbol_name().as_deref() == Some(name);
    let gpu_module = top(module).into_iter().find(|op| op.name() == "gpu.module" && is_named(op, outer))?;
    top(gpu_module).into_iter().find(|op| is_kernel(op) && is_named(op, inner))
}

fn missing(module: Op, name: &str) -> Failure {
    let mut kernels = vec![];
    for gpu_module in top(module).into_iter().filter(|op| op.name() == "gpu.module") {
        let outer = gpu_module.symbol_name().unwrap_or_default();
        let inner = top(gpu_module).into_iter().filter(is_kernel).filter_map(Op::symbol_name);
        kernels.extend(inner.map(|inner| format!("'@{outer}::{inner}'")));
    }
    kernels.truncate(8);
    let expected = if kernels.is_empty() { String::new() } else { format!(", expected one of {}", kernels.join(", ")) };
    Failure::input(format!("--entry: there is no kernel '@{name}'{expected}"))
}

fn build(module: Op, kernel: Op, name: &str, geometry: Geometry) -> Option<()> {
    let context = module.context();
    let location = kernel.location();
    let (types, _) = kernel.attribute("function_type")?.as_type()?.function_parts()?;
    let parameters: Vec<_> = types.iter().map(|ty| (host_type(*ty), location)).collect();
    let inputs: Vec<_> = parameters.iter().map(|(ty, _)| *ty).collect();
    let block = Block::new(&parameters);
    let builder = Builder::at_end(block, location);
    let mut operands: Vec<_> =
        geometry.grid.into_iter().chain(geometry.block).map(|size| builder.index(size.into())).collect();
    let mut segments = vec![0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, types.len() as i32, 0];
    if geometry.dynamic_bytes > 0 {
        let i32 = Type::integer(context, 32);
        operands.push(builder.constant(i32, Attribute::integer(i32, geometry.dynamic_bytes.into())));
        segments[10] = 1;
    }
    operands.extend(block.arguments().into_iter().zip(&types).map(|(value, ty)| convert(&builder, value, *ty)));
    let gpu_module = kernel.parent()?.symbol_name()?;
    let symbol = Attribute::nested_symbol(context, &gpu_module, &kernel.symbol_name()?);
    let attributes = [("kernel", symbol), ("operandSegmentSizes", Attribute::dense_i32(context, &segments))];
    builder.create("gpu.launch_func", &operands, &[], &attributes, &[]);
    builder.effect("func.return", &[]);
    Builder::at_end(module.body(0)?, location).create(
        "func.func",
        &[],
        &[],
        &[
            ("sym_name", Attribute::string(context, name)),
            ("function_type", Attribute::ty(Type::function(context, &inputs, &[]))),
        ],
        &[Region::with_block(block)],
    );
    module.set_attribute("gpu.container_module", Attribute::unit(context));
    Some(())
}

/// The type of a buffer as it comes from outside.
fn host_type(ty: Type) -> Type {
    if ty.is_memref() { Type::memref(ty.element(), &ty.shape()) } else { ty }
}

/// Gives a buffer the layout and the memory space that the kernel wants.
fn convert(builder: &Builder, value: Value, ty: Type) -> Value {
    let plain = ty.without_memory_spaces();
    let value = if value.ty() == plain { value } else { builder.op("memref.cast", &[value], plain) };
    if plain == ty { value } else { builder.op("memref.memory_space_cast", &[value], ty) }
}

#[cfg(test)]
mod tests {
    use super::parse_sizes;

    #[test]
    fn sizes_that_are_left_out_are_one() {
        assert_eq!(parse_sizes("3"), Ok([3, 1, 1]));
        assert_eq!(parse_sizes("3x4x5"), Ok([3, 4, 5]));
        for text in ["", "0", "3x", "1x2x3x4", "-1", "a"] {
            assert!(parse_sizes(text).is_err(), "{text}");
        }
    }
}
