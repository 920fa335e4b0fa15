//! Reading of programs, passes over them, and diagnostics.

use super::{
    element::Element,
    failure::{Failure, Result},
    slot::Slot,
};
use crate::console::complain;
use autodiff_dialect::{
    bridge,
    ir::{Attribute, Op, Type},
};
use melior::{
    Context,
    diagnostic::{Diagnostic, DiagnosticSeverity},
    dialect::DialectRegistry,
    ir::{Location, Module},
    pass::PassManager,
    utility::parse_pass_pipeline,
};
use std::{collections::HashSet, io::Read};

/// A context with all dialects and passes, which prints diagnostics to stderr.
pub fn context() -> Context {
    let context = quiet_context();
    context.attach_diagnostic_handler(|diagnostic| {
        print(&diagnostic);
        true
    });
    context
}

/// A context with all dialects and passes, which swallows diagnostics.
pub fn quiet_context() -> Context {
    let registry = DialectRegistry::new();
    bridge::register_everything(&registry);
    bridge::register_upstream_passes();
    autodiff_transforms::register();
    autodiff_lowering::register();
    let context = Context::new();
    context.append_dialect_registry(&registry);
    context.load_all_available_dialects();
    context.attach_diagnostic_handler(|_| true);
    context
}

fn print(diagnostic: &Diagnostic) {
    let severity = match diagnostic.severity() {
        DiagnosticSeverity::Error => "error",
        DiagnosticSeverity::Warning => "warning",
        DiagnosticSeverity::Remark => "remark",
        DiagnosticSeverity::Note => "note",
    };
    complain(format_args!("{}{severity}: {diagnostic}", place(diagnostic.location())));
    for note in (0..diagnostic.note_count()).filter_map(|index| diagnostic.note(index).ok()) {
        if !note.to_string().starts_with("see current operation") {
            print(&note);
        }
    }
}

/// `file:line:column: ` of a location, or nothing if there is no file in it.
fn place(location: Location) -> String {
    let location = autodiff_dialect::ir::Location::from_raw(location.to_raw());
    location.position().map(|place| place + ": ").unwrap_or_default()
}

/// Parses a file, or standard input for `-`.
///
/// # Errors
///
/// If it cannot be read or parsed.
pub fn parse<'c>(context: &'c Context, file: &str) -> Result<Module<'c>> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::input(format!("cannot read standard input: {error}")))?;
        return Module::parse(context, &text).ok_or(Failure::Reported);
    }
    // MLIR reports a file that it cannot open without a word about why.
    let metadata = std::fs::File::open(file)
        .and_then(|file| file.metadata())
        .map_err(|error| Failure::input(format!("cannot open '{file}': {error}")))?;
    if metadata.is_dir() {
        return Err(Failure::input(format!("cannot open '{file}': is a directory")));
    }
    super::engine::parse_file(context, file).ok_or(Failure::Reported)
}

/// The module as an op.
pub fn as_op(module: &Module) -> Op {
    Op::from_raw(module.as_operation().to_raw())
}

/// The ops at the top of a module.
pub fn top(module: Op) -> Vec<Op> {
    module.body(0).map(|block| block.ops()).unwrap_or_default()
}

/// Runs a pipeline.
///
/// # Errors
///
/// If a pass fails; it has said why.
pub fn run_passes(context: &Context, module: &mut Module, pipeline: &str) -> Result<()> {
    let manager = PassManager::new(context);
    parse_pass_pipeline(manager.as_operation_pass_manager(), pipeline)
        .map_err(|error| Failure::input(format!("cannot build the pass pipeline: {error}")))?;
    manager.run(module).map_err(|_| Failure::Reported)
}

/// A function that can be run.
pub struct Entry {
    pub name: String,
    pub parameters: Vec<Slot>,
    pub results: Vec<Slot>,
    /// Whether each parameter was a tensor in the source.
    pub was_tensor: Vec<bool>,
    /// Its location, as the text of an MLIR attribute.
    pub location: String,
}

/// Finds a function by its name.
///
/// # Errors
///
/// If there is none, or it has no body.
fn find(module: Op, name: &str) -> Result<Op> {
    let functions: Vec<_> = top(module).into_iter().filter(|op| op.is_function()).collect();
    let Some(&op) = functions.iter().find(|op| op.symbol_name().as_deref() == Some(name)) else {
        let names: Vec<_> =
            functions.iter().filter_map(|op| Some(format!("'@{}'", op.symbol_name()?))).take(8).collect();
        return Err(Failure::input(format!(
            "--entry: there is no function '@{name}'{}",
            if names.is_empty() { "".into() } else { format!(", expected one of {}", names.join(", ")) }
        )));
    };
    let place = op.location().position().unwrap_or_default();
    if op.name() != "func.func" {
        return Err(Failure::input(format!(
            "{place}: error: --entry: '@{name}' is a '{}', expected a 'func.func'",
            op.name()
        )));
    }
    if !has_body(op) {
        return Err(Failure::input(format!("{place}: error: --entry: function '@{name}' has no body")));
    }
    Ok(op)
}

fn signature(op: Op) -> (Vec<Type>, Vec<Type>) {
    op.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts).unwrap_or_default()
}

/// Finds the entry, and makes buffers of tensors and loops of linalg ops if the program has any.
///
/// # Errors
///
/// If there is no such function, its signature has types that cannot be passed, or tensors cannot be made buffers.
pub fn entry(context: &Context, module: &mut Module, name: &str) -> Result<Entry> {
    let op = find(as_op(module), name)?;
    let was_tensor = signature(op).0.iter().map(|ty| ty.is_tensor()).collect();
    let op = if has_tensors(as_op(module)) {
        run_passes(context, module, &format!("builtin.module({})", autodiff_lowering::tensors::passes()))?;
        find(as_op(module), name)?
    } else {
        op
    };
    let (inputs, outputs) = signature(op);
    let place = op.location().position().unwrap_or_default();
    let slots = |types: Vec<Type>, word: &str, make: fn(Type) -> std::result::Result<Slot, String>| {
        types
            .into_iter()
            .enumerate()
            .map(|(index, ty)| {
                make(ty).map_err(|why| Failure::input(format!("{place}: error: {word} #{index} of '@{name}': {why}")))
            })
            .collect::<Result<Vec<_>>>()
    };
    Ok(Entry {
        name: name.to_owned(),
        parameters: slots(inputs, "argument", Slot::parameter)?,
        results: slots(outputs, "result", Slot::result)?,
        was_tensor,
        location: op.location().to_string(),
    })
}

/// Whether any value of a program is a tensor, or any op is one of linalg.
fn has_tensors(module: Op) -> bool {
    module.walk().into_iter().any(|op| {
        if op.name().starts_with("linalg.") {
            return true;
        }
        let arguments = op.regions().into_iter().flat_map(|region| region.blocks()).flat_map(|block| block.arguments());
        op.results().into_iter().chain(arguments).any(|value| value.ty().is_tensor())
            || signature(op).0.into_iter().chain(signature(op).1).any(Type::is_tensor)
    })
}

/// Whether a function is more than a declaration.
fn has_body(op: Op) -> bool {
    op.regions().into_iter().any(|region| region.first_block().is_some())
}

/// Adds functions to a module: `text` is a module that declares what they call. All others become private, so that
/// what the new ones do not need can be left out.
///
/// # Errors
///
/// If the text does not verify; MLIR has said why.
pub fn add_functions(context: &Context, module: &Module, text: &str, names: &[&str]) -> Result<()> {
    for op in top(as_op(module)).into_iter().filter(|op| op.is_function()) {
        op.set_attribute("sym_visibility", Attribute::string(op.context(), "private"));
    }
    add_ops(context, module, text, names)
}

/// Adds the named ops of a text to a module; the others of the text declare what they refer to.
///
/// # Errors
///
/// If the text does not verify; MLIR has said why.
pub fn add_ops(context: &Context, module: &Module, text: &str, names: &[impl AsRef<str>]) -> Result<()> {
    let Some(extra) = Module::parse(context, text) else { return Err(Failure::Reported) };
    for op in top(as_op(&extra)) {
        if op.symbol_name().is_some_and(|name| names.iter().any(|other| other.as_ref() == name)) {
            op.detach();
            if let Some(block) = as_op(module).body(0) {
                autodiff_dialect::ir::Builder::at_end(block, op.location()).insert(op);
            }
        }
    }
    Ok(())
}

/// Makes sure that a program for the CPU launches no kernels, and leaves out those that it has.
///
/// # Errors
///
/// If there is an op of the `gpu` dialect outside kernels.
pub fn without_kernels(module: &Module) -> Result<()> {
    let (kernels, others): (Vec<_>, Vec<_>) = top(as_op(module)).into_iter().partition(|op| op.name() == "gpu.module");
    if let Some(op) = others.into_iter().flat_map(Op::walk).find(|op| op.name().starts_with("gpu.")) {
        let place = op.location().position().map(|place| place + ": ").unwrap_or_default();
        let name = op.name();
        return Err(Failure::input(format!("{place}error: '{name}' op needs '--target gpu-host', which runs kernels")));
    }
    for kernel in kernels {
        kernel.erase();
    }
    Ok(())
}

/// Renames the functions of a program, so that none is taken for one of the C library: `math.tanh` becomes a call of
/// `tanh`, and the user may well have a function of this name.
pub fn hide_functions(module: &Module, keep: &[&str]) {
    for op in top(as_op(module)).into_iter().filter(|op| op.is_function() && has_body(*op)) {
        if let Some(name) = op.symbol_name().filter(|name| !keep.contains(&name.as_str())) {
            let hidden = format!("__autodiff_run_user.{name}");
            as_op(module).rename_symbol_uses(&name, &hidden);
            op.set_attribute("sym_name", Attribute::string(op.context(), &hidden));
        }
    }
}

/// The narrowest floating-point type among the values of a function and of what it calls.
pub fn narrowest(module: Op, entry: &str) -> Option<Element> {
    let mut pending: Vec<_> = top(module).into_iter().filter(|op| op.symbol_name().as_deref() == Some(entry)).collect();
    let mut reached: HashSet<Op> = pending.iter().copied().collect();
    let mut narrowest: Option<Element> = None;
    while let Some(function) = pending.pop() {
        for op in function.walk() {
            let called = ["callee", "kernel"].iter().find_map(|name| op.lookup_symbol(op.attribute(name)?));
            pending.extend(called.filter(|function| reached.insert(*function)));
            let arguments =
                op.regions().into_iter().flat_map(|region| region.blocks()).flat_map(|block| block.arguments());
            narrowest = op
                .results()
                .into_iter()
                .chain(arguments)
                .filter_map(|value| Element::of(value.ty().element()))
                .filter(|element| element.is_float())
                .map(Element::real)
                .chain(narrowest)
                .max_by(|a, b| a.epsilon().total_cmp(&b.epsilon()));
        }
    }
    narrowest
}
