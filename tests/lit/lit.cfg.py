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
