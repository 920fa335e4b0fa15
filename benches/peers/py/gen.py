"""The input generator of bench/*.c in numpy, bit for bit.

inputs(name) -> (X, c): X the flat active vector (sections in the order of
SPEC.md), c a dict of constants.  `python3 py/gen.py` compares with --dump-x.
"""
import numpy as np

U = np.uint64


class Rng:
    def __init__(self, seed):
        self.s = U(seed)

    def u64(self, n):
        with np.errstate(over="ignore"):
            i = np.arange(1, n + 1, dtype=U)
            z = self.s + i * U(0x9E3779B97F4A7C15)
            self.s = z[-1] if n else self.s
            z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
            return z ^ (z >> U(31))

    def u01(self, n):
        return (self.u64(n) >> U(11)).astype(np.float64) * 2.0**-53

    def uni(self, n, a, b):
        return a + (b - a) * self.u01(n)

    def nrm(self, n, scale):
        u = self.u01(12 * n).reshape(n, 12)
        s = np.zeros(n)
        for k in range(12):
            s = s + u[:, k]
        return scale * (s - 6.0)

    def int(self, n, m):
        return (self.u64(n) % U(m)).astype(np.int64)


def gmm(n, d, K):
    r = Rng(1)
    ic = d * (d + 1) // 2
    X = np.concatenate([r.nrm(K, 1.0), r.uni(K * d, 0.0, 1.0), r.nrm(K * ic, 0.5)])
    return X, dict(n=n, d=d, K=K, ic=ic, x=r.nrm(n * d, 1.0).reshape(n, d), gamma=1.0, m=0)


def ba(n=1000, m=50000, p=400000):
    r = Rng(2)
    u = r.u01(11 * n).reshape(n, 11)
    lo = np.array([-0.3] * 3 + [-1.0] * 3 + [0.8] + [-0.1] * 4)
    hi = np.array([0.3] * 3 + [1.0] * 3 + [1.2] + [0.1] * 4)
    cams = lo + (hi - lo) * u
    u = r.u01(3 * m).reshape(m, 3)
    lo, hi = np.array([-2.0, -2.0, 5.0]), np.array([2.0, 2.0, 9.0])
    pts = lo + (hi - lo) * u
    w = r.uni(p, 0.5, 1.5)
    feat = r.uni(2 * p, -0.5, 0.5).reshape(p, 2)
    cam, pt = r.int(p, n), r.int(p, m)
    c = r.uni(3 * p, -1.0, 1.0)
    return np.concatenate([cams.ravel(), pts.ravel(), w]), dict(
        n=n, m=m, p=p, feat=feat, cam=cam, pt=pt, cf=c)


def lstm(L, h=14, c=16384):
    r = Rng(3)
    X = np.concatenate([r.nrm(8 * L * h, 0.5), r.nrm(3 * h, 0.5)])
    st = r.nrm(2 * L * h, 0.5).reshape(2 * L, h)
    seq = r.int(c * h, 2).astype(np.float64).reshape(c, h)
    return X, dict(L=L, h=h, c=c, st=st, seq=seq)


def vdp(n, dt):
    return np.array([1.5, 0.5, 1.0]), dict(n=n, dt=dt)


def fft(n=1 << 18):
    r = Rng(4)
    return r.uni(2 * n, -1.0, 1.0), dict(n=n, w=r.uni(n, 0.5 / n, 1.5 / n))


def bruss(N=256, T=200):
    r = Rng(5)
    X = np.concatenate([r.uni(N * N, 0.5, 1.5), r.uni(N * N, 2.0, 3.0)])
    return X, dict(N=N, T=T, A=3.4, B=1.0, al=50.0, dt=1e-3)


def matmul(n=512):
    return Rng(6).uni(2 * n * n, -1.0, 1.0), dict(n=n)


def mlp(B=1024, D=256, H=256, O=16):
    r = Rng(7)
    X = np.concatenate([r.uni(D * H, -0.1, 0.1), r.uni(H, -0.1, 0.1),
                        r.uni(H * O, -0.2, 0.2), r.uni(O, -0.1, 0.1)])
    data = r.uni(B * D, -1.0, 1.0).reshape(B, D)
    return X, dict(B=B, D=D, H=H, O=O, X=data, lab=r.int(B, O))


def stencil2d(N=512, T=200):
    r = Rng(8)
    return r.uni(N * N, 0.0, 1.0), dict(N=N, T=T, c=0.2, target=r.uni(N * N, 0.0, 1.0).reshape(N, N))


def heat2d(N=256, T=400):
    r = Rng(9)
    X = np.concatenate([r.uni(N * N, 0.1, 0.2), r.uni(N * N, 0.0, 1.0)])
    return X, dict(N=N, T=T, target=r.uni(N * N, 0.0, 1.0).reshape(N, N))


LW = np.array([4.0 / 9] + [1.0 / 9] * 4 + [1.0 / 36] * 4)


def lbm(N=200, T=30):
    r = Rng(10)
    f0 = LW[:, None] * r.uni(9 * N * N, 0.9, 1.1).reshape(9, N * N)
    X = np.concatenate([f0.ravel(), [0.8]])
    t = r.uni(N * N, -0.05, 0.05).reshape(N, N)
    a = 2 * np.arange(N) + 1 - N
    solid = 16 * (a[:, None] ** 2 + a[None, :] ** 2) < N * N
    return X, dict(N=N, T=T, target=t, solid=solid)


def _mats(r, M, P, I, L):
    nn = 4 + r.int(M, P - 3)
    nuc = r.int(M * P, I).reshape(M, P)
    return nn, nuc, r.int(L, M)


def xs(I=60, G=2000, M=12, P=24, L=30000):
    r = Rng(11)
    X = np.concatenate([r.uni(I * G * 5, 0.0, 1.0), r.uni(M * P, 0.0, 1.0), r.uni(L, 0.001, 0.999)])
    e = np.cumsum(r.u01(I * G).reshape(I, G) + 0.1, axis=1)
    e = e / (e[:, -1:] + 0.05)
    nn, nuc, mat = _mats(r, M, P, I, L)
    return X, dict(I=I, G=G, M=M, P=P, L=L, egrid=e, nn=nn, nuc=nuc, mat=mat)


def rs(I=60, W=100, Q=4, M=12, P=24, L=10000):
    r = Rng(12)
    npo = I * W * Q
    u = r.u01(npo * 6).reshape(npo, 6)
    lo = np.array([0.0, 0.05, -0.1, -0.1, -0.1, -0.1])
    hi = np.array([1.0, 0.25, 0.1, 0.1, 0.1, 0.1])
    po = lo + (hi - lo) * u
    X = np.concatenate([po.ravel(), r.uni(I * W * 3, 0.0, 1.0), r.uni(I * 4, 0.2, 1.2), r.uni(M * P, 0.0, 1.0)])
    E = r.uni(L, 0.05, 0.95)
    lv = r.int(npo, 4)
    nn, nuc, mat = _mats(r, M, P, I, L)
    return X, dict(I=I, W=W, Q=Q, M=M, P=P, L=L, E=E, lv=lv, nn=nn, nuc=nuc, mat=mat)


def bude(M=256, NL=26, NP=938, NT=16):
    r = Rng(13)
    pose = np.concatenate([r.uni(3 * M, -3.0, 3.0), r.uni(3 * M, -4.0, 4.0)])
    lig = r.uni(3 * NL, -5.0, 5.0)
    u = r.u01(3 * NT).reshape(NT, 3)
    lo, hi = np.array([0.8, -1.0, -1.0]), np.array([1.6, 1.0, 1.0])
    ff = lo + (hi - lo) * u
    pro = r.uni(3 * NP, -15.0, 15.0).reshape(NP, 3)
    return np.concatenate([pose, lig, ff.ravel()]), dict(
        M=M, NL=NL, NP=NP, NT=NT, pro=pro, lt=r.int(NL, NT), pt=r.int(NP, NT), hb=r.int(NT, 2))


def hydro(n=4000, T=1000):
    r = Rng(14)
    x0 = np.arange(n + 1) / n
    u0 = r.uni(n + 1, -0.01, 0.01)
    left = 2 * np.arange(n) < n
    e0 = np.where(left, 2.5, 2.0) * r.uni(n, 0.99, 1.01)
    return np.concatenate([x0, u0, e0]), dict(n=n, T=T, dt=0.1 / n, gam=1.4, c1=0.5, c2=2.0,
                                              mass=np.where(left, 1.0, 0.125) / n)


BENCH = {
    "gmm": lambda: gmm(2500, 10, 200), "gmm_big": lambda: gmm(2500, 32, 50), "ba": ba,
    "lstm": lambda: lstm(2), "lstm_l4": lambda: lstm(4),
    "euler": lambda: vdp(4000000, 2.5e-6), "rk4": lambda: vdp(1000000, 1e-5), "fft": fft,
    "bruss": bruss, "matmul": matmul, "mlp": mlp, "stencil2d": stencil2d, "heat2d": heat2d,
    "lbm": lbm, "xs": xs, "rs": rs, "bude": bude, "hydro": hydro,
}


def inputs(name):
    return BENCH[name]()


if __name__ == "__main__":
    import os, subprocess, sys
    root = os.path.dirname(os.path.abspath(__file__))
    build = os.path.join(root, "..", "..", "..", "target", "bench")  # after './x bench'
    bad = 0
    for n in BENCH:
        exe, dump = os.path.join(build, n, "manual"), os.path.join(build, n, "x.bin")
        if not os.path.exists(exe):
            continue
        subprocess.run([exe, "--reps", "1", "--dump-x", dump], check=True, capture_output=True)
        a, b = np.fromfile(dump), inputs(n)[0]
        ok = a.shape == b.shape and np.array_equal(a, b)
        bad += not ok
        print(n, len(a), "equal" if ok else f"DIFFERENT {a.shape} {b.shape}")
    sys.exit(bad)
