"""What passes are worth: the optimisation of the primal before it is differentiated, to us and to Enzyme; and each pass over
derivatives, to the programs that it changes.
"""

from .report import geometric_mean, number, text_table

PEERS = ("autodiff", "enzyme")
# The passes over loops of adjoints, and those that tune.
PASSES = [
    f"autodiff-{name}"
    for name in (
        "sink-adjoints", "hoist-takes", "keep-cotangents", "gather-accumulations", "split-accumulations", "straighten-loops",
        "hoist-buffers", "merge-buffers", "split-short-rounds", "jam-loops", "guard-calls",
    )
]  # fmt: skip


def without(name):
    """The name of the peer that leaves a pass out."""
    return f"autodiff-without:{name}"


def worth(results):
    """For each pass the programs that it changes, with the time of the gradient without it over that with it."""
    rows = [["pass", "without / with"]]
    for name in PASSES:
        ratios = {program: results.ratio(program, without(name), "autodiff") for program in results.programs}
        cells = [f"{program} {ratio:.2f}" for program, ratio in ratios.items() if ratio]
        rows.append([name, ", ".join(cells) or "changes nothing"])
    return "\n".join(["Gradients without a pass over gradients with it", *text_table(rows)])


def plain(peer):
    """The name of a peer that differentiates the primal as it is."""
    return f"{peer}-plain"


def table(results, peers):
    """Gradients of the primal as it is over gradients of the optimised one, behind the same optimisations of what comes
    out."""
    rows = [["program", *(cell for peer in peers for cell in (peer, "without", "without / with"))]]
    ratios = {peer: [] for peer in peers}
    for program in results.programs:
        row = [program]
        for peer in peers:
            pair = [results.get(program, name) for name in (peer, plain(peer))]
            row += [number(record and record["gradient_seconds"] * 1e3) for record in pair]
            ratios[peer].append(results.ratio(program, plain(peer), peer))
            row.append(number(ratios[peer][-1], "{:.2f}"))
        rows.append(row)
    rows.append(["geometric mean", *(cell for peer in peers for cell in ("", "", number(geometric_mean(ratios[peer]), "{:.2f}")))])
    lines = ["Gradient, milliseconds, with and without the optimisation of the primal before it is differentiated"]
    lines += text_table(rows)
    lines += [f"failed: {program}, {peer}: {why}" for (program, peer), why in results.failures.items()]
    return "\n".join(lines)
