//! The JIT: compiles a module in the LLVM dialect and calls its wrapper functions. With `memory.rs`, all `unsafe` of
//! the tool is here.

use super::{
    array::Array,
    failure::{Failure, Result},
    globals, memory,
    slot::{Kind, Slot},
    trace,
};
use crate::{console::complain, out_of_memory::may_fail};
use autodiff_dialect::llvm;
use autodiff_runtime::{Counters, cuda};
use half::{bf16, f16};
use melior::{Context, ir::Module};
use mlir_sys::*;
use std::{
    alloc::{Layout, alloc_zeroed, dealloc},
    ffi::{c_char, c_int, c_void},
    path::Path,
    ptr,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

/// Libraries that generated code may call, where they are installed.
const LIBRARIES: [&str; 2] = ["libmlir_c_runner_utils.so", "libmlir_runner_utils.so"];

/// OpenMP's, by the name that all versions share: only one version can be installed.
const OPENMP: [&str; 2] = ["/usr/lib/x86_64-linux-gnu/libomp.so.5", "/usr/lib/aarch64-linux-gnu/libomp.so.5"];

/// Whether the iterations of parallel loops can run on threads.
pub fn has_openmp() -> bool {
    OPENMP.iter().any(|path| Path::new(path).exists())
}

/// Parses a file.
pub fn parse_file<'c>(context: &'c Context, file: &str) -> Option<Module<'c>> {
    // SAFETY: the module, if there is one, is owned by the caller from here on.
    unsafe {
        let raw = mlirModuleCreateParseFromFile(context.to_raw(), string(file));
        Module::from_option_raw(raw)
    }
}

fn string(text: &str) -> MlirStringRef {
    MlirStringRef { data: text.as_ptr() as *const c_char, length: text.len() }
}

/// Sets the number of OpenMP threads; call before there is a second thread.
pub fn set_threads(count: u32) {
    // SAFETY: the process has one thread, says the contract above.
    unsafe { std::env::set_var("OMP_NUM_THREADS", count.to_string()) }
}

/// Compiled code.
pub struct Engine {
    raw: MlirExecutionEngine,
    /// How kernels run, if there may be any.
    kernels: Option<autodiff_runtime::Options>,
    /// Brings the program's globals back to their initial state; none if it has no mutable ones.
    restore: Option<Packed>,
}

/// A compiled function that takes pointers to its arguments.
type Packed = unsafe extern "C" fn(*mut *mut c_void);

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: nothing that the engine owns is in use.
        unsafe { mlirExecutionEngineDestroy(self.raw) }
    }
}

/// What a call has left behind.
pub struct Outcome {
    /// The results, in order.
    pub results: Vec<Array>,
    /// The operands after the call: changed where they are buffers.
    pub operands: Vec<Array>,
    /// The time of the call.
    pub seconds: f64,
    /// The most bytes of heap that the code has used at once.
    pub peak_bytes: usize,
    /// What each kernel has done.
    pub kernels: Vec<(String, Counters)>,
}

impl Engine {
    /// Compiles a module in the LLVM dialect.
    ///
    /// # Errors
    ///
    /// If it cannot be translated or compiled; MLIR has said why.
    pub fn new(
        module: &Module,
        level: u8,
        kernels: Option<autodiff_runtime::Options>,
        has_globals: bool,
    ) -> Result<Self> {
        // MLIR reads the paths up to a NUL, whatever their length says.
        let paths: Vec<_> = LIBRARIES
            .map(|name| llvm::library(name).to_string_lossy().into_owned())
            .into_iter()
            .chain(OPENMP.map(str::to_owned))
            .filter(|path| Path::new(path).exists())
            .map(|path| path + "\0")
            .collect();
        let paths: Vec<_> = paths.iter().map(|path| string(path.trim_end_matches('\0'))).collect();
        // SAFETY: the module is valid; the paths live through the call; the symbols are functions with C linkage and
        // the signatures that compilers expect of their names.
        unsafe {
            let engine = mlirExecutionEngineCreate(
                module.to_raw(),
                c_int::from(level),
                paths.len() as c_int,
                paths.as_ptr(),
                false,
                false,
            );
            if engine.ptr.is_null() {
                return Err(Failure::Reported);
            }
            for (name, function) in memory::symbols()
                .into_iter()
                .chain(float_symbols())
                .chain(trace::symbols())
                .chain(autodiff_runtime::symbols())
            {
                mlirExecutionEngineRegisterSymbol(engine, string(name), function);
            }
            let mut engine = Self { raw: engine, kernels, restore: None };
            if has_globals {
                if let Some(save) = engine.packed(globals::SAVE) {
                    // It takes no arguments.
                    save(ptr::null_mut());
                }
                engine.restore = engine.packed(globals::RESTORE);
            }
            Ok(engine)
        }
    }

    /// Looks a function up, which compiles it.
    fn packed(&self, name: &str) -> Option<Packed> {
        // SAFETY: the engine is valid.
        let address = unsafe { mlirExecutionEngineLookup(self.raw, string(&format!("_mlir_{name}"))) };
        // SAFETY: MLIR generates functions of this signature under `_mlir_` and a name.
        (!address.is_null()).then(|| unsafe { std::mem::transmute::<*mut c_void, Packed>(address) })
    }

    /// Looks a wrapper up, which compiles it.
    ///
    /// # Errors
    ///
    /// If the program calls functions that do not exist; LLVM has named them.
    pub fn function<'e>(
        &'e self,
        name: &str,
        operands: &'e [Slot],
        results: &'e [Slot],
        is_primal: bool,
    ) -> Result<Function<'e>> {
        let missing = || Failure::input("the program cannot be linked: it calls a function that does not exist");
        let call = self.packed(&format!("_mlir_ciface_{name}")).ok_or_else(missing)?;
        Ok(Function { call, operands, results, is_primal, engine: self })
    }
}

/// A compiled wrapper.
pub struct Function<'e> {
    call: Packed,
    operands: &'e [Slot],
    results: &'e [Slot],
    is_primal: bool,
    engine: &'e Engine,
}

impl Function<'_> {
    /// Calls the function with copies of the operands, which messages call by their names.
    ///
    /// # Errors
    ///
    /// If the operands do not fit the signature or memory is short.
    pub fn call(&self, operands: &[Array], names: &[String]) -> Result<Outcome> {
        if operands.len() != self.operands.len() {
            return Err(Failure::input(format!("expected {} operands, got {}", self.operands.len(), operands.len())));
        }
        let mut inputs = vec![];
        for (slot, array) in self.operands.iter().zip(operands) {
            slot.check_shape(&array.shape).map_err(Failure::Input)?;
            inputs.push(Port::new(&array.bytes, array.bytes.len(), &array.shape)?);
        }
        let mut outputs = vec![];
        for slot in self.results {
            let shape: Vec<_> = slot.dims.iter().map(|dim| dim.unwrap_or(0)).collect();
            outputs.push(match slot.kind {
                Kind::Memref => Port::new(&[], 8 * (3 + 2 * shape.len()), &[])?,
                _ => Port::new(&[], slot.element.size() * shape.iter().product::<usize>(), &shape)?,
            });
        }
        let mut descriptors: Vec<_> =
            inputs.iter_mut().chain(&mut outputs).map(|port| port.descriptor.as_mut_ptr()).collect();
        let mut arguments: Vec<_> =
            descriptors.iter_mut().map(|descriptor| ptr::from_mut(descriptor) as *mut c_void).collect();
        if let Some(restore) = self.engine.restore {
            // SAFETY: it takes no arguments, and no other code of the engine runs.
            unsafe { restore(ptr::null_mut()) };
        }
        let running = if self.is_primal { memory::FUNCTION } else { memory::DERIVATIVE };
        let lent = inputs.iter().zip(names).map(|(port, name)| (port.data as usize, port.size, name.clone()));
        memory::start(running, lent.collect());
        let start = Instant::now();
        let mut call = || {
            RUNS.store(true, Ordering::Relaxed);
            // SAFETY: each argument points to a pointer to a descriptor of the rank that the wrapper expects, over
            // memory of at least its size; the slots describe the wrapper's signature.
            unsafe { (self.call)(arguments.as_mut_ptr()) };
            RUNS.store(false, Ordering::Relaxed);
        };
        let kernels = match self.engine.kernels {
            None => {
                call();
                vec![]
            }
            Some(options) => {
                let outcome = autodiff_runtime::run(options, &mut call);
                let errors: Vec<_> = outcome.result.err().into_iter().chain(outcome.races).collect();
                if !errors.is_empty() {
                    // SAFETY: the call is over, and nothing will look at what it has left.
                    unsafe { memory::release() };
                    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
                    let text = texts.join("\n");
                    let of_device = errors.iter().any(autodiff_runtime::Report::is_of_device);
                    return Err(if of_device { Failure::Device(text) } else { Failure::Input(text) });
                }
                outcome.kernels
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        let peak_bytes = memory::peak();
        let results = self.results.iter().zip(&outputs).enumerate();
        let results = results
            .map(|(index, (slot, port))| port.take(slot).map_err(|error| error.at(format!("result #{index}"))))
            .collect::<Result<_>>()?;
        let operands = operands
            .iter()
            .zip(&inputs)
            .map(|(array, port)| Array {
                element: array.element,
                shape: array.shape.clone(),
                bytes: port.bytes().to_vec(),
            })
            .collect();
        // SAFETY: the call is over, and its results were copied.
        unsafe { memory::release() };
        Ok(Outcome { results, operands, seconds, peak_bytes, kernels })
    }
}

/// Aligned memory of one parameter of a wrapper, and its descriptor.
struct Port {
    data: *mut u8,
    layout: Layout,
    size: usize,
    /// Allocated pointer, aligned pointer, offset, sizes, strides.
    descriptor: Vec<i64>,
}

impl Port {
    fn new(content: &[u8], size: usize, shape: &[usize]) -> Result<Self> {
        let short = || Failure::input(format!("out of memory: cannot allocate {size} bytes for an argument"));
        let layout = Layout::from_size_align(size.max(1), 64).map_err(|_| short())?;
        let data = if cuda::is_open() {
            let data = cuda::allocate(layout.size()).map_err(|report| Failure::Device(report.to_string()))?.cast();
            // SAFETY: the memory has this size.
            unsafe { ptr::write_bytes(data, 0, layout.size()) };
            data
        } else {
            // SAFETY: the size is not zero.
            may_fail(|| unsafe { alloc_zeroed(layout) })
        };
        if data.is_null() {
            return Err(short());
        }
        // SAFETY: the content is no longer than the memory.
        unsafe { ptr::copy_nonoverlapping(content.as_ptr(), data, content.len().min(size)) };
        let mut descriptor = vec![data as i64, data as i64, 0];
        descriptor.extend(shape.iter().map(|size| *size as i64));
        let mut strides = vec![1; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis].max(1) as i64;
        }
        descriptor.extend(strides);
        Ok(Self { data, layout, size, descriptor })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the memory has this size and was initialized.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }

    /// Copies the result that the wrapper has stored.
    fn take(&self, slot: &Slot) -> Result<Array> {
        let rank = slot.dims.len();
        if slot.kind != Kind::Memref {
            return Ok(Array { bytes: self.bytes().to_vec(), ..slot.zeros().map_err(Failure::Input)? });
        }
        let words: Vec<_> =
            self.bytes().chunks_exact(8).map(|word| i64::from_ne_bytes(word.try_into().unwrap_or_default())).collect();
        if memory::owner(words[1] as usize) == Some(memory::Owner::Freed) {
            return Err(Failure::input("the program has freed the buffer that it returns"));
        }
        let (sizes, strides) = words[3..].split_at(rank);
        let shape: Vec<_> = sizes.iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
        let mut array = Array::zeros(slot.element, &shape).map_err(Failure::Input)?;
        let size = slot.element.size();
        let mut index = vec![0i64; rank];
        for chunk in array.bytes.chunks_exact_mut(size) {
            let at = words[2] + index.iter().zip(strides).map(|(index, stride)| index * stride).sum::<i64>();
            // SAFETY: the descriptor was stored by the generated code, whose memory is released after this copy.
            unsafe {
                ptr::copy_nonoverlapping(
                    (words[1] as *const u8).offset(at as isize * size as isize),
                    chunk.as_mut_ptr(),
                    size,
                )
            };
            for axis in (0..rank).rev() {
                index[axis] += 1;
                if index[axis] < sizes[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Ok(array)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        if cuda::is_open() {
            cuda::free(self.data.cast());
        } else {
            // SAFETY: allocated with this layout.
            unsafe { dealloc(self.data, self.layout) }
        }
    }
}

/// Conversions that LLVM calls for types that the machine lacks, and the end of a failed assertion. A half is passed
/// in the low bits of a float's register.
fn float_symbols() -> [(&'static str, *mut c_void); 7] {
    extern "C" fn f32_to_f16(number: f32) -> f32 {
        f32::from_bits(f16::from_f32(number).to_bits().into())
    }
    extern "C" fn f64_to_f16(number: f64) -> f32 {
        f32::from_bits(f16::from_f64(number).to_bits().into())
    }
    extern "C" fn f16_to_f32(number: f32) -> f32 {
        f16::from_bits(number.to_bits() as u16).to_f32()
    }
    extern "C" fn f16_to_f64(number: f32) -> f64 {
        f16::from_bits(number.to_bits() as u16).to_f64()
    }
    extern "C" fn f32_to_bf16(number: f32) -> f32 {
        f32::from_bits(bf16::from_f32(number).to_bits().into())
    }
    extern "C" fn f64_to_bf16(number: f64) -> f32 {
        f32::from_bits(bf16::from_f64(number).to_bits().into())
    }
    extern "C" fn abort() -> ! {
        // What the assertion says was printed, but may wait in a buffer.
        // SAFETY: no argument, all streams are meant.
        unsafe { libc::fflush(ptr::null_mut()) };
        complain("autodiff-run: error: the program stopped itself: an assertion failed");
        // SAFETY: ends the process at once; no destructor of generated code is pending.
        unsafe { libc::_exit(2) }
    }
    [
        ("__truncsfhf2", f32_to_f16 as *mut c_void),
        ("__truncdfhf2", f64_to_f16 as *mut c_void),
        ("__extendhfsf2", f16_to_f32 as *mut c_void),
        ("__extendhfdf2", f16_to_f64 as *mut c_void),
        ("__truncsfbf2", f32_to_bf16 as *mut c_void),
        ("__truncdfbf2", f64_to_bf16 as *mut c_void),
        ("abort", abort as *mut c_void),
    ]
}

/// Whether generated code runs now, which is to blame for a crash.
static RUNS: AtomicBool = AtomicBool::new(false);

/// Turns the signals of a crash in generated code into a message and exit code 2.
pub fn catch_crashes() {
    extern "C" fn report(signal: c_int) {
        let text: &[u8] = match signal {
            _ if !RUNS.load(Ordering::Relaxed) => {
                b"autodiff-run: error: internal error: the compiler crashed, or there is too little memory\n"
            }
            libc::SIGFPE => b"autodiff-run: error: the program divided an integer by zero\n",
            libc::SIGILL => b"autodiff-run: error: the program reached an illegal instruction\n",
            _ => b"autodiff-run: error: the program accessed memory that is not its own (index out of bounds, or the stack is full)\n",
        };
        // SAFETY: both calls are allowed in signal handlers.
        unsafe {
            libc::write(2, text.as_ptr() as *const c_void, text.len());
            libc::_exit(2)
        }
    }
    // A file that grows beyond what 'ulimit -f' allows is an error of the write.
    // SAFETY: no handler is installed.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    for signal in [libc::SIGFPE, libc::SIGILL, libc::SIGBUS, libc::SIGSEGV] {
        // SAFETY: the handler calls only what signal handlers may; Rust gives each thread a stack for it.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = report as extern "C" fn(c_int) as usize;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
}
