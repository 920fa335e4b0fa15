# The suite of text and execution tests; tests/lit.rs runs it and sets the environment.
import os

import lit.formats

config.name = "autodiff"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)

tools = os.environ["AUTODIFF_LIT_TOOLS"]
scratch = os.environ["AUTODIFF_LIT_SCRATCH"]
llvm = os.environ["AUTODIFF_LIT_LLVM"]

config.test_exec_root = os.path.join(scratch, "lit")
config.environment["PATH"] = os.pathsep.join([tools, os.path.join(llvm, "bin"), os.environ["PATH"]])
# A failing FileCheck shows what it read.
config.environment["FILECHECK_OPTS"] = "--dump-input-context=10"
# A crash is a failure, and prints where.
config.environment["RUST_BACKTRACE"] = "1"

# Tests of code generation for GPUs are skipped where the vendor's libraries are missing; './x setup' installs them.
import shutil
import sys

toolkit = os.environ.get("AUTODIFF_CUDA_TOOLKIT") or os.path.join(tools, "..", "gpu", "nvidia", "cuda_nvcc")
ptxas = os.path.join(toolkit, "bin", "ptxas")
if os.path.exists(ptxas) and os.path.exists(os.path.join(toolkit, "nvvm", "libdevice", "libdevice.10.bc")):
    config.available_features.add("cuda-toolkit")
places = ["/opt/rocm/amdgcn/bitcode", "/usr/lib/x86_64-linux-gnu/amdgcn/bitcode", "/usr/lib/amdgcn/bitcode"]
places.insert(0, os.environ.get("AUTODIFF_ROCM_DEVICE_LIBS", ""))
if any(os.path.exists(os.path.join(place, "ocml.bc")) for place in places) and (
    os.path.exists(os.path.join(llvm, "bin", "ld.lld")) or shutil.which("ld.lld")
):
    config.available_features.add("rocm-device-libs")
for variable in ["AUTODIFF_CUDA_TOOLKIT", "AUTODIFF_ROCM_DEVICE_LIBS"]:
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
inputs = os.path.join(config.test_source_root, "gpu", "Inputs")
config.substitutions.append(("%ptxas", ptxas))
config.substitutions.append(("%kernels", f"{sys.executable} {os.path.join(inputs, 'kernels.py')}"))
