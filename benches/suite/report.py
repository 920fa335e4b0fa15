"""The records of a run as a table, in Markdown and JSON, and as a chart."""

import json
import math

from .programs import OURS, PROGRAMS

WRONG = 1e-7


def geometric_mean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def number(value, form="{:.3g}"):
    return "–" if value is None else form.format(value)


def milliseconds(record, kind):
    """Median, and the range in brackets."""
    if record is None or record[f"{kind}_seconds"] is None:
        return "–"
    low, high = (record[f"{kind}_{end}"] * 1e3 for end in ("min", "max"))
    return f"{record[f'{kind}_seconds'] * 1e3:.3g} ({low:.3g} to {high:.3g})"


def wrong(record):
    return record["error"] is not None and not record["error"] <= WRONG


def markdown_table(rows):
    """Lines of a table, the first row of which is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]


def text_table(rows):
    """Lines of a table as people read them in a terminal."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def page(title, introduction, facts, rows):
    """One table in Markdown, with what it was measured on."""
    lines = [f"# {title}", "", *introduction, "", *(f"- {name}: {value}" for name, value in facts.items()), ""]
    return "\n".join([*lines, *markdown_table(rows)]) + "\n"


def exponent(sizes, values):
    """The slope of a line through the logarithms, from the smallest to the largest size."""
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0]) if values[0] and values[-1] else None


class Results:
    """All records of a run, and what goes with them."""

    def __init__(self, records, failures, machine):
        self.records = {(record["program"], record["peer"]): record for record in records}
        self.failures = failures
        self.machine = machine
        self.programs = [name for name in PROGRAMS if any(key[0] == name for key in self.records)]
        self.peers = list(dict.fromkeys(record["peer"] for record in records))

    def get(self, program, peer):
        return self.records.get((program, peer))

    def ratio(self, program, peer, to, kind="gradient"):
        """The time of a peer over that of another; nothing where one of them is missing or wrong."""
        a, b = self.get(program, peer), self.get(program, to)
        if a is None or b is None or wrong(a) or wrong(b):
            return None
        key = f"{kind}_seconds"
        return a[key] / b[key] if a[key] and b[key] else None

    def own_ratio(self, program, peer):
        """Gradient over the primal of the hand-written program: the same denominator for all."""
        record, base = self.get(program, peer), self.get(program, "manual") or self.get(program, peer)
        if record is None or wrong(record) or not base["primal_seconds"]:
            return None
        return record["gradient_seconds"] / base["primal_seconds"]

    def json(self):
        return json.dumps(list(self.records.values()), indent=1) + "\n"

    def tables(self):
        """Pairs of a title and rows, the first of which is the head."""
        others = [peer for peer in self.peers if peer not in OURS]
        yield "Gradient, milliseconds: median (smallest to largest)", self.grid(
            self.peers, lambda n, p: self.mark(n, p, lambda record: milliseconds(record, "gradient"))
        )
        with_primal = [peer for peer in ("autodiff", "manual") if peer in self.peers]
        yield "Primal, milliseconds", [
            *self.grid([*with_primal, "ratio"], self.primal_cell),
            *self.mean([None] * len(with_primal) + [lambda n: self.ratio(n, "autodiff", "manual", "primal")]),
        ]
        yield "Gradient over the primal of the C program", [
            *self.grid(self.peers, lambda n, p: number(self.own_ratio(n, p), "{:.2f}")),
            *self.mean([lambda n, p=p: self.own_ratio(n, p) for p in self.peers]),
        ]
        for ours in [peer for peer in OURS if peer in self.peers and others]:
            how = " where caches are dear (autodiff-lean)" if ours == "autodiff-lean" else ""
            yield f"Our gradient over each peer's{how}", [
                *self.grid(others, lambda n, p, ours=ours: number(self.ratio(n, ours, p), "{:.2f}")),
                *self.mean([lambda n, p=p, ours=ours: self.ratio(n, ours, p) for p in others]),
            ]
        yield "Caches, tapes and shadows, MB", self.grid(self.peers, lambda n, p: self.bytes(n, p, "cache_bytes"))
        yield "Peak resident memory, MB", self.grid(self.peers, lambda n, p: self.bytes(n, p, "peak_bytes"))
        if any("atomics" in record for record in self.records.values()):
            yield "Atomic updates in one gradient", self.grid(
                self.peers, lambda n, p: self.mark(n, p, lambda record: f"{record['atomics']:,}")
            )
        yield "Largest error in a section of the gradient, or of the objective", self.grid(
            self.peers, lambda n, p: self.mark(n, p, lambda record: number(record["error"], "{:.0e}"))
        )

    def grid(self, columns, cell):
        return [["program", *columns], *([name, *(cell(name, column) for column in columns)] for name in self.programs)]

    def mean(self, columns):
        if len(self.programs) < 2:
            return []
        means = [None if column is None else geometric_mean([column(n) for n in self.programs]) for column in columns]
        return [["geometric mean", *("" if column is None else number(m, "{:.2f}") for column, m in zip(columns, means))]]

    def mark(self, program, peer, text):
        record = self.get(program, peer)
        if record is None:
            return "failed" if (program, peer) in self.failures else "–"
        return text(record) + (" WRONG" if wrong(record) else "")

    def primal_cell(self, program, column):
        if column == "ratio":
            return number(self.ratio(program, "autodiff", "manual", "primal"), "{:.2f}")
        return milliseconds(self.get(program, column), "primal")

    def bytes(self, program, peer, key):
        record = self.get(program, peer)
        return "–" if record is None or record[key] is None else f"{record[key] / 1e6:.4g}"

    def markdown(self, chart):
        lines = ["# Results", "", "Written by `./x bench`; what is measured, and how, is in [performance.md](performance.md).", ""]
        lines += [f"- {name}: {value}" for name, value in self.machine.items()]
        lines += ["", f"![gradient over primal]({chart})"]
        for title, rows in self.tables():
            lines += ["", f"## {title}", "", *markdown_table(rows)]
        if self.failures:
            lines += ["", "## Failures", ""]
            lines += [f"- {program}, {peer}: {' '.join(why.split())}" for (program, peer), why in self.failures.items()]
        return "\n".join(lines) + "\n"

    def text(self):
        """The tables as people read them in a terminal."""
        lines = []
        for title, rows in self.tables():
            lines += ["", title, *text_table(rows)]
        lines += [f"failed: {program}, {peer}: {why}" for (program, peer), why in self.failures.items()]
        return "\n".join(lines)
