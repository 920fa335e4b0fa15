#!/usr/bin/env python3
"""Checks and measures the kernels of tests/programs/gpu and their gradients on a CUDA device.

    measure.py bundle FILE.tar.gz [--tool autodiff-run]
        pack what a machine with a device needs: this script, the kernels, the tool with its libraries, and libdevice
    measure.py run [--tool autodiff-run] [--only NAME]
        on that machine, in the unpacked folder or in the project

`run` compares the gradient of each kernel on the device with that on the CPU ('--target gpu-host'), at a small size,
then prints times at a large one: of the kernels on the device, by its events, median of several runs. Bytes are those
that a kernel cannot avoid to move (kernels.py); the share is that of the bandwidth that copy.mlir reaches there.
Exit codes: 0 success, 1 a gradient is wrong, 3 there is no device.
"""

import argparse
import array
import json
import os
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from kernels import KERNELS, Kernel  # noqa: E402

TOLERANCE = {8: 1e-10, 4: 1e-4}
REPEAT = 7


def programs() -> Path:
    """The folder of the kernels: beside this script in a bundle, else in the project."""
    return HERE / "programs" if (HERE / "programs").is_dir() else HERE.parents[1] / "tests" / "programs" / "gpu"


def default_tool() -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
    places = [HERE / "bin" / "autodiff-run", target / "release" / "autodiff-run", target / "debug" / "autodiff-run"]
    return next((place for place in places if place.exists()), places[-1])


def environment() -> dict[str, str]:
    """That of a bundle names its own libraries."""
    result = dict(os.environ)
    if (HERE / "lib").is_dir():
        result["LD_LIBRARY_PATH"] = os.pathsep.join([str(HERE / "lib"), result.get("LD_LIBRARY_PATH", "")])
        result.setdefault("AUTODIFF_CUDA_TOOLKIT", str(HERE / "cuda"))
    return result


def call(tool: Path, arguments: list[str]) -> dict:
    done = subprocess.run([str(tool), *arguments, "--json"], capture_output=True, text=True, env=environment())
    if done.returncode == 3:
        print(done.stderr.strip(), file=sys.stderr)
        sys.exit(3)
    if done.returncode:
        sys.exit(f"measure.py: error: {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def read(path: Path) -> array.array:
    """The numbers of an .npy file of floats in the order of C."""
    data = path.read_bytes()
    size = int.from_bytes(data[8:10], "little") if data[6] == 1 else int.from_bytes(data[8:12], "little")
    start = (10 if data[6] == 1 else 12) + size
    header = data[:start].decode("latin1")
    found = re.search(r"'descr': '<f([48])'", header)
    if not found:
        sys.exit(f"measure.py: error: {path}: expected floats of 32 or 64 bits")
    numbers = array.array("f" if found[1] == "4" else "d")
    numbers.frombytes(data[start:])
    return numbers


def request(kernel: Kernel, size: int, target: str) -> list[str]:
    arguments, _, _ = kernel.case(size)
    shape = arguments[kernel.output].split(":")[1]
    line = [str(programs() / f"{kernel.name}.mlir"), "--entry", kernel.entry, "--target", target, "--mode", "vjp"]
    line += ["--seed-arg", f"{kernel.output}=rand:{shape}:99"]
    for argument in arguments:
        line += ["--arg", argument]
    return line


def error(kernel: Kernel, tool: Path, target: str) -> float:
    """The largest difference between the gradients on both targets, relative to the largest number of each."""
    with tempfile.TemporaryDirectory() as folder:
        for place, name in [("gpu-host", "expected"), (target, "got")]:
            call(tool, [*request(kernel, kernel.small, place), "--save", f"{folder}/{name}"])
        largest, some = 0.0, False
        for path in sorted(Path(folder, "expected").glob("grad-arg-*.npy")):
            reference, got = read(path), read(Path(folder, "got", path.name))
            scale = max((abs(number) for number in reference), default=0.0)
            some |= scale > 0.0
            differences = (abs(a - b) for a, b in zip(reference, got, strict=True))
            worst = max(((d if d == d else float("inf")) / (scale or 1.0) for d in differences), default=0.0)
            largest = max(largest, worst)
        if not some:
            sys.exit(f"measure.py: error: {kernel.name} has no gradient")
        return largest


def seconds(calls: list[dict], which: str) -> float | None:
    """The median time of the kernels of one call on the device; None where no device takes the time."""
    times = [[kernel.get("seconds") for kernel in result["kernels"][which]] for result in calls]
    if not times or any(time is None for row in times for time in row):
        return None
    return statistics.median(sum(row) for row in times)


def bandwidth(tool: Path, target: str, elements: int) -> float | None:
    """Bytes per second of a copy."""
    line = [str(HERE / "copy.mlir"), "--entry", "copy", "--target", target]
    line += ["--arg", f"rand:{elements}:1", "--arg", f"zeros:{elements}"]
    time = seconds([call(tool, line) for _ in range(REPEAT)], "primal")
    return 16 * elements / time if time else None


def row(kernel: Kernel, tool: Path, target: str, speed: float | None, small: bool) -> tuple[str, bool]:
    wrong = error(kernel, tool, target)
    passed = wrong <= TOLERANCE[kernel.width]
    size = kernel.small if small else kernel.large
    calls = [call(tool, request(kernel, size, target)) for _ in range(REPEAT)]
    primal, gradient = seconds(calls, "primal"), seconds(calls, "gradient")
    cells = [kernel.name, str(size), f"{wrong:.1e}{'' if passed else ' WRONG'}"]
    if primal and gradient:
        for time, moved in zip([primal, gradient], kernel.bytes(size)):
            share = f"{100 * moved / time / speed:.0f} %" if speed else "-"
            cells += [f"{1e3 * time:.3f}", f"{moved / 1e6:.1f}", share]
        cells.append(f"{gradient / primal:.2f}")
    else:
        cells += ["-"] * 7
    return "| " + " | ".join(cells) + " |", passed


def run(options: argparse.Namespace) -> int:
    speed = bandwidth(options.tool, options.target, 1000 if options.small else 1 << 25)
    if speed:
        print(f"bandwidth of a copy: {speed / 1e9:.0f} GB/s\n")
    print("| kernel | size | error | primal, ms | MB | share | gradient, ms | MB | share | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    passed = True
    for kernel in KERNELS:
        if options.only and kernel.name not in options.only:
            continue
        text, fine = row(kernel, options.tool, options.target, speed, options.small)
        print(text, flush=True)
        passed &= fine
    return 0 if passed else 1


def libraries(tool: Path) -> list[Path]:
    """What the tool is linked with, but for the C library of the system."""
    listed = subprocess.run(["ldd", str(tool)], capture_output=True, text=True, check=True).stdout
    found = [Path(path) for path in re.findall(r"=> (/\S+)", listed)]
    return [path for path in found if not re.match(r"(libc|libm|libdl|libpthread|librt|ld-linux.*)\.so", path.name)]


def toolkit() -> Path | None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
    places = [os.environ.get("AUTODIFF_CUDA_TOOLKIT"), target / "gpu" / "nvidia" / "cuda_nvcc", "/usr/local/cuda"]
    return next((Path(place) for place in places if place and Path(place, "nvvm/libdevice").is_dir()), None)


def bundle(options: argparse.Namespace) -> int:
    cuda = toolkit()
    if cuda is None:
        sys.exit("measure.py: error: there is no libdevice; './x setup' installs it")
    parts = [(HERE / name, name) for name in ["measure.py", "kernels.py", "copy.mlir"]]
    parts += [(path, f"programs/{path.name}") for path in sorted(programs().glob("*.mlir"))]
    parts += [(options.tool, "bin/autodiff-run")]
    parts += [(path.resolve(), f"lib/{path.name}") for path in libraries(options.tool)]
    parts += [(cuda / "nvvm/libdevice/libdevice.10.bc", "cuda/nvvm/libdevice/libdevice.10.bc")]
    with tarfile.open(options.file, "w:gz", compresslevel=1) as file:
        for path, name in parts:
            file.add(path, f"autodiff-gpu/{name}")
    size = os.path.getsize(options.file) >> 20
    print(f"{options.file}: {size} MiB; unpack it there and run autodiff-gpu/measure.py run")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, function in [("run", run), ("bundle", bundle)]:
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        command.add_argument("--tool", type=Path, default=default_tool(), help="autodiff-run")
        if name == "bundle":
            command.add_argument("file", type=Path, metavar="FILE.tar.gz")
        else:
            command.add_argument("--target", default="cuda", help="'gpu-host' tries the script without a device")
            command.add_argument("--only", action="append", metavar="NAME", help="only this kernel; may be repeated")
            command.add_argument("--small", action="store_true", help="small sizes for the times, too")
    options = parser.parse_args()
    return options.function(options)


if __name__ == "__main__":
    sys.exit(main())
