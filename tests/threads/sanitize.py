"""Looks for races in gradients of parallel loops with the thread sanitizer.

Each program's gradient is compiled for two threads, to LLVM IR, by clang with the sanitizer, and linked with a small
stand-in for OpenMP's library whose synchronisation the sanitizer sees (openmp.c). Programs are the tests that call
'autodiff-run' and have parallel loops, and random ones of the fuzzer.

A seeded race comes first: where a gradient's atomic additions are made plain ones, the sanitizer has to find it.
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The script 'x' says which.
LLVM = pathlib.Path(os.environ.get("MLIR_SYS_220_PREFIX", "/usr/lib/llvm-22")) / "bin"
PIPELINE = (
    "convert-linalg-to-loops,autodiff-differentiate,scf-forall-to-parallel,lower-affine,autodiff-expand-reductions,"
    "autodiff-localize{chunks=4},autodiff-lower,autodiff-cpu-pipeline{openmp=true}"
)
RACE = 66  # The sanitizer's exit code.


class Skip(Exception):
    """Why a program is not looked at."""


def call(command, text=None, seconds=120):
    try:
        return subprocess.run([str(word) for word in command], input=text, text=True, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as late:
        raise Skip(f"'{command[0]}' does not end") from late


def checked(command, text=None):
    done = call(command, text)
    if done.returncode:
        raise Skip(f"{pathlib.Path(str(command[0])).name}: {first_error(done.stderr)}")
    return done.stdout


def first_error(text):
    """The line of an output that says why."""
    lines = text.strip().splitlines() or ["failed"]
    return next((line for line in lines if "error" in line or "undefined" in line), lines[0])


def split_types(text):
    """Parts of a list of types."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += char in "<([{"
        depth -= char in ">)]}" and text[at - 1] != "-"
        if char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in parts + [text[start:].strip()] if part]


class Values:
    """Writes the ops that make arguments."""

    def __init__(self):
        self.lines, self.count = [], 0

    def op(self, text):
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def make(self, kind, value):
        if kind in ("f64", "f32", "f16", "bf16"):
            try:
                number = float(value)
            except ValueError:
                number = 0.4
            return self.op(f"arith.constant {number!r} : {kind}")
        if re.fullmatch(r"index|i\d+", kind):
            return self.op(f"arith.constant {int(value)} : {kind}")
        if kind.startswith("complex<f"):
            return self.op(f"complex.constant [3.0e-01 : {kind[8:-1]}, 2.0e-01 : {kind[8:-1]}] : {kind}")
        if re.fullmatch(r"vector<[\dx]*x(f64|f32)>", kind):
            return self.op(f"arith.constant dense<4.0e-01> : {kind}")
        buffer = re.fullmatch(r"memref<((?:\?x|\d+x)*)(f64|f32|f16|bf16|index|i\d+)>", kind)
        if not buffer:
            raise Skip(f"an argument of type {kind}")
        shape = [size for size in buffer[1].split("x") if size]
        given = re.match(r"(?:rand|zeros|ones|full|arange):([\dx]*)", value)
        sizes = given[1].split("x") if given and given[1] else []
        if not given and value.startswith("["):
            sizes = [str(value.count(",") + 1)]
        if len(sizes) != len(shape):
            raise Skip(f"the argument '{value}' for {kind}")
        extents = [self.op(f"arith.constant {size} : index") for size in sizes]
        open_extents = [extent for extent, size in zip(extents, shape) if size == "?"]
        memref = self.op(f"memref.alloc({', '.join(open_extents)}) : {kind}")
        zero, one = self.op("arith.constant 0 : index"), self.op("arith.constant 1 : index")
        indices = []
        for extent in extents:
            self.count += 1
            indices.append(f"%v{self.count}")
            self.lines.append(f"  scf.for {indices[-1]} = {zero} to {extent} step {one} {{")
        total = zero
        for index in indices:
            total = self.op(f"arith.addi {self.op(f'arith.muli {total}, {self.constant(7)} : index')}, {index} : index")
        element = buffer[2]
        small = self.op(f"arith.remui {total}, {self.constant(8)} : index")
        if element == "index":
            number = small
        elif element.startswith("i"):
            number = self.op(f"arith.index_cast {small} : index to {element}")
        else:
            whole = self.op(f"arith.index_cast {small} : index to i64")
            number = self.op(f"arith.sitofp {whole} : i64 to {element}")
            number = self.op(f"arith.mulf {number}, {self.op(f'arith.constant 1.1e-01 : {element}')} : {element}")
        self.lines.append(f"  memref.store {number}, {memref}[{', '.join(indices)}] : {kind}")
        self.lines.extend("  }" for _ in indices)
        return memref

    def constant(self, value):
        return self.op(f"arith.constant {value} : index")


def with_main(text, function, arguments, activity):
    """The program with a function that calls another one."""
    head = re.search(rf"func\.func (?:private )?@{re.escape(function)}\((.*?)\)(?: -> (.*?))?(?: attributes .*)? \{{\n", text)
    if not head:
        raise Skip(f"there is no '@{function}'")
    kinds = [part.split(":", 1)[1].split(" {")[0].strip() for part in split_types(head[1])]
    results = (head[2] or "").strip()
    results = results[1:-1] if results.startswith("(") else results
    values, operands, at = Values(), [], 0
    for index, value in enumerate(arguments):
        operands.append(values.make(kinds[at], value))
        at += 1
        word = activity[index] if index < len(activity) else "dup"
        if word.startswith(("dup", "active")) and re.match(r"memref<.*(f64|f32|f16|bf16)", kinds[at - 1]):
            operands.append(values.make(kinds[at], value))
            at += 1
    operands.extend(values.make(kind, "0.7") for kind in kinds[at:])
    count = len(split_types(results))
    given = "" if count == 0 else "%result = " if count == 1 else f"%result:{count} = "
    body = "\n".join(values.lines)
    called = f"  {given}func.call @{function}({', '.join(operands)}) : ({', '.join(kinds)}) -> ({results})"
    main = f"func.func @main() -> i32 {{\n{body}\n{called}\n  %zero = arith.constant 0 : i32\n  return %zero : i32\n}}\n"
    end = text.rstrip().rfind("}")
    return text[:end] + main + "}\n" if text.lstrip().startswith(("module", "#")) else text + main


def races(tools, folder, stand_in, program, entry, arguments, activity, seeded=False):
    """What the sanitizer says of the gradient of a program: a report, or nothing."""
    opt = tools / "autodiff-opt"
    options = f"function={entry} mode=vjp" + (f" args={','.join(activity)}" if activity else "")
    wrapped = checked([opt, "-", f"--autodiff-wrap={options}"], program)
    text = with_main(wrapped, f"{entry}_vjp", arguments, activity)
    # Chunks with copies of their own need no atomic additions.
    pipeline = PIPELINE.replace("autodiff-localize{chunks=4},", "") if seeded else PIPELINE
    lowered = checked([opt, "-", f"--pass-pipeline=builtin.module({pipeline})"], text)
    code = checked([LLVM / "mlir-translate", "--mlir-to-llvmir"], lowered)
    if "__kmpc_fork_call" not in code:
        raise Skip("nothing in it runs in parallel")
    if seeded:
        code, count = re.subn(
            r"%(\w+) = atomicrmw fadd ptr (\S+), (\w+) (\S+) (?:monotonic|acq_rel).*",
            r"%\1 = load \3, ptr \2\n  %sum.\1 = fadd \3 %\1, \4\n  store \3 %sum.\1, ptr \2",
            code,
        )
        if count == 0:
            raise Skip("it adds nothing atomically")
    if not seeded:
        # Upstream's lowering of 'memref.generic_atomic_rmw' guesses what it exchanges by a plain load. A wrong guess costs
        # another round and nothing else, so that load is no fault of the gradient.
        for pointer in set(re.findall(r"cmpxchg ptr (%[\w.]+)", code)):
            code = re.sub(rf"load (\w+), ptr {re.escape(pointer)}, align", rf"load atomic \1, ptr {pointer} monotonic, align", code)
    code = re.sub(r"^(define .*?)((?: #\d+)?(?: ![a-z]+ !\d+)* \{)$", r"\1 sanitize_thread\2", code, flags=re.M)
    (folder / "gradient.ll").write_text(code)
    source, binary, program = folder / "gradient.ll", folder / "gradient.o", folder / "gradient"
    checked([LLVM / "clang", "-O1", "-Wno-override-module", "-fsanitize=thread", "-c", source, "-o", binary])
    checked(["gcc", "-fsanitize=thread", binary, stand_in, "-o", program, "-lm", "-lpthread"])
    # The sanitizer of GCC 12 takes no address space that is laid out at random by more than 28 bits.
    plain = ["setarch", "-R"] if shutil.which("setarch") and call(["setarch", "-R", "true"]).returncode == 0 else []
    done = call([*plain, folder / "gradient"])
    if done.returncode == RACE:
        return done.stderr
    if done.returncode:
        raise Skip(f"the gradient ends with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[0]}")
    return None


def runs(path, text):
    """The entries and arguments of the runs that a test has of a program with parallel loops."""
    if "scf.parallel" not in text and "scf.forall" not in text and "affine.parallel" not in text:
        return
    seen = set()
    for line in re.findall(r"^// RUN: autodiff-run %s (.*)$", text, flags=re.M):
        words = shlex.split(line.split("|")[0].split(">")[0].rstrip("\\"))
        entry, arguments, activity = None, [], []
        for flag, value in zip(words, words[1:]):
            if flag == "--entry":
                entry = value
            elif flag == "--arg":
                arguments.append(value)
            elif flag == "--activity":
                activity = value.split(",")
        if entry and (entry, tuple(arguments)) not in seen and "::" not in entry:
            seen.add((entry, tuple(arguments)))
            name = f"{path} @{entry} {' '.join(arguments)}"
            if entry == "main":
                yield name, re.sub(r"@main\b", "@entry", text), "entry", arguments, activity
            else:
                yield name, text, entry, arguments, activity


def programs(options):
    for folder in ["tests/lit", "tests/programs", "benches/programs"]:
        for path in sorted((ROOT / folder).rglob("*.mlir")):
            yield from runs(path.relative_to(ROOT), path.read_text(errors="replace"))
    for folder in options.programs:
        for path in sorted(folder.rglob("*.mlir")):
            yield from runs(path, path.read_text(errors="replace"))
    for seed in range(options.seed, options.seed + options.fuzzed):
        text = call([options.tools / "autodiff-fuzz", "--print", "--seed", seed]).stdout
        # The wrappers behind the program have requests of their own, and two arguments may be one buffer.
        text = text.split("func.func @run_primal")[0]
        if "is the buffer of argument" not in text and "--convert-scf-to-cf" not in text:
            yield from runs(f"seed {seed}", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("words", nargs="*", help="only tests whose path contains one of these")
    parser.add_argument("--tools", type=pathlib.Path, required=True, help="the folder of autodiff-opt and autodiff-fuzz")
    parser.add_argument("--fuzzed", type=int, default=0, metavar="N", help="how many random programs to look at, too")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first random program")
    parser.add_argument("--programs", type=pathlib.Path, action="append", default=[], help="a folder of further tests")
    options = parser.parse_args()
    looked_at, failed, skipped = 0, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        stand_in = folder / "openmp.o"
        source = pathlib.Path(__file__).with_name("openmp.c")
        checked(["gcc", "-O1", "-fsanitize=thread", "-c", source, "-o", stand_in])
        path = ROOT / "tests/lit/parallel/locality-indirect.mlir"
        _, text, entry, arguments, activity = next(runs(path, path.read_text()))
        if not races(options.tools, folder, stand_in, text, entry, arguments, activity, seeded=True):
            sys.exit("error: the sanitizer does not find a seeded race")
        print("a seeded race is found", flush=True)
        for name, text, entry, arguments, activity in programs(options):
            if options.words and not any(word in name for word in options.words):
                continue
            try:
                report = races(options.tools, folder, stand_in, text, entry, arguments, activity)
            except Skip as why:
                skipped.setdefault(re.sub(r"\d+", "#", str(why))[:100], []).append(name)
                continue
            looked_at += 1
            if report:
                failed += 1
                print(f"race in the gradient of {name}\n{report}", flush=True)
    print(f"{looked_at} gradients on two threads, {failed} with races; {sum(map(len, skipped.values()))} runs skipped")
    for why, names in sorted(skipped.items(), key=lambda item: -len(item[1])):
        print(f"skipped {len(names)}: {why} (such as {names[0]})")
    return 1 if failed or not looked_at else 0


if __name__ == "__main__":
    sys.exit(main())
