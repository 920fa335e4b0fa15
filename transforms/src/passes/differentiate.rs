//! Replaces requests for derivatives by calls of functions that compute them.
//!
//! 1. Collect the requests of the module.
//! 2. Before a request, expand those that its callee reaches: higher order is repetition.
//! 3. Bring the callee into normal form and derive, once per callee, mode and activities.
//! 4. Replace the request by a call.
//! 5. Drop the seeds that are zero in all calls ([`zero_seeds`]).

use super::{
    hoist_globals,
    normal_form::{NormalForm, Source, has_derivative, references, symbols},
    tapes, zero_seeds,
};
use crate::{
    analysis::{
        concurrency::{CONCURRENT, called_in_parallel},
        inlining::Inlining,
        wide_shadows::{TAKES_WIDE, mark_functions},
    },
    emit,
    engine::{Derivative, Mode, Registry, Request, cut, derive, is_distinct},
    globals::{self, Globals},
    rules::registry_with_files,
};
use autodiff_dialect::{
    Activity,
    bridge::{OptionKind, Pass, PassOption, number_option},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    state::names,
    views::{autodiff, func, gpu},
};
use std::collections::{HashMap, HashSet};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-differentiate",
    c"Replace requests for derivatives by calls of functions that compute them",
    &[
        PassOption::new(
            c"rules",
            OptionKind::String,
            c"",
            c"Rule books to read, separated by commas: files in the syntax of the built-in ones",
        ),
        PassOption::new(c"normal-form", OptionKind::Bool, c"true", c"Optimise the primal before it is differentiated"),
        CACHE_COST,
        WIDE_SUMS,
    ],
    run,
);

/// The directions that one derivative may have: each has code of its own.
const MOST_DIRECTIONS: usize = 65536;

/// What caches are taken to cost.
pub(crate) const CACHE_COST: PassOption = PassOption::new(
    c"cache-cost",
    OptionKind::Integer,
    c"1",
    c"How much more expensive than usual it is to keep a value than to compute it again, 1 to 1000: more takes less memory and more time",
);

/// Whether sums of narrow numbers are wide.
pub(crate) const WIDE_SUMS: PassOption = PassOption::new(
    c"wide-sums",
    OptionKind::Bool,
    c"true",
    c"Add up adjoints of f16 and bf16 numbers in f32, and keep them so in shadows that the derivative allocates",
);

/// Reads the built-in rule book and the user's, the cost of caches, and whether sums are wide.
pub(crate) fn read_rules(files: &str, [cache_cost, wide_sums]: [&str; 2], module: Op) -> Result<Registry, ()> {
    let fail = |message: String| Diagnostic::error(module.location(), message).emit();
    let cost = number_option("cache-cost", cache_cost, 1..=1000).map_err(fail)?;
    let rules = registry_with_files(files.split(',').filter(|file| !file.is_empty())).map_err(fail)?;
    Ok(rules.with_cache_cost(cost.unsigned_abs()).with_wide_sums(wide_sums == "true"))
}

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    let &[files, normal_form, cache_cost, wide_sums] = options else { return Err(()) };
    let rules = read_rules(files, [cache_cost, wide_sums], module)?;
    tapes::check(module)?;
    // A callee is differentiated away from those who call it.
    let concurrent = called_in_parallel(module);
    concurrent.iter().for_each(|function| function.set_attribute(CONCURRENT, Attribute::unit(module.context())));
    let functions = module.functions();
    mark_functions(&functions, &rules, has_derivative);
    // Requests by the module that holds what they name: others may be nested in it.
    let mut tables: Vec<(Op, Vec<Op>)> = vec![];
    for request in requests(module) {
        let callee = request.attribute("callee").and_then(|callee| request.lookup_symbol(callee));
        let table = callee.and_then(Op::parent).unwrap_or(module);
        match tables.iter_mut().find(|(other, _)| *other == table) {
            Some((_, requests)) => requests.push(request),
            None => tables.push((table, vec![request])),
        }
    }
    let mut result = Ok(());
    for (table, requests) in tables {
        let mut symbols = symbols(table);
        let callees = requests.iter().filter_map(|op| op.attribute("callee")?.as_symbol()).collect();
        hoist_globals::hoist(table, &mut symbols, callees)
            .and_then(|()| globals::check_shadows(&symbols))
            .map_err(|error| error.emit())?;
        let mut expander = Expander {
            inlining: Inlining::new(table),
            globals: Globals::new(table, Type::is_differentiable),
            outside: outside_names(&symbols),
            symbols,
            rules: &rules,
            optimise: normal_form == "true",
            derivatives: HashMap::new(),
            attempted: HashSet::new(),
            expanded: HashSet::new(),
            open: vec![],
        };
        for request in requests {
            // A request may have been expanded on the way to another.
            if !expander.expanded.contains(&request) {
                result = result.and(expander.expand(request));
            }
        }
        zero_seeds::fold(table, expander.derivatives.keys());
    }
    for function in module.functions() {
        function.remove_attribute(CONCURRENT);
        function.remove_attribute(TAKES_WIDE);
    }
    result
}

fn mode_of(op: Op) -> Option<Mode> {
    match op.name() {
        autodiff::Jvp::NAME => Some(Mode::Jvp),
        autodiff::Vjp::NAME => Some(Mode::Vjp),
        names::AUGMENT | names::PULLBACK => Some(Mode::Split),
        _ => None,
    }
}

fn requests(op: Op) -> Vec<Op> {
    op.walk().into_iter().filter(|op| mode_of(*op).is_some()).collect()
}

struct Expander<'r> {
    symbols: HashMap<String, Op>,
    inlining: Inlining,
    /// The globals through which derivatives may travel.
    globals: Globals,
    /// What symbols of kernels' modules are called outside, where derivatives need them, by module and name.
    outside: HashMap<(String, String), String>,
    rules: &'r Registry,
    optimise: bool,
    /// What has been built.
    derivatives: HashMap<Request, Derivative>,
    /// What was asked for in the module.
    attempted: HashSet<Request>,
    /// Requests that are gone. Only compared, never looked into.
    expanded: HashSet<Op>,
    /// Functions whose requests are being expanded.
    open: Vec<String>,
}

impl Expander<'_> {
    fn expand(&mut self, op: Op) -> Result<(), ()> {
        let request = self.read(op).map_err(|error| error.emit())?;
        if !self.derivatives.contains_key(&request) {
            self.expand_inner(op, &request.callee)?;
            if !self.attempted.insert(request.clone()) {
                // Somebody else has asked for it, and was told why it cannot be built.
                return Err(());
            }
            self.build(op, &request)?;
        }
        let name = if op.name() == names::PULLBACK { request.pullback_symbol() } else { request.symbol() };
        let results: Vec<_> = op.results().into_iter().map(Value::ty).collect();
        let builder = Builder::before(op).ok_or(())?;
        let callee = Attribute::symbol(op.context(), &name);
        let call = builder.create(func::Call::NAME, &op.operands(), &results, &[("callee", callee)], &[]);
        for (old, new) in op.results().into_iter().zip(call.results()) {
            old.replace_all_uses_with(new);
        }
        self.expanded.insert(op);
        op.erase();
        Ok(())
    }

    /// Copies what a derivative refers to in modules of kernels to the module around.
    fn bring_out(&mut self, derivative: Op) {
        if !self.outside.is_empty() {
            self.bring_out_named(derivative.walk().into_iter().flat_map(references).collect());
        }
    }

    fn bring_out_named(&mut self, names: Vec<String>) {
        if self.outside.is_empty() {
            return;
        }
        let inside: HashMap<_, _> = self.outside.iter().map(|(place, name)| (name.clone(), place.clone())).collect();
        let mut pending = names;
        while let Some(name) = pending.pop() {
            let Some((outer, inner)) = inside.get(&name).filter(|_| !self.symbols.contains_key(&name)) else {
                continue;
            };
            let kernels = self.symbols.get(outer).copied();
            let ops = kernels.and_then(|kernels| kernels.body(0)).map(Block::ops).unwrap_or_default();
            let Some(op) = ops.into_iter().find(|op| op.symbol_name().as_ref() == Some(inner)) else { continue };
            let Some(builder) = kernels.and_then(Builder::before) else { continue };
            let copy = builder.insert(op.duplicate());
            copy.set_attribute("sym_name", Attribute::string(op.context(), &name));
            copy.set_attribute("sym_visibility", Attribute::string(op.context(), "private"));
            for user in copy.walk().into_iter().skip(1) {
                for (attribute, value) in user.attributes() {
                    let place = value.as_symbol().map(|symbol| (outer.clone(), symbol));
                    if let Some(name) = place.and_then(|place| self.outside.get(&place)) {
                        user.set_attribute(attribute, Attribute::symbol(op.context(), name));
                        pending.push(name.clone());
                    }
                }
            }
            self.symbols.insert(name, copy);
        }
    }

    fn read(&self, op: Op) -> Result<Request, Diagnostic> {
        let activities = |name| op.attribute(name).map(Attribute::as_activities).unwrap_or_default();
        let request = Request {
            callee: op.attribute("callee").and_then(Attribute::as_symbol).unwrap_or_default(),
            mode: mode_of(op).unwrap_or(Mode::Vjp),
            arguments: activities("arg_activities"),
            results: activities("result_activities"),
            width: op
                .attribute("width")
                .and_then(Attribute::as_integer)
                .and_then(|width| usize::try_from(width).ok())
                .unwrap_or(1),
            strong_zero: op.attribute("strong_zero").is_some(),
            wide: false,
            wide_shadows: false,
        };
        if request.width > MOST_DIRECTIONS {
            return Err(Diagnostic::error(
                op.location(),
                format!(
                    "'{}' op: expected a width of at most {MOST_DIRECTIONS}, got {}; make several requests",
                    op.name(),
                    request.width
                ),
            ));
        }
        if op.name() != names::PULLBACK {
            check_types(op, &request)?;
            check_shadows(op, &request)?;
        }
        Ok(request)
    }

    /// Expands the requests that a function reaches through its calls.
    fn expand_inner(&mut self, op: Op, callee: &str) -> Result<(), ()> {
        let mut reached = vec![callee.to_owned()];
        let mut seen = HashSet::from([callee.to_owned()]);
        let mut next = 0;
        while next < reached.len() {
            let name = reached[next].clone();
            next += 1;
            let Some(function) = self.symbols.get(&name).copied() else { continue };
            let (requests, others): (Vec<_>, Vec<_>) =
                function.walk().into_iter().partition(|op| mode_of(*op).is_some());
            let symbols =
                others.into_iter().flat_map(Op::attributes).filter_map(|(_, attribute)| attribute.as_symbol());
            reached.extend(symbols.filter(|symbol| seen.insert(symbol.clone())));
            for inner in requests {
                if self.open.contains(&name) {
                    Diagnostic::error(inner.location(), format!("'@{name}' asks for a derivative of itself"))
                        .note(op.location(), format!("while '@{callee}' is differentiated for this request"))
                        .emit();
                    return Err(());
                }
                self.open.push(name.clone());
                let result = self.expand(inner);
                self.open.pop();
                result?;
            }
        }
        Ok(())
    }

    /// Builds a derivative, and those that it calls.
    fn build(&mut self, op: Op, request: &Request) -> Result<(), ()> {
        let mut pending = vec![request.clone()];
        while let Some(request) = pending.pop() {
            if !self.derivatives.contains_key(&request) {
                let derived = self.build_one(op, &request)?;
                pending.extend(derived.required.iter().rev().cloned());
                self.derivatives.insert(request, derived);
            }
        }
        Ok(())
    }

    /// Builds a derivative and puts it after the primal.
    fn build_one(&mut self, op: Op, request: &Request) -> Result<Derivative, ()> {
        self.bring_out_named(vec![request.callee.clone()]);
        let original = self.globals.original(&request.callee);
        let standin = original.as_ref().map(|_| request.callee.as_str());
        let callee = original.as_ref().unwrap_or(&request.callee).clone();
        let Some(function) = self.symbols.get(&callee).copied() else {
            Diagnostic::error(op.location(), format!("'{}' op references unknown function '@{callee}'", op.name()))
                .emit();
            return Err(());
        };
        let mut names = vec![request.symbol()];
        names.extend((request.mode == Mode::Split).then(|| request.pullback_symbol()));
        if let Some(name) = names.iter().find(|name| self.symbols.contains_key(*name)) {
            Diagnostic::error(op.location(), format!("'@{name}' is the name of the derivative, but it is taken"))
                .emit();
            return Err(());
        }
        let primal = match request.mode.is_named_by(function) {
            true => Primal::caller_of(function),
            false => Primal(function, false),
        };
        let original = function;
        let function = primal.0;
        if !function.is_function() || function.region(0).first_block().is_none() {
            Diagnostic::error(op.location(), format!("'@{callee}' has no body and cannot be differentiated"))
                .note(function.location(), "declared here")
                .emit();
            return Err(());
        }
        let count = function.region(0).first_block().map_or(0, Block::argument_count);
        let explain = |errors: Vec<Diagnostic>| {
            for error in errors {
                error
                    .note(op.location(), requested(&callee, request, count))
                    .note(op.location(), advice(request))
                    .emit();
            }
        };
        let source = Source { symbols: &self.symbols, globals: &self.globals, outside: &self.outside };
        let form = NormalForm::new(function, source, standin, &mut self.inlining, self.optimise)
            .map_err(|error| explain(vec![*error]))?;
        self.globals.check_shadows(&form.handed, request.width).map_err(|error| explain(vec![*error]))?;
        let clone = form.function().ok_or(())?;
        let derived = derive(clone, request, self.rules).map_err(explain)?;
        let derivative = form.take_derivative(derived.function).map_err(|error| explain(vec![*error]))?;
        let builder = Builder::after(original).ok_or(())?;
        builder.insert(derivative);
        self.bring_out(derivative);
        let functions = match request.mode {
            Mode::Split => cut(derivative, request).map_err(|error| explain(vec![*error]))?.to_vec(),
            _ => vec![derivative],
        };
        for function in &functions {
            self.inlining.note(*function);
        }
        self.symbols.extend(names.into_iter().zip(functions));
        Ok(derived)
    }
}

/// Refuses to differentiate by memory whose shadow nothing can make or read: tapes, and results without a rank.
fn check_types(op: Op, request: &Request) -> Result<(), Diagnostic> {
    let callee = op.lookup_symbol(Attribute::symbol(op.context(), &request.callee));
    let types = callee.and_then(|callee| callee.attribute("function_type")?.as_type()?.function_parts());
    let Some((inputs, results)) = types else { return Ok(()) };
    let takes_part = |activity: &Activity| activity.is_dup() || activity.is_active();
    let parts = [("argument", inputs, &request.arguments), ("result", results, &request.results)];
    for (word, types, activities) in parts {
        for (number, (ty, activity)) in types.into_iter().zip(activities).enumerate() {
            let why = match () {
                () if !takes_part(activity) => continue,
                () if ty.is_tape() => "is a tape, which cannot be differentiated; mark it 'const'",
                () if ty.is_unranked_memref() && word == "result" => {
                    "is a buffer without a rank, to which no cotangent can be added; cast it to one with a rank"
                }
                () => continue,
            };
            let message = format!("'{}' op: {word} #{number} of '@{}' {why}", op.name(), request.callee);
            return Err(Diagnostic::error(op.location(), message));
        }
    }
    Ok(())
}

/// Names, free outside, for the functions and globals of modules of kernels.
fn outside_names(symbols: &HashMap<String, Op>) -> HashMap<(String, String), String> {
    let (mut names, mut taken) = (HashMap::new(), HashSet::new());
    let mut modules: Vec<_> = symbols.iter().filter(|(_, op)| op.is::<gpu::Module>()).collect();
    modules.sort_by_key(|(name, _)| *name);
    for (outer, kernels) in modules {
        for inner in kernels.body(0).map(Block::ops).unwrap_or_default() {
            let Some(name) = inner.symbol_name().filter(|_| !inner.is::<gpu::Func>()) else { continue };
            let mut new = format!("{outer}.{name}");
            while symbols.contains_key(&new) || !taken.insert(new.clone()) {
                new.push('_');
            }
            names.insert((outer.clone(), name), new);
        }
    }
    names
}

/// Refuses a shadow that is the memory of a primal, and one that is added to as that of two arguments, if one of them is
/// said to be other memory than all others.
fn check_shadows(op: Op, request: &Request) -> Result<(), Diagnostic> {
    let mut operands = op.operands().into_iter();
    let (mut primals, mut shadows) = (vec![], vec![]);
    for (index, activity) in request.arguments.iter().enumerate() {
        primals.extend(operands.next().map(|primal| (index, primal)));
        if activity.is_dup() {
            shadows.extend(operands.by_ref().take(request.width).map(|shadow| (index, shadow)));
        }
    }
    shadows.retain(|(_, shadow)| shadow.ty().is_memory());
    let callee = op.lookup_symbol(Attribute::symbol(op.context(), &request.callee));
    let is_distinct = |number| request.mode == Mode::Vjp && callee.is_some_and(|callee| is_distinct(callee, number));
    for (position, (of, shadow)) in shadows.iter().enumerate().filter(|(_, (of, _))| is_distinct(*of)) {
        let mut others = shadows.iter().enumerate().filter(|(number, _)| *number != position).map(|(_, other)| other);
        if let Some((other, _)) = others.find(|(_, other)| other == shadow) {
            return Err(Diagnostic::error(
                op.location(),
                format!(
                    "'{}' op: arguments #{} and #{} have one shadow, but '@{}' says 'llvm.noalias' of argument #{of}; \
                     pass a buffer for each",
                    op.name(),
                    of.min(other),
                    of.max(other),
                    request.callee
                ),
            ));
        }
    }
    for (of, shadow) in shadows {
        if let Some((index, _)) = primals.iter().find(|(_, primal)| memory_behind(*primal) == memory_behind(shadow)) {
            return Err(Diagnostic::error(
                op.location(),
                format!(
                    "'{}' op: the shadow of argument #{of} is the memory of argument #{index}; pass a buffer of its own",
                    op.name()
                ),
            ));
        }
    }
    Ok(())
}

/// The buffer that a value is a view of.
fn memory_behind(value: Value) -> Value {
    let mut value = value;
    while let Some(source) = value.defining_op().and_then(|op| op.view_source(value)) {
        value = source;
    }
    value
}

/// What is differentiated: the function, or, if it names its derivative, a stand-in that only calls it.
struct Primal(Op, bool);

impl Primal {
    /// A function, in no module, that calls another.
    fn caller_of(function: Op) -> Self {
        let standin = function.duplicate();
        let types = function.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
        let (inputs, results) = types.unwrap_or_default();
        let block = Block::with_types(&inputs, function.location());
        let body = Builder::at_end(block, function.location());
        let name = function.symbol_name().unwrap_or_default();
        let callee = Attribute::symbol(function.context(), &name);
        let call = body.create(func::Call::NAME, &block.arguments(), &results, &[("callee", callee)], &[]);
        emit::give_back(&body, &call.results());
        standin.region(0).take_body(Region::with_block(block));
        for name in [Mode::Jvp, Mode::Vjp, Mode::Split].map(Mode::attribute).into_iter().chain([Mode::PULLBACK]) {
            standin.remove_attribute(name);
        }
        standin.set_attribute("sym_name", Attribute::string(function.context(), &format!("{name}.caller")));
        Self(standin, true)
    }
}

impl Drop for Primal {
    fn drop(&mut self) {
        if self.1 {
            self.0.erase();
        }
    }
}

/// What is asked for, in words; `count`: how many arguments the user's function has.
fn requested(callee: &str, request: &Request, count: usize) -> String {
    let active: Vec<_> = (0..request.arguments.len().min(count))
        .filter(|index| request.arguments[*index] != Activity::Const)
        .map(|index| format!("#{index}"))
        .collect();
    let with_respect_to = match active.as_slice() {
        [] => String::new(),
        [one] => format!(" with respect to argument {one}"),
        all => format!(" with respect to arguments {}", all.join(", ")),
    };
    format!("differentiation of '@{callee}'{with_respect_to} requested here")
}

fn advice(request: &Request) -> String {
    format!(
        "mark the arguments that reach it 'const', or give the op a rule with the option 'rules' of \
         'autodiff-differentiate' if it is elementwise ({} mode)",
        request.mode.title()
    )
}
