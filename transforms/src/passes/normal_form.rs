//! The form in which the engines take a function: one block a region, calls inlined, scalars in registers.
//!
//! 1. Clone the function and all that it refers to into a module of its own, so that nothing of the user's changes. Of
//!    functions whose calls stay calls ([`Inlining`]), a stub is enough. What it calls is handed the mutable globals that
//!    it reaches as arguments: see [`globals`](crate::globals).
//! 2. Put kernels where they are launched, lift unstructured control flow, inline.
//! 3. Optimise, unless that is switched off: what is differentiated then is smaller.

use super::libm_to_math;
use crate::{
    analysis::{inlining::Inlining, is_unreachable},
    emit,
    engine::Mode,
    globals::Globals,
};
use autodiff_dialect::{
    bridge::{self, ScratchModule},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region, Type, Value},
    state::names,
    views::{affine, cf, func, gpu, memref, scf},
};
use std::collections::{HashMap, HashSet};

/// What becomes of affine loops, before all else where they carry notes.
const AFFINE: &str = "autodiff-refuse-tensor-loops,lower-affine";
const STRUCTURE: &str =
    "func.func(lift-cf-to-scf),inline{default-pipeline=},expand-realloc,autodiff-expand-atomics,autodiff-libm-to-math";
/// What loops of other dialects need to become `scf.for` and `scf.parallel` with sums.
const PARALLEL: &str = "autodiff-refuse-tensor-loops,scf-forall-to-parallel,lower-affine,autodiff-expand-reductions";
/// What kernels need to be launches with a body.
const KERNELS: &str =
    "autodiff-raise-vendor-ops,autodiff-inline-kernels,autodiff-raise-pointers,func.func(sroa,mem2reg)";
/// What follows, once all that a kernel does stands in its launch.
const THREADS: &str = "autodiff-name-threads,autodiff-expand-all-reduce";
const COUNT: &str = "func.func(canonicalize,cse),autodiff-count-while,autodiff-count-first";
const OPTIMISE: &str = "func.func(sroa,mem2reg,cse),autodiff-forward-stores,\
    func.func(canonicalize,loop-invariant-code-motion,cse),autodiff-pair-sincos,autodiff-sink-into-branches";
const SIMPLIFY: &str = "func.func(canonicalize)";
const CLEAN_UP: &str = "autodiff-eliminate-dead,autodiff-split-sincos,\
    func.func(canonicalize{region-simplify=disabled},cse,loop-invariant-code-motion)";

const CALL: &str = func::Call::NAME;
const NO_INLINE: &str = "no_inline";
/// On calls that have `no_inline` only as long as the normal form is made.
const OUTLINED: &str = "outlined";
/// On what modules of kernels hold: its name outside.
pub(super) const OUTSIDE: &str = "name_outside";

/// A module that holds the clone of a function.
pub(super) struct NormalForm<'a> {
    module: ScratchModule,
    name: String,
    source: Source<'a>,
    /// The globals that the function reaches.
    pub(super) handed: Vec<usize>,
}

/// What functions are cloned from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// The symbols of the module.
    pub(super) symbols: &'a HashMap<String, Op>,
    /// Its mutable globals.
    pub(super) globals: &'a Globals,
    /// What symbols of modules of kernels are called outside, by module and name.
    pub(super) outside: &'a HashMap<(String, String), String>,
}

/// A function, or something else with a name, on its way into the module.
struct Part {
    op: Op,
    /// Whether a clone has to have its body.
    is_whole: bool,
    /// The name of the stand-in that its clone is.
    standin: Option<String>,
}

impl<'a> NormalForm<'a> {
    /// Brings a clone of `function` into normal form, or, if a name is given, that of its stand-in of that name.
    pub(super) fn new(
        function: Op,
        source: Source<'a>,
        standin: Option<&str>,
        inlining: &mut Inlining,
        optimise: bool,
    ) -> Result<Self, Box<Diagnostic>> {
        if let Some(end) = endless(function) {
            let name = function.symbol_name().unwrap_or_default();
            let message = format!("'@{name}' never returns, so it has no derivative; let it return");
            return Err(Box::new(Diagnostic::error(end.location(), message)));
        }
        let globals = source.globals;
        let original = function.symbol_name().unwrap_or_default();
        let reached = globals.reached(&[function], source.symbols, |callee| {
            has_derivative(callee) || callee.symbol_name().is_some_and(|name| libm_to_math::is_known(&name))
        });
        reached.refuse_pointers()?;
        let name = standin.map_or_else(|| original.clone(), str::to_owned);
        let handed = reached.by_root(0).to_vec();
        let this = Self { module: ScratchModule::new(function.location()), name, source, handed };
        let Some(block) = this.block() else { return Err(failed(function)) };
        inlining.plan(&original, source.symbols);
        let builder = Builder::at_end(block, function.location());
        let first = Part { op: function, is_whole: true, standin: standin.map(str::to_owned) };
        for (number, Part { op, is_whole, standin }) in this.parts(first, inlining).into_iter().enumerate() {
            let clone = match is_whole {
                true => builder.insert(op.duplicate()),
                false => stub(&builder, op),
            };
            if number > 0 {
                clone.set_attribute("sym_visibility", Attribute::string(op.context(), "private"));
            } else {
                clone.remove_attribute("sym_visibility");
            }
            if !is_whole || has_derivative(op) || never_returns(op) {
                clone.set_attribute("no_inline", Attribute::unit(op.context()));
            }
            let caller = op.symbol_name().unwrap_or_default();
            if op.is::<gpu::Module>() {
                name_outside(clone, &caller, source.outside);
            }
            for call in clone.walk().into_iter().filter(|inner| inner.name() == CALL) {
                let callee = call.attribute("callee").and_then(Attribute::as_symbol).unwrap_or_default();
                if op.is_function() && !inlining.is_inlined(&caller, &callee) && call.attribute(NO_INLINE).is_none() {
                    call.set_attribute(NO_INLINE, Attribute::unit(op.context()));
                    call.set_attribute(OUTLINED, Attribute::unit(op.context()));
                }
            }
            if let Some(standin) = standin {
                let handed = if number == 0 { this.handed.clone() } else { globals.handed(&caller) };
                globals.take_as_arguments(clone, &handed);
                clone.set_attribute("sym_name", Attribute::string(op.context(), &standin));
            } else if number == 0 {
                globals.name_once(clone, &this.handed);
            }
        }
        this.refuse_foreign_ops()?;
        this.lower_affine_notes(function)?;
        // Only what has loops that may turn out to be counted, or that run in parallel, pays for looking.
        let has = |wanted: fn(&Op) -> bool| this.module.op().walk().iter().any(wanted);
        let uncounted = has(|op| op.is::<scf::While>() || op.name().starts_with("cf."));
        let parallel =
            has(|op| op.name().starts_with("affine.") || matches!(op.name(), scf::Forall::NAME | scf::Parallel::NAME));
        let mut pipeline = STRUCTURE.to_owned();
        if has(|op| is_unreachable(*op)) {
            pipeline = format!("autodiff-pass-failures,{pipeline}");
        }
        if parallel {
            pipeline = format!("{PARALLEL},{pipeline}");
        }
        if has(|op| op.name().starts_with("gpu.")) {
            // Without it, MLIR accepts no launch of a kernel by its name.
            this.module.op().set_attribute("gpu.container_module", Attribute::unit(function.context()));
            pipeline = format!("{KERNELS},{pipeline},{THREADS}");
        }
        if has(super::settle_dims::is_open) {
            pipeline = format!("autodiff-settle-dims,{pipeline}");
        }
        pipeline += &match (optimise, uncounted) {
            (true, true) => format!(",func.func(sroa,mem2reg),{COUNT},{OPTIMISE}"),
            (true, false) => format!(",{OPTIMISE}"),
            (false, _) => format!(",{SIMPLIFY}"),
        };
        this.run(&pipeline, function)?;
        this.module.op().walk().into_iter().filter(|op| op.is::<memref::Copy>()).for_each(find_ranks);
        Ok(this)
    }

    /// Upstream's lifting of control flow knows the branches of `cf`; where it meets another one between several blocks, it
    /// leaves the IR half changed. The boundary of a derivative in split mode is the engine's own.
    fn refuse_foreign_ops(&self) -> Result<(), Box<Diagnostic>> {
        let refusal = |op: Op| match op.name() {
            names::BOUNDARY => Some("stands in derivatives while they are built, and has none"),
            cf::CondBr::NAME | cf::Switch::NAME => None,
            gpu::Launch::NAME | gpu::Func::NAME if has_open_attribution(op) => {
                Some("has memory of a workgroup or a thread whose size is not known")
            }
            _ => {
                (op.successors().len() > 1).then_some("cannot be differentiated; branch by 'cf.cond_br' or 'cf.switch'")
            }
        };
        let refused = self.module.op().walk().into_iter().find_map(|op| Some((op, refusal(op)?)));
        refused.map_or(Ok(()), |(op, why)| {
            Err(Box::new(Diagnostic::error(op.location(), format!("'{}' op {why}", op.name()))))
        })
    }

    /// Lowers affine loops if attributes that are not their own stand on them, which upstream's lowering drops: each becomes
    /// one other loop, in the same order.
    fn lower_affine_notes(&self, function: Op) -> Result<(), Box<Diagnostic>> {
        const OWN: [&str; 9] = [
            "lowerBoundMap",
            "lowerBoundsGroups",
            "lowerBoundsMap",
            "reductions",
            "step",
            "steps",
            "upperBoundMap",
            "upperBoundsGroups",
            "upperBoundsMap",
        ];
        let notes = |op| -> Vec<_> { emit::notes(op).into_iter().filter(|(name, _)| !OWN.contains(name)).collect() };
        let is_affine = |op: &Op| matches!(op.name(), affine::For::NAME | affine::Parallel::NAME);
        let is_loop = |op: &Op| is_affine(op) || matches!(op.name(), scf::For::NAME | scf::Parallel::NAME);
        let loops = || self.module.op().walk().into_iter().filter(is_loop);
        if !loops().any(|op| is_affine(&op) && !notes(op).is_empty()) {
            return Ok(());
        }
        let before: Vec<_> = loops().map(|op| (op.location(), notes(op))).collect();
        self.run(AFFINE, function)?;
        let after: Vec<_> = loops().collect();
        if before.len() != after.len() {
            let lost = before.iter().find(|(_, notes)| !notes.is_empty());
            let location = lost.map_or(function.location(), |(location, _)| *location);
            let message = "this loop loses its attributes when it becomes an 'scf' loop; lower it first";
            return Err(Box::new(Diagnostic::error(location, message)));
        }
        for (op, (_, notes)) in after.into_iter().zip(before) {
            notes.into_iter().for_each(|(name, value)| op.set_attribute(name, value));
        }
        Ok(())
    }

    /// What a function refers to, itself first. The body of a function that is called says what it gives back, if it gives
    /// back memory.
    fn parts(&self, first: Part, inlining: &Inlining) -> Vec<Part> {
        let Source { symbols, globals, .. } = self.source;
        let mut parts = vec![first];
        let mut numbers = HashMap::from([(self.name.clone(), 0)]);
        // The function itself will name what it hands to others, even if their bodies stay outside.
        let named = if parts[0].standin.is_none() { self.handed.as_slice() } else { &[] };
        for name in named.iter().map(|number| globals.name(*number)) {
            let Some(global) = symbols.get(name).filter(|_| !numbers.contains_key(name)) else { continue };
            numbers.insert(name.to_owned(), parts.len());
            parts.push(Part { op: *global, is_whole: true, standin: None });
        }
        let mut pending: Vec<_> = (0..parts.len()).collect();
        while let Some(number) = pending.pop() {
            let Part { op, is_whole, .. } = parts[number];
            // What is neither differentiated nor handed anything calls functions as they are.
            let hands_on = number == 0 || parts[number].standin.is_some();
            let name = op.symbol_name().unwrap_or_default();
            for inner in if is_whole { op.walk() } else { vec![op] } {
                for symbol in references(inner) {
                    let Some(target) = symbols.get(&symbol).copied() else { continue };
                    let needs_body = inner.name() != CALL
                        || !op.is_function()
                        || inlining.is_inlined(&name, &symbol)
                        || !target.is_function()
                        || gives_memory(target)
                        || target.region(0).first_block().is_none();
                    let standin = globals.standin(&symbol).filter(|_| hands_on);
                    let plain = (standin.is_none() || inner.name() != CALL).then_some(None);
                    for standin in plain.into_iter().chain(standin.map(Some)) {
                        let key = standin.as_ref().unwrap_or(&symbol).clone();
                        match numbers.get(&key) {
                            Some(known) if parts[*known].is_whole || !needs_body => {}
                            Some(known) => {
                                parts[*known].is_whole = true;
                                pending.push(*known);
                            }
                            None => {
                                numbers.insert(key, parts.len());
                                pending.push(parts.len());
                                parts.push(Part { op: target, is_whole: needs_body, standin });
                            }
                        }
                    }
                }
            }
        }
        parts
    }

    fn run(&self, pipeline: &str, function: Op) -> Result<(), Box<Diagnostic>> {
        bridge::run_pipeline(self.module.op(), &format!("builtin.module({pipeline})")).map_err(
            |message| match message {
                Some(message) => Box::new(Diagnostic::error(function.location(), message.trim().to_owned())),
                None => failed(function),
            },
        )
    }

    fn block(&self) -> Option<Block> {
        self.module.op().region(0).first_block()
    }

    /// The clone.
    pub(super) fn function(&self) -> Option<Op> {
        self.find(&self.name)
    }

    fn find(&self, name: &str) -> Option<Op> {
        self.block()?.ops().into_iter().find(|op| op.symbol_name().as_deref() == Some(name))
    }

    /// Leaves of all functions but one their declarations: there is no need to clean up what is thrown away.
    fn forget_bodies(&self, derivative: Op) {
        for op in self.block().map(Block::ops).unwrap_or_default() {
            let (Some(ty), Some(name), Some(builder)) =
                (op.attribute("function_type"), op.attribute("sym_name"), Builder::before(op))
            else {
                continue;
            };
            if op != derivative && op.name() == derivative.name() {
                let private = Attribute::string(op.context(), "private");
                let attributes = [("sym_name", name), ("function_type", ty), ("sym_visibility", private)];
                builder.create(op.name(), &[], &[], &attributes, &[Region::new()]);
                op.erase();
            }
        }
    }

    /// Cleans up the derivative that stands in the module, and takes it out.
    pub(super) fn take_derivative(&self, derivative: Op) -> Result<Op, Box<Diagnostic>> {
        let name = derivative.symbol_name().unwrap_or_default();
        self.forget_bodies(derivative);
        self.run(CLEAN_UP, derivative)?;
        let derivative = self.find(&name).ok_or_else(|| failed(derivative))?;
        for call in derivative.walk().into_iter().filter(|op| op.attribute(OUTLINED).is_some()) {
            call.remove_attribute(OUTLINED);
            call.remove_attribute(NO_INLINE);
        }
        derivative.detach();
        self.source.globals.restore(derivative);
        Ok(derivative)
    }
}

/// A function of the same name, type and attributes that only calls itself.
fn stub(builder: &Builder, function: Op) -> Op {
    let (inputs, results) = signature(function);
    let block = Block::with_types(&inputs, function.location());
    let body = Builder::at_end(block, function.location());
    let callee = Attribute::symbol(function.context(), &function.symbol_name().unwrap_or_default());
    let call = body.create(CALL, &block.arguments(), &results, &[("callee", callee)], &[]);
    emit::give_back(&body, &call.results());
    let builder = builder.with_location(function.location());
    builder.create(function.name(), &[], &[], &function.attributes(), &[Region::with_block(block)])
}

/// Says of what a module of kernels holds what it is called outside.
fn name_outside(kernels: Op, outer: &str, names: &HashMap<(String, String), String>) {
    for inner in kernels.body(0).map(Block::ops).unwrap_or_default() {
        let place = inner.symbol_name().map(|name| (outer.to_owned(), name));
        if let Some(name) = place.and_then(|place| names.get(&place)) {
            inner.set_attribute(OUTSIDE, Attribute::string(kernels.context(), name));
        }
    }
}

fn signature(function: Op) -> (Vec<Type>, Vec<Type>) {
    let ty = function.attribute("function_type").and_then(Attribute::as_type);
    ty.and_then(Type::function_parts).unwrap_or_default()
}

/// Whether a function ends in no `return`: upstream's inliner takes any end for one.
fn never_returns(function: Op) -> bool {
    let ends_so = || function.body(0).and_then(Block::terminator).is_some_and(is_unreachable);
    function.is_function() && (ends_so() || endless(function).is_some())
}

/// The end of the last block that a function of several blocks goes through, if none that it gets to returns: lifting
/// its control flow would make up a result.
fn endless(function: Op) -> Option<Op> {
    let entry = function.regions().into_iter().find_map(Region::first_block)?;
    entry.next()?;
    let (mut seen, mut pending, mut last) = (HashSet::from([entry]), vec![entry], None);
    while let Some(end) = pending.pop().map(Block::terminator) {
        let end = end?;
        if end.successors().is_empty() && !is_unreachable(end) {
            return None;
        }
        pending.extend(end.successors().into_iter().filter(|block| seen.insert(*block)));
        last = Some(end);
    }
    last
}

/// Whether the memory of workgroups or threads that a kernel asks for has an open size. Arguments of a `gpu.func` stand
/// before it, the ids of a launch are numbers.
fn has_open_attribution(kernel: Op) -> bool {
    let count = kernel.attribute("function_type").map_or(0, |_| signature(kernel).0.len());
    let arguments = kernel.region(0).first_block().map(Block::arguments).unwrap_or_default();
    arguments
        .into_iter()
        .skip(count)
        .any(|memory| memory.ty().is_memref() && memory.ty().shape().contains(&Type::DYNAMIC))
}

fn gives_memory(function: Op) -> bool {
    signature(function).1.into_iter().any(Type::is_memory)
}

/// Whether a function names its own derivative, so that nothing looks into it.
pub(super) fn has_derivative(function: Op) -> bool {
    [Mode::Jvp, Mode::Vjp].into_iter().any(|mode| mode.is_named_by(function))
}

/// The symbols that an op refers to.
pub(super) fn references(op: Op) -> Vec<String> {
    let listed = |attribute: Attribute| attribute.as_array().unwrap_or_else(|| vec![attribute]);
    let attributes = op.attributes().into_iter().flat_map(|(_, attribute)| listed(attribute));
    attributes.filter_map(Attribute::root_symbol).collect()
}

/// Copies between the buffers that its operands are casts of, where those have a rank: only they can be gone through.
fn find_ranks(copy: Op) {
    for (number, buffer) in copy.operands().into_iter().enumerate().filter(|(_, buffer)| is_open(*buffer)) {
        let cast = |value: &Value| {
            value.defining_op().filter(|op| is_open(*value) && op.is::<memref::Cast>()).map(|op| op.operand(0))
        };
        if let Some(source) = std::iter::successors(Some(buffer), cast).last() {
            copy.set_operand(number, source);
        }
    }
}

fn is_open(buffer: Value) -> bool {
    buffer.ty().is_unranked_memref()
}

fn failed(function: Op) -> Box<Diagnostic> {
    let name = function.symbol_name().unwrap_or_default();
    Box::new(Diagnostic::error(function.location(), format!("'@{name}' could not be brought into normal form")))
}

/// The symbols of a module by name.
pub(super) fn symbols(module: Op) -> HashMap<String, Op> {
    let blocks = module.regions().into_iter().filter_map(Region::first_block);
    blocks.flat_map(Block::ops).filter_map(|op| Some((op.symbol_name()?, op))).collect()
}
