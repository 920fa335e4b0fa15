//! One run of the tool: from the options to a report.

use super::{
    array::Array,
    check::{self, Checker},
    engine,
    failure::{Failure, Result},
    launcher::{self, Geometry},
    memory,
    options::{Mode, Options, Target},
    program::{Call, Program, Settings, check_rules},
    progress::Progress,
    report::Report,
    request::{Direction, Form, Request, Role, activities, count},
    slot::{Kind, Slot},
    source::{self, Entry},
    trace, value,
};
use crate::console::complain;
use autodiff_runtime::cuda;
use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

/// Does what the options say.
///
/// # Errors
///
/// If the input is bad in any way.
pub fn run(options: &Options) -> Result<Report> {
    check_flags(options)?;
    check_rules(&options.rules)?;
    let chip = if options.target == Target::Cuda { Some(open_device(options)?) } else { None };
    let progress = Progress::new();
    progress.stage("reading the program");
    let context = source::context();
    let mut module = source::parse(&context, &options.file)?;
    launcher::add(source::as_op(&module), &options.entry, geometry(options)?)?;
    let entry = source::entry(&context, &mut module, &options.entry)?;
    let arguments = arguments(options, &entry)?;
    let words = options.activity.as_deref();
    let forward = activities(&entry, words, Direction::Forward)?;
    let reverse = activities(&entry, words, Direction::Reverse)?;
    let width = options.width as usize;
    let form = Form { width, strong_zero: options.strong_zero };
    let primal = Request::primal(&entry);
    let (jvp, vjp) = (Request::jvp(&entry, &forward, form), Request::vjp(&entry, &reverse, form));
    let (primal_name, jvp_name, vjp_name) = (primal.name, jvp.name, vjp.name);
    let requests = match options.mode {
        Mode::Run => vec![primal],
        Mode::Jvp => vec![primal, jvp],
        Mode::Vjp => vec![primal, vjp],
        Mode::Check => vec![primal, jvp, vjp],
    };
    let narrowest = source::narrowest(source::as_op(&module), &options.entry);
    let machine = autodiff_runtime::Options {
        check_races: options.check_races,
        subgroup_size: options.subgroup_size,
        workgroup_bytes: options.workgroup_memory,
    };
    let kernels = (options.target != Target::Cpu).then_some(machine);
    if options.threads.is_some() && !engine::has_openmp() {
        return Err(Failure::input("--threads: the OpenMP library is missing; install the package libomp-22-dev"));
    }
    let settings = Settings {
        level: options.opt_level,
        rules: options.rules.clone(),
        cache_cost: options.cache_cost,
        wide_sums: options.wide_sums,
        threads: options.threads,
        chip,
        kernels,
        count: options.count,
        trace: false,
    };

    progress.stage("compiling");
    let start = Instant::now();
    let program = Program::compile(&context, module, &entry, requests, &settings)?;
    let mut report = Report::new(options, &entry, start.elapsed().as_secs_f64());

    progress.stage("running");
    let plain = |role| match role {
        Role::Primal(index) => Ok(arguments[index].clone()),
        _ => Err(Failure::input("the primal has no such operand")),
    };
    let run = program.call(primal_name, options.repeat, plain)?;
    report.primal_seconds = run.seconds;
    report.primal_kernels = run.kernels.clone();

    let derivative = match options.mode {
        Mode::Run => None,
        Mode::Jvp => {
            progress.stage("running the derivative");
            let tangents =
                indexed(&options.tangents, "--tangent", width, &entry, &arguments, |index| forward[index].is_dup())?;
            let operand = |role| match role {
                Role::Shadow(index, lane) => {
                    let given = tangents.get(&(index, lane)).cloned();
                    Ok(given.unwrap_or_else(|| arguments[index].splat_like(1.0)))
                }
                _ => plain(role),
            };
            let call = program.call(jvp_name, options.repeat, operand)?;
            explain_nan(options, &settings, &run, &call, jvp_name, &operand)?;
            Some(call)
        }
        Mode::Vjp => {
            progress.stage("running the derivative");
            let shadows =
                indexed(&options.seed_args, "--seed-arg", width, &entry, &arguments, |index| reverse[index].is_dup())?;
            let seeds = seeds(options, &entry, &run)?;
            let operand = |role| match role {
                Role::Shadow(index, lane) => {
                    let given = shadows.get(&(index, lane)).cloned();
                    Ok(given.unwrap_or_else(|| arguments[index].zeros_like()))
                }
                Role::Seed(index, lane) => seeds.get(&(index, lane)).cloned().ok_or(Failure::Reported),
                _ => plain(role),
            };
            let call = program.call(vjp_name, options.repeat, operand)?;
            explain_nan(options, &settings, &run, &call, vjp_name, &operand)?;
            Some(call)
        }
        Mode::Check => {
            progress.stage("checking");
            let checker = Checker {
                program: &program,
                names: [primal_name, jvp_name, vjp_name],
                arguments: &arguments,
                forward: &forward,
                reverse: &reverse,
                buffers: entry.parameters.iter().map(|slot| slot.kind == Kind::Memref).collect(),
                limits: check::Limits::new(narrowest, options.tolerance),
                width,
                entries: options.entries as usize,
            };
            let (errors, call) = checker.run(&run, options.directions)?;
            let operand = |role| match role {
                Role::Shadow(index, _) => Ok(arguments[index].splat_like(1.0)),
                Role::Seed(index, _) => Ok(run.result(Role::Primal(index)).ok_or(Failure::Reported)?.splat_like(1.0)),
                _ => plain(role),
            };
            explain_nan(options, &settings, &run, &call, vjp_name, &operand)?;
            report.errors = Some(errors);
            report.gradient_seconds = Some(call.seconds);
            report.gradient_kernels = call.kernels.clone();
            report.cache_bytes = call.peak_bytes.saturating_sub(run.peak_bytes);
            None
        }
    };
    progress.done();
    if let Some(call) = &derivative {
        report.gradient_seconds = Some(call.seconds);
        report.gradient_kernels = call.kernels.clone();
        report.cache_bytes = call.peak_bytes.saturating_sub(run.peak_bytes);
    }
    report.collect(&entry, derivative.unwrap_or(run));
    report.peak_bytes = memory::peak_resident();
    Ok(report)
}

/// Says where a derivative has become NaN, if the function has not.
///
/// # Errors
///
/// If the program cannot be compiled once more.
fn explain_nan(
    options: &Options,
    settings: &Settings,
    run: &Call,
    call: &Call,
    name: &str,
    operand: &dyn Fn(Role) -> Result<Array>,
) -> Result<()> {
    let is_nan = |array: &Array| array.element.is_float() && array.numbers().iter().any(|number| number.is_nan());
    let values = |call: &Call, is_derivative: bool| {
        let all = call.results.iter().chain(&call.operands);
        all.filter(|(role, _)| matches!(role, Role::Primal(_)) != is_derivative).any(|(_, array)| is_nan(array))
    };
    if values(run, false) || !values(call, true) {
        return Ok(());
    }
    let unknown = "autodiff-run: warning: the derivative is NaN, the function is not";
    let can_trace = options.file != "-" && options.target == Target::Cpu && options.threads.is_none();
    if !can_trace {
        complain(format_args!("{unknown}; a program in a file, on one thread of the CPU, is searched for the op"));
        return Ok(());
    }
    let context = source::quiet_context();
    let mut module = source::parse(&context, &options.file)?;
    let names = trace::names(source::as_op(&module));
    let entry = source::entry(&context, &mut module, &options.entry)?;
    let words = options.activity.as_deref();
    let (forward, reverse) =
        (activities(&entry, words, Direction::Forward)?, activities(&entry, words, Direction::Reverse)?);
    let form = Form { width: options.width as usize, strong_zero: options.strong_zero };
    let requests = |form| {
        let derivatives = [Request::jvp(&entry, &forward, form), Request::vjp(&entry, &reverse, form)];
        let wanted = derivatives.into_iter().filter(|request| request.name == name);
        std::iter::once(Request::primal(&entry)).chain(wanted).collect::<Vec<_>>()
    };
    let primal = Request::primal(&entry).name;
    let settings = |trace| Settings { level: 0, trace, rules: settings.rules.clone(), chip: None, ..*settings };
    let Ok(program) = Program::compile(&context, module, &entry, requests(form), &settings(true)) else {
        complain(format_args!("{unknown}; the op is not known, because the program cannot be compiled for the search"));
        return Ok(());
    };
    trace::start();
    program.call(primal, 1, operand)?;
    let harmless: HashSet<_> = trace::findings(&program.sites).into_iter().map(|finding| finding.site).collect();
    trace::start();
    program.call(name, 1, operand)?;
    let findings = trace::findings(&program.sites);
    let Some(finding) = findings.iter().find(|finding| !harmless.contains(&finding.site)).or(findings.first()) else {
        complain(format_args!("{unknown}; no op made a NaN of other numbers: look at cotangents and tangents"));
        return Ok(());
    };
    let place = if finding.site.place.is_empty() { "autodiff-run".to_owned() } else { finding.site.place.clone() };
    let numbers: Vec<_> = finding.operands.iter().map(f64::to_string).collect();
    let of = if numbers.is_empty() { String::new() } else { format!(" of {}", numbers.join(" and ")) };
    let source = names.get(&finding.site.place).map(|name| format!(" in the derivative of '{name}'"));
    complain(format_args!(
        "{place}: warning: the derivative is NaN, the function is not: the first NaN is an '{}'{of}{}",
        finding.site.op,
        source.unwrap_or_default()
    ));
    let met = if finding.is_zero_times_infinity() { "a zero met an infinity: " } else { "" };
    if options.strong_zero {
        return Ok(());
    }
    // Whether it helps is easily tried.
    let mut module = source::parse(&context, &options.file)?;
    source::entry(&context, &mut module, &options.entry)?;
    let strong = Form { strong_zero: true, ..form };
    let helps = Program::compile(&context, module, &entry, requests(strong), &settings(false))
        .and_then(|program| program.call(name, 1, operand))
        .is_ok_and(|call| !values(&call, true));
    if helps {
        complain(format_args!(
            "{place}: note: {met}use '--strong-zero' ('strong_zero' at a request): a derivative of zero stays zero then"
        ));
    } else if finding.is_zero_times_infinity() {
        complain(format_args!(
            "{place}: note: {met}it is a partial that is zero, not a derivative, so that '--strong-zero' does not help: \
             the function may have no derivative at this point"
        ));
    }
    Ok(())
}

/// How a kernel is launched, if the options say so.
fn geometry(options: &Options) -> Result<Option<Geometry>> {
    if !options.entry.contains("::") {
        let given = [("--grid", options.grid.is_some()), ("--block", options.block.is_some())]
            .into_iter()
            .chain([("--dynamic-memory", options.dynamic_memory > 0)])
            .find(|(_, given)| *given);
        return match given {
            Some((flag, _)) => Err(Failure::input(format!(
                "{flag}: has no meaning for a function, name a kernel: --entry MODULE::KERNEL"
            ))),
            None => Ok(None),
        };
    }
    let geometry = |(grid, block)| Geometry { grid, block, dynamic_bytes: options.dynamic_memory };
    Ok(options.grid.zip(options.block).map(geometry))
}

/// Finds the CUDA device; returns the chip to compile for.
fn open_device(options: &Options) -> Result<String> {
    if options.threads.is_some() {
        return Err(Failure::input("--threads: has no meaning on a CUDA device, use --target cpu"));
    }
    let device = cuda::open().map_err(|why| {
        Failure::Device(format!(
            "--target: there is no CUDA device: {why}; install NVIDIA's driver on a machine that has one, or run kernels \
             on the CPU by '--target gpu-host'"
        ))
    })?;
    let (major, minor) = device.capability;
    autodiff_lowering::gpu::chip_for(major, minor).ok_or_else(|| {
        Failure::Device(format!(
            "--target: the device '{}' of compute capability {major}.{minor} is not supported, expected 7.0 or newer",
            device.name
        ))
    })
}

/// Flags that another mode would ignore are a mistake.
fn check_flags(options: &Options) -> Result<()> {
    let only = |flag: &str, given: bool, modes: &[Mode]| {
        if !given || modes.contains(&options.mode) {
            return Ok(());
        }
        let words: Vec<_> = modes.iter().map(|mode| format!("'{}'", mode.word())).collect();
        Err(Failure::input(format!(
            "{flag}: has no meaning in mode '{}', use --mode {}",
            options.mode.word(),
            words.join(" or ")
        )))
    };
    only("--seed", !options.seeds.is_empty(), &[Mode::Vjp])?;
    only("--seed-arg", !options.seed_args.is_empty(), &[Mode::Vjp])?;
    only("--tangent", !options.tangents.is_empty(), &[Mode::Jvp])?;
    only("--tolerance", options.tolerance.is_some(), &[Mode::Check])?;
    only("--strong-zero", options.strong_zero, &[Mode::Jvp, Mode::Vjp, Mode::Check])?;
    only("--width", options.width != 1, &[Mode::Jvp, Mode::Vjp, Mode::Check])?;
    for (flag, given) in [("--check-races", options.check_races), ("--count", options.count)] {
        if given && options.target != Target::GpuHost {
            return Err(Failure::input(format!("{flag}: has no meaning on this target, use --target gpu-host")));
        }
    }
    only("--activity", options.activity.is_some(), &[Mode::Jvp, Mode::Vjp, Mode::Check])
}

fn arguments(options: &Options, entry: &Entry) -> Result<Vec<Array>> {
    if options.args.len() != entry.parameters.len() {
        return Err(Failure::input(format!(
            "--arg: function '@{}' takes {} ({}), got {}",
            entry.name,
            count(entry.parameters.len(), "argument", "arguments"),
            super::wrapper::types(&entry.parameters),
            options.args.len()
        )));
    }
    let parse = |(index, (text, slot)): (usize, (&String, &Slot))| {
        value::parse(text, slot).map_err(|why| Failure::input(why).at(format!("--arg {text} (argument #{index})")))
    };
    options.args.iter().zip(&entry.parameters).enumerate().map(parse).collect()
}

/// Values by the number of an argument and the direction, of the sizes of the arguments.
fn indexed(
    texts: &[String],
    flag: &str,
    width: usize,
    entry: &Entry,
    arguments: &[Array],
    is_differentiated: impl Fn(usize) -> bool,
) -> Result<HashMap<(usize, usize), Array>> {
    let mut values = HashMap::new();
    for text in texts {
        let place = format!("{flag} {text}");
        let (index, text) = value::parse_indexed(text).map_err(|why| Failure::input(why).at(&place))?;
        let (Some(slot), Some(argument)) = (entry.parameters.get(index), arguments.get(index)) else {
            let count = count(entry.parameters.len(), "argument", "arguments");
            return Err(Failure::input(format!("function '@{}' has {count}", entry.name)).at(place));
        };
        if !is_differentiated(index) {
            return Err(Failure::input(format!("argument #{index} has no shadow or tangent")).at(place));
        }
        let array =
            value::parse(text, &slot.of_shape(&argument.shape)).map_err(|why| Failure::input(why).at(&place))?;
        // Given again, it is that of the next direction.
        let lane = (0..).take_while(|lane| values.contains_key(&(index, *lane))).count();
        if lane == width {
            let times = if width == 1 { "twice".into() } else { format!("{} times", width + 1) };
            return Err(Failure::input(format!("argument #{index} is given {times}")).at(place));
        }
        values.insert((index, lane), array);
    }
    Ok(values)
}

/// The cotangents of the active results.
fn seeds(options: &Options, entry: &Entry, run: &Call) -> Result<HashMap<(usize, usize), Array>> {
    let width = options.width as usize;
    let active: Vec<_> = entry.results.iter().enumerate().filter(|(_, slot)| slot.is_differentiable()).collect();
    if options.seeds.len() > active.len() * width {
        return Err(Failure::input(format!(
            "--seed: function '@{}' has {}, got {}",
            entry.name,
            count(active.len(), "active result", "active results"),
            options.seeds.len()
        )));
    }
    let mut seeds = HashMap::new();
    for (number, (index, slot)) in active.into_iter().enumerate() {
        let result = run.result(Role::Primal(index)).ok_or(Failure::Reported)?;
        for lane in 0..width {
            let seed = match options.seeds.get(number * width + lane) {
                None => result.splat_like(1.0),
                Some(text) => {
                    // What the shape is at run time, the primal has shown.
                    value::parse(text, &slot.of_shape(&result.shape))
                        .map_err(|why| Failure::input(why).at(format!("--seed {text} (result #{index})")))?
                }
            };
            seeds.insert((index, lane), seed);
        }
    }
    Ok(seeds)
}
