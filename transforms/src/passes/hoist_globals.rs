//! Moves the mutable globals of kernels' modules to the module around, where derivatives reach them, too: kernels get them
//! as arguments. All launches of a kernel go on sharing one, those of the primal and those of its derivatives.
//!
//! Only what the functions launch that are differentiated is touched.

use super::{
    inline_kernels::segments,
    normal_form::{has_derivative, references},
};
use crate::globals::{Globals, HANDED, STANDS_FOR};
use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type},
    views::{gpu, memref},
};
use std::collections::{HashMap, HashSet};

/// Hoists the globals of the modules that some functions reach.
///
/// # Errors
///
/// A function that names its derivative, which would have to take one more argument.
pub(super) fn hoist(
    module: Op,
    symbols: &mut HashMap<String, Op>,
    callees: Vec<String>,
) -> Result<(), Box<Diagnostic>> {
    let tops = module.regions().into_iter().filter_map(Region::first_block).flat_map(Block::ops);
    let kernels = tops.filter(|op| op.is::<gpu::Module>());
    let mut found: Vec<_> = kernels.map(|kernels| (kernels, Globals::new(kernels, |_| true))).collect();
    found.retain(|(_, globals)| !globals.is_empty());
    if found.is_empty() {
        return Ok(());
    }
    let reached = reach(symbols, callees);
    for (kernels, globals) in found {
        if kernels.symbol_name().is_some_and(|name| reached.contains(&name)) {
            hoist_from(module, kernels, &globals, symbols)?;
        }
    }
    Ok(())
}

/// The names of what some functions refer to, and what that refers to.
fn reach(symbols: &HashMap<String, Op>, names: Vec<String>) -> HashSet<String> {
    let mut seen: HashSet<_> = names.iter().cloned().collect();
    let mut pending = names;
    while let Some(name) = pending.pop() {
        let ops = symbols.get(&name).map(|op| op.walk()).unwrap_or_default();
        pending.extend(ops.into_iter().flat_map(references).filter(|name| seen.insert(name.clone())));
    }
    seen
}

fn hoist_from(
    module: Op,
    kernels: Op,
    globals: &Globals,
    symbols: &mut HashMap<String, Op>,
) -> Result<(), Box<Diagnostic>> {
    let context = module.context();
    let outer = kernels.symbol_name().unwrap_or_default();
    let inside: Vec<_> = kernels.body(0).map(Block::ops).unwrap_or_default();
    let functions: Vec<_> = inside.iter().copied().filter(|op| op.is_function()).collect();
    let by_name: HashMap<_, _> = inside.iter().filter_map(|op| Some((op.symbol_name()?, *op))).collect();
    let reached = globals.reached(&functions, &by_name, |_| true);
    let handed: HashMap<_, _> =
        functions.iter().enumerate().map(|(number, function)| (*function, reached.by_root(number).to_vec())).collect();
    let uses = |function: &&Op| handed.get(function).is_some_and(|handed| !handed.is_empty());
    if let Some(function) = functions.iter().find(|function| uses(function) && has_derivative(**function)) {
        let name = function.symbol_name().unwrap_or_default();
        return Err(Box::new(Diagnostic::error(
            function.location(),
            format!(
                "'@{name}' names its derivative and uses a mutable global of a 'gpu.module'; pass it as an argument"
            ),
        )));
    }
    // What the globals are called outside, by number.
    let mut names = vec![];
    let Some(builder) = Builder::before(kernels) else { return Ok(()) };
    for (name, global) in globals.iter() {
        let mut new = format!("{outer}.{name}");
        while symbols.contains_key(&new) {
            new.push('_');
        }
        let copy = builder.insert(global.duplicate());
        copy.set_attribute("sym_name", Attribute::string(context, &new));
        copy.set_attribute("sym_visibility", Attribute::string(context, "private"));
        symbols.insert(new.clone(), copy);
        names.push((new, copy.attribute("type").and_then(Attribute::as_type).unwrap_or(Type::index(context))));
    }
    let launches: Vec<_> = module.walk().into_iter().filter(|op| op.is::<gpu::LaunchFunc>()).collect();
    for function in functions.iter().filter(uses) {
        let numbers = &handed[function];
        globals.take_as_arguments(*function, numbers);
        function.remove_attribute(HANDED);
        function.remove_attribute(STANDS_FOR);
        let name = function.symbol_name().unwrap_or_default();
        if let Some(standin) = globals.standin(&name) {
            // So the calls that hand the globals on call it now.
            function.set_attribute("sym_name", Attribute::string(context, &standin));
        }
        let symbol = Attribute::nested_symbol(context, &outer, &name);
        for launch in launches.iter().filter(|launch| launch.attribute("kernel") == Some(symbol)) {
            let (Some(mut sizes), Some(builder)) = (segments(*launch), Builder::before(*launch)) else { continue };
            let place: i32 = sizes.iter().take(ARGUMENTS + 1).sum();
            let mut operands = launch.operands();
            for (position, number) in numbers.iter().enumerate() {
                let (name, ty) = &names[*number];
                let name = Attribute::symbol(context, name);
                let value = builder.create(memref::GetGlobal::NAME, &[], &[*ty], &[("name", name)], &[]).result(0);
                operands.insert(usize::try_from(place).unwrap_or(0) + position, value);
            }
            sizes[ARGUMENTS] += i32::try_from(numbers.len()).unwrap_or(0);
            launch.set_operands(&operands);
            launch.set_attribute("operandSegmentSizes", Attribute::dense_i32(context, &sizes));
        }
    }
    for (_, global) in globals.iter() {
        global.erase();
    }
    Ok(())
}

/// The segment of a launch's operands that are the arguments of the kernel.
const ARGUMENTS: usize = 11;
