//! Makes binaries of kernels that are in a vendor's dialect.
//!
//! 1. Say what the conversion has left over.
//! 2. Find what the code generation uses: the vendor's library of mathematical functions, an assembler or linker.
//! 3. Say what is missing and who uses it.
//! 4. Serialize each `gpu.module`, with upstream's pass, and forget how long that took.

use super::{
    modules, quoted_path,
    tools::{Named, Tools, Vendor},
};
use autodiff_dialect::{
    bridge::{OptionKind, Pass, PassOption, run_pipeline, word_option},
    diagnostic::Diagnostic,
    ir::{Attribute, Op},
    views::{gpu, llvm},
};
use std::path::{Path, PathBuf};

pub(crate) static PASS: Pass = Pass::new(
    c"autodiff-gpu-to-binary",
    c"Make gpu.binary ops of kernels in a vendor's dialect",
    &[
        PassOption::new(c"vendor", OptionKind::String, c"nvidia", c"'nvidia' or 'amd'"),
        PassOption::new(c"format", OptionKind::String, c"isa", c"'isa' for assembly, 'bin' for machine code"),
        PassOption::new(c"toolkit", OptionKind::String, c"", c"The folder of a CUDA toolkit"),
        PassOption::new(c"libraries", OptionKind::String, c"", c"The file libdevice.10.bc, or the folder of ocml.bc"),
        PassOption::new(c"linker", OptionKind::String, c"", c"The linker ld.lld"),
    ],
    run,
);

fn run(options: &[&str], module: Op) -> Result<(), ()> {
    let [vendor, format, toolkit, libraries, linker] = options else { return Err(()) };
    let fail = |message: String| Diagnostic::error(module.location(), message).emit();
    word_option("vendor", vendor, &["nvidia", "amd"]).map_err(fail)?;
    word_option("format", format, &["isa", "bin"]).map_err(fail)?;
    let vendor = if *vendor == "amd" { Vendor::Amd } else { Vendor::Nvidia };
    let kernels = modules(module);
    let Some(first) = kernels.first() else { return Ok(()) };
    let tools = Tools::find(vendor, &Named { toolkit, libraries, linker });
    let mut errors = unconverted(vendor, &kernels);
    if errors.is_empty() {
        errors = missing(vendor, &tools, *format == "bin", &kernels);
    }
    for message in &errors {
        message.emit();
    }
    if !errors.is_empty() {
        return Err(());
    }
    let serialize = tools.toolkit(vendor).map_err(|error| format!("cannot lay out a toolkit: {error}"));
    let serialized = serialize.and_then(|folder| {
        let path = quoted_path("toolkit", &folder.path().display().to_string())?;
        let pipeline = format!("builtin.module(gpu-module-to-binary{{format={format} toolkit={path}}})");
        // Without a message, the pass has emitted a diagnostic.
        run_pipeline(module, &pipeline).map_err(Option::unwrap_or_default)
    });
    module.walk().into_iter().filter(|op| op.is::<gpu::Binary>()).for_each(forget_times);
    serialized.map_err(|message| {
        if !message.is_empty() {
            Diagnostic::error(first.location(), message).emit();
        }
    })
}

/// Removes how long the compilation took, which upstream notes: the same input gives the same output.
fn forget_times(binary: Op) {
    let Some(objects) = binary.attribute("objects").map(|objects| objects.to_string()) else { return };
    let Some((properties, rest)) = objects.split_once("properties = {").and_then(|(head, tail)| {
        let (properties, rest) = tail.split_once('}')?;
        Some((format!("{head}properties = {{|{properties}"), rest))
    }) else {
        return;
    };
    let Some((head, properties)) = properties.split_once('|') else { return };
    let kept: Vec<_> = properties.split(", ").filter(|property| !property.contains("TimeInMs")).collect();
    let text = format!("{head}{}}}{rest}", kept.join(", "));
    if let Some(objects) = Attribute::parse(binary.context(), &text) {
        binary.set_attribute("objects", objects);
    }
}

/// Ops that have no conversion. Casts are left around them, and say nothing by themselves.
fn unconverted(vendor: Vendor, kernels: &[Op]) -> Vec<Diagnostic> {
    // LLVM aborts on what another vendor's chips have.
    let (own, others) = match vendor {
        Vendor::Nvidia => ("nvvm.", ["llvm.amdgcn.", "llvm.r600."]),
        Vendor::Amd => ("rocdl.", ["llvm.nvvm.", "llvm.ptx."]),
    };
    let is_foreign = |op: &Op| {
        let name = op.attribute("intrin").and_then(Attribute::as_string).unwrap_or_default();
        op.is::<llvm::CallIntrinsic>() && others.iter().any(|other| name.starts_with(other))
    };
    let converted = ["llvm.", own, gpu::Module::NAME, "builtin."];
    let ops = kernels.iter().flat_map(|kernel| kernel.walk());
    ops.filter(|op| is_foreign(op) || !converted.iter().any(|prefix| op.name().starts_with(prefix)))
        .map(|op| {
            Diagnostic::error(op.location(), format!("'{}' op in a kernel has no conversion for this chip", op.name()))
        })
        .collect()
}

/// What is missing, one message for each thing.
fn missing(vendor: Vendor, tools: &Tools, machine_code: bool, kernels: &[Op]) -> Vec<Diagnostic> {
    let mut messages = vec![];
    let (prefix, what, remedy) = match vendor {
        Vendor::Nvidia => (
            "__nv_",
            "NVIDIA's libdevice.10.bc",
            "install a CUDA toolkit or the Python package nvidia-cuda-nvcc-cu12, and name it by 'toolkit' or \
             'libdevice', or by the variable AUTODIFF_CUDA_TOOLKIT",
        ),
        Vendor::Amd => (
            "__oc",
            "ROCm's device libraries",
            "install Debian's package rocm-device-libs or ROCm, and name the folder of ocml.bc by 'device-libs', or by \
             the variable AUTODIFF_ROCM_DEVICE_LIBS",
        ),
    };
    if tools.libraries.is_none()
        && let Some((user, function)) = kernels.iter().find_map(|kernel| library_call(*kernel, prefix))
    {
        let message = format!("a kernel calls '{function}' of {what}, which {}", not_found(&tools.searched));
        messages.push(Diagnostic::error(user.location(), message).note(user.location(), remedy));
    }
    if machine_code
        && tools.assembler.is_none()
        && let Some(kernel) = kernels.first()
    {
        let (program, remedy) = match vendor {
            Vendor::Nvidia => (
                "ptxas",
                "install a CUDA toolkit or the Python package nvidia-cuda-nvcc-cu12, and name it by 'toolkit', or ask \
                 for PTX by 'format=isa'",
            ),
            Vendor::Amd => (
                "ld.lld",
                "install Debian's package lld-22, or name the linker by 'lld', or ask for assembly by 'format=isa'",
            ),
        };
        let message = format!("machine code takes '{program}', which was not found");
        messages.push(Diagnostic::error(kernel.location(), message).note(kernel.location(), remedy));
    }
    messages
}

fn not_found(searched: &[PathBuf]) -> String {
    let places: Vec<_> = searched.iter().map(|path: &PathBuf| format!("'{}'", Path::display(path))).collect();
    format!("was not found in {}", places.join(", "))
}

/// A call of a function whose name starts so.
fn library_call(kernel: Op, prefix: &str) -> Option<(Op, String)> {
    kernel.walk().into_iter().filter(|op| op.is::<llvm::Call>()).find_map(|op| {
        let callee = op.attribute("callee")?.as_symbol()?;
        callee.starts_with(prefix).then_some((op, callee))
    })
}
