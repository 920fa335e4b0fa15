//! The kernels of `tests/programs/gpu`, run on the CPU by `--target gpu-host`, against sequential programs written here
//! from the mathematics of their headers. The race checker watches.

use std::{fs::File, path::Path, process::Command};

/// The buffers of a run, by the number of their argument.
struct Run {
    folder: tempfile::TempDir,
}

/// Runs a kernel; each argument is as on the command line of `autodiff-run`.
fn run(program: &str, entry: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/programs/gpu").join(program).with_extension("mlir");
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodiff-run"));
    command.arg(file).args(["--entry", entry, "--target", "gpu-host", "--check-races", "--save"]).arg(folder.path());
    for argument in arguments {
        command.args(["--arg", argument]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Run { folder }
}

impl Run {
    fn buffer(&self, argument: usize) -> Vec<f64> {
        let file = File::open(self.folder.path().join(format!("arg-{argument}.npy"))).unwrap();
        let file = npyz::NpyFile::new(file).unwrap();
        if file.dtype().descr().contains("f4") {
            return file.into_vec::<f32>().unwrap().into_iter().map(f64::from).collect();
        }
        file.into_vec::<f64>().unwrap()
    }

    fn integers(&self, argument: usize) -> Vec<i32> {
        let file = File::open(self.folder.path().join(format!("arg-{argument}.npy"))).unwrap();
        npyz::NpyFile::new(file).unwrap().into_vec::<i32>().unwrap()
    }

    /// Compares a buffer with what was expected, relative to the largest number.
    fn expect(&self, argument: usize, expected: &[f64], tolerance: f64) {
        let got = self.buffer(argument);
        assert_eq!(got.len(), expected.len());
        let largest = expected.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        assert!(largest > 0.0, "the expected numbers are all zero");
        for (place, (got, expected)) in got.iter().zip(expected).enumerate() {
            let error = (got - expected).abs() / largest;
            assert!(error <= tolerance, "element {place}: expected {expected}, got {got}");
        }
    }
}

#[test]
fn saxpy() {
    // The same seed and shape: y starts as x.
    let run = run("saxpy", "saxpy", &["0.75", "rand:300:1", "rand:300:1"]);
    let expected: Vec<_> = run.buffer(1).iter().map(|x| 0.75 * x + x).collect();
    run.expect(2, &expected, 1e-7);
}

#[test]
fn matmul() {
    let (m, k, n) = (19, 37, 21);
    let run = run("matmul", "matmul", &["rand:19x37:1", "rand:37x21:2", "zeros:19x21"]);
    let (a, b) = (run.buffer(0), run.buffer(1));
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            c[i * n + j] = (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
        }
    }
    run.expect(2, &c, 1e-14);
}

#[test]
fn block_reduction() {
    let run = run("block_reduction", "block_reduction", &["rand:700:1", "zeros:3"]);
    let sums: Vec<_> = run.buffer(0).chunks(256).map(|block| block.iter().map(|x| x * x).sum()).collect();
    run.expect(1, &sums, 1e-14);
}

#[test]
fn softmax() {
    let run = run("softmax", "softmax", &["rand:3x200:1", "zeros:3x200"]);
    let rows = run.buffer(0);
    let expected: Vec<_> = rows
        .chunks(200)
        .flat_map(|row| {
            let sum: f64 = row.iter().map(|x| x.exp()).sum();
            row.iter().map(move |x| x.exp() / sum)
        })
        .collect();
    run.expect(1, &expected, 1e-14);
}

#[test]
fn stencil() {
    let (rows, columns) = (20, 37);
    let run = run("stencil", "stencil", &["0.2", "rand:20x37:1", "zeros:20x37"]);
    let u = run.buffer(1);
    let mut v = u.clone();
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let at = |i: usize, j: usize| u[i * columns + j];
            let sum = at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1);
            v[i * columns + j] += 0.2 * (sum - 4.0 * at(i, j));
        }
    }
    run.expect(2, &v, 1e-14);
}

#[test]
fn histogram() {
    let run = run("histogram", "histogram", &["rand:300:1", "rand:300:2", "zeros:64"]);
    let mut counts = vec![0.0; 64];
    for (bin, weight) in run.integers(0).into_iter().zip(run.buffer(1)) {
        counts[bin as usize] += weight * weight;
    }
    run.expect(2, &counts, 1e-14);
}

#[test]
fn n_body() {
    let n = 70;
    let run = run("n_body", "n_body", &["0.1", "rand:70x3:1", "rand:70:2", "zeros:70x3"]);
    let (p, m) = (run.buffer(1), run.buffer(2));
    let mut a = vec![0.0; 3 * n];
    for i in 0..n {
        for j in 0..n {
            let d: [f64; 3] = std::array::from_fn(|axis| p[3 * j + axis] - p[3 * i + axis]);
            let distance: f64 = d.iter().map(|d| d * d).sum();
            for axis in 0..3 {
                a[3 * i + axis] += m[j] * d[axis] / (distance + 0.1).powf(1.5);
            }
        }
    }
    run.expect(3, &a, 1e-13);
}

#[test]
fn scan() {
    let run = run("scan", "scan", &["rand:300:1", "zeros:300"]);
    let mut expected = vec![];
    for block in run.buffer(0).chunks(128) {
        let mut sum = 0.0;
        expected.extend(block.iter().map(|x| {
            sum += x;
            sum
        }));
    }
    run.expect(1, &expected, 1e-14);
}

const GOLDEN: f64 = 0.61803398874989;

#[test]
fn xs() {
    let (nuclides, points, materials, slots, lookups) = (8, 16, 5, 6, 70);
    let run = run("xs", "main", &["rand:8x16x5:1", "rand:5x6:2", "rand:70:3", "zeros:70x5"]);
    let (xs, conc, energy) = (run.buffer(0), run.buffer(1), run.buffer(2));
    let grid = |i: usize, g: usize| {
        let shift = if g == points - 1 { 0.0 } else { 0.4 * ((i * points + g) as f64 * GOLDEN).fract() };
        -1.01 + 2.02 * (g as f64 + shift) / (points - 1) as f64
    };
    let mut macros = vec![0.0; lookups * 5];
    for (l, e) in energy.iter().enumerate() {
        let m = l % materials;
        for p in 0..1 + m % slots {
            let i = (3 * m + 5 * p) % nuclides;
            // The last point that is not above the energy; the interval ends at the next one.
            let low = (0..points - 1).rev().find(|g| grid(i, *g) <= *e).unwrap_or(0);
            let f = (grid(i, low + 1) - e) / (grid(i, low + 1) - grid(i, low));
            for j in 0..5 {
                let at = |g: usize| xs[(i * points + g) * 5 + j];
                macros[l * 5 + j] += conc[m * slots + p] * ((1.0 - f) * at(low + 1) + f * at(low));
            }
        }
    }
    run.expect(3, &macros, 1e-13);
}

#[derive(Clone, Copy)]
struct Complex(f64, f64);

impl std::ops::Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }
}

#[test]
fn rs() {
    let (nuclides, windows, poles, materials, slots, lookups) = (8, 4, 3, 5, 6, 70);
    let arguments = ["rand:8x4x3x6:1", "rand:8x4x3:2", "rand:8x4:3", "rand:5x6:4", "zeros:70x4"];
    let run = run("rs", "main", &arguments);
    let [pole, window, k0, conc] = [0, 1, 2, 3].map(|argument| run.buffer(argument));
    let mut macros = vec![0.0; lookups * 4];
    for l in 0..lookups {
        let e: f64 = 0.05 + 0.9 * ((l + 1) as f64 * GOLDEN).fract();
        let (s, w, m) = (e.sqrt(), ((e * windows as f64) as usize).min(windows - 1), l % materials);
        for p in 0..1 + m % slots {
            let i = (3 * m + 5 * p) % nuclides;
            let factor = |l: usize| {
                let phi = k0[i * 4 + l] * s;
                let square = phi * phi;
                let phase = match l {
                    0 => phi,
                    1 => phi - phi.atan(),
                    2 => phi - (3.0 * phi / (3.0 - square)).atan(),
                    _ => phi - (phi * (15.0 - square) / (15.0 - 6.0 * square)).atan(),
                };
                Complex((2.0 * phase).cos(), -(2.0 * phase).sin())
            };
            let [mut total, mut absorbed, fission] = [0, 1, 2].map(|kind| e * window[(i * windows + w) * 3 + kind]);
            for q in 0..poles {
                let at = &pole[((i * windows + w) * poles + q) * 6..][..6];
                // i / (EA - s), by the conjugate.
                let (re, im) = (at[0] - s, at[1]);
                let norm = re * re + im * im;
                let z = Complex(im / norm / e, re / norm / e);
                total += (Complex(at[2], at[3]) * z * factor((i + 2 * w + 3 * q) % 4)).0;
                absorbed += (Complex(at[4], at[5]) * z).0;
            }
            let parts = [total, absorbed, fission, total - absorbed];
            for (j, part) in parts.into_iter().enumerate() {
                macros[l * 4 + j] += conc[m * slots + p] * part;
            }
        }
    }
    run.expect(4, &macros, 1e-12);
}

/// The velocities of the lattice: at rest, along the axes, along the diagonals.
const VELOCITIES: [(i64, i64); 9] = [(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)];

#[test]
fn lbm() {
    let (n, tau, pairs) = (18i64, 0.8, 2);
    let run = run("lbm", "main", &["0.8", "rand:9x18x18:1", "zeros:9x18x18", "2"]);
    let weight = |q: usize| match VELOCITIES[q] {
        (0, 0) => 4.0 / 9.0,
        (x, y) if x * y == 0 => 1.0 / 9.0,
        _ => 1.0 / 36.0,
    };
    let place = |q: usize, i: i64, j: i64| ((q as i64 * n + i.rem_euclid(n)) * n + j.rem_euclid(n)) as usize;
    let cells = (n * n) as usize;
    let mut f: Vec<_> = run.buffer(1).iter().enumerate().map(|(at, d)| weight(at / cells) * (1.0 + 0.1 * d)).collect();
    for _ in 0..2 * pairs {
        let old = f.clone();
        for i in 0..n {
            for j in 0..n {
                let h: [f64; 9] = std::array::from_fn(|q| old[place(q, i - VELOCITIES[q].1, j - VELOCITIES[q].0)]);
                let solid = 16 * ((2 * i + 1 - n).pow(2) + (2 * j + 1 - n).pow(2)) < n * n;
                let rho: f64 = h.iter().sum();
                let moment = |axis: fn((i64, i64)) -> i64| {
                    h.iter().zip(VELOCITIES).map(|(h, c)| h * axis(c) as f64).sum::<f64>() / rho
                };
                let (ux, uy) = (moment(|c| c.0), moment(|c| c.1));
                for (q, (cx, cy)) in VELOCITIES.into_iter().enumerate() {
                    f[place(q, i, j)] = if solid {
                        let opposite = VELOCITIES.iter().position(|c| *c == (-cx, -cy)).unwrap();
                        h[opposite]
                    } else {
                        let t = 3.0 * (cx as f64 * ux + cy as f64 * uy);
                        let feq = weight(q) * rho * (1.0 + t + t * t / 2.0 - 1.5 * (ux * ux + uy * uy));
                        h[q] + (feq - h[q]) / tau
                    };
                }
            }
        }
    }
    run.expect(2, &f, 1e-13);
}

#[test]
fn dg() {
    let (elements, rx, ry) = (7, 1.5, 2.5);
    let arguments = ["1.5", "2.5", "rand:5x5:1", "rand:7x4x5x5:2", "zeros:7x4x5x5"];
    let run = run("dg", "main", &arguments);
    let (d, w) = (run.buffer(2), run.buffer(3));
    let state = |e: usize, j: usize, i: usize| -> [f64; 4] {
        let base = [1.0, 0.2, 0.2, 2.5];
        std::array::from_fn(|v| base[v] + 0.1 * w[((e * 4 + v) * 5 + j) * 5 + i])
    };
    // The flux along an axis, in the direction of its momentum.
    let flux = |q: [f64; 4], axis: usize| -> [f64; 4] {
        let pressure = 0.4 * (q[3] - (q[1] * q[1] + q[2] * q[2]) / (2.0 * q[0]));
        let speed = q[1 + axis] / q[0];
        let mut f = q.map(|q| q * speed);
        f[1 + axis] += pressure;
        f[3] += speed * pressure;
        f
    };
    let mut rhs = vec![];
    for e in 0..elements {
        for v in 0..4 {
            for j in 0..5 {
                for i in 0..5 {
                    let x: f64 = (0..5).map(|n| d[i * 5 + n] * flux(state(e, j, n), 0)[v]).sum();
                    let y: f64 = (0..5).map(|n| d[j * 5 + n] * flux(state(e, n, i), 1)[v]).sum();
                    rhs.push(-rx * x - ry * y);
                }
            }
        }
    }
    run.expect(4, &rhs, 1e-13);
}

type Vector = [f64; 3];

fn cross(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|axis| {
        let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
        a[next] * b[last] - a[last] * b[next]
    })
}

fn dot(a: Vector, b: Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The corners of a hexahedron in units of its edges.
const CORNERS: [Vector; 8] = [
    [0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0],
    [1.0, 1.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [1.0, 0.0, 1.0],
    [1.0, 1.0, 1.0],
    [0.0, 1.0, 1.0],
];

/// The volume by Gauss's quadrature of the determinant of the trilinear map: two points an axis are exact for it.
fn volume(corners: &[Vector; 8]) -> f64 {
    let mut volume = 0.0;
    let points = [-1.0, 1.0].map(|sign: f64| 0.5 + sign * 0.5 / 3f64.sqrt());
    for x in points {
        for y in points {
            for z in points {
                // The derivative of each corner's weight along an axis.
                let columns: [Vector; 3] = std::array::from_fn(|axis| {
                    let mut column = [0.0; 3];
                    for (corner, unit) in corners.iter().zip(CORNERS) {
                        let factor = |other: usize, at: f64| {
                            let (value, slope) = if unit[other] == 1.0 { (at, 1.0) } else { (1.0 - at, -1.0) };
                            if other == axis { slope } else { value }
                        };
                        let weight = factor(0, x) * factor(1, y) * factor(2, z);
                        column.iter_mut().zip(corner).for_each(|(sum, value)| *sum += weight * value);
                    }
                    column
                });
                volume += dot(columns[0], cross(columns[1], columns[2])) / 8.0;
            }
        }
    }
    volume
}

#[test]
fn lulesh() {
    let (ez, ey, ex) = (3, 4, 5);
    let nodes = ["rand:4x5x6:1", "rand:4x5x6:2", "rand:4x5x6:3"];
    let rest = ["rand:3x4x5:4", "zeros:4x5x6", "zeros:4x5x6", "zeros:4x5x6", "zeros:3x4x5"];
    let run = run("lulesh", "main", &[&nodes[..], &rest[..]].concat());
    let coordinates = [0, 1, 2].map(|argument| run.buffer(argument));
    let pressure = run.buffer(3);
    let node = |k: usize, j: usize, i: usize| (k * (ey + 1) + j) * (ex + 1) + i;
    let mut forces = [(); 3].map(|()| vec![0.0; (ez + 1) * (ey + 1) * (ex + 1)]);
    let mut volumes = vec![];
    for k in 0..ez {
        for j in 0..ey {
            for i in 0..ex {
                let places = CORNERS.map(|unit| node(k + unit[2] as usize, j + unit[1] as usize, i + unit[0] as usize));
                let corners = places.map(|place| -> Vector { std::array::from_fn(|axis| coordinates[axis][place]) });
                volumes.push(volume(&corners));
                let p = pressure[(k * ey + j) * ex + i];
                for face in [[0, 1, 2, 3], [0, 4, 5, 1], [1, 5, 6, 2], [2, 6, 7, 3], [3, 7, 4, 0], [4, 7, 6, 5]] {
                    // r x s is half the product of the diagonals: r and s are half their sum and difference.
                    let [a, b, c, d] = face.map(|corner: usize| corners[corner]);
                    let diagonal =
                        |from: Vector, to: Vector| -> Vector { std::array::from_fn(|axis| to[axis] - from[axis]) };
                    let area = cross(diagonal(b, d), diagonal(a, c)).map(|twice| 0.5 * twice);
                    for corner in face {
                        for (force, area) in forces.iter_mut().zip(area) {
                            force[places[corner]] += p * area / 4.0;
                        }
                    }
                }
            }
        }
    }
    for (axis, force) in forces.iter().enumerate() {
        run.expect(4 + axis, force, 1e-13);
    }
    run.expect(7, &volumes, 1e-13);
}
