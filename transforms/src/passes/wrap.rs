//! Adds a function whose body is a request, so that a derivative can be had without writing one into the input.

use super::{
    normal_form::symbols,
    report::{ARGS, MODE},
};
use crate::engine::{Mode, Request, distinct_arguments};
use autodiff_dialect::{
    Activity,
    bridge::{OptionKind, Pass, PassOption},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type},
    views::func,
};

pub(super) static PASS: Pass = Pass::new(
    c"autodiff-wrap",
    c"Add a function that requests a derivative of another",
    &[
        PassOption::new(c"function", OptionKind::String, c"", c"Function to differentiate"),
        MODE,
        ARGS,
        PassOption::new(
            c"results",
            OptionKind::String,
            c"",
            c"Activities of the results, separated by commas; by default 'dup' in jvp, 'active' in vjp, 'const' for integers",
        ),
        PassOption::new(c"name", OptionKind::String, c"", c"Name of the new function; by default FUNCTION_MODE"),
    ],
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    wrap(options, module)
        .map_err(|message| Diagnostic::error(module.location(), format!("autodiff-wrap: {message}")).emit())
}

fn wrap(options: &[&str], module: Op) -> Result<(), String> {
    let &[callee, mode, args, results, name] = options else { return Err("expected five options".into()) };
    let mode = mode_by_name(mode)?;
    if callee.is_empty() {
        return Err("option 'function' is missing".into());
    }
    let symbols = symbols(module);
    let function =
        symbols.get(callee).filter(|op| op.is_function()).ok_or(format!("there is no function '@{callee}'"))?;
    let name = if name.is_empty() { format!("{callee}_{}", mode.name()) } else { name.to_owned() };
    if symbols.contains_key(&name) {
        return Err(format!("'@{name}' exists already, choose another name with the option 'name'"));
    }
    let (inputs, outputs) = function
        .attribute("function_type")
        .and_then(Attribute::as_type)
        .and_then(Type::function_parts)
        .ok_or(format!("'@{callee}' has no function type"))?;
    let default = Request::full(callee.to_owned(), mode, &inputs, &outputs);
    let request = Request {
        arguments: activities(args, default.arguments)?,
        results: activities(results, default.results)?,
        ..default
    };
    let (from, to) = request.signature(&inputs, &outputs);
    let (context, location) = (module.context(), function.location());
    let block = Block::with_types(&from, location);
    let body = Builder::at_end(block, location);
    let results = body
        .create(
            &format!("autodiff.{}", mode.name()),
            &block.arguments(),
            &to,
            &[
                ("callee", Attribute::symbol(context, callee)),
                ("arg_activities", Attribute::activities(context, &request.arguments)),
                ("result_activities", Attribute::activities(context, &request.results)),
            ],
            &[],
        )
        .results();
    body.effect(func::Return::NAME, &results);
    let builder = Builder::after(*function).ok_or("the function is in no module")?;
    let wrapper = builder.create(
        func::Func::NAME,
        &[],
        &[],
        &[
            ("sym_name", Attribute::string(context, &name)),
            ("function_type", Attribute::ty(Type::function(context, &from, &to))),
        ],
        &[Region::with_block(block)],
    );
    if let Some(attributes) = distinct_arguments(*function, &request, from.len()) {
        wrapper.set_attribute("arg_attrs", attributes);
    }
    Ok(())
}

/// The mode of a name.
pub(super) fn mode_by_name(name: &str) -> Result<Mode, String> {
    match name {
        "jvp" => Ok(Mode::Jvp),
        "vjp" => Ok(Mode::Vjp),
        _ => Err(format!("unknown mode '{name}', expected 'jvp' or 'vjp'")),
    }
}

/// Reads a list of activities; the default for an empty one.
pub(super) fn activities(text: &str, default: Vec<Activity>) -> Result<Vec<Activity>, String> {
    if text.is_empty() {
        return Ok(default);
    }
    let list: Vec<Activity> = text.split(',').map(|word| word.trim().parse()).collect::<Result<_, _>>()?;
    match list.len() == default.len() {
        true => Ok(list),
        false => Err(format!("expected {} activities, got {} in '{text}'", default.len(), list.len())),
    }
}
