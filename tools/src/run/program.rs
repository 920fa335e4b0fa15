//! A program with its wrappers, compiled.

use super::{
    array::Array,
    engine::{Engine, Function, Outcome},
    failure::{Failure, Result},
    globals,
    request::{Request, Role, symbol},
    slot::Slot,
    source::{self, Entry},
    trace,
    wrapper::{Wrapper, types},
};
use autodiff_lowering::gpu_host::Instruments;
use autodiff_runtime::Counters;
use melior::{Context, ir::Module};
use std::path::PathBuf;

/// A compiled program.
pub struct Program {
    engine: Engine,
    requests: Vec<(Request, Vec<Slot>, Vec<Slot>)>,
    /// The ops that are looked at.
    pub sites: Vec<(trace::Site, usize)>,
}

impl Program {
    /// Adds a wrapper for each request to a module and compiles it.
    ///
    /// # Errors
    ///
    /// If a derivative or the compilation fails; MLIR has said why.
    pub fn compile(
        context: &Context,
        mut module: Module,
        entry: &Entry,
        requests: Vec<Request>,
        settings: &Settings,
    ) -> Result<Self> {
        let mut text = format!(
            "func.func private @{}({}) -> ({})\n",
            symbol(&entry.name),
            types(&entry.parameters),
            types(&entry.results)
        );
        let requests: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let operands: Vec<_> = request.operands.iter().map(|(_, slot)| slot.clone()).collect();
                let results: Vec<_> = request.results.iter().map(|(_, slot)| slot.clone()).collect();
                (request, operands, results)
            })
            .collect();
        for (request, operands, results) in &requests {
            text += &Wrapper {
                name: request.name,
                op: &request.op,
                attributes: &request.attributes,
                operands: operands.clone(),
                results: results.clone(),
                location: &entry.location,
            }
            .text();
        }
        let names: Vec<_> = requests.iter().map(|(request, ..)| request.name).collect();
        source::add_functions(context, &module, &text, &names)?;
        if settings.kernels.is_none() {
            source::run_passes(context, &mut module, "builtin.module(symbol-dce)")?;
            source::without_kernels(&module)?;
        }
        let derivatives = source::as_op(&module).walk().iter().any(|op| op.name().starts_with("autodiff."));
        let differentiate = if derivatives {
            differentiation(&settings.rules, settings.cache_cost, settings.wide_sums)
        } else {
            String::new()
        };
        let state = match (settings.kernels, derivatives || settings.threads.is_some()) {
            (Some(machine), true) => format!("autodiff-lower{{subgroup-size={}}},", machine.subgroup_size),
            (None, true) => autodiff_lowering::pipelines::lower_state(settings.threads),
            _ => String::new(),
        };
        // While functions have the names that people know, from which kernels get theirs.
        let outline = if settings.kernels.is_some() { ",autodiff-share-globals,gpu-kernel-outlining" } else { "" };
        source::run_passes(
            context,
            &mut module,
            &format!("builtin.module({differentiate}{state}symbol-dce{outline})"),
        )?;
        let sites = if settings.trace { trace::instrument(source::as_op(&module)) } else { vec![] };
        source::hide_functions(&module, &names);
        if let Some(chip) = &settings.chip {
            let pipeline = format!("builtin.module(autodiff-nvvm-pipeline{{chip={chip}}})");
            source::run_passes(context, &mut module, &pipeline)?;
            autodiff_runtime::cuda::set_images(autodiff_lowering::gpu::images(source::as_op(&module)));
        }
        let lower = match settings.kernels {
            Some(_) if settings.chip.is_some() => {
                format!("autodiff-gpu-to-cuda,{}", autodiff_lowering::pipelines::cpu_pipeline(false))
            }
            Some(machine) => {
                let (check_races, count) = (machine.check_races, settings.count);
                autodiff_lowering::gpu_host::pipeline(Instruments { check_races, count })
            }
            None => autodiff_lowering::pipelines::cpu_pipeline(settings.threads.is_some()),
        };
        source::run_passes(context, &mut module, &format!("builtin.module({lower})"))?;
        let has_globals = globals::add(context, &module)?;
        let engine = Engine::new(&module, settings.level, settings.kernels, has_globals)?;
        let program = Self { engine, requests, sites };
        // Looking a function up compiles it, and says what cannot be linked.
        for (request, ..) in &program.requests {
            program.function(request.name)?;
        }
        Ok(program)
    }

    fn function(&self, name: &str) -> Result<Function<'_>> {
        let (request, operands, results) = self.find(name)?;
        self.engine.function(name, operands, results, request.is_primal())
    }

    fn find(&self, name: &str) -> Result<&(Request, Vec<Slot>, Vec<Slot>)> {
        self.requests
            .iter()
            .find(|(request, ..)| request.name == name)
            .ok_or_else(|| Failure::input(format!("'{name}' was not compiled")))
    }

    /// Calls a wrapper `repeat` times, each time with fresh copies of the operands.
    ///
    /// # Errors
    ///
    /// If the operands do not fit.
    pub fn call(&self, name: &str, repeat: u32, operand: impl Fn(Role) -> Result<Array>) -> Result<Call> {
        let (request, ..) = self.find(name)?;
        let function = self.function(name)?;
        let operands = request.operands.iter().map(|(role, _)| operand(*role)).collect::<Result<Vec<_>>>()?;
        let mut seconds = vec![];
        let names: Vec<_> = request.operands.iter().map(|(role, _)| role.to_string()).collect();
        let mut outcome = function.call(&operands, &names)?;
        seconds.push(outcome.seconds);
        for _ in 1..repeat {
            outcome = function.call(&operands, &names)?;
            seconds.push(outcome.seconds);
        }
        seconds.sort_by(f64::total_cmp);
        let Outcome { results, operands, peak_bytes, kernels, .. } = outcome;
        let roles = |slots: &[(Role, Slot)]| slots.iter().map(|(role, _)| *role).collect::<Vec<_>>();
        Ok(Call {
            results: roles(&request.results).into_iter().zip(results).collect(),
            operands: roles(&request.operands).into_iter().zip(operands).collect(),
            seconds: seconds[seconds.len() / 2],
            peak_bytes,
            kernels,
        })
    }
}

/// How a program is compiled.
pub struct Settings {
    /// LLVM's optimization level.
    pub level: u8,
    /// Files of further derivative rules.
    pub rules: Vec<PathBuf>,
    /// How many times as much as usual caches are taken to cost.
    pub cache_cost: u64,
    /// Whether sums of narrow numbers are wide.
    pub wide_sums: bool,
    /// The threads that run the iterations of parallel loops; none: one after another.
    pub threads: Option<u32>,
    /// The CUDA chip that kernels are compiled for, if they run on one.
    pub chip: Option<String>,
    /// How kernels run on the CPU, if they do.
    pub kernels: Option<autodiff_runtime::Options>,
    /// Whether they count what they do.
    pub count: bool,
    /// Whether the code notes the ops that give NaN, and is not optimised.
    pub trace: bool,
}

/// What a call has left behind, by role.
pub struct Call {
    pub results: Vec<(Role, Array)>,
    /// The operands after the call.
    pub operands: Vec<(Role, Array)>,
    /// The median time.
    pub seconds: f64,
    /// The most bytes of heap that the code has used at once.
    pub peak_bytes: usize,
    /// What each kernel has done in one call.
    pub kernels: Vec<(String, Counters)>,
}

impl Call {
    /// A result by its role.
    pub fn result(&self, role: Role) -> Option<&Array> {
        self.results.iter().find(|(other, _)| *other == role).map(|(_, array)| array)
    }

    /// An operand after the call, by its role.
    pub fn operand(&self, role: Role) -> Option<&Array> {
        self.operands.iter().find(|(other, _)| *other == role).map(|(_, array)| array)
    }
}

fn differentiation(rules: &[PathBuf], cache_cost: u64, wide_sums: bool) -> String {
    let paths: Vec<_> = rules.iter().map(|path| path.display().to_string()).collect();
    let rules = if paths.is_empty() { String::new() } else { format!(" rules={}", paths.join(",")) };
    format!("symbol-dce,autodiff-differentiate{{cache-cost={cache_cost} wide-sums={wide_sums}{rules}}},")
}

/// Reads rule books, whether or not anything is differentiated.
///
/// # Errors
///
/// If one cannot be read, is wrong, or has a name that a pipeline cannot hold.
pub fn check_rules(rules: &[PathBuf]) -> Result<()> {
    for path in rules {
        let text = path.display().to_string();
        if text.contains([',', '{', '}', ' ', '\'', '"']) {
            return Err(Failure::input(format!(
                "--rules: the path '{text}' must not hold blanks, commas, quotes or braces"
            )));
        }
        autodiff_transforms::rules::read_book(&text).map_err(|why| {
            // A place in the file comes first.
            if why.contains(": error: ") { Failure::input(why) } else { Failure::input(why).at("--rules") }
        })?;
    }
    Ok(())
}
