//! Safe wrappers of `bridge/`, the thin C++ layer over what MLIR's C API lacks. All of its `unsafe` is here.

use crate::{
    Activity,
    ir::{Attribute, Block, Context, Effect, EffectKind, Location, Op, Region, Type, Value, name, string_ref},
};
use mlir_sys::*;
use std::{
    ffi::{CStr, CString, c_char, c_void},
    ops::RangeInclusive,
};

/// The kind of a pass option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum OptionKind {
    String = 0,
    Bool = 1,
    Integer = 2,
}

/// An option of a pass or pipeline.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct PassOption {
    name: *const c_char,
    description: *const c_char,
    default: *const c_char,
    kind: OptionKind,
}

// SAFETY: the pointers come from `&'static CStr`.
unsafe impl Sync for PassOption {}

impl PassOption {
    /// Declares an option; `default` is written as on the command line.
    pub const fn new(
        name: &'static CStr,
        kind: OptionKind,
        default: &'static CStr,
        description: &'static CStr,
    ) -> Self {
        Self { name: name.as_ptr(), description: description.as_ptr(), default: default.as_ptr(), kind }
    }
}

/// Reads an option that is a number of a range.
///
/// # Errors
///
/// What was expected and what was given.
pub fn number_option(name: &str, text: &str, range: RangeInclusive<i64>) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("{name}: expected a number from {} to {}, got '{text}'", range.start(), range.end()))
}

/// Reads an option that is one of some words.
///
/// # Errors
///
/// What was expected and what was given.
pub fn word_option<'a>(name: &str, word: &'a str, words: &[&str]) -> Result<&'a str, String> {
    if words.contains(&word) {
        return Ok(word);
    }
    Err(format!("{name}: expected {}, got '{word}'", words.join(" or ")))
}

/// A pass on `builtin.module`, in Rust.
#[repr(C)]
pub struct Pass {
    argument: *const c_char,
    description: *const c_char,
    options: *const PassOption,
    option_count: usize,
    trampoline: unsafe extern "C" fn(*const Pass, *const *const c_char, MlirOperation) -> bool,
    run: PassBody,
}

/// The body of a pass: option values in the order of their declaration, and the module. `Err(())`: the pass failed and
/// has emitted a diagnostic.
pub type PassBody = fn(options: &[&str], module: Op) -> Result<(), ()>;

/// The text of a pipeline for given option values, or what is wrong with them.
pub type PipelineBody = fn(options: &[&str]) -> Result<String, String>;

// SAFETY: all pointers are to statics.
unsafe impl Sync for Pass {}

impl Pass {
    /// Declares a pass.
    pub const fn new(
        argument: &'static CStr,
        description: &'static CStr,
        options: &'static [PassOption],
        run: PassBody,
    ) -> Self {
        Self {
            argument: argument.as_ptr(),
            description: description.as_ptr(),
            options: options.as_ptr(),
            option_count: options.len(),
            trampoline: run_pass,
            run,
        }
    }
}

/// A pipeline by name.
#[repr(C)]
pub struct Pipeline {
    argument: *const c_char,
    description: *const c_char,
    options: *const PassOption,
    option_count: usize,
    trampoline: unsafe extern "C" fn(
        *const Pipeline,
        *const *const c_char,
        Option<unsafe extern "C" fn(*mut c_void, MlirStringRef)>,
        *mut c_void,
    ) -> bool,
    expand: PipelineBody,
}

// SAFETY: all pointers are to statics.
unsafe impl Sync for Pipeline {}

impl Pipeline {
    /// Declares a pipeline.
    pub const fn new(
        argument: &'static CStr,
        description: &'static CStr,
        options: &'static [PassOption],
        expand: PipelineBody,
    ) -> Self {
        Self {
            argument: argument.as_ptr(),
            description: description.as_ptr(),
            options: options.as_ptr(),
            option_count: options.len(),
            trampoline: expand_pipeline,
            expand,
        }
    }
}

type EffectSink = unsafe extern "C" fn(*mut c_void, i32, MlirValue);
type ValueSink = unsafe extern "C" fn(*mut c_void, MlirValue);
type FlowSink = unsafe extern "C" fn(*mut c_void, MlirOperation, usize, MlirValue);

#[expect(improper_ctypes, reason = "the Rust function pointer behind a pass is opaque to C++")]
unsafe extern "C" {
    fn autodiffRegisterEverything(registry: MlirDialectRegistry);
    fn autodiffRegisterUpstreamPasses();
    fn autodiffRegisterPass(pass: *const Pass);
    fn autodiffRegisterPipeline(pipeline: *const Pipeline);
    fn autodiffOptMain(argc: i32, argv: *const *const c_char, tool: *const c_char) -> i32;
    fn autodiffOnOutOfMemory(handler: extern "C" fn());
    fn autodiffForgetOutputErrors();
    fn autodiffEmit(
        severity: i32,
        location: MlirLocation,
        message: MlirStringRef,
        note_count: usize,
        note_locations: *const MlirLocation,
        note_messages: *const MlirStringRef,
    );
    fn autodiffMemoryEffects(op: MlirOperation, sink: EffectSink, data: *mut c_void) -> bool;
    fn autodiffRegionFlow(op: MlirOperation, sink: FlowSink, data: *mut c_void) -> bool;
    fn autodiffTakenSuccessor(op: MlirOperation, sink: ValueSink, data: *mut c_void) -> MlirBlock;
    fn autodiffEraseUnreachableBlocks(region: MlirRegion);
    fn autodiffIsMemoryEffectFree(op: MlirOperation) -> bool;
    fn autodiffIsPure(op: MlirOperation) -> bool;
    fn autodiffIsTerminator(op: MlirOperation) -> bool;
    fn autodiffViewSource(op: MlirOperation, result: MlirValue) -> MlirValue;
    fn autodiffIsFunction(op: MlirOperation) -> bool;
    fn autodiffLookupSymbol(from: MlirOperation, symbol: MlirAttribute) -> MlirOperation;
    fn autodiffIsConstantLike(op: MlirOperation) -> bool;
    fn autodiffActivities(list: MlirAttribute, activities: *mut i32, capacity: usize) -> usize;
    fn autodiffActivityListGet(context: MlirContext, activities: *const i32, count: usize) -> MlirAttribute;
    fn autodiffDecompose(op: MlirOperation) -> i32;
    fn autodiffCacheTypeGet(element: MlirType) -> MlirType;
    fn autodiffCacheTypeElement(cache: MlirType) -> MlirType;
    fn autodiffTapeTypeGet(context: MlirContext) -> MlirType;
    fn autodiffTypeIsATape(ty: MlirType) -> bool;
    fn autodiffTypeIsMemory(ty: MlirType) -> bool;
    fn autodiffTypeIsLLVM(ty: MlirType) -> bool;
    fn autodiffFastMathFlags(attribute: MlirAttribute) -> u32;
}

/// Reads the option values that C++ hands over.
///
/// # Safety
///
/// `values` must point to `count` C strings.
unsafe fn option_values(values: *const *const c_char, count: usize) -> Vec<String> {
    // SAFETY: the caller passes `count` texts that end with NUL.
    (0..count).map(|index| name::decode(unsafe { CStr::from_ptr(*values.add(index)) }.to_bytes())).collect()
}

unsafe extern "C" fn run_pass(pass: *const Pass, values: *const *const c_char, module: MlirOperation) -> bool {
    // SAFETY: C++ calls this with the pass that it was registered with and one value per option.
    let (pass, values) = unsafe { (&*pass, option_values(values, (*pass).option_count)) };
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    (pass.run)(&values, Op::from_raw(module)).is_ok()
}

unsafe extern "C" fn expand_pipeline(
    pipeline: *const Pipeline,
    values: *const *const c_char,
    sink: Option<unsafe extern "C" fn(*mut c_void, MlirStringRef)>,
    data: *mut c_void,
) -> bool {
    // SAFETY: as for `run_pass`.
    let (pipeline, values) = unsafe { (&*pipeline, option_values(values, (*pipeline).option_count)) };
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    let result = (pipeline.expand)(&values);
    let (Ok(text) | Err(text)) = &result;
    if let Some(sink) = sink {
        // SAFETY: the data is what came with the sink.
        unsafe { sink(data, string_ref(&name::encode(text))) };
    }
    result.is_ok()
}

/// Adds all of MLIR's dialects, extensions and translations, and the autodiff dialect.
pub fn register_everything(registry: &melior::dialect::DialectRegistry) {
    // SAFETY: the registry is live.
    unsafe { autodiffRegisterEverything(registry.to_raw()) }
}

/// Registers the upstream passes, so that textual pipelines may name them.
pub fn register_upstream_passes() {
    // SAFETY: it takes nothing, and may be called again.
    unsafe { autodiffRegisterUpstreamPasses() }
}

/// Registers a pass by its argument.
pub fn register_pass(pass: &'static Pass) {
    // SAFETY: what is registered lives for ever.
    unsafe { autodiffRegisterPass(pass) }
}

/// Registers a pipeline by its argument.
pub fn register_pipeline(pipeline: &'static Pipeline) {
    // SAFETY: what is registered lives for ever.
    unsafe { autodiffRegisterPipeline(pipeline) }
}

/// Runs `MlirOptMain` with the passes registered so far; returns the exit code.
pub fn opt_main(arguments: &[CString], tool: &CStr) -> i32 {
    let mut pointers: Vec<_> = arguments.iter().map(|argument| argument.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: the arguments end with NUL, their list with a null pointer; both live through the call.
    unsafe { autodiffOptMain(arguments.len() as i32, pointers.as_ptr(), tool.as_ptr()) }
}

/// Calls `handler` where C++ code or LLVM finds no memory; it must not return.
pub fn on_out_of_memory(handler: extern "C" fn()) {
    // SAFETY: a function lives for ever.
    unsafe { autodiffOnOutOfMemory(handler) }
}

/// Forgets that LLVM could not write to standard error, which would change the exit code of the process.
pub fn forget_output_errors() {
    // SAFETY: no thread writes there any more.
    unsafe { autodiffForgetOutputErrors() }
}

/// Runs a textual pass pipeline on a module, such as `builtin.module(canonicalize,cse)`. Debug builds verify the module
/// after each pass; in others, whoever has asked for the pipeline verifies what comes out of it.
///
/// # Errors
///
/// The text is no pipeline (the message says why), or a pass failed, which has emitted a diagnostic (no message).
pub fn run_pipeline(module: Op, pipeline: &str) -> Result<(), Option<String>> {
    struct Manager(MlirPassManager);
    impl Drop for Manager {
        fn drop(&mut self) {
            // SAFETY: it is owned here, and destroyed once.
            unsafe { mlirPassManagerDestroy(self.0) }
        }
    }
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe {
        let manager = Manager(mlirPassManagerCreateOnOperation(module.context().raw(), string_ref("builtin.module")));
        mlirPassManagerEnableVerifier(manager.0, cfg!(debug_assertions));
        let mut message = String::new();
        let parsed = mlirParsePassPipeline(
            mlirPassManagerGetAsOpPassManager(manager.0),
            string_ref(&name::encode(pipeline)),
            Some(crate::ir::append_to_string),
            &mut message as *mut _ as *mut c_void,
        );
        if parsed.value == 0 {
            return Err(Some(message));
        }
        if mlirPassManagerRunOnOp(manager.0, module.raw()).value == 0 { Err(None) } else { Ok(()) }
    }
}

/// A module of its own, erased when dropped.
pub struct ScratchModule(MlirModule);

impl ScratchModule {
    /// An empty module.
    pub fn new(location: Location) -> Self {
        // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
        Self(unsafe { mlirModuleCreateEmpty(location.raw()) })
    }

    /// The module as an op.
    pub fn op(&self) -> Op {
        // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
        Op::from_raw(unsafe { mlirModuleGetOperation(self.0) })
    }
}

impl Drop for ScratchModule {
    fn drop(&mut self) {
        // SAFETY: it is owned here, and destroyed once.
        unsafe { mlirModuleDestroy(self.0) }
    }
}

pub(crate) fn emit(severity: i32, location: Location, message: &str, notes: &[(Location, String)]) {
    let locations: Vec<_> = notes.iter().map(|(location, _)| location.raw()).collect();
    let texts: Vec<_> = notes.iter().map(|(_, message)| name::escape(message)).collect();
    let messages: Vec<_> = texts.iter().map(|text| string_ref(text.as_bytes())).collect();
    let message = name::escape(message);
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe {
        autodiffEmit(
            severity,
            location.raw(),
            string_ref(message.as_bytes()),
            notes.len(),
            locations.as_ptr(),
            messages.as_ptr(),
        )
    }
}

pub(crate) fn memory_effects(op: Op) -> Option<Vec<Effect>> {
    unsafe extern "C" fn sink(data: *mut c_void, kind: i32, value: MlirValue) {
        let kind = match kind {
            0 => EffectKind::Read,
            1 => EffectKind::Write,
            2 => EffectKind::Allocate,
            _ => EffectKind::Free,
        };
        // SAFETY: the data is the vector below.
        unsafe { (*(data as *mut Vec<Effect>)).push(Effect { kind, value: Value::from_nullable(value) }) }
    }
    let mut effects = Vec::<Effect>::new();
    // SAFETY: the op is live; the sink casts the data back to the vector that it is.
    unsafe { autodiffMemoryEffects(op.raw(), sink, &mut effects as *mut _ as *mut _) }.then_some(effects)
}

pub(crate) fn region_flow(op: Op) -> Option<Vec<(Op, usize, Value)>> {
    unsafe extern "C" fn sink(data: *mut c_void, owner: MlirOperation, number: usize, to: MlirValue) {
        // SAFETY: the data is the vector below; owner and value are not null.
        unsafe {
            let forwarded = &mut *(data as *mut Vec<(Op, usize, Value)>);
            forwarded.extend(Value::from_nullable(to).map(|to| (Op::from_raw(owner), number, to)));
        }
    }
    let mut forwarded = Vec::new();
    // SAFETY: the op is live; the sink casts the data back to the vector that it is.
    unsafe { autodiffRegionFlow(op.raw(), sink, &mut forwarded as *mut _ as *mut _) }.then_some(forwarded)
}

pub(crate) fn taken_successor(op: Op) -> Option<(Block, Vec<Value>)> {
    unsafe extern "C" fn sink(data: *mut c_void, passed: MlirValue) {
        // SAFETY: `data` is the vector below, which outlives the call.
        unsafe { &mut *data.cast::<Vec<Value>>() }.push(Value::from_raw(passed));
    }
    let mut passed = Vec::new();
    // SAFETY: the op is live; the sink casts the data back to the vector that it is.
    let block = unsafe { autodiffTakenSuccessor(op.raw(), sink, &mut passed as *mut _ as *mut _) };
    Some((Block::from_nullable(block)?, passed))
}

pub(crate) fn erase_unreachable_blocks(region: Region) {
    // SAFETY: handles are live, as `ir` says; those of the erased blocks are the caller's to drop.
    unsafe { autodiffEraseUnreachableBlocks(region.raw()) }
}

pub(crate) fn is_memory_effect_free(op: Op) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffIsMemoryEffectFree(op.raw()) }
}

pub(crate) fn is_pure(op: Op) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffIsPure(op.raw()) }
}

pub(crate) fn is_terminator(op: Op) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffIsTerminator(op.raw()) }
}

pub(crate) fn view_source(op: Op, result: Value) -> Option<Value> {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    Value::from_nullable(unsafe { autodiffViewSource(op.raw(), result.raw()) })
}

pub(crate) fn is_function(op: Op) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffIsFunction(op.raw()) }
}

pub(crate) fn lookup_symbol(from: Op, symbol: Attribute) -> Option<Op> {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    Op::from_nullable(unsafe { autodiffLookupSymbol(from.raw(), symbol.raw()) })
}

/// Replaces an op on tensors (`linalg.softmax`, `linalg.pack`, `tensor.concat`, ...) by the ops that it is made of, which
/// erases it. `None`: it is no such op.
///
/// # Errors
///
/// This one cannot be decomposed; nothing has changed.
pub fn decompose(op: Op) -> Option<Result<(), ()>> {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    match unsafe { autodiffDecompose(op.raw()) } {
        0 => None,
        1 => Some(Ok(())),
        _ => Some(Err(())),
    }
}

pub(crate) fn is_constant_like(op: Op) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffIsConstantLike(op.raw()) }
}

pub(crate) fn activity_list(context: Context, list: &[Activity]) -> Attribute {
    let numbers: Vec<_> = list.iter().map(|activity| *activity as i32).collect();
    // SAFETY: the array has the length that is passed, and lives through the call.
    Attribute::from_raw(unsafe { autodiffActivityListGet(context.raw(), numbers.as_ptr(), numbers.len()) })
}

pub(crate) fn activities(list: Attribute) -> Vec<Activity> {
    // SAFETY: nothing is written to a list of length 0.
    let mut numbers = vec![0; unsafe { autodiffActivities(list.raw(), std::ptr::null_mut(), 0) }];
    // SAFETY: the array has the length that is passed, and lives through the call.
    unsafe { autodiffActivities(list.raw(), numbers.as_mut_ptr(), numbers.len()) };
    numbers.into_iter().filter_map(|number| Activity::ALL.get(number as usize).copied()).collect()
}

pub(crate) fn cache_type(element: Type) -> Type {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    Type::from_raw(unsafe { autodiffCacheTypeGet(element.raw()) })
}

/// The element type of `!autodiff.cache<T>`; `None` for any other type.
pub fn cache_element(cache: Type) -> Option<Type> {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    Type::from_nullable(unsafe { autodiffCacheTypeElement(cache.raw()) })
}

pub(crate) fn tape_type(context: Context) -> Type {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    Type::from_raw(unsafe { autodiffTapeTypeGet(context.raw()) })
}

pub(crate) fn is_tape(ty: Type) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffTypeIsATape(ty.raw()) }
}

pub(crate) fn is_memory(ty: Type) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffTypeIsMemory(ty.raw()) }
}

pub(crate) fn is_llvm(ty: Type) -> bool {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffTypeIsLLVM(ty.raw()) }
}

pub(crate) fn fast_math_flags(attribute: Attribute) -> u32 {
    // SAFETY: handles are live, as `ir` says; texts and lists live through the call.
    unsafe { autodiffFastMathFlags(attribute.raw()) }
}
