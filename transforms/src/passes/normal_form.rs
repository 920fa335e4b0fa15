//! The form in which the engines take a function: one block a region, calls inlined, scalars in registers.
//!
//! 1. Clone the function and all that it refers to into a module of its own, so that nothing of the user's changes.
//! 2. Put kernels where they are launched, lift unstructured control flow, inline.
//! 3. Optimise, unless that is switched off: what is differentiated then is smaller.

use crate::engine::Mode;
use autodiff_dialect::{
    bridge::{self, ScratchModule},
    diagnostic::Diagnostic,
    ir::{Attribute, Block, Builder, Op, Region},
};
use std::collections::{HashMap, HashSet};

const STRUCTURE: &str =
    "func.func(lift-cf-to-scf),inline{default-pipeline=},expand-realloc,autodiff-expand-atomics,autodiff-libm-to-math";
/// What loops of other dialects need to become `scf.for` and `scf.parallel` with sums.
const PARALLEL: &str = "autodiff-refuse-tensor-loops,scf-forall-to-parallel,lower-affine,autodiff-expand-reductions";
/// What kernels need to be launches with a body.
const KERNELS: &str = "autodiff-inline-kernels,autodiff-raise-pointers,func.func(sroa,mem2reg)";
/// What follows, once all that a kernel does stands in its launch.
const THREADS: &str = "autodiff-name-threads,autodiff-expand-all-reduce";
const COUNT: &str = "func.func(canonicalize,cse),autodiff-count-while,autodiff-count-first";
const OPTIMISE: &str = "func.func(sroa,mem2reg,cse),autodiff-forward-stores,\
    func.func(canonicalize,loop-invariant-code-motion,cse),autodiff-pair-sincos,autodiff-sink-into-branches";
const SIMPLIFY: &str = "func.func(canonicalize)";
const CLEAN_UP: &str = "autodiff-eliminate-dead,autodiff-split-sincos,\
    func.func(canonicalize{region-simplify=disabled},cse,loop-invariant-code-motion)";

/// A module that holds the clone of a function.
pub(super) struct NormalForm {
    module: ScratchModule,
    name: String,
}

impl NormalForm {
    /// Brings a clone of `function` into normal form. `symbols` are those of its module.
    pub(super) fn new(function: Op, symbols: &HashMap<String, Op>, optimise: bool) -> Result<Self, Box<Diagnostic>> {
        let module = ScratchModule::new(function.location());
        let name = function.symbol_name().unwrap_or_default();
        let this = Self { module, name };
        let Some(block) = this.block() else { return Err(failed(function)) };
        let builder = Builder::at_end(block, function.location());
        let mut seen = HashSet::from([this.name.clone()]);
        let mut pending = vec![function];
        while let Some(op) = pending.pop() {
            let clone = builder.insert(op.duplicate());
            if op != function {
                clone.set_attribute("sym_visibility", Attribute::string(op.context(), "private"));
            } else {
                clone.remove_attribute("sym_visibility");
            }
            if has_derivative(op) {
                clone.set_attribute("no_inline", Attribute::unit(op.context()));
            }
            for inner in op.walk() {
                for name in references(inner) {
                    if let Some(target) = symbols.get(&name)
                        && seen.insert(name)
                    {
                        pending.push(*target);
                    }
                }
            }
        }
        // Only what has loops that may turn out to be counted, or that run in parallel, pays for looking.
        let has = |wanted: fn(&Op) -> bool| this.module.op().walk().iter().any(wanted);
        let uncounted = has(|op| op.name() == "scf.while" || op.name().starts_with("cf."));
        let parallel = has(|op| op.name().starts_with("affine.") || matches!(op.name(), "scf.forall" | "scf.parallel"));
        let mut pipeline = STRUCTURE.to_owned();
        if parallel {
            pipeline = format!("{PARALLEL},{pipeline}");
        }
        if has(|op| op.name().starts_with("gpu.")) {
            // Without it, MLIR accepts no launch of a kernel by its name.
            this.module.op().set_attribute("gpu.container_module", Attribute::unit(function.context()));
            pipeline = format!("{KERNELS},{pipeline},{THREADS}");
        }
        pipeline += &match (optimise, uncounted) {
            (true, true) => format!(",func.func(sroa,mem2reg),{COUNT},{OPTIMISE}"),
            (true, false) => format!(",{OPTIMISE}"),
            (false, _) => format!(",{SIMPLIFY}"),
        };
        this.run(&pipeline, function)?;
        Ok(this)
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
        derivative.detach();
        Ok(derivative)
    }
}

/// Whether a function names its own derivative, so that nobody looks into it.
pub(super) fn has_derivative(function: Op) -> bool {
    [Mode::Jvp, Mode::Vjp].into_iter().any(|mode| mode.is_named_by(function))
}

/// The symbols that an op refers to.
fn references(op: Op) -> Vec<String> {
    op.attributes().into_iter().filter_map(|(_, attribute)| attribute.root_symbol()).collect()
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
