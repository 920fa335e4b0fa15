//! The mutable globals of a program: a call must not see what an earlier one has left in them.
//!
//! Two functions are added to the module, once it is in the LLVM dialect. One copies each global to a copy beside it, the
//! other copies it back. There they are all alike: globals of buffers, shadows of globals, those of kernels on the host.

use super::{request::symbol, source};
use autodiff_dialect::ir::{Attribute, Op};
use melior::{Context, ir::Module};
use std::fmt::Write;

/// The names of the functions.
pub const SAVE: &str = "__autodiff_run_save_globals";
pub const RESTORE: &str = "__autodiff_run_restore_globals";

/// Adds the functions to a module in the LLVM dialect; false if there is no mutable global.
///
/// # Errors
///
/// If MLIR refuses the functions; it has said why.
pub fn add(context: &Context, module: &Module) -> super::failure::Result<bool> {
    let globals: Vec<_> = source::top(source::as_op(module)).into_iter().filter_map(mutable).collect();
    if globals.is_empty() {
        return Ok(false);
    }
    let (mut text, mut save, mut restore) = (String::new(), String::new(), String::new());
    let mut names = vec![SAVE.to_owned(), RESTORE.to_owned()];
    for (number, Global { name, ty, space }) in globals.iter().enumerate() {
        let copy = format!("__autodiff_run_copy_of_global_{number}");
        let name = symbol(name);
        let pointer = if *space == 0 { "!llvm.ptr".into() } else { format!("!llvm.ptr<{space}>") };
        let in_space = if *space == 0 { String::new() } else { format!("addr_space = {space} : i32") };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "llvm.mlir.global external @{name}() {{{in_space}}} : {ty}\n\
             llvm.mlir.global internal @{copy}() : {ty} {{\n  %z = llvm.mlir.zero : {ty}\n  llvm.return %z : {ty}\n}}\n"
        );
        for (body, to, from) in [(&mut save, "copy", "global"), (&mut restore, "global", "copy")] {
            let _ = write!(
                body,
                "  %global{number} = llvm.mlir.addressof @{name} : {pointer}\n\
                 \x20 %copy{number} = llvm.mlir.addressof @{copy} : !llvm.ptr\n\
                 \x20 %null{number} = llvm.mlir.zero : !llvm.ptr\n\
                 \x20 %end{number} = llvm.getelementptr %null{number}[1] : (!llvm.ptr) -> !llvm.ptr, {ty}\n\
                 \x20 %size{number} = llvm.ptrtoint %end{number} : !llvm.ptr to i64\n\
                 \x20 \"llvm.intr.memcpy\"(%{to}{number}, %{from}{number}, %size{number}) <{{isVolatile = false}}> : \
                 ({}, {}, i64) -> ()\n",
                if to == "global" { &pointer } else { "!llvm.ptr" },
                if from == "global" { &pointer } else { "!llvm.ptr" },
            );
        }
        names.push(copy);
    }
    let _ = write!(text, "llvm.func @{SAVE}() {{\n{save}  llvm.return\n}}\n");
    let _ = write!(text, "llvm.func @{RESTORE}() {{\n{restore}  llvm.return\n}}\n");
    source::add_ops(context, module, &text, &names)?;
    Ok(true)
}

struct Global {
    name: String,
    ty: String,
    space: i64,
}

/// A global that the program may write to, and that is its own. What belongs to one thread only is left out.
fn mutable(op: Op) -> Option<Global> {
    let is_defined =
        op.attribute("value").is_some() || op.regions().iter().any(|region| region.first_block().is_some());
    let is_own = ["constant", "thread_local_"].iter().all(|name| op.attribute(name).is_none()) && is_defined;
    (op.name() == "llvm.mlir.global" && is_own).then_some(())?;
    Some(Global {
        name: op.symbol_name()?,
        ty: op.attribute("global_type")?.as_type()?.to_string(),
        space: op.attribute("addr_space").and_then(Attribute::as_integer).unwrap_or(0),
    })
}
