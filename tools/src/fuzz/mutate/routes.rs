//! What every mutant goes through: pipelines, pass by pass, and what must hold after each pass.

use super::text::Dice;
use crate::diagnostics;
use autodiff_dialect::ir::Op;
use melior::{Context, ir::Module, pass::PassManager, utility::parse_pass_pipeline};
use mlir_sys::{LLVMContextRef, LLVMModuleRef, mlirTranslateModuleToLLVMIR};

unsafe extern "C" {
    fn LLVMContextCreate() -> LLVMContextRef;
    fn LLVMContextDispose(context: LLVMContextRef);
    fn LLVMDisposeModule(module: LLVMModuleRef);
}

/// What a part of a route promises when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Valid IR.
    Valid,
    /// No op that requests a derivative, and text that parses again.
    NoRequests,
    /// No op of the autodiff dialect, and text that parses again.
    NoState,
    /// Nothing but LLVM's dialect, which translates.
    Llvm,
}

/// Passes, and what they promise together.
#[derive(Clone, Debug)]
pub struct Part {
    pub passes: Vec<String>,
    pub promise: Promise,
}

/// A way through the project's passes.
#[derive(Clone, Debug)]
pub struct Route {
    pub name: &'static str,
    pub parts: Vec<Part>,
}

/// A failure: of a kind, in a pass, with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: String,
    pub pass: String,
    pub why: String,
}

/// What came of a route.
pub enum Outcome {
    Passed,
    /// A pass has refused the mutant, with a message.
    Refused(String),
    Failed(Fault),
}

/// The passes of a textual pipeline; `inner` of `gpu.module(inner)` one by one.
pub fn passes(text: &str) -> Vec<String> {
    let mut parts = vec![];
    let (mut depth, mut start) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' | b'[' | b'<' => depth += 1,
            b')' | b'}' | b']' | b'>' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    let mut all = vec![];
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('(') {
            Some((anchor, inner)) if !anchor.contains('{') && part.ends_with(')') => {
                all.extend(passes(&inner[..inner.len() - 1]).into_iter().map(|pass| format!("{anchor}({pass})")));
            }
            _ => all.push(part.to_owned()),
        }
    }
    all
}

/// The passes that a pipeline by name stands for.
pub fn expand(context: &Context, name: &str) -> Vec<String> {
    let manager = PassManager::new(context);
    if parse_pass_pipeline(manager.as_operation_pass_manager(), &format!("builtin.module({name})")).is_err() {
        return vec![name.to_owned()];
    }
    let text = manager.as_operation_pass_manager().to_string();
    // Options that are not given are printed, too, and not all of them in a form that can be read again.
    let text = text.strip_prefix("builtin.module(").and_then(|text| text.strip_suffix(')')).unwrap_or(&text).to_owned();
    passes(&text)
}

/// The pipelines that a route may end with.
pub struct Pipelines {
    cpu: Vec<String>,
    openmp: Vec<String>,
    gpu_host: Vec<String>,
    nvvm: Vec<String>,
    rocdl: Vec<String>,
}

impl Pipelines {
    pub fn new(context: &Context) -> Self {
        // The code of a binary is made by LLVM alone: its passes are not ours.
        let device = |name| {
            let mut passes = expand(context, name);
            passes.retain(|pass| !pass.contains("autodiff-gpu-to-binary"));
            passes
        };
        Self {
            cpu: passes(&autodiff_lowering::pipelines::cpu_pipeline(false)),
            openmp: passes(&autodiff_lowering::pipelines::cpu_pipeline(true)),
            gpu_host: expand(context, "autodiff-gpu-host-pipeline"),
            nvvm: device("autodiff-nvvm-pipeline"),
            rocdl: device("autodiff-rocdl-pipeline"),
        }
    }

    /// Some ways for a mutant: one through differentiation to code, and sometimes others.
    pub fn routes(&self, text: &str, dice: &mut Dice) -> Vec<Route> {
        let one = |name: &str, promise| Part { passes: passes(name), promise };
        let has_kernels = text.contains("gpu.");
        let end = |dice: &mut Dice, differentiated: bool| {
            let cpu = Part { passes: self.cpu.clone(), promise: Promise::Llvm };
            let lower = |text: &str| one(text, if differentiated { Promise::NoState } else { Promise::Valid });
            if has_kernels {
                return match dice.below(4) {
                    0 => ("nvvm", vec![Part { passes: self.nvvm.clone(), promise: Promise::NoState }]),
                    1 => ("rocdl", vec![Part { passes: self.rocdl.clone(), promise: Promise::NoState }]),
                    _ => (
                        "gpu-host",
                        vec![lower("autodiff-lower"), Part { passes: self.gpu_host.clone(), promise: Promise::Llvm }],
                    ),
                };
            }
            if (text.contains("parallel") || text.contains("forall")) && dice.one_in(2) || dice.one_in(8) {
                let state = autodiff_lowering::pipelines::lower_state(Some(2));
                let openmp = Part { passes: self.openmp.clone(), promise: Promise::Llvm };
                return ("openmp", vec![lower(&state), openmp]);
            }
            ("cpu", vec![lower("autodiff-lower{sequential=true}"), cpu])
        };
        let mut routes = vec![];
        let options = match dice.below(8) {
            0 => "{normal-form=false}",
            1 => "{cache-cost=30}",
            2 => "{cache-cost=1000 normal-form=false}",
            _ => "",
        };
        let prepare = match text.contains("tensor<") {
            true => autodiff_lowering::tensors::passes(),
            false => "convert-linalg-to-loops".to_owned(),
        };
        let mut parts = vec![one(&format!("{prepare},autodiff-differentiate{options}"), Promise::NoRequests)];
        let (name, last) = end(dice, true);
        parts.extend(last);
        routes.push(Route { name, parts });
        if dice.one_in(4) {
            let mode = ["", "{mode=jvp}", "{json=true}", "{normal-form=false}"][dice.below(4)];
            let parts = vec![one(&format!("autodiff-explain{mode}"), Promise::Valid)];
            routes.push(Route { name: "explain", parts });
        }
        // With requests the pipelines have to say that those come first.
        if dice.one_in(if text.contains("autodiff.") { 16 } else { 2 }) {
            let (_, parts) = end(dice, false);
            routes.push(Route { name: "primal", parts });
        }
        if dice.one_in(8) {
            let pass = PASSES[dice.below(PASSES.len())];
            routes.push(Route { name: "pass", parts: vec![one(pass, Promise::Valid)] });
        }
        if dice.one_in(6) {
            let pass = AFTER[dice.below(AFTER.len())];
            let parts = vec![one("autodiff-differentiate", Promise::NoRequests), one(pass, Promise::Valid)];
            routes.push(Route { name: "derivative, pass", parts });
        }
        routes
    }
}

/// Passes that take any program.
const PASSES: &[&str] = &[
    "autodiff-print-activity",
    "autodiff-print-aliases",
    "autodiff-print-cache-plan",
    "autodiff-print-needed",
    "autodiff-print-replay",
    "autodiff-print-locality",
    "autodiff-count-first",
    "autodiff-count-while",
    "autodiff-dissolve-alloca-scope",
    "autodiff-eliminate-dead",
    "autodiff-expand-all-reduce",
    "autodiff-expand-atomics",
    "autodiff-expand-math",
    "autodiff-expand-reductions",
    "autodiff-expand-subgroups",
    "autodiff-forward-stores",
    "autodiff-hoist-buffers",
    "autodiff-inline-kernels",
    "autodiff-jam-loops",
    "autodiff-fold-branches",
    "autodiff-libm-to-math",
    "autodiff-localize",
    "autodiff-mark-distinct",
    "autodiff-mark-interface",
    "autodiff-merge-buffers",
    "autodiff-name-threads",
    "autodiff-outline-iterations",
    "autodiff-pair-sincos",
    "autodiff-sink-into-branches",
    "autodiff-gpu-to-host",
    "autodiff-gpu-to-cuda",
    "autodiff-gpu-check-accesses",
    "autodiff-gpu-count-operations",
    "autodiff-allow-contraction",
];

/// Passes that take derivatives with their state ops.
const AFTER: &[&str] = &[
    "autodiff-localize",
    "autodiff-localize{chunks=3},autodiff-lower",
    "autodiff-lower",
    "autodiff-lower{stream-above=0}",
    "autodiff-gather-accumulations",
    "autodiff-hoist-takes",
    "autodiff-keep-cotangents",
    "autodiff-sink-adjoints",
    "autodiff-eliminate-dead",
    "autodiff-explain",
    "autodiff-print-locality",
    "canonicalize,cse,autodiff-lower",
];

/// Whether a pass is one of the project's.
pub fn is_ours(pass: &str) -> bool {
    pass.contains("autodiff-")
}

/// The name of a pass without its options.
pub fn name(pass: &str) -> &str {
    pass.split('{').next().unwrap_or(pass)
}

/// Runs one pass without the verifier; the errors that it emits.
pub fn run(context: &Context, module: &mut Module, pass: &str) -> (bool, Vec<String>) {
    let manager = PassManager::new(context);
    manager.enable_verifier(false);
    if let Err(error) = parse_pass_pipeline(manager.as_operation_pass_manager(), &format!("builtin.module({pass})")) {
        return (false, vec![error.to_string()]);
    }
    let success = manager.run(module).is_ok();
    (success, diagnostics::take())
}

fn op_of(module: &Module) -> Op {
    Op::from_raw(module.as_operation().to_raw())
}

/// Sends a mutant along a route; `stage` is told of each pass before it runs.
pub fn follow(context: &Context, text: &str, route: &Route, stage: &mut dyn FnMut(&str)) -> Outcome {
    stage("parse");
    let Some(mut module) = Module::parse(context, text) else {
        return Outcome::Refused(diagnostics::take().join("\n"));
    };
    diagnostics::take();
    // A tool that goes on has not failed yet.
    let mut unheard: Option<Fault> = None;
    for part in &route.parts {
        for pass in &part.passes {
            stage(pass);
            let failed =
                |kind: &str, why: String| Outcome::Failed(Fault { kind: kind.into(), pass: name(pass).into(), why });
            let (success, errors) = run(context, &mut module, pass);
            if let Some(error) = errors.iter().find(|error| error.contains("internal error")) {
                return failed("internal error", error.clone());
            }
            match (success, errors.first()) {
                (false, Some(error)) => return Outcome::Refused(error.clone()),
                (false, None) => return failed("fails without a message", String::new()),
                (true, Some(error)) if unheard.is_none() => {
                    unheard = Some(Fault {
                        kind: "succeeds with an error".into(),
                        pass: name(pass).into(),
                        why: error.clone(),
                    });
                }
                (true, _) => {}
            }
            stage(&format!("verify after {pass}"));
            if !op_of(&module).verify() {
                return failed("invalid IR", diagnostics::take().join("\n"));
            }
        }
        if let Some(fault) = broken(context, &module, part, stage) {
            return Outcome::Failed(fault);
        }
    }
    unheard.map_or(Outcome::Passed, Outcome::Failed)
}

/// What a part has promised and does not hold.
fn broken(context: &Context, module: &Module, part: &Part, stage: &mut dyn FnMut(&str)) -> Option<Fault> {
    let pass = part.passes.last().map(|pass| name(pass)).unwrap_or_default();
    let fault = |kind: &str, why: &str| Some(Fault { kind: kind.into(), pass: pass.into(), why: why.into() });
    let op = op_of(module);
    let ops = op.walk();
    let left = |is_left: &dyn Fn(&str) -> bool| ops.iter().map(|op| op.name()).find(|name| is_left(name));
    let found = match part.promise {
        Promise::Valid => None,
        Promise::NoRequests => {
            left(&|name| ["autodiff.jvp", "autodiff.vjp", "autodiff.augment", "autodiff.pullback"].contains(&name))
        }
        Promise::NoState => left(&|name| name.starts_with("autodiff.")),
        Promise::Llvm => {
            left(&|name| !name.starts_with("llvm.") && !name.starts_with("omp.") && name != "builtin.module")
        }
    };
    if let Some(name) = found {
        return fault("left over", name);
    }
    if matches!(part.promise, Promise::NoRequests | Promise::NoState) {
        stage("print and parse again");
        if Module::parse(context, &op.to_string()).is_none() {
            return fault("does not parse again", &diagnostics::take().join("\n"));
        }
        diagnostics::take();
    }
    if part.promise == Promise::Llvm {
        stage("translate");
        // SAFETY: the module is valid, and what is made of it is given back.
        unsafe {
            let context = LLVMContextCreate();
            let llvm = mlirTranslateModuleToLLVMIR(op.raw(), context);
            let is_null = llvm.is_null();
            if !is_null {
                LLVMDisposeModule(llvm);
            }
            LLVMContextDispose(context);
            let errors = diagnostics::take();
            if is_null {
                return fault("does not translate", &errors.join("\n"));
            }
        }
    }
    None
}
