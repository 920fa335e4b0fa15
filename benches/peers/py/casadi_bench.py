"""CasADi peer: SX graphs, gradients generated as C, compiled by clang-15 and
called through ca.external.  Same usage as jax_bench.py; compile_s counts
graph building + C generation + compilation."""
import argparse, math, os, subprocess, time
import numpy as np
import casadi as ca
import gen
from harness import timed, report, ba_functional

BUILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "target", "bench", "casadi")


def compiled(F, opt="-O3"):
    d = os.path.abspath(BUILD)
    os.makedirs(d, exist_ok=True)
    cwd = os.getcwd()
    os.chdir(d)
    F.generate(F.name() + ".c")
    subprocess.run(["clang-15", opt, "-march=native", "-fno-math-errno", "-fPIC", "-shared", "-w",
                    F.name() + ".c", "-o", F.name() + ".so", "-lm"], check=True)
    os.chdir(cwd)
    return ca.external(F.name(), f"{d}/{F.name()}.so")


def b_ba(X, c):
    n, m, p = c["n"], c["m"], c["p"]
    z = ca.SX.sym("z", 17)  # 11 camera, 3 point, 1 weight, 2 feature
    r, Xo, w = z[:3], z[11:14] - z[3:6], z[14]
    t = ca.sqrt(ca.dot(r, r))
    a = r / t
    P = Xo * ca.cos(t) + ca.cross(a, Xo) * ca.sin(t) + a * (ca.dot(a, Xo) * (1 - ca.cos(t)))
    q = P[:2] / P[2]
    rs = ca.dot(q, q)
    e = w * (q * (1 + z[9] * rs + z[10] * rs * rs) * z[6] + z[7:9] - z[15:17])
    f = compiled(ca.Function("ba_f", [z], [e])).map(p)
    J = ca.jacobian(e, z)[:, :15]
    g = compiled(ca.Function("ba_g", [z], [ca.vec(ca.densify(J).T)])).map(p)
    Z = np.concatenate([X[:11 * n].reshape(n, 11)[c["cam"]], X[11 * n:11 * n + 3 * m].reshape(m, 3)[c["pt"]],
                        X[11 * n + 3 * m:][:, None], c["feat"]], 1)
    Zd = ca.DM(Z.T)
    return (lambda: f(Zd)), (lambda: g(Zd)), lambda out: (0.0, ba_functional(np.array(out).T, -2.0 * X[11 * n + 3 * m:], c))


def b_gmm(X, c):
    n, d, K, ic = c["n"], c["d"], c["K"], c["ic"]
    al, mu, icf, x = ca.SX.sym("a", K), ca.SX.sym("m", d, K), ca.SX.sym("i", ic, K), ca.SX.sym("x", d)
    # per component: quadratic form as one function, so that the C stays small
    i1, m1, a1 = ca.SX.sym("i1", ic), ca.SX.sym("m1", d), ca.SX.sym("a1")
    xc = x - m1
    q = [ca.exp(i1[j]) * xc[j] for j in range(d)]
    p = d
    for col in range(d):
        for row in range(col + 1, d):
            q[row] = q[row] + i1[p] * xc[col]
            p += 1
    main = a1 + ca.sum1(i1[:d]) - 0.5 * sum(v * v for v in q)
    M1 = ca.Function("m1", [a1, m1, i1, x], [main])
    A, Mu, I, Xs = ca.MX.sym("A", K), ca.MX.sym("M", d, K), ca.MX.sym("I", ic, K), ca.MX.sym("x", d)
    mt = M1.map(K)(A.T, Mu, I, ca.repmat(Xs, 1, K))
    mx = ca.mmax(mt)
    lse = mx + ca.log(ca.sum2(ca.exp(mt - mx)))
    S = ca.Function("gs", [A, Mu, I, Xs], [lse])
    gr = ca.Function("gmm_g%d" % d, [A, Mu, I, Xs], [lse, ca.gradient(lse, A), ca.gradient(lse, Mu), ca.gradient(lse, I)])
    nn = d + c["m"] + 1
    lg = 0.25 * d * (d - 1) * math.log(math.pi) + sum(math.lgamma(0.5 * nn + 0.5 * (1 - j)) for j in range(1, d + 1))
    cst = -0.5 * n * d * math.log(2 * math.pi) - K * (nn * d * (math.log(c["gamma"]) - 0.5 * math.log(2.0)) - lg)
    prior = 0.5 * c["gamma"] ** 2 * (ca.sumsqr(ca.exp(I[:d, :])) + ca.sumsqr(I[d:, :])) - c["m"] * ca.sum2(ca.sum1(I[:d, :]))
    am = ca.mmax(A)
    tail = prior - n * (am + ca.log(ca.sum1(ca.exp(A - am)))) + cst
    tl = ca.Function("tail", [A, I], [tail, ca.gradient(tail, A), ca.gradient(tail, I)])
    f = compiled(ca.Function("gmm_f%d" % d, [A, Mu, I, Xs], [lse]))
    g = compiled(gr)
    fm, gm = f.map("fm", "serial", n, [0, 1, 2], [0]), g.map("gm", "serial", n, [0, 1, 2], [0, 1, 2, 3])
    a = ca.DM(X[:K]); m = ca.DM(X[K:K + K * d].reshape(K, d).T); i = ca.DM(X[K + K * d:].reshape(K, ic).T)
    xs = ca.DM(c["x"].T)

    def fin(out):
        (l, ga, gmu, gi), (t, ta, ti) = out
        return float(l) + float(t), np.concatenate([np.array(ga + ta).ravel(), np.array(gmu).T.ravel(), np.array(gi + ti).T.ravel()])
    return (lambda: (fm(a, m, i, xs), tl(a, i))), (lambda: (gm(a, m, i, xs), tl(a, i))), fin


def b_lstm(X, c):
    L, h, n = c["L"], c["h"], c["c"]
    M, E = ca.SX.sym("M", h, 8 * L), ca.SX.sym("E", h, 3)
    s, xy = ca.SX.sym("s", h, 2 * L), ca.SX.sym("xy", 2 * h)
    sg = lambda v: 1 / (1 + ca.exp(-v))
    inp, new = xy[:h] * E[:, 0], []
    for l in range(L):
        w, b = [M[:, 8 * l + k] for k in range(4)], [M[:, 8 * l + 4 + k] for k in range(4)]
        hid, cel = s[:, 2 * l], s[:, 2 * l + 1]
        fg, ig, og = sg(inp * w[0] + b[0]), sg(hid * w[1] + b[1]), sg(inp * w[2] + b[2])
        cel = cel * fg + ig * ca.tanh(hid * w[3] + b[3])
        inp = og * ca.tanh(cel)
        new += [inp, cel]
    y = inp * E[:, 1] + E[:, 2]
    loss = ca.dot(xy[h:], y - ca.log(2 + ca.sum1(ca.exp(y))))
    sn = ca.vec(ca.horzcat(*new))
    par, st = ca.vertcat(ca.vec(M), ca.vec(E)), ca.vec(s)
    return _chain(st, par, xy, sn, loss, n - 1, np.ascontiguousarray(c["st"]).ravel(), X,
                  np.concatenate([c["seq"][:-1], c["seq"][1:]], 1), -1.0 / ((n - 1) * h), "lstm%d" % L, None)


def b_vdp(X, c, rk4):
    n, dt = c["n"], c["dt"]
    s, mu, u = ca.SX.sym("s", 2), ca.SX.sym("mu"), ca.SX.sym("u", 0)
    F = lambda z: ca.vertcat(z[1], mu * (1 - z[0] * z[0]) * z[1] - z[0])
    if rk4:
        k1 = F(s); k2 = F(s + 0.5 * dt * k1); k3 = F(s + 0.5 * dt * k2); k4 = F(s + dt * k3)
        sn = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    else:
        sn = s + dt * F(s)
    return _chain(s, mu, u, sn, dt * s[0] * s[0], n, X[:2], X[2:], None, 1.0, "rk4" if rk4 else "euler", True)


def _chain(s, par, xy, sn, loss, n, s0, p0, seq, scale, name, final):
    """J = scale * sum_t loss(s_t) [+ 0.5|s_n|^2].  mapaccum of the step; its adjoint is
    CasADi's reverse derivative of one step, mapaccumulated from the end."""
    ns, npar = s.numel(), par.numel()
    f = compiled(ca.Function(name + "_f", [s, xy, par], [sn, loss]))
    lam, gp = ca.SX.sym("lam", ns), ca.SX.sym("gp", npar)
    ad = ca.gradient(ca.dot(lam, sn) + scale * loss, ca.vertcat(s, par))
    st = ca.vertcat(lam, gp)
    adj = compiled(ca.Function(name + "_a", [st, ca.vertcat(s, xy), par], [ca.vertcat(ad[:ns], gp + ad[ns:])]))
    fa, aa = f.mapaccum("fa", n, 1), adj.mapaccum("aa", n, 1)
    P = ca.DM(p0)
    U = ca.DM(seq.T) if seq is not None else ca.DM(0, n)
    S0 = ca.DM(s0)
    Pn, fin_w = ca.repmat(P, 1, n), 1.0 if final else 0.0

    def F():
        S, l = fa(S0, U, Pn)
        return S, l

    def G():
        S, l = F()
        rev = ca.horzcat(S0, S[:, :-1])[:, ::-1]
        A = aa(ca.vertcat(fin_w * S[:, -1], ca.DM.zeros(npar)), ca.vertcat(rev, U[:, ::-1]) if seq is not None else rev, Pn)
        return S, l, A[:, -1]

    def fin(out):
        S, l, A = out
        J = scale * float(ca.sum2(l)) + 0.5 * fin_w * float(ca.sumsqr(S[:, -1]))
        A = np.array(A).ravel()
        return J, (A if final else A[ns:])
    return F, G, fin


B = dict(ba=b_ba, gmm=b_gmm, gmm_big=b_gmm, lstm=b_lstm, lstm_l4=b_lstm,
         euler=lambda X, c: b_vdp(X, c, False), rk4=lambda X, c: b_vdp(X, c, True))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("name")
    ap.add_argument("--reps", type=int, default=5)
    ap.add_argument("--budget", type=float, default=2.0)
    ap.add_argument("--dump")
    a = ap.parse_args()
    X, c = gen.inputs(a.name)
    t0 = time.time()
    F, G, fin = B[a.name](X, c)
    ct = time.time() - t0
    F()
    J, g = fin(G())
    report(a.name, J, g, timed(F, a.reps, a.budget), timed(G, a.reps, a.budget), ct, a.dump)


main()
