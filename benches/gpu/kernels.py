"""The kernels that are measured, and the bytes that they have to move.

Arguments are as on the command line of autodiff-run. `reads` and `writes` count the elements that a kernel cannot avoid
to read and write, each array once: what is in caches or workgroup memory does not count. A
gradient reads what the primal reads, and the cotangents of what it writes; it reads and writes the gradients of what
the primal reads.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass
class Kernel:
    name: str
    entry: str
    # For a size: arguments, elements read, elements written.
    case: Callable[[int], tuple[list[str], int, int]]
    small: int
    large: int
    # The argument whose cotangent is given.
    output: int
    # Bytes of an element.
    width: int = 8

    def bytes(self, size: int) -> tuple[int, int]:
        """Bytes of the primal and of the gradient."""
        _, reads, writes = self.case(size)
        return self.width * (reads + writes), self.width * (3 * reads + writes)


def arrays(*shapes: str) -> list[str]:
    return [f"rand:{shape}:{number + 1}" for number, shape in enumerate(shapes)]


def grid(n: int) -> str:
    return f"{n}x{n}x{n}"


KERNELS = [
    Kernel("saxpy", "saxpy", lambda n: (["0.75", f"rand:{n}:1", f"rand:{n}:2"], 2 * n, n), 1000, 1 << 24, 2, width=4),
    Kernel(
        "matmul",
        "matmul",
        lambda n: ([*arrays(f"{n}x{n}", f"{n}x{n}"), f"zeros:{n}x{n}"], 2 * n * n, n * n),
        40,
        1024,
        2,
    ),
    Kernel(
        "block_reduction",
        "block_reduction",
        lambda n: ([f"rand:{n}:1", f"zeros:{-(-n // 256)}"], n, -(-n // 256)),
        1000,
        1 << 24,
        1,
    ),
    Kernel("softmax", "softmax", lambda n: ([f"rand:{n}x{n}:1", f"zeros:{n}x{n}"], n * n, n * n), 40, 4096, 1),
    Kernel("stencil", "stencil", lambda n: (["0.2", f"rand:{n}x{n}:1", f"zeros:{n}x{n}"], n * n, n * n), 40, 4096, 2),
    Kernel("histogram", "histogram", lambda n: ([*arrays(f"{n}", f"{n}"), "zeros:64"], n, 64), 1000, 1 << 24, 2),
    Kernel(
        "n_body",
        "n_body",
        lambda n: (["0.1", *arrays(f"{n}x3", f"{n}"), f"zeros:{n}x3"], 4 * n, 3 * n),
        100,
        16384,
        3,
    ),
    Kernel("scan", "scan", lambda n: ([f"rand:{n}:1", f"zeros:{n}"], n, n), 1000, 1 << 24, 1),
    Kernel(
        "xs",
        "main",
        lambda n: ([*arrays("60x2000x5", "12x24", f"{n}"), f"zeros:{n}x5"], 60 * 2000 * 6 + n, 5 * n),
        100,
        1 << 20,
        3,
    ),
    Kernel(
        "rs",
        "main",
        lambda n: ([*arrays("60x100x4x6", "60x100x3", "60x4", "12x24"), f"zeros:{n}x4"], 60 * 100 * 27 + n, 4 * n),
        100,
        1 << 20,
        4,
    ),
    Kernel(
        "lbm",
        "main",
        lambda n: (["0.8", f"rand:9x{n}x{n}:1", f"zeros:9x{n}x{n}", "2"], 36 * n * n, 36 * n * n),
        20,
        1024,
        2,
    ),
    Kernel(
        "dg",
        "main",
        lambda n: (["1.5", "2.5", *arrays("5x5", f"{n}x4x5x5"), f"zeros:{n}x4x5x5"], 100 * n, 100 * n),
        20,
        1 << 16,
        4,
    ),
    Kernel(
        "lulesh",
        "main",
        lambda n: (
            [*arrays(*[grid(n + 1)] * 3, grid(n)), *[f"zeros:{grid(n + 1)}"] * 3, f"zeros:{grid(n)}"],
            (3 + 1 + 24) * n**3,
            (24 + 3 + 1) * n**3,
        ),
        6,
        128,
        4,
    ),
]
