#!/usr/bin/env python3
"""Compare what two builds of autodiff-opt make of the same programs.

For a change that must keep behaviour: every MLIR file of the tests, the benchmarks and the folders that are named goes
through differentiation, and through the pipelines to LLVM, with both tools. Output, messages and exit codes have to be
the same, byte for byte.

    tests/compare-builds.py OLD/autodiff-opt NEW/autodiff-opt [FOLDER]...
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PIPELINES = [
    ["--autodiff-differentiate"],
    ["--autodiff-differentiate", "--autodiff-lower=sequential=true", "--autodiff-cpu-pipeline"],
    ["--autodiff-differentiate", "--autodiff-localize", "--autodiff-lower", "--autodiff-cpu-pipeline=openmp=true"],
    ["--autodiff-bufferize-pipeline", "--autodiff-differentiate"],
    ["--autodiff-differentiate", "--autodiff-gpu-host-pipeline"],
]


def run(tool, file, options):
    command = [tool, file, "--split-input-file", *options]
    try:
        done = subprocess.run(command, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "timeout"
    # Upstream's bufferization makes globals of constants in an order that differs from run to run.
    lines = done.stdout.splitlines()
    constants = sorted(line for line in lines if b" constant @__constant_" in line)
    others = [line for line in lines if b" constant @__constant_" not in line]
    return done.returncode, constants, others, done.stderr.replace(str(tool).encode(), b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=pathlib.Path, help="autodiff-opt before the change")
    parser.add_argument("new", type=pathlib.Path, help="autodiff-opt after it")
    parser.add_argument("folders", type=pathlib.Path, nargs="*", help="further folders of MLIR files")
    arguments = parser.parse_args()
    for tool in (arguments.old, arguments.new):
        if not os.access(tool, os.X_OK):
            parser.error(f"{tool} cannot be executed")
    folders = [ROOT / "tests", ROOT / "benches", ROOT / "examples", *arguments.folders]
    files = sorted(file for folder in folders for file in folder.rglob("*.mlir"))
    jobs = [(file, options) for file in files for options in PIPELINES]

    def differs(job):
        return run(arguments.old, *job) != run(arguments.new, *job)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        different = [job for job, result in zip(jobs, pool.map(differs, jobs)) if result]
    for file, options in different:
        print(f"{file}: different with {' '.join(options)}")
    print(f"{len(files)} files, {len(jobs)} runs of each build, {len(different)} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
