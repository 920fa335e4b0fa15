"""What differentiation costs the compiler: processor time and memory over the size of the IR.

'python3 -m suite.compiler SHAPE OPS' prints the program that is measured, for benches/pass_time.rs.
"""

import os
import subprocess
import sys
import tempfile

from . import build
from .report import exponent, number

SIZES = [1_000, 10_000, 100_000, 1_000_000]
SHAPES = ("straight line", "loop nests")
PASSES = {"read and print": [], "differentiate": ["--autodiff-differentiate"]}


def chain(ops, first, factor):
    """Lines of a chain of ops, and its last value."""
    last = first
    for number in range(ops // 3):
        yield f"%a{number} = math.sin {last} : f64"
        yield f"%b{number} = arith.mulf %a{number}, {factor} : f64"
        yield f"%c{number} = arith.addf %b{number}, {last} : f64"
        last = f"%c{number}"


def program(shape, ops):
    """A function of so many ops, and a request for its gradient."""
    yield "func.func @f(%x: f64, %y: f64, %m: memref<?xf64>, %n: index) -> f64 {"
    yield "%zero = arith.constant 0 : index"
    yield "%one = arith.constant 1 : index"
    if shape == "straight line":
        yield from chain(ops, "%x", "%y")
        last = f"%c{ops // 3 - 1}"
    else:
        last = "%x"
        for nest in range(ops // 100):
            yield f"%r{nest} = scf.for %i = %zero to %n step %one iter_args(%p = {last}) -> f64 {{"
            yield "%q = scf.for %j = %zero to %n step %one iter_args(%w = %p) -> f64 {"
            yield from chain(96, "%w", "%y")
            yield "memref.store %c31, %m[%j] : memref<?xf64>"
            yield "scf.yield %c31 : f64 }"
            yield "scf.yield %q : f64 }"
            last = f"%r{nest}"
    yield f"return {last} : f64 }}"
    yield "func.func @g(%x: f64, %y: f64, %m: memref<?xf64>, %mbar: memref<?xf64>, %n: index, %s: f64) -> (f64, f64) {"
    yield "%g:2 = autodiff.vjp @f(%x, %y, %m, %mbar, %n, %s) args [active, active, dup, const] results [active_noneed]"
    yield ": (f64, f64, memref<?xf64>, memref<?xf64>, index, f64) -> (f64, f64)"
    yield "return %g#0, %g#1 : f64, f64 }"


def cost(tool, file, passes):
    """Processor seconds and the peak of resident bytes of one run of the tool."""
    process = subprocess.Popen([tool, file, *passes, "-o", os.devnull], stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise build.BuildError(f"autodiff-opt: {message.decode(errors='replace').strip()[:400]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def run(tool, say):
    """The table."""
    rows = [["ops", *(f"{shape}: {name}" for shape in SHAPES for name in PASSES)]]
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        for ops in SIZES:
            cells = []
            for shape in SHAPES:
                file = os.path.join(folder, "program.mlir")
                with open(file, "w", encoding="ascii") as output:
                    output.writelines(f"{line}\n" for line in program(shape, ops))
                for name, passes in PASSES.items():
                    seconds, size = costs[ops, shape, name] = cost(str(tool), file, passes)
                    cells.append(f"{number(seconds)} s, {number(size / 1e6, '{:.0f}')} MB")
            rows.append([f"{ops:,}", *cells])
            say(f"{ops:,} ops: {'; '.join(cells)}")
    growth = []
    for shape in SHAPES:
        for name in PASSES:
            ends = (10_000, SIZES[-1])
            pairs = zip(*(costs[ops, shape, name] for ops in ends))
            growth.append(", ".join(number(exponent(ends, pair), "{:.2f}") for pair in pairs))
    rows.append(["exponents from 10,000", *growth])
    return rows


INTRODUCTION = [
    "Written by `./x bench --compiler`: processor time and peak memory of `autodiff-opt` on generated functions.",
]


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in program(sys.argv[1], int(sys.argv[2])))
