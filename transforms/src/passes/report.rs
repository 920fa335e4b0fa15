//! What the passes that print analyses have in common: which derivatives are asked about, and the words for values.
//!
//! 1. Collect the requests of the module, or take the one that the options describe.
//! 2. Bring each callee into normal form, as `autodiff-differentiate` does, and analyse its activity.
//! 3. Hand it to the pass, which prints to standard output, in program order.

pub(super) mod names;
mod trips;

pub(super) use trips::{Trip, trips};

use self::names::Names;
use super::{
    differentiate::{CACHE_COST, WIDE_SUMS, read_rules},
    normal_form::{NormalForm, Source, has_derivative, symbols},
    wrap::{activities, mode_by_name},
};
use crate::{
    analysis::{activity::Activity, inlining::Inlining},
    engine::{Analysed, Facts, Mode, Registry, Request},
    globals::Globals,
};
use autodiff_dialect::{
    bridge::{OptionKind, PassOption},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Op, Region, Type, Value},
    views::autodiff,
};
use std::{
    cell::Cell,
    collections::HashMap,
    io::{ErrorKind, Write},
};

pub(super) const MODE: PassOption = PassOption::new(c"mode", OptionKind::String, c"vjp", c"jvp or vjp");
pub(super) const ARGS: PassOption = PassOption::new(
    c"args",
    OptionKind::String,
    c"",
    c"Activities of the arguments, separated by commas; by default all floating-point ones take part",
);

/// The options that say which derivative is meant: see [`each`].
pub(super) const REQUEST: [PassOption; 8] = [
    PassOption::new(
        c"function",
        OptionKind::String,
        c"",
        c"Function whose derivative is meant; by default all that the module requests",
    ),
    MODE,
    ARGS,
    PassOption::new(
        c"results",
        OptionKind::String,
        c"",
        c"Activities of the results, separated by commas; by default all floating-point ones take part",
    ),
    PassOption::new(c"rules", OptionKind::String, c"", c"Rule books to read, separated by commas"),
    PassOption::new(c"normal-form", OptionKind::Bool, c"true", c"Optimise the primal before it is analysed"),
    CACHE_COST,
    WIDE_SUMS,
];

/// A function in normal form and the derivative of it that is meant.
pub(super) struct Subject<'a> {
    pub(super) request: &'a Request,
    pub(super) function: Op,
    pub(super) entry: Block,
    pub(super) rules: &'a Registry,
    pub(super) analysed: Analysed,
    /// Whether the derivative was refused, which the user has been told.
    pub(super) refused: Cell<bool>,
    names: Names,
}

/// Calls `print` for each derivative that the options mean and prints the text that it gives. Fails if one was refused.
pub(super) fn each(options: &[&str], module: Op, print: impl Fn(&Subject) -> String) -> Result<(), ()> {
    let &[function, mode, args, results, files, normal_form, cache_cost, wide_sums] = options else { return Err(()) };
    let rules = read_rules(files, [cache_cost, wide_sums], module)?;
    let symbols = symbols(module);
    let globals = Globals::new(module, Type::is_differentiable);
    let outside = HashMap::new();
    let source = Source { symbols: &symbols, globals: &globals, outside: &outside };
    let wrong = |message: String| Diagnostic::error(module.location(), message).emit();
    let requests = match function {
        "" => requests(module),
        _ => vec![described(function, mode, [args, results], &symbols).map_err(wrong)?],
    };
    if requests.is_empty() {
        wrong("there is no request for a derivative; say which function is meant by the option 'function'".into());
        return Err(());
    }
    let mut inlining = Inlining::new(module);
    let mut refused = false;
    for request in &requests {
        let Some(function) = symbols.get(&request.callee).filter(|op| has_body(**op)) else { continue };
        let form = NormalForm::new(*function, source, None, &mut inlining, normal_form == "true")
            .map_err(|error| error.emit())?;
        let clone = form.function().ok_or(())?;
        let entry = clone.body(0).ok_or_else(|| wrong(format!("'@{}' has several blocks", request.callee)))?;
        let analysed = Analysed::new(clone, entry, &rules, request);
        let names = Names::new(clone);
        let subject =
            Subject { request, function: clone, entry, rules: &rules, analysed, refused: Cell::new(false), names };
        let text = print(&subject);
        match std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                wrong(format!("cannot write to standard output: {error}"));
                return Err(());
            }
            _ => {}
        }
        refused |= subject.refused.get();
    }
    if refused { Err(()) } else { Ok(()) }
}

fn has_body(function: Op) -> bool {
    function.is_function() && function.region(0).first_block().is_some() && !has_derivative(function)
}

/// The requests of a module, each once, in program order.
fn requests(module: Op) -> Vec<Request> {
    let mut requests: Vec<Request> = vec![];
    for op in module.walk() {
        let mode = match op.name() {
            autodiff::Jvp::NAME => Mode::Jvp,
            autodiff::Vjp::NAME => Mode::Vjp,
            autodiff::Augment::NAME => Mode::Split,
            _ => continue,
        };
        let activities = |name| op.attribute(name).map(Attribute::as_activities).unwrap_or_default();
        let callee = op.attribute("callee").and_then(Attribute::as_symbol).unwrap_or_default();
        let request = Request {
            callee,
            mode,
            arguments: activities("arg_activities"),
            results: activities("result_activities"),
            width: 1,
            strong_zero: false,
            wide: false,
            wide_shadows: false,
        };
        if !requests.contains(&request) {
            requests.push(request);
        }
    }
    requests
}

fn described(callee: &str, mode: &str, lists: [&str; 2], symbols: &HashMap<String, Op>) -> Result<Request, String> {
    let mode = mode_by_name(mode)?;
    let function = symbols.get(callee).filter(|op| has_body(**op)).ok_or(format!("there is no body of '@{callee}'"))?;
    let types = function.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
    let (inputs, outputs) = types.ok_or(format!("'@{callee}' has no function type"))?;
    let default = Request::full(callee.to_owned(), mode, &inputs, &outputs);
    Ok(Request {
        arguments: activities(lists[0], default.arguments)?,
        results: activities(lists[1], default.results)?,
        ..default
    })
}

impl Subject<'_> {
    /// The name of the derivative, as a heading.
    pub(super) fn title(&self) -> String {
        format!("@{}", self.request.symbol())
    }

    pub(super) fn activity(&self) -> &Activity {
        &self.analysed.activity
    }

    /// What reverse mode rests on; nothing in forward mode.
    pub(super) fn facts(&self) -> Option<Facts<'_>> {
        let request = &self.request;
        request.mode.is_reverse().then(|| Facts::new(self.function, self.entry, self.rules, &self.analysed, request))
    }

    /// The ops under the function, in program order.
    pub(super) fn ops(&self) -> Vec<Op> {
        self.function.walk().into_iter().skip(1).collect()
    }

    /// The loops whose iterations the reverse sweep runs again, in program order.
    pub(super) fn rerun(&self, facts: &Facts) -> Vec<Op> {
        let is_rerun = |op: &Op| {
            self.rules.get(*op).iteration(*op).is_some_and(|body| facts.reruns.contains(body) || facts.is_again(body))
        };
        self.ops().into_iter().filter(is_rerun).collect()
    }

    /// All values of the function, in program order.
    pub(super) fn values(&self) -> Vec<Value> {
        let mut values = self.entry.arguments();
        for op in self.ops() {
            values.extend(op.results());
            values.extend(op.regions().into_iter().flat_map(Region::blocks).flat_map(Block::arguments));
        }
        values
    }

    /// The values that the reverse sweep needs, each with the ops that need it, in program order of the values.
    /// Constants are left out.
    pub(super) fn needed(&self, facts: &Facts) -> Vec<(Value, Vec<Op>)> {
        let mut users = HashMap::<Value, Vec<Op>>::new();
        for op in self.ops() {
            if facts.captures.is_live(op) {
                for value in facts.needed(op) {
                    let users = users.entry(value).or_default();
                    if users.last() != Some(&op) {
                        users.push(op);
                    }
                }
            }
        }
        let constant = |value: &Value| value.defining_op().is_some_and(Op::is_constant);
        let values = self.values().into_iter().filter(|value| !constant(value));
        values.filter_map(|value| Some((value, users.remove(&value)?))).collect()
    }

    /// A value's name in the printed function.
    pub(super) fn name(&self, value: Value) -> &str {
        self.names.get(value)
    }

    /// A value: its name, what it is, and where it is from.
    pub(super) fn value(&self, value: Value) -> String {
        format!("{}: {}", self.name(value), self.origin(value))
    }

    /// What a value is and where it is from.
    pub(super) fn origin(&self, value: Value) -> String {
        match (value.defining_op(), value.argument_number(), value.block().parent_op()) {
            (Some(op), ..) => self.op(op),
            (_, Some(number), Some(parent)) if parent == self.function => format!("argument #{number}"),
            (_, Some(number), Some(parent)) => format!("argument #{number} of {}", self.op(parent)),
            _ => String::new(),
        }
    }

    /// An op: its name and where it is from.
    pub(super) fn op(&self, op: Op) -> String {
        words::op(op)
    }

    /// Ops in one line.
    pub(super) fn list(&self, ops: &[Op]) -> String {
        ops.iter().map(|op| self.op(*op)).collect::<Vec<_>>().join(", ")
    }
}

/// Words for what has no name.
pub(super) mod words {
    use autodiff_dialect::ir::Op;

    /// An op: its name and where it is from.
    pub fn op(op: Op) -> String {
        format!("{} at {}", op.name(), super::place(&op.location().to_string()))
    }
}

/// A location without its brackets, and files without their folders.
fn place(location: &str) -> String {
    let inner = location.strip_prefix("loc(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(location);
    let mut text = String::new();
    for (index, part) in inner.split('"').enumerate() {
        text += match index % 2 {
            1 => part.rsplit('/').next().unwrap_or(part),
            _ => part,
        };
    }
    text
}
