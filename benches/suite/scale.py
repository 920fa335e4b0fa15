"""How gradients grow with the size of the problem."""

from . import build, measure
from .report import exponent, number

# The dimension that grows, and its size in the suite, the largest of the three.
DIMENSIONS = {
    "gmm": ("G_n", 2500),
    "gmm_big": ("G_n", 2500),
    "ba": ("G_p", 400000),
    "lstm": ("G_c", 16384),
    "lstm_l4": ("G_c", 16384),
    "euler": ("G_n", 4000000),
    "rk4": ("G_n", 1000000),
    "fft": ("G_n", 1 << 18),
    "bruss": ("G_T", 200),
    "matmul": ("G_n", 512),
    "mlp": ("G_B", 1024),
    "stencil2d": ("G_T", 200),
    "heat2d": ("G_T", 400),
    "lbm": ("G_T", 30),
    "xs": ("G_L", 30000),
    "rs": ("G_L", 10000),
    "bude": ("G_NP", 938),
    "hydro": ("G_T", 1000),
}
PARTS = (16, 4, 1)


def row(program, settings):
    """The cells of one program; raises BuildError or RunError."""
    name, largest = DIMENSIONS[program]
    command = build.build("autodiff", program, settings.tool)
    sizes = [max(largest // part, 1) for part in PARTS]
    records = []
    for size in sizes:
        sample = [
            measure.once("autodiff", program, command, settings.repeat, 1.0, sizes=[f"{name}={size}"])
            for _ in range(settings.rounds)
        ]
        records.append(measure.gather(program, "autodiff", sample))
    times, primals, caches = (
        [record[key] for record in records] for key in ("gradient_seconds", "primal_seconds", "cache_bytes")
    )
    return [
        program,
        f"{name} = {', '.join(map(str, sizes))}",
        ", ".join(number(time * 1e3) for time in times),
        number(exponent(sizes, times), "{:.2f}"),
        ", ".join(number(time / primal, "{:.2f}") for time, primal in zip(times, primals)),
        ", ".join(f"{size / 1e6:.3g}" for size in caches),
        number(exponent(sizes, caches), "{:.2f}"),
    ]


HEAD = ["program", "size", "gradient, ms", "exponent", "gradient / primal", "caches, MB", "exponent"]


def run(settings, say):
    """The table of all programs, and what failed."""
    rows, failures = [HEAD], []
    for program in settings.only:
        try:
            rows.append(row(program, settings))
            say(": ".join(rows[-1][:3]))
        except (build.BuildError, measure.RunError) as error:
            failures.append(f"{program}: {error}")
            say(f"{failures[-1]}")
    return rows, failures


INTRODUCTION = [
    "Written by `./x bench --scale`: our gradients at a sixteenth, a quarter and all of one dimension of each program.",
    "An exponent is that of the size in the time or in the bytes, from the smallest to the largest.",
]
