//! Tells LLVM what it may assume at the boundaries of functions, which the conversion of `func` in MLIR 22 drops.
//!
//! 1. While functions are those of `func`: private ones are marked as internal, so that LLVM inlines and removes them;
//!    where a memref parameter is marked `llvm.noalias`, the position that its data pointer will have is noted. A
//!    parameter that may be freed is left out, because that goes by another pointer, which would not be "based on" it.
//! 2. When they are functions of LLVM: the pointers at the noted positions are marked.

use autodiff_dialect::{
    bridge::Pass,
    ir::{Attribute, Op, Type, Value},
    views::{autodiff, bufferization, func, llvm, memref},
};
use std::collections::{HashMap, HashSet};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-mark-interface",
    c"Tell LLVM which functions are internal and which pointers are distinct",
    &[],
    |_, module| {
        let releases = Releases::new(module);
        for op in module.walk() {
            match op.name() {
                func::Func::NAME => note(op, &releases),
                llvm::Func::NAME => mark(op),
                _ => {}
            }
        }
        Ok(())
    },
);

/// Positions of pointers that nothing else reaches.
const NOTE: &str = "autodiff.noalias";

/// How the names of functions begin that upstream adds for `llvm.emit_c_interface`.
const WRAPPER: &str = "_mlir_ciface_";

fn note(function: Op, releases: &Releases) {
    let context = function.context();
    let private = function.attribute("sym_visibility").and_then(Attribute::as_string).as_deref() == Some("private");
    let Some(entry) = function.region(0).first_block() else { return };
    if private
        && function.attribute("llvm.linkage").is_none()
        && let Some(internal) = Attribute::parse(context, "#llvm.linkage<internal>")
    {
        function.set_attribute("llvm.linkage", internal);
    }
    let (mut positions, mut position) = (vec![], 0);
    for (number, argument) in entry.arguments().into_iter().enumerate() {
        let Some(width) = width(argument.ty()) else { break };
        let distinct = argument.ty().is_memref() && function.argument_attribute(number, "llvm.noalias").is_some();
        if distinct && !releases.may_free(argument) {
            // The allocation comes first, the data after it.
            positions.push(position + 1);
        }
        position += width;
    }
    if !positions.is_empty() {
        function.set_attribute(NOTE, Attribute::dense_i64(context, &positions));
    }
}

/// What a module frees.
struct Releases {
    /// By the module that holds them, and their names.
    functions: HashMap<(Op, String), Op>,
    /// Whether something is freed that is not an allocation of the same function, seen through views.
    loose: bool,
}

impl Releases {
    fn new(module: Op) -> Self {
        let ops = module.walk();
        let functions = ops
            .iter()
            .filter(|op| op.is::<func::Func>())
            .filter_map(|op| Some(((op.parent()?, op.symbol_name()?), *op)));
        let functions = functions.collect();
        let loose = ops.iter().filter(|op| releases(**op)).any(|op| {
            let mut value = op.operand(0);
            while let Some(source) = value.defining_op().and_then(|op| op.view_source(value)) {
                value = source;
            }
            !value.defining_op().is_some_and(|op| ALLOCATIONS.contains(&op.name()))
        });
        Self { functions, loose }
    }

    /// Whether the memory of a value may be freed where the value can be seen.
    fn may_free(&self, value: Value) -> bool {
        let (mut seen, mut pending) = (HashSet::new(), vec![value]);
        while let Some(value) = pending.pop() {
            if !seen.insert(value) {
                continue;
            }
            for (user, number) in value.uses() {
                let views = || user.results().into_iter().filter(|result| user.view_source(*result) == Some(value));
                let address = match user.name() {
                    memref::Load::NAME | memref::Dim::NAME | memref::Copy::NAME => true,
                    memref::Store::NAME => number == 1,
                    _ => false,
                };
                if releases(user) {
                    return true;
                } else if address {
                } else if views().next().is_some() {
                    pending.extend(views());
                } else if let Some(parameter) = self.parameter(user, number) {
                    pending.push(parameter);
                } else if self.loose {
                    // It goes where it cannot be followed, and so does something that is freed.
                    return true;
                }
            }
        }
        false
    }

    /// The parameter that an operand of a call becomes.
    fn parameter(&self, call: Op, number: usize) -> Option<Value> {
        if !call.is::<func::Call>() {
            return None;
        }
        let callee = call.attribute("callee").and_then(Attribute::as_symbol)?;
        let module = call.function()?.parent()?;
        self.functions.get(&(module, callee))?.region(0).first_block()?.arguments().get(number).copied()
    }
}

const ALLOCATIONS: [&str; 3] = [memref::Alloc::NAME, memref::Realloc::NAME, autodiff::Shadow::NAME];

fn releases(op: Op) -> bool {
    matches!(op.name(), memref::Dealloc::NAME | memref::Realloc::NAME | bufferization::Dealloc::NAME)
}

/// The number of parameters that one becomes; `None` where that is not known.
fn width(ty: Type) -> Option<i64> {
    if ty.is_memref() {
        // Allocation, data, offset, and a size and a stride for each dimension.
        Some(3 + 2 * ty.shape().len() as i64)
    } else if ty.is_memory() || ty.is_tensor() {
        None
    } else {
        (ty.is_float() || ty.is_integer() || ty.is_index() || ty.is_complex() || ty.is_vector()).then_some(1)
    }
}

fn mark(function: Op) {
    let Some(positions) = function.attribute(NOTE).and_then(Attribute::as_dense_i64) else { return };
    function.remove_attribute(NOTE);
    // A wrapper for C gets the attributes of the function that it wraps, but takes a pointer for each memref.
    if function.symbol_name().is_some_and(|name| name.starts_with(WRAPPER)) {
        return;
    }
    let count = function.region(0).first_block().map_or(0, |entry| entry.arguments().len());
    for position in positions.into_iter().filter_map(|position| usize::try_from(position).ok()) {
        function.set_argument_attribute(count, position, "llvm.noalias", Attribute::unit(function.context()));
    }
}
