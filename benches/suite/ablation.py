"""What it is worth to optimise the primal before it is differentiated, to us and to Enzyme."""

from .report import geometric_mean, number, text_table

PEERS = ("autodiff", "enzyme")


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
