//! Compilation of a program with its derivatives, and calls of them.

use super::{
    heap,
    program::{Argument, EXPENSIVE_CACHES, Output, Program},
};
use crate::diagnostics;
use autodiff_dialect::{
    bridge,
    ir::{Builder, Op},
    llvm,
    views::{arith, scf},
};
use autodiff_tools::run::globals;
use melior::{Context, dialect::DialectRegistry, ir::Module, pass::PassManager, utility::parse_pass_pipeline};
use mlir_sys::*;
use std::{
    ffi::{c_char, c_int, c_void},
    fmt::Write,
    sync::atomic::{AtomicU8, Ordering},
};

const LIBRARY: &str = "libmlir_c_runner_utils.so";

/// A context with everything that the compiler needs; it keeps diagnostics.
pub fn context() -> Context {
    let registry = DialectRegistry::new();
    bridge::register_everything(&registry);
    bridge::register_upstream_passes();
    autodiff_transforms::register();
    autodiff_lowering::register();
    let context = Context::new();
    context.enable_multi_threading(false);
    context.append_dialect_registry(&registry);
    context.load_all_available_dialects();
    diagnostics::keep(&context);
    context
}

/// The errors since the last call.
pub fn messages() -> String {
    diagnostics::take().join("\n")
}

fn string(text: &str) -> MlirStringRef {
    MlirStringRef { data: text.as_ptr() as *const c_char, length: text.len() }
}

/// Which function is running: the number of its mode, from one.
static CALLING: AtomicU8 = AtomicU8::new(0);

/// The name of the function that is running.
pub fn calling() -> Option<&'static str> {
    [Mode::Primal, Mode::Jvp, Mode::Vjp]
        .get(usize::from(CALLING.load(Ordering::Relaxed)).checked_sub(1)?)
        .map(|mode| mode.name())
}

/// Which function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Primal,
    Jvp,
    Vjp,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Primal => "run_primal",
            Self::Jvp => "run_jvp",
            Self::Vjp => "run_vjp",
        }
    }
}

/// The order of the wrapper's parameters: for each argument that has memory its buffer (floats: a buffer of one),
/// then shadows of active arguments, then results, then tangents (jvp) or seeds (vjp) of active results. Numbers travel
/// in buffers of rank 0.
fn wrapper(program: &Program, mode: Mode) -> String {
    let float = program.float;
    let (mut parameters, mut body, mut tail) = (vec![], String::new(), String::new());
    let (mut operands, mut operand_types) = (vec![], vec![]);
    let (mut argument_activities, mut result_activities) = (vec![], vec![]);
    let cell = format!("memref<{float}>");
    let second = (program.directions && mode != Mode::Primal).then(|| Second::new(float, &mut body));
    for (index, argument) in program.arguments.iter().enumerate() {
        let ty = argument.ty(float);
        let load = |body: &mut String, name: &str| {
            let _ = writeln!(body, "  %l_{name} = memref.load %{name}[] : {cell}");
            format!("%l_{name}")
        };
        match argument {
            Argument::Float { .. } => {
                parameters.push(format!("%p{index}: {cell}"));
                operands.push(load(&mut body, &format!("p{index}")));
            }
            Argument::Integer { value, .. } => {
                let _ = writeln!(body, "  %p{index} = arith.constant {value} : {ty}");
                operands.push(format!("%p{index}"));
            }
            Argument::Buffer { same: Some(same), .. } => operands.push(format!("%p{same}")),
            _ => {
                parameters.push(format!("%p{index}: {ty}"));
                operands.push(format!("%p{index}"));
            }
        }
        operand_types.push(ty.clone());
        if mode == Mode::Primal {
            continue;
        }
        let is_float = matches!(argument, Argument::Float { .. });
        argument_activities.push(match (argument.is_active(), is_float && mode == Mode::Vjp) {
            (false, _) => "const",
            (true, true) => "active",
            (true, false) => "dup",
        });
        if !argument.is_active() || is_float && mode == Mode::Vjp {
            continue;
        }
        if is_float {
            parameters.push(format!("%s{index}: {cell}"));
            operands.push(load(&mut body, &format!("s{index}")));
        } else if let Argument::Buffer { same: Some(same), .. } = argument {
            operands.push(format!("%s{same}"));
        } else {
            parameters.push(format!("%s{index}: {ty}"));
            operands.push(format!("%s{index}"));
        }
        if let Some(second) = &second {
            operands.push(match argument {
                Argument::Float { .. } => second.number(&mut body, &format!("%l_s{index}")),
                Argument::Buffer { same: Some(same), .. } => format!("%s{same}_second"),
                _ => second.buffer(&mut body, &mut tail, &format!("%s{index}"), &ty),
            });
            operand_types.push(ty.clone());
        }
        operand_types.push(ty);
    }
    let (mut results, mut result_types) = (vec![], vec![]);
    let give = |tail: &mut String, name: &str, ty: &str, is_buffer: bool| {
        let is_sum = second.is_some() && name.starts_with(['t', 'g']);
        if is_sum {
            let _ = writeln!(tail, "  memref.store %sum_{name}, %{name}[] : memref<{ty}>");
        } else if is_buffer {
            let _ =
                writeln!(tail, "  memref.copy %r_{name}, %{name} : {ty} to {ty}\n  memref.dealloc %r_{name} : {ty}");
        } else {
            let _ = writeln!(tail, "  memref.store %r_{name}, %{name}[] : memref<{ty}>");
        }
    };
    for (index, output) in program.outputs.iter().enumerate() {
        let (ty, is_buffer) = match output {
            Output::Float { .. } => (float.to_owned(), false),
            Output::Index => ("index".to_owned(), false),
            Output::Buffer { ty, .. } => (ty.clone(), true),
        };
        let active = !matches!(output, Output::Index | Output::Float { active: false });
        // A buffer that nothing takes would be left behind.
        let no_primal = program.no_primal && mode != Mode::Primal && active && !is_buffer;
        result_activities.push(match (active, no_primal, mode) {
            (false, ..) => "const",
            (true, false, Mode::Vjp) => "active",
            (true, true, Mode::Vjp) => "active_noneed",
            (true, false, _) => "dup",
            (true, true, _) => "dup_noneed",
        });
        let port = if is_buffer { ty.clone() } else { format!("memref<{ty}>") };
        if !no_primal {
            parameters.push(format!("%q{index}: {port}"));
            results.push(format!("%r_q{index}"));
            result_types.push(ty.clone());
            give(&mut tail, &format!("q{index}"), &ty, is_buffer);
        }
        if !active {
            continue;
        }
        match mode {
            Mode::Primal => {}
            Mode::Jvp => {
                parameters.push(format!("%t{index}: {port}"));
                results.push(format!("%r_t{index}"));
                result_types.push(ty.clone());
                if let Some(second) = &second {
                    second.result(&mut results, &mut tail, &format!("t{index}"));
                    result_types.push(ty.clone());
                }
                give(&mut tail, &format!("t{index}"), &ty, is_buffer);
            }
            Mode::Vjp => {
                parameters.push(format!("%y{index}: {port}"));
                if is_buffer {
                    operands.push(format!("%y{index}"));
                } else {
                    let _ = writeln!(body, "  %l_y{index} = memref.load %y{index}[] : {port}");
                    operands.push(format!("%l_y{index}"));
                }
                if let Some(second) = &second {
                    operands.push(second.number(&mut body, &format!("%l_y{index}")));
                    operand_types.push(ty.clone());
                }
                operand_types.push(ty);
            }
        }
    }
    if mode == Mode::Vjp {
        for (index, argument) in program.arguments.iter().enumerate() {
            if matches!(argument, Argument::Float { active: true, .. }) {
                parameters.push(format!("%g{index}: {cell}"));
                results.push(format!("%r_g{index}"));
                result_types.push(float.to_owned());
                if let Some(second) = &second {
                    second.result(&mut results, &mut tail, &format!("g{index}"));
                    result_types.push(float.to_owned());
                }
                give(&mut tail, &format!("g{index}"), float, false);
            }
        }
    }
    let op = match mode {
        Mode::Primal => "func.call",
        Mode::Jvp => "autodiff.jvp",
        Mode::Vjp => "autodiff.vjp",
    };
    let attributes = match mode {
        Mode::Primal => String::new(),
        _ => format!(
            "args [{}] results [{}] {}",
            argument_activities.join(", "),
            result_activities.join(", "),
            [(second.is_some(), "width 2 "), (program.strong_zero, "strong_zero ")]
                .map(|(set, word)| if set { word } else { "" })
                .concat()
        ),
    };
    format!(
        "func.func @{}({}) attributes {{llvm.emit_c_interface}} {{\n{body}  {}{op} @main({}) {attributes}: ({}) -> ({})\n{tail}  return\n}}\n",
        mode.name(),
        parameters.join(", "),
        if results.is_empty() { String::new() } else { format!("{} = ", results.join(", ")) },
        operands.join(", "),
        operand_types.join(", "),
        result_types.join(", "),
    )
}

/// A second direction: the first one times -1/2. What comes of it, plus half of what comes of the first, is zero; three
/// times that is added to the first, so that an error shows.
struct Second<'a>(&'a str);

impl<'a> Second<'a> {
    fn new(float: &'a str, body: &mut String) -> Self {
        for (name, value) in [("factor", "-0.5"), ("half", "0.5"), ("three", "3.0")] {
            let _ = writeln!(body, "  %{name} = arith.constant {value} : {float}");
        }
        let _ = writeln!(body, "  %first = arith.constant 0 : index\n  %step = arith.constant 1 : index");
        Self(float)
    }

    fn number(&self, body: &mut String, of: &str) -> String {
        let _ = writeln!(body, "  {of}_second = arith.mulf {of}, %factor : {}", self.0);
        format!("{of}_second")
    }

    /// Another result, and the sum that takes the place of the first.
    fn result(&self, results: &mut Vec<String>, tail: &mut String, name: &str) {
        results.push(format!("%r_{name}_second"));
        *tail += &self.sum(&format!("%r_{name}"), &format!("%r_{name}_second"), &format!("%sum_{name}"));
    }

    fn sum(&self, one: &str, other: &str, sum: &str) -> String {
        let float = self.0;
        format!(
            "  {sum}_half = arith.mulf {one}, %half : {float}\n  {sum}_rest = arith.addf {other}, {sum}_half : {float}\n  \
             {sum}_error = arith.mulf {sum}_rest, %three : {float}\n  {sum} = arith.addf {one}, {sum}_error : {float}\n"
        )
    }

    /// A shadow of its own; in the end its content goes to the first.
    fn buffer(&self, body: &mut String, tail: &mut String, of: &str, ty: &str) -> String {
        let float = self.0;
        let shape = ty.trim_start_matches("memref<").split(&format!("x{float}")).next().unwrap_or_default();
        let rank = if ty.starts_with(&format!("memref<{float}")) { 0 } else { shape.split('x').count() };
        let plain = if rank == 0 { format!("memref<{float}>") } else { format!("memref<{shape}x{float}>") };
        let mut extents = vec![];
        for dimension in 0..rank {
            let size = format!("{of}_size{dimension}");
            let _ = writeln!(body, "  {of}_dim{dimension} = arith.constant {dimension} : index");
            let _ = writeln!(body, "  {size} = memref.dim {of}, {of}_dim{dimension} : {ty}");
            extents.push(size);
        }
        let open = shape.split('x').zip(&extents).filter(|(size, _)| *size == "?").map(|(_, extent)| extent.clone());
        let open = open.collect::<Vec<_>>().join(", ");
        let _ = writeln!(body, "  {of}_plain = memref.alloc({open}) : {plain}");
        let nest = |text: &mut String, inner: &dyn Fn(&str) -> String| {
            let indices: Vec<_> = (0..rank).map(|dimension| format!("{of}_at{dimension}")).collect();
            for (index, extent) in indices.iter().zip(&extents) {
                let _ = writeln!(text, "  scf.for {index} = %first to {extent} step %step {{");
            }
            *text += &inner(&indices.join(", "));
            *text += &"  }\n".repeat(rank);
        };
        nest(body, &|at| {
            format!(
                "  {of}_value = memref.load {of}[{at}] : {ty}\n  {of}_less = arith.mulf {of}_value, %factor : {float}\n  \
                 memref.store {of}_less, {of}_plain[{at}] : {plain}\n"
            )
        });
        match ty == plain {
            true => *body = body.replace(&format!("{of}_plain"), &format!("{of}_second")),
            false => {
                let _ = writeln!(body, "  {of}_second = memref.cast {of}_plain : {plain} to {ty}");
            }
        }
        nest(tail, &|at| {
            let loads = format!(
                "  {of}_one = memref.load {of}[{at}] : {ty}\n  {of}_two = memref.load {of}_second[{at}] : {ty}\n"
            );
            let sum = self.sum(&format!("{of}_one"), &format!("{of}_two"), &format!("{of}_sum"));
            format!("{loads}{sum}  memref.store {of}_sum, {of}[{at}] : {ty}\n")
        });
        let _ = writeln!(tail, "  memref.dealloc {of}_second : {ty}");
        format!("{of}_second")
    }
}

/// The requests as text, for reports.
pub fn wrappers(program: &Program) -> String {
    [Mode::Primal, Mode::Jvp, Mode::Vjp].map(|mode| wrapper(program, mode)).concat()
}

pub fn run(context: &Context, module: &mut Module, pipeline: &str) -> Result<(), String> {
    let manager = PassManager::new(context);
    parse_pass_pipeline(manager.as_operation_pass_manager(), &format!("builtin.module({pipeline})"))
        .map_err(|error| format!("pipeline: {error}"))?;
    manager.run(module).map_err(|_| messages())
}

/// How compilation fails.
#[derive(Debug)]
pub enum Failure {
    /// The program itself is not valid: a bug of the generator.
    Invalid(String),
    /// The engine says that it cannot differentiate the program.
    Refused(String),
    /// Something else: at a stage, with a message.
    Broken(&'static str, String),
}

/// The ops of a module as text, with what stands before it; `None` if the module has attributes or a name.
pub fn inner(module: &str) -> Option<String> {
    let (head, body) = module.split_once("module {")?;
    Some(format!("{head}{}", body.trim_end().strip_suffix('}')?))
}

/// The primal with its wrapper, and all parallel loops as `scf.parallel`.
fn primal<'c>(context: &'c Context, program: &Program) -> Result<Module<'c>, Failure> {
    let text = program.text.replace("memref.alloca(", "memref.alloc(") + &wrapper(program, Mode::Primal);
    let mut module = Module::parse(context, &text).ok_or_else(|| Failure::Invalid(messages()))?;
    run(context, &mut module, "convert-linalg-to-loops,scf-forall-to-parallel,lower-affine")
        .map_err(|why| Failure::Broken("lower", why))?;
    Ok(module)
}

fn lower_primal(context: &Context, mut module: Module, before: &str) -> Result<Compiled, Failure> {
    let pipeline = format!("{before}{}", autodiff_lowering::pipelines::cpu_pipeline(false));
    run(context, &mut module, &pipeline).map_err(|why| Failure::Broken("lower to llvm", why))?;
    Compiled::jit(context, &module, false)
}

/// Lets a loop count from its last iteration to its first one.
fn reverse(parallel: scf::Parallel) -> Option<()> {
    let body = parallel.op().body(0)?;
    let builder = Builder::at_start(body, parallel.op().location());
    let one = builder.index(1);
    let ranges = parallel.lower_bound().into_iter().zip(parallel.upper_bound()).zip(parallel.step());
    for (((lower, upper), step), counter) in ranges.zip(body.arguments()) {
        // lower + (ceil((upper - lower) / step) - 1) step - (counter - lower)
        let uses = counter.uses();
        let span = builder.same(arith::Subi::NAME, &[upper, lower]);
        let count = builder.same(arith::Ceildivsi::NAME, &[span, step]);
        let last = builder.same(arith::Subi::NAME, &[count, one]);
        let way = builder.same(arith::Muli::NAME, &[last, step]);
        let end = builder.same(arith::Addi::NAME, &[lower, way]);
        let gone = builder.same(arith::Subi::NAME, &[counter, lower]);
        let place = builder.same(arith::Subi::NAME, &[end, gone]);
        for (user, number) in uses {
            user.set_operand(number, place);
        }
    }
    Some(())
}

/// A compiled function that takes an array of pointers to its arguments.
type Packed = unsafe extern "C" fn(*mut *mut c_void);

/// A compiled program.
pub struct Compiled {
    engine: MlirExecutionEngine,
    /// Gives the mutable globals their initial values; none if there are none.
    restore: Option<Packed>,
}

impl Compiled {
    /// Compiles a program with its derivatives.
    ///
    /// # Errors
    ///
    /// At which stage it fails, and why.
    pub fn new(context: &Context, program: &Program) -> Result<Self, Failure> {
        let mut text = program.text.clone();
        if program.blocks {
            let mut module = Module::parse(context, &text).ok_or_else(|| Failure::Invalid(messages()))?;
            run(context, &mut module, "convert-linalg-to-loops,convert-scf-to-cf").map_err(Failure::Invalid)?;
            let whole = module.as_operation().to_string();
            text = inner(&whole).ok_or_else(|| Failure::Invalid("no plain module".into()))?;
        }
        text += &wrappers(program);
        let mut module = Module::parse(context, &text).ok_or_else(|| Failure::Invalid(messages()))?;
        messages();
        let normal_form = program.normal_form;
        let options = if program.expensive_caches { EXPENSIVE_CACHES } else { "" };
        run(
            context,
            &mut module,
            &format!("convert-linalg-to-loops,autodiff-differentiate{{normal-form={normal_form} {options}}}"),
        )
        .map_err(|why| {
            let refused = [
                "not supported",
                "cannot be differentiated",
                "no reverse-mode rule",
                "no forward-mode rule",
                "no derivative rule",
                "whose origin is unknown",
                "globals have no shadow",
            ];
            if refused.iter().any(|word| why.contains(word)) {
                Failure::Refused(why)
            } else {
                Failure::Broken("differentiate", why)
            }
        })?;
        // Half of the programs take their parallel loops apart, as they would for threads.
        let threads = (program.features.contains("scf.parallel") && program.text.len() % 2 == 0).then_some(1);
        let state = autodiff_lowering::pipelines::lower_state(threads);
        run(context, &mut module, state.trim_end_matches(',')).map_err(|why| Failure::Broken("lower", why))?;
        let left = module.as_operation().to_string();
        if let Some(line) = left.lines().find(|line| line.contains("autodiff.")) {
            return Err(Failure::Broken("left over", line.trim().to_owned()));
        }
        let mut pipeline = autodiff_lowering::pipelines::cpu_pipeline(false);
        if threads.is_some() {
            pipeline.insert_str(0, autodiff_lowering::pipelines::OUTLINE);
        }
        run(context, &mut module, &pipeline).map_err(|why| Failure::Broken("lower to llvm", why))?;
        Self::jit(context, &module, program.optimised)
    }

    /// Compiles the primal alone, such that an access outside of a buffer ends the process, and memory on the stack is
    /// poisoned like the heap's.
    ///
    /// # Errors
    ///
    /// If it does not compile.
    pub fn guarded(context: &Context, program: &Program) -> Result<Self, Failure> {
        let module = primal(context, program)?;
        lower_primal(context, module, "generate-runtime-verification,")
    }

    /// Compiles the primal alone, with the iterations of its parallel loops in reverse order.
    ///
    /// # Errors
    ///
    /// If it does not compile.
    pub fn reordered(context: &Context, program: &Program) -> Result<Self, Failure> {
        let module = primal(context, program)?;
        let op = Op::from_raw(module.as_operation().to_raw());
        for parallel in op.walk().into_iter().filter_map(|op| op.cast::<scf::Parallel>()) {
            reverse(parallel);
        }
        lower_primal(context, module, "")
    }

    fn jit(context: &Context, module: &Module, optimised: bool) -> Result<Self, Failure> {
        let has_globals = globals::add(context, module).map_err(|_| Failure::Broken("jit", messages()))?;
        // SAFETY: the module is valid; the symbols are functions with the signatures that compilers expect.
        unsafe {
            // MLIR reads the path up to a NUL, whatever its length says.
            let library = format!("{}\0", llvm::library(LIBRARY).display());
            let paths = [string(library.trim_end_matches('\0'))];
            let engine = mlirExecutionEngineCreate(
                module.to_raw(),
                if optimised { 2 } else { 0 } as c_int,
                paths.len() as c_int,
                paths.as_ptr(),
                false,
                false,
            );
            if engine.ptr.is_null() {
                return Err(Failure::Broken("jit", messages()));
            }
            for (name, function) in heap::symbols() {
                mlirExecutionEngineRegisterSymbol(engine, string(name), function);
            }
            let mut compiled = Self { engine, restore: None };
            if has_globals {
                let save = compiled.packed(globals::SAVE).map_err(|why| Failure::Broken("jit", why))?;
                // It takes no arguments.
                save(std::ptr::null_mut());
                compiled.restore = compiled.packed(globals::RESTORE).ok();
            }
            Ok(compiled)
        }
    }

    /// Looks a function up by the name that it is packed for.
    fn packed(&self, name: &str) -> Result<Packed, String> {
        // SAFETY: the engine is valid; MLIR generates functions of this signature under `_mlir_` and a name.
        unsafe {
            let address = mlirExecutionEngineLookup(self.engine, string(&format!("_mlir_{name}")));
            match address.is_null() {
                true => Err(format!("cannot link: {}", messages())),
                false => Ok(std::mem::transmute::<*mut c_void, Packed>(address)),
            }
        }
    }
}

/// What a call takes and gives, flat: floats of all arguments, of their shadows, of results and tangents or seeds.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Per argument: its floats (empty for integers).
    pub arguments: Vec<Vec<f64>>,
    /// Per argument: tangent, shadow or gradient.
    pub shadows: Vec<Vec<f64>>,
    /// Per result.
    pub results: Vec<Vec<f64>>,
    /// Per result: tangent or seed.
    pub tangents: Vec<Vec<f64>>,
}

/// Memory of a parameter: its descriptor points into `data`.
struct Port {
    data: Vec<u64>,
    descriptor: Vec<i64>,
}

/// Guard words on both sides.
const GUARD: usize = 8;
const CANARY: u64 = 0x5A5A_5A5A_5A5A_5A5A;

impl Port {
    fn new(bytes: &[u8], shape: &[usize]) -> Self {
        let words = bytes.len().div_ceil(8);
        let mut data = vec![CANARY; words + 2 * GUARD];
        for (word, chunk) in data[GUARD..].iter_mut().zip(bytes.chunks(8)) {
            let mut all = [0x5A; 8];
            all[..chunk.len()].copy_from_slice(chunk);
            *word = u64::from_ne_bytes(all);
        }
        let address = data[GUARD..].as_mut_ptr() as i64;
        let mut descriptor = vec![address, address, 0];
        descriptor.extend(shape.iter().map(|size| *size as i64));
        let mut strides = vec![1; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis] as i64;
        }
        descriptor.extend(strides);
        Self { data, descriptor }
    }

    fn floats(values: &[f64], shape: &[usize], float: &str) -> Self {
        let bytes: Vec<u8> = match float {
            "f32" => values.iter().flat_map(|value| (*value as f32).to_ne_bytes()).collect(),
            _ => values.iter().flat_map(|value| value.to_ne_bytes()).collect(),
        };
        Self::new(&bytes, shape)
    }

    fn read(&self, count: usize, float: &str) -> Vec<f64> {
        let bytes: Vec<u8> = self.data[GUARD..].iter().flat_map(|word| word.to_ne_bytes()).collect();
        match float {
            "f32" => bytes
                .chunks_exact(4)
                .take(count)
                .map(|chunk| f64::from(f32::from_ne_bytes(chunk.try_into().unwrap_or_default())))
                .collect(),
            "index" => bytes
                .chunks_exact(8)
                .take(count)
                .map(|chunk| i64::from_ne_bytes(chunk.try_into().unwrap_or_default()) as f64)
                .collect(),
            _ => bytes
                .chunks_exact(8)
                .take(count)
                .map(|chunk| f64::from_ne_bytes(chunk.try_into().unwrap_or_default()))
                .collect(),
        }
    }

    fn intact(&self) -> bool {
        self.data[..GUARD].iter().chain(&self.data[self.data.len() - GUARD..]).all(|word| *word == CANARY)
    }
}

impl Compiled {
    /// Calls one of the functions with values; they are changed as the function says.
    ///
    /// # Errors
    ///
    /// If the function is not there.
    pub fn call(&self, program: &Program, mode: Mode, values: &Values) -> Result<(Values, heap::Report), String> {
        let float = program.float;
        // What each port is written back to.
        enum Slot {
            Argument(usize),
            Shadow(usize),
            Result(usize),
            Tangent(usize),
            Nothing,
        }
        let mut ports: Vec<(Port, Slot, usize, &str)> = vec![];
        for (index, argument) in program.arguments.iter().enumerate() {
            let shape: &[usize] = match argument {
                Argument::Float { .. } => &[],
                Argument::Integer { .. } | Argument::Buffer { same: Some(_), .. } => continue,
                Argument::Buffer { shape, .. } => shape,
                Argument::Indices { shape, element, .. } => {
                    let integers = argument.integers();
                    let bytes: Vec<u8> = match *element {
                        "i32" => integers.iter().flat_map(|value| (*value as i32).to_ne_bytes()).collect(),
                        _ => integers.iter().flat_map(|value| value.to_ne_bytes()).collect(),
                    };
                    ports.push((Port::new(&bytes, shape), Slot::Nothing, 0, float));
                    continue;
                }
            };
            let count = argument.len();
            ports.push((Port::floats(&values.arguments[index], shape, float), Slot::Argument(index), count, float));
            let is_float = matches!(argument, Argument::Float { .. });
            if mode != Mode::Primal && argument.is_active() && !(is_float && mode == Mode::Vjp) {
                ports.push((Port::floats(&values.shadows[index], shape, float), Slot::Shadow(index), count, float));
            }
        }
        for (index, output) in program.outputs.iter().enumerate() {
            let shape: &[usize] = if let Output::Buffer { shape, .. } = output { shape } else { &[] };
            let count = shape.iter().product();
            let element = if matches!(output, Output::Index) { "index" } else { float };
            let active = !matches!(output, Output::Index | Output::Float { active: false });
            let is_buffer = matches!(output, Output::Buffer { .. });
            if !(program.no_primal && mode != Mode::Primal && active && !is_buffer) {
                let port = Port::floats(&vec![0.0; count], shape, element);
                ports.push((port, Slot::Result(index), count, element));
            }
            match mode {
                _ if !active => {}
                Mode::Primal => {}
                Mode::Jvp => {
                    ports.push((Port::floats(&vec![0.0; count], shape, float), Slot::Tangent(index), count, float))
                }
                Mode::Vjp => {
                    ports.push((Port::floats(&values.tangents[index], shape, float), Slot::Nothing, count, float))
                }
            }
        }
        if mode == Mode::Vjp {
            for (index, argument) in program.arguments.iter().enumerate() {
                if matches!(argument, Argument::Float { active: true, .. }) {
                    ports.push((Port::floats(&[0.0], &[], float), Slot::Shadow(index), 1, float));
                }
            }
        }
        let mut descriptors: Vec<_> = ports.iter_mut().map(|(port, ..)| port.descriptor.as_mut_ptr()).collect();
        let mut pointers: Vec<_> =
            descriptors.iter_mut().map(|descriptor| std::ptr::from_mut(descriptor) as *mut c_void).collect();
        let function = self.packed(&format!("_mlir_ciface_{}", mode.name()))?;
        // SAFETY: each argument points to a pointer to a descriptor of the type that the wrapper expects; what restores
        // globals takes none.
        unsafe {
            if let Some(restore) = self.restore {
                restore(std::ptr::null_mut());
            }
            CALLING.store(mode as u8 + 1, Ordering::Relaxed);
            function(pointers.as_mut_ptr());
            CALLING.store(0, Ordering::Relaxed);
        }
        let mut report = heap::finish();
        let mut after = values.clone();
        for (port, slot, count, element) in &ports {
            if !port.intact() {
                report.faults.push("write outside an argument".into());
            }
            match slot {
                Slot::Argument(index) => after.arguments[*index] = port.read(*count, element),
                Slot::Shadow(index) => after.shadows[*index] = port.read(*count, element),
                Slot::Result(index) => after.results[*index] = port.read(*count, element),
                Slot::Tangent(index) => after.tangents[*index] = port.read(*count, element),
                Slot::Nothing => {}
            }
        }
        Ok((after, report))
    }
}
