"""Differentiates real programs by autodiff-run, checks the gradients and times them: what './x demo' shows.

    python3 examples/demo.py TOOL [CORPUS]
"""

import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(tool, file, arguments, mode):
    """Runs the tool in one mode, and returns its report."""
    command = [tool, str(file), *arguments, "--mode", mode, "--json", "--repeat", "5"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"demo: error: {file} failed with exit code {done.returncode}")
    return json.loads(done.stdout)


def seconds(value):
    """A time as people read it."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def show(title, tool, file, arguments, outputs=(), seeds=()):
    """Prints one program: `outputs` are the positions of the buffers that hold its results, `seeds` their cotangents."""
    print(f"\n{title}", flush=True)
    gradient = run(tool, file, [*arguments, *seeds], "vjp")
    check = run(tool, file, arguments, "check")
    results = gradient["results"] or [item for item in gradient["args"] if item["index"] in outputs]
    parts = [item for item in gradient["gradients"] if item["index"] not in outputs]
    elements = sum(math.prod(item["shape"]) for item in parts)
    norm = math.sqrt(sum(item["norm"] ** 2 for item in parts))
    times = gradient["seconds"]
    errors = check["errors"]
    rows = [
        ("objective", ", ".join(f"{item['values'][0]:.12g}" for item in results)),
        ("gradient", f"norm {norm:.12g}, {elements} numbers"),
        ("check", "passed" if errors["passed"] else f"FAILED, tolerance {errors['tolerance']:.0e}"),
        ("  jvp", f"{errors['jvp']:.1e} from differences"),
        ("  vjp", f"{errors['vjp']:.1e} from differences"),
        ("  identity", f"{errors['identity']:.1e} between jvp and vjp"),
        ("primal", seconds(times["primal"])),
        ("gradient", f"{seconds(times['gradient'])}, {times['gradient'] / times['primal']:.2f} x the primal"),
        ("caches", f"{gradient['cache_bytes'] / 1e6:.3g} MB"),
        ("compiled in", seconds(times["compile"])),
    ]
    for name, text in rows:
        print(f"  {name:12} {text}")
    return errors["passed"]


def gmm(tool):
    """The mixture model with the sizes of the benchmark's smaller set."""
    points, d, components = 1000, 10, 25
    lgam = 0.25 * d * (d - 1) * math.log(math.pi) + sum(math.lgamma((d + 2 - j) / 2) for j in range(1, d + 1))
    constant = -0.5 * points * d * math.log(2 * math.pi) + components * (0.5 * (d + 1) * d * math.log(2) + lgam)
    arguments = [
        *("--entry", "gmm", "--arg", f"rand:{components}:1", "--arg", f"rand:{components}x{d}:2"),
        *("--arg", f"rand:{components}x{d * (d + 1) // 2}:3", "--arg", f"rand:{points}x{d}:4"),
        *("--arg", repr(constant), "--activity", "dup,dup,dup,const,const"),
    ]
    title = f"Gaussian mixture model, {points} points in {d} dimensions, {components} components (examples/gmm.mlir)"
    return show(title, tool, ROOT / "examples/gmm.mlir", arguments)


def transformer(tool, folder):
    """A program of the corpus; its results are its trailing arguments."""
    meta = json.loads((folder / "meta.json").read_text())
    arguments, activities, seeds, count = ["--entry", meta["function"]], [], [], len(meta["args"])
    for argument in meta["args"]:
        arguments += ["--arg", f"@{folder / argument['file']}"]
        activities.append("dup" if argument["diff"] else "const")
    outputs = range(count, count + len(meta["results"]))
    for position, result in zip(outputs, meta["results"]):
        arguments += ["--arg", "zeros:" + "x".join(map(str, result["shape"]))]
        seeds += ["--seed-arg", f"{position}=@{folder / result['cotangent']}"]
        activities.append("dup")
    arguments += ["--activity", ",".join(activities)]
    title = "GPT-2 with one small layer, next-token loss, as PyTorch exported it (corpus, torch/gpt2_tiny)"
    return show(title, tool, folder / "scf.mlir", arguments, outputs, seeds)


def ode(tool):
    """What is shown where there is no corpus."""
    arguments = ["--entry", "ode", "--arg", "1.1", "--arg", "0.4", "--arg", "0.1", "--arg", "0.4", "--arg", "1e-4"]
    arguments += ["--activity", "active,active,active,active,const"]
    title = "Predator and prey, integrated with an adaptive step (tests/programs/ode.mlir)"
    return show(title, tool, ROOT / "tests/programs/ode.mlir", arguments)


def main():
    tool = sys.argv[1]
    corpus = pathlib.Path(sys.argv[2]) / "torch/gpt2_tiny" if len(sys.argv) > 2 else None
    passed = gmm(tool)
    passed &= transformer(tool, corpus) if corpus and corpus.is_dir() else ode(tool)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
