"""Builds one program by one peer.

All C and all IR is compiled with the same flags. C may fuse a multiplication and an addition that stand in one
expression, which is the default of its compilers. IR has no expressions, so all of it may be fused, ours and what
Enzyme makes.
"""

import os
import pathlib
import re
import shlex
import subprocess

from .programs import OUTPUT, PEERS, PYTHON_PEERS, SAME_SOURCE, source

FLAGS = "-O3 -march=native -fno-math-errno -w"
COUNTED = "malloc calloc realloc free aligned_alloc posix_memalign".split()
LINK = "-DCOUNT_HEAP -lm -Wl," + ",".join(f"--wrap={name}" for name in COUNTED)
ENZYME = OUTPUT / "enzyme" / "LLVMEnzyme-15.so"
# Enzyme takes loops as they are written: vectors come after differentiation.
SCALAR = "-fno-vectorize -fno-slp-vectorize -fno-unroll-loops"
# The script 'x' says which.
LLVM = pathlib.Path(os.environ.get("MLIR_SYS_220_PREFIX", "/usr/lib/llvm-22")) / "bin"
ADOLC = "clang++-15 -x c++ -std=c++17 -DNDEBUG -include common/oo_pre.hpp -DOO_ADOLC"


class BuildError(Exception):
    """A program that could not be built, and why."""


class Unchanged(BuildError):
    """A variant that is the program without it."""


def sh(command, **options):
    done = subprocess.run(shlex.split(command), cwd=PEERS, capture_output=True, text=True, **options)
    if done.returncode:
        raise BuildError(f"{command.split()[0]}: {done.stderr.strip()[:400]}")
    return done.stdout


def openmp():
    """The OpenMP library, whichever version is installed."""
    found = sorted(pathlib.Path("/usr/lib").glob("*-linux-gnu/libomp.so.5"))
    if not found:
        raise BuildError("the OpenMP library is missing; install the package libomp-22-dev")
    return found[0]


def leave_out(tool, flags, left_out):
    """A pipeline given by flags as one text, without one of its passes."""
    done = subprocess.run([tool, *flags.split(), "--dump-pass-pipeline"], input="module {}", capture_output=True, text=True)
    passes = done.stderr.partition("builtin.module(")[2].rpartition(")")[0].split(",\n")
    kept = [text.strip() for text in passes if not re.match(rf"{left_out}\b(?!-)", text.strip())]
    if len(kept) == len(passes):
        raise BuildError(f"the pipeline has no pass '{left_out}'")
    return shlex.quote(f"--pass-pipeline=builtin.module({','.join(kept)})")


def ours(tool, program, folder, name, differentiate, threads, left_out=None):
    """MLIR to an object, and a driver in C around it."""
    if threads:
        state = f"--autodiff-expand-reductions --autodiff-localize=chunks={2 * threads} --autodiff-lower"
        # The driver measures the time that passes, not that of all threads together.
        pipeline, library, clock = "--autodiff-cpu-pipeline=openmp=true", openmp(), "-DUSE_OMP"
    else:
        state, pipeline, library, clock = "--autodiff-lower=sequential=true", "--autodiff-cpu-pipeline", "", ""
    flags = f"{differentiate} {state} --autodiff-allow-contraction {pipeline}"
    if left_out:
        flags = leave_out(tool, flags, left_out)
    steps = [
        f"{tool} {source(program)} {flags} -o {folder}/{name}.mlir",
        f"{LLVM}/mlir-translate --mlir-to-llvmir {folder}/{name}.mlir -o {folder}/{name}.ll",
        f"clang-22 {FLAGS} -c {folder}/{name}.ll -o {folder}/{name}.o",
        f"clang-22 {FLAGS} {clock} -DAUTODIFF bench/{program}.c {folder}/{name}.o {library} -o {folder}/{name} {LINK}",
    ]
    for step in steps:
        sh(step)


def enzyme(program, ir, optimize="-O2"):
    """C to IR, optimised or not, differentiated by the plugin, and optimised (again)."""
    sh(f"clang-15 {optimize} {FLAGS.replace('-O3 ', '')} {SCALAR} -DENZYME -DCOUNT_HEAP -S -emit-llvm bench/{program}.c -o {ir}.1.ll")
    sh(f"opt-15 -load-pass-plugin={ENZYME} -passes=enzyme -S {ir}.1.ll -o {ir}.2.ll")
    text = pathlib.Path(f"{ir}.2.ll").read_text()
    pathlib.Path(f"{ir}.2.ll").write_text(re.sub(r" = (f(?:add|sub|mul|neg)) (double|<)", r" = \1 contract \2", text))
    sh(f"clang-15 {FLAGS} {ir}.2.ll -o {ir} {LINK.replace('-DCOUNT_HEAP ', '')}")


def manual(program, exe, threads):
    """The hand-written gradient; with threads, parallel where its author made it so."""
    flags, library = ("-DUSE_OMP -fopenmp", openmp()) if threads else ("", "")
    sh(f"clang-22 {FLAGS} {flags} -DMANUAL=1 -DCOUNT_HEAP -c bench/{program}.c -o {exe}.o")
    sh(f"clang-22 {exe}.o {library} -o {exe} {LINK.replace('-DCOUNT_HEAP ', '')}")


ATOMIC = re.compile(r"^( +(?:%\S+ = )?(?:atomicrmw|cmpxchg)\b)", re.MULTILINE)


def counted(peer, program):
    """What 'build' has built for threads once more, with a count of its atomic updates; the command that runs it."""
    folder = OUTPUT / program
    exe = folder / f"{peer}.counted"
    flags = f"{FLAGS} -DUSE_OMP -DCOUNT_ATOMICS"
    if peer == "manual":
        sh(f"clang-22 {flags} -fopenmp -DMANUAL=1 -S -emit-llvm bench/{program}.c -o {exe}.ll")
        text, driver = pathlib.Path(f"{exe}.ll").read_text(), ""
    else:
        text, driver = (folder / f"{peer}.ll").read_text(), f"-DAUTODIFF bench/{program}.c"
    text = ATOMIC.sub(r"  call void @count_atomic()\n\1", text) + "\ndeclare void @count_atomic()\n"
    pathlib.Path(f"{exe}.ll").write_text(text)
    sh(f"clang-22 {FLAGS} -c {exe}.ll -o {exe}.o")
    sh(f"clang-22 {flags} {driver} common/atomics.c {exe}.o {openmp()} -o {exe} -lm")
    return [str(exe)]


def build(peer, program, tool, threads=None):
    """Builds, and returns the command that runs the program. 'threads': how many it may use; None: no OpenMP at all."""
    folder = OUTPUT / program
    folder.mkdir(parents=True, exist_ok=True)
    exe = folder / peer
    if peer in PYTHON_PEERS:
        python = OUTPUT / "venv" / "bin" / "python"
        return [str(python), str(PEERS / "py" / f"{peer}_bench.py"), program]
    if peer == "autodiff":
        ours(tool, program, folder, peer, "--autodiff-differentiate", threads)
    elif peer.startswith("autodiff-without:"):
        left_out = peer.partition(":")[2]
        ours(tool, program, folder, peer, "--autodiff-differentiate", threads, left_out)
        if (folder / f"{peer}.mlir").read_text() == (folder / "autodiff.mlir").read_text():
            raise Unchanged
    elif peer == "autodiff-lean":
        ours(tool, program, folder, peer, "--autodiff-differentiate=cache-cost=4", threads)
    elif peer == "autodiff-plain":
        ours(tool, program, folder, peer, "--autodiff-differentiate=normal-form=false", threads)
    elif peer == "manual":
        manual(program, exe, threads)
    elif peer == "enzyme":
        enzyme(program, exe)
    elif peer == "enzyme-plain":
        enzyme(program, exe, "-O2 -Xclang -disable-llvm-passes")
    elif peer == "adolc":
        sh(f"{ADOLC} {FLAGS} bench/{program}.c -o {exe} -ladolc -lm")
    else:
        raise BuildError(f"there is no peer '{peer}'")
    return [str(exe)]


def version(command):
    """The first line that a tool prints about its version."""
    try:
        text = subprocess.run([*command.split(), "--version"], capture_output=True, text=True).stdout
    except OSError:
        return None
    return text.strip().splitlines()[0] if text.strip() else None


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return f"{os.cpu_count()} cores"
