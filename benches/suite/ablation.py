"""What it is worth to optimise the primal before it is differentiated."""

from .report import geometric_mean, number


def table(results):
    """Our gradient with the normal form and without it, behind the same optimisations of what comes out."""
    rows = [["program", "with", "without", "without / with"]]
    ratios = []
    for program in results.programs:
        pair = [results.get(program, peer) for peer in ("autodiff", "autodiff-plain")]
        times = [record and record["gradient_seconds"] for record in pair]
        ratio = results.ratio(program, "autodiff-plain", "autodiff")
        ratios.append(ratio)
        rows.append([program, *(number(time and time * 1e3) for time in times), number(ratio, "{:.2f}")])
    rows.append(["geometric mean", "", "", number(geometric_mean(ratios), "{:.2f}")])
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["Gradient, milliseconds, with and without the optimisation of the primal before it is differentiated"]
    lines += ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines += [f"failed: {program}, {peer}: {why}" for (program, peer), why in results.failures.items()]
    return "\n".join(lines)
