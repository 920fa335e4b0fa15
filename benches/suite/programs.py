"""The programs of the suite and the peers that they are compared with; benches/peers/SPEC.md defines them."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "benches" / "peers"
OUTPUT = ROOT / "target" / "bench"

PROGRAMS = (
    "gmm gmm_big ba lstm lstm_l4 euler rk4 fft bruss matmul mlp stencil2d heat2d lbm xs rs bude hydro".split()
)

# Those that have parallel loops, and the peers that run them on threads.
PARALLEL_PROGRAMS = "bruss matmul mlp stencil2d heat2d lbm xs rs bude".split()
PARALLEL_PEERS = ["autodiff", "manual"]

# Programs that are another one at other sizes.
SAME_SOURCE = {"gmm_big": "gmm", "lstm_l4": "lstm"}

# What each peer can do. 'autodiff' is this project; 'autodiff-lean' is it, too, where caches are taken to be dear.
ALL_PEERS = "autodiff autodiff-lean manual enzyme adolc jax torch casadi".split()
DEFAULT_PEERS = "autodiff autodiff-lean manual enzyme".split()
OURS = ("autodiff", "autodiff-lean")
LIMITED = {
    "adolc": "gmm gmm_big ba lstm lstm_l4 euler rk4 fft mlp xs rs hydro".split(),
    "torch": "gmm gmm_big ba lstm lstm_l4 fft bruss matmul mlp stencil2d heat2d bude".split(),
    "casadi": "gmm gmm_big ba lstm lstm_l4 euler rk4".split(),
}
PYTHON_PEERS = ("jax", "torch", "casadi")
SLOW_PEERS = ("adolc", *PYTHON_PEERS)


def source(program):
    """The program in MLIR."""
    return ROOT / "benches" / "programs" / f"{SAME_SOURCE.get(program, program)}.mlir"


def has(peer, program):
    return program in LIMITED.get(peer, PROGRAMS)
