"""Runs the programs of all peers in turn, and compares their gradients with the hand-written ones."""

import array
import json
import math
import os
import statistics
import subprocess

from .programs import OUTPUT, PEERS, PYTHON_PEERS, SLOW_PEERS

# Of the largest number in a section of the gradient.
DIGEST_TOLERANCE = 1e-9


class RunError(Exception):
    """A program that failed, and how."""


def pin():
    """What has one thread runs on one core, the last that this process may use."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def once(peer, program, command, repeat, budget, threads=None, sizes=()):
    """One process, which times some evaluations and some gradients; its medians are one sample. 'sizes': texts NAME=N."""
    folder = OUTPUT / program
    slow = peer in SLOW_PEERS
    arguments = ["--reps", str(min(repeat, 3) if slow else repeat), "--budget", str(budget)]
    arguments += ["--dump", str(folder / f"{peer}.gradient")]
    arguments += [word for size in sizes for word in ("--size", size)]
    limit = 400 if slow else 150
    place = {"env": os.environ | {"OMP_NUM_THREADS": str(threads)}} if threads else {"preexec_fn": pin}
    try:
        done = subprocess.run(
            [*command, *arguments], cwd=folder, capture_output=True, text=True, timeout=limit, **place
        )
    except subprocess.TimeoutExpired as error:
        raise RunError(f"longer than {limit} s") from error
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise RunError(f"exit code {done.returncode}: {done.stderr.strip()[-200:]}")
    report = json.loads(lines[-1])
    if not report["grad"]:
        raise RunError("no gradient was timed")
    if report.get("x_changed"):
        raise RunError("the gradient overwrites its inputs")
    return report


def spread(values):
    """Median, smallest and largest."""
    return (statistics.median(values), min(values), max(values)) if values else (None, None, None)


def gather(program, peer, reports):
    """The samples of one peer as one record."""
    primal = spread([statistics.median(report["primal"]) for report in reports if report["primal"]])
    gradient = spread([statistics.median(report["grad"]) for report in reports])
    return {
        "program": program,
        "peer": peer,
        "primal_seconds": primal[0],
        "gradient_seconds": gradient[0],
        "cache_bytes": None if peer in PYTHON_PEERS or peer == "adolc" else max(r["cache_bytes"] for r in reports),
        "peak_bytes": max(int(report["rss_mb"] * 2**20) for report in reports),
        "error": None,
        "primal_min": primal[1],
        "primal_max": primal[2],
        "gradient_min": gradient[1],
        "gradient_max": gradient[2],
        "samples": len(reports),
    }


def load(program, peer):
    numbers = array.array("d")
    file = OUTPUT / program / f"{peer}.gradient"
    if not file.exists():
        raise RunError(f"there is no gradient by '{peer}' to compare with")
    numbers.frombytes(file.read_bytes())
    return numbers


def reference(program):
    return json.loads((PEERS / "reference.json").read_text())[program]


def check_manual(program, report):
    """The hand-written gradient has the digests that the reference lists: the inputs are made right."""
    expected = reference(program)
    close = math.isclose(report["J"], expected["J"], rel_tol=DIGEST_TOLERANCE)
    gradient, start = load(program, "manual"), 0
    for section in expected["sections"]:
        part = gradient[start : start + section["length"]]
        start += section["length"]
        size = section["norm"] * math.sqrt(section["length"])
        signed = math.fsum(x if i % 2 == 0 else -x for i, x in enumerate(part))
        pairs = [(math.fsum(part), section["sum"]), (signed, section["alternating"])]
        pairs += [(math.sqrt(math.fsum(x * x for x in part)), section["norm"])]
        pairs += list(zip(part, section["first"]))
        close = close and all(abs(a - b) <= DIGEST_TOLERANCE * size for a, b in pairs)
    if not close or start != len(gradient):
        raise RunError("the hand-written gradient is not that of reference.json")


def error(program, peer, report):
    """The largest difference from the hand-written gradient, over the largest number there, in the worst section; or the
    relative error of the objective, if that is larger."""
    expected = reference(program)
    mine, other = load(program, peer), load(program, "manual")
    if len(mine) != len(other):
        raise RunError(f"the gradient has {len(mine)} numbers, expected {len(other)}")
    worst, start = 0.0, 0
    if report["J"] is not None and not (program == "ba" and peer in PYTHON_PEERS):
        worst = abs(report["J"] - expected["J"]) / abs(expected["J"])
    for section in expected["sections"]:
        part = range(start, start + section["length"])
        start += section["length"]
        largest = max(abs(other[i]) for i in part) or 1.0
        difference = max(abs(mine[i] - other[i]) if mine[i] == mine[i] else math.inf for i in part)
        worst = max(worst, difference / largest)
    return worst
