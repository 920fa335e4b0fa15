//! What the host does with device memory: here it is memory like any other, and everything happens in order.

use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Region, Type, Value},
    views::{gpu, memref},
};
use autodiff_transforms::emit;

/// Puts all memory into the default space. Tokens become booleans: what they order already stands in order.
pub fn erase_memory_spaces_and_tokens(module: Op) {
    let token = Type::parse(module.context(), "!gpu.async.token");
    let map = |ty: Type| match ty {
        ty if Some(ty) == token => Type::integer(module.context(), 1),
        ty => ty.without_memory_spaces(),
    };
    let map = |ty: Type| match ty.function_parts() {
        Some((inputs, results)) => {
            let all = |types: Vec<Type>| types.into_iter().map(map).collect::<Vec<_>>();
            Type::function(module.context(), &all(inputs), &all(results))
        }
        None => map(ty),
    };
    for op in module.walk() {
        let arguments = op.regions().into_iter().flat_map(Region::blocks).flat_map(|block| block.arguments());
        for value in op.results().into_iter().chain(arguments) {
            let ty = map(value.ty());
            if ty != value.ty() {
                value.set_type(ty);
            }
        }
        for (name, attribute) in op.attributes() {
            if let Some(ty) = attribute.as_type()
                && map(ty) != ty
            {
                op.set_attribute(name, Attribute::ty(map(ty)));
            }
        }
        if op.is::<memref::MemorySpaceCast>() {
            op.result(0).replace_all_uses_with(op.operand(0));
            op.erase();
        }
    }
}

/// Replaces allocation, release, copies, fills and waiting.
pub fn lower(module: Op) {
    for op in module.walk() {
        let Some(builder) = Builder::before(op) else { continue };
        let operands = op.operands();
        let last = |count: usize| operands.len().checked_sub(count).map(|start| operands[start..].to_vec());
        match op.name() {
            gpu::Alloc::NAME => {
                let segments = op.attribute("operandSegmentSizes").and_then(Attribute::as_dense_i32);
                let Some([tokens, sizes, symbols]) = segments.as_deref() else { continue };
                let segments = Attribute::dense_i32(op.context(), &[*sizes, *symbols]);
                let Some(operands) = operands.get(*tokens as usize..) else { continue };
                let attributes = [("operandSegmentSizes", segments)];
                let buffer = builder.create(memref::Alloc::NAME, operands, &[op.result(0).ty()], &attributes, &[]);
                op.result(0).replace_all_uses_with(buffer.result(0));
            }
            gpu::Dealloc::NAME => {
                let Some(buffer) = last(1) else { continue };
                builder.effect(memref::Dealloc::NAME, &buffer);
            }
            gpu::Memcpy::NAME => {
                let Some([to, from]) = last(2).and_then(|pair| <[Value; 2]>::try_from(pair).ok()) else { continue };
                builder.effect(memref::Copy::NAME, &[from, to]);
            }
            gpu::Memset::NAME => {
                let Some([buffer, value]) = last(2).and_then(|pair| <[Value; 2]>::try_from(pair).ok()) else {
                    continue;
                };
                emit::fill(&builder, buffer, value);
            }
            gpu::Wait::NAME | gpu::HostRegister::NAME | gpu::HostUnregister::NAME | gpu::SetDefaultDevice::NAME => {}
            _ => continue,
        }
        replace_token(op, &builder);
        op.erase();
    }
}

/// Replaces the token of an op by a constant.
pub fn replace_token(op: Op, builder: &Builder) {
    let boolean = Type::integer(op.context(), 1);
    if let Some(token) = op.results().pop().filter(|result| result.ty() == boolean) {
        token.replace_all_uses_with(builder.boolean(false));
    }
}
